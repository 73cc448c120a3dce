//! What a pinUvAuthToken is good for (CTAP 2.3 §6.5.5.7, the table of permissions).

use std::ops::BitOr;

use webauthn::cbor::Value;

use crate::Status;
use crate::members::FromValue;

/// A set of permissions; bits without a name are kept, for the authenticator to judge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);
    /// mc: makeCredential.
    pub const MAKE_CREDENTIAL: Self = Self(0x01);
    /// ga: getAssertion.
    pub const GET_ASSERTION: Self = Self(0x02);
    /// cm: credentialManagement.
    pub const CREDENTIAL_MANAGEMENT: Self = Self(0x04);
    /// be: bioEnrollment.
    pub const BIO_ENROLLMENT: Self = Self(0x08);
    /// lbw: largeBlobs, writing.
    pub const LARGE_BLOB_WRITE: Self = Self(0x10);
    /// acfg: authenticatorConfig.
    pub const AUTHENTICATOR_CONFIG: Self = Self(0x20);
    /// pcmr: credentialManagement, reading, with a token that lasts.
    pub const PERSISTENT_CREDENTIAL_MANAGEMENT_READ_ONLY: Self = Self(0x40);

    /// The set of these bits.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The set's bits.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether all of `others` are in the set.
    #[must_use]
    pub const fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromValue for Permissions {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        u64::from_value(value).map(Self)
    }
}
