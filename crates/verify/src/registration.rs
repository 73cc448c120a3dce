//! L3 §7.1, registering a new credential.

mod attestation;

use std::borrow::Cow;

use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::client_data;
use webauthn::cose::{Algorithm, CoseKey};
use webauthn::id::CredentialId;
use webauthn::json::{PUBLIC_KEY, RegistrationResponseJSON};

use crate::attestation::Trust;
use crate::expected::{Expected, Mediation};
use crate::fact::Fact;
use crate::ladder::Ladder;
use crate::report::{Attestation, CredentialRecord, Report};
use crate::steps::Section;
use crate::{authenticator_data, client_data as client_data_steps};

pub(crate) const BEFORE: &str = "done before the response came";
const NO_OBJECT: &str = "not judged: the attestation object could not be read";
const NO_CREDENTIAL: &str = "not judged: there is no usable credential in the authenticator data";

/// All that a registration is judged by.
#[derive(Debug, Clone)]
pub struct RegistrationRequest<'a> {
    /// What the client sent.
    pub response: &'a RegistrationResponseJSON,
    /// What the options laid down.
    pub expected: Expected<'a>,
    /// The algorithms of `pubKeyCredParams`.
    pub algorithms: &'a [Algorithm],
    /// How `create()` was called.
    pub mediation: Mediation,
    /// Credentials that are registered already; it is enough to look up `response.id`.
    pub known_credential_ids: &'a [CredentialId],
    /// What is asked of the attestation, and whom to believe.
    pub trust: Trust<'a>,
}

/// Judges a registration by all 29 steps.
pub fn registration<'a>(request: &RegistrationRequest<'a>) -> Report<'a> {
    let mut ladder = Ladder::new(Section::Registration);
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
    let client_data = response.response.client_data_json.as_bytes();
    client_data_steps::judge(
        &mut ladder,
        5,
        client_data,
        client_data::CREATE,
        &request.expected,
    );
    let hash = webauthn::sha256(client_data);
    ladder.pass(
        12,
        Fact::Nothing,
        Fact::Said("SHA-256 of the client data as it came"),
    );

    let decoded = AttestationObject::parse(response.response.attestation_object.as_bytes())
        .and_then(|object| Ok((AuthenticatorData::parse(object.auth_data)?, object)));
    let (data, object) = match decoded {
        Ok(decoded) => decoded,
        Err(error) => {
            let fault = (error.code(), "the attestation object is malformed");
            ladder.fail(
                13,
                fault,
                Fact::Said("an attestation object"),
                Fact::Text(error.to_string().into()),
            );
            ladder.skip_all(14..=28, NO_OBJECT);
            return finish(ladder, None, None);
        }
    };
    ladder.pass(
        13,
        Fact::Said("an attestation object"),
        key_order(&data, &object),
    );
    let presence_required = request.mediation != Mediation::Conditional;
    authenticator_data::judge(
        &mut ladder,
        14,
        object.auth_data,
        &data,
        &request.expected,
        None,
        presence_required,
    );
    ladder.skip(18, "no policy on backup eligibility");
    ladder.skip(19, "no policy on backup state");
    let key = algorithm(&mut ladder, &data, request.algorithms);
    let attestation = attestation::judge(
        &mut ladder,
        request,
        &object,
        data.attested.as_ref().zip(key.as_ref()),
        &hash,
    );
    let record = credential(&mut ladder, request, &data, key.as_ref());
    extensions(
        &mut ladder,
        28,
        &response.client_extension_results,
        data.extensions.is_some(),
    );
    finish(ladder, attestation, record)
}

fn finish<'a>(
    mut ladder: Ladder<'a>,
    attestation: Option<Attestation<'a>>,
    record: Option<CredentialRecord<'a>>,
) -> Report<'a> {
    if ladder.holds_up_to(28) {
        ladder.pass(29, Fact::Nothing, Fact::Said("the record may be stored"));
    } else {
        ladder.skip(29, "nothing is stored: an earlier step failed");
    }
    Report::new(ladder, attestation, record)
}

/// Step 3 of both sections: credential type, and both forms of the ID agree.
pub(crate) fn response_form<'a>(
    ladder: &mut Ladder<'a>,
    kind: &'a str,
    id: &'a CredentialId,
    raw_id: Option<&'a CredentialId>,
) {
    if kind != PUBLIC_KEY {
        let fault = (
            "credentialType",
            "the credential is not of the type public-key",
        );
        return ladder.fail(
            3,
            fault,
            Fact::Said(PUBLIC_KEY),
            Fact::Text(Cow::Borrowed(kind)),
        );
    }
    match raw_id.filter(|raw_id| *raw_id != id) {
        None => ladder.pass(3, Fact::Said(PUBLIC_KEY), Fact::Text(Cow::Borrowed(kind))),
        Some(raw_id) => {
            let fault = (
                "credentialIdMismatch",
                "id and rawId of the response differ",
            );
            ladder.fail(
                3,
                fault,
                Fact::Base64(id.as_bytes()),
                Fact::Base64(raw_id.as_bytes()),
            );
        }
    }
}

/// The step on extension outputs: none is asked for, all may be there.
pub(crate) fn extensions<'a>(
    ladder: &mut Ladder<'a>,
    step: u8,
    client: &'a webauthn::json::Extensions,
    authenticator: bool,
) {
    if client.is_empty() && !authenticator {
        ladder.skip(step, "there are no extension outputs");
    } else {
        ladder.pass(
            step,
            Fact::Said("outputs may be ignored"),
            Fact::Extensions(client, authenticator),
        );
    }
}

fn key_order(data: &AuthenticatorData<'_>, object: &AttestationObject<'_>) -> Fact<'static> {
    Fact::Said(match data.canonical_order && object.canonical_order {
        true => "well-formed, keys in canonical order",
        false => "well-formed, keys not in canonical order",
    })
}

fn algorithm<'a>(
    ladder: &mut Ladder<'a>,
    data: &AuthenticatorData<'a>,
    allowed: &'a [Algorithm],
) -> Option<CoseKey> {
    let wanted = Fact::Algorithms(allowed);
    let Some(attested) = &data.attested else {
        let fault = (
            "noCredential",
            "the authenticator data carries no credential",
        );
        ladder.fail(20, fault, wanted, Fact::Flags(data.flags));
        return None;
    };
    match attested.key() {
        Err(error) => {
            let sentence = lower_first(error.to_string());
            let fault = (error.code(), sentence.trim_end_matches('.').to_owned());
            ladder.fail(20, fault, wanted, Fact::Text(error.to_string().into()));
            None
        }
        Ok(key) => {
            let good = allowed.contains(&key.algorithm());
            let fault = (
                "algorithmNotAllowed",
                "the public key's algorithm was not asked for",
            );
            ladder.check(
                20,
                good,
                fault,
                wanted,
                Fact::Algorithm(key.algorithm().number()),
            );
            Some(key)
        }
    }
}

fn lower_first(sentence: String) -> String {
    let mut characters = sentence.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => sentence,
    }
}

/// Steps 25 to 27.
fn credential<'a>(
    ladder: &mut Ladder<'a>,
    request: &RegistrationRequest<'a>,
    data: &AuthenticatorData<'a>,
    key: Option<&CoseKey>,
) -> Option<CredentialRecord<'a>> {
    let Some(attested) = &data.attested else {
        ladder.skip_all(25..=27, NO_CREDENTIAL);
        return None;
    };
    let id = attested.credential_id;
    let fault = match id.is_empty() {
        true => ("credentialIdEmpty", "the credential ID is empty"),
        false => (
            "credentialIdTooLong",
            "the credential ID is longer than 1023 bytes",
        ),
    };
    ladder.check(
        25,
        (1..=1023).contains(&id.len()),
        fault,
        Fact::Said("1 to 1023 bytes"),
        Fact::Length(id.len()),
    );
    let new = request
        .known_credential_ids
        .iter()
        .all(|known| known.as_bytes() != id);
    let fault = (
        "credentialAlreadyRegistered",
        "the credential is already registered",
    );
    ladder.check(
        26,
        new,
        fault,
        Fact::Said("a new credential"),
        Fact::Base64(id),
    );
    let Some(key) = key else {
        ladder.skip(27, NO_CREDENTIAL);
        return None;
    };
    let claimed = request.response.id.as_bytes();
    let fault = (
        "credentialIdMismatch",
        "the response names another credential than its authenticator data",
    );
    ladder.check(
        27,
        claimed == id,
        fault,
        Fact::Base64(id),
        Fact::Base64(claimed),
    );
    Some(CredentialRecord {
        id,
        public_key: attested.public_key,
        algorithm: key.algorithm(),
        sign_count: data.sign_count,
        backup_eligible: data.flags.has(Flags::BE),
        backed_up: data.flags.has(Flags::BS),
        user_verified: data.flags.has(Flags::UV),
        aaguid: Some(attested.aaguid),
        transports: &request.response.response.transports,
    })
}
