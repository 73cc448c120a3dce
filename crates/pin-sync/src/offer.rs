//! An offer: the text that an account's page shows and a device scans.

use data_encoding::BASE64URL_NOPAD;
use webauthn::cbor::Encoder;

use crate::Error;
use crate::cbor::Map;
use crate::encoding::{Parts, sha256};
use crate::enrolment::MAX_NAME;
use crate::secret::secret;

/// What the text begins with.
pub const PREFIX: &str = "touchstone-enrol:";
/// How long a code's fingerprint is.
pub const FINGERPRINT_LENGTH: usize = 32;
/// Most bytes of an offer's text.
const MAX_TEXT: usize = 2048;

secret! {
    /// The offer's secret. It goes from the page to the device by camera or clipboard only; the
    /// network sees its [`Code::fingerprint`].
    Code, 16
}

impl Code {
    /// `SHA-256(lp("…/offer") lp(code))`: how a device names the offer to the server.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; FINGERPRINT_LENGTH] {
        sha256(&Parts::labelled("offer").part(self.as_bytes()).into_bytes())
    }
}

/// An offer as a device reads it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Where to claim it, e.g. `http://acme.localhost:8080`; not checked here.
    pub origin: String,
    /// Its secret.
    pub code: Code,
    /// The RP's name, for people.
    pub rp_name: String,
    /// The account's name, for people.
    pub account_name: String,
}

impl Offer {
    /// `touchstone-enrol:` and base64url of the canonical CBOR map {1: origin, 2: code, 3: RP's name,
    /// 4: account's name}.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut encoder = Encoder::default();
        encoder
            .map(4)
            .int(1)
            .text(&self.origin)
            .int(2)
            .bytes(self.code.as_bytes())
            .int(3)
            .text(&self.rp_name)
            .int(4)
            .text(&self.account_name);
        let encoded = BASE64URL_NOPAD.encode(&encoder.into_bytes());
        format!("{PREFIX}{encoded}")
    }

    /// Reads what a device scanned.
    ///
    /// # Errors
    /// [`Error::OfferMalformed`].
    pub fn from_text(text: &str) -> Result<Self, Error> {
        Self::read(text).ok_or(Error::OfferMalformed)
    }

    fn read(text: &str) -> Option<Self> {
        let encoded = text.trim().strip_prefix(PREFIX)?;
        if encoded.len() > MAX_TEXT {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?;
        let map = Map::read(&bytes, 4).ok()?;
        let text = |key| {
            let text = map.text(key).ok()?;
            (1..=MAX_NAME)
                .contains(&text.len())
                .then(|| text.to_owned())
        };
        Some(Self {
            origin: text(1)?,
            code: Code::from_slice(map.bytes(2).ok()?)?,
            rp_name: text(3)?,
            account_name: text(4)?,
        })
    }
}

#[cfg(test)]
mod tests;
