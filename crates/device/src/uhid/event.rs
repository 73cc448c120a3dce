//! The events between a program and the kernel's uhid: `struct uhid_event` of
//! include/uapi/linux/uhid.h, packed, in the machine's byte order. A `u32` says which event it is;
//! what a short one leaves out is zero.

use ctap::hid::Report;

/// The longest event: the type, then `struct uhid_create2_req`.
pub(super) const LENGTH: usize = 4 + 276 + DATA_MAX;
/// `UHID_DATA_MAX`.
const DATA_MAX: usize = 4_096;

const DESTROY: u32 = 1;
const STOP: u32 = 3;
const OUTPUT: u32 = 6;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;

/// `BUS_USB` of include/uapi/linux/input.h: FIDO clients look at no other bus.
const BUS_USB: u16 = 3;
/// pid.codes' vendor, and its first product for tests that nobody distributes.
const VENDOR: u32 = 0x1209;
const PRODUCT: u32 = 0x0001;
/// `EIO`.
const IO_ERROR: u16 = 5;

/// What a FIDO key says of its reports: 64 bytes in, 64 bytes out (CTAP 2.3 §11.2.8.1).
#[rustfmt::skip]
pub(super) const REPORT_DESCRIPTOR: [u8; 34] = [
    0x06, 0xD0, 0xF1, // usage page: FIDO alliance
    0x09, 0x01,       // usage: U2F HID authenticator device
    0xA1, 0x01,       // collection: application
    0x09, 0x20,       //   usage: data in
    0x15, 0x00,       //   logical minimum: 0
    0x26, 0xFF, 0x00, //   logical maximum: 255
    0x75, 0x08,       //   report size: 8 bits
    0x95, 0x40,       //   report count: 64
    0x81, 0x02,       //   input: data, absolute, variable
    0x09, 0x21,       //   usage: data out
    0x15, 0x00,       //   logical minimum: 0
    0x26, 0xFF, 0x00, //   logical maximum: 255
    0x75, 0x08,       //   report size: 8 bits
    0x95, 0x40,       //   report count: 64
    0x91, 0x02,       //   output: data, absolute, variable
    0xC0,             // end of the collection
];

/// Makes the key: `name` (up to 127 bytes) is its product, `port` (63) where it is plugged in and
/// `serial` (63) its number.
pub(super) fn create(name: &str, port: &str, serial: &str) -> Vec<u8> {
    let mut event = event(CREATE2);
    text::<128>(&mut event, name);
    text::<64>(&mut event, port);
    text::<64>(&mut event, serial);
    // 34 fits.
    event.extend((REPORT_DESCRIPTOR.len() as u16).to_ne_bytes());
    event.extend(BUS_USB.to_ne_bytes());
    let (version, country) = (0x0100_u32, 0_u32);
    for number in [VENDOR, PRODUCT, version, country] {
        event.extend(number.to_ne_bytes());
    }
    event.extend(REPORT_DESCRIPTOR);
    event
}

/// Takes the key away.
pub(super) fn destroy() -> Vec<u8> {
    event(DESTROY)
}

/// A report of the key.
pub(super) fn input(report: &Report) -> Vec<u8> {
    let mut event = event(INPUT2);
    event.extend((report.len() as u16).to_ne_bytes());
    event.extend(report);
    event
}

/// What the kernel says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FromKernel {
    /// A client wrote a report.
    Report(Report),
    /// The driver let go of the key.
    Stop,
    /// Somebody wants what a FIDO key does not have, and waits until this is written.
    Refuse(Vec<u8>),
    /// Nothing to do: the driver started, a client opened or closed the node or wrote what is no
    /// report, or it is news.
    Other,
}

impl FromKernel {
    /// Reads one event, zeros included where it is short.
    pub(super) fn read(event: &[u8; LENGTH]) -> Self {
        let u32_at = |at| u32::from_ne_bytes(bytes(event, at));
        let refusal = |kind, id: u32| {
            let mut answer = self::event(kind);
            answer.extend(id.to_ne_bytes());
            answer.extend(IO_ERROR.to_ne_bytes());
            Self::Refuse(answer)
        };
        match u32_at(0) {
            OUTPUT => {
                let size = usize::from(u16::from_ne_bytes(bytes(event, 4 + DATA_MAX)));
                let written = &event[4..4 + size.min(DATA_MAX)];
                // As with a key on USB: report number 0 goes before the report, or nothing.
                let report = written.strip_prefix(&[0]).unwrap_or(written);
                report.try_into().map_or(Self::Other, Self::Report)
            }
            STOP => Self::Stop,
            GET_REPORT => refusal(GET_REPORT_REPLY, u32_at(4)),
            SET_REPORT => refusal(SET_REPORT_REPLY, u32_at(4)),
            _ => Self::Other,
        }
    }
}

fn event(kind: u32) -> Vec<u8> {
    kind.to_ne_bytes().to_vec()
}

/// `text` in `N` bytes, the last of which is 0.
fn text<const N: usize>(event: &mut Vec<u8>, text: &str) {
    let mut field = [0; N];
    let text = super::up_to(text, N - 1).as_bytes();
    field[..text.len()].copy_from_slice(text);
    event.extend(field);
}

fn bytes<const N: usize>(event: &[u8; LENGTH], at: usize) -> [u8; N] {
    std::array::from_fn(|index| event[at + index])
}
