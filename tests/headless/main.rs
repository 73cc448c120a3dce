//! The headless binary `touchstone`, run as a user runs it: one module a subcommand or client.

mod device_udp;
mod relying_party;
mod rp_chromium;
mod rp_http;
mod verify;
mod walk;
