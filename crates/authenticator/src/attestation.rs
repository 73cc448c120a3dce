//! Attestation statements about a new credential (WebAuthn L3 §8).

use webauthn::cbor::Value;
use webauthn::cose::Algorithm;

use crate::{Failure, PrivateKey};

/// Attestation formats that getInfo names, the preferred one first.
pub(crate) const FORMATS: [&str; 1] = ["packed"];

/// A format's name and the statement in it.
pub(crate) type Statement = (&'static str, Value<'static>);

/// Attests in the format that the client prefers (CTAP 2.3 §6.1.2 step 19): `none` when it names
/// nothing but that, else packed self attestation, the only other one there is.
pub(crate) fn attest(
    preference: Option<&[String]>,
    key: &PrivateKey,
    auth_data: &[u8],
    client_data_hash: &[u8; 32],
) -> Result<Statement, Failure> {
    match preference {
        Some([only]) if only == "none" => Ok(("none", Value::Map(Vec::new()))),
        _ => packed_self(key, auth_data, client_data_hash),
    }
}

/// Packed self attestation (L3 §8.2): the credential's own key signs.
fn packed_self(
    key: &PrivateKey,
    auth_data: &[u8],
    client_data_hash: &[u8; 32],
) -> Result<Statement, Failure> {
    let signature = key.sign(&[auth_data, client_data_hash.as_slice()].concat())?;
    let members = [
        ("alg", Value::from(Algorithm::Es256.number())),
        ("sig", signature.into()),
    ];
    Ok(("packed", Value::map(members)))
}
