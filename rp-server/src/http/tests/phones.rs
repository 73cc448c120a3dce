//! The addresses of phones, used by real device halves of crate `pin_sync`.

mod device;
mod enrolment;
mod exchange;
mod logon;
mod online;
mod refused;
mod secrets;
mod streams;
mod tampering;
