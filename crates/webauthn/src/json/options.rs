//! Options of `create()` and `get()`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Extensions, PUBLIC_KEY};
use crate::cose::Algorithm;
use crate::id::{Challenge, CredentialId, UserHandle};

macro_rules! dom_strings {
    ($(#[$doc:meta])* $name:ident, $lenient:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// The text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The value with this text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        fn $lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<$name>, D::Error> {
            let text = Option::<std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
            Ok(text.and_then(|text| $name::parse(&text)))
        }
    };
}

dom_strings! {
    /// How much the relying party wants user verification (L3 §5.8.6).
    UserVerificationRequirement, user_verification {
        /// The ceremony fails without it.
        Required = "required",
        /// Wanted if the authenticator can; the default.
        Preferred = "preferred",
        /// Not wanted.
        Discouraged = "discouraged",
    }
}

dom_strings! {
    /// Whether the credential should be discoverable (L3 §5.4.6).
    ResidentKeyRequirement, resident_key {
        /// The ceremony fails without it.
        Required = "required",
        /// Wanted if the authenticator can.
        Preferred = "preferred",
        /// Not wanted.
        Discouraged = "discouraged",
    }
}

dom_strings! {
    /// Where the authenticator sits (L3 §5.4.5).
    AuthenticatorAttachment, attachment {
        /// Built into the client's device.
        Platform = "platform",
        /// Removable or another device.
        CrossPlatform = "cross-platform",
    }
}

dom_strings! {
    /// What the relying party wants to know about the authenticator (L3 §5.4.7).
    AttestationConveyancePreference, attestation {
        /// Nothing; the default.
        None = "none",
        /// Anything verifiable.
        Indirect = "indirect",
        /// What the authenticator made.
        Direct = "direct",
        /// An attestation that may name the single device.
        Enterprise = "enterprise",
    }
}

/// `PublicKeyCredentialCreationOptionsJSON` (L3 §5.1.8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCredentialCreationOptionsJSON {
    /// The relying party.
    pub rp: PublicKeyCredentialRpEntity,
    /// The account.
    pub user: PublicKeyCredentialUserEntityJSON,
    /// The challenge to sign.
    pub challenge: Challenge,
    /// Acceptable algorithms, best first.
    pub pub_key_cred_params: Vec<PublicKeyCredentialParameters>,
    /// How long to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Credentials whose authenticators must not make another.
    #[serde(default)]
    pub exclude_credentials: Vec<PublicKeyCredentialDescriptorJSON>,
    /// Which authenticators are acceptable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_selection: Option<AuthenticatorSelectionCriteria>,
    /// Hints for the client's interface, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// The attestation wanted; absent means none.
    #[serde(
        default,
        deserialize_with = "attestation",
        skip_serializing_if = "Option::is_none"
    )]
    pub attestation: Option<AttestationConveyancePreference>,
    /// Attestation statement formats wanted, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    /// Extension inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extensions>,
}

/// `PublicKeyCredentialRequestOptionsJSON` (L3 §5.1.9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCredentialRequestOptionsJSON {
    /// The challenge to sign.
    pub challenge: Challenge,
    /// How long to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// The RP ID; absent means the caller's effective domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rp_id: Option<String>,
    /// Acceptable credentials; empty means any discoverable one.
    #[serde(default)]
    pub allow_credentials: Vec<PublicKeyCredentialDescriptorJSON>,
    /// How much user verification is wanted; absent means preferred.
    #[serde(
        default,
        deserialize_with = "user_verification",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_verification: Option<UserVerificationRequirement>,
    /// Hints for the client's interface, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Extension inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extensions: Option<Extensions>,
}

/// The relying party as shown to the user (L3 §5.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeyCredentialRpEntity {
    /// A name to show.
    pub name: String,
    /// The RP ID; absent means the caller's effective domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The account (L3 §5.1.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicKeyCredentialUserEntityJSON {
    /// The user handle.
    pub id: UserHandle,
    /// The account's name, such as a user name or an address.
    pub name: String,
    /// The person's name, to show.
    pub display_name: String,
}

/// A credential type and an algorithm (L3 §5.3); the number may be one nobody here knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeyCredentialParameters {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The COSE number of the algorithm.
    pub alg: i64,
}

impl From<Algorithm> for PublicKeyCredentialParameters {
    fn from(algorithm: Algorithm) -> Self {
        Self {
            kind: PUBLIC_KEY.to_owned(),
            alg: algorithm.number(),
        }
    }
}

/// A credential by its ID (L3 §5.1.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKeyCredentialDescriptorJSON {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The credential ID.
    pub id: CredentialId,
    /// How the client may reach its authenticator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<String>>,
}

impl PublicKeyCredentialDescriptorJSON {
    /// A descriptor without transports.
    pub fn new(id: CredentialId) -> Self {
        Self {
            kind: PUBLIC_KEY.to_owned(),
            id,
            transports: None,
        }
    }
}

/// Which authenticators may answer (L3 §5.4.4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelectionCriteria {
    /// Where the authenticator must sit.
    #[serde(
        default,
        deserialize_with = "attachment",
        skip_serializing_if = "Option::is_none"
    )]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the credential should be discoverable.
    #[serde(
        default,
        deserialize_with = "resident_key",
        skip_serializing_if = "Option::is_none"
    )]
    pub resident_key: Option<ResidentKeyRequirement>,
    /// The older form of `residentKey: "required"`.
    #[serde(default)]
    pub require_resident_key: bool,
    /// How much user verification is wanted; absent means preferred.
    #[serde(
        default,
        deserialize_with = "user_verification",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_verification: Option<UserVerificationRequirement>,
}

impl AuthenticatorSelectionCriteria {
    /// The requirement in force: `residentKey`, or what `requireResidentKey` says without it.
    pub fn effective_resident_key(&self) -> ResidentKeyRequirement {
        self.resident_key
            .unwrap_or(match self.require_resident_key {
                true => ResidentKeyRequirement::Required,
                false => ResidentKeyRequirement::Discouraged,
            })
    }
}
