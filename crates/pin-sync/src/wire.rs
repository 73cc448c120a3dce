//! The JSON bodies: camelCase, binary as unpadded base64url, no unknown member, bounded in size.

mod bytes;

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use bytes::{Blob, Bytes};

use crate::exchange::Purpose;
use crate::key::{POINT_LENGTH, SIGNATURE_LENGTH};
use crate::refusal::Reason;
use crate::{Error, offer};

/// Most bytes of any body here.
pub const MAX_BODY: usize = 8 * 1024;

/// Which message, for a sentence about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// [`ClaimRequest`].
    ClaimRequest,
    /// [`ClaimAnswer`].
    ClaimAnswer,
    /// [`FinishRequest`].
    FinishRequest,
    /// [`FinishAnswer`].
    FinishAnswer,
    /// [`ExchangeRequest`].
    ExchangeRequest,
    /// [`ExchangeAnswer`].
    ExchangeAnswer,
    /// [`OnlineRequest`].
    OnlineRequest,
    /// [`OnlineAnswer`].
    OnlineAnswer,
    /// [`Ack`].
    Ack,
    /// [`Refused`].
    Refused,
    /// [`Beat`].
    Beat,
    /// [`ChallengeRequest`].
    ChallengeRequest,
    /// [`ChallengeAnswer`].
    ChallengeAnswer,
    /// [`StreamRequest`].
    StreamRequest,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClaimRequest => "claim",
            Self::ClaimAnswer => "answer to the claim",
            Self::FinishRequest => "end of the enrolment",
            Self::FinishAnswer => "answer to the end of the enrolment",
            Self::ExchangeRequest => "exchange request",
            Self::ExchangeAnswer => "exchange answer",
            Self::OnlineRequest => "online part",
            Self::OnlineAnswer => "online answer",
            Self::Ack => "acknowledgement",
            Self::Refused => "refusal",
            Self::Beat => "beat",
            Self::ChallengeRequest => "request for a stream's challenge",
            Self::ChallengeAnswer => "stream's challenge",
            Self::StreamRequest => "request for a stream",
        })
    }
}

/// A body of this profile.
pub trait Body: Serialize + DeserializeOwned {
    /// Which one.
    const MESSAGE: Message;

    /// Reads a body.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Unreadable`].
    fn read(bytes: &[u8]) -> Result<Self, Error> {
        fits(Self::MESSAGE, bytes)?;
        parse(Self::MESSAGE, bytes)
    }

    /// The body as JSON.
    fn to_json(&self) -> Vec<u8> {
        // Structures of text, numbers and arrays always serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

pub(crate) fn fits(message: Message, bytes: &[u8]) -> Result<(), Error> {
    match bytes.len() {
        0..=MAX_BODY => Ok(()),
        length => Err(Error::TooLarge {
            message,
            length,
            most: MAX_BODY,
        }),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(message: Message, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::Unreadable {
        message,
        why: why(&error),
    })
}

/// What is wrong, without a value of the message: serde_json quotes those it did not expect.
fn why(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Io => "it did not arrive whole",
        serde_json::error::Category::Syntax => "it is no JSON",
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "a member is missing, unknown or of the wrong form",
    };
    format!("{kind}, at line {} column {}", error.line(), error.column())
}

/// Declares a body.
macro_rules! body {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Body for $name {
            const MESSAGE: Message = Message::$name;
        }
    };
}

body! {
    /// `POST /pin/enrol/claim`: a device takes up an offer.
    ClaimRequest {
        /// [`offer::Code::fingerprint`]: the code itself never crosses the network.
        code: Bytes<{ offer::FINGERPRINT_LENGTH }>,
        /// The device's id, its own choice.
        device_id: String,
        /// What a person calls the device.
        device_name: String,
        /// The device's new key.
        kd: Bytes<POINT_LENGTH>,
    }
}

body! {
    /// The server's answer: everything of `T` that the device did not know.
    ClaimAnswer {
        /// The new enrolment.
        enrolment_id: String,
        /// The RP ID.
        rp_id: String,
        /// The RP's name, for people.
        rp_name: String,
        /// The account's id.
        account_id: String,
        /// The account's name, for people.
        username: String,
        /// The server's new key.
        ks: Bytes<POINT_LENGTH>,
        /// Whether payloads may come with fewer than 600,000 iterations; part of `T`.
        test_iterations: bool,
        /// The enrolment that this one replaces on this device, and the old `Ks`'s word for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous: Option<Previous>,
    }
}

/// An older enrolment's word for its successor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Previous {
    /// The older enrolment.
    pub enrolment_id: String,
    /// Its `Ks` over the new `T`: [`crate::enrolment::sign_successor`].
    pub signature: Bytes<SIGNATURE_LENGTH>,
}

body! {
    /// `POST /pin/enrol/finish`: the device's signature over `T`.
    FinishRequest {
        /// The enrolment.
        enrolment_id: String,
        /// The device.
        device_id: String,
        /// By `Kd`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

body! {
    /// The server's signature over `T`.
    FinishAnswer {
        /// By `Ks`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

body! {
    /// `POST /pin/exchange`.
    ExchangeRequest {
        /// The enrolment.
        enrolment_id: String,
        /// The device.
        device_id: String,
        /// Above every one used before.
        sync_counter: u64,
        /// The device's nonce.
        nonce_d: Bytes<32>,
        /// The device's ephemeral key.
        ed: Bytes<POINT_LENGTH>,
        /// What the exchange is for.
        purpose: Purpose,
        /// By `Kd`, over `M`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

body! {
    /// The server's answer.
    ExchangeAnswer {
        /// The server's nonce.
        nonce_s: Bytes<32>,
        /// The server's ephemeral key.
        es: Bytes<POINT_LENGTH>,
        /// The nonce of AES-GCM.
        gcm_nonce: Bytes<12>,
        /// The sealed payload and its tag.
        ciphertext: Blob,
        /// By `Ks`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

body! {
    /// `POST /pin/online`: the second round of `verify`, `set` and `change`.
    OnlineRequest {
        /// The enrolment.
        enrolment_id: String,
        /// The device.
        device_id: String,
        /// The exchange that this continues.
        sync_counter: u64,
        /// The nonce of AES-GCM.
        gcm_nonce: Bytes<12>,
        /// The sealed PINs and the tag.
        ciphertext: Blob,
    }
}

body! {
    /// The server's answer to the second round.
    OnlineAnswer {
        /// The nonce of AES-GCM.
        gcm_nonce: Bytes<12>,
        /// The sealed outcome and its tag.
        ciphertext: Blob,
        /// By `Ks`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

body! {
    /// `POST /pin/sync/ack`.
    Ack {
        /// The enrolment.
        enrolment_id: String,
        /// The device.
        device_id: String,
        /// The exchange that this acknowledges.
        sync_counter: u64,
        /// The PIN version taken.
        pin_version: u64,
        /// The policy version taken.
        policy_version: u64,
        /// The device's wrong tries.
        failures: u32,
        /// HMAC-SHA256 under `…/confirm`.
        mac: Bytes<32>,
    }
}

body! {
    /// The body of a signed refusal.
    Refused {
        /// As in every error of the server.
        error: ErrorBody,
        /// What is signed.
        refusal: Refusal,
        /// By `Ks`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

/// The usual error of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ErrorBody {
    /// A stable name.
    pub code: String,
    /// A sentence.
    pub message: String,
}

/// What a refusal says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The enrolment.
    pub enrolment_id: String,
    /// The request that this answers.
    pub nonce_d: Bytes<32>,
    /// The policy in force.
    pub policy_version: u64,
    /// Milliseconds since 1970 by the RP's clock.
    pub issued_at: u64,
}

body! {
    /// The data of `event: beat` and `event: push`.
    Beat {
        /// The current PIN version.
        pin_version: u64,
        /// The current policy version.
        policy_version: u64,
        /// Milliseconds since 1970 by the RP's clock.
        issued_at: u64,
        /// By `Ks`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

body! {
    /// `POST /pin/stream/challenge`.
    ChallengeRequest {
        /// The enrolment.
        enrolment_id: String,
    }
}

body! {
    /// A challenge to open a stream with.
    ChallengeAnswer {
        /// Random.
        challenge: Bytes<32>,
    }
}

body! {
    /// `POST /pin/stream`.
    StreamRequest {
        /// The enrolment.
        enrolment_id: String,
        /// The device.
        device_id: String,
        /// The challenge that the server gave.
        challenge: Bytes<32>,
        /// By `Kd`.
        signature: Bytes<SIGNATURE_LENGTH>,
    }
}

#[cfg(test)]
mod tests;
