//! How a key's PIN and its own user verification stand (CTAP 2.3 §6.5.5.2 and §6.5.5.3).

use ctap::client_pin::{Request, Response, Subcommand};
use ctap::{Command, Status};

use crate::explain::shown::counted;
use crate::report::{Answer, Questions};
use crate::shapes::{Fact, Pin};

const CLIENT_PIN: &str = "clientPin";

/// What getInfo says of PIN and verification, without a wrong member being taken for the truth.
struct Said {
    client_pin: Option<bool>,
    uv: Option<bool>,
    tokens: bool,
    must_change: bool,
    shortest: u64,
    protocol: u64,
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
            // CTAP 2.0 lets a key leave its only protocol out.
            protocol: value("pinUvAuthProtocols")
                .get(0)
                .and_then(|it| it.as_u64())
                .unwrap_or(1),
        }
    }
}

/// Asks for the tries that are left, where that can be asked. A key that does not answer properly, or
/// not at all, costs the number and leaves a remark.
pub(crate) async fn ask_pin(
    questions: &mut Questions<'_>,
    facts: &[Fact],
    remarks: &mut Vec<String>,
) -> Pin {
    let said = Said::of(facts);
    let mut pin = Pin {
        supported: said.client_pin.is_some(),
        set: said.client_pin == Some(true),
        retries: None,
        power_cycle_needed: None,
        uv_retries: None,
        sentence: String::new(),
    };
    let mut answers = true;
    if pin.set {
        let request = Request {
            // CTAP 2.0 demands it; later versions pass it over.
            pin_uv_auth_protocol: Some(said.protocol),
            ..Request::new(Subcommand::GetPinRetries)
        };
        match retries(questions, request).await {
            Ok(response) => {
                pin.retries = small(response.pin_retries);
                pin.power_cycle_needed = response.power_cycle_state;
            }
            Err(unknown) => {
                answers = unknown.answers;
                let why = unknown.why;
                remarks.push(format!(
                    "How many tries at the PIN are left is not known: {why}"
                ));
            }
        }
    }
    // CTAP 2.0 has no getUVRetries, and who did not answer before is not asked again.
    if said.uv == Some(true) && said.tokens && answers {
        let request = Request::new(Subcommand::GetUvRetries);
        match retries(questions, request).await {
            Ok(response) => pin.uv_retries = small(response.uv_retries),
            Err(Unknown { why, .. }) => remarks.push(format!(
                "How many tries at the key's own user verification are left is not known: {why}"
            )),
        }
    }
    pin.sentence = sentence(&said, &pin);
    pin
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

/// Why a number is not known.
struct Unknown {
    /// A sentence.
    why: String,
    /// The key answered, if not with the number.
    answers: bool,
}

async fn retries(questions: &mut Questions<'_>, request: Request) -> Result<Response, Unknown> {
    let name = request.subcommand.name();
    let command = Command::ClientPin(Box::new(request));
    let odd = |why| Unknown { why, answers: true };
    match questions.ask(&command, name).await {
        Ok(Answer::Given(cbor)) => Response::decode(&cbor).map_err(|status: Status| {
            odd(format!("its answer to {name} is not valid ({status})."))
        }),
        Ok(Answer::Empty) => Err(odd(format!("it answered {name} with nothing at all."))),
        Ok(Answer::Refused(status)) => Err(odd(format!("it answered {name} with {status}."))),
        Err(error) => Err(Unknown {
            why: error.to_string(),
            answers: false,
        }),
    }
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
        (Some(true), None) => "A PIN is set. The key takes none before it was unplugged and put back, and did not say how many tries are left.".to_owned(),
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
