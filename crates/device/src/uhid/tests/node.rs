use std::fs;
use std::path::Path;

use crate::uhid::node::find;

fn node(sys: &Path, name: &str, uevent: &str) {
    let device = sys.join("class/hidraw").join(name).join("device");
    fs::create_dir_all(&device).expect("a folder");
    fs::write(device.join("uevent"), uevent).expect("a file");
}

#[test]
fn finds_the_node_of_its_own_port_among_others() {
    let sys = tempfile::tempdir().expect("a folder");
    assert_eq!(find(sys.path(), "touchstone/2"), None, "no hidraw at all");
    node(
        sys.path(),
        "hidraw0",
        "HID_NAME=Mouse\nHID_PHYS=usb-1/input0\nHID_UNIQ=\n",
    );
    node(
        sys.path(),
        "hidraw1",
        "HID_NAME=HID_PHYS=touchstone/2\nHID_PHYS=touchstone/20\n",
    );
    fs::create_dir_all(sys.path().join("class/hidraw/hidraw2")).expect("one that just goes");
    assert_eq!(find(sys.path(), "touchstone/2"), None);
    node(
        sys.path(),
        "hidraw13",
        "DRIVER=hid-generic\nHID_PHYS=touchstone/2\nHID_UNIQ=7\n",
    );
    assert_eq!(
        find(sys.path(), "touchstone/2").as_deref(),
        Some("hidraw13")
    );
}
