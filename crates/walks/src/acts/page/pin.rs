//! PINs on the account's page, and at a workstation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use timeline::Event;

use crate::{
    acts::{
        client::asked_last,
        told::{asked, lost, text},
    },
    engine::{Act, Cast, Doing, Failure, PageAct, Recorded, Reference, Registry, Stage},
    kinds,
};

pub(super) fn register(registry: &mut Registry) {
    registry.act::<SetUpPin>("page.set-up-pin", "[[steps]]\nact = \"page.set-up-pin\"\n");
    registry.act::<ContinuePin>(
        "page.continue-pin",
        "[[steps]]\nact = \"page.continue-pin\"\n",
    );
    registry.act::<ConfirmPin>(
        "page.confirm-pin",
        "[[steps]]\nact = \"page.confirm-pin\"\n",
    );
    registry.act::<ResetPin>("page.reset-pin", "[[steps]]\nact = \"page.reset-pin\"\n");
    registry.act::<RemovePhone>(
        "page.remove-phone",
        "[[steps]]\nact = \"page.remove-phone\"\nphone = \"phone\"\n",
    );
    registry.act::<BeginLogon>(
        "page.begin-logon",
        "[[steps]]\nact = \"page.begin-logon\"\naccount = \"alice\"\nworkstation = \"DESK-7\"\n",
    );
    registry.act::<EnterLogonCode>(
        "page.enter-logon-code",
        "[[steps]]\nact = \"page.enter-logon-code\"\ndevice = \"phone\"\n",
    );
}

const OFFERS: &str = "/api/pin/offers";
const LOGON_BEGIN: &str = "/api/workstation/logon/begin";
const LOGON_FINISH: &str = "/api/workstation/logon/finish";

/// A request about an offer that ends in `end`, such as `/begin`.
fn about_offer(event: &Event, method: &str, ends: &[&str]) -> bool {
    let is = event.kind == "rp.request" && text(event, "method") == Some(method);
    let path = text(event, "path").filter(|_| is);
    let rest = path.and_then(|path| path.strip_prefix(OFFERS)?.strip_prefix('/'));
    rest.is_some_and(|rest| match rest.find('/') {
        Some(at) => ends.contains(&&rest[at..]),
        None => ends.contains(&""),
    })
}

/// An act without members that presses a control of the page.
macro_rules! press {
    ($(#[$about:meta])* $name:ident, $act:expr, $instruction:literal, $message:literal, |$event:ident| $shown:expr) => {
        $(#[$about])*
        #[derive(Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(super) struct $name {}

        impl Act for $name {
            fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
                Box::pin(async { stage.page.act(&$act).await })
            }

            fn instruction(&self, _: &Cast) -> String {
                $instruction.to_owned()
            }

            fn shown_by(&self, $event: &Event, _: &Cast) -> bool {
                let shown: bool = $shown;
                shown || lost($event, $message)
            }
        }

        impl Recorded for $name {
            fn recorded($event: &Event, _: &[Event], _: &Cast) -> Option<Self> {
                let shown: bool = $shown;
                shown.then_some(Self {})
            }
        }
    };
}

press!(
    /// The person, signed in, presses "Set up PIN on a phone". The page shows a code to scan.
    SetUpPin,
    PageAct::SetUpPin,
    "On the account's page, press “Set up PIN on a phone”.",
    "POST /api/pin/offers",
    |event| asked(event, "POST", OFFERS).is_some()
);

press!(
    /// The person presses "Continue" below the code. Once a phone has scanned it, the page shows six
    /// digits, to be compared with the phone's.
    ContinuePin,
    PageAct::ContinuePin,
    "On the account's page, press “Continue”.",
    "GET /api/pin/offers/{offer}",
    |event| about_offer(event, "GET", &[""])
);

press!(
    /// The person, who compared the digits, confirms the phone with a passkey, or where the policy
    /// allows it by the digits alone.
    ConfirmPin,
    PageAct::ConfirmPin,
    "On the account's page, compare the digits and confirm.",
    "POST /api/pin/offers/{offer}/begin",
    |event| about_offer(event, "POST", &["/begin", "/confirm"])
);

press!(
    /// The person presses "Reset PIN" and confirms with a passkey.
    ResetPin,
    PageAct::ResetPin,
    "On the account's page, press “Reset PIN”, then “Reset with a passkey”.",
    "POST /api/pin/reset/begin",
    |event| asked(event, "POST", "/api/pin/reset/begin").is_some()
);

/// The person removes a phone from the account, and confirms it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RemovePhone {
    /// The name that the page shows, which is the device's.
    phone: String,
}

impl Act for RemovePhone {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let shown = stage.page.view().await?.phones;
            let index = shown.iter().position(|shown| *shown == self.phone);
            let index = index.ok_or_else(|| {
                Failure::Page(format!("The page lists no phone “{}”.", self.phone))
            })?;
            stage.page.act(&PageAct::RemovePhone { index }).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "On the account's page, remove the phone “{}” and confirm.",
            self.phone
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        removed(event).is_some() || lost(event, "DELETE /api/pin/phones/{id}")
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("phone", &self.phone)]
    }
}

/// The enrolment that the page asks to remove.
fn removed(event: &Event) -> Option<&str> {
    let is = event.kind == "rp.request" && text(event, "method") == Some("DELETE");
    let path = text(event, "path").filter(|_| is)?;
    path.strip_prefix("/api/pin/phones/")
}

impl Recorded for RemovePhone {
    fn recorded(event: &Event, before: &[Event], _: &Cast) -> Option<Self> {
        let enrolment = removed(event)?;
        let claimed = before.iter().rev().find(|claimed| {
            claimed.kind == "rp.pin.claimed" && text(claimed, "enrolmentId") == Some(enrolment)
        })?;
        let phone = text(claimed, "deviceName")?.to_owned();
        Some(Self { phone })
    }
}

/// The person types a user name at the workstation, whose screen stands at `/workstation` of the
/// site. It shows a challenge for the account's phone to scan.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct BeginLogon {
    /// The account.
    account: String,
    /// The workstation's name.
    #[schemars(length(min = 1, max = 64))]
    workstation: String,
}

impl Act for BeginLogon {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let act = PageAct::BeginLogon {
                username: self.account.clone(),
                workstation: self.workstation.clone(),
            };
            stage.page.act(&act).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        format!(
            "At the workstation, type the user name {} and the workstation's name {}, and continue.",
            self.account, self.workstation
        )
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        let names = asked(event, "POST", LOGON_BEGIN);
        names.is_some_and(|names| names["username"] == *self.account)
            || lost(event, "POST /api/workstation/logon/begin")
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::account("account", &self.account)]
    }
}

impl Recorded for BeginLogon {
    fn recorded(event: &Event, before: &[Event], _: &Cast) -> Option<Self> {
        let names = asked(event, "POST", LOGON_BEGIN)?;
        let flooded = before
            .iter()
            .rev()
            .find(|event| event.kind == kinds::FLOODED);
        if flooded.is_some_and(|flooded| flooded.body["workstation"] == names["workstation"]) {
            return None;
        }
        Some(Self {
            account: names["username"].as_str()?.to_owned(),
            workstation: names["workstation"].as_str()?.to_owned(),
        })
    }
}

/// The person types the digits that the phone shows at the workstation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct EnterLogonCode {
    /// The phone.
    device: String,
    /// True to type other digits than the phone's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    wrong: bool,
}

impl Act for EnterLogonCode {
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a> {
        Box::pin(async move {
            let shown = stage.device(&self.device).await?.shown_code;
            let code = match (shown, self.wrong) {
                (Some(shown), false) => shown.code,
                (Some(shown), true) => other_digits(&shown.code),
                (None, true) => "00000000".to_owned(),
                (None, false) => {
                    return Err(Failure::NotAsked(format!(
                        "{} shows no digits for a workstation.",
                        self.device
                    )));
                }
            };
            stage.page.act(&PageAct::FinishLogon { code }).await
        })
    }

    fn instruction(&self, _: &Cast) -> String {
        if self.wrong {
            "At the workstation, type eight digits that the phone does not show.".to_owned()
        } else {
            format!(
                "At the workstation, type the eight digits that {} shows.",
                self.device
            )
        }
    }

    fn shown_by(&self, event: &Event, _: &Cast) -> bool {
        asked(event, "POST", LOGON_FINISH).is_some()
            || lost(event, "POST /api/workstation/logon/finish")
    }

    fn refers(&self) -> Vec<Reference> {
        vec![Reference::device("device", &self.device)]
    }
}

/// Each digit but one more than it is.
fn other_digits(code: &str) -> String {
    let more = |digit: u8| char::from(b'0' + (digit.wrapping_sub(b'0') + 1) % 10);
    code.bytes().map(more).collect()
}

impl Recorded for EnterLogonCode {
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self> {
        asked(event, "POST", LOGON_FINISH)?;
        if asked_last(before, LOGON_BEGIN) {
            return None;
        }
        let answered = (before.iter().rev()).find(|event| event.kind == "device.logon.answered")?;
        let device = crate::acts::told::device_name(answered, "device", before, cast)?;
        Some(Self {
            device,
            wrong: false,
        })
    }
}
