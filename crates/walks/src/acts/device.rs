//! What the tester does with devices.

mod enrolments;
mod passkeys;
mod plug;
mod reset;
mod scan;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::told::{device_name, is_of, text};
use crate::engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Add>(
        "device.add",
        "[[steps]]\nact = \"device.add\"\nname = \"key\"\nprofile = \"key\"\n",
    );
    registry.act::<Pick>(
        "device.pick",
        "[[steps]]\nact = \"device.pick\"\ndevice = \"phone\"\n",
    );
    registry.act::<Rename>(
        "device.rename",
        "[[steps]]\nact = \"device.rename\"\ndevice = \"phone\"\nname = \"Old phone\"\n",
    );
    registry.act::<Remove>(
        "device.remove",
        "[[steps]]\nact = \"device.remove\"\ndevice = \"phone\"\n",
    );
    registry.act::<Wipe>(
        "device.wipe",
        "[[steps]]\nact = \"device.wipe\"\ndevice = \"phone\"\n",
    );
    registry.act::<ChangePin>(
        "device.change-pin",
        "[[steps]]\nact = \"device.change-pin\"\ndevice = \"phone\"\n",
    );
    registry.act::<PowerCycle>(
        "device.power-cycle",
        "[[steps]]\nact = \"device.power-cycle\"\ndevice = \"phone\"\n",
    );
    registry.act::<KeepStores>(
        "device.keep-stores",
        "[[steps]]\nact = \"device.keep-stores\"\ndevice = \"phone\"\n",
    );
    registry.act::<LockApp>(
        "device.lock-app",
        "[[steps]]\nact = \"device.lock-app\"\ndevice = \"phone\"\n",
    );
    registry.act::<UnlockApp>(
        "device.unlock-app",
        "[[steps]]\nact = \"device.unlock-app\"\ndevice = \"phone\"\n",
    );
    registry.act::<ContinueEnrolment>(
        "device.continue-enrolment",
        "[[steps]]\nact = \"device.continue-enrolment\"\ndevice = \"phone\"\n",
    );
    plug::register(registry);
    scan::register(registry);
    enrolments::register(registry);
    reset::register(registry);
    passkeys::register(registry);
}

/// Adds a device, which is then in use. Devices that are there from the start stand under
/// `[[devices]]` instead.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Add {
    /// Its name, by which later steps call it.
    #[schemars(length(min = 1, max = 64))]
    name: String,
    /// What it is; a phone unless it says otherwise.
    #[serde(default)]
    profile: Profile,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Profile {
    /// A phone: a display, a PIN of its own.
    #[default]
    Phone,
    /// A security key: a light and a touch, no user verification.
    Key,
    /// A security key whose PIN is typed at the client.
    PinKey,
    /// A security key with a fingerprint reader.
    FingerprintKey,
}

impl Profile {
    const ALL: [Self; 4] = [Self::Phone, Self::Key, Self::PinKey, Self::FingerprintKey];

    fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Key => "key",
            Self::PinKey => "pin-key",
            Self::FingerprintKey => "fingerprint-key",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Key => "key",
            Self::PinKey => "key with a PIN",
            Self::FingerprintKey => "key with a fingerprint reader",
        }
    }
}

impl Act for Add {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let profile = self.profile.name().to_owned();
            stage.bench.device_add(self.name.clone(), profile).await?;
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "Add a {} and call it “{}”.",
            self.profile.words(),
            self.name
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        event.kind == "bench.device.added" && text(event, "name") == Some(&self.name)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("name", &self.name).introduced()]
    }
}

impl Recorded for Add {
    fn recorded(event: &Event, _: &[Event], cast: &Cast) -> Option<Self> {
        let added = event.kind == "bench.device.added";
        // The cast's own devices are there from the start.
        let id = text(event, "device").filter(|id| added && cast.device_by_id(id).is_none())?;
        let named = text(event, "profile")?;
        let mut known = Profile::ALL.into_iter();
        let profile = known.find(|known| known.name() == named)?;
        let name = text(event, "name").unwrap_or(id).to_owned();
        Some(Self { name, profile })
    }
}

/// An act whose only member is a device.
macro_rules! with_device {
    ($(#[$about:meta])* $name:ident, $instruction:literal, $kind:literal,
     |$stage:ident, $device:ident| $work:expr, |$event:ident, $before:ident| $recorded:expr) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            /// The device.
            device: String,
        }

        impl Act for $name {
            fn perform<'a>(&'a self, $stage: &'a Stage) -> Doing<'a> {
                Box::pin(async move {
                    let $device = $stage.device(&self.device).await?.id;
                    $work
                })
            }

            fn instruction(&self, _: &Cast) -> String {
                format!($instruction, self.device)
            }

            fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
                event.kind == $kind && is_of(event, cast, Some(&self.device))
            }

            fn refers(&self) -> Vec<Reference> {
                vec![Reference::device("device", &self.device)]
            }
        }

        impl Recorded for $name {
            fn recorded($event: &Event, $before: &[Event], cast: &Cast) -> Option<Self> {
                let shown = $event.kind == $kind && $recorded;
                let device = device_name($event, "device", $before, cast).filter(|_| shown)?;
                Some(Self { device })
            }
        }
    };
}

with_device!(
    /// Puts a device in use: it answers the next ceremony.
    Pick,
    "Use {} from now on.",
    "bench.device.picked",
    |stage, device| Ok(stage.bench.device_pick(device).await?),
    |event, before| true
);

with_device!(
    /// Takes a device away, with all it holds.
    Remove,
    "Remove {}.",
    "bench.device.removed",
    |stage, device| Ok(stage.bench.device_remove(device).await?),
    |event, before| true
);

with_device!(
    /// Erases a device's passkeys and PIN, without asking anybody.
    Wipe,
    "Wipe {} in the device pane.",
    "device.reset",
    |stage, device| Ok(stage.bench.device_wipe(device).await?),
    // A blocked device that its person wipes tells the same, after a touch.
    |event, before| before.last().is_none_or(|last| last.kind != "device.prompt.answered")
);

with_device!(
    /// Takes a device's power away and gives it back. What is stored stays.
    PowerCycle,
    "Take the power of {} away and give it back.",
    "bench.device.powerCycled",
    |stage, device| Ok(stage.bench.device_power_cycle(device).await?),
    |event, before| true
);

with_device!(
    /// Keeps a copy of what a phone's two stores hold, to be put back later.
    KeepStores,
    "Keep a copy of the stores of {}.",
    "bench.stores.kept",
    |stage, device| Ok(stage.bench.device_stores_keep(device).await?),
    |event, before| true
);

with_device!(
    /// The owner locks the phone's PIN app.
    LockApp,
    "Lock the PIN app of {}.",
    "device.app.locked",
    |stage, device| Ok(stage.bench.device_lock_app(device).await?),
    |event, before| text(event, "by") == Some("owner")
);

with_device!(
    /// The owner unlocks the phone's PIN app, which asks for a PIN.
    UnlockApp,
    "Unlock the PIN app of {}.",
    "device.prompt.shown",
    |stage, device| {
        let bench = stage.bench.clone();
        stage.set_going(async move {
            // How it ended stands on the timeline and on the device.
            let _ = bench.device_unlock_app(device).await;
        });
        Ok(())
    },
    |event, before| {
        let prompt = &event.body["prompt"];
        match prompt["kind"].as_str() {
            Some("unverifiable") => prompt["rpId"].is_null() && unlocks_in_vain(event, before),
            _ => prompt["purpose"] == "appUnlock" && prompt["problem"].is_null(),
        }
    }
);

/// No PIN can be asked for, and none was asked for before in the same attempt.
fn unlocks_in_vain(event: &Event, before: &[Event]) -> bool {
    let of_device = |last: &&Event| text(last, "device") == text(event, "device");
    let last = (before.iter().rev().filter(of_device))
        .find(|last| last.kind == "device.app.locked" || last.kind == "device.prompt.answered");
    last.is_some_and(|last| text(last, "answer") != Some("pinEntered"))
}

with_device!(
    /// The owner, who compared the digits, goes on with the enrolment: both keys sign, and a PIN is
    /// set where the account has none.
    ContinueEnrolment,
    "On {}, press “Continue”.",
    "device.enrolment.made",
    |stage, device| {
        let bench = stage.bench.clone();
        stage.set_going(async move {
            // How it ended stands on the timeline and on the device.
            let _ = bench.enrolment_continue(device).await;
        });
        Ok(())
    },
    |event, before| true
);

/// Starts a change of the device's PIN: it asks for the old one, if there is one, and then for a
/// new one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ChangePin {
    /// The device.
    device: String,
}

impl Act for ChangePin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?;
            if device.profile != "phone" {
                return Err(Failure::Missing(format!(
                    "{} has no PIN that could be changed: it is a {}.",
                    self.device, device.profile
                )));
            }
            let bench = stage.bench.clone();
            stage.set_going(async move {
                // How it ended stands on the timeline and on the device.
                let _ = bench.device_change_pin(device.id).await;
            });
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Change the PIN of {} in the device pane.", self.device)
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        asks_by_itself(event) && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

/// A device asks for a PIN, for the first time and for no relying party.
fn asks_by_itself(event: &Event) -> bool {
    let prompt = &event.body["prompt"];
    event.kind == "device.prompt.shown"
        && matches!(prompt["kind"].as_str(), Some("enterPin" | "setPin"))
        && prompt["purpose"] == "device"
        && prompt["rpId"].is_null()
        && prompt["problem"].is_null()
        && prompt["confirming"] != true
}

impl Recorded for ChangePin {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let last = before
            .iter()
            .rev()
            .find(|last| text(last, "device") == text(event, "device"));
        let goes_on = last.is_some_and(|last| last.kind == "device.pin.checked");
        let begun = asks_by_itself(event) && !goes_on;
        let device = device_name(event, "device", before, cast).filter(|_| begun)?;
        Some(Self { device })
    }
}

/// Gives a device another name. The walk goes on calling it by the old one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Rename {
    /// The device.
    device: String,
    /// The name that the bench shows from then on.
    #[schemars(length(min = 1, max = 64))]
    name: String,
}

impl Act for Rename {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?.id;
            Ok(stage.bench.device_rename(device, self.name.clone()).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Rename {} to “{}”.", self.device, self.name)
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "bench.device.renamed"
            && is_of(event, cast, Some(&self.device))
            && text(event, "name") == Some(&self.name)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

impl Recorded for Rename {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let renamed = event.kind == "bench.device.renamed";
        Some(Self {
            device: device_name(event, "device", before, cast).filter(|_| renamed)?,
            name: text(event, "name")?.to_owned(),
        })
    }
}
