use std::os::unix::fs::symlink;

use proptest::{collection::vec, prelude::*};
use tempfile::TempDir;

use super::*;

/// CTAP 2.3 §11.2.8.1.
const FIDO_DESCRIPTOR: [u8; 34] = [
    0x06, 0xD0, 0xF1, 0x09, 0x01, 0xA1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
    0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91,
    0x02, 0xC0,
];
/// A keyboard, cut to its collection.
const KEYBOARD: [u8; 8] = [0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0xC0, 0xC0];

/// A folder laid out like sysfs.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir_all(tree.class()).expect("a folder");
        tree
    }

    fn class(&self) -> PathBuf {
        self.0.path().join("class/hidraw")
    }

    /// A HID device in `place`, and its node.
    fn add(&self, node: &str, place: &str, uevent: &[u8], descriptor: &[u8]) -> PathBuf {
        let device = self.0.path().join("devices").join(place);
        let folder = device.join("hidraw").join(node);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(device.join("uevent"), uevent).expect("written");
        fs::write(device.join("report_descriptor"), descriptor).expect("written");
        symlink(&device, folder.join("device")).expect("linked");
        symlink(&folder, self.class().join(node)).expect("linked");
        device
    }

    fn keys(&self) -> Vec<FoundKey> {
        keys(&self.class())
    }
}

#[test]
fn a_usb_key_says_who_made_it_and_its_keyboard_is_no_key() {
    let tree = Tree::new();
    let uevent =
        b"DRIVER=hid-generic\nHID_ID=0003:00001050:00000407\nHID_NAME=Maker Model\nHID_UNIQ=\n";
    tree.add(
        "hidraw3",
        "usb1/1-2/1-2:1.0/0003:1050:0407.0001",
        uevent,
        &KEYBOARD,
    );
    tree.add(
        "hidraw10",
        "usb1/1-2/1-2:1.1/0003:1050:0407.0002",
        uevent,
        &FIDO_DESCRIPTOR,
    );
    tree.add(
        "hidraw9",
        "usb1/1-3/1-3:1.0/0003:1050:0407.0003",
        uevent,
        &FIDO_DESCRIPTOR,
    );
    let usb = tree.0.path().join("devices/usb1/1-2");
    for (file, content) in [
        ("idVendor", "1050\n"),
        ("manufacturer", "Maker\n"),
        ("product", "Modèle\n"),
    ] {
        fs::write(usb.join(file), content).expect("written");
    }
    let keys = tree.keys();
    let paths: Vec<&str> = keys.iter().map(|key| key.path.as_str()).collect();
    assert_eq!(paths, ["/dev/hidraw9", "/dev/hidraw10"], "oldest first");
    assert_eq!(
        keys[1],
        FoundKey {
            id: KeyId::hid("/dev/hidraw10"),
            name: "Modèle".to_owned(),
            manufacturer: Some("Maker".to_owned()),
            product: Some("Modèle".to_owned()),
            serial: None,
            vendor_id: Some(0x1050),
            product_id: Some(0x0407),
            bus: Bus::Usb,
            path: "/dev/hidraw10".to_owned(),
            problem: None,
        }
    );
}

#[test]
fn a_key_made_through_uhid_hangs_on_no_bus_and_has_the_name_that_was_chosen() {
    let tree = Tree::new();
    let uevent = "HID_ID=0003:00001209:00000001\nHID_NAME=Grün = 鍵\nHID_UNIQ=abc\n";
    let place = "virtual/misc/uhid/0003:1209:0001.0001";
    tree.add("hidraw0", place, uevent.as_bytes(), &FIDO_DESCRIPTOR);
    let key = &tree.keys()[0];
    assert_eq!((key.name.as_str(), key.bus), ("Grün = 鍵", Bus::Unknown));
    assert_eq!(key.serial.as_deref(), Some("abc"));
    assert_eq!(key.manufacturer, None);
}

#[test]
fn what_a_key_says_cannot_break_a_line_and_a_half_gone_one_is_left_out() {
    let tree = Tree::new();
    let id = b"HID_ID=0005:00001209:00000001\n";
    let noisy = [id.as_slice(), b"HID_NAME=A\x1b[2J\x07\xffB\n"].concat();
    tree.add("hidraw0", "a", &noisy, &FIDO_DESCRIPTOR);
    tree.add("hidraw1", "b", b"HID_NAME=none\n", &FIDO_DESCRIPTOR);
    tree.add("hidraw2", "c", b"HID_ID=x:y:z\n", &FIDO_DESCRIPTOR);
    tree.add(
        "hidraw3",
        "d",
        b"HID_ID=0003:00012345:00000001\n",
        &FIDO_DESCRIPTOR,
    );
    let gone = tree.add("hidraw4", "e", id, &FIDO_DESCRIPTOR);
    fs::remove_dir_all(gone).expect("removed");
    tree.add("hidraw5", "f", id, &FIDO_DESCRIPTOR);
    let keys = tree.keys();
    let names: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["A\\u{1b}[2J\\u{7}\u{fffd}B", "Security key"]);
    assert!(keys.iter().all(|key| key.bus == Bus::Bluetooth));
    assert_eq!(super::keys(Path::new("/nowhere")), []);
}

#[test]
fn a_name_cannot_turn_a_line_round_or_look_like_another() {
    let tree = Tree::new();
    let uevent =
        "HID_ID=0003:00001209:00000001\nHID_NAME= Acme\u{202e}yeK\u{200b} \nHID_UNIQ=1\u{feff}2\n";
    tree.add("hidraw0", "a", uevent.as_bytes(), &FIDO_DESCRIPTOR);
    let key = &tree.keys()[0];
    assert_eq!(key.name, r"Acme\u{202e}yeK\u{200b}");
    assert_eq!(key.product.as_ref(), Some(&key.name));
    assert_eq!(key.serial.as_deref(), Some(r"1\u{feff}2"));
}

#[test]
fn a_fido_collection_counts_at_the_top_level_only() {
    let within = [&KEYBOARD[..6], &FIDO_DESCRIPTOR, &[0xC0]].concat();
    let after = [&KEYBOARD[..7], &FIDO_DESCRIPTOR].concat();
    let long_item = [&[0xFE, 3, 0x10, 1, 2, 3], FIDO_DESCRIPTOR.as_slice()].concat();
    let own_page = [0x05, 0x01, 0x0B, 0x01, 0x00, 0xD0, 0xF1, 0xA1, 0x01, 0xC0];
    for (descriptor, expected) in [
        (FIDO_DESCRIPTOR.as_slice(), true),
        (&KEYBOARD, false),
        (&within, false),
        (&after, true),
        (&long_item, true),
        (&own_page, true),
        (&FIDO_DESCRIPTOR[..5], false),
        (&[], false),
    ] {
        assert_eq!(is_fido(descriptor), expected, "{descriptor:02x?}");
    }
}

#[test]
fn hidapi_lists_the_same_keys_on_this_machine() {
    let ids = |keys: Vec<FoundKey>| keys.into_iter().map(|key| key.id).collect::<Vec<_>>();
    let listed = ids(super::super::listed::enumerate());
    assert_eq!(listed, ids(enumerate()));
}

proptest! {
    #[test]
    fn no_descriptor_panics(descriptor in vec(any::<u8>(), 0..64)) {
        let _ = is_fido(&descriptor);
        let with_keys = [FIDO_DESCRIPTOR.as_slice(), &descriptor].concat();
        prop_assert!(is_fido(&with_keys));
    }
}
