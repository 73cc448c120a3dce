//! Each command, well-meant and hostile, against the real state machine.

mod get_assertion;
mod get_info;
mod make_credential;
mod reset;
mod sequences;
mod verification;
mod world;
