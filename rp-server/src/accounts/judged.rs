//! From a ladder to what is stored, told and answered.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use timeline::Seq;
use verify::{ChallengeState, Expected, Report, Section};
use webauthn::{id::Challenge, json::UserVerificationRequirement};

use crate::{
    NotVerified, Refusal, RelyingParty, kinds,
    sessions::{Token, TokenHash, short_name},
    store::{Account, Ceremony, CeremonyId, Claim, Finish, Kind, NewSession, Purpose},
};

/// A response as it came: in its form, or not and why.
pub(crate) type Received<T> = Result<T, String>;

/// What the store knew of a ceremony, as the ladder needs it.
pub(super) struct Claimed {
    /// None when it was never begun here or is forgotten.
    pub ceremony: Option<Ceremony>,
    pub state: ChallengeState,
}

impl Claimed {
    /// The challenge that was issued; empty when none is known.
    pub(super) fn challenge(&self) -> &[u8] {
        self.ceremony
            .as_ref()
            .map_or(&[], |ceremony| ceremony.challenge.as_bytes())
    }
}

/// A report as text, made once and then stored, sent and told.
pub(super) struct Judged {
    pub report: Arc<RawValue>,
    pub refused: Option<NotVerified>,
}

impl Judged {
    pub(super) fn of(report: &Report<'_>, home: &str, kind: Option<Kind>) -> Self {
        // A report is made of text and numbers under string keys; writing it cannot fail.
        let text: Arc<RawValue> = to_raw_value(report).unwrap_or_default().into();
        let refused = report.refusal().map(|refusal| NotVerified {
            code: refusal.code,
            message: sentence(&refusal, home, kind),
            section: refusal.section.as_str(),
            step: refusal.step,
            report: text.clone(),
        });
        Self {
            report: text,
            refused,
        }
    }
}

fn sentence(refusal: &verify::Refusal, home: &str, kind: Option<Kind>) -> String {
    let what = match (kind, refusal.section) {
        (Some(Kind::PinEnrolment | Kind::PinReset | Kind::AppPinReset), _) => "confirmation",
        (_, Section::Registration) => "registration",
        (_, Section::Authentication) => "sign-in",
    };
    let advice = match refusal.code {
        "originNotExpected" | "crossOriginNotExpected" | "topOriginNotExpected" => {
            format!("Open {home} and start again.")
        }
        "userNotVerified" => {
            "Start again, and confirm with the device's PIN or fingerprint.".to_owned()
        }
        "credentialUnknown" => "Use another passkey, or create an account.".to_owned(),
        "credentialAlreadyRegistered" => {
            "Sign in with that passkey, or use another device.".to_owned()
        }
        "signCountNotIncreased" => "Sign in with another passkey and delete this one.".to_owned(),
        _ => "Start again.".to_owned(),
    };
    format!(
        "The relying party refused the {what}: {}. {advice}",
        refusal.message
    )
}

impl RelyingParty {
    /// Begins a ceremony with a fresh challenge.
    pub(super) async fn begin(&self, purpose: Purpose) -> Result<Ceremony, Refusal> {
        self.begin_with(purpose, None).await
    }

    /// Begins a ceremony with this challenge, or with a fresh one.
    pub(super) async fn begin_with(
        &self,
        purpose: Purpose,
        challenge: Option<Challenge>,
    ) -> Result<Ceremony, Refusal> {
        let now = self.now();
        let id = CeremonyId(self.draw()?);
        let challenge = match challenge {
            Some(challenge) => challenge,
            None => Challenge::new(self.draw::<32>()?),
        };
        let ceremony = Ceremony {
            id,
            challenge,
            purpose,
            expires_at: now.plus(self.limits.ceremony_lifetime),
        };
        if !self.store.begin(ceremony.clone(), now).await? {
            return Err(Refusal::CeremoniesFull);
        }
        Ok(ceremony)
    }

    /// Takes the ceremony for this caller alone, or says why that cannot be.
    pub(super) async fn claim(&self, id: CeremonyId, kind: Kind) -> Result<Claimed, Refusal> {
        Ok(match self.store.claim(id, kind, self.now()).await? {
            Claim::Open(ceremony) => Claimed {
                ceremony: Some(ceremony),
                state: ChallengeState::Open,
            },
            Claim::Expired(ceremony) => Claimed {
                ceremony: Some(ceremony),
                state: ChallengeState::Expired,
            },
            Claim::Used => Claimed {
                ceremony: None,
                state: ChallengeState::Used,
            },
            Claim::Unknown => Claimed {
                ceremony: None,
                state: ChallengeState::Unknown,
            },
        })
    }

    /// Puts the ladder on the timeline.
    pub(super) fn tell_report(&self, cause: Option<Seq>, report: &RawValue) {
        self.tell(kinds::VERIFICATION, cause, || {
            serde_json::from_str(report.get()).unwrap_or_default()
        });
    }

    /// Stores a refused ceremony, if there was one to store, and hands back what the visitor is told.
    pub(super) async fn refuse(
        &self,
        claimed: &Claimed,
        refused: NotVerified,
    ) -> Result<Refusal, Refusal> {
        if let Some(ceremony) = &claimed.ceremony {
            self.store
                .refuse(self.finish_of(ceremony, false, &refused.report))
                .await?;
        }
        tracing::info!(
            section = refused.section,
            step = refused.step,
            code = refused.code,
            "a ceremony was refused"
        );
        Ok(Refusal::NotVerified(Box::new(refused)))
    }

    pub(super) fn finish_of(
        &self,
        ceremony: &Ceremony,
        verified: bool,
        report: &Arc<RawValue>,
    ) -> Finish {
        Finish {
            ceremony: ceremony.id,
            kind: ceremony.kind(),
            verified,
            at: self.now(),
            report: report.clone(),
        }
    }

    /// Judged and found wanting: told, stored, and what the visitor is told.
    pub(super) async fn refuse_report(
        &self,
        claimed: &Claimed,
        report: &Report<'_>,
        cause: Option<Seq>,
    ) -> Result<Refusal, Refusal> {
        let kind = claimed.ceremony.as_ref().map(Ceremony::kind);
        let judged = Judged::of(report, self.origin(), kind);
        self.tell_report(cause, &judged.report);
        match judged.refused {
            Some(refused) => self.refuse(claimed, refused).await,
            // A verified report always carries a record; without one there is nothing to store.
            None => Ok(Refusal::AccountGone),
        }
    }

    /// What both ceremonies are held to.
    pub(super) fn expected<'a>(&'a self, claimed: &'a Claimed) -> Expected<'a> {
        Expected {
            challenge_state: claimed.state,
            user_verification: UserVerificationRequirement::Required,
            ..Expected::new(
                claimed.challenge(),
                &self.identity.origins,
                &self.identity.rp_id,
            )
        }
    }

    /// The session to bind when all is well.
    pub(crate) fn new_session(&self, token: &Token, replaces: Option<TokenHash>) -> NewSession {
        let expires_at = self.now().plus(self.limits.session_lifetime);
        NewSession {
            token_hash: token.hash(),
            expires_at,
            replaces,
        }
    }

    /// Puts a bound session on the timeline.
    pub(crate) fn tell_bound(&self, cause: Option<Seq>, account: &Account, token: &Token) {
        self.tell(kinds::SESSION_BOUND, cause, || {
            serde_json::json!({ "account": account.username, "session": short_name(&token.hash()) })
        });
    }

    /// The time-out of the options, in milliseconds: as long as the challenge is good.
    pub(super) fn timeout(&self) -> u64 {
        u64::try_from(self.limits.ceremony_lifetime.as_millis()).unwrap_or(u64::MAX)
    }
}
