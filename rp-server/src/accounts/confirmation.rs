//! Somebody shows a passkey (L3 §7.2) to enrol a phone or to reset a PIN: on the account's pages
//! while signed in, in a phone's app without that.

use std::sync::Arc;

use serde_json::value::RawValue;
use timeline::Seq;
use verify::{AuthenticationRequest, ChallengeState, Report, Section};
use webauthn::{
    id::{Challenge, CredentialId},
    json::{AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON},
};

use super::{
    authentication::{credential, sign_in},
    judged::{Claimed, Judged, Received},
};
use crate::{
    FactorRefused, Refusal, RelyingParty, factor,
    sessions::TokenHash,
    store::{Account, Ceremony, CeremonyId, Confirmation, Kind, Passkey, Purpose, SignedIn},
};

/// How often it is judged again because another ceremony with the same passkey came first.
const ATTEMPTS: usize = 8;

/// What `finish` is given.
pub(crate) struct ConfirmationFinish {
    pub ceremony: CeremonyId,
    pub response: Received<AuthenticationResponseJSON>,
    pub session: Option<TokenHash>,
    pub cause: Option<Seq>,
}

/// A confirmation whose steps all hold, by a factor that does.
pub(crate) struct Confirmed {
    pub account: Account,
    pub credential: CredentialId,
    pub what: Confirmation,
    /// What was signed.
    pub challenge: Challenge,
    pub report: Arc<RawValue>,
}

impl RelyingParty {
    /// Makes request options (§7.2 step 1) for the account's passkeys, with user verification.
    pub(crate) async fn begin_confirmation(
        &self,
        account: &Account,
        what: Confirmation,
        challenge: Option<Challenge>,
    ) -> Result<(CeremonyId, PublicKeyCredentialRequestOptionsJSON), Refusal> {
        let is_reset = what == Confirmation::PinReset;
        let asks_methods = is_reset || !self.policy().passkeys.biometrics || self.awaits_sign_in();
        let passkeys = self.store.passkeys(&account.id).await?;
        let purpose = Purpose::Confirmation(account.id.clone(), what);
        let ceremony = self.begin_with(purpose, challenge).await?;
        Ok(self.request_options(ceremony, passkeys, asks_methods))
    }

    /// Makes request options for whatever passkey a phone's app has (§7.2 step 1).
    pub(crate) async fn begin_app_reset(
        &self,
    ) -> Result<(CeremonyId, PublicKeyCredentialRequestOptionsJSON), Refusal> {
        let ceremony = self.begin(Purpose::AppPinReset).await?;
        Ok(self.request_options(ceremony, Vec::new(), true))
    }

    /// Judges the response and the factor behind it, and moves the passkey's counter on.
    pub(crate) async fn finish_confirmation(
        &self,
        kind: Kind,
        finish: ConfirmationFinish,
    ) -> Result<Confirmed, Refusal> {
        let known = match kind {
            Kind::AppPinReset => None,
            _ => Some(self.signed_in(finish.session).await?.account),
        };
        let mut claimed = self.claim(finish.ceremony, kind).await?;
        let owner = claimed.ceremony.as_ref().and_then(Ceremony::account);
        if owner != known.as_ref().map(|account| &account.id) && claimed.ceremony.is_some() {
            return Err(Refusal::SignedOut);
        }
        let response = match &finish.response {
            Ok(response) => response,
            Err(why) => {
                let report = Report::unreadable(Section::Authentication, why);
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            }
        };
        let allowed = match &known {
            Some(account) => self.store.passkeys(&account.id).await?,
            None => Vec::new(),
        };
        let allowed: Vec<CredentialId> = allowed.into_iter().map(|passkey| passkey.id).collect();
        for _ in 0..ATTEMPTS {
            let found = self.store.passkey(&response.id).await?;
            let record = found
                .as_ref()
                .map(|(passkey, owner)| credential(passkey, owner));
            let report = verify::authentication(&AuthenticationRequest {
                response,
                expected: self.expected(&claimed),
                allow_credentials: &allowed,
                identified_user: known.as_ref().map(|account| &account.id),
                appid: None,
                credential: record.as_ref(),
            });
            let (Some(ceremony), Some(update), Some((passkey, account))) =
                (&claimed.ceremony, &report.credential, found)
            else {
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            };
            let judged = Judged::of(&report, self.origin(), Some(kind));
            let purpose = match kind {
                Kind::PinEnrolment => factor::Purpose::Enrolment,
                _ => factor::Purpose::Reset,
            };
            let methods = factor::methods(response);
            let factor = self
                .judge_factor(purpose, methods, (&account, passkey.aaguid), finish.cause)
                .await?;
            if let Some(refused) = factor {
                if purpose == factor::Purpose::Reset {
                    let detail = serde_json::json!({ "why": refused.0 });
                    self.note(Some(&account.id), ("person", "resetRefused"), detail)
                        .await?;
                }
                self.tell_report(finish.cause, &judged.report);
                return Err(self.refuse_factor(ceremony, refused, judged.report).await?);
            }
            let finished = self.finish_of(ceremony, true, &judged.report);
            let sign_in = sign_in(finished, &passkey, update, None);
            match self.store.finish_sign_in(sign_in).await? {
                SignedIn::Done => {
                    self.tell_report(finish.cause, &judged.report);
                    self.signed_in_since_reset(
                        &account,
                        passkey.aaguid,
                        &factor::methods(response),
                    )
                    .await?;
                    return confirmed(account, &passkey, ceremony, judged.report);
                }
                SignedIn::AlreadyUsed => {
                    claimed = Claimed {
                        ceremony: None,
                        state: ChallengeState::Used,
                    }
                }
                SignedIn::RowChanged => {}
            }
        }
        Err(Refusal::Contended)
    }

    /// Stores a ceremony that a factor's rule refused, and hands back what the visitor is told.
    pub(super) async fn refuse_factor(
        &self,
        ceremony: &Ceremony,
        (code, message): (&'static str, String),
        report: Arc<RawValue>,
    ) -> Result<Refusal, Refusal> {
        let finish = self.finish_of(ceremony, false, &report);
        self.store.refuse(finish).await?;
        Ok(Refusal::FactorRefused(Box::new(FactorRefused {
            code,
            message,
            report,
        })))
    }
}

fn confirmed(
    account: Account,
    passkey: &Passkey,
    ceremony: &Ceremony,
    report: Arc<RawValue>,
) -> Result<Confirmed, Refusal> {
    let what = match &ceremony.purpose {
        Purpose::Confirmation(_, what) => what,
        Purpose::AppPinReset => &Confirmation::PinReset,
        _ => return Err(Refusal::AccountGone),
    };
    Ok(Confirmed {
        account,
        credential: passkey.id.clone(),
        what: what.clone(),
        challenge: ceremony.challenge.clone(),
        report,
    })
}
