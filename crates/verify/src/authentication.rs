//! L3 §7.2, verifying an authentication assertion.

use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::client_data;
use webauthn::cose::CoseKey;
use webauthn::id::{Base64Url, CredentialId, UserHandle};
use webauthn::json::AuthenticationResponseJSON;

use crate::expected::Expected;
use crate::fact::Fact;
use crate::ladder::Ladder;
use crate::registration::{BEFORE, extensions, response_form};
use crate::report::{CredentialRecord, Report};
use crate::steps::Section;
use crate::{authenticator_data, client_data as client_data_steps, signature};

const NO_DATA: &str = "not judged: the authenticator data could not be read";
const NO_RECORD: &str = "not judged: there is no credential record";
const NO_OWNER: &str = "not judged: the credential record does not say whose it is";

/// All that an authentication is judged by.
#[derive(Debug, Clone)]
pub struct AuthenticationRequest<'a> {
    /// What the client sent.
    pub response: &'a AuthenticationResponseJSON,
    /// What the options laid down.
    pub expected: Expected<'a>,
    /// The credentials of `allowCredentials`; empty if any was allowed.
    pub allow_credentials: &'a [CredentialId],
    /// The account, if it was known before the ceremony began.
    pub identified_user: Option<&'a UserHandle>,
    /// The AppID that was asked for with the extension `appid`.
    pub appid: Option<&'a str>,
    /// The record of `response.id`, if there is one.
    pub credential: Option<&'a StoredCredential>,
}

/// What is kept of a credential, as far as the judgement needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// The credential ID.
    pub id: CredentialId,
    /// The public key as COSE_Key.
    pub public_key: Vec<u8>,
    /// The signature counter after the last ceremony.
    pub sign_count: u32,
    /// Whether the credential was eligible for backup at registration, if that was kept.
    pub backup_eligible: Option<bool>,
    /// The account that the credential belongs to, if that was kept.
    pub user_handle: Option<UserHandle>,
}

/// Judges an authentication by all 25 steps.
pub fn authentication<'a>(request: &AuthenticationRequest<'a>) -> Report<'a> {
    let mut ladder = Ladder::new(Section::Authentication);
    let response = request.response;
    ladder.skip_all(1..=2, BEFORE);
    response_form(
        &mut ladder,
        &response.kind,
        &response.id,
        response.raw_id.as_ref(),
    );
    ladder.pass(
        4,
        Fact::Nothing,
        Fact::Extensions(&response.client_extension_results, false),
    );
    allowed(&mut ladder, request);
    let record = identify(&mut ladder, request);

    let bytes = response.response.authenticator_data.as_bytes();
    let client_data = response.response.client_data_json.as_bytes();
    client_data_steps::judge(
        &mut ladder,
        8,
        client_data,
        client_data::GET,
        &request.expected,
    );
    let hash = webauthn::sha256(client_data);
    ladder.pass(
        20,
        Fact::Nothing,
        Fact::Said("SHA-256 of the client data as it came"),
    );
    let key = signed(&mut ladder, request, record, &hash);
    let data = match AuthenticatorData::parse(bytes) {
        Ok(data) => data,
        Err(error) => {
            let fault = (error.code(), "the authenticator data is malformed");
            ladder.fail(
                7,
                fault,
                Fact::Said("authenticator data"),
                Fact::Text(error.to_string().into()),
            );
            ladder.skip_all(15..=19, NO_DATA);
            ladder.skip_all(22..=23, NO_DATA);
            return finish(ladder, None);
        }
    };
    ladder.pass(
        7,
        Fact::Said("authenticator data"),
        Fact::Length(bytes.len()),
    );
    let said_appid = response
        .client_extension_results
        .get("appid")
        .is_some_and(|said| *said == true);
    let appid = request.appid.filter(|_| said_appid);
    authenticator_data::judge(
        &mut ladder,
        15,
        bytes,
        &data,
        &request.expected,
        appid,
        true,
    );
    backup_eligibility(&mut ladder, data.flags, record);
    counter(&mut ladder, data.sign_count, record);
    extensions(
        &mut ladder,
        23,
        &response.client_extension_results,
        data.extensions.is_some(),
    );
    let updated = record.zip(key).map(|(record, key)| CredentialRecord {
        id: record.id.as_bytes(),
        public_key: &record.public_key,
        algorithm: key.algorithm(),
        sign_count: data.sign_count,
        backup_eligible: data.flags.has(Flags::BE),
        backed_up: data.flags.has(Flags::BS),
        user_verified: data.flags.has(Flags::UV),
        aaguid: None,
        transports: &[],
    });
    finish(ladder, updated)
}

fn finish<'a>(mut ladder: Ladder<'a>, record: Option<CredentialRecord<'a>>) -> Report<'a> {
    if ladder.holds_up_to(23) {
        ladder.pass(
            24,
            Fact::Nothing,
            Fact::Said("signCount and backupState may be stored"),
        );
        ladder.pass(25, Fact::Nothing, Fact::Said("the user may be signed in"));
    } else {
        ladder.skip(24, "nothing is stored: an earlier step failed");
        ladder.skip(25, "the ceremony ends: an earlier step failed");
    }
    Report::new(ladder, None, record)
}

fn allowed<'a>(ladder: &mut Ladder<'a>, request: &AuthenticationRequest<'a>) {
    if request.allow_credentials.is_empty() {
        return ladder.skip(5, "any credential was allowed");
    }
    let id = &request.response.id;
    let fault = (
        "credentialNotAllowed",
        "the credential is not one of those that were allowed",
    );
    let good = request.allow_credentials.contains(id);
    ladder.check(
        5,
        good,
        fault,
        Fact::Credentials(request.allow_credentials),
        Fact::Base64(id.as_bytes()),
    );
}

/// Step 6; the record if it is this credential's, even when it is another user's. An empty user
/// handle names nobody (L3 §5.4.3).
fn identify<'a>(
    ladder: &mut Ladder<'a>,
    request: &AuthenticationRequest<'a>,
) -> Option<&'a StoredCredential> {
    let id = &request.response.id;
    let Some(record) = request.credential.filter(|record| record.id == *id) else {
        let fault = (
            "credentialUnknown",
            "the credential is not registered with this relying party",
        );
        ladder.fail(
            6,
            fault,
            Fact::Said("a registered credential"),
            Fact::Base64(id.as_bytes()),
        );
        return None;
    };
    let handle = |bytes: Option<&'a [u8]>| bytes.filter(|bytes| !bytes.is_empty());
    let claimed = request.response.response.user_handle.as_ref();
    let claimed = handle(claimed.map(Base64Url::as_bytes));
    let owner = handle(record.user_handle.as_ref().map(UserHandle::as_bytes));
    let shown = |bytes: Option<&'a [u8]>| bytes.map_or(Fact::Said("no user handle"), Fact::Base64);
    let wrong = (
        "userHandleMismatch",
        "the credential belongs to another user",
    );
    match handle(request.identified_user.map(UserHandle::as_bytes)) {
        Some(user) => {
            let owns = owner.is_none_or(|owner| owner == user);
            let good = owns && claimed.is_none_or(|claimed| claimed == user);
            let found = if owns { claimed.or(owner) } else { owner };
            ladder.check(6, good, wrong, Fact::Base64(user), shown(found));
        }
        None if owner.is_none() => ladder.skip(6, NO_OWNER),
        // Only credentials of a known user can be listed.
        None if claimed.is_none() && !request.allow_credentials.is_empty() => {
            let found = Fact::Said("a credential of the allow list");
            ladder.check(6, true, wrong, shown(owner), found);
        }
        None if claimed.is_none() => {
            let fault = (
                "userHandleMissing",
                "the response names no user, and none was known before",
            );
            ladder.fail(6, fault, shown(owner), shown(None));
        }
        None => ladder.check(6, owner == claimed, wrong, shown(owner), shown(claimed)),
    }
    Some(record)
}

/// Step 21; the record's key if it is usable.
fn signed<'a>(
    ladder: &mut Ladder<'a>,
    request: &AuthenticationRequest<'a>,
    record: Option<&'a StoredCredential>,
    hash: &[u8; 32],
) -> Option<CoseKey> {
    let Some(record) = record else {
        ladder.skip(21, NO_RECORD);
        return None;
    };
    let wanted = Fact::Said("a signature of the registered key");
    let key = match CoseKey::decode(&record.public_key) {
        Ok(key) => key,
        Err(error) => {
            let fault = (error.code(), "the registered public key is not usable");
            ladder.fail(21, fault, wanted, Fact::Text(error.to_string().into()));
            return None;
        }
    };
    let response = &request.response.response;
    let authenticator_data = response.authenticator_data.as_bytes();
    let mut message = Vec::with_capacity(authenticator_data.len() + hash.len());
    message.extend_from_slice(authenticator_data);
    message.extend_from_slice(hash);
    let good = signature::is_valid(&key, &message, response.signature.as_bytes());
    let fault = (
        "signatureInvalid",
        "the signature is not the registered key's",
    );
    ladder.check(
        21,
        good,
        fault,
        wanted,
        Fact::Base64(response.signature.as_bytes()),
    );
    Some(key)
}

fn backup_eligibility(ladder: &mut Ladder<'_>, flags: Flags, record: Option<&StoredCredential>) {
    let Some(record) = record else {
        return ladder.skip(19, NO_RECORD);
    };
    let Some(registered) = record.backup_eligible else {
        return ladder.skip(
            19,
            "the record does not say whether the credential was eligible for backup",
        );
    };
    let wanted = if registered { "BE set" } else { "BE not set" };
    let fault = (
        "backupEligibilityChanged",
        "the credential's backup eligibility has changed",
    );
    let good = flags.has(Flags::BE) == registered;
    ladder.check(19, good, fault, Fact::Said(wanted), Fact::Flags(flags));
}

fn counter(ladder: &mut Ladder<'_>, count: u32, record: Option<&StoredCredential>) {
    let Some(record) = record else {
        return ladder.skip(22, NO_RECORD);
    };
    if count == 0 && record.sign_count == 0 {
        return ladder.skip(22, "the authenticator does not count");
    }
    let fault = (
        "signCountNotIncreased",
        "the signature counter did not go up; the authenticator may be cloned",
    );
    let good = count > record.sign_count;
    ladder.check(
        22,
        good,
        fault,
        Fact::MoreThan(record.sign_count),
        Fact::Number(count.into()),
    );
}
