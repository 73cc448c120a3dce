//! Sign-in without user name (L3 §7.2).

use timeline::Seq;
use verify::{
    AuthenticationRequest, ChallengeState, CredentialRecord, Report, Section, StoredCredential,
};
use webauthn::json::{
    AuthenticationResponseJSON, PUBLIC_KEY, PublicKeyCredentialDescriptorJSON,
    PublicKeyCredentialRequestOptionsJSON, UserVerificationRequirement,
};

use super::judged::{Claimed, Judged, Received};
use crate::{
    Refusal, RelyingParty, factor,
    sessions::{Token, TokenHash},
    store::{
        Account, Ceremony, CeremonyId, Finish, Kind, NewSession, Passkey, Purpose, SignIn, SignedIn,
    },
};

/// How often a sign-in is judged again because another one with the same passkey came first.
const ATTEMPTS: usize = 8;

/// What `finish` is given.
pub(crate) struct SignInFinish {
    pub ceremony: CeremonyId,
    pub response: Received<AuthenticationResponseJSON>,
    /// The session the browser had, if any; the new one takes its place.
    pub session: Option<TokenHash>,
    pub cause: Option<Seq>,
}

/// A finished sign-in.
pub(crate) struct SignInDone {
    pub account: Account,
    pub passkey: Passkey,
    pub report: std::sync::Arc<serde_json::value::RawValue>,
    pub token: Token,
}

impl RelyingParty {
    /// Makes request options (§7.2 step 1): any discoverable credential, with user verification.
    pub(crate) async fn begin_sign_in(
        &self,
    ) -> Result<(CeremonyId, PublicKeyCredentialRequestOptionsJSON), Refusal> {
        let ceremony = self.begin(Purpose::SignIn).await?;
        let asks_methods = !self.policy().passkeys.biometrics || self.awaits_sign_in();
        Ok(self.request_options(ceremony, Vec::new(), asks_methods))
    }

    /// Request options that ask for user verification, and with `asks_methods` for how it was done.
    pub(super) fn request_options(
        &self,
        ceremony: Ceremony,
        allowed: Vec<Passkey>,
        asks_methods: bool,
    ) -> (CeremonyId, PublicKeyCredentialRequestOptionsJSON) {
        let options = PublicKeyCredentialRequestOptionsJSON {
            challenge: ceremony.challenge,
            timeout: Some(self.timeout()),
            rp_id: Some(self.identity.rp_id.to_string()),
            allow_credentials: allowed.into_iter().map(descriptor).collect(),
            user_verification: Some(UserVerificationRequirement::Required),
            hints: Vec::new(),
            extensions: asks_methods.then(factor::wanted),
        };
        (ceremony.id, options)
    }

    /// Judges the response and, if all steps hold, moves the counter on and binds a session at once.
    pub(crate) async fn finish_sign_in(&self, finish: SignInFinish) -> Result<SignInDone, Refusal> {
        let mut claimed = self.claim(finish.ceremony, Kind::Authentication).await?;
        let response = match &finish.response {
            Ok(response) => response,
            Err(why) => {
                let report = Report::unreadable(Section::Authentication, why);
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            }
        };
        for _ in 0..ATTEMPTS {
            let found = self.store.passkey_to_judge(&response.id).await?;
            let record = found
                .as_ref()
                .map(|(passkey, account)| credential(passkey, account));
            let report = verify::authentication(&AuthenticationRequest {
                response,
                expected: self.expected(&claimed),
                allow_credentials: &[],
                identified_user: None,
                appid: None,
                credential: record.as_ref(),
            });
            let (Some(ceremony), Some(update), Some((passkey, account))) =
                (&claimed.ceremony, &report.credential, found)
            else {
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            };
            let judged = Judged::of(&report, self.origin(), None);
            let factor = self
                .judge_factor(
                    factor::Purpose::SignIn,
                    factor::methods(response),
                    (&account, passkey.aaguid),
                    finish.cause,
                )
                .await?;
            if let Some(refused) = factor {
                self.tell_report(finish.cause, &judged.report);
                return Err(self.refuse_factor(ceremony, refused, judged.report).await?);
            }
            let token = self.new_token()?;
            let finished = self.finish_of(ceremony, true, &judged.report);
            let session = self.new_session(&token, finish.session);
            let sign_in = sign_in(finished, &passkey, update, Some(session));
            let passkey = Passkey {
                sign_count: sign_in.sign_count,
                backed_up: sign_in.backed_up,
                uv_initialized: sign_in.uv_initialized,
                last_used_at: Some(sign_in.finish.at),
                version: passkey.version + 1,
                ..passkey
            };
            match self.store.finish_sign_in(sign_in).await? {
                SignedIn::Done => {
                    self.tell_report(finish.cause, &judged.report);
                    self.tell_bound(finish.cause, &account, &token);
                    self.signed_in_since_reset(
                        &account,
                        passkey.aaguid,
                        &factor::methods(response),
                    )
                    .await?;
                    return Ok(SignInDone {
                        account,
                        passkey,
                        report: judged.report,
                        token,
                    });
                }
                // The next round's ladder says so.
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
}

/// What the store is to move on once every step holds.
pub(super) fn sign_in(
    finish: Finish,
    passkey: &Passkey,
    update: &CredentialRecord<'_>,
    session: Option<NewSession>,
) -> SignIn {
    SignIn {
        finish,
        passkey: passkey.id.clone(),
        account: passkey.account.clone(),
        judged_version: passkey.version,
        sign_count: update.sign_count,
        backed_up: update.backed_up,
        uv_initialized: passkey.uv_initialized || update.user_verified,
        session,
    }
}

pub(super) fn credential(passkey: &Passkey, account: &Account) -> StoredCredential {
    StoredCredential {
        id: passkey.id.clone(),
        public_key: passkey.public_key.clone(),
        sign_count: passkey.sign_count,
        backup_eligible: Some(passkey.backup_eligible),
        user_handle: Some(account.id.clone()),
    }
}

pub(super) fn descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptorJSON {
    PublicKeyCredentialDescriptorJSON {
        kind: PUBLIC_KEY.to_owned(),
        id: passkey.id,
        transports: Some(passkey.transports).filter(|transports| !transports.is_empty()),
    }
}
