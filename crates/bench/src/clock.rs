//! The machine's own clock, the only place that asks the operating system for the time, and the
//! parties' clocks, which the tester can move.

mod system;
#[cfg(test)]
mod tests;
mod virtual_clock;

pub use system::SystemClock;
pub use virtual_clock::VirtualClock;
