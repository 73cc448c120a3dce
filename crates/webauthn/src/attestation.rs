//! Attestation objects (L3 §6.5.4): authenticator data and a statement about it.

use std::borrow::Cow;

use crate::Error;
use crate::cbor::{self, Encoder, Level, Value};

/// An attestation object, taken apart or to be put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationObject<'a> {
    /// The attestation statement format's name, such as `none` or `packed`.
    pub format: Cow<'a, str>,
    /// The attestation statement, a map whose shape the format lays down.
    pub statement: Value<'a>,
    /// The authenticator data, as signed.
    pub auth_data: &'a [u8],
    /// Whether all maps had their keys in CTAP2 canonical order.
    pub canonical_order: bool,
}

impl<'a> AttestationObject<'a> {
    /// Takes the bytes apart; keys in any order, further members are ignored.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let decoded = cbor::decode(bytes, Level::Attestation)?;
        let Value::Map(members) = decoded.value else {
            return Err(Error::AttestationObject("it is not a map"));
        };
        let (mut format, mut statement, mut auth_data) = (None, None, None);
        for (key, value) in members {
            match (key.as_text(), value) {
                (Some("fmt"), Value::Text(text)) => format = Some(text),
                (Some("attStmt"), value @ Value::Map(_)) => statement = Some(value),
                (Some("authData"), Value::Bytes(Cow::Borrowed(bytes))) => auth_data = Some(bytes),
                _ => {}
            }
        }
        Ok(Self {
            format: format.ok_or(Error::AttestationObject("it has no text \"fmt\""))?,
            statement: statement.ok_or(Error::AttestationObject("it has no map \"attStmt\""))?,
            auth_data: auth_data.ok_or(Error::AttestationObject("it has no bytes \"authData\""))?,
            canonical_order: decoded.canonical_order,
        })
    }

    /// The bytes, in CTAP2 canonical order.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::default();
        encoder.map(3);
        encoder.text("fmt").text(&self.format);
        encoder.text("attStmt").value(&self.statement);
        encoder.text("authData").bytes(self.auth_data);
        encoder.into_bytes()
    }
}

#[cfg(test)]
mod tests;
