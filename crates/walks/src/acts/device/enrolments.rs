//! What the owner of a phone does with the PINs that it is enrolled for.

use bench::api::{DeviceSettings, EnrolmentSummary, KeptStores, VerificationMethod};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::{
    acts::told::{device_name, is_of, text},
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Sync>(
        "device.sync",
        "[[steps]]\nact = \"device.sync\"\ndevice = \"phone\"\n",
    );
    registry.act::<VerifyOnline>(
        "device.verify-online",
        "[[steps]]\nact = \"device.verify-online\"\ndevice = \"phone\"\n",
    );
    registry.act::<SetOnlinePin>(
        "device.set-online-pin",
        "[[steps]]\nact = \"device.set-online-pin\"\ndevice = \"phone\"\n",
    );
    registry.act::<ChangeOnlinePin>(
        "device.change-online-pin",
        "[[steps]]\nact = \"device.change-online-pin\"\ndevice = \"phone\"\n",
    );
    registry.act::<ForgetEnrolment>(
        "device.forget-enrolment",
        "[[steps]]\nact = \"device.forget-enrolment\"\ndevice = \"phone\"\n",
    );
    registry.act::<ForgePush>(
        "device.forge-push",
        "[[steps]]\nact = \"device.forge-push\"\ndevice = \"phone\"\n",
    );
    registry.act::<Settings>(
        "device.settings",
        "[[steps]]\nact = \"device.settings\"\ndevice = \"phone\"\nverification = \"synced-pin\"\n",
    );
    registry.act::<RestoreStores>(
        "device.restore-stores",
        "[[steps]]\nact = \"device.restore-stores\"\ndevice = \"phone\"\nwhich = \"vault\"\n",
    );
    registry.act::<CopyEnrolments>(
        "device.copy-enrolments",
        "[[steps]]\nact = \"device.copy-enrolments\"\nfrom = \"phone\"\nto = \"clone\"\n",
    );
}

/// The enrolment that is meant: the device's only one, or the one at this relying party.
pub(super) async fn enrolment(
    stage: &Stage,
    device: &str,
    rp_id: Option<&str>,
) -> Result<(String, EnrolmentSummary), Failure> {
    let summary = stage.device(device).await?;
    let mut fits = (summary.enrolments.into_iter())
        .filter(|enrolment| rp_id.is_none_or(|rp_id| enrolment.rp_id == rp_id));
    match (fits.next(), fits.next()) {
        (Some(one), None) => Ok((summary.id, one)),
        (None, _) => Err(Failure::Missing(match rp_id {
            Some(rp_id) => format!("{device} is not enrolled for a PIN at {rp_id}."),
            None => format!("{device} is not enrolled for any PIN."),
        })),
        (Some(_), Some(_)) => Err(Failure::Missing(format!(
            "{device} is enrolled for several PINs. Say which one with rp-id."
        ))),
    }
}

/// The relying party of an enrolment's event, where the device has several enrolments.
fn recorded_rp(event: &Event, before: &[Event]) -> Option<String> {
    let made = |made: &&Event| {
        made.kind == "device.enrolment.made" && text(made, "device") == text(event, "device")
    };
    let several = before.iter().filter(made).count() > 1;
    let rp_id = text(event, "rpId").map(str::to_owned);
    rp_id.filter(|_| several)
}

/// An act on one enrolment, which goes on by itself or asks the person.
macro_rules! with_enrolment {
    ($(#[$about:meta])* $name:ident, $instruction:literal, $method:ident,
     |$event:ident| $shown:expr, |$found:ident, $before:ident| $recorded:expr) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {
            /// The phone.
            device: String,
            /// The relying party whose PIN is meant; needed where the phone has several.
            #[serde(skip_serializing_if = "Option::is_none")]
            rp_id: Option<String>,
        }

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async move {
                    let (device, enrolment) =
                        enrolment(stage, &self.device, self.rp_id.as_deref()).await?;
                    let bench = stage.bench.clone();
                    stage.set_going(async move {
                        // How it ended stands on the timeline and on the device.
                        let _ = bench.$method(device, enrolment.enrolment_id).await;
                    });
                    Ok(())
                })
            }

            fn instruction(&self, _: &Cast) -> String {
                match &self.rp_id {
                    Some(rp_id) => format!(concat!($instruction, " of {}."), self.device, rp_id),
                    None => format!(concat!($instruction, "."), self.device),
                }
            }

            fn shown_by(&self, $event: &Event, cast: &Cast) -> bool {
                let shown: bool = $shown;
                let wanted = self.rp_id.as_deref();
                let named = wanted.is_none_or(|rp_id| {
                    [&$event.body["rpId"], &$event.body["prompt"]["rpId"]]
                        .into_iter()
                        .any(|told| told == rp_id)
                });
                shown && named && is_of($event, cast, Some(&self.device))
            }

            fn refers(&self) -> Vec<Reference> {
                vec![Reference::device("device", &self.device)]
            }
        }

        impl Recorded for $name {
            fn recorded($found: &Event, $before: &[Event], cast: &Cast) -> Option<Self> {
                let recorded: bool = $recorded;
                let device = device_name($found, "device", $before, cast).filter(|_| recorded)?;
                Some(Self {
                    device,
                    rp_id: recorded_rp($found, $before),
                })
            }
        }
    };
}

fn exchanges(event: &Event, purpose: &str) -> bool {
    event.kind == "device.pin.exchange" && text(event, "purpose") == Some(purpose)
}

/// An exchange that the owner began at the device, and not the device by itself.
fn by_owner(event: &Event, purpose: &str) -> bool {
    exchanges(event, purpose) && text(event, "by") == Some("owner")
}

with_enrolment!(
    /// The owner presses "Sync now": the phone fetches what it needs to check the PIN offline.
    Sync,
    "On {}, press “Sync now” for the PIN",
    enrolment_sync,
    |event| exchanges(event, "sync"),
    |found, before| by_owner(found, "sync")
);

with_enrolment!(
    /// The owner presses "Enter PIN online": the phone asks for the PIN, and the relying party
    /// checks it.
    VerifyOnline,
    "On {}, press “Enter PIN online” for the PIN",
    enrolment_verify,
    |event| exchanges(event, "verify"),
    |found, before| by_owner(found, "verify")
);

with_enrolment!(
    /// The owner presses "Set a PIN": the phone asks twice for a PIN and sets it at the relying party.
    SetOnlinePin,
    "On {}, press “Set a PIN” for the PIN",
    enrolment_set_pin,
    |event| exchanges(event, "set"),
    |found, before| by_owner(found, "set")
);

with_enrolment!(
    /// The owner presses "Change PIN": the phone asks for the old one and twice for a new one, and
    /// the relying party judges both.
    ChangeOnlinePin,
    "On {}, press “Change PIN” for the PIN",
    enrolment_change_pin,
    |event| exchanges(event, "change"),
    |found, before| by_owner(found, "change")
);

with_enrolment!(
    /// The owner deletes an enrolment on the phone, with all that is kept of its PIN.
    ForgetEnrolment,
    "On {}, forget the PIN",
    enrolment_forget,
    |event| event.kind == "device.enrolment.forgotten",
    |found, before| found.kind == "device.enrolment.forgotten" && text(found, "why") == Some("owner")
);

with_enrolment!(
    /// Somebody in between puts a push on the phone's open stream that another key than the relying
    /// party's signed.
    ForgePush,
    "Forge a push to {} for the PIN",
    device_forge_push,
    |event| event.kind == "bench.push.forged",
    |found, before| found.kind == "bench.push.forged"
);

/// The owner changes how the phone verifies them. What is not named stays as it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Settings {
    /// The phone.
    device: String,
    /// Which PIN verifies the user of a passkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Method>,
    /// Whether a fingerprint is enrolled, and asked for first.
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<bool>,
    /// Whether any enrolment's PIN will do for any relying party's passkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    any_enrolment: Option<bool>,
    /// Whether the phone's PIN app asks for a PIN before it opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_lock: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Method {
    /// The phone's own PIN.
    DevicePin,
    /// The PIN of the account, synchronized from its relying party.
    SyncedPin,
}

impl Settings {
    fn over(&self, now: DeviceSettings) -> DeviceSettings {
        DeviceSettings {
            verification: match self.verification {
                Some(Method::DevicePin) => VerificationMethod::DevicePin,
                Some(Method::SyncedPin) => VerificationMethod::SyncedPin,
                None => now.verification,
            },
            fingerprint: self.fingerprint.unwrap_or(now.fingerprint),
            any_enrolment: self.any_enrolment.unwrap_or(now.any_enrolment),
            app_lock: self.app_lock.unwrap_or(now.app_lock),
        }
    }
}

impl Act for Settings {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?;
            let settings = self.over(device.settings);
            Ok(stage.bench.device_settings(device.id, settings).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        let method = self.verification.map(|method| match method {
            Method::DevicePin => "verify with its own PIN".to_owned(),
            Method::SyncedPin => "verify with the synchronized PIN".to_owned(),
        });
        let switch = |wanted: Option<bool>, what: &str| {
            wanted.map(|on| format!("{what} {}", if on { "on" } else { "off" }))
        };
        let changes = [
            method,
            switch(self.fingerprint, "fingerprint"),
            switch(self.any_enrolment, "any enrolment's PIN"),
            switch(self.app_lock, "app lock"),
        ];
        let changes: Vec<String> = changes.into_iter().flatten().collect();
        format!(
            "In the settings of {}, choose: {}.",
            self.device,
            changes.join(", ")
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "device.settings.changed" && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

impl Recorded for Settings {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let changed = event.kind == "device.settings.changed";
        let device = device_name(event, "device", before, cast).filter(|_| changed)?;
        let settings = DeviceSettings::deserialize(&event.body["settings"]).ok()?;
        Some(Self {
            device,
            verification: Some(match settings.verification {
                VerificationMethod::DevicePin => Method::DevicePin,
                VerificationMethod::SyncedPin => Method::SyncedPin,
            }),
            fingerprint: Some(settings.fingerprint),
            any_enrolment: Some(settings.any_enrolment),
            app_lock: Some(settings.app_lock),
        })
    }
}

/// Somebody puts back what a phone's stores held when they were kept, as with an old backup.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RestoreStores {
    /// The phone.
    device: String,
    /// Which of the two stores.
    which: Stores,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Stores {
    /// The records in the vault.
    Vault,
    /// The items in the keyring.
    Keyring,
    /// Both.
    Both,
}

impl Stores {
    fn name(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::Keyring => "keyring",
            Self::Both => "both",
        }
    }
}

impl Act for RestoreStores {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?.id;
            let which = match self.which {
                Stores::Vault => KeptStores::Vault,
                Stores::Keyring => KeptStores::Keyring,
                Stores::Both => KeptStores::Both,
            };
            Ok(stage.bench.device_stores_restore(device, which).await?)
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        let what = match self.which {
            Stores::Vault => "the vault's records",
            Stores::Keyring => "the keyring's items",
            Stores::Both => "the vault's records and the keyring's items",
        };
        format!(
            "Put {what} of {} back as they were when they were kept.",
            self.device
        )
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        event.kind == "bench.stores.restored"
            && text(event, "which") == Some(self.which.name())
            && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

impl Recorded for RestoreStores {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let restored = event.kind == "bench.stores.restored";
        let stores = [Stores::Vault, Stores::Keyring, Stores::Both];
        Some(Self {
            device: device_name(event, "device", before, cast).filter(|_| restored)?,
            which: (stores.into_iter()).find(|which| text(event, "which") == Some(which.name()))?,
        })
    }
}

/// Copies a phone's enrolments to another device, keys and counters and all, as somebody does who
/// read its memory.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CopyEnrolments {
    /// The phone.
    from: String,
    /// The device that gets them.
    to: String,
}

impl Act for CopyEnrolments {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let from = stage.device(&self.from).await?.id;
            let to = stage.device(&self.to).await?.id;
            stage.bench.device_copy_enrolments(from, to).await?;
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Copy the enrolments of {} to {}.", self.from, self.to)
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        let is = |member, name| {
            cast.device(name)
                .is_none_or(|device| text(event, member) == Some(device.id.as_str()))
        };
        event.kind == "bench.enrolments.copied" && is("from", &self.from) && is("to", &self.to)
    }

    fn refers(&self) -> Vec<Reference> {
        vec![
            Reference::device("from", &self.from),
            Reference::device("to", &self.to),
        ]
    }
}

impl Recorded for CopyEnrolments {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let copied = event.kind == "bench.enrolments.copied";
        Some(Self {
            from: device_name(event, "from", before, cast).filter(|_| copied)?,
            to: device_name(event, "to", before, cast)?,
        })
    }
}
