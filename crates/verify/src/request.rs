//! One judgement as JSON in and JSON out: what `touchstone verify` reads and prints.
//!
//! In: `{"id", "ceremony", "mediation", "response", "expected", "credential", "trust", "now"}`.
//! Out: `{"id", "verified", "steps", "attestation"?, "credential"?}`. Binary is base64url; members
//! that nobody knows are ignored; what is optional may also be `null`.

mod form;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use webauthn::cose::Algorithm;
use webauthn::json::{AuthenticationResponseJSON, RegistrationResponseJSON};

use crate::attestation::Trust;
use crate::authentication::{AuthenticationRequest, authentication};
use crate::expected::Expected;
use crate::registration::{RegistrationRequest, registration};
use crate::report::Report;
use crate::signature::SUPPORTED_ALGORITHMS;
use crate::steps::Section;
use form::{Ceremony, Form};

/// Why there is nothing to judge: the request itself is wrong, not the response in it.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The text is not JSON.
    #[error("The request is not JSON: {0}. Send one JSON object.")]
    NotJson(String),
    /// The JSON is not a request.
    #[error("The request is not usable: {0}. Correct that member and send it again.")]
    Form(String),
}

impl Unusable {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "requestNotJson",
            Self::Form(_) => "requestForm",
        }
    }
}

/// A judgement, or why there is none, as one line of JSON.
#[derive(Debug)]
pub struct Answer {
    /// The JSON text, without line end.
    pub json: String,
    /// Whether the ceremony verified, or why nothing could be judged.
    pub verdict: Result<bool, Unusable>,
}

#[derive(Serialize)]
struct Judged<'a> {
    id: &'a RawValue,
    #[serde(flatten)]
    report: &'a Report<'a>,
}

#[derive(Serialize)]
struct NotJudged<'a> {
    id: &'a RawValue,
    verified: bool,
    error: String,
}

/// Judges one request; `now`, in seconds since 1970, counts where the request names no time. A byte
/// order mark at the start is skipped.
pub fn answer(text: &str, now: i64) -> Answer {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (id, unusable) = match Form::parse(text) {
        Ok(form) => match judge(&form, now) {
            Ok(answer) => return answer,
            Err(unusable) => (Some(form.id), unusable),
        },
        Err(unusable) => (form::id_of(text), unusable),
    };
    unusable_answer(id.unwrap_or(RawValue::NULL), unusable)
}

/// The answer to input that cannot even be read as text; its `id` is `null`.
pub fn unreadable(why: impl Into<String>) -> Answer {
    unusable_answer(RawValue::NULL, Unusable::NotJson(why.into()))
}

fn unusable_answer(id: &RawValue, unusable: Unusable) -> Answer {
    let json = to_json(&NotJudged {
        id,
        verified: false,
        error: unusable.to_string(),
    });
    Answer {
        json,
        verdict: Err(unusable),
    }
}

fn judge(form: &Form<'_>, now: i64) -> Result<Answer, Unusable> {
    let expected = Expected {
        challenge: form.expected.challenge.as_bytes(),
        challenge_state: Default::default(),
        origins: &form.expected.origins,
        rp_id: &form.expected.rp_id,
        user_verification: form.expected.user_verification,
        cross_origin: form.expected.cross_origin,
        top_origins: &form.expected.top_origins,
    };
    if !form.response.get().starts_with('{') {
        return Err(Unusable::Form("\"response\" must be an object".to_owned()));
    }
    match form.ceremony {
        Ceremony::Registration => register(form, expected, now),
        Ceremony::Authentication => authenticate(form, expected),
    }
}

/// The response in its L3 JSON form, or the member that is wrong.
fn response<'a, T: Deserialize<'a>>(form: &Form<'a>) -> Result<T, String> {
    let text = form.response.get();
    serde_json::from_str(text).map_err(|error| form::explain::<T>(text, &error))
}

fn register(form: &Form<'_>, expected: Expected<'_>, now: i64) -> Result<Answer, Unusable> {
    let response: RegistrationResponseJSON = match response(form) {
        Ok(response) => response,
        Err(why) => {
            let report = Report::unreadable(Section::Registration, &why);
            return Ok(judged(form.id, &report));
        }
    };
    let algorithms: Vec<Algorithm> = match &form.expected.algorithms {
        None => SUPPORTED_ALGORITHMS.to_vec(),
        Some(numbers) => numbers
            .iter()
            .filter_map(|number| Algorithm::from_number(*number))
            .collect(),
    };
    let report = registration(&RegistrationRequest {
        response: &response,
        expected,
        algorithms: &algorithms,
        mediation: form.mediation,
        known_credential_ids: &form.expected.known_credential_ids,
        trust: Trust {
            policy: form.trust.attestation_policy,
            roots: &form.trust.roots,
            now: form.now.unwrap_or(now),
        },
    });
    Ok(judged(form.id, &report))
}

fn authenticate(form: &Form<'_>, expected: Expected<'_>) -> Result<Answer, Unusable> {
    let response: AuthenticationResponseJSON = match response(form) {
        Ok(response) => response,
        Err(why) => {
            let report = Report::unreadable(Section::Authentication, &why);
            return Ok(judged(form.id, &report));
        }
    };
    let report = authentication(&AuthenticationRequest {
        response: &response,
        expected,
        allow_credentials: &form.expected.allow_credentials,
        identified_user: form.expected.identified_user.as_ref(),
        appid: form.expected.appid.as_deref(),
        credential: form.credential.as_ref(),
    });
    Ok(judged(form.id, &report))
}

fn judged(id: &RawValue, report: &Report<'_>) -> Answer {
    Answer {
        json: to_json(&Judged { id, report }),
        verdict: Ok(report.verified()),
    }
}

/// Nothing here can fail to serialise: no map has keys that are not text.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
