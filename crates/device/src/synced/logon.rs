//! Answering a workstation: its challenge is checked, its PIN asked for, and the answer shown for two
//! minutes. Nothing of it needs the network.

use std::sync::Arc;

use pin_sync::logon::{Accepted, LIFETIME, Scanned as Challenge};
use serde_json::json;

use super::agent::Agent;
use super::info::ShownCode;
use super::review::why;
use super::stores::Stored;
use crate::offline::OfflinePurpose;
use crate::owner::refused;
use crate::pin::Bounds;
use crate::user::{Person, PinAsk, PinPurpose};
use crate::{Device, Error, kinds};

impl Device {
    /// The answer to a workstation, while it is on the display.
    #[must_use]
    pub fn logon_answer(&self) -> Option<ShownCode> {
        let agent = &self.0.agent;
        let now = agent.seams.clock.now();
        let shown = agent.state().shown.clone();
        shown.filter(|shown| shown.until > now)
    }

    pub(super) async fn answer_logon(&self, text: &str) -> Result<(), Error> {
        let agent = &self.0.agent;
        let text = text.to_owned();
        let (stored, accepted) = agent.blocking(move |it| it.challenge(&text)).await?;
        let held = self.hold()?;
        let person = held.person(self);
        let result = self.enter_for(person, &stored, &accepted).await;
        result.inspect_err(|error| agent.tell_logon_refused(Some((&stored, &accepted)), error))
    }

    /// Asks for the PIN until it matches, or no try is left.
    async fn enter_for(
        &self,
        mut person: Person<'_>,
        stored: &Stored,
        accepted: &Accepted,
    ) -> Result<(), Error> {
        let agent = &self.0.agent;
        let (id, rp_name) = (stored.id(), &stored.about.rp_name);
        person
            .display
            .about(Some(stored.names().rp_id()), Some(rp_name));
        // What is answered is read before the PIN is entered: PIN of Acme for alice at front desk.
        let (asks, account) = (accepted.challenge(), &accepted.challenge().account_name);
        let pin_of = format!("{rp_name} for {account} at {}", asks.workstation_id);
        let mut problem = None;
        loop {
            let (pad, tries_left) = agent.usable(id).await?;
            let ask = PinAsk {
                purpose: PinPurpose::Workstation,
                pin_of: vec![pin_of.clone()],
                bounds: Bounds::new(pad.0, pad.1),
                tries_left: Some(tries_left),
                problem: problem.take(),
            };
            let digits = person.ask_pin(&ask).await.map_err(refused)?;
            let purpose = OfflinePurpose::Workstation;
            let settled = agent.enter(purpose, Some(id.to_owned()), digits).await?;
            let settled = settled.into_iter().next();
            let hash = settled.as_ref().and_then(|it| it.matched.as_ref());
            let synced = settled.as_ref().and_then(|it| it.holding.synced());
            if let (Some(hash), Some(synced)) = (hash, synced) {
                agent.show_answer(stored, accepted, accepted.answer(synced, hash).as_str());
                return Ok(());
            }
            let (_, left) = agent.usable(id).await?;
            let tries = if left == 1 { "try" } else { "tries" };
            problem = Some(format!("Wrong PIN. {left} offline {tries} left."));
        }
    }
}

impl Agent {
    /// Reads a challenge and checks it against the enrolment that it names. Blocks.
    fn challenge(&self, text: &str) -> Result<(Stored, Accepted), Error> {
        let read = || {
            let challenge = Challenge::from_text(text)?;
            let unknown = |_| Error::PinSync(pin_sync::Error::LogonEnrolment);
            let stored =
                self.enrolments
                    .one(challenge.enrolment_id())
                    .map_err(|error| match error {
                        error @ Error::NoSuchEnrolment(_) => unknown(error),
                        other => other,
                    })?;
            let now = self.reading()?;
            let judgement = stored.holding.judge(&now);
            let binding = stored.holding.record.binding.clone();
            let synced = stored.holding.synced();
            // Whatever the state, a challenge that is not the server's is said to be that.
            let time = synced.map_or(now.wall, |it| it.seen.server_time(&now));
            let counter = synced.map_or(u64::MAX, |it| it.sync_counter);
            let accepted = challenge.check(&binding, time, counter)?;
            if !judgement.state.answers() {
                return Err(Error::NotUsable(why(&stored, &judgement)));
            }
            Ok((stored, accepted))
        };
        read().inspect_err(|error| self.tell_logon_refused(None, error))
    }

    /// The bounds and tries of an enrolment that can be asked now.
    async fn usable(self: &Arc<Self>, id: &str) -> Result<((u32, u32), u32), Error> {
        let id = id.to_owned();
        self.blocking(move |agent| {
            let stored = agent.enrolments.one(&id)?;
            let judgement = stored.holding.judge(&agent.reading()?);
            match stored.holding.synced() {
                Some(synced) if judgement.state.answers() => {
                    let (fewest, most) = (synced.pad.min_length, synced.pad.max_length);
                    let left = judgement.tries.left(synced.max_offline_attempts);
                    Ok(((fewest.into(), most.into()), left))
                }
                _ => Err(Error::NotUsable(why(&stored, &judgement))),
            }
        })
        .await
    }

    fn show_answer(&self, stored: &Stored, accepted: &Accepted, code: &str) {
        let challenge = accepted.challenge();
        self.state().shown = Some(ShownCode {
            code: code.to_owned(),
            workstation: challenge.workstation_id.clone(),
            account: challenge.account_name.clone(),
            until: self.seams.clock.now().plus(LIFETIME),
        });
        let body = json!({
            "enrolmentId": stored.id(),
            "rpId": stored.names().rp_id(),
            "account": challenge.account_name,
            "workstation": challenge.workstation_id,
            "session": challenge.session_id,
        });
        self.tell(kinds::LOGON_ANSWERED, body, None);
        self.note_change();
        self.poke();
    }

    fn tell_logon_refused(&self, known: Option<(&Stored, &Accepted)>, error: &Error) {
        let mut body = json!({ "reason": error.code(), "message": error.to_string() });
        if let Some((stored, accepted)) = known {
            body["rpId"] = json!(stored.names().rp_id());
            body["workstation"] = json!(accepted.challenge().workstation_id);
        }
        self.tell(kinds::LOGON_REFUSED, body, None);
    }
}
