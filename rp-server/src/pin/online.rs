//! The second round of an exchange: a PIN checked, set or changed online. Every attempt is on disk
//! before PBKDF2 begins, and one attempt at a time is looked at for each account.

use pin_sync::{
    exchange::{
        Purpose,
        server::{Session, exchange_step},
    },
    online::{Outcome, Typed, Verdict},
    pin::{Iterations, Pin, Salt},
    steps::{Step, Steps},
    wire::{OnlineAnswer, OnlineRequest},
};
use serde_json::json;
use timeline::Seq;

use super::{
    Transition,
    draw::Draw,
    exchange::{Judged, shown},
    kept::{KeptPin, KeptPins},
    memory::unpoisoned,
    standing::Standing,
};
use crate::{
    Error, Refusal, RelyingParty, kinds,
    policy::{Policy, pin_rules},
    store::{Attempt, NewPin, PinAccount, PinEnrolment},
};

/// The second round, opened.
struct Round {
    enrolment: PinEnrolment,
    session: Session,
    cause: Option<Seq>,
}

impl RelyingParty {
    /// Answers the second round of an exchange, once.
    pub(crate) async fn online(
        &self,
        body: &[u8],
        cause: Option<Seq>,
    ) -> Result<OnlineAnswer, Refusal> {
        let mut steps = Steps::online();
        let mut judged = Judged::default();
        let answer = self
            .judge_online(body, &mut steps, &mut judged, cause)
            .await;
        self.tell_judged(&steps, &judged, cause);
        answer
    }

    async fn judge_online(
        &self,
        body: &[u8],
        steps: &mut Steps,
        judged: &mut Judged,
        cause: Option<Seq>,
    ) -> Result<OnlineAnswer, Refusal> {
        let request: OnlineRequest = steps.read(body)?;
        judged.enrolment = Some(shown(&request.enrolment_id));
        let found = self.store.pin_enrolment(&request.enrolment_id).await?;
        judged.account = found.as_ref().map(|found| found.account.username.clone());
        let (session, typed) = self.open_round(&request, steps)?;
        judged.purpose = Some(session.purpose().as_str());
        let enrolment = found
            .filter(PinEnrolment::is_open)
            .ok_or(pin_sync::Error::ExchangeUnknown)?;
        let ks = self.server_key(&enrolment)?;
        let round = Round {
            enrolment,
            session,
            cause,
        };
        let outcome = self.judge_typed(&round, typed).await?;
        let word = outcome.verdict.as_str();
        match outcome.verdict {
            Verdict::Ok => steps.pass(Step::Pin, "a PIN that is in order", word),
            _ => steps.fail(Step::Pin, "a PIN that is in order", word),
        }
        let random = &mut Draw(&*self.seams.random);
        Ok(round.session.online_answer(&ks, &outcome, random)?)
    }

    /// Takes the exchange that this continues; what does not open leaves it where it is.
    fn open_round(
        &self,
        request: &OnlineRequest,
        steps: &mut Steps,
    ) -> Result<(Session, Typed), Refusal> {
        let now = self.now();
        let mut exchanges = unpoisoned(&self.pin.exchanges);
        let Some(pending) = exchanges.get_mut(&request.enrolment_id, now) else {
            exchange_step(false, steps)?;
            return Err(pin_sync::Error::ExchangeUnknown.into());
        };
        let typed = pending.session.online(request, steps)?;
        let taken = exchanges.take(&request.enrolment_id, now);
        let pending = taken.ok_or(pin_sync::Error::ExchangeUnknown)?;
        Ok((pending.session, typed))
    }

    async fn judge_typed(&self, round: &Round, typed: Typed) -> Result<Outcome, Refusal> {
        let account = &round.enrolment.account.id;
        let _alone = self.pin.check_alone(account).await;
        // Anew: it may have been revoked while another PIN was looked at.
        let enrolment = self.store.pin_enrolment(&round.enrolment.id).await?;
        if !enrolment.is_some_and(|enrolment| enrolment.is_open()) {
            return Err(pin_sync::Error::ExchangeUnknown.into());
        }
        let policy = self.policy();
        if !policy.pin.enabled {
            return Ok(Outcome::of(Verdict::OffNow));
        }
        match (round.session.purpose(), typed) {
            (Purpose::Verify, Typed::Pin(pin)) => {
                let (_, outcome) = self.check_pin(round, &policy, pin).await?;
                Ok(outcome)
            }
            (Purpose::Set, Typed::Pin(pin)) => {
                let found = self.pin_account(account).await?;
                if found.sealed.is_some() {
                    return Ok(Outcome::of(Verdict::AlreadySet));
                }
                if found.reset_at.is_some() {
                    // Reset since the first round; another one is told why.
                    return Err(pin_sync::Error::ExchangeUnknown.into());
                }
                self.choose_pin(round, &policy, found, pin).await
            }
            (Purpose::Change, Typed::Change { old, new }) => {
                let (found, outcome) = self.check_pin(round, &policy, old.clone()).await?;
                let Some(found) = found else {
                    return Ok(outcome);
                };
                if old.as_str() == new.as_str() {
                    return Ok(Outcome::of(Verdict::SamePin));
                }
                let chosen = self.choose_pin(round, &policy, *found, new).await?;
                Ok(Outcome {
                    unlock_epoch: outcome.unlock_epoch,
                    ..chosen
                })
            }
            _ => Err(pin_sync::Error::OnlineMalformed.into()),
        }
    }

    /// Spends an attempt, then looks. The account comes back with the outcome when the PIN is right.
    async fn check_pin(
        &self,
        round: &Round,
        policy: &Policy,
        pin: Pin,
    ) -> Result<(Option<Box<PinAccount>>, Outcome), Refusal> {
        let account = &round.enrolment.account.id;
        let limit = policy.pin.online_attempts;
        let now = self.now();
        let found = match self.store.spend_attempt(account, limit, now).await? {
            Attempt::Spent(found) => found,
            Attempt::Locked { just_now } => {
                if just_now {
                    self.tell_locked(round);
                }
                return Ok((None, Outcome::of(Verdict::Locked)));
            }
            Attempt::NoPin => return Ok((None, Outcome::of(Verdict::NoPin))),
        };
        let kept = KeptPins::unseal(&self.pin.seal, &found)?;
        let kept = kept.pin.ok_or(Error::Unsealable)?;
        if self.hashing(move || kept.matches(&pin)).await? {
            let outcome = self.pin_was_right(round, policy, &found).await?;
            Ok((Some(found), outcome))
        } else {
            Ok((None, self.pin_was_wrong(round, limit).await?))
        }
    }

    async fn pin_was_right(
        &self,
        round: &Round,
        policy: &Policy,
        found: &PinAccount,
    ) -> Result<Outcome, Refusal> {
        let now = self.now();
        let standing = Standing::of(policy, found, now);
        let checked = self
            .store
            .attempt_was_right(
                &found.account.id,
                standing.spends_extra_use(),
                round.log("pinRight"),
                now,
            )
            .await?;
        self.tell_checked(round, true, policy.pin.online_attempts, false);
        Ok(Outcome {
            pin_version: Some(found.pin_version),
            unlock_epoch: Some(checked.unlock_epoch),
            detail: standing.advice().map(str::to_owned),
            ..Outcome::of(Verdict::Ok)
        })
    }

    async fn pin_was_wrong(&self, round: &Round, limit: u32) -> Result<Outcome, Refusal> {
        let account = &round.enrolment.account;
        let checked = self
            .store
            .attempt_was_wrong(&account.id, limit, round.log("pinWrong"), self.now())
            .await?;
        let left = limit.saturating_sub(checked.attempts);
        self.tell_checked(round, false, left, checked.locked);
        if checked.locked {
            self.tell_locked(round);
        }
        let verdict = match checked.locked {
            true => Verdict::Locked,
            false => Verdict::WrongPin,
        };
        Ok(Outcome {
            attempts_left: Some(left),
            ..Outcome::of(verdict)
        })
    }

    fn tell_locked(&self, round: &Round) {
        let account = &round.enrolment.account;
        self.tell(
            kinds::PIN_LOCKED,
            round.cause,
            || json!({ "account": account.username, "why": "onlineAttemptsSpent" }),
        );
        self.push(Some(&account.id), round.cause);
    }

    fn tell_checked(&self, round: &Round, matched: bool, attempts_left: u32, locked: bool) {
        self.tell(kinds::PIN_CHECKED, round.cause, || {
            json!({
                "account": round.enrolment.account.username,
                "enrolmentId": round.enrolment.id,
                "matched": matched,
                "attemptsLeft": attempts_left,
                "locked": locked,
            })
        });
    }

    /// Sets the PIN, if the rules and the account's history allow it.
    async fn choose_pin(
        &self,
        round: &Round,
        policy: &Policy,
        found: PinAccount,
        pin: Pin,
    ) -> Result<Outcome, Refusal> {
        if let Err(refused) = pin_rules::check(pin.as_str(), &policy.pin) {
            return Ok(Outcome {
                detail: Some(refused.to_string()),
                ..Outcome::of(verdict_of(refused))
            });
        }
        let changed = found.sealed.is_some();
        let kept = KeptPins::unseal(&self.pin.seal, &found)?;
        let salt = Salt::random(&mut Draw(&*self.seams.random))?;
        let iterations = Iterations::new(policy.pin.iterations, policy.pin.test_iterations)?;
        let most = policy.pin.history;
        let next = self
            .hashing(move || {
                // All are compared, so that the time does not tell which one it was.
                let earlier = kept.history.iter().take(most as usize);
                let known = earlier.fold(false, |known, earlier| known | earlier.matches(&pin));
                (!known).then(|| {
                    let hash = pin.hash(&salt, iterations);
                    let pin = KeptPin {
                        hash,
                        salt,
                        iterations,
                    };
                    kept.followed_by(Some(pin), most)
                })
            })
            .await?;
        let Some(next) = next else {
            return Ok(Outcome::of(Verdict::InHistory));
        };
        let what = if changed { "pinChanged" } else { "pinSet" };
        let pin = self.next_version(&found, &next, round.log(what))?;
        let pin_version = pin.pin_version;
        if !self.store.set_pin(pin).await? {
            return Ok(Outcome::of(Verdict::OffNow));
        }
        let account = &round.enrolment.account;
        self.tell(
            kinds::PIN_SET,
            round.cause,
            || json!({ "account": account.username, "pinVersion": pin_version, "changed": changed }),
        );
        self.push_pin(
            &account.id,
            pin_version,
            Some(&round.enrolment.id),
            round.cause,
        );
        Ok(Outcome {
            pin_version: Some(pin_version),
            unlock_epoch: Some(found.unlock_epoch),
            ..Outcome::of(Verdict::Ok)
        })
    }

    /// What is to be stored when `next` follows on what was found.
    pub(super) fn next_version(
        &self,
        found: &PinAccount,
        next: &KeptPins,
        log: Transition,
    ) -> Result<NewPin, Refusal> {
        let account = &found.account.id;
        let pin_version = found.pin_version.saturating_add(1);
        let random = &*self.seams.random;
        let (sealed, history) = next.seal(&self.pin.seal, account, pin_version, random)?;
        Ok(NewPin {
            account: account.clone(),
            pin_version,
            sealed,
            history,
            at: self.now(),
            awaits_sign_in: false,
            log,
        })
    }

    /// Runs what takes as long as PBKDF2 does where no visitor waits for it, a few at a time.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _place = self
            .pin
            .hashing
            .acquire()
            .await
            .map_err(|_| Error::Closed)?;
        let done = tokio::task::spawn_blocking(work).await;
        Ok(done.map_err(|_| Error::Closed)?)
    }
}

impl Round {
    fn log(&self, what: &'static str) -> Transition {
        Transition {
            account: Some(self.enrolment.account.id.clone()),
            who: "device",
            what,
            detail: json!({
                "enrolmentId": self.enrolment.id,
                "deviceName": self.enrolment.device_name,
                "purpose": self.session.purpose().as_str(),
            }),
        }
    }
}

fn verdict_of(refused: pin_rules::Refused) -> Verdict {
    use pin_rules::Refused;
    match refused {
        Refused::TooShort(_) => Verdict::TooShort,
        Refused::TooLong(_) => Verdict::TooLong,
        Refused::NotDigits | Refused::Unseen => Verdict::Charset,
        Refused::Blocklisted
        | Refused::Mirrored
        | Refused::Sequence
        | Refused::Repeated
        | Refused::Birthday => Verdict::Blocklisted,
    }
}
