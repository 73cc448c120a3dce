//! The walks with keys, where `hid` can be had.

use std::path::Path;
use std::process::Command;

use super::inside;
use super::plugged::touchstone;

#[test]
#[ignore = "runs in the virtual machine"]
fn the_walks_with_keys_pass_at_real_nodes() {
    inside();
    let walks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/walks/keys");
    let output = Command::new(touchstone())
        .arg("walk")
        .arg(walks)
        .output()
        .expect("touchstone starts");
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}{errors}");
}
