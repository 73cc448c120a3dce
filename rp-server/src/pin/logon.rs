//! What an offline workstation's logon needs of the PIN: the challenge for each phone, the codes
//! that they would answer, and the count of wrong ones.

use std::time::Duration;

use pin_sync::{logon::Challenge, logon::ResponseKey, pin::PinHash};
use serde_json::json;
use timeline::Timestamp;

use super::{
    LogonAsk, LogonJudged, LogonPhone, Transition, kept::KeptPins, seal::About, standing::Standing,
};
use crate::{
    Error, Refusal, RelyingParty,
    policy::Policy,
    store::{PinAccount, PinEnrolment},
};

/// Wrong codes of an account within an hour until the method locks.
const WRONG_CODES: u32 = 10;

impl RelyingParty {
    /// The workstation's question for each phone of the account that could answer it; none where
    /// the method is off, locked, or no PIN is set that signs anybody in.
    pub(crate) async fn logon_phones(&self, ask: &LogonAsk) -> Result<Vec<LogonPhone>, Refusal> {
        let account = &ask.account.id;
        let found = self.pin_account(account).await?;
        let (policy, now) = (self.policy(), self.now());
        let is_open = policy.allows_offline_pin()
            && Standing::of(&policy, &found, now).signs_in()
            && !self.logon_is_locked(&found).await?;
        if !is_open {
            return Ok(Vec::new());
        }
        let enrolments = self.store.pin_enrolments(account).await?;
        enrolments
            .into_iter()
            .filter(|phone| phone.response_key.is_some() || !phone.next_keys.is_empty())
            .filter(|phone| may_answer(&policy, phone, now))
            .map(|phone| {
                let sync_counter = phone
                    .response_key
                    .as_ref()
                    .map_or(0, |(_, counter)| *counter);
                let challenge = self.challenge(ask, &phone, sync_counter);
                Ok(LogonPhone {
                    code: challenge.to_text(&self.server_key(&phone)?),
                    enrolment_id: phone.id,
                    device_name: phone.device_name,
                    sync_counter,
                })
            })
            .collect()
    }

    fn challenge(&self, ask: &LogonAsk, phone: &PinEnrolment, sync_counter: u64) -> Challenge {
        Challenge {
            rp_id: self.rp_id().to_owned(),
            enrolment_id: phone.id.clone(),
            device_id: phone.device_id.clone(),
            workstation_id: ask.workstation.clone(),
            session_id: ask.session.clone(),
            challenge: ask.challenge,
            sync_counter,
            account_name: ask.account.username.clone(),
            expires_at: ask.expires_at,
        }
    }

    /// Judges the eight digits typed at the workstation against every phone that was asked; a
    /// wrong code is written down before it is compared.
    pub(crate) async fn check_logon_code(
        &self,
        ask: &LogonAsk,
        phones: &[LogonPhone],
        code: &str,
    ) -> Result<LogonJudged, Refusal> {
        let account = &ask.account.id;
        let _alone = self.pin.check_alone(account).await;
        let found = self.pin_account(account).await?;
        if self.logon_is_locked(&found).await? {
            return Ok(LogonJudged::Locked);
        }
        let now = self.now();
        let spent = self
            .store
            .spend_logon_try(account, WRONG_CODES, now)
            .await?;
        let Some((failure, left)) = spent else {
            let log = logon_log(ask, "logonRefused", None);
            self.store
                .logon_try_was_wrong(account, true, log, now)
                .await?;
            return Ok(LogonJudged::Locked);
        };
        let standing = Standing::of(&self.policy(), &found, now);
        match self.answered_by(ask, &found, phones, code).await? {
            Some(enrolment_id) => {
                let log = logon_log(ask, "logonRight", Some(&enrolment_id));
                let spends = standing.spends_extra_use();
                self.store
                    .logon_try_was_right(failure, spends, log, now)
                    .await?;
                Ok(LogonJudged::Matched { enrolment_id })
            }
            None => {
                let log = logon_log(ask, "logonWrong", None);
                let locks = left == 0;
                self.store
                    .logon_try_was_wrong(account, locks, log, now)
                    .await?;
                Ok(match locks {
                    true => LogonJudged::Locked,
                    false => LogonJudged::Wrong {
                        attempts_left: left,
                    },
                })
            }
        }
    }

    /// The phone whose code it is. All are computed, whichever it is.
    async fn answered_by(
        &self,
        ask: &LogonAsk,
        found: &PinAccount,
        phones: &[LogonPhone],
        code: &str,
    ) -> Result<Option<String>, Refusal> {
        let (policy, now) = (self.policy(), self.now());
        let is_open = policy.allows_offline_pin() && Standing::of(&policy, found, now).signs_in();
        let kept = KeptPins::unseal(&self.pin.seal, found)?;
        let Some(pin) = kept.pin.filter(|_| is_open) else {
            return Ok(None);
        };
        let mut answered = None;
        for asked in phones {
            let phone = self.store.pin_enrolment(&asked.enrolment_id).await?;
            let phone = phone.filter(|phone| {
                may_answer(&policy, phone, now) && phone.account.id == found.account.id
            });
            if let Some(phone) = phone
                && self.answers(ask, &phone, asked.sync_counter, &pin.hash, code)?
            {
                answered = Some(phone.id);
            }
        }
        Ok(answered)
    }

    /// Whether the phone would answer with this code, by the `Kr` of its last acknowledged
    /// synchronization or of those since whose acknowledgements may have been lost.
    fn answers(
        &self,
        ask: &LogonAsk,
        phone: &PinEnrolment,
        asked_counter: u64,
        hash: &PinHash,
        code: &str,
    ) -> Result<bool, Refusal> {
        let challenge = self.challenge(ask, phone, asked_counter);
        let about = About::ResponseKey(&phone.account.id, &phone.id);
        let mut answers = false;
        for (sealed, counter) in phone.response_key.iter().chain(&phone.next_keys) {
            let key = self.pin.seal.unseal(about, sealed)?;
            let key = ResponseKey::from_slice(&key).ok_or(Error::Unsealable)?;
            answers |= challenge.answer_of(&key, *counter, hash).is(code);
        }
        Ok(answers)
    }

    /// Whether wrong codes have locked the method; a sign-in with a passkey since then opens it.
    pub(super) async fn logon_is_locked(&self, found: &PinAccount) -> Result<bool, Refusal> {
        let Some(locked_at) = found.logon_locked_at else {
            return Ok(false);
        };
        let account = &found.account.id;
        let signed_in = self.store.last_passkey_sign_in(account).await?;
        if signed_in.is_none_or(|at| at <= locked_at) {
            return Ok(true);
        }
        self.store.unlock_logon(account, self.now()).await?;
        Ok(false)
    }
}

/// Whether the phone's copy of the PIN is still good: it is served, and what it last acknowledged, or
/// its enrolment, is not longer ago than the validity.
fn may_answer(policy: &Policy, phone: &PinEnrolment, now: Timestamp) -> bool {
    let since = phone.last_sync_at.unwrap_or(phone.enrolled_at);
    let validity = Duration::from_secs(policy.pin.validity.seconds());
    phone.is_open() && now.since(since) < validity
}

fn logon_log(ask: &LogonAsk, what: &'static str, enrolment_id: Option<&str>) -> Transition {
    Transition {
        account: Some(ask.account.id.clone()),
        who: match enrolment_id {
            Some(_) => "device",
            None => "person",
        },
        what,
        detail: json!({ "workstation": ask.workstation, "enrolmentId": enrolment_id }),
    }
}
