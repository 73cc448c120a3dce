//! Acts and subjects for the engine's own tests: it knows none of the real ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use timeline::{Event, Seq};

use super::{Act, Cast, Doing, Found, Recorded, Reference, Registry, Stage, Subject};

/// Presses the button.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {}

/// Fills the form in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CreateAccount {
    /// Whose account.
    account: String,
}

/// Lets time pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Skip {
    /// How long.
    by: Span,
    /// Whose clocks; everybody's unless it says otherwise.
    #[serde(default)]
    parties: Option<Vec<Clocked>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Clocked {
    /// The authenticator's.
    Device,
    /// The browser's.
    Client,
    /// The relying party's.
    RelyingParty,
}

/// A duration that is read from its text.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
struct Span(u64);

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        humantime::parse_duration(&text)
            .map(|span| Self(span.as_secs()))
            .map_err(|_| format!("\"{text}\" is no duration."))
    }
}

/// Brings a device in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AddDevice {
    /// Its name.
    name: String,
}

/// Types a PIN.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct EnterPin {
    /// Which, as `secret:NAME`.
    pin: String,
    /// On which device.
    device: Option<String>,
}

/// Changes a field.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Tamper {
    /// Which.
    field: String,
    /// How.
    change: Change,
    /// How often.
    #[schemars(range(min = 1, max = 100))]
    times: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
enum Change {
    /// Turns a bit.
    Flip,
    /// Puts something else there.
    Set {
        /// What.
        value: Value,
    },
}

macro_rules! acts {
    ($($act:ty: $instruction:literal, $refers:expr;)*) => {$(
        impl Act for $act {
            fn perform<'a>(&'a self, _: &'a Stage) -> Doing<'a> {
                Box::pin(async { Ok(()) })
            }

            fn instruction(&self, _: &Cast) -> String {
                $instruction.to_owned()
            }

            fn shown_by(&self, _: &Event, _: &Cast) -> bool {
                false
            }

            fn refers(&self) -> Vec<Reference> {
                let refers: fn(&Self) -> Vec<Reference> = $refers;
                refers(self)
            }
        }

        impl Recorded for $act {
            fn recorded(_: &Event, _: &[Event], _: &Cast) -> Option<Self> {
                None
            }
        }
    )*};
}

acts! {
    SignIn: "Press \"Sign in\".", |_| Vec::new();
    CreateAccount: "Create an account.", |act| vec![Reference::account("account", &act.account)];
    Skip: "Wait.", |_| Vec::new();
    AddDevice: "Add a device.", |act| vec![Reference::device("name", &act.name).introduced()];
    EnterPin: "Type the PIN.", |act| {
        let secret = act.pin.trim_start_matches("secret:");
        let device = act.device.iter().map(|name| Reference::device("device", name));
        device.chain([Reference::secret("pin", secret)]).collect()
    };
    Tamper: "Change the message.", |_| Vec::new();
}

/// An event since the step began.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Events {
    /// Its kind.
    event: String,
    /// What its body must hold.
    #[serde(default, rename = "where")]
    filter: Map<String, Value>,
}

/// A device's state.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeviceState {
    /// Its name.
    device: String,
}

/// What a device asks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The kind of question.
    prompt: String,
    /// Which device asks.
    device: Option<String>,
}

macro_rules! subjects {
    ($($subject:ty: $name:expr, $refers:expr;)*) => {$(
        impl Subject for $subject {
            fn look<'a>(&'a self, _: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
                Box::pin(async { Ok(Vec::new()) })
            }

            fn name(&self) -> String {
                let name: fn(&Self) -> String = $name;
                name(self)
            }

            fn refers(&self) -> Vec<Reference> {
                let refers: fn(&Self) -> Vec<Reference> = $refers;
                refers(self)
            }
        }
    )*};
}

subjects! {
    Events: |seen| format!("{}{}", seen.event, seen.filter.len()), |_| Vec::new();
    DeviceState: |seen| seen.device.clone(), |seen| vec![Reference::device("device", &seen.device)];
    Asked: |seen| format!("{} {:?}", seen.prompt, seen.device), |_| Vec::new();
}

/// A few acts and subjects with every shape that the reader must cope with.
pub(super) fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.act::<SignIn>("page.sign-in", "act = \"page.sign-in\"");
    registry.act::<CreateAccount>(
        "page.create-account",
        "act = \"page.create-account\"\naccount = \"alice\"",
    );
    registry.act::<Skip>("clock.skip", "act = \"clock.skip\"\nby = \"6m\"");
    registry.act::<AddDevice>("device.add", "act = \"device.add\"\nname = \"tablet\"");
    registry.act::<EnterPin>(
        "person.enter-pin",
        "act = \"person.enter-pin\"\npin = \"secret:alice\"",
    );
    registry.act::<Tamper>(
        "fault.tamper",
        "act = \"fault.tamper\"\nfield = \"a\"\nchange = { kind = \"flip\" }",
    );
    registry.subject::<Events>("event", "{ event = \"rp.request\" }");
    registry.subject::<DeviceState>(
        "device",
        "{ device = \"phone\", field = \"name\", is = \"phone\" }",
    );
    registry.subject::<Asked>("prompt", "{ prompt = \"touch\" }");
    registry
}
