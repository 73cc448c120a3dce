//! What the relying party laid down when it made the options.

use serde::Deserialize;
use webauthn::id::{Origin, RpId};
use webauthn::json::UserVerificationRequirement;

/// The relying party's side of either ceremony.
#[derive(Debug, Clone)]
pub struct Expected<'a> {
    /// The challenge that was issued, decoded.
    pub challenge: &'a [u8],
    /// Whether the challenge may still be answered.
    pub challenge_state: ChallengeState,
    /// The origins the page may have.
    pub origins: &'a [Origin],
    /// The RP ID.
    pub rp_id: &'a RpId,
    /// Only [`UserVerificationRequirement::Required`] makes a ceremony without it fail.
    pub user_verification: UserVerificationRequirement,
    /// Whether the page may be framed by another origin.
    pub cross_origin: bool,
    /// The origins that may frame the page; none means that any `topOrigin` is refused.
    pub top_origins: &'a [Origin],
}

impl<'a> Expected<'a> {
    /// An open challenge, user verification preferred, no framing.
    pub fn new(challenge: &'a [u8], origins: &'a [Origin], rp_id: &'a RpId) -> Self {
        Self {
            challenge,
            challenge_state: ChallengeState::Open,
            origins,
            rp_id,
            user_verification: UserVerificationRequirement::Preferred,
            cross_origin: false,
            top_origins: &[],
        }
    }
}

/// What has become of a challenge since it was issued; the relying party's store knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChallengeState {
    /// Issued, not answered yet, in time.
    #[default]
    Open,
    /// Answered before.
    Used,
    /// Too old.
    Expired,
    /// Never issued, or forgotten since.
    Unknown,
}

/// How the credential was asked for (Credential Management §2.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mediation {
    /// Without any interaction.
    Silent,
    /// With interaction if needed; the default.
    #[default]
    Optional,
    /// Beside other ways to sign in; at registration no user presence is demanded then.
    Conditional,
    /// Always with interaction.
    Required,
}
