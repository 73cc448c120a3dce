//! One run: the exchange folder, QEMU's command line, and the way to the command's exit code.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::vm::kernel::{self, Kernel};
use crate::vm::{Options, initramfs};
use crate::{project, setup, shell};

/// What runs inside are this machine's own programs, on a kernel of Linux.
const CAN_RUN: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// Where the guest sees the exchange folder.
const EXCHANGE: &str = "/run/touchstone";

/// How long the guest outlives the time limit if nobody ends it from outside.
const GRACE: Duration = Duration::from_secs(60);

/// Sets up what every run needs, so that later ones need no network. Elsewhere than on Linux for
/// x86-64 there is nothing to set up.
pub fn prepare() -> Result<(), Failure> {
    if !CAN_RUN {
        return Ok(());
    }
    setup::install(&[setup::VM])?;
    Kernel::prepare().map(|_| ())
}

/// Sets up what is missing, boots, runs the command, and gives its exit code.
pub fn run(options: &Options) -> Result<u8, Failure> {
    if !CAN_RUN {
        return Err(Failure::OtherSystem {
            wanted: "The virtual machine runs programs of this machine and starts a Linux kernel",
            system: "Linux on x86-64",
        });
    }
    setup::install(&[setup::VM])?;
    if options.udev {
        setup::install(&[setup::UDEV])?;
    }
    let kernel = Kernel::prepare()?;
    let run = Run::prepare(options, &kernel)?;
    let mut machine = run.qemu(options, &kernel);
    run.until_it_ends(&mut machine, options.timeout)
}

/// The folder of one run; it goes with it.
struct Run {
    folder: PathBuf,
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Run {
    fn prepare(options: &Options, kernel: &Kernel) -> Result<Self, Failure> {
        let run = Self {
            folder: kernel::folder().join(format!("run-{}", std::process::id())),
        };
        let _ = fs::remove_dir_all(&run.folder);
        let exchange = run.exchange();
        fs::create_dir_all(&exchange).map_err(Failure::file(&exchange))?;
        initramfs::write(kernel, &options.modules, &run.initramfs())?;
        let busybox = kernel.busybox();
        fs::copy(&busybox, exchange.join("busybox")).map_err(Failure::file(&busybox))?;
        let here = std::env::current_dir().map_err(Failure::file(Path::new(".")))?;
        for (name, content) in [
            ("guest.sh", include_str!("guest.sh")),
            ("settings.sh", &settings(options, &here)),
            (
                "command.sh",
                &command(&options.command, &here, std::env::vars()),
            ),
        ] {
            let path = exchange.join(name);
            fs::write(&path, content).map_err(Failure::file(&path))?;
        }
        Ok(run)
    }

    fn exchange(&self) -> PathBuf {
        self.folder.join("exchange")
    }

    fn initramfs(&self) -> PathBuf {
        self.folder.join("initramfs")
    }

    /// The kernel's own words.
    fn console(&self) -> PathBuf {
        self.folder.join("console.txt")
    }

    fn qemu(&self, options: &Options, kernel: &Kernel) -> Command {
        let mut qemu = shell::command("qemu-system-x86_64");
        qemu.args(["-machine", "q35", "-nodefaults", "-no-user-config"])
            .args(["-display", "none", "-no-reboot", "-smp", "2"])
            .args(accelerator())
            .arg("-m")
            .arg(options.memory.to_string())
            .arg("-kernel")
            .arg(kernel.image())
            .arg("-initrd")
            .arg(self.initramfs())
            .arg("-append")
            .arg("console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on")
            .arg("-serial")
            .arg(format!("file:{}", comma_safe(&self.console())))
            .args(["-chardev", "stdio,id=command,signal=off"])
            .args(["-serial", "chardev:command"])
            .args(["-device", "virtio-rng-pci"])
            .args(share("host", Path::new("/"), true))
            .args(share("exchange", &self.exchange(), false));
        qemu.stdin(Stdio::null()).stdout(Stdio::piped());
        qemu
    }

    /// Passes the command's words on as they come, and ends the machine when its time is up.
    fn until_it_ends(&self, qemu: &mut Command, timeout: Duration) -> Result<u8, Failure> {
        let mut machine = qemu.spawn().map_err(|cause| Failure::NotStarted {
            program: "qemu-system-x86_64".into(),
            cause,
        })?;
        let said = machine.stdout.take();
        let words = thread::spawn(move || {
            said.map(|mut said| io::copy(&mut said, &mut io::stdout().lock()))
        });
        let ended = wait(&mut machine, timeout);
        let _ = words.join();
        let Some(status) = ended else {
            return Err(Failure::TimeUp {
                seconds: timeout.as_secs(),
                console: self.last_words(),
            });
        };
        let code = fs::read_to_string(self.exchange().join("code"));
        match code.ok().and_then(|code| code.trim().parse().ok()) {
            Some(code) if status.success() => Ok(code),
            _ => Err(Failure::MachineFailed {
                status: status.to_string(),
                console: self.last_words(),
            }),
        }
    }

    /// The console's last lines.
    fn last_words(&self) -> String {
        let console = fs::read(self.console()).unwrap_or_default();
        let text = String::from_utf8_lossy(&console);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// How the machine ended, or `None` when it had to be ended.
fn wait(machine: &mut Child, timeout: Duration) -> Option<ExitStatus> {
    let begin = Instant::now();
    loop {
        match machine.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if begin.elapsed() < timeout => thread::sleep(Duration::from_millis(50)),
            _ => {
                let _ = machine.kill();
                let _ = machine.wait();
                return None;
            }
        }
    }
}

/// KVM where the processor has it and this user may use it; `/dev/kvm` alone is no proof of that.
fn accelerator() -> [&'static str; 4] {
    let has_it = fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| can_virtualize(&text));
    let may_use_it = || {
        fs::File::options()
            .read(true)
            .write(true)
            .open("/dev/kvm")
            .is_ok()
    };
    match has_it && may_use_it() {
        true => ["-accel", "kvm", "-cpu", "host"],
        false => ["-accel", "tcg,thread=multi", "-cpu", "max"],
    }
}

fn can_virtualize(cpuinfo: &str) -> bool {
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
    flags.is_some_and(|flags| {
        let mut words = flags.split_whitespace();
        words.any(|word| word == "vmx" || word == "svm")
    })
}

/// A folder of the host for the guest, by the name under which it mounts it.
fn share(name: &str, folder: &Path, read_only: bool) -> [String; 4] {
    let readonly = if read_only { ",readonly=on" } else { "" };
    [
        "-fsdev".into(),
        format!(
            "local,id={name},path={},security_model=none,multidevs=remap{readonly}",
            comma_safe(folder)
        ),
        "-device".into(),
        format!("virtio-9p-pci,fsdev={name},mount_tag={name}"),
    ]
}

/// A path inside one of QEMU's options, where a comma stands for the next member.
fn comma_safe(path: &Path) -> String {
    path.to_string_lossy().replace(',', ",,")
}

/// What `guest.sh` reads. A `/tmp` of the guest's own hides the host's, unless what is run lies there.
fn settings(options: &Options, here: &Path) -> String {
    let target = project::target();
    let is_needed = [project::root(), &target, here]
        .iter()
        .any(|path| path.starts_with("/tmp"));
    format!(
        "LIMIT={} UDEV={} COVER_TMP={}\n",
        (options.timeout + GRACE).as_secs(),
        u8::from(options.udev),
        u8::from(!is_needed)
    )
}

/// A shell's program that goes to the folder, sets the environment and becomes the command.
fn command(
    words: &[String],
    folder: &Path,
    environment: impl Iterator<Item = (String, String)>,
) -> String {
    let mut script = format!("cd {} || exit 126\n", quoted(&folder.to_string_lossy()));
    for (name, value) in environment.filter(|(name, _)| goes_along(name)) {
        let _ = writeln!(script, "export {name}={}", quoted(&value));
    }
    let _ = writeln!(script, "export TOUCHSTONE_VM_EXCHANGE={EXCHANGE}");
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    let _ = writeln!(script, "exec {}", words.join(" "));
    script
}

/// Whether the guest's command sees this variable of ours. The name is one that a shell can set.
fn goes_along(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_plain)
        && (["PATH", "HOME", "LANG"].contains(&name)
            || name.starts_with("TOUCHSTONE_")
            || name.starts_with("RUST_"))
}

/// The word as a shell reads it whole.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_command_as_it_was_given() {
        let odd = [
            "it's",
            "",
            "a  b",
            "$HOME `id` \"x\"",
            "back\\slash",
            "two\nlines",
            "*",
            "-n",
        ];
        let mut words = vec!["printf".to_owned(), "[%s]".to_owned()];
        words.extend(odd.map(str::to_owned));
        let environment = [("TOUCHSTONE_X", "it's $one"), ("SECRET", "no")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let script = command(&words, Path::new("/"), environment.into_iter());
        let said = shell::output(Command::new("sh").args(["-c", &script])).unwrap();
        let expected: String = odd.iter().map(|word| format!("[{word}]")).collect();
        assert_eq!(said, expected);
        assert!(script.contains("export TOUCHSTONE_X="), "{script}");
        assert!(!script.contains("SECRET"), "{script}");
    }

    #[test]
    fn trusts_kvm_only_where_the_processor_has_it() {
        assert!(can_virtualize("flags\t\t: fpu vmx sse2\n"));
        assert!(can_virtualize("processor : 0\nflags : svm\n"));
        assert!(!can_virtualize("flags : fpu svm_lock nrip_vmx\n"));
        assert!(!can_virtualize("model name : vmx\n"));
        assert!(!can_virtualize(""));
    }

    #[test]
    fn passes_on_only_what_the_command_may_see() {
        for name in ["PATH", "HOME", "TOUCHSTONE_PYTHON", "RUST_BACKTRACE"] {
            assert!(goes_along(name), "{name}");
        }
        for name in ["SSH_AUTH_SOCK", "PATHS", "TOUCHSTONE_X;id", "DISPLAY", ""] {
            assert!(!goes_along(name), "{name}");
        }
    }

    #[test]
    fn doubles_the_commas_of_a_path() {
        let shared = share("host", Path::new("/a,b"), true);
        assert!(shared[1].contains("path=/a,,b,"), "{shared:?}");
        assert!(shared[1].ends_with("readonly=on"), "{shared:?}");
    }

    #[test]
    fn ends_a_machine_whose_time_is_up() {
        let mut sleeper = Command::new("sleep").arg("600").spawn().unwrap();
        assert!(wait(&mut sleeper, Duration::from_millis(1)).is_none());
        let mut ended = Command::new("true").spawn().unwrap();
        assert!(wait(&mut ended, Duration::from_secs(600)).is_some());
    }
}
