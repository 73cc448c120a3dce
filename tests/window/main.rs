//! The real window, driven through WebDriver under Xvfb: what a tester does,
//! with a real keyring, a real database and real HTTP.

#![cfg(target_os = "linux")]

mod album;
mod bridge;
mod ceremonies;
mod desk;
mod device_pane;
mod failures;
mod hands;
mod key_hands;
mod keys;
mod keys_shots;
mod long;
mod outside;
mod pin_hands;
mod pin_shots;
mod pins;
mod shots;
mod walks;
