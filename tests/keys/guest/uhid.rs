//! A key that misbehaves, as a device of the kernel.
//!
//! The events are `struct uhid_event` of include/uapi/linux/uhid.h, packed: a `u32` for the kind, then
//! the members of that kind.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use ctap::hid::{REPORT_LENGTH, Report};

use super::misbehaving::{Fault, Key, Out};
use super::plugged::PATIENCE;

const DESTROY: u32 = 1;
const OUTPUT: u32 = 6;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
/// The longest event, `UHID_CREATE2`.
const LONGEST: usize = 4 + 276 + 4096;
const BUS_USB: u16 = 3;

/// FIDO's usage page, then 64 bytes in and 64 out (CTAP 2.3 §11.2.8.1).
const DESCRIPTOR: [u8; 34] = [
    0x06, 0xD0, 0xF1, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
    0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91,
    0x02, 0xC0,
];

/// A key that is plugged in until it is dropped, or vanishes by itself.
pub struct Faulty {
    file: Arc<File>,
    /// Where it is.
    pub node: PathBuf,
}

impl Drop for Faulty {
    fn drop(&mut self) {
        // One that has vanished is not there to be taken away.
        let _ = write(&self.file, &DESTROY.to_ne_bytes());
    }
}

/// Plugs in a key with this fault.
pub fn plug(fault: Fault) -> Faulty {
    let serial = format!("fault-{fault:?}");
    let file = OpenOptions::new().read(true).write(true).open("/dev/uhid");
    let file = Arc::new(file.expect("the virtual machine has uhid"));
    let event = create(&format!("{fault:?} key"), &serial);
    write(&file, &event).expect("the kernel takes it");
    let (sender, reports) = channel();
    let reader = file.clone();
    thread::spawn(move || read(&reader, &sender));
    let server = file.clone();
    thread::spawn(move || serve(fault, &server, &reports));
    let node = node(&serial);
    Faulty { file, node }
}

/// Passes on what clients write.
fn read(mut file: &File, reports: &Sender<Report>) {
    let mut event = [0; LONGEST];
    while file.read(&mut event).is_ok() {
        let kind = u32::from_ne_bytes([event[0], event[1], event[2], event[3]]);
        // Number 0, for a device that numbers no reports; then the report.
        let report = event[5..5 + REPORT_LENGTH].try_into();
        if kind == OUTPUT && reports.send(report.expect("64 bytes")).is_err() {
            return;
        }
    }
}

/// Does what the key does, while it is plugged in.
fn serve(fault: Fault, file: &File, reports: &Receiver<Report>) {
    let start = Instant::now();
    let mut key = Key::new(fault);
    loop {
        let idle = Duration::from_secs(3600);
        let wait = key
            .next_poll()
            .map_or(idle, |at| at.saturating_sub(start.elapsed()));
        let out = match reports.recv_timeout(wait) {
            Ok(report) => key.receive(&report, start.elapsed()),
            Err(RecvTimeoutError::Timeout) => key.poll(start.elapsed()),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        for out in out {
            let told = match out {
                Out::Report(report) => write(file, &input(&report)),
                Out::Vanish => write(file, &DESTROY.to_ne_bytes()),
            };
            if told.is_err() {
                return;
            }
        }
    }
}

/// Tells the kernel; it refuses when the key is no longer plugged in.
fn write(mut file: &File, event: &[u8]) -> io::Result<()> {
    file.write_all(event)
}

fn create(name: &str, serial: &str) -> Vec<u8> {
    let mut event = CREATE2.to_ne_bytes().to_vec();
    for (text, length) in [(name, 128), (serial, 64), (serial, 64)] {
        let end = event.len() + length;
        event.extend(text.as_bytes());
        event.resize(end, 0);
    }
    event.extend((DESCRIPTOR.len() as u16).to_ne_bytes());
    event.extend(BUS_USB.to_ne_bytes());
    for number in [0x1209_u32, 0x0002, 0, 0] {
        event.extend(number.to_ne_bytes());
    }
    event.extend(DESCRIPTOR);
    event
}

fn input(report: &Report) -> Vec<u8> {
    let mut event = INPUT2.to_ne_bytes().to_vec();
    event.extend((REPORT_LENGTH as u16).to_ne_bytes());
    event.extend(report);
    event
}

/// The node of the device with this serial number.
fn node(serial: &str) -> PathBuf {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let nodes = fs::read_dir("/sys/class/hidraw").expect("hidraw").flatten();
        for entry in nodes {
            let said = fs::read_to_string(entry.path().join("device/uevent")).unwrap_or_default();
            let node = Path::new("/dev").join(entry.file_name());
            if said.contains(&format!("HID_UNIQ={serial}\n")) && node.exists() {
                return node;
            }
        }
        assert!(Instant::now() < deadline, "no node of {serial}");
        thread::sleep(Duration::from_millis(10));
    }
}
