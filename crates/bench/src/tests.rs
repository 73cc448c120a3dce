//! The bench as a whole, without a window: real vault, real HTTP, real devices.

mod clocks;
mod closing;
mod devices;
mod faults;
mod find;
mod keys;
mod network;
mod parties;
mod person;
mod pins;
mod setting;
mod sign_in;
mod vault;
