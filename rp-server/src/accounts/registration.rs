//! Registration (L3 §7.1): a new account with its first passkey, or one more for an account.

use timeline::{Seq, Timestamp};
use verify::{
    ChallengeState, CredentialRecord, Mediation, RegistrationRequest, Report, Section, Trust,
};
use webauthn::{
    id::UserHandle,
    json::{
        AttestationConveyancePreference, AuthenticatorSelectionCriteria,
        PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRpEntity,
        PublicKeyCredentialUserEntityJSON, RegistrationResponseJSON, ResidentKeyRequirement,
        UserVerificationRequirement,
    },
};

use super::{
    authentication::descriptor,
    judged::{Claimed, Judged, Received},
    names::{self, Username},
};
use crate::{
    Refusal, RelyingParty, factor, kinds,
    sessions::{Token, TokenHash},
    store::{Account, Ceremony, CeremonyId, Kind, Passkey, Purpose, Registered, Registration},
};

/// How often a registration is judged again because another one came first; the second ladder
/// always says what that one did.
const ATTEMPTS: usize = 3;

/// Who registers.
pub(crate) enum Subject {
    /// Somebody new, who wants this name.
    Newcomer {
        username: String,
        /// Empty for the user name.
        display_name: String,
    },
    /// Whoever is signed in.
    SignedIn(Option<TokenHash>),
}

/// What `finish` is given.
pub(crate) struct RegistrationFinish {
    pub ceremony: CeremonyId,
    pub response: Received<RegistrationResponseJSON>,
    pub label: Option<String>,
    /// The session the browser has, if any.
    pub session: Option<TokenHash>,
    pub cause: Option<Seq>,
}

/// A finished registration.
pub(crate) struct RegistrationDone {
    pub account: Account,
    pub passkey: Passkey,
    pub report: std::sync::Arc<serde_json::value::RawValue>,
    /// A new session's token; none when the visitor was signed in already.
    pub token: Option<Token>,
}

impl RelyingParty {
    /// Makes creation options (§7.1 step 1).
    pub(crate) async fn begin_registration(
        &self,
        subject: Subject,
    ) -> Result<(CeremonyId, PublicKeyCredentialCreationOptionsJSON), Refusal> {
        let (purpose, account, passkeys) = match subject {
            Subject::Newcomer {
                username,
                display_name,
            } => {
                let account = self.newcomer(&username, &display_name).await?;
                (Purpose::NewAccount(account.clone()), account, Vec::new())
            }
            Subject::SignedIn(token) => {
                let account = self.signed_in(token).await?.account;
                let passkeys = self.store.passkeys(&account.id).await?;
                (
                    Purpose::FurtherPasskey(account.id.clone()),
                    account,
                    passkeys,
                )
            }
        };
        let ceremony = self.begin(purpose).await?;
        Ok((
            ceremony.id,
            self.creation_options(&ceremony, account, passkeys),
        ))
    }

    async fn newcomer(&self, username: &str, display_name: &str) -> Result<Account, Refusal> {
        let username = Username::parse(username)?;
        let display_name = names::display_name(display_name, &username)?;
        if self.store.username_is_taken(&username.key).await? {
            return Err(Refusal::UsernameTaken);
        }
        Ok(Account {
            id: UserHandle::new(self.draw::<32>()?),
            username: username.shown,
            username_key: username.key,
            display_name,
        })
    }

    fn creation_options(
        &self,
        ceremony: &Ceremony,
        account: Account,
        passkeys: Vec<Passkey>,
    ) -> PublicKeyCredentialCreationOptionsJSON {
        PublicKeyCredentialCreationOptionsJSON {
            rp: PublicKeyCredentialRpEntity {
                name: self.identity.name.clone(),
                id: Some(self.identity.rp_id.to_string()),
            },
            user: PublicKeyCredentialUserEntityJSON {
                id: account.id,
                name: account.username,
                display_name: account.display_name,
            },
            challenge: ceremony.challenge.clone(),
            pub_key_cred_params: verify::SUPPORTED_ALGORITHMS
                .iter()
                .copied()
                .map(Into::into)
                .collect(),
            timeout: Some(self.timeout()),
            exclude_credentials: passkeys.into_iter().map(descriptor).collect(),
            authenticator_selection: Some(AuthenticatorSelectionCriteria {
                authenticator_attachment: None,
                resident_key: Some(ResidentKeyRequirement::Required),
                require_resident_key: true,
                user_verification: Some(UserVerificationRequirement::Required),
            }),
            hints: Vec::new(),
            attestation: Some(AttestationConveyancePreference::None),
            attestation_formats: Vec::new(),
            extensions: (!self.policy().passkeys.biometrics).then(factor::wanted),
        }
    }

    /// Judges the response and, if all steps hold, stores account, passkey and session at once.
    pub(crate) async fn finish_registration(
        &self,
        finish: RegistrationFinish,
    ) -> Result<RegistrationDone, Refusal> {
        let label = finish
            .label
            .as_deref()
            .filter(|label| !label.trim().is_empty());
        let label = label.map(names::label).transpose()?.unwrap_or_default();
        let mut claimed = self.claim_registration(&finish).await?;
        let response = match &finish.response {
            Ok(response) => response,
            Err(why) => {
                let report = Report::unreadable(Section::Registration, why);
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            }
        };
        for _ in 0..ATTEMPTS {
            let known = self
                .store
                .passkey(&response.id)
                .await?
                .map(|(passkey, _)| passkey.id);
            let report = verify::registration(&RegistrationRequest {
                response,
                expected: self.expected(&claimed),
                algorithms: verify::SUPPORTED_ALGORITHMS,
                mediation: Mediation::Optional,
                known_credential_ids: known.as_slice(),
                trust: Trust::default(),
            });
            let (Some(ceremony), Some(record)) = (&claimed.ceremony, &report.credential) else {
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            };
            let judged = Judged::of(&report, self.origin(), None);
            let (new_account, owner) = owner_of(ceremony)?;
            let factor = self
                .registering_factor(response, record, &new_account, &owner, finish.cause)
                .await?;
            if let Some(refused) = factor {
                self.tell_report(finish.cause, &judged.report);
                return Err(self.refuse_factor(ceremony, refused, judged.report).await?);
            }
            let token = if new_account.is_some() {
                Some(self.new_token()?)
            } else {
                None
            };
            let registration = Registration {
                finish: self.finish_of(ceremony, true, &judged.report),
                passkey: passkey(record, owner, label.clone(), self.now()),
                session: token
                    .as_ref()
                    .map(|token| self.new_session(token, finish.session)),
                new_account,
            };
            match self.store.finish_registration(registration).await? {
                Registered::Done { account, passkey } => {
                    self.tell_report(finish.cause, &judged.report);
                    self.tell_registered(finish.cause, &account, token.as_ref());
                    return Ok(RegistrationDone {
                        account,
                        passkey: *passkey,
                        report: judged.report,
                        token,
                    });
                }
                // The next round's ladder says so.
                Registered::AlreadyUsed => {
                    claimed = Claimed {
                        ceremony: None,
                        state: ChallengeState::Used,
                    }
                }
                Registered::CredentialKnown => {}
                Registered::UsernameTaken => return Err(Refusal::UsernameTaken),
                Registered::NoAccount => return Err(Refusal::AccountGone),
                Registered::TooManyAccounts => return Err(Refusal::AccountsFull),
                Registered::TooManyPasskeys => return Err(Refusal::PasskeysFull),
            }
        }
        Err(Refusal::Contended)
    }

    /// Why the factor with which a passkey was made does not do; none when it does.
    async fn registering_factor(
        &self,
        response: &RegistrationResponseJSON,
        record: &CredentialRecord<'_>,
        new_account: &Option<Account>,
        owner: &UserHandle,
        cause: Option<Seq>,
    ) -> Result<Option<(&'static str, String)>, Refusal> {
        if self.policy().passkeys.biometrics {
            return Ok(None);
        }
        let account = match new_account {
            Some(account) => account.clone(),
            None => {
                let found = self.store.pin_account(owner).await?;
                found.ok_or(Refusal::AccountGone)?.account
            }
        };
        let model = record.aaguid.unwrap_or_default();
        let methods = factor::methods_at_registration(response);
        let purpose = factor::Purpose::Registration;
        let judged = self.judge_factor(purpose, methods, (&account, model), cause);
        Ok(judged.await?)
    }

    /// Takes the ceremony; one for a further passkey only from the account that began it.
    async fn claim_registration(&self, finish: &RegistrationFinish) -> Result<Claimed, Refusal> {
        let session = match finish.session {
            Some(token) => self.store.session(token, self.now()).await?,
            None => None,
        };
        let claimed = self.claim(finish.ceremony, Kind::Registration).await?;
        match claimed.ceremony.as_ref().and_then(Ceremony::account) {
            Some(owner) if session.is_none_or(|session| session.account.id != *owner) => {
                Err(Refusal::SignedOut)
            }
            _ => Ok(claimed),
        }
    }

    fn tell_registered(&self, cause: Option<Seq>, account: &Account, token: Option<&Token>) {
        let Some(token) = token else { return };
        let body = || serde_json::json!({ "account": account.username, "id": account.id });
        self.tell(kinds::ACCOUNT_CREATED, cause, body);
        self.tell_bound(cause, account, token);
    }
}

/// The account that comes into being, if one does, and the one the passkey belongs to.
fn owner_of(ceremony: &Ceremony) -> Result<(Option<Account>, UserHandle), Refusal> {
    match &ceremony.purpose {
        Purpose::NewAccount(account) => Ok((Some(account.clone()), account.id.clone())),
        Purpose::FurtherPasskey(account) => Ok((None, account.clone())),
        Purpose::SignIn | Purpose::Confirmation(..) | Purpose::AppPinReset => {
            Err(Refusal::AccountGone)
        }
    }
}

fn passkey(
    record: &CredentialRecord<'_>,
    account: UserHandle,
    label: String,
    now: Timestamp,
) -> Passkey {
    Passkey {
        id: record.credential_id(),
        account,
        public_key: record.public_key.to_vec(),
        algorithm: record.algorithm.number(),
        sign_count: record.sign_count,
        backup_eligible: record.backup_eligible,
        backed_up: record.backed_up,
        uv_initialized: record.user_verified,
        aaguid: record.aaguid.unwrap_or_default(),
        transports: acceptable_transports(record.transports),
        label,
        created_at: now,
        last_used_at: None,
        version: 1,
    }
}

/// Transports come from the client unsigned: what is kept of them is bounded.
fn acceptable_transports(named: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in named {
        let good = (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if good && kept.len() < 8 && !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    kept
}
