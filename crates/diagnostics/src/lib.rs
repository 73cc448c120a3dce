//! Who a key is and what it can do, each statement explained with its clause; and what this machine
//! lacks to reach keys, with the command that mends it.
//!
//! It may use `client`, `ctap`, `webauthn`, `timeline`, and of `device` what it says of uhid. It changes nothing: it sends
//! authenticatorGetInfo and asks for the tries that are left, and reads a few files.
//!
//! - **fact**: one member of authenticatorGetInfo in words ([`Fact`]); **part**: one item of it.
//! - **report**: all facts of one key, with how its PIN stands ([`Report`]).
//! - **finding**: one thing that stands between this machine and a key ([`Finding`]).

mod doctor;
mod error;
mod explain;
mod init;
mod pin;
mod report;
mod shapes;

pub use doctor::doctor;
pub use error::Error;
pub use explain::{Explained, explain, explain_answer, plain};
pub use report::report;
pub use shapes::{Fact, Finding, Init, Part, Pin, Report, Standing, State, Took};

#[cfg(test)]
mod tests;
