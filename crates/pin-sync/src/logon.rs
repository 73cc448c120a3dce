//! A workstation's challenge, and the eight digits by which an offline phone answers it.
//!
//! The answer is OCRA (RFC 6287) with the suite `OCRA-1:HOTP-SHA256-8:QH64`: its question is the
//! SHA-256, in hexadecimal, of everything that is bound, its key comes from `Kr` and the hash of the
//! PIN just typed. It is not phishing-resistant: whoever relays the challenge gets the answer.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use hkdf::Hkdf;
use hmac::Mac as _;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use timeline::Timestamp;
use webauthn::cbor::Encoder;

use crate::cbor::{At, Map};
use crate::encoding::{Parts, label, millis, sha256, timestamp};
use crate::enrolment::{Binding, Names};
use crate::key::{SIGNATURE_LENGTH, Signature, SigningKey};
use crate::mac::hmac;
use crate::pin::PinHash;
use crate::secret::secret;
use crate::{Error, PROFILE, apart};

/// What the challenge's text begins with.
pub const PREFIX: &str = "touchstone-logon:";
/// How long a challenge lives.
pub const LIFETIME: std::time::Duration = std::time::Duration::from_secs(120);
/// Digits of an answer.
pub const DIGITS: usize = 8;
/// The OCRA suite.
pub const SUITE: &str = "OCRA-1:HOTP-SHA256-8:QH64";
/// Most bytes of a challenge's text.
const MAX_TEXT: usize = 4096;
/// A question of OCRA fills this many bytes, with zeros behind (RFC 6287 §6.1).
const QUESTION_LENGTH: usize = 128;

secret! {
    /// `Kr`, the key `…/response` of the sync that brought the cache.
    ResponseKey, 32
}

/// What a workstation asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The RP ID.
    pub rp_id: String,
    /// The enrolment.
    pub enrolment_id: String,
    /// The device.
    pub device_id: String,
    /// The workstation.
    pub workstation_id: String,
    /// The session that waits at the workstation.
    pub session_id: String,
    /// Random.
    pub challenge: [u8; 32],
    /// The counter of the last sync that the server saw acknowledged.
    pub sync_counter: u64,
    /// The account's name, for people.
    pub account_name: String,
    /// When it ends, by the server's clock.
    pub expires_at: Timestamp,
}

/// A challenge and a signature that was not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    challenge: Challenge,
    signature: Signature,
}

/// A challenge that is this enrolment's, signed by its server, and not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted(Challenge);

impl Challenge {
    /// Signs it and writes the text for people and cameras: `touchstone-logon:` and base64url of the
    /// canonical CBOR map {1: RP ID, 2: enrolment, 3: device, 4: workstation, 5: session, 6: challenge,
    /// 7: counter, 8: account's name, 9: expiry, 10: signature by `Ks`}.
    #[must_use]
    pub fn to_text(&self, ks: &SigningKey) -> String {
        let mut encoder = Encoder::default();
        encoder
            .map(10)
            .int(1)
            .text(&self.rp_id)
            .int(2)
            .text(&self.enrolment_id)
            .int(3)
            .text(&self.device_id)
            .int(4)
            .text(&self.workstation_id)
            .int(5)
            .text(&self.session_id)
            .int(6)
            .bytes(&self.challenge)
            .int(7)
            .uint(self.sync_counter)
            .int(8)
            .text(&self.account_name)
            .int(9)
            .uint(millis(self.expires_at))
            .int(10)
            .bytes(&ks.sign(&self.signed()).0);
        let encoded = BASE64URL_NOPAD.encode(&encoder.into_bytes());
        format!("{PREFIX}{encoded}")
    }

    /// `lp("…/logon")` and `lp` of 1 to 9.
    fn signed(&self) -> Vec<u8> {
        Parts::labelled("logon")
            .text(&self.rp_id)
            .text(&self.enrolment_id)
            .text(&self.device_id)
            .text(&self.workstation_id)
            .text(&self.session_id)
            .part(&self.challenge)
            .number(self.sync_counter)
            .text(&self.account_name)
            .number(millis(self.expires_at))
            .into_bytes()
    }

    /// `lp(profile) lp(rpId) lp(enrolmentId) lp(deviceId) lp(workstationId) lp(sessionId) lp(challenge)
    /// lp(syncCounter)`, the counter of the sync from which `Kr` came.
    fn bound(&self, sync_counter: u64) -> Vec<u8> {
        Parts::default()
            .text(PROFILE)
            .text(&self.rp_id)
            .text(&self.enrolment_id)
            .text(&self.device_id)
            .text(&self.workstation_id)
            .text(&self.session_id)
            .part(&self.challenge)
            .number(sync_counter)
            .into_bytes()
    }

    /// The answer that a device with these would give; the server's part. It tries the `Kr` of the last
    /// acknowledged sync and of one that still waits for its acknowledgement.
    #[must_use]
    pub fn answer_of(&self, kr: &ResponseKey, sync_counter: u64, hash: &PinHash) -> Code {
        let question = sha256(&self.bound(sync_counter));
        apart(|| Code(ocra(AnswerKey::of(kr, hash).as_bytes(), SUITE, &question)))
    }
}

impl Scanned {
    /// Reads what a phone scanned.
    ///
    /// # Errors
    /// [`Error::LogonMalformed`].
    pub fn from_text(text: &str) -> Result<Self, Error> {
        let read = |text: &str| {
            let encoded = text.trim().strip_prefix(PREFIX)?;
            if encoded.len() > MAX_TEXT {
                return None;
            }
            let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?;
            Self::read(&Map::read(&bytes, 10).ok()?).ok()
        };
        read(text).ok_or(Error::LogonMalformed)
    }

    fn read(map: &Map<'_>) -> Result<Self, At> {
        Names::new(map.text(1)?, map.text(8)?, map.text(3)?, map.text(2)?).map_err(|_| At(1))?;
        Names::new(map.text(4)?, map.text(5)?, "-", "-").map_err(|_| At(4))?;
        Ok(Self {
            challenge: Challenge {
                rp_id: map.text(1)?.to_owned(),
                enrolment_id: map.text(2)?.to_owned(),
                device_id: map.text(3)?.to_owned(),
                workstation_id: map.text(4)?.to_owned(),
                session_id: map.text(5)?.to_owned(),
                challenge: map.array(6)?,
                sync_counter: map.u64(7)?,
                account_name: map.text(8)?.to_owned(),
                expires_at: timestamp(map.u64(9)?),
            },
            signature: Signature(map.array::<SIGNATURE_LENGTH>(10)?),
        })
    }

    /// The enrolment that it claims to be for: what to look up on the phone.
    #[must_use]
    pub fn enrolment_id(&self) -> &str {
        &self.challenge.enrolment_id
    }

    /// Checks it against an enrolment. `server_time` is the time as the server's clock would show it,
    /// [`crate::seen::Seen::server_time`]; `sync_counter` that of the last sync here.
    ///
    /// # Errors
    /// [`Error::LogonEnrolment`], [`Error::LogonRelyingParty`], [`Error::LogonDevice`],
    /// [`Error::LogonSignature`], [`Error::LogonExpired`], [`Error::LogonCounter`].
    pub fn check(
        self,
        binding: &Binding,
        server_time: Timestamp,
        sync_counter: u64,
    ) -> Result<Accepted, Error> {
        let (challenge, names) = (&self.challenge, binding.names());
        if challenge.enrolment_id != names.enrolment_id() {
            return Err(Error::LogonEnrolment);
        }
        if challenge.rp_id != names.rp_id() {
            return Err(Error::LogonRelyingParty);
        }
        if challenge.device_id != names.device_id() {
            return Err(Error::LogonDevice);
        }
        let ks = binding.server_key();
        if !ks.verifies(&challenge.signed(), &self.signature) {
            return Err(Error::LogonSignature);
        }
        if server_time >= challenge.expires_at {
            return Err(Error::LogonExpired);
        }
        if challenge.sync_counter > sync_counter {
            return Err(Error::LogonCounter);
        }
        Ok(Accepted(self.challenge))
    }
}

impl Accepted {
    /// The challenge: what to show before the PIN is asked for.
    #[must_use]
    pub fn challenge(&self) -> &Challenge {
        &self.0
    }

    /// The answer, from the hash of the PIN just typed and what the last sync left.
    #[must_use]
    pub fn answer(&self, synced: &crate::cache::Synced, hash: &PinHash) -> Code {
        self.0
            .answer_of(&synced.response, synced.sync_counter, hash)
    }
}

/// Eight digits; `Debug` shows nothing of them.
#[derive(Clone)]
pub struct Code(zeroize::Zeroizing<String>);

impl Code {
    /// The digits, to be shown and typed once.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `typed` is this code, in constant time.
    #[must_use]
    pub fn is(&self, typed: &str) -> bool {
        self.0.as_bytes().ct_eq(typed.as_bytes()).into()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

secret! {
    /// `HKDF-SHA256(salt "", ikm Kr ‖ pinHash, info "…/ocra")`.
    AnswerKey, 32
}

impl AnswerKey {
    fn of(kr: &ResponseKey, hash: &PinHash) -> Self {
        Self::made(|key| {
            let ikm = zeroize::Zeroizing::new([kr.as_bytes().as_slice(), hash.as_bytes()].concat());
            // One block: HKDF refuses only beyond 255 of them.
            let _ = Hkdf::<Sha256>::new(None, &ikm).expand(label("ocra").as_bytes(), key);
        })
    }
}

/// OCRA with a question only, HMAC-SHA256 and eight digits (RFC 6287 §5): the truncated HMAC of
/// `suite ‖ 00 ‖ question`, the question filled up with zeros.
fn ocra(key: &[u8], suite: &str, question: &[u8]) -> zeroize::Zeroizing<String> {
    let mut filled = [0; QUESTION_LENGTH];
    for (place, byte) in filled.iter_mut().zip(question) {
        *place = *byte;
    }
    let code = hmac(key)
        .chain_update(suite)
        .chain_update([0])
        .chain_update(filled)
        .finalize()
        .into_bytes();
    zeroize::Zeroizing::new(format!("{:08}", truncate(&code) % 100_000_000))
}

/// Dynamic truncation (RFC 4226 §5.3), with the offset in the last byte of a longer HMAC.
fn truncate(code: &[u8]) -> u32 {
    let offset = code.last().map_or(0, |byte| usize::from(byte & 0x0f));
    let word = code.iter().skip(offset).take(4);
    word.fold(0, |number: u32, byte| number << 8 | u32::from(*byte)) & 0x7fff_ffff
}

#[cfg(test)]
mod tests;
