//! The kinds of event this room emits; all have the party `bench`.

/// The bench was started. Body: `version`.
pub const STARTED: &str = "bench.started";
/// A device was added. Body: `device`, `name`, `profile`.
pub const DEVICE_ADDED: &str = "bench.device.added";
/// A device was given another name. Body: `device`, `name`.
pub const DEVICE_RENAMED: &str = "bench.device.renamed";
/// Another device answers from now on. Body: `device`, `name`.
pub const DEVICE_PICKED: &str = "bench.device.picked";
/// A device was removed with all it held. Body: `device`, `name`.
pub const DEVICE_REMOVED: &str = "bench.device.removed";
/// A page's call reached no device. Body: `origin`, `options`, `code`, `message`.
pub const CALL_REFUSED: &str = "bench.call.refused";
