//! The steps about client data, the same in both sections: 7.1/5 to 11 and 7.2/8 to 14.

use std::borrow::Cow;

use webauthn::client_data::{CollectedClientData, utf8_decode};

use crate::expected::{ChallengeState, Expected};
use crate::fact::Fact;
use crate::ladder::Ladder;

const UNREADABLE: &str = "not judged: the client data could not be read";

/// Judges seven steps, `first` being the one that decodes UTF-8.
pub(crate) fn judge<'a>(
    ladder: &mut Ladder<'a>,
    first: u8,
    bytes: &'a [u8],
    kind: &'static str,
    expected: &Expected<'a>,
) {
    let text = match utf8_decode(bytes) {
        Ok(text) => text,
        Err(error) => {
            let fault = (error.code(), "the client data is not valid UTF-8");
            ladder.fail(
                first,
                fault,
                Fact::Said("UTF-8"),
                Fact::Text(error.to_string().into()),
            );
            return ladder.skip_all(first + 1..=first + 6, UNREADABLE);
        }
    };
    ladder.pass(first, Fact::Said("UTF-8"), Fact::Length(bytes.len()));
    let client_data = match CollectedClientData::from_json(text) {
        Ok(client_data) => client_data,
        Err(error) => {
            let fault = (error.code(), "the client data is not the JSON it should be");
            ladder.fail(
                first + 1,
                fault,
                Fact::Said("client data"),
                Fact::Text(error.to_string().into()),
            );
            return ladder.skip_all(first + 2..=first + 6, UNREADABLE);
        }
    };
    ladder.pass(
        first + 1,
        Fact::Said("client data"),
        Fact::Text(Cow::Borrowed(text)),
    );
    ladder.check(
        first + 2,
        client_data.kind == kind,
        ("clientDataType", "the client data is of another type"),
        Fact::Said(kind),
        Fact::Text(client_data.kind),
    );
    challenge(ladder, first + 3, client_data.challenge, expected);
    ladder.check(
        first + 4,
        expected
            .origins
            .iter()
            .any(|origin| origin.as_str() == client_data.origin),
        (
            "originNotExpected",
            "the page's origin is not one that this relying party expects",
        ),
        Fact::Origins(expected.origins),
        Fact::Text(client_data.origin),
    );
    framing(
        ladder,
        first + 5,
        client_data.cross_origin,
        client_data.top_origin,
        expected,
    );
}

fn challenge<'a>(ladder: &mut Ladder<'a>, step: u8, got: Cow<'a, str>, expected: &Expected<'a>) {
    let issued = match expected.challenge.is_empty() {
        true => Fact::Said("an open challenge of this relying party"),
        false => Fact::Base64(expected.challenge),
    };
    let matches = data_encoding::BASE64URL_NOPAD.encode(expected.challenge) == got;
    let fault = match (matches, expected.challenge_state) {
        (true, ChallengeState::Open) => return ladder.pass(step, issued, Fact::Text(got)),
        (_, ChallengeState::Used) => ("challengeUsed", "the challenge was already used"),
        (_, ChallengeState::Expired) => ("challengeExpired", "the challenge has expired"),
        (_, ChallengeState::Unknown) => (
            "challengeUnknown",
            "the challenge was not issued here, or so long ago that it is forgotten",
        ),
        (false, ChallengeState::Open) => (
            "challengeMismatch",
            "the challenge is not the one that was issued",
        ),
    };
    ladder.fail(step, fault, issued, Fact::Text(got));
}

fn framing<'a>(
    ladder: &mut Ladder<'a>,
    step: u8,
    cross_origin: Option<bool>,
    top_origin: Option<Cow<'a, str>>,
    expected: &Expected<'a>,
) {
    let allowed = Fact::Said(match expected.cross_origin {
        true => "a cross-origin frame is allowed",
        false => "no cross-origin frame",
    });
    match cross_origin {
        None => ladder.skip(step, "the client data has no crossOrigin"),
        Some(false) => ladder.pass(step, allowed, Fact::Said("crossOrigin is false")),
        Some(true) => ladder.check(
            step,
            expected.cross_origin,
            (
                "crossOriginNotExpected",
                "the page was framed by another origin, which is not expected",
            ),
            allowed,
            Fact::Said("crossOrigin is true"),
        ),
    }
    let Some(top_origin) = top_origin else {
        return ladder.skip(step + 1, "the client data has no topOrigin");
    };
    let wanted = match (expected.cross_origin, expected.top_origins.is_empty()) {
        (true, false) => Fact::Origins(expected.top_origins),
        _ => Fact::Said("no top origin"),
    };
    let good = expected.cross_origin
        && expected
            .top_origins
            .iter()
            .any(|origin| origin.as_str() == top_origin);
    let fault = (
        "topOriginNotExpected",
        "the page was framed by an origin that is not expected",
    );
    ladder.check(step + 1, good, fault, wanted, Fact::Text(top_origin));
}
