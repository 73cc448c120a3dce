//! The bench: the only place that composes devices, the client, relying
//! parties, clocks and the timeline. The window, the headless program and the
//! tests all stand on it.

pub mod api;
pub mod clock;
