//! Offline workstations: a question on the workstation's screen, answered by a phone that has no
//! connection (docs/pin-sync.md, "Workstation"). Not phishing-resistant: whoever shows the
//! person another's question gets the answer to it.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use timeline::{Seq, Timestamp};

use crate::{
    Refusal, RelyingParty,
    accounts::{self, Username},
    kinds,
    pin::{LogonAsk, LogonJudged, LogonPhone},
    sessions::{Token, TokenHash},
    store::Account,
};

/// How long a question may be answered.
const LIFETIME: Duration = Duration::from_secs(2 * 60);
/// Questions at once, of all accounts.
const MOST: usize = 1_000;
/// Questions at once, of one account; the oldest gives way.
const MOST_PER_ACCOUNT: usize = 8;
/// Digits of a code.
const DIGITS: usize = 8;

/// The questions that can still be answered, oldest first.
#[derive(Default)]
pub(crate) struct OpenLogons(Mutex<VecDeque<Open>>);

struct Open {
    ask: LogonAsk,
    phones: Vec<LogonPhone>,
}

/// A question, as the workstation shows it.
pub(crate) struct LogonBegun {
    pub session: String,
    pub phones: Vec<LogonPhone>,
    pub expires_at: Timestamp,
}

/// Somebody signed in at a workstation.
pub(crate) struct LogonDone {
    pub account: Account,
    pub workstation: String,
    pub token: Token,
}

impl OpenLogons {
    fn all(&self) -> MutexGuard<'_, VecDeque<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a question; false when no more fit.
    fn keep(&self, open: Open, now: Timestamp) -> bool {
        let mut all = self.all();
        all.retain(|open| open.ask.expires_at > now);
        let of_account = |other: &Open| other.ask.account.id == open.ask.account.id;
        let held = all.iter().filter(|other| of_account(other)).count();
        if held >= MOST_PER_ACCOUNT
            && let Some(oldest) = all.iter().position(of_account)
        {
            all.remove(oldest);
        }
        if all.len() >= MOST {
            return false;
        }
        all.push_back(open);
        true
    }

    /// Hands the question to exactly one caller, while it can be answered.
    fn take(&self, session: &str, now: Timestamp) -> Option<Open> {
        let mut all = self.all();
        let at = all.iter().position(|open| open.ask.session == session)?;
        all.remove(at).filter(|open| open.ask.expires_at > now)
    }
}

impl RelyingParty {
    /// Asks the phones of an account for a code. An account without a phone that could answer looks
    /// like none: both get a question that nobody can answer. One with such a phone is told from them,
    /// because its phones are named, and so is one whose method wrong codes have locked.
    pub(crate) async fn begin_logon(
        &self,
        username: &str,
        workstation: &str,
        address: Option<IpAddr>,
        cause: Option<Seq>,
    ) -> Result<LogonBegun, Refusal> {
        let username = Username::parse(username)?;
        let workstation = accounts::workstation(workstation)?;
        self.admit_question(address, &username.key)?;
        let now = self.now();
        let session = BASE64URL_NOPAD.encode(&self.draw::<16>()?);
        let challenge = self.draw::<32>()?;
        let expires_at = now.plus(LIFETIME);
        let nobody = LogonBegun {
            session: session.clone(),
            phones: Vec::new(),
            expires_at,
        };
        let Some(account) = self.store.account_named(&username.key).await? else {
            return Ok(nobody);
        };
        let ask = LogonAsk {
            account,
            workstation,
            session,
            challenge,
            expires_at,
        };
        if self.pin_status(&ask.account.id).await?.logon_locked {
            self.tell_logon_refused(&ask, "logonLocked", cause);
            return Err(Refusal::LogonLocked);
        }
        let phones = self.logon_phones(&ask).await?;
        if phones.is_empty() {
            self.tell_logon_refused(&ask, "noPhone", cause);
            return Ok(nobody);
        }
        self.tell(kinds::LOGON_BEGUN, cause, || {
            let ids: Vec<_> = phones.iter().map(|phone| &phone.enrolment_id).collect();
            json!({
                "account": ask.account.username,
                "workstation": ask.workstation,
                "session": ask.session,
                "phones": ids,
            })
        });
        let begun = LogonBegun {
            session: ask.session.clone(),
            phones: phones.clone(),
            expires_at,
        };
        if !self.logons.keep(Open { ask, phones }, now) {
            return Err(Refusal::LogonsFull);
        }
        Ok(begun)
    }

    /// Judges the code that was typed at the workstation, by the phone whose question was shown, or by
    /// any; right or wrong, the question is over.
    pub(crate) async fn finish_logon(
        &self,
        session: &str,
        (code, shown): (&str, Option<&str>),
        replaces: Option<TokenHash>,
        cause: Option<Seq>,
    ) -> Result<LogonDone, Refusal> {
        let code: String = code.split_whitespace().collect();
        if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::LogonCodeForm);
        }
        let Some(Open { ask, phones }) = self.logons.take(session, self.now()) else {
            return Err(Refusal::LogonOver);
        };
        let phones: Vec<_> = phones
            .into_iter()
            .filter(|phone| shown.is_none_or(|shown| shown == phone.enrolment_id))
            .collect();
        match self.check_logon_code(&ask, &phones, &code).await? {
            LogonJudged::Matched { enrolment_id } => {
                self.bind_logon(ask, &enrolment_id, replaces, cause).await
            }
            LogonJudged::Wrong { attempts_left } => {
                self.tell_logon_refused(&ask, "logonWrong", cause);
                Err(Refusal::LogonWrong { attempts_left })
            }
            LogonJudged::Locked => {
                self.tell_logon_refused(&ask, "logonLocked", cause);
                Err(Refusal::LogonLocked)
            }
        }
    }

    async fn bind_logon(
        &self,
        ask: LogonAsk,
        enrolment_id: &str,
        replaces: Option<TokenHash>,
        cause: Option<Seq>,
    ) -> Result<LogonDone, Refusal> {
        let token = self.new_token()?;
        let bound = self.new_session(&token, replaces);
        self.store
            .start_session(&ask.account.id, bound, self.now())
            .await?;
        self.tell(kinds::LOGON_FINISHED, cause, || {
            json!({
                "account": ask.account.username,
                "workstation": ask.workstation,
                "session": ask.session,
                "enrolmentId": enrolment_id,
            })
        });
        self.tell_bound(cause, &ask.account, &token);
        Ok(LogonDone {
            account: ask.account,
            workstation: ask.workstation,
            token,
        })
    }

    fn tell_logon_refused(&self, ask: &LogonAsk, reason: &'static str, cause: Option<Seq>) {
        self.tell(kinds::LOGON_REFUSED, cause, || {
            json!({
                "account": ask.account.username,
                "workstation": ask.workstation,
                "session": ask.session,
                "reason": reason,
            })
        });
    }
}
