//! The way in through uhid: what the kernel does with it, and what its doctor says.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use ctap::hid::{Assembler, ChannelId, ErrorCode, Message, Packet, fragment};

use super::inside;
use super::plugged::{PATIENCE, Plugged, gone, touchstone};

/// The node, as a program opens it that knows nothing of uhid's queues.
struct Node(File);

impl Node {
    fn open(path: &Path) -> Self {
        let node = OpenOptions::new().read(true).write(true).open(path);
        Self(node.expect("root may open it"))
    }

    fn ask(&mut self, channel: ChannelId, command: ctap::hid::Command, payload: &[u8]) -> Message {
        for report in fragment(channel, command, payload).expect("short enough") {
            let written = self.0.write_all(&[&[0][..], &report].concat());
            written.expect("the key is there");
        }
        let mut assembler = Assembler::default();
        loop {
            let mut report = [0; 64];
            self.0.read_exact(&mut report).expect("a report");
            if let Some(message) = assembler.push(Packet::read(&report)).expect("in order") {
                return message;
            }
        }
    }

    fn channel(&mut self) -> ChannelId {
        let init = ctap::hid::Command::Init;
        let answer = self.ask(ChannelId::BROADCAST, init, b"12345678");
        let granted = answer.payload[8..12].try_into().expect("four bytes");
        ChannelId(u32::from_be_bytes(granted))
    }
}

#[test]
#[ignore = "runs in the virtual machine"]
fn what_a_key_says_that_it_takes_arrives_however_fast_it_is_written() {
    inside();
    let key = Plugged::of_kind("key");
    let mut node = Node::open(&key.node);
    let channel = node.channel();
    let info = node.ask(channel, ctap::hid::Command::Cbor, &[4]).payload;
    let info = ctap::get_info::Info::decode(&info[1..]).expect("well-formed");
    let longest = info.max_msg_size.expect("it says so");
    for round in 0..30 {
        let payload: Vec<u8> = (0..longest).map(|at| (at + round) as u8).collect();
        let echo = node.ask(channel, ctap::hid::Command::Ping, &payload);
        assert_eq!(
            (echo.command, echo.payload),
            (ctap::hid::Command::Ping, payload)
        );
    }
}

#[test]
#[ignore = "runs in the virtual machine"]
fn a_key_whose_driver_lets_go_and_takes_it_again_has_lost_its_channels_only() {
    inside();
    let key = Plugged::of_kind("key");
    let mut node = Node::open(&key.node);
    let before = node.channel();
    let device = hid_device(&key.node);
    let driver = |file: &str| {
        let told = fs::write(
            Path::new("/sys/bus/hid/drivers/hid-generic").join(file),
            &device,
        );
        told.expect("the driver obeys");
    };
    driver("unbind");
    gone(&key.node);
    driver("bind");
    let again = node_of(&device);
    let mut node = Node::open(&again);
    let answer = node.ask(before, ctap::hid::Command::Ping, b"still there?");
    assert_eq!(answer.payload, [ErrorCode::InvalidChannel.code()]);
    let channel = node.channel();
    let echo = node.ask(channel, ctap::hid::Command::Ping, b"again");
    assert_eq!(echo.payload, b"again");
}

#[test]
#[ignore = "runs in the virtual machine"]
fn a_key_that_is_told_to_stop_takes_its_node_along() {
    inside();
    let key = Plugged::of_kind("fingerprint-key");
    let node = key.node.clone();
    assert!(key.told_to_stop().success(), "SIGTERM is not a failure");
    assert!(!node.exists(), "it was gone before the program was");
}

#[test]
#[ignore = "runs in the virtual machine"]
fn the_doctors_command_brings_a_missing_node_back() {
    inside();
    assert_eq!(doctor(&mut touchstone_device()).0, Some(0));
    fs::remove_file("/dev/uhid").expect("it was there");
    let (code, advice) = doctor(&mut touchstone_device());
    assert_eq!(code, Some(1), "{advice:?}");
    as_root(&advice);
    assert_eq!(doctor(&mut touchstone_device()).0, Some(0), "{advice:?}");
    drop(Plugged::of_kind("key"));
}

#[test]
#[ignore = "runs in the virtual machine"]
fn the_doctors_command_gives_somebody_else_the_right() {
    inside();
    // Nobody may look into the folder of the program under test.
    let program = PathBuf::from("/tmp/touchstone");
    fs::copy(touchstone(), &program).expect("room in memory");
    let nobody = || {
        let mut command = Command::new(&program);
        command
            .uid(65_534)
            .gid(65_534)
            .current_dir("/")
            .arg("device");
        command
    };
    let (code, advice) = doctor(&mut nobody());
    assert_eq!(code, Some(1), "{advice:?}");
    let refusal = nobody().arg("--uhid").output().expect("it starts");
    let refusal = String::from_utf8(refusal.stderr).expect("UTF-8");
    assert!(refusal.contains(&advice), "{refusal}");
    as_root(&advice);
    assert_eq!(doctor(&mut nobody()).0, Some(0), "{advice:?}");
    let back = std::os::unix::fs::chown("/dev/uhid", Some(0), Some(0));
    back.expect("root may");
    fs::remove_file(program).expect("it was there");
}

fn touchstone_device() -> Command {
    let mut command = Command::new(touchstone());
    command.arg("device");
    command
}

/// The doctor's exit code, and the command it advises.
fn doctor(device: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = device.arg("--doctor").output().expect("it starts");
    let said = String::from_utf8(stdout).expect("UTF-8");
    let advice = said.lines().last().map(str::trim).unwrap_or_default();
    (status.code(), advice.to_owned())
}

/// Runs advice that begins with `sudo`, on behalf of nobody.
fn as_root(advice: &str) {
    let command = advice.strip_prefix("sudo ").expect("it is for root");
    let shell = Command::new("sh")
        .args(["-c", command])
        .env("USER", "nobody")
        .status();
    assert!(shell.expect("a shell").success(), "{advice}");
}

/// The name of the HID device of a node, `0003:1209:0001.0001`.
fn hid_device(node: &Path) -> String {
    let name = node.file_name().expect("a file");
    let link = Path::new("/sys/class/hidraw").join(name).join("device");
    let device = fs::canonicalize(link).expect("the kernel lists it");
    let name = device.file_name().expect("it has a name");
    name.to_str().expect("ASCII").to_owned()
}

/// The node of a HID device, when it is there.
fn node_of(device: &str) -> PathBuf {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let nodes = fs::read_dir("/sys/class/hidraw").expect("the kernel has it");
        let nodes = nodes.map(|node| Path::new("/dev").join(node.expect("a node").file_name()));
        let mut ours = nodes.filter(|node| node.exists() && hid_device(node) == device);
        if let Some(node) = ours.next() {
            return node;
        }
        assert!(Instant::now() < deadline, "{device} has no node");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
