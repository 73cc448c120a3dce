//! What the timeline is told of a plug.

use serde_json::{Value, json};

use crate::{Device, kinds};

/// A device that others can reach, from now until this is dropped.
#[derive(Debug)]
pub(crate) struct Plug {
    device: Device,
    body: Value,
}

impl Plug {
    /// Says that `device` can be reached `way` (`hid` or `udp`), at `place` of that way.
    pub(crate) fn new(device: Device, way: &str, place: &str) -> Self {
        let key = format!("{way}:{place}");
        let body = json!({ "device": device.id(), "way": way, "key": key });
        device.emit(kinds::PLUGGED, body.clone());
        Self { device, body }
    }

    /// The device.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        self.device.emit(kinds::UNPLUGGED, self.body.take());
    }
}
