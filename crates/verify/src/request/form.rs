//! The form of a request, read strictly enough that a wrong value is told and not guessed.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use webauthn::id::{Base64Url, Challenge, CredentialId, Origin, RpId, UserHandle};
use webauthn::json::UserVerificationRequirement;

use super::Unusable;
use crate::attestation::AttestationPolicy;
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
}

#[derive(Deserialize)]
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
    #[serde(default)]
    now: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExpectedForm {
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
#[serde(rename_all = "camelCase")]
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
#[serde(rename_all = "camelCase")]
pub(super) struct TrustForm {
    #[serde(default, deserialize_with = "or_default")]
    pub attestation_policy: AttestationPolicy,
}

impl<'a> Form<'a> {
    pub fn parse(text: &'a str) -> Result<Self, Unusable> {
        let wire: Wire<'a> =
            serde_json::from_str(text).map_err(|error| match error.classify() {
                serde_json::error::Category::Data => Unusable::Form(error.to_string()),
                _ => Unusable::NotJson(error.to_string()),
            })?;
        Ok(Self {
            id: wire.id.unwrap_or(RawValue::NULL),
            ceremony: wire.ceremony,
            mediation: wire.mediation.unwrap_or_default(),
            response: wire.response,
            expected: wire.expected,
            credential: wire.credential.map(StoredCredential::from),
            trust: wire.trust.unwrap_or_default(),
        })
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
        serde::de::Error::custom("userVerification must be required, preferred or discouraged")
    })
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
