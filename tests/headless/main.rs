//! The headless binary `touchstone`, run as a user runs it: one module a subcommand or client.

mod chromium;
mod device_pin;
mod device_udp;
mod device_uhid;
mod keys;
mod pin_canaries;
mod pin_sync;
mod relying_party;
mod rp_chromium;
mod rp_chromium_pin;
mod rp_http;
mod rp_policy;
mod verify;
mod walk;
