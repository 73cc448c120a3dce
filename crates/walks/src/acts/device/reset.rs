//! A PIN that its owner resets in the phone's app.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use super::enrolments::enrolment;
use crate::{
    acts::told::{asked, device_name, text},
    engine::{Act, Cast, Doing, Recorded, Reference, Registry, Stage},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<ResetPin>(
        "device.reset-pin",
        "[[steps]]\nact = \"device.reset-pin\"\ndevice = \"phone\"\n",
    );
}

/// What the app asks the relying party first.
const BEGIN: &str = "/pin/reset/begin";

/// The owner presses "Reset the PIN here…": a passkey on the phone is shown to the relying party, in
/// which something else than this PIN must have verified the user.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ResetPin {
    /// The phone.
    device: String,
    /// The relying party whose PIN is meant; needed where the phone has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    rp_id: Option<String>,
}

impl Act for ResetPin {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let (device, enrolment) = enrolment(stage, &self.device, self.rp_id.as_deref()).await?;
            let bench = stage.bench.clone();
            stage.set_going(async move {
                // How it ended stands on the timeline and on the account.
                let _ = bench
                    .enrolment_reset_pin(device, enrolment.enrolment_id)
                    .await;
            });
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        let of = self.rp_id.as_deref().map(|rp_id| format!(" of {rp_id}"));
        format!(
            "On {}, press “Reset the PIN here…” for the PIN{}.",
            self.device,
            of.unwrap_or_default()
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        asked(event, "POST", BEGIN).is_some()
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

impl Recorded for ResetPin {
    /// The request names no phone: the first prompt after it stands on the one.
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        let is_prompt = |event: &Event| event.kind == "device.prompt.shown";
        let mut since = before.iter().rev().take_while(|before| !is_prompt(before));
        let is_first =
            is_prompt(event) && since.any(|before| asked(before, "POST", BEGIN).is_some());
        let device = device_name(event, "device", before, cast).filter(|_| is_first)?;
        let of_phone = |made: &&Event| {
            made.kind == "device.enrolment.made" && text(made, "device") == text(event, "device")
        };
        let several = before.iter().filter(of_phone).count() > 1;
        let rp_id = event.body["prompt"]["rpId"].as_str();
        Some(Self {
            device,
            rp_id: rp_id.filter(|_| several).map(str::to_owned),
        })
    }
}
