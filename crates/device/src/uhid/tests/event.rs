use ctap::hid::Report;
use proptest::prelude::*;

use crate::uhid::event::{FromKernel, LENGTH, REPORT_DESCRIPTOR, create, destroy, input};
use crate::uhid::product_name;

/// The offsets of `struct uhid_create2_req` behind the type, as the header's packed fields add up.
const NAME: usize = 4;
const PHYS: usize = NAME + 128;
const UNIQ: usize = PHYS + 64;
const RD_SIZE: usize = UNIQ + 64;
const BUS: usize = RD_SIZE + 2;
const VENDOR: usize = BUS + 2;
const RD_DATA: usize = VENDOR + 4 * 4;

fn u16_at(event: &[u8], at: usize) -> u16 {
    u16::from_ne_bytes([event[at], event[at + 1]])
}

fn kind(event: &[u8]) -> u32 {
    u32::from_ne_bytes(event[..4].try_into().expect("four bytes"))
}

fn text(event: &[u8], at: usize, length: usize) -> &str {
    let field = &event[at..at + length];
    let end = field
        .iter()
        .position(|it| *it == 0)
        .expect("ends with zero");
    assert!(field[end..].iter().all(|it| *it == 0), "nothing behind it");
    std::str::from_utf8(&field[..end]).expect("whole characters")
}

/// An event as the kernel hands it over: as long as it is, then zeros.
fn from_kernel(parts: &[&[u8]]) -> [u8; LENGTH] {
    let mut event = [0; LENGTH];
    let bytes = parts.concat();
    event[..bytes.len()].copy_from_slice(&bytes);
    event
}

fn output(data: &[u8], size: u16) -> [u8; LENGTH] {
    let mut padded = data.to_vec();
    padded.resize(4_096, 0);
    from_kernel(&[&6_u32.to_ne_bytes(), &padded, &size.to_ne_bytes(), &[1]])
}

#[test]
fn the_created_key_lies_where_the_header_says() {
    let event = create("Touchstone key", "touchstone/01", "0011223344556677");
    assert_eq!(kind(&event), 11);
    assert_eq!(text(&event, NAME, 128), "Touchstone key");
    assert_eq!(text(&event, PHYS, 64), "touchstone/01");
    assert_eq!(text(&event, UNIQ, 64), "0011223344556677");
    assert_eq!(u16_at(&event, RD_SIZE), 34);
    assert_eq!(u16_at(&event, BUS), 3, "USB");
    assert_eq!(&event[RD_DATA..], REPORT_DESCRIPTOR);
    assert_eq!(RD_DATA, 280);
    assert_eq!(LENGTH, 280 + 4_096, "with the longest descriptor");
}

#[test]
fn the_descriptor_says_fido_and_two_reports_of_64_bytes() {
    let it = REPORT_DESCRIPTOR;
    assert_eq!(
        it[..5],
        [0x06, 0xD0, 0xF1, 0x09, 0x01],
        "usage page F1D0, usage 1"
    );
    let counts = it.windows(2).filter(|pair| *pair == [0x95, 64]).count();
    let sizes = it.windows(2).filter(|pair| *pair == [0x75, 8]).count();
    assert_eq!((counts, sizes), (2, 2));
    assert!(!it.contains(&0x85), "no report ids: clients send none");
}

#[test]
fn a_report_goes_to_the_kernel_with_its_length() {
    let event = input(&[7; 64]);
    assert_eq!((kind(&event), u16_at(&event, 4)), (12, 64));
    assert_eq!(event[6..], [7; 64]);
    assert_eq!(destroy(), 1_u32.to_ne_bytes());
}

#[test]
fn a_clients_write_comes_back_as_its_report() {
    let report: Report = std::array::from_fn(|at| at as u8 + 1);
    let numbered = [&[0][..], &report].concat();
    assert_eq!(
        FromKernel::read(&output(&numbered, 65)),
        FromKernel::Report(report)
    );
    assert_eq!(
        FromKernel::read(&output(&report, 64)),
        FromKernel::Report(report),
        "unnumbered, as a key on USB gets it"
    );
    let of_channel_zero = [&[0, 0][..], &[7; 63]].concat();
    assert_eq!(
        FromKernel::read(&output(&of_channel_zero, 65)),
        FromKernel::Report(std::array::from_fn(|at| if at == 0 { 0 } else { 7 })),
        "one zero is the number, the next the report's"
    );
}

#[test]
fn what_is_no_report_is_dropped() {
    for size in [0, 1, 63, 64, 66, 4_096, 4_097, u16::MAX] {
        let read = FromKernel::read(&output(&[0; 4_096], size));
        assert_eq!(read, FromKernel::Other, "{size} bytes, the first a zero");
    }
    for size in [0, 1, 63, 65, 4_096, u16::MAX] {
        let read = FromKernel::read(&output(&[1; 4_096], size));
        assert_eq!(read, FromKernel::Other, "{size} bytes");
    }
}

#[test]
fn feature_reports_are_refused_so_that_nobody_waits_for_them() {
    let id = 0xA1B2_C3D4_u32.to_ne_bytes();
    for (asked, answered) in [(9_u32, 10_u32), (13, 14)] {
        let event = from_kernel(&[&asked.to_ne_bytes(), &id, &[0, 0]]);
        let expected = [&answered.to_ne_bytes()[..], &id, &5_u16.to_ne_bytes()].concat();
        assert_eq!(FromKernel::read(&event), FromKernel::Refuse(expected));
    }
}

#[test]
fn the_driver_that_lets_go_is_noticed_and_the_rest_is_not() {
    for number in [0_u32, 2, 4, 5, 7, 8, 10, 11, 12, 14, 15, u32::MAX] {
        let event = from_kernel(&[&number.to_ne_bytes()]);
        assert_eq!(FromKernel::read(&event), FromKernel::Other, "{number}");
    }
    assert_eq!(
        FromKernel::read(&from_kernel(&[&3_u32.to_ne_bytes()])),
        FromKernel::Stop
    );
}

#[test]
fn a_name_cannot_write_lines_of_its_own_into_what_the_system_says_of_the_key() {
    assert_eq!(product_name("Blue\nHID_PHYS=else\0"), "Blue HID_PHYS=else ");
}

proptest! {
    #[test]
    fn any_event_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), kind in 0_u32..20, size: u16) {
        let mut event = from_kernel(&[&kind.to_ne_bytes(), &bytes]);
        event[4_100..4_102].copy_from_slice(&size.to_ne_bytes());
        let read = FromKernel::read(&event);
        prop_assert_eq!(matches!(read, FromKernel::Refuse(_)), kind == 9 || kind == 13);
        prop_assert!(!matches!(read, FromKernel::Report(_)) || kind == 6);
    }

    #[test]
    fn any_name_fits_and_stays_whole(name in ".{0,200}") {
        let name = product_name(&name);
        let event = create(&name, &name, &name);
        prop_assert_eq!(event.len(), RD_DATA + 34);
        prop_assert!(!name.contains(char::is_control));
        prop_assert_eq!(text(&event, NAME, 128), &name);
        let short = text(&event, UNIQ, 64);
        prop_assert!(name.starts_with(short) && short.len() <= 63);
        prop_assert!(name.len() <= 63 || short.len() > 59, "as much as fits");
    }
}
