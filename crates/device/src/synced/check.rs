//! A PIN held against the enrolments of this phone, offline.

use std::sync::Arc;

use pin_sync::entry::{Entry, Settled};
use pin_sync::holding::Holding;
use pin_sync::judge::Judgement;
use pin_sync::pin::Pin;
use pin_sync::seen::Reading;
use serde_json::{Value, json};

use super::agent::Agent;
use super::review::why;
use super::stores::Stored;
use crate::offline::{Enrolled, Later, Matched, OfflinePurpose, SyncedPins, Usable};
use crate::pin::Digits;
use crate::{Device, Error, kinds};

impl SyncedPins for Device {
    fn any(&self) -> Result<bool, Error> {
        self.0.agent.enrolments.any()
    }

    fn enrolled(&self) -> Later<'_, Vec<Enrolled>> {
        Box::pin(self.0.agent.blocking(Agent::enrolled))
    }

    fn check_offline(&self, purpose: OfflinePurpose, digits: Digits) -> Later<'_, Vec<Matched>> {
        Box::pin(async move {
            let agent = &self.0.agent;
            let settled = agent.enter(purpose, None, digits).await?;
            let matched = settled.into_iter().filter(|one| one.matched.is_some());
            Ok(matched
                .map(|one| {
                    let names = one.holding.record.binding.names();
                    Matched {
                        enrolment_id: names.enrolment_id().to_owned(),
                        rp_id: names.rp_id().to_owned(),
                    }
                })
                .collect())
        })
    }
}

impl Agent {
    fn enrolled(&self) -> Result<Vec<Enrolled>, Error> {
        let all = self.enrolments.all()?;
        let now = self.reading()?;
        Ok(all.iter().map(|stored| enrolled(stored, &now)).collect())
    }

    /// One entry of a PIN: for every usable enrolment, or for `only` one. Nothing when none is usable.
    pub(super) async fn enter(
        self: &Arc<Self>,
        purpose: OfflinePurpose,
        only: Option<String>,
        digits: Digits,
    ) -> Result<Vec<Settled>, Error> {
        let _work = self.work();
        let pin = Pin::from_utf8(digits.as_bytes())?;
        drop(digits);
        let settled = self.blocking(move |agent| agent.compare(purpose, only.as_deref(), &pin));
        let settled = settled.await;
        self.look_again().await;
        settled
    }

    /// Counts the try in both stores, computes every usable enrolment without early exit, settles.
    /// Blocks for as long as PBKDF2 takes.
    fn compare(
        &self,
        purpose: OfflinePurpose,
        only: Option<&str>,
        pin: &Pin,
    ) -> Result<Vec<Settled>, Error> {
        let _alone = self.enrolments.vault().alone();
        let all = self.enrolments.all()?;
        let now = self.reading()?;
        let asked = all
            .iter()
            .filter(|stored| only.is_none_or(|only| stored.id() == only))
            .map(|stored| &stored.holding);
        let entry = Entry::begin(asked, &now);
        // Before anything is computed the try is in both stores, or there is none.
        let spent: Vec<&Holding> = entry.spent().collect();
        self.enrolments.put(spent.iter().copied())?;
        let answers = entry.compute(pin);
        let now = self.reading()?;
        let settled = entry.settle(answers, &now);
        let holdings: Vec<&Holding> = settled.iter().map(|one| &one.holding).collect();
        self.enrolments.put(holdings.iter().copied())?;
        self.tell_entry(purpose, &all, &settled, &now);
        Ok(settled)
    }

    fn tell_entry(
        &self,
        purpose: OfflinePurpose,
        all: &[Stored],
        settled: &[Settled],
        now: &Reading,
    ) {
        let outcome = |stored: &Stored| {
            let id = stored.id();
            let one = settled
                .iter()
                .find(|one| one.holding.record.binding.names().enrolment_id() == id);
            match one {
                None => told(stored, &stored.holding.judge(now), "notAsked"),
                Some(one) if one.matched.is_some() => {
                    told(stored, &one.holding.judge(now), "matched")
                }
                Some(one) => told(stored, &one.holding.judge(now), "noMatch"),
            }
        };
        let matched: Vec<&str> = settled
            .iter()
            .filter(|one| one.matched.is_some())
            .map(|one| one.holding.record.binding.names().rp_id())
            .collect();
        let iterations = settled.iter().filter_map(|one| one.holding.synced());
        let body = json!({
            "purpose": purpose,
            "enrolments": all.iter().map(outcome).collect::<Vec<Value>>(),
            "matched": matched,
            "iterations": iterations.map(|synced| synced.iterations.count()).max(),
        });
        self.tell(kinds::PIN_OFFLINE, body, None);
    }
}

fn told(stored: &Stored, judgement: &Judgement, outcome: &str) -> Value {
    json!({
        "enrolmentId": stored.id(),
        "rpId": stored.names().rp_id(),
        "state": judgement.state,
        "outcome": outcome,
        "failures": judgement.tries.failures,
        "triesLeft": judgement.tries_left,
    })
}

fn enrolled(stored: &Stored, now: &Reading) -> Enrolled {
    let judgement = stored.holding.judge(now);
    let synced = stored
        .holding
        .synced()
        .filter(|_| judgement.state.answers());
    Enrolled {
        enrolment_id: stored.id().to_owned(),
        rp_id: stored.names().rp_id().to_owned(),
        rp_name: stored.about.rp_name.clone(),
        usable: match synced {
            Some(synced) => Ok(Usable {
                tries_left: judgement.tries.left(synced.max_offline_attempts),
                min_length: synced.pad.min_length.into(),
                max_length: synced.pad.max_length.into(),
            }),
            None => Err(why(stored, &judgement)),
        },
    }
}
