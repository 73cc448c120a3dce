//! Devices that are plugged in, and unplugged.

use bench::api::PlugWay;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::{
    acts::told::{device_name, is_of, text},
    engine::{Act, Cast, Doing, Recorded, Reference, Registry, Stage},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Plug>(
        "device.plug",
        "[[steps]]\nact = \"device.plug\"\ndevice = \"key\"\nway = \"udp\"\n",
    );
    registry.act::<Unplug>(
        "device.unplug",
        "[[steps]]\nact = \"device.unplug\"\ndevice = \"key\"\n",
    );
}

/// Plugs a device in: from then on the client reaches it as a key outside the program. A device that
/// is in use stays so. One that is plugged in from the start has its `way` under `[[devices]]`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Plug {
    /// The device.
    device: String,
    /// How; over UDP unless it says otherwise.
    #[serde(default)]
    way: Way,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Way {
    /// Over UDP, which works everywhere.
    #[default]
    Udp,
    /// As a USB key, through the kernel's uhid: on Linux, with the right to do so.
    Hid,
}

impl Way {
    fn plug(self) -> PlugWay {
        match self {
            Self::Udp => PlugWay::Udp,
            Self::Hid => PlugWay::Hid,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Hid => "hid",
        }
    }
}

impl Act for Plug {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?.id;
            stage.bench.device_plug(device, self.way.plug()).await?;
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        match self.way {
            Way::Udp => format!("Plug {} in over UDP.", self.device),
            Way::Hid => format!("Plug {} in as a USB key.", self.device),
        }
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.plugged"
            && text(event, "way") == Some(self.way.name())
            && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }

    fn plugs(&self) -> Option<PlugWay> {
        Some(self.way.plug())
    }
}

impl Recorded for Plug {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let plugged = event.kind == "device.plugged";
        Some(Self {
            device: device_name(event, "device", before, cast).filter(|_| plugged)?,
            way: match text(event, "way")? {
                "hid" => Way::Hid,
                _ => Way::Udp,
            },
        })
    }
}

/// Unplugs a device. What a client has under way there ends, and the device stays in use: the next
/// call says that it is not plugged in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Unplug {
    /// The device.
    device: String,
}

impl Act for Unplug {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?.id;
            Ok(stage.bench.device_unplug(device).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Unplug {}.", self.device)
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.unplugged" && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

impl Recorded for Unplug {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let unplugged = event.kind == "device.unplugged";
        let device = device_name(event, "device", before, cast).filter(|_| unplugged)?;
        Some(Self { device })
    }
}
