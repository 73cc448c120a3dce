//! The walks of the house, run for real: benches, HTTP, devices.

mod fixture;
mod keys;
mod mutations;
mod recognised;
mod secrets;
mod walks;
