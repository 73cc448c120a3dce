use ctap::Command;

use super::{api_path, fits, http_name, known, nearest};
use crate::{
    api::{Change, Direction, Effect, Fault},
    faults::arming,
};

fn fields(message: &str, direction: Direction) -> Vec<&'static str> {
    let known = known()
        .iter()
        .find(|known| known.message == message && known.direction == direction);
    let known = known.unwrap_or_else(|| panic!("{message}"));
    known
        .fields
        .iter()
        .map(|field| field.path.as_str())
        .collect()
}

#[test]
fn every_path_of_the_api_and_every_command_of_the_client_has_two_halves() {
    let document = serde_json::to_value(rp_server::openapi()).expect("JSON");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let name = format!("{} {path}", method.to_uppercase());
            let halves = known().iter().filter(|known| known.message == name).count();
            assert_eq!(halves, 2, "{name}");
        }
    }
    for command in [Command::GetInfo, Command::GetNextAssertion] {
        let members = command.response_members();
        let known = fields(command.name(), Direction::Response);
        for member in members {
            assert!(known.contains(member), "{}: {member}", command.name());
        }
    }
    let mut names: Vec<_> = known()
        .iter()
        .map(|known| (&known.message, known.direction == Direction::Request))
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all, "each half stands there once");
}

#[test]
fn fields_reach_through_the_codecs() {
    let finish = fields("POST /api/authentication/finish", Direction::Request);
    for field in [
        "ceremony",
        "credential.response.signature",
        "credential.response.userHandle",
        "credential.response.clientDataJSON.origin",
        "credential.response.authenticatorData.flags.uv",
        "credential.response.authenticatorData.signCount",
    ] {
        assert!(finish.contains(&field), "{field} of {finish:#?}");
    }
    assert!(
        !finish.iter().any(|field| field.ends_with(".aaguid")),
        "an assertion has none"
    );
    let registration = fields("POST /api/registration/finish", Direction::Request);
    assert!(registration.contains(&"credential.response.attestationObject.authData.flags.uv"));
    assert!(registration.contains(&"credential.response.attestationObject.authData.aaguid"));
    let begun = fields("POST /api/registration/begin", Direction::Response);
    assert!(begun.contains(&"publicKey.challenge") && begun.contains(&"publicKey.rp.id"));
    assert!(
        begun.contains(&"error.code"),
        "refusals are answers too: {begun:#?}"
    );
    let assertion = fields("authenticatorGetAssertion", Direction::Response);
    assert!(assertion.contains(&"authData.flags.uv") && assertion.contains(&"user.displayName"));
}

/// The members that a body of the protocol can have: serde names them where it meets another one.
fn members_of<T: pin_sync::wire::Body>() -> Vec<String> {
    let refused = serde_json::from_value::<T>(serde_json::json!({ "nobodyKnowsThis": 1 }));
    let refused = refused.err().map(|error| error.to_string());
    let refused = refused.expect("an unknown member is refused");
    let (_, expected) = refused
        .split_once("expected")
        .expect("it names the known ones");
    let names = expected.split('`').skip(1).step_by(2);
    names.map(ToOwned::to_owned).collect()
}

#[test]
fn what_phones_send_and_get_has_the_members_that_the_protocol_gives_it() {
    use Direction::{Request, Response};
    use pin_sync::wire::{
        Ack, ClaimAnswer, ClaimRequest, ExchangeAnswer, ExchangeRequest, FinishAnswer,
        FinishRequest, OnlineAnswer, OnlineRequest, StreamRequest,
    };
    let halves = [
        (
            "POST /pin/enrol/claim",
            Request,
            members_of::<ClaimRequest>(),
        ),
        (
            "POST /pin/enrol/claim",
            Response,
            members_of::<ClaimAnswer>(),
        ),
        (
            "POST /pin/enrol/finish",
            Request,
            members_of::<FinishRequest>(),
        ),
        (
            "POST /pin/enrol/finish",
            Response,
            members_of::<FinishAnswer>(),
        ),
        (
            "POST /pin/exchange",
            Request,
            members_of::<ExchangeRequest>(),
        ),
        (
            "POST /pin/exchange",
            Response,
            members_of::<ExchangeAnswer>(),
        ),
        ("POST /pin/online", Request, members_of::<OnlineRequest>()),
        ("POST /pin/online", Response, members_of::<OnlineAnswer>()),
        ("POST /pin/sync/ack", Request, members_of::<Ack>()),
        ("POST /pin/stream", Request, members_of::<StreamRequest>()),
    ];
    for (message, direction, mut members) in halves {
        let mut known = fields(message, direction);
        known.retain(|field| {
            !field.contains('.') && !["error", "refusal", "verification"].contains(field)
        });
        known.sort_unstable();
        members.sort();
        assert_eq!(known, members, "{message}");
    }
    let reset = fields("POST /pin/reset/finish", Request);
    assert!(reset.contains(&"credential.response.authenticatorData.flags.uv"));
}

#[test]
fn paths_with_names_in_them_are_found_and_others_are_not() {
    assert_eq!(
        http_name("DELETE", "/api/passkeys/abc"),
        Some("DELETE /api/passkeys/{id}")
    );
    assert_eq!(http_name("DELETE", "/api/passkeys/"), None);
    assert_eq!(http_name("GET", "/account"), None);
    assert_eq!(
        http_name("GET", "/api/authentication/finish"),
        None,
        "another method"
    );
    assert!(!fits("/a/{id}", "/a/b/c") && !fits("/a/{id}", "/a"));
    assert_eq!(api_path("/api/", "/api/passkeys/abc"), Ok(()));
    assert_eq!(
        api_path("/api/", "/api/authentication/finnish"),
        Err(Some("/api/authentication/finish"))
    );
    assert_eq!(
        nearest("zzzzzzzz", ["authData"]),
        None,
        "no hint is better than a wild one"
    );
}

fn fault(message: &str, direction: Direction, effect: Effect) -> Fault {
    Fault {
        message: message.to_owned(),
        direction,
        times: 1,
        effect,
    }
}

fn tamper(field: &str, change: Change) -> Effect {
    Effect::Tamper {
        field: field.to_owned(),
        change,
    }
}

#[test]
fn a_fault_that_can_never_happen_is_refused_with_the_nearest_word() {
    use Direction::{Request, Response};
    const FINISH: &str = "POST /api/authentication/finish";
    for (fault, says) in [
        (
            fault("authenticatorGetAsertion", Request, Effect::Drop),
            "the nearest is \"authenticatorGetAssertion\"",
        ),
        (
            fault("POST /api/authentication/finsh", Request, Effect::Drop),
            "the nearest is \"POST /api/authentication/finish\"",
        ),
        (
            fault(
                FINISH,
                Request,
                tamper("credential.response.signatur", Change::Flip),
            ),
            "the nearest is \"credential.response.signature\"",
        ),
        (
            fault(
                FINISH,
                Request,
                tamper(
                    "credential.response.authenticatorData.flags.vu",
                    Change::Flip,
                ),
            ),
            "authenticatorData.flags.u",
        ),
        (
            fault(
                FINISH,
                Request,
                tamper("credential.response.signature.x", Change::Flip),
            ),
            "no field",
        ),
        (fault(FINISH, Request, tamper("", Change::Flip)), "no field"),
        (
            fault(
                FINISH,
                Request,
                tamper(
                    "credential.response.authenticatorData.signCount",
                    Change::Remove,
                ),
            ),
            "cannot be taken away",
        ),
        (
            fault(
                "authenticatorGetAssertion",
                Response,
                tamper("authData.flags.uv", Change::Set { value: 1.into() }),
            ),
            "true or false",
        ),
        (
            fault("authenticatorGetAssertion", Response, Effect::Duplicate),
            "only requests",
        ),
        (
            fault("authenticatorGetInfo", Request, tamper("x", Change::Flip)),
            "has no members",
        ),
        (
            fault(
                "GET /api/session",
                Request,
                Effect::Replay { earlier: None },
            ),
            "has no members",
        ),
        (
            fault(FINISH, Request, Effect::Delay { millis: 600_001 }),
            "at most 600000 ms",
        ),
    ] {
        let error = arming::check(&fault).expect_err("it can never happen");
        assert!(error.contains(says), "{fault:?}: {error}");
    }
    let mut never = fault(FINISH, Request, Effect::Drop);
    never.times = 0;
    arming::check(&never).expect_err("never");
}

#[test]
fn every_listed_field_may_be_flipped_and_what_lies_inside_open_ones_too() {
    for known in known() {
        for field in &known.fields {
            let path = if field.open {
                format!("{}.inside.0", field.path)
            } else {
                field.path.clone()
            };
            let fault = fault(&known.message, known.direction, tamper(&path, Change::Flip));
            arming::check(&fault).unwrap_or_else(|why| panic!("{why}"));
        }
    }
}
