//! `packed` (L3 §8.2): signed with the credential's own key, or with a certified one.

use std::borrow::Cow;

use webauthn::cbor::Value;
use webauthn::cose::Algorithm;

use super::certificate::Leaf;
use super::{AttestationType, Statement, Verified};
use crate::signature;

pub(super) fn verify<'s>(statement: &Statement<'s, '_>) -> Result<Verified<'s>, Cow<'static, str>> {
    let members = &statement.object.statement;
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
    match members.get_text("x5c") {
        Some(x5c) => certified(statement, x5c, algorithm, sig),
        None => own_key(statement, algorithm, sig),
    }
}

fn own_key<'s>(
    statement: &Statement<'s, '_>,
    algorithm: i64,
    sig: &[u8],
) -> Result<Verified<'s>, Cow<'static, str>> {
    if algorithm != statement.key.algorithm().number() {
        return Err("the statement's algorithm is not the credential key's".into());
    }
    if !signature::is_valid(statement.key, statement.signed, sig) {
        return Err("the statement's signature is not the credential key's".into());
    }
    Ok(Verified {
        kind: AttestationType::SelfAttestation,
        chain: Vec::new(),
    })
}

fn certified<'s>(
    statement: &Statement<'s, '_>,
    x5c: &'s Value<'_>,
    algorithm: i64,
    sig: &[u8],
) -> Result<Verified<'s>, Cow<'static, str>> {
    let chain: Option<Vec<&'s [u8]>> = x5c
        .as_array()
        .and_then(|certificates| certificates.iter().map(Value::as_bytes).collect());
    let chain = chain.ok_or("the statement's \"x5c\" is not a list of certificates")?;
    let leaf = chain.first().ok_or("the statement's \"x5c\" is empty")?;
    let leaf = Leaf::parse(leaf)?;
    leaf.meets_packed_requirements(&statement.attested.aaguid)?;
    let algorithm = Algorithm::from_number(algorithm)
        .ok_or("the statement's algorithm cannot be verified here yet")?;
    if !leaf.has_signed(algorithm, statement.signed, sig) {
        return Err("the statement's signature is not the attestation certificate's".into());
    }
    Ok(Verified {
        kind: AttestationType::Basic,
        chain,
    })
}
