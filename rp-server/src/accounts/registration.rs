//! Registration (L3 §7.1): a new account with its first passkey, or one more for an account.

use timeline::Seq;
use verify::{Expected, Mediation, RegistrationRequest, Report, Section, Trust};
use webauthn::{
    id::{CredentialId, UserHandle},
    json::{
        AttestationConveyancePreference, AuthenticatorSelectionCriteria, PUBLIC_KEY,
        PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialDescriptorJSON, PublicKeyCredentialRpEntity,
        PublicKeyCredentialUserEntityJSON, RegistrationResponseJSON, ResidentKeyRequirement,
        UserVerificationRequirement,
    },
};

use super::{
    judged::{Claimed, Judged, Received},
    names::{self, Username},
};
use crate::{
    Refusal, RelyingParty, kinds, random,
    sessions::{Token, TokenHash, short_name},
    store::{Account, Ceremony, CeremonyId, Kind, NewSession, Passkey, Purpose, Registered, Registration},
};

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
    pub report: std::sync::Arc<str>,
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
            Subject::Newcomer { username, display_name } => {
                let account = self.newcomer(&username, &display_name).await?;
                (Purpose::NewAccount(account.clone()), account, Vec::new())
            }
            Subject::SignedIn(token) => {
                let account = self.signed_in(token).await?.account;
                let passkeys = self.store.passkeys(&account.id).await?;
                (Purpose::FurtherPasskey(account.id.clone()), account, passkeys)
            }
        };
        let ceremony = self.begin(purpose).await?;
        Ok((ceremony.id, self.creation_options(&ceremony, account, passkeys)))
    }

    async fn newcomer(&self, username: &str, display_name: &str) -> Result<Account, Refusal> {
        let username = Username::parse(username)?;
        let display_name = names::display_name(display_name, &username)?;
        if self.store.username_is_taken(&username.key).await? {
            return Err(Refusal::UsernameTaken);
        }
        Ok(Account {
            id: UserHandle::new(random::bytes::<32>()?),
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
            pub_key_cred_params: verify::SUPPORTED_ALGORITHMS.iter().copied().map(Into::into).collect(),
            timeout: Some(self.timeout()),
            exclude_credentials: passkeys
                .into_iter()
                .map(|passkey| PublicKeyCredentialDescriptorJSON {
                    kind: PUBLIC_KEY.to_owned(),
                    id: passkey.id,
                    transports: Some(passkey.transports).filter(|transports| !transports.is_empty()),
                })
                .collect(),
            authenticator_selection: Some(AuthenticatorSelectionCriteria {
                authenticator_attachment: None,
                resident_key: Some(ResidentKeyRequirement::Required),
                require_resident_key: true,
                user_verification: Some(UserVerificationRequirement::Required),
            }),
            hints: Vec::new(),
            attestation: Some(AttestationConveyancePreference::None),
            attestation_formats: Vec::new(),
            extensions: None,
        }
    }

    /// Judges the response and, if all steps hold, stores account, passkey and session at once.
    pub(crate) async fn finish_registration(&self, finish: RegistrationFinish) -> Result<RegistrationDone, Refusal> {
        let label = finish.label.as_deref().filter(|label| !label.trim().is_empty()).map(names::label).transpose()?;
        let session = match finish.session {
            Some(token) => self.store.session(token, self.now()).await?,
            None => None,
        };
        let claimed = self.claim(finish.ceremony, Kind::Registration).await?;
        let further = claimed.ceremony.as_ref().and_then(Ceremony::account).cloned();
        if further.is_some() && session.as_ref().map(|session| &session.account.id) != further.as_ref() {
            return Err(Refusal::SignedOut);
        }
        let response = match &finish.response {
            Ok(response) => response,
            Err(why) => {
                let report = Report::unreadable(Section::Registration, why);
                return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
            }
        };
        let known: Vec<CredentialId> =
            self.store.passkey(&response.id).await?.map(|(passkey, _)| passkey.id).into_iter().collect();
        let request = RegistrationRequest {
            response,
            expected: self.expected(&claimed),
            algorithms: verify::SUPPORTED_ALGORITHMS,
            mediation: Mediation::Optional,
            known_credential_ids: &known,
            trust: Trust::default(),
        };
        let report = verify::registration(&request);
        let (Some(ceremony), Some(record)) = (&claimed.ceremony, &report.credential) else {
            return Err(self.refuse_report(&claimed, &report, finish.cause).await?);
        };
        let judged = Judged::of(&report, self.origin());
        self.tell_report(finish.cause, &judged.report);

        let new_account = match &ceremony.purpose {
            Purpose::NewAccount(account) => Some(account.clone()),
            Purpose::FurtherPasskey(_) | Purpose::SignIn => None,
        };
        let owner = new_account.as_ref().map(|account| account.id.clone()).or(further);
        let Some(owner) = owner else { return Err(Refusal::AccountGone) };
        let token = if new_account.is_some() { Some(Token::new()?) } else { None };
        let now = self.now();
        let registered = self
            .store
            .finish_registration(Registration {
                finish: self.finish_of(ceremony, true, &judged.report),
                passkey: Passkey {
                    id: CredentialId::new(record.id),
                    account: owner,
                    public_key: record.public_key.to_vec(),
                    algorithm: record.algorithm.number(),
                    sign_count: record.sign_count,
                    backup_eligible: record.backup_eligible,
                    backed_up: record.backed_up,
                    uv_initialized: record.user_verified,
                    aaguid: record.aaguid.unwrap_or_default(),
                    transports: acceptable_transports(record.transports),
                    label: label.unwrap_or_default(),
                    created_at: now,
                    last_used_at: None,
                    version: 1,
                },
                session: token.as_ref().map(|token| self.new_session(token, finish.session)),
                new_account,
            })
            .await?;
        match registered {
            Registered::Done { account, passkey } => {
                self.tell_registered(finish.cause, &account, token.as_ref());
                Ok(RegistrationDone { account, passkey, report: judged.report, token })
            }
            Registered::AlreadyUsed => {
                let late = Claimed { ceremony: None, state: verify::ChallengeState::Used };
                let request = RegistrationRequest { expected: self.expected(&late), ..request };
                Err(self.refuse_report(&late, &verify::registration(&request), finish.cause).await?)
            }
            Registered::CredentialKnown => {
                let known = [response.id.clone()];
                let request = RegistrationRequest { known_credential_ids: &known, ..request };
                let late = Claimed { ceremony: None, state: verify::ChallengeState::Open };
                Err(self.refuse_report(&late, &verify::registration(&request), finish.cause).await?)
            }
            Registered::UsernameTaken => Err(Refusal::UsernameTaken),
            Registered::NoAccount => Err(Refusal::AccountGone),
            Registered::TooManyAccounts => Err(Refusal::AccountsFull),
            Registered::TooManyPasskeys => Err(Refusal::PasskeysFull),
        }
    }

    fn tell_registered(&self, cause: Option<Seq>, account: &Account, token: Option<&Token>) {
        let Some(token) = token else { return };
        self.tell(kinds::ACCOUNT_CREATED, cause, || {
            serde_json::json!({ "account": account.username, "id": account.id })
        });
        self.tell_bound(cause, account, token);
    }

    pub(super) fn tell_bound(&self, cause: Option<Seq>, account: &Account, token: &Token) {
        self.tell(kinds::SESSION_BOUND, cause, || {
            serde_json::json!({ "account": account.username, "session": short_name(&token.hash()) })
        });
    }

    pub(super) async fn refuse_report(
        &self,
        claimed: &Claimed,
        report: &Report<'_>,
        cause: Option<Seq>,
    ) -> Result<Refusal, Refusal> {
        let judged = Judged::of(report, self.origin());
        self.tell_report(cause, &judged.report);
        match judged.refused {
            Some(refused) => self.refuse(claimed, refused).await,
            // A verified report always carries a record; without one there is nothing to store.
            None => Ok(Refusal::AccountGone),
        }
    }

    pub(super) fn expected<'a>(&'a self, claimed: &'a Claimed) -> Expected<'a> {
        Expected {
            challenge_state: claimed.state,
            user_verification: UserVerificationRequirement::Required,
            ..Expected::new(claimed.challenge(), &self.identity.origins, &self.identity.rp_id)
        }
    }

    pub(super) fn new_session(&self, token: &Token, replaces: Option<TokenHash>) -> NewSession {
        NewSession {
            token_hash: token.hash(),
            expires_at: self.now().plus(self.limits.session_lifetime),
            replaces,
        }
    }

    /// The time-out of the options, in milliseconds: as long as the challenge is good.
    pub(super) fn timeout(&self) -> u64 {
        u64::try_from(self.limits.ceremony_lifetime.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Transports come from the client unsigned: what is kept of them is bounded.
fn acceptable_transports(named: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in named {
        let good = (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if good && kept.len() < 8 && !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    kept
}
