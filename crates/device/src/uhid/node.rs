//! Which hidraw node the kernel made.

use std::fs;
use std::path::Path;

/// The name (`hidraw3`) of the node whose HID device is plugged in at `port`, in the tree `sys`.
pub(super) fn find(sys: &Path, port: &str) -> Option<String> {
    let nodes = fs::read_dir(sys.join("class/hidraw")).ok()?;
    let mut nodes = nodes.filter_map(Result::ok);
    let ours = nodes.find(|node| {
        let uevent = fs::read_to_string(node.path().join("device/uevent"));
        uevent.is_ok_and(|it| {
            it.lines()
                .any(|line| line.strip_prefix("HID_PHYS=") == Some(port))
        })
    })?;
    ours.file_name().into_string().ok()
}
