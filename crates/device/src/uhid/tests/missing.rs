use std::fs;
use std::io::Error;
use std::path::Path;

use crate::uhid::Missing;
use crate::uhid::missing::System;

const RELEASE: &str = "6.1.0-9-amd64";

fn file(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn system(files: &[(&str, &str)]) -> System {
    let root = tempfile::tempdir().expect("a folder");
    file(
        root.path(),
        "proc/sys/kernel/osrelease",
        &format!("{RELEASE}\n"),
    );
    for (path, text) in files {
        file(root.path(), &path.replace("RELEASE", RELEASE), text);
    }
    System::read(root.path())
}

fn with_module() -> System {
    let list =
        "kernel/drivers/hid/hid.ko: \nkernel/drivers/hid/uhid.ko.xz: kernel/drivers/hid/hid.ko\n";
    system(&[("lib/modules/RELEASE/modules.dep", list)])
}

fn loaded() -> System {
    system(&[("sys/class/misc/uhid/dev", "10:239\n")])
}

const ABSENT: i32 = 2;

fn missing(code: i32, system: System) -> Missing {
    system.lacks(&Error::from_raw_os_error(code))
}

#[test]
fn a_module_that_is_there_is_to_be_loaded() {
    let built_in = [(
        "lib/modules/RELEASE/modules.builtin",
        "kernel/drivers/hid/uhid.ko\n",
    )];
    for code in [ABSENT, 6, 19] {
        assert_eq!(missing(code, with_module()), Missing::NotLoaded, "{code}");
        assert_eq!(
            missing(code, system(&built_in)),
            Missing::NotLoaded,
            "{code}"
        );
    }
    assert_eq!(Missing::NotLoaded.command(), "sudo modprobe uhid");
}

#[test]
fn a_kernel_without_the_module_is_told_from_one_that_has_others() {
    let others = "kernel/drivers/hid/xuhid.ko: kernel/x/uhid.ko\nkernel/drivers/hid/uhid-two.ko:\nuhid/a.ko:\n";
    for files in [
        &[][..],
        &[("lib/modules/RELEASE/modules.dep", others)],
        &[("lib/modules/other/modules.dep", "uhid.ko:")],
    ] {
        let missing = missing(ABSENT, system(files));
        assert_eq!(missing, Missing::NoModule);
        assert!(missing.command().contains("--udp"));
    }
}

#[test]
fn a_loaded_module_without_its_node_gets_one_with_the_right_number() {
    let missing = missing(ABSENT, loaded());
    assert_eq!(missing.command(), "sudo mknod -m 600 /dev/uhid c 10 239");
}

#[test]
fn rights_and_prohibitions_are_told_apart() {
    assert_eq!(
        missing(13, loaded()),
        Missing::NoRights,
        "EACCES: the file's own rights"
    );
    assert_eq!(
        missing(1, loaded()),
        Missing::Forbidden,
        "EPERM: a container's"
    );
    assert_eq!(
        missing(13, with_module()),
        Missing::NoRights,
        "whatever is loaded"
    );
}

#[test]
fn what_nobody_foresaw_says_what_the_system_said() {
    let missing = loaded().lacks(&Error::other("cosmic rays"));
    assert!(missing.sentence().contains("cosmic rays"), "{missing}");
}

#[test]
fn each_says_a_sentence_a_command_and_a_code_of_its_own() {
    let all = [
        Missing::NotLinux,
        Missing::NoModule,
        Missing::NotLoaded,
        Missing::NoNode {
            number: "10:239".into(),
        },
        Missing::NoRights,
        Missing::Forbidden,
        Missing::Unusable("it is broken".into()),
        Missing::NoDriver,
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(Missing::code).collect();
    assert_eq!(codes.len(), all.len());
    for it in &all {
        assert!(it.sentence().ends_with('.'), "{it}");
        assert_eq!(
            it.to_string(),
            format!("{} Run: {}", it.sentence(), it.command())
        );
        assert_eq!(crate::Error::from(it.clone()).code(), it.code());
    }
}

#[test]
fn this_computer_is_told_the_truth() {
    let there = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/uhid")
        .is_ok();
    assert_eq!(crate::uhid::check().is_ok(), there);
}
