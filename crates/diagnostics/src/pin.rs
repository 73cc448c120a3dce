//! How a key's PIN and its own user verification stand (CTAP 2.3 §6.5.5.2 and §6.5.5.3).

use client::{Channel, ChannelError};
use ctap::client_pin::{Request, Response, Subcommand};
use ctap::{Command, Status};
use timeline::Clock;
use tokio_util::sync::CancellationToken;

use crate::explain::shown::counted;
use crate::report::{Answer, ask};
use crate::shapes::{Fact, Pin, Took};

const CLIENT_PIN: &str = "clientPin";

/// What getInfo says of PIN and verification, without a wrong member being taken for the truth.
struct Said {
    client_pin: Option<bool>,
    uv: Option<bool>,
    tokens: bool,
    must_change: bool,
    shortest: u64,
    protocol: Option<u64>,
}

impl Said {
    fn of(facts: &[Fact]) -> Self {
        let value = |name: &str| {
            let fact = facts.iter().find(|fact| fact.name == name);
            fact.map_or(&serde_json::Value::Null, |fact| &fact.value)
        };
        let option = |id: &str| value("options").get(id).and_then(|on| on.as_bool());
        Self {
            client_pin: option(CLIENT_PIN),
            uv: option("uv"),
            tokens: option("pinUvAuthToken") == Some(true),
            must_change: value("forcePINChange").as_bool() == Some(true),
            shortest: value("minPINLength").as_u64().unwrap_or(4),
            protocol: value("pinUvAuthProtocols")
                .get(0)
                .and_then(|it| it.as_u64()),
        }
    }
}

/// Asks for the tries that are left, where that can be asked. A key that does not answer properly
/// costs the number and leaves a remark; one that does not answer at all is an error.
pub(crate) async fn ask_pin(
    channel: &mut dyn Channel,
    clock: &dyn Clock,
    cancel: &CancellationToken,
    facts: &[Fact],
    took: &mut Vec<Took>,
    remarks: &mut Vec<String>,
) -> Result<Pin, ChannelError> {
    let said = Said::of(facts);
    let mut pin = Pin {
        supported: said.client_pin.is_some(),
        set: said.client_pin == Some(true),
        retries: None,
        power_cycle_needed: None,
        uv_retries: None,
        sentence: String::new(),
    };
    if pin.set {
        let request = Request {
            // CTAP 2.0 demands it; later versions pass it over.
            pin_uv_auth_protocol: said.protocol,
            ..Request::new(Subcommand::GetPinRetries)
        };
        match retries(channel, clock, cancel, request, took).await? {
            Ok(response) => {
                pin.retries = small(response.pin_retries);
                pin.power_cycle_needed = response.power_cycle_state;
            }
            Err(why) => remarks.push(format!(
                "How many tries at the PIN are left is not known: {why}"
            )),
        }
    }
    // CTAP 2.0 has no getUVRetries.
    if said.uv == Some(true) && said.tokens {
        let request = Request::new(Subcommand::GetUvRetries);
        match retries(channel, clock, cancel, request, took).await? {
            Ok(response) => pin.uv_retries = small(response.uv_retries),
            Err(why) => remarks.push(format!(
                "How many tries at the key's own user verification are left is not known: {why}"
            )),
        }
    }
    pin.sentence = sentence(&said, &pin);
    Ok(pin)
}

/// A state for a key that has no authenticatorGetInfo.
pub(crate) fn none() -> Pin {
    Pin {
        supported: false,
        set: false,
        retries: None,
        power_cycle_needed: None,
        uv_retries: None,
        sentence: "The key has no PIN and verifies nobody: U2F has neither.".to_owned(),
    }
}

async fn retries(
    channel: &mut dyn Channel,
    clock: &dyn Clock,
    cancel: &CancellationToken,
    request: Request,
    took: &mut Vec<Took>,
) -> Result<Result<Response, String>, ChannelError> {
    let name = request.subcommand.name();
    let command = Command::ClientPin(Box::new(request));
    let answer = ask(channel, clock, cancel, &command, name, took).await?;
    Ok(match answer {
        Answer::Empty => Err(format!("it answered {name} with nothing at all.")),
        Answer::Refused(status) => Err(format!("it answered {name} with {status}.")),
        Answer::Given(cbor) => Response::decode(&cbor)
            .map_err(|status: Status| format!("its answer to {name} is not valid ({status}).")),
    })
}

/// A count that a person can read; a key that counts further says nothing.
fn small(count: Option<u64>) -> Option<u32> {
    count.and_then(|count| u32::try_from(count).ok())
}

fn sentence(said: &Said, pin: &Pin) -> String {
    let own = match (said.uv, pin.uv_retries) {
        (Some(true), Some(0)) if pin.set => {
            " Its own user verification is blocked; the right PIN opens it again.".to_owned()
        }
        (Some(true), Some(0)) => " Its own user verification is blocked.".to_owned(),
        (Some(true), Some(left)) => {
            format!(" It verifies its user itself; {} left.", tries(left))
        }
        (Some(true), None) => " It verifies its user itself.".to_owned(),
        (Some(false), _) => {
            " It could verify its user itself, and is not set up for it yet.".to_owned()
        }
        (None, _) => String::new(),
    };
    let own_pin = if !pin.supported {
        match said.uv {
            None => "The key has no PIN and cannot verify its user: sites that require user verification refuse it.".to_owned(),
            Some(_) => "The key has no PIN.".to_owned(),
        }
    } else if !pin.set {
        format!(
            "No PIN is set. The first site that requires user verification makes the client ask for a new one, of at least {}.",
            counted(said.shortest, "character", "characters")
        )
    } else {
        set_sentence(said, pin)
    };
    own_pin + &own
}

fn set_sentence(said: &Said, pin: &Pin) -> String {
    let left = match (pin.power_cycle_needed, pin.retries) {
        (_, Some(0)) => {
            return "The PIN is blocked. Resetting the key is the only way; all its passkeys are gone with it.".to_owned();
        }
        (Some(true), Some(left)) => format!(
            "A PIN is set. {} left. The key takes none before it was unplugged and put back.",
            tries(left)
        ),
        (_, Some(1)) => "A PIN is set. 1 try left: one more wrong PIN blocks the key.".to_owned(),
        (_, Some(left)) => format!("A PIN is set. {} left.", tries(left)),
        (_, None) => "A PIN is set. The key did not say how many tries are left.".to_owned(),
    };
    if said.must_change {
        format!("{left} It must be changed before it can be used.")
    } else {
        left
    }
}

fn tries(left: u32) -> String {
    counted(left.into(), "try", "tries")
}
