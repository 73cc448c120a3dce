//! A phone's camera, held before the relying party's page.

use bench::api::Scanned;
use data_encoding::BASE64URL_NOPAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::{
    acts::told::{device_name, is_of, text},
    engine::{Act, Cast, Doing, Failure, Recorded, Reference, Registry, Stage},
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<Scan>(
        "device.scan",
        "[[steps]]\nact = \"device.scan\"\ndevice = \"phone\"\n",
    );
}

/// The owner scans the code that the page shows: to set the PIN up on the phone, or to answer a
/// workstation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Scan {
    /// The phone.
    device: String,
    /// A name that somebody in between writes over the workstation's, as long as that.
    #[serde(skip_serializing_if = "Option::is_none")]
    workstation: Option<String>,
}

impl Scan {
    /// The code as it reaches the camera.
    fn code(&self, shown: &str) -> Result<String, Failure> {
        let Some(instead) = &self.workstation else {
            return Ok(shown.to_owned());
        };
        let not = |why: &str| Failure::Page(format!("The code on the page {why}."));
        let (scheme, text) = shown.split_once(':').ok_or_else(|| not("is none"))?;
        let mut bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| not("cannot be read"))?;
        // Member 4 of the map, a text string (RFC 8949 §3.1) of the same length.
        let length = u8::try_from(instead.len()).map_err(|_| not("has a shorter name"))?;
        let (short, long) = ([4, 0x60 | length], [4, 0x78, length]);
        let found = [short.as_slice(), &long].into_iter().find_map(|head| {
            let mut windows = bytes.windows(head.len());
            Some(windows.position(|window| window == head)? + head.len())
        });
        let at = found.ok_or_else(|| not("names no workstation of that length"))?;
        let name = bytes
            .get_mut(at..at + instead.len())
            .ok_or_else(|| not("names no workstation of that length"))?;
        name.copy_from_slice(instead.as_bytes());
        Ok(format!("{scheme}:{}", BASE64URL_NOPAD.encode(&bytes)))
    }
}

impl Act for Scan {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let device = stage.device(&self.device).await?.id;
            let codes = stage.page.view().await?.scan_codes;
            let shown = codes.first().ok_or_else(|| {
                Failure::Page("The page shows no code that could be scanned.".to_owned())
            })?;
            let (bench, code) = (stage.bench.clone(), self.code(shown)?);
            stage.set_going(async move {
                // How it ended stands on the timeline and on the device.
                let _: Result<Scanned, _> = bench.device_scan(device, code).await;
            });
            Ok(())
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!("Scan the code on the page with {}.", self.device)
    }

    fn shown_by(&self, event: &Event, cast: &Cast) -> bool {
        scanned(event) && is_of(event, cast, Some(&self.device))
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

/// What a scan leads to, whatever the code was.
fn scanned(event: &Event) -> bool {
    match &*event.kind {
        "device.enrolment.claimed" | "device.logon.refused" => true,
        "device.prompt.shown" => {
            let prompt = &event.body["prompt"];
            prompt["purpose"] == "workstation" && prompt["problem"].is_null()
        }
        "device.pin.unreachable" | "device.pin.refused" => text(event, "purpose") == Some("enrol"),
        _ => false,
    }
}

impl Recorded for Scan {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        // A prompt that was closed in the end was told before; it is known then for whom it was.
        let asked = event.kind == "device.logon.refused" && text(event, "rpId").is_some();
        let begun = scanned(event) && !asked;
        let device = device_name(event, "device", before, cast).filter(|_| begun)?;
        Some(Self {
            device,
            workstation: None,
        })
    }
}
