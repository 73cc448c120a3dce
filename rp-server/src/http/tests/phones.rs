//! The addresses of phones, used by real device halves of crate `pin_sync`.

mod ada;
mod administration;
mod device;
mod enrolment;
mod exchange;
mod factors;
mod logon;
mod online;
mod refused;
mod secrets;
mod self_service;
mod streams;
mod tampering;
mod workstation;
