//! Looking at all enrolments: how each stands, what changed, and when it will change by itself.

use std::sync::Arc;
use std::time::Duration;

use pin_sync::cache::{CacheState, Synced};
use pin_sync::judge::{EXPIRING_BELOW, Judgement, Reason, Trigger};
use pin_sync::seen::Reading;
use serde_json::json;
use timeline::Timestamp;

use super::agent::Agent;
use super::info::EnrolmentInfo;
use super::stores::Stored;
use crate::{Error, kinds};

/// The bounds of a PIN before a relying party said its own.
const ANY_LENGTH: (u32, u32) = (4, 63);
/// The clocks are not noted more often than this.
const SHORTEST_STEP: Duration = Duration::from_secs(10);

/// How one enrolment stands, for whoever plans what to do next.
#[derive(Debug, Clone)]
pub(super) struct Reviewed {
    pub id: String,
    pub judgement: Judgement,
    /// Whether its time for a refresh has come.
    pub needs_refresh: bool,
    /// When it changes by itself, from now.
    pub changes_in: Option<Duration>,
}

impl Agent {
    /// Looks at all enrolments, tells what changed since the last look, and remembers how they stand.
    /// Blocks.
    pub(super) fn review(&self) -> Result<Vec<Reviewed>, Error> {
        let alone = self.enrolments.vault().alone();
        let all = self.enrolments.all()?;
        let now = self.reading()?;
        let mut reviewed = Vec::with_capacity(all.len());
        let mut infos = Vec::with_capacity(all.len());
        for stored in &all {
            let judgement = stored.holding.judge(&now);
            self.remember_time(stored, &judgement, &now)?;
            infos.push(self.info(stored, &judgement));
            reviewed.push(Reviewed {
                id: stored.id().to_owned(),
                judgement,
                needs_refresh: needs_refresh(stored.holding.synced(), &judgement),
                changes_in: changes_in(stored.holding.synced(), &judgement, &now),
            });
        }
        drop(alone);
        for (stored, reviewed) in all.iter().zip(&reviewed) {
            self.tell_state(stored, reviewed.judgement.reason);
        }
        self.show(infos);
        Ok(reviewed)
    }

    fn show(&self, infos: Vec<EnrolmentInfo>) {
        let mut state = self.state();
        state.running.retain(|id, it| {
            it.busy.is_some() || infos.iter().any(|info| info.enrolment_id == *id)
        });
        let is_news = state.infos.as_ref() != Some(&infos);
        state.infos = Some(infos);
        drop(state);
        if is_news {
            self.note_change();
        }
    }

    /// Notes the clocks as they are, before the device loses what only its memory knows of them.
    pub(crate) async fn note_time(self: &Arc<Self>) {
        let noted = self.blocking(|agent| {
            let _alone = agent.enrolments.vault().alone();
            let now = agent.reading()?;
            for stored in agent.enrolments.all()? {
                if stored.holding.synced().is_some() {
                    agent.enrolments.put([&stored.holding.noted(&now)])?;
                }
            }
            Ok(())
        });
        // What cannot be stored now is no reason to keep a device from being switched off.
        let _ = noted.await;
    }

    /// An enrolment whose time runs out, or ran out, stays so, whatever its clocks are set to later;
    /// and of the time that went by no restart takes away more than a hundredth of the validity.
    fn remember_time(
        &self,
        stored: &Stored,
        judgement: &Judgement,
        now: &Reading,
    ) -> Result<(), Error> {
        let told = self.state().running.get(stored.id()).and_then(|it| it.told);
        let is_time = matches!(judgement.state, CacheState::Expiring | CacheState::Expired);
        let is_news = is_time && told != Some(judgement.reason);
        let synced = stored.holding.synced();
        if is_news || synced.is_some_and(|synced| note_in(synced, now) == Some(Duration::ZERO)) {
            let noted = stored.holding.noted(now);
            self.enrolments.put([&noted])?;
        }
        Ok(())
    }

    fn tell_state(&self, stored: &Stored, reason: Reason) {
        let mut state = self.state();
        let running = state.running.entry(stored.id().to_owned()).or_default();
        let before = running.told.replace(reason);
        drop(state);
        let Some(before) = before.filter(|before| before.state() != reason.state()) else {
            return;
        };
        let body = json!({
            "enrolmentId": stored.id(),
            "rpId": stored.names().rp_id(),
            "from": before.state(),
            "to": reason.state(),
            "reason": reason.as_str(),
        });
        self.tell(kinds::PIN_STATE, body, None);
    }

    pub(super) fn info(&self, stored: &Stored, judgement: &Judgement) -> EnrolmentInfo {
        let (names, about) = (stored.names(), &stored.about);
        let synced = stored.holding.synced();
        let lengths = synced.map_or(ANY_LENGTH, |it| {
            (it.pad.min_length.into(), it.pad.max_length.into())
        });
        let state = self.state();
        let running = state.running.get(stored.id());
        EnrolmentInfo {
            enrolment_id: stored.id().to_owned(),
            rp_id: names.rp_id().to_owned(),
            rp_name: about.rp_name.clone(),
            origin: about.origin.clone(),
            account_id: names.account_id().to_owned(),
            username: about.username.clone(),
            state: judgement.state,
            reason: why(stored, judgement),
            reason_code: judgement.reason.as_str(),
            synced_at: synced.map(|it| it.pad.issued_at),
            acknowledged_at: about.acknowledged,
            valid_until: synced.map(Synced::valid_until),
            validity_seconds: synced.map(|it| it.validity.as_secs()),
            failures: judgement.tries.failures,
            max_offline_attempts: synced.map(|it| it.max_offline_attempts),
            tries_left: judgement.tries_left,
            pin_version: synced.map(|it| it.pin_version),
            iterations: synced.map(|it| it.iterations.count()),
            policy_version: synced.map(|it| it.pad.policy_version),
            pin_expires_at: synced.and_then(|it| it.pad.pin_expires_at),
            extra_uses_left: judgement.extra_uses_left,
            min_length: lengths.0,
            max_length: lengths.1,
            sync_counter: stored.holding.record.sync_counter,
            kept_in: self.enrolments.items().label(),
            stream: running.map(|it| it.stream).unwrap_or_default(),
            busy: running.and_then(|it| it.busy),
            problem: running.and_then(|it| it.problem.clone()),
        }
    }
}

/// Why an enrolment stands as it does and what to do, in sentences.
pub(super) fn why(stored: &Stored, judgement: &Judgement) -> String {
    if let Some(error) = &stored.unknown {
        return error.to_string();
    }
    let spent = stored.holding.synced().map(|it| it.max_offline_attempts);
    match (judgement.reason, spent) {
        (Reason::TriesSpent, Some(most)) => {
            let pins = if most == 1 { "PIN" } else { "PINs" };
            format!("Locked offline after {most} wrong {pins}. Go online and enter the PIN once.")
        }
        (reason, _) => reason.sentence(&stored.about.rp_name),
    }
}

/// With how much time left a cache is refreshed. Not before half of its validity, however short that
/// is: else a short one would be refreshed without end.
fn refresh_at(synced: &Synced) -> Duration {
    expiring_at(synced).min(synced.validity / 2)
}

fn expiring_at(synced: &Synced) -> Duration {
    EXPIRING_BELOW.max(synced.validity / 10)
}

fn needs_refresh(synced: Option<&Synced>, judgement: &Judgement) -> bool {
    let is_time = match (synced, judgement.remaining, judgement.state) {
        (Some(synced), Some(left), CacheState::Expiring) => left <= refresh_at(synced),
        _ => true,
    };
    is_time && judgement.refreshes(Trigger::Timer)
}

/// Until the clocks are noted: at the first look after a start, and whenever another hundredth of
/// the validity has gone by. None when nothing tells the time.
fn note_in(synced: &Synced, now: &Reading) -> Option<Duration> {
    let seen = &synced.seen;
    let age = seen.age(now);
    let step = (synced.validity / 100).max(SHORTEST_STEP);
    age.known.then(|| match seen.boot == now.boot {
        true => step.saturating_sub(age.age.saturating_sub(seen.age)),
        false => Duration::ZERO,
    })
}

/// Until the next of: a note, expiring, refreshing, expired, and the PIN's own end.
fn changes_in(synced: Option<&Synced>, judgement: &Judgement, now: &Reading) -> Option<Duration> {
    let synced = synced?;
    let left = judgement.remaining.filter(|left| !left.is_zero())?;
    let mut until = vec![left];
    until.extend(note_in(synced, now).filter(|until| !until.is_zero()));
    for at in [expiring_at(synced), refresh_at(synced)] {
        until.extend(left.checked_sub(at).filter(|until| !until.is_zero()));
    }
    if let Some(end) = synced.pad.pin_expires_at {
        let until_end = end.since(synced.seen.server_time(now));
        until.extend(Some(until_end).filter(|until| !until.is_zero()));
    }
    until.into_iter().min()
}

/// When the device's clock will show that `from_now` has passed: a millisecond later, since every
/// bound is passed after it and not on it.
pub(super) fn due(now: Timestamp, from_now: Duration) -> Timestamp {
    now.plus(from_now).plus(Duration::from_millis(1))
}
