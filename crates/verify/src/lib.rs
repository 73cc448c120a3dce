//! The relying party's judgement: WebAuthn L3 §7.1 (29 steps) and §7.2 (25 steps) as ordered lists.
//!
//! A judgement is data, not a boolean: every step of the section stands in every [`Report`] exactly
//! once and in order, with what was expected and what was there; a step that was not reached or has
//! nothing to judge is [`Outcome::NotApplicable`] and says why. Steps borrow from the request; text
//! is made only when a report is serialised.
//!
//! The room uses `webauthn` alone. It has no I/O, no clock and no memory: whoever calls it has
//! looked up challenge and credential, and stores what the report tells.
//!
//! Terms:
//! - **ladder**: the steps of one judgement, in the specification's order.
//! - **expected**: what the relying party laid down when it made the options.
//! - **record**: what a relying party keeps of a credential (L3 §4 "credential record").
//! - **refusal**: the first failed step, as a code and a sentence.

mod attestation;
mod authentication;
mod authenticator_data;
mod client_data;
mod expected;
mod fact;
mod ladder;
mod registration;
mod report;
pub mod request;
mod signature;
mod steps;
#[cfg(test)]
mod tests;

pub use attestation::{AttestationPolicy, AttestationType, Root, RootError, Trust};
pub use authentication::{AuthenticationRequest, StoredCredential, authentication};
pub use expected::{ChallengeState, Expected, Mediation};
pub use fact::Fact;
pub use ladder::{Outcome, Step};
pub use registration::{RegistrationRequest, registration};
pub use report::{Attestation, CredentialRecord, Refusal, Report};
pub use signature::SUPPORTED_ALGORITHMS;
pub use steps::Section;
