//! What a device holds of one enrolment, and how it changes. Every change hands back a new holding to
//! store: the vault's record first, then the keyring's cache, and only then is it in force.

use std::time::Duration;

use rand_core::TryCryptoRng;

use crate::Error;
use crate::beat::Beat;
use crate::cache::{Cache, CacheState, Contents, Synced, Verifier, VerifierKey, Why};
use crate::enrolment::Binding;
use crate::exchange::Purpose;
use crate::exchange::device::{Asking, Session, ask};
use crate::judge::{Judgement, effective, extra_used, judge, judge_against};
use crate::key::SigningKey;
use crate::payload::{LockKind, Pad, Payload};
use crate::record::{Highest, Record};
use crate::refusal::{Reason, Refusal};
use crate::seen::{Reading, Seen};
use crate::tries::Tries;
use crate::wire::ExchangeRequest;

/// A record and its cache.
#[derive(Debug, Clone)]
pub struct Holding {
    /// The vault's part.
    pub record: Record,
    /// The keyring's part; `None` when its item is gone.
    pub cache: Option<Cache>,
}

impl Holding {
    /// A new enrolment: both parts exist from now on.
    #[must_use]
    pub fn new(binding: Binding, kd: SigningKey, kv: VerifierKey) -> Self {
        Self {
            record: Record::new(binding, kd, kv),
            cache: Some(Cache::empty(Tries::default(), Why::NeverSynced)),
        }
    }

    /// An enrolment as it was stored. Of what both parts say of the cache's age, the later counts.
    #[must_use]
    pub fn stored(record: Record, cache: Option<Cache>) -> Self {
        let seen = record.seen;
        let holding = Self { record, cache };
        holding.with_synced(|synced| synced.seen = synced.seen.later(seen))
    }

    /// How it stands.
    #[must_use]
    pub fn judge(&self, now: &Reading) -> Judgement {
        judge(&self.record, self.cache.as_ref(), now)
    }

    /// The wrong tries that count.
    #[must_use]
    pub fn tries(&self) -> Tries {
        effective(&self.record, self.cache.as_ref())
    }

    /// The last sync, if it is still here.
    #[must_use]
    pub fn synced(&self) -> Option<&Synced> {
        self.cache.as_ref().and_then(Cache::synced)
    }

    /// Raises the counter and asks. Store the record before the request leaves.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub fn ask<R: TryCryptoRng + ?Sized>(
        &mut self,
        purpose: Purpose,
        rng: &mut R,
    ) -> Result<(Asking, ExchangeRequest), Error> {
        let record = &mut self.record;
        record.sync_counter = record.sync_counter.saturating_add(1);
        ask(
            &record.binding,
            &record.kd,
            record.sync_counter,
            purpose,
            rng,
        )
    }

    /// The clocks as they are now, remembered, so that no later reading goes below them.
    #[must_use]
    pub fn noted(&self, now: &Reading) -> Self {
        let mut next = self.with_synced(|synced| synced.seen = synced.seen.noted(now));
        if let Some(synced) = next.synced() {
            next.record.seen = Some(synced.seen);
        }
        next
    }

    /// Takes a sync's payload. Nothing changes when it is refused.
    ///
    /// # Errors
    /// The four of [`Highest::admit`]; [`Error::OnlinePinNeeded`] from locked or expired, unless the
    /// payload's unlock epoch is higher than the one before.
    pub fn accept(
        &self,
        payload: &Payload,
        session: &Session,
        now: &Reading,
    ) -> Result<Self, Error> {
        let record = &self.record;
        let got = payload.versions();
        record.highest.admit(&got)?;
        let highest = record.highest.raised(got);
        if got.unlock_epoch <= record.highest.unlock_epoch {
            // As the payload's versions would leave it, so that a changed PIN counts as stale.
            let versions = Highest {
                unlock_epoch: record.highest.unlock_epoch,
                ..highest
            };
            let before = judge_against(record, self.cache.as_ref(), &versions, now).state;
            if matches!(before, CacheState::Locked | CacheState::Expired) {
                return Err(Error::OnlinePinNeeded(before));
            }
        }
        let tries = self.tries().in_epoch(got.unlock_epoch);
        let contents = self.contents(payload, session, now);
        let extra_used = match record.extra_used {
            (version, used) if version == got.pin_version => (version, used),
            _ => (got.pin_version, 0),
        };
        Ok(Self {
            record: Record {
                highest,
                synced_at: got.issued_at,
                tries,
                locked_in: record.locked_in.filter(|epoch| *epoch >= got.unlock_epoch),
                extra_used,
                seen: Some(Seen::at_sync(got.issued_at, *now)),
                ..record.clone()
            },
            cache: Some(Cache { tries, contents }),
        })
    }

    fn contents(&self, payload: &Payload, session: &Session, now: &Reading) -> Contents {
        if payload.validity.is_zero() {
            return Contents::Empty(Why::Off);
        }
        let same_pin = |synced: &&Synced| synced.pin_version == payload.pin_version;
        let before = self.synced().filter(same_pin);
        Contents::Synced(Box::new(Synced {
            salt: payload.salt,
            iterations: payload.iterations,
            verifier: Verifier::of(&self.record.kv, &payload.pin_hash),
            pin_version: payload.pin_version,
            validity: payload.validity,
            max_offline_attempts: payload.max_offline_attempts,
            lock_kind: payload.lock_kind,
            pad: payload.pad.clone(),
            response: session.response_key().clone(),
            sync_counter: session.sync_counter(),
            extra_used: before.map_or(0, |synced| extra_used(&self.record, synced)),
            seen: Seen::at_sync(payload.pad.issued_at, *now),
        }))
    }

    /// Takes what came for a pad: a newer policy makes the cache stale.
    ///
    /// # Errors
    /// [`Error::OlderPolicyVersion`], [`Error::OlderIssuedAt`].
    pub fn take_pad(&self, pad: &Pad) -> Result<Self, Error> {
        let got = Highest {
            policy_version: pad.policy_version,
            issued_at: pad.issued_at,
            ..self.record.highest
        };
        self.record.highest.admit(&got)?;
        Ok(self.with_highest(self.record.highest.raised(got)))
    }

    /// Takes the server's signed refusal. Tries stay as they are.
    #[must_use]
    pub fn refused(&self, refusal: &Refusal) -> Self {
        let before = &self.record.highest;
        let mut next = self.with_highest(Highest {
            policy_version: before.policy_version.max(refusal.policy_version),
            issued_at: before.issued_at.max(refusal.issued_at),
            ..*before
        });
        let wiped = match refusal.reason {
            Reason::PinLocked => {
                next.record.locked_in = Some(before.unlock_epoch);
                None
            }
            Reason::OfflineOff | Reason::PinSyncOff => Some(Why::Off),
            Reason::NoPin => Some(Why::NoPin),
            Reason::Revoked => Some(Why::Revoked),
            Reason::SignInFirst | Reason::CounterBack | Reason::Busy => None,
        };
        match wiped {
            Some(why) => {
                // What the keyring held until now is an older copy, should it come back.
                let taken_at = before.issued_at.max(refusal.issued_at);
                next.record.synced_at = taken_at.plus(Duration::from_millis(1));
                next.wiped(why)
            }
            None => next,
        }
    }

    /// Takes a beat or a push. It can only make the cache stale; `None` when it says nothing new.
    #[must_use]
    pub fn beat(&self, beat: &Beat) -> Option<Self> {
        let before = &self.record.highest;
        let highest = Highest {
            pin_version: before.pin_version.max(beat.pin_version),
            policy_version: before.policy_version.max(beat.policy_version),
            ..*before
        };
        (highest != *before).then(|| self.with_highest(highest))
    }

    /// The same with other tries, in both copies. A lost cache stays lost.
    pub(crate) fn with_tries(&self, tries: Tries) -> Self {
        let mut next = self.clone();
        next.record.tries = tries;
        if let Some(cache) = &mut next.cache {
            cache.tries = tries;
        }
        next
    }

    /// After a wrong try: wiped, if that was the last one and the policy says so.
    pub(crate) fn after_wrong(&self) -> Self {
        let spent = |synced: &Synced| {
            synced.lock_kind == LockKind::WipeAndResync
                && self.tries().left(synced.max_offline_attempts) == 0
        };
        match self.synced().is_some_and(spent) {
            true => self.wiped(Why::Spent),
            false => self.clone(),
        }
    }

    /// One sign-in after the PIN's own expiry, in both copies.
    pub(crate) fn with_extra_use(&self) -> Self {
        let Some(synced) = self.synced() else {
            return self.clone();
        };
        let used = extra_used(&self.record, synced).saturating_add(1);
        let version = synced.pin_version;
        let mut next = self.with_synced(|synced| synced.extra_used = used);
        next.record.extra_used = (version, used);
        next
    }

    /// Without contents. The extra sign-ins used stay in the record; so do the tries.
    fn wiped(&self, why: Why) -> Self {
        let mut next = self.clone();
        if let Some(synced) = self.synced() {
            next.record.extra_used = (synced.pin_version, extra_used(&self.record, synced));
        }
        if let Some(cache) = &mut next.cache {
            cache.contents = Contents::Empty(why);
        }
        next
    }

    fn with_highest(&self, highest: Highest) -> Self {
        let mut next = self.clone();
        next.record.highest = highest;
        next
    }

    fn with_synced(&self, change: impl FnOnce(&mut Synced)) -> Self {
        let mut next = self.clone();
        if let Some(Contents::Synced(synced)) = next.cache.as_mut().map(|it| &mut it.contents) {
            change(synced);
        }
        next
    }
}

#[cfg(test)]
mod tests;
