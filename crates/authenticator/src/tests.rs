//! Each command, well-meant and hostile, against the real state machine.

mod client_pin;
mod fingerprint;
mod get_assertion;
mod get_info;
mod make_credential;
mod pin_retries;
mod pin_uv_auth;
mod platform;
mod reset;
mod sequences;
mod tokens;
mod verification;
mod world;
