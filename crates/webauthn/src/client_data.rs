//! Client data (L3 §5.8.1): what the client says was asked of it.

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

use crate::Error;

/// `type` of the client data of a registration.
pub const CREATE: &str = "webauthn.create";
/// `type` of the client data of an authentication.
pub const GET: &str = "webauthn.get";

/// The members of client data that the specification names; others are allowed and ignored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectedClientData<'a> {
    /// [`CREATE`] or [`GET`]; any text when read.
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
    /// The challenge, still base64url.
    #[serde(borrow)]
    pub challenge: Cow<'a, str>,
    /// The caller's origin.
    #[serde(borrow)]
    pub origin: Cow<'a, str>,
    /// Whether the caller was framed by another origin; `None` when the member is absent.
    #[serde(default)]
    pub cross_origin: Option<bool>,
    /// The top-level page's origin, when the caller was framed by another one.
    #[serde(borrow, default)]
    pub top_origin: Option<Cow<'a, str>>,
}

/// UTF-8 decode as the Encoding standard has it: a byte order mark is skipped; unlike there,
/// invalid bytes are an error and not replaced.
pub fn utf8_decode(bytes: &[u8]) -> Result<&str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|_| Error::ClientDataEncoding)
}

impl<'a> CollectedClientData<'a> {
    /// New client data for `challenge`, as a client makes it.
    pub fn new(
        kind: &'a str,
        challenge: &[u8],
        origin: &'a str,
        top_origin: Option<&'a str>,
    ) -> Self {
        Self {
            kind: Cow::Borrowed(kind),
            challenge: Cow::Owned(BASE64URL_NOPAD.encode(challenge)),
            origin: Cow::Borrowed(origin),
            cross_origin: Some(top_origin.is_some()),
            top_origin: top_origin.map(Cow::Borrowed),
        }
    }

    /// Reads `clientDataJSON`; members in any order.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::from_json(utf8_decode(bytes)?)
    }

    /// Reads the text that [`utf8_decode`] gave; it must be an object.
    pub fn from_json(text: &'a str) -> Result<Self, Error> {
        if text.trim_ascii_start().starts_with('[') {
            return Err(Error::ClientData("it is a list, not an object".to_owned()));
        }
        serde_json::from_str(text).map_err(|error| Error::ClientData(error.to_string()))
    }

    /// `clientDataJSON`, byte for byte as L3 §5.8.1.1 lays down.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = String::with_capacity(160 + self.challenge.len() + self.origin.len());
        out.push_str("{\"type\":");
        ccd_to_string(&mut out, &self.kind);
        out.push_str(",\"challenge\":");
        ccd_to_string(&mut out, &self.challenge);
        out.push_str(",\"origin\":");
        ccd_to_string(&mut out, &self.origin);
        out.push_str(",\"crossOrigin\":");
        out.push_str(if self.cross_origin == Some(true) {
            "true"
        } else {
            "false"
        });
        if let Some(top_origin) = &self.top_origin {
            out.push_str(",\"topOrigin\":");
            ccd_to_string(&mut out, top_origin);
        }
        out.push('}');
        out.into_bytes()
    }
}

/// CCDToString of L3 §5.8.1.1.
fn ccd_to_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
