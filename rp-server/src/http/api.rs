//! The API's addresses, one module a noun, and the shapes that they share.

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::value::RawValue;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use timeline::Timestamp;
use webauthn::cose::Algorithm;

use crate::{
    Refusal,
    sessions::{Token, TokenHash},
    store::{self, CeremonyId},
};

pub(super) mod admin;
pub(super) mod authentication;
pub(super) mod ceremonies;
pub(super) mod passkeys;
pub(super) mod pin;
pub(super) mod registration;
pub(super) mod relying_party;
pub(super) mod session;
pub(super) mod workstation;

/// Somebody known here.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account {
    /// The user handle, base64url.
    id: String,
    /// The name the account is known by.
    username: String,
    /// The name people see.
    display_name: String,
}

impl From<store::Account> for Account {
    fn from(account: store::Account) -> Self {
        Self {
            id: BASE64URL_NOPAD.encode(account.id.as_bytes()),
            username: account.username,
            display_name: account.display_name,
        }
    }
}

/// A credential of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    /// The credential ID, base64url.
    pub id: String,
    /// The name its owner gave it.
    pub label: String,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339; null before the first sign-in.
    pub last_used_at: Option<String>,
    /// The signature counter.
    pub sign_count: u32,
    /// Whether it may be backed up.
    pub backup_eligible: bool,
    /// Whether it is backed up.
    pub backed_up: bool,
    /// The authenticator's model, as a UUID.
    pub aaguid: String,
    /// How its authenticator can be reached.
    pub transports: Vec<String>,
    /// The IANA name of its algorithm, such as `ES256`.
    pub algorithm: String,
}

impl From<store::Passkey> for Passkey {
    fn from(passkey: store::Passkey) -> Self {
        let number = passkey.algorithm;
        Self {
            id: BASE64URL_NOPAD.encode(passkey.id.as_bytes()),
            label: passkey.label,
            created_at: rfc3339(passkey.created_at),
            last_used_at: passkey.last_used_at.map(rfc3339),
            sign_count: passkey.sign_count,
            backup_eligible: passkey.backup_eligible,
            backed_up: passkey.backed_up,
            aaguid: passkey.aaguid.to_string(),
            transports: passkey.transports,
            algorithm: Algorithm::from_number(number)
                .map_or_else(|| number.to_string(), |known| known.name().to_owned()),
        }
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Room for an account and a passkey in the JSON of an answer, in bytes.
const BESIDE_THE_LADDER: usize = 1024;

/// What both ceremonies end with.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Finished<'a> {
    account: Account,
    passkey: Passkey,
    #[schema(value_type = Report)]
    verification: &'a RawValue,
}

impl<'a> Finished<'a> {
    fn new(account: store::Account, passkey: store::Passkey, report: &'a RawValue) -> Self {
        Self {
            account: account.into(),
            passkey: passkey.into(),
            verification: report,
        }
    }

    /// As JSON, in a buffer that need not grow around the ladder.
    fn into_answer(self, status: StatusCode) -> Response {
        let mut body = Vec::with_capacity(self.verification.get().len() + BESIDE_THE_LADDER);
        match serde_json::to_writer(&mut body, &self) {
            Ok(()) => (status, [(header::CONTENT_TYPE, JSON)], body).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

/// A ladder: every step of the section, in order.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "described here, written by crate verify")]
pub(super) struct Report {
    /// True when every step was judged and none failed.
    verified: bool,
    steps: Vec<Step>,
    /// `{format, type}`, once an attestation was found correct.
    attestation: Option<serde_json::Value>,
    /// The credential record to keep, of a verified ceremony.
    credential: Option<serde_json::Value>,
}

/// What became of a step.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "described here, written by crate verify")]
#[schema(rename_all = "camelCase")]
enum Outcome {
    Passed,
    Failed,
    NotApplicable,
}

/// One step of WebAuthn Level 3 §7.1 or §7.2.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "described here, written by crate verify")]
struct Step {
    /// `7.1` or `7.2`.
    section: String,
    /// The step's number, from 1.
    step: u8,
    /// What it checks.
    name: String,
    outcome: Outcome,
    /// What was wanted.
    expected: Option<String>,
    /// What was there, or why nothing was judged.
    actual: Option<String>,
}

/// The visitor's session token, as its hash, if the request carries one.
pub(super) struct Visitor(pub Option<TokenHash>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(
            Token::from_headers(&head.headers).map(|token| token.hash()),
        ))
    }
}

/// A ceremony's id as text.
pub(super) struct CeremonyText(pub CeremonyId);

impl CeremonyText {
    fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(|bytes| Self(CeremonyId(bytes)))
    }
}

impl<'de> Deserialize<'de> for CeremonyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("the ceremony is not one that begin returns"))
    }
}

impl Serialize for CeremonyText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&BASE64URL_NOPAD.encode_display(&self.0.0))
    }
}

fn raw(json: &str) -> Result<Box<RawValue>, Refusal> {
    RawValue::from_string(json.to_owned())
        .map_err(|error| Refusal::MalformedJson(error.to_string()))
}

fn rfc3339(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}
