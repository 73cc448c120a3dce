use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;

/// A tree of files that looks like a machine.
struct Tree(TempDir);

const FIDO_DESCRIPTOR: [u8; 5] = [0x06, 0xD0, 0xF1, 0xA1, 0x01];

impl Tree {
    /// A machine with hidraw and udev, and with nothing plugged in.
    fn new() -> Self {
        let tree = Self(TempDir::new().expect("a folder"));
        tree.folder("sys/class/hidraw");
        tree.folder("dev");
        tree.folder("run/udev");
        tree.folder("proc");
        tree
    }

    fn folder(&self, path: &str) -> &Self {
        fs::create_dir_all(self.0.path().join(path)).expect("a folder");
        self
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    fn link(&self, path: &str, target: &str) -> &Self {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        symlink(target, path).expect("a link");
        self
    }

    /// A key as the kernel shows it, without its node.
    fn key(&self, node: &str, product: &str) -> &Self {
        let class = format!("sys/class/hidraw/{node}");
        self.file(&format!("{class}/dev"), "244:3\n")
            .file(
                &format!("{class}/device/report_descriptor"),
                FIDO_DESCRIPTOR,
            )
            .file(
                &format!("{class}/device/uevent"),
                format!("DRIVER=hid-generic\nHID_ID=0003:00001050:00000407\nHID_NAME={product}\n"),
            )
    }

    fn rules(&self, file: &str, rules: &str) -> &Self {
        self.file(&format!("usr/lib/udev/rules.d/{file}"), rules)
    }

    fn findings_with(&self, open: fn(&Path) -> io::Result<()>) -> Vec<Finding> {
        let root = self.0.path().to_owned();
        Machine { root, open }.findings()
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings_with(Machine::this().open)
    }

    fn finding(&self, what: &str) -> Finding {
        one(&self.findings(), what)
    }
}

fn one(findings: &[Finding], what: &str) -> Finding {
    let mut found = findings.iter().filter(|finding| finding.what == what);
    let finding = found
        .next()
        .unwrap_or_else(|| panic!("no {what} in {findings:?}"));
    assert_eq!(found.next(), None, "one {what}");
    finding.clone()
}

const SYSTEMD: &str =
    "# SUBSYSTEM==\"hidraw\"\nSUBSYSTEM==\"hidraw\", IMPORT{program}=\"fido_id\"\n";
const UACCESS: &str = "ENV{ID_SECURITY_TOKEN}==\"?*\", TAG+=\"uaccess\"\n";

#[test]
fn a_usable_key_under_systemds_rules_leaves_nothing_to_do() {
    let tree = Tree::new();
    tree.key("hidraw3", "Acme Key")
        .file("dev/hidraw3", "")
        .rules("60-fido-id.rules", SYSTEMD)
        .rules("70-uaccess.rules", UACCESS);
    let findings = tree.findings();
    assert!(
        findings.iter().all(|finding| finding.state == State::Ok),
        "{findings:?}"
    );
    assert_eq!(
        one(&findings, "rights").title,
        "Rights to /dev/hidraw3 (Acme Key)"
    );
}

#[test]
fn no_key_is_no_problem() {
    let finding = Tree::new().finding("keys");
    assert_eq!(finding.state, State::Optional);
    assert!(
        finding
            .command
            .is_some_and(|it| it.starts_with("touchstone device"))
    );
}

#[test]
fn a_key_that_this_user_may_not_open_comes_with_the_rule_for_its_model() {
    let tree = Tree::new();
    tree.key("hidraw3", "Acme Key").file("dev/hidraw3", "");
    let findings = tree.findings_with(|_| Err(io::ErrorKind::PermissionDenied.into()));
    let rights = one(&findings, "rights");
    assert_eq!(rights.state, State::Problem);
    let command = rights.command.expect("there is a command");
    assert!(command.contains("KERNELS==\"*:1050:0407.*\""), "{command}");
    assert!(command.contains("udevadm trigger"), "{command}");
    let rule = one(&findings, "udevRule");
    assert_eq!(rule.state, State::Problem, "no rule gives keys to anyone");
}

#[test]
fn where_udev_gives_every_key_already_no_further_rule_is_advised() {
    let tree = Tree::new();
    tree.key("hidraw3", "Acme Key")
        .file("dev/hidraw3", "")
        .rules("60-fido-id.rules", SYSTEMD)
        .rules("70-uaccess.rules", UACCESS);
    let findings = tree.findings_with(|_| Err(io::ErrorKind::PermissionDenied.into()));
    let rights = one(&findings, "rights");
    assert_eq!(rights.state, State::Problem);
    assert_eq!(
        rights.command.as_deref(),
        Some("sudo chown \"$USER\" /dev/hidraw3")
    );
    assert!(rights.sentence.contains("ssh"), "{}", rights.sentence);
}

#[test]
fn a_key_whose_node_is_not_there_comes_with_the_command_that_makes_it() {
    let tree = Tree::new();
    tree.key("hidraw3", "Acme Key");
    let rights = tree.finding("rights");
    assert_eq!(rights.state, State::Problem);
    assert!(rights.sentence.contains("--device /dev/hidraw3"));
    let command = rights.command.expect("there is a command");
    assert!(
        command.starts_with("sudo mknod -m 600 /dev/hidraw3 c 244 3 "),
        "{command}"
    );
    tree.file("sys/class/hidraw/hidraw3/dev", "244:3; rm -rf /");
    assert_eq!(
        tree.finding("rights").command,
        None,
        "only numbers reach a command"
    );
}

#[test]
fn keyboards_are_not_opened_and_not_named() {
    let tree = Tree::new();
    tree.key("hidraw0", "Keyboard")
        .file(
            "sys/class/hidraw/hidraw0/device/report_descriptor",
            [0x05, 0x01, 0x09, 0x06],
        )
        .file("dev/hidraw0", "");
    let findings = tree.findings_with(|node| panic!("{} was opened", node.display()));
    assert_eq!(one(&findings, "keys").state, State::Optional);
}

#[test]
fn keys_come_in_the_order_of_their_numbers_and_with_harmless_names() {
    let tree = Tree::new();
    tree.key("hidraw10", "Ten").key("hidraw2", "Two \u{1b}[2J");
    tree.file("dev/hidraw10", "").file("dev/hidraw2", "");
    let titles: Vec<String> = tree
        .findings()
        .into_iter()
        .filter(|finding| finding.what == "rights")
        .map(|finding| finding.title)
        .collect();
    assert_eq!(
        titles,
        [
            "Rights to /dev/hidraw2 (Two \\u{1b}[2J)",
            "Rights to /dev/hidraw10 (Ten)"
        ]
    );
}

#[test]
fn a_kernel_without_hidraw_and_a_hidden_sysfs_are_told_apart() {
    let tree = Tree::new();
    fs::remove_dir(tree.0.path().join("sys/class/hidraw")).expect("it was there");
    let without = tree.finding("hidraw");
    assert_eq!(without.state, State::Problem);
    assert!(without.command.is_some_and(|it| it.contains("modprobe")));
    fs::remove_dir_all(tree.0.path().join("sys")).expect("it was there");
    assert_eq!(tree.finding("hidraw").state, State::Unknown);
}

#[test]
fn rules_are_judged_by_what_they_give() {
    let tree = Tree::new();
    let rule = |tree: &Tree| tree.finding("udevRule");
    tree.rules("60-fido-id.rules", SYSTEMD);
    assert_eq!(
        rule(&tree).state,
        State::Problem,
        "keys are told apart and given to nobody"
    );
    assert_eq!(
        rule(&tree).command,
        None,
        "without fido_id a rule for all cannot be written"
    );
    tree.file("usr/lib/udev/fido_id", "");
    let command = rule(&tree).command.expect("there is a command");
    assert!(
        command.contains("fido_id") && command.contains("uaccess"),
        "{command}"
    );
    tree.rules("70-uaccess.rules", &format!("#{UACCESS}"));
    assert_eq!(rule(&tree).state, State::Problem, "a comment gives nothing");
    tree.rules(
        "70-u2f.rules",
        "KERNEL==\"hidraw*\", ATTRS{idVendor}==\"1050\", \\\n  TAG+=\"uaccess\"\n",
    );
    let some = rule(&tree);
    assert_eq!(some.state, State::Optional);
    assert!(some.sentence.contains("70-u2f.rules"), "{}", some.sentence);
    tree.rules("70-uaccess.rules", UACCESS);
    assert_eq!(rule(&tree).state, State::Ok);
    // An empty file of the same name in /etc switches the rule off.
    tree.file("etc/udev/rules.d/70-uaccess.rules", "");
    assert_eq!(rule(&tree).state, State::Optional);
}

#[test]
fn without_udev_rules_are_nobodys_business() {
    let tree = Tree::new();
    fs::remove_dir(tree.0.path().join("run/udev")).expect("it was there");
    assert_eq!(tree.finding("udevRule").state, State::Unknown);
}

#[test]
fn a_program_that_has_the_key_open_is_named_and_this_one_is_not() {
    let tree = Tree::new();
    tree.key("hidraw3", "Acme Key").file("dev/hidraw3", "");
    for process in ["41", "42"] {
        tree.file(
            &format!("proc/{process}/comm"),
            format!("browser{process}\n"),
        )
        .link(&format!("proc/{process}/fd/7"), "/dev/hidraw3")
        .link(&format!("proc/{process}/fd/8"), "/dev/hidraw30");
    }
    tree.link("proc/self", "42");
    let held = tree.finding("held");
    assert_eq!(held.state, State::Optional);
    assert!(
        held.sentence.starts_with("browser41 (process 41)"),
        "{}",
        held.sentence
    );
}

#[test]
fn pcscd_is_found_by_its_process_and_by_its_socket() {
    let tree = Tree::new();
    assert_eq!(tree.finding("pcscd").state, State::Ok);
    tree.file("proc/77/comm", "pcscd\n");
    let found = tree.finding("pcscd");
    assert_eq!(found.state, State::Optional);
    assert_eq!(
        found.command.as_deref(),
        Some("sudo systemctl stop pcscd.socket pcscd.service")
    );
    let tree = Tree::new();
    tree.file("run/pcscd/pcscd.comm", "");
    assert_eq!(tree.finding("pcscd").state, State::Optional);
}

#[test]
fn a_usb_interface_without_driver_is_a_problem_and_a_keyboard_is_none() {
    let tree = Tree::new();
    let interface = |name: &str, [class, sub, protocol]: [&str; 3]| {
        let folder = format!("sys/bus/usb/devices/{name}");
        tree.file(&format!("{folder}/bInterfaceClass"), class)
            .file(&format!("{folder}/bInterfaceSubClass"), sub)
            .file(&format!("{folder}/bInterfaceProtocol"), protocol);
    };
    interface("1-1:1.0", ["03\n", "01\n", "01\n"]);
    interface("1-1:1.1", ["03\n", "00\n", "00\n"]);
    tree.link("sys/bus/usb/devices/1-1:1.1/driver", "../../../usbhid");
    interface("2-4:1.0", ["03\n", "00\n", "00\n"]);
    tree.file("sys/bus/usb/devices/2-4/product", "Acme Key\n");
    let found = tree.finding("usbDriver");
    assert_eq!(found.state, State::Problem);
    assert!(
        found.sentence.starts_with("Acme Key (USB 2-4)"),
        "{}",
        found.sentence
    );
}

#[test]
fn each_sandbox_has_its_way_out() {
    let tree = Tree::new();
    assert_eq!(tree.finding("sandbox").state, State::Ok);
    tree.file(".dockerenv", "");
    let container = tree.finding("sandbox");
    assert_eq!(container.state, State::Optional);
    assert!(container.sentence.contains("--device"));
    tree.file(
        "proc/self/attr/current",
        "snap.touchstone.touchstone (enforce)\n",
    );
    assert_eq!(
        tree.finding("sandbox").command.as_deref(),
        Some("sudo snap connect touchstone:u2f-devices")
    );
    tree.file(
        ".flatpak-info",
        "[Application]\nname=org.example.Touchstone\n[Context]\ndevices=dri;\n",
    );
    assert_eq!(
        tree.finding("sandbox").command.as_deref(),
        Some("flatpak override --user --device=all org.example.Touchstone")
    );
    tree.file(".flatpak-info", "name=a; rm -rf /\n");
    assert_eq!(
        tree.finding("sandbox").command,
        None,
        "only names reach a command"
    );
    tree.file(
        ".flatpak-info",
        "name=org.example.Touchstone\ndevices=dri;all;\n",
    );
    assert_eq!(tree.finding("sandbox").state, State::Ok);
}

#[test]
fn what_uhid_lacks_is_said_with_the_command_that_helps() {
    assert_eq!(uhid_finding(Ok(())).state, State::Ok);
    let missing = uhid_finding(Err(Missing::NotLoaded));
    assert_eq!(missing.state, State::Optional);
    assert_eq!(missing.command.as_deref(), Some("sudo modprobe uhid"));
    assert!(missing.sentence.contains("uhid"), "{}", missing.sentence);
}

#[test]
fn this_machine_is_examined_without_a_panic_and_in_sentences() {
    let findings = doctor();
    for what in ["udevRule", "pcscd", "sandbox", "uhid"] {
        one(&findings, what);
    }
    for finding in &findings {
        assert!(!finding.title.is_empty());
        assert!(finding.sentence.ends_with('.'), "{}", finding.sentence);
        let says = |word: &str| finding.sentence.contains(word);
        assert!(
            finding.state != State::Problem || finding.command.is_some() || says("again"),
            "{finding:?}: a problem has a way out"
        );
    }
}
