//! What a step expected or found, kept as data until someone reads it.

use std::borrow::Cow;
use std::fmt::{self, Display};

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::{Serialize, Serializer};
use webauthn::authenticator_data::Flags;
use webauthn::cose::Algorithm;
use webauthn::id::{CredentialId, Origin};
use webauthn::json::Extensions;

/// One side of a step: rendered by `Display`, serialised as text or `null`.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<'a> {
    /// Nothing to say.
    Nothing,
    /// The judgement ended before this step.
    NotReached,
    /// A fixed sentence.
    Said(&'static str),
    /// Text from the request, or an error's sentence.
    Text(Cow<'a, str>),
    /// Bytes, shown as base64url.
    Base64(&'a [u8]),
    /// Bytes, shown in hexadecimal.
    Hex(&'a [u8]),
    /// SHA-256 of a text, computed when shown.
    HashOf(&'a str),
    /// A number.
    Number(u64),
    /// A number that must be exceeded.
    MoreThan(u32),
    /// A number of bytes.
    Length(usize),
    /// The names of the flags that are set.
    Flags(Flags),
    /// An algorithm, by its COSE number.
    Algorithm(i64),
    /// Any of these algorithms.
    Algorithms(&'a [Algorithm]),
    /// Any of these origins.
    Origins(&'a [Origin]),
    /// Any of these credentials.
    Credentials(&'a [CredentialId]),
    /// The names of extension outputs; the flag says whether the authenticator gave some too.
    Extensions(&'a Extensions, bool),
}

impl Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::NotReached => f.write_str("not judged: an earlier step failed"),
            Self::Said(text) => f.write_str(text),
            Self::Text(text) => f.write_str(text),
            Self::Base64(bytes) => BASE64URL_NOPAD.encode_display(bytes).fmt(f),
            Self::Hex(bytes) => HEXLOWER.encode_display(bytes).fmt(f),
            Self::HashOf(text) => hash_of(text, f),
            Self::Number(number) => number.fmt(f),
            Self::MoreThan(number) => write!(f, "more than {number}"),
            Self::Length(length) => write!(f, "{length} bytes"),
            Self::Flags(Flags(0)) => f.write_str("no flag set"),
            Self::Flags(flags) => list(f, flags.names()),
            Self::Algorithm(number) => algorithm(*number, f),
            Self::Algorithms(all) => list(f, all.iter()),
            Self::Origins(all) => list(f, all.iter()),
            Self::Credentials(all) => list(f, all.iter()),
            Self::Extensions(client, authenticator) => {
                let from_authenticator = authenticator.then_some("outputs of the authenticator");
                list(
                    f,
                    client.keys().map(String::as_str).chain(from_authenticator),
                )
            }
        }
    }
}

fn hash_of(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let hash = webauthn::sha256(text.as_bytes());
    write!(f, "{} (SHA-256 of {text})", HEXLOWER.encode_display(&hash))
}

fn algorithm(number: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match Algorithm::from_number(number) {
        Some(algorithm) => algorithm.fmt(f),
        None => write!(f, "COSE algorithm {number}"),
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, items: impl Iterator<Item = T>) -> fmt::Result {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return f.write_str("none");
    }
    for (at, item) in items.enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl Serialize for Fact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Said(text) => serializer.serialize_str(text),
            Self::Text(text) => serializer.serialize_str(text),
            other => serializer.collect_str(other),
        }
    }
}
