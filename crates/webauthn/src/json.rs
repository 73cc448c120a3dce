//! The JSON forms of L3 §5.1.8 and §5.1.9: options as a server writes them, responses as `toJSON()`
//! gives them. Unknown members are ignored; an unknown value of a string enumeration counts as
//! absent, as L3 §2.1.1 asks.

mod options;
mod response;
#[cfg(test)]
mod tests;

pub use options::{
    AttestationConveyancePreference, AuthenticatorAttachment, AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialDescriptorJSON,
    PublicKeyCredentialParameters, PublicKeyCredentialRequestOptionsJSON,
    PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntityJSON, ResidentKeyRequirement,
    UserVerificationRequirement,
};
pub use response::{
    AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
    AuthenticatorAttestationResponseJSON, RegistrationResponseJSON,
};

/// The one credential type there is.
pub const PUBLIC_KEY: &str = "public-key";

/// Extension inputs or outputs, by extension identifier.
pub type Extensions = serde_json::Map<String, serde_json::Value>;
