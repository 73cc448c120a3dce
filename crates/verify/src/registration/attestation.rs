//! The steps on the attestation, 7.1/21 to 24.

use webauthn::attestation::AttestationObject;
use webauthn::authenticator_data::AttestedCredentialData;
use webauthn::cose::CoseKey;

use super::{NO_CREDENTIAL, RegistrationRequest};
use crate::attestation::{self, AttestationPolicy, AttestationType, Statement, Trust, Verified};
use crate::fact::Fact;
use crate::ladder::Ladder;
use crate::report::Attestation;

/// Steps 21 to 24.
pub(super) fn judge<'a>(
    ladder: &mut Ladder<'a>,
    request: &RegistrationRequest<'a>,
    object: &AttestationObject<'a>,
    credential: Option<(&AttestedCredentialData<'a>, &CoseKey)>,
    hash: &[u8; 32],
) -> Option<Attestation<'a>> {
    let known = Fact::Said("none or packed");
    let procedure = match attestation::procedure(&object.format) {
        Ok(procedure) => procedure,
        Err(why) => {
            let told = Fact::Text(format!("{}: {why}", object.format).into());
            ladder.fail(21, ("attestationFormat", why), known, told);
            ladder.skip_all(
                22..=24,
                "not judged: the attestation format cannot be verified",
            );
            return None;
        }
    };
    ladder.pass(21, known, Fact::Text(object.format.clone()));
    let Some((attested, key)) = credential else {
        ladder.skip_all(22..=24, NO_CREDENTIAL);
        return None;
    };
    let mut signed = Vec::new();
    if object.format != "none" {
        signed.extend_from_slice(object.auth_data);
        signed.extend_from_slice(hash);
    }
    let statement = Statement {
        object,
        signed: &signed,
        attested,
        key,
    };
    let verified = match procedure(&statement) {
        Ok(verified) => verified,
        Err(why) => {
            let fault = ("attestationStatement", why.clone());
            ladder.fail(
                22,
                fault,
                Fact::Said("a correct statement"),
                Fact::Text(why),
            );
            ladder.skip_all(
                23..=24,
                "not judged: the attestation statement is not correct",
            );
            return None;
        }
    };
    ladder.pass(
        22,
        Fact::Said("a correct statement"),
        type_name(verified.kind),
    );
    trust(ladder, &request.trust, &verified);
    Some(Attestation {
        format: object.format.clone(),
        kind: verified.kind,
    })
}

fn type_name(kind: AttestationType) -> Fact<'static> {
    Fact::Said(match kind {
        AttestationType::None => "no attestation",
        AttestationType::SelfAttestation => "self attestation",
        AttestationType::Basic => "attestation with a certificate chain",
    })
}

/// Steps 23 and 24.
fn trust(ladder: &mut Ladder<'_>, trust: &Trust<'_>, verified: &Verified<'_>) {
    let certified = verified.kind == AttestationType::Basic;
    match (certified, trust.roots.len()) {
        (false, _) => ladder.skip(23, "the attestation has no certificate chain"),
        (true, 0) => ladder.skip(23, "no root certificates are given"),
        (true, count) => {
            ladder.pass(
                23,
                Fact::Said("given root certificates"),
                Fact::Number(count as u64),
            );
        }
    }
    if certified && !trust.roots.is_empty() {
        let fault = (
            "attestationChain",
            "the attestation's certificates do not lead to a given root",
        );
        let wanted = Fact::Said("a valid chain to a given root");
        return match trust.reaches_root(&verified.chain) {
            Ok(()) => ladder.pass(24, wanted, type_name(verified.kind)),
            Err(why) => ladder.fail(24, fault, wanted, Fact::Said(why)),
        };
    }
    let (wanted, good) = match trust.policy {
        AttestationPolicy::None | AttestationPolicy::Untrusted if certified => {
            return ladder.skip(
                24,
                "the chain is not judged: no root certificates are given",
            );
        }
        AttestationPolicy::None => ("any attestation or none", true),
        AttestationPolicy::Untrusted => ("an attestation", verified.kind != AttestationType::None),
        AttestationPolicy::Trusted => ("an attestation that chains to a given root", false),
    };
    let fault = (
        "attestationNotTrusted",
        "the attestation is less than this relying party asks for",
    );
    ladder.check(
        24,
        good,
        fault,
        Fact::Said(wanted),
        type_name(verified.kind),
    );
}
