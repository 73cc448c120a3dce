//! The bench as a whole, without a window: real vault, real HTTP, real devices.

mod devices;
mod person;
mod sign_in;
mod vault;
