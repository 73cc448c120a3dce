//! `packed` (L3 §8.2), self attestation: signed with the credential's own key.

use std::borrow::Cow;

use webauthn::cbor::Value;

use super::{AttestationType, Statement};
use crate::signature;

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<AttestationType, Cow<'static, str>> {
    let members = &statement.object.statement;
    if members.get_text("x5c").is_some() {
        return Err("packed attestation with certificates cannot be verified here yet".into());
    }
    if members.get_text("ecdaaKeyId").is_some() {
        return Err("ECDAA attestation is no longer part of WebAuthn".into());
    }
    let algorithm = members
        .get_text("alg")
        .and_then(Value::as_i64)
        .ok_or("the statement has no algorithm \"alg\"")?;
    let sig = members
        .get_text("sig")
        .and_then(Value::as_bytes)
        .ok_or("the statement has no signature \"sig\"")?;
    if algorithm != statement.key.algorithm().number() {
        return Err("the statement's algorithm is not the credential key's".into());
    }
    if !signature::is_valid(statement.key, statement.signed, sig) {
        return Err("the statement's signature is not the credential key's".into());
    }
    Ok(AttestationType::SelfAttestation)
}
