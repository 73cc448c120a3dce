//! Changes one field of a message, through the codecs that lie inside each other: JSON, base64url,
//! client data, CBOR, attestation object, authenticator data. All else keeps its bytes, except that
//! CBOR is written canonically again.

mod authenticator_data;
mod cbor;
mod json;
#[cfg(test)]
mod tests;

use ctap::Command;
use serde_json::Value as Json;
use webauthn::id::Base64Url;

use crate::api::{Change, Direction};

/// A message with a field changed.
#[derive(Debug, PartialEq)]
pub(super) struct Tampered<T> {
    /// The whole, as it is now.
    pub(super) whole: T,
    /// The field before; none when it was not there.
    pub(super) before: Option<Json>,
    /// The field now; none when it was taken away.
    pub(super) after: Option<Json>,
}

/// What was done, or why not, to go into a sentence.
pub(super) type Outcome<T> = Result<Tampered<T>, String>;

/// One step of a path and what it leads from: the name alone does not say whether text is bytes.
#[derive(Clone, Copy)]
struct Step<'a> {
    container: &'a str,
    name: &'a str,
}

/// Changes a field of an HTTP body.
pub(super) fn http(body: &[u8], field: &str, change: &Change) -> Outcome<Vec<u8>> {
    let text = std::str::from_utf8(body).map_err(|_| "its body is not UTF-8".to_owned())?;
    if text.trim().is_empty() {
        return Err("its body is empty".to_owned());
    }
    let path: Vec<&str> = field.split('.').collect();
    json::edit(text, "", &path, change).map(|tampered| tampered.map(String::into_bytes))
}

/// Changes a field of a CTAP request (code byte, then CBOR) or of the response (status byte, then
/// CBOR) to `command`.
pub(super) fn ctap(
    command: &Command,
    direction: Direction,
    message: &[u8],
    field: &str,
    change: &Change,
) -> Outcome<Vec<u8>> {
    let names = match direction {
        Direction::Request => command.request_members(),
        Direction::Response => command.response_members(),
    };
    let Some((first, cbor)) = message.split_first().filter(|(_, cbor)| !cbor.is_empty()) else {
        return Err(match (direction, message.first()) {
            (Direction::Response, Some(status)) => format!(
                "the device answered {} and nothing more",
                ctap::Status::from(*status)
            ),
            _ => "it has no members".to_owned(),
        });
    };
    let path: Vec<&str> = field.split('.').collect();
    let tampered = cbor::edit(cbor, names, &path, change)?;
    Ok(tampered.map(|cbor| [&[*first], cbor.as_slice()].concat()))
}

impl<T> Tampered<T> {
    pub(super) fn map<U>(self, whole: impl FnOnce(T) -> U) -> Tampered<U> {
        Tampered {
            whole: whole(self.whole),
            before: self.before,
            after: self.after,
        }
    }

    fn try_map<U>(self, whole: impl FnOnce(T) -> Result<U, String>) -> Outcome<U> {
        Ok(Tampered {
            whole: whole(self.whole)?,
            before: self.before,
            after: self.after,
        })
    }
}

/// Whether the text of this member is bytes, in base64url.
fn is_bytes(step: Step<'_>) -> bool {
    match step.name {
        "id" => step.container != "rp",
        "rawId" | "challenge" | "signature" | "userHandle" | "clientDataJSON"
        | "authenticatorData" | "attestationObject" | "publicKey" | "ceremony" | "passkey"
        | "authData" | "clientDataHash" | "pinUvAuthParam" | "largeBlobKey" | "credentialId"
        | "rpIdHash" | "kd" | "ks" | "nonceD" | "ed" | "nonceS" | "es" | "gcmNonce"
        | "ciphertext" | "mac" => true,
        _ => false,
    }
}

fn bytes_of(name: &str, text: &str) -> Result<Vec<u8>, String> {
    Base64Url::parse(text)
        .map(|bytes| bytes.0)
        .map_err(|_| format!("{name} must be base64url without padding"))
}

fn text_of(bytes: Vec<u8>) -> Json {
    Json::String(Base64Url(bytes).to_string())
}

/// The lowest bit of the last byte, turned over.
fn flip_bytes(name: &str, mut bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    let last = bytes
        .last_mut()
        .ok_or_else(|| format!("{name} is empty, so there is no bit to flip"))?;
    *last ^= 1;
    Ok(bytes)
}

/// The lowest bit of the last letter, turned over. Surrogates begin and end at even numbers, so
/// that a letter's neighbour is a letter too.
fn flip_text(name: &str, text: &str) -> Result<String, String> {
    let mut letters: Vec<char> = text.chars().collect();
    let last = letters
        .last_mut()
        .ok_or_else(|| format!("{name} is empty, so there is no bit to flip"))?;
    *last = char::from_u32(u32::from(*last) ^ 1).unwrap_or(*last);
    Ok(letters.into_iter().collect())
}

fn absent(name: &str) -> String {
    format!("it has no {name}")
}

fn no_members(name: &str) -> String {
    format!("{name} has no members")
}

fn not_flippable(name: &str) -> String {
    format!("{name} is neither bytes, text, a truth value nor a number, so it cannot be flipped")
}
