//! The form of a request, read strictly enough that a wrong value is told and not guessed.

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use webauthn::id::{Base64Url, Challenge, CredentialId, Origin, RpId, UserHandle};
use webauthn::json::UserVerificationRequirement;

use super::Unusable;
use crate::attestation::{AttestationPolicy, Root};
use crate::authentication::StoredCredential;
use crate::expected::Mediation;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Ceremony {
    Registration,
    Authentication,
}

#[derive(Debug)]
pub(super) struct Form<'a> {
    pub id: &'a RawValue,
    pub ceremony: Ceremony,
    pub mediation: Mediation,
    pub response: &'a RawValue,
    pub expected: ExpectedForm,
    pub credential: Option<StoredCredential>,
    pub trust: TrustForm,
    /// Seconds since 1970.
    pub now: Option<i64>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Wire<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    ceremony: Ceremony,
    #[serde(default)]
    mediation: Option<Mediation>,
    #[serde(borrow)]
    response: &'a RawValue,
    expected: ExpectedForm,
    #[serde(default)]
    credential: Option<CredentialForm>,
    #[serde(default)]
    trust: Option<TrustForm>,
    #[serde(default, deserialize_with = "unix_seconds")]
    now: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct ExpectedForm {
    #[serde(deserialize_with = "challenge")]
    pub challenge: Challenge,
    pub origins: Vec<Origin>,
    pub rp_id: RpId,
    #[serde(default = "preferred", deserialize_with = "user_verification")]
    pub user_verification: UserVerificationRequirement,
    #[serde(default)]
    pub algorithms: Option<Vec<i64>>,
    #[serde(default, deserialize_with = "or_default")]
    pub cross_origin: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub top_origins: Vec<Origin>,
    #[serde(default, deserialize_with = "or_default")]
    pub known_credential_ids: Vec<CredentialId>,
    #[serde(default, deserialize_with = "or_default")]
    pub allow_credentials: Vec<CredentialId>,
    #[serde(default)]
    pub identified_user: Option<UserHandle>,
    #[serde(default)]
    pub appid: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct CredentialForm {
    id: CredentialId,
    public_key: Base64Url,
    #[serde(default, deserialize_with = "or_default")]
    sign_count: u32,
    #[serde(default)]
    backup_eligible: Option<bool>,
    #[serde(default)]
    user_handle: Option<UserHandle>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct TrustForm {
    #[serde(default, deserialize_with = "or_default")]
    pub attestation_policy: AttestationPolicy,
    #[serde(default, deserialize_with = "roots")]
    pub roots: Vec<Root>,
}

impl<'a> Form<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Unusable> {
        if text.trim_ascii_start().starts_with('[') {
            return Err(Unusable::NotJson("it is a list, not an object".to_owned()));
        }
        let wire: Wire<'a> =
            serde_json::from_str(text).map_err(|error| {
                match serde_json::from_str::<IgnoredAny>(text) {
                    Ok(_) => Unusable::Form(explain::<Wire<'a>>(text, &error)),
                    Err(error) => Unusable::NotJson(error.to_string()),
                }
            })?;
        Ok(Self {
            id: wire.id.unwrap_or(RawValue::NULL),
            ceremony: wire.ceremony,
            mediation: wire.mediation.unwrap_or_default(),
            response: wire.response,
            expected: wire.expected,
            credential: wire.credential.map(StoredCredential::from),
            trust: wire.trust.unwrap_or_default(),
            now: wire.now,
        })
    }
}

/// What is wrong with a text that is no `T`, with the member's name where there is one.
pub(super) fn explain<'a, T: Deserialize<'a>>(text: &'a str, error: &serde_json::Error) -> String {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(named) if named.path().iter().next().is_some() => named.to_string(),
        _ => error.to_string(),
    }
}

/// The `id` of a request that is not usable otherwise.
pub(super) fn id_of(text: &str) -> Option<&RawValue> {
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow)]
        id: &'a RawValue,
    }
    serde_json::from_str::<Id<'_>>(text)
        .ok()
        .map(|found| found.id)
}

impl From<CredentialForm> for StoredCredential {
    fn from(form: CredentialForm) -> Self {
        Self {
            id: form.id,
            public_key: form.public_key.0,
            sign_count: form.sign_count,
            backup_eligible: form.backup_eligible,
            user_handle: form.user_handle,
        }
    }
}

/// An empty challenge would be met by client data without any.
fn challenge<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Challenge, D::Error> {
    let challenge = Challenge::deserialize(deserializer)?;
    match challenge.as_bytes() {
        [] => Err(D::Error::custom("the challenge is empty")),
        _ => Ok(challenge),
    }
}

fn preferred() -> UserVerificationRequirement {
    UserVerificationRequirement::Preferred
}

fn user_verification<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<UserVerificationRequirement, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(preferred());
    };
    UserVerificationRequirement::parse(&text).ok_or_else(|| {
        D::Error::custom("userVerification must be required, preferred or discouraged")
    })
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

fn roots<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Root>, D::Error> {
    let texts = Option::<Vec<String>>::deserialize(deserializer)?.unwrap_or_default();
    let roots: Result<Vec<Vec<Root>>, _> =
        texts.iter().map(|text| Root::all_from_pem(text)).collect();
    Ok(roots.map_err(D::Error::custom)?.concat())
}

fn unix_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    OffsetDateTime::parse(&text, &Rfc3339)
        .map(|time| Some(time.unix_timestamp()))
        .map_err(|_| {
            D::Error::custom("now must be a time as in RFC 3339, such as 2026-11-23T04:00:00Z")
        })
}
