//! Keys at real hidraw nodes, in the virtual machine of `cargo xtask vm`: no machine that runs tests
//! has `/dev/uhid`.
//!
//! The tests of [`boots`] start that machine and, in it, this same program with the tests of
//! [`guest`] or [`browser`], which are ignored anywhere else. To run one of them by hand:
//! `cargo test -p touchstone-cli --test keys --no-run`, then
//! `cargo xtask vm -- PROGRAM --ignored NAME`.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod boots;
#[cfg(target_os = "linux")]
mod browser;
#[cfg(target_os = "linux")]
#[path = "../headless/chromium.rs"]
#[allow(
    dead_code,
    reason = "other tests bring authenticators of WebDriver's own"
)]
mod chromium;
#[cfg(target_os = "linux")]
mod guest;
#[cfg(target_os = "linux")]
#[path = "../headless/relying_party.rs"]
#[allow(dead_code, reason = "other tests end it in other ways")]
mod relying_party;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
#[ignore = "real nodes are tested in a virtual machine, which starts on Linux for x86-64 only"]
fn keys_at_real_nodes() {}
