//! What an enrolment binds together, and the value `T` that both keys sign.

use data_encoding::HEXLOWER;

use crate::Error;
use crate::encoding::{Parts, sha256};
use crate::key::{PointName, Signature, SigningKey, VerifyingKey};
use crate::offer::Code;

/// Most bytes of an id or name.
pub const MAX_NAME: usize = 255;

/// The names of one enrolment, each 1 to 255 bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    rp_id: String,
    account_id: String,
    device_id: String,
    enrolment_id: String,
}

impl Names {
    /// # Errors
    /// [`Error::Name`].
    pub fn new(
        rp_id: &str,
        account_id: &str,
        device_id: &str,
        enrolment_id: &str,
    ) -> Result<Self, Error> {
        let name = |what, text: &str| match text.len() {
            1..=MAX_NAME => Ok(text.to_owned()),
            _ => Err(Error::Name(what)),
        };
        Ok(Self {
            rp_id: name("RP ID", rp_id)?,
            account_id: name("account's id", account_id)?,
            device_id: name("device's id", device_id)?,
            enrolment_id: name("enrolment's id", enrolment_id)?,
        })
    }

    /// The RP ID.
    #[must_use]
    pub fn rp_id(&self) -> &str {
        &self.rp_id
    }

    /// The account's id.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.account_id
    }

    /// The device's id.
    #[must_use]
    pub fn device_id(&self) -> &str {
        &self.device_id
    }

    /// The enrolment's id.
    #[must_use]
    pub fn enrolment_id(&self) -> &str {
        &self.enrolment_id
    }
}

/// All that an enrolment binds together; public, and the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    names: Names,
    device_key: VerifyingKey,
    server_key: VerifyingKey,
    test_iterations: bool,
}

impl Binding {
    /// Binds names and public keys. `test_iterations` is the server's word that payloads may come
    /// with fewer than 600,000 iterations; it is part of `T`, hence signed.
    #[must_use]
    pub fn new(
        names: Names,
        device_key: VerifyingKey,
        server_key: VerifyingKey,
        test_iterations: bool,
    ) -> Self {
        Self {
            names,
            device_key,
            server_key,
            test_iterations,
        }
    }

    /// An enrolment that does not exist, with the public key of RFC 6979 A.2.5 in both places: what
    /// an unknown enrolment's signature is held against, so that the work is the same.
    ///
    /// # Errors
    /// None in practice: everything in it is fixed.
    pub fn nobody() -> Result<Self, Error> {
        const POINT: [u8; 65] = [
            0x04, 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31, 0xc9, 0x61, 0xeb, 0x74, 0xc6,
            0x35, 0x6d, 0x68, 0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c, 0xe6, 0x69, 0x62,
            0x2e, 0x60, 0xf2, 0x9f, 0xb6, 0x79, 0x03, 0xfe, 0x10, 0x08, 0xb8, 0xbc, 0x99, 0xa4,
            0x1a, 0xe9, 0xe9, 0x56, 0x28, 0xbc, 0x64, 0xf2, 0xf1, 0xb2, 0x0c, 0x2d, 0x7e, 0x9f,
            0x51, 0x77, 0xa3, 0xc2, 0x94, 0xd4, 0x46, 0x22, 0x99,
        ];
        let key = VerifyingKey::from_sec1(PointName::Kd, &POINT)?;
        let names = Names::new("nobody", "nobody", "nobody", "nobody")?;
        Ok(Self::new(names, key.clone(), key, false))
    }

    /// The names.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// `Kd`.
    #[must_use]
    pub fn device_key(&self) -> &VerifyingKey {
        &self.device_key
    }

    /// `Ks`.
    #[must_use]
    pub fn server_key(&self) -> &VerifyingKey {
        &self.server_key
    }

    /// Whether fewer than 600,000 iterations are accepted.
    #[must_use]
    pub fn test_iterations(&self) -> bool {
        self.test_iterations
    }

    /// `T = SHA-256(lp("…/enrol") lp(rpId) lp(accountId) lp(deviceId) lp(enrolmentId) lp(Kd) lp(Ks)
    /// lp(test flag))`, the flag one byte, 0 or 1. The challenge of the ceremony is these 32 bytes.
    #[must_use]
    pub fn t(&self) -> T {
        let names = &self.names;
        let parts = Parts::labelled("enrol")
            .text(&names.rp_id)
            .text(&names.account_id)
            .text(&names.device_id)
            .text(&names.enrolment_id)
            .part(self.device_key.as_bytes())
            .part(self.server_key.as_bytes())
            .part(&[u8::from(self.test_iterations)]);
        T(sha256(&parts.into_bytes()))
    }

    /// Checks the device's signature over `T`; the server's part.
    ///
    /// # Errors
    /// [`Error::EnrolmentDeviceSignature`].
    pub fn check_device(&self, signature: &Signature) -> Result<(), Error> {
        match self.device_key.verifies(&self.t().0, signature) {
            true => Ok(()),
            false => Err(Error::EnrolmentDeviceSignature),
        }
    }

    /// Checks the server's signature over `T`; the device's part.
    ///
    /// # Errors
    /// [`Error::EnrolmentServerSignature`].
    pub fn check_server(&self, signature: &Signature) -> Result<(), Error> {
        match self.server_key.verifies(&self.t().0, signature) {
            true => Ok(()),
            false => Err(Error::EnrolmentServerSignature),
        }
    }
}

/// What both keys sign, and the challenge of the ceremony that authorises an enrolment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct T(pub [u8; 32]);

impl T {
    /// Signed by `Kd` or `Ks`.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> Signature {
        key.sign(&self.0)
    }

    /// The six digits that both sides show: the first eight bytes of `SHA-256(lp("…/digits") lp(T)
    /// lp(code))` as a big-endian number, modulo 1,000,000, with leading zeros. The offer's code is
    /// in it because it never crosses the network: six digits of `T` alone could be matched by
    /// whoever sits between and tries a million keys.
    #[must_use]
    pub fn digits(&self, code: &Code) -> String {
        let parts = Parts::labelled("digits")
            .part(&self.0)
            .part(code.as_bytes());
        let hash = sha256(&parts.into_bytes());
        let number = hash[..8]
            .iter()
            .fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % 1_000_000)
    }
}

impl std::fmt::Debug for T {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "T({})", HEXLOWER.encode(&self.0))
    }
}

/// The old `Ks`'s word for an enrolment that replaces its own on the same device: over
/// `lp("…/successor") lp(old enrolmentId) lp(new T)`.
#[must_use]
pub fn sign_successor(old_ks: &SigningKey, old_enrolment_id: &str, new: &T) -> Signature {
    old_ks.sign(&successor(old_enrolment_id, new))
}

/// Checks, on a device that already has an enrolment for this account, that a new one with another
/// `Ks` was signed by the old.
///
/// # Errors
/// [`Error::SuccessorSignature`] when it was not; `None` as signature never is.
pub fn check_successor(
    old: &Binding,
    new: &Binding,
    signature: Option<&Signature>,
) -> Result<(), Error> {
    let message = successor(old.names.enrolment_id(), &new.t());
    match signature.is_some_and(|signature| old.server_key.verifies(&message, signature)) {
        true => Ok(()),
        false => Err(Error::SuccessorSignature),
    }
}

fn successor(old_enrolment_id: &str, new: &T) -> Vec<u8> {
    Parts::labelled("successor")
        .text(old_enrolment_id)
        .part(&new.0)
        .into_bytes()
}

#[cfg(test)]
mod tests;
