//! One exchange with a relying party, and what becomes of the enrolment by it.

use std::sync::{Arc, Mutex, PoisonError};

use pin_sync::exchange::Purpose;
use pin_sync::exchange::device::{Asking, Session};
use pin_sync::online::{Outcome, Typed};
use pin_sync::payload::{Delivery, Pad};
use pin_sync::wire::{Body as _, ExchangeAnswer, ExchangeRequest, OnlineAnswer, Refused};
use serde_json::json;
use timeline::{Seq, Timestamp};
use tokio::sync::OwnedMutexGuard;

use super::agent::Agent;
use super::link::{Away, Call, Origin, Reply};
use crate::{Error, kinds};

/// An enrolment's turn to exchange: one at a time, shown while it lasts.
pub(super) struct Turn {
    agent: Arc<Agent>,
    pub id: String,
    /// What the owner began and the device has not asked for yet.
    pressed: Mutex<Option<Purpose>>,
    _one: OwnedMutexGuard<()>,
}

impl Turn {
    /// The owner pressed for this; what the device does besides in the same turn is its own.
    pub(super) fn begun(self, pressed: Option<Purpose>) -> Self {
        *self.pressed.lock().unwrap_or_else(PoisonError::into_inner) = pressed;
        self
    }

    /// Who began an exchange: `owner` or `device`.
    fn begun_by(&self, purpose: Purpose) -> &'static str {
        let mut pressed = self.pressed.lock().unwrap_or_else(PoisonError::into_inner);
        match pressed.take_if(|pressed| *pressed == purpose) {
            Some(_) => "owner",
            None => "device",
        }
    }
}

/// An exchange that was answered.
pub(super) struct Round {
    pub delivery: Delivery,
    pub session: Session,
    pub party: Party,
    pub cause: Seq,
    /// When it was answered, by the device's clock.
    pub at: Timestamp,
}

/// Whom an exchange is with.
#[derive(Debug, Clone)]
pub(super) struct Party {
    pub id: String,
    pub rp_id: String,
    pub rp_name: String,
    pub origin: Origin,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.agent.running(&self.id, |it| it.busy = None);
        self.agent.poke();
    }
}

impl Agent {
    /// Waits for an enrolment's turn.
    pub(super) async fn turn(self: &Arc<Self>, id: &str, purpose: Purpose) -> Turn {
        let one = self.running(id, |it| it.turn.clone()).lock_owned().await;
        self.taken(one, id, purpose)
    }

    /// An enrolment's turn, if nobody has it.
    pub(super) fn free_turn(self: &Arc<Self>, id: &str, purpose: Purpose) -> Option<Turn> {
        let one = self.running(id, |it| it.turn.clone()).try_lock_owned();
        one.ok().map(|one| self.taken(one, id, purpose))
    }

    fn taken(self: &Arc<Self>, one: OwnedMutexGuard<()>, id: &str, purpose: Purpose) -> Turn {
        self.running(id, |it| it.busy = Some(purpose));
        Turn {
            agent: self.clone(),
            id: id.to_owned(),
            pressed: Mutex::default(),
            _one: one,
        }
    }

    /// One exchange: stores the raised counter, asks, checks the answer. What a refusal or a pad says
    /// is stored; what a sync delivers is not yet.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        turn: &Turn,
        purpose: Purpose,
    ) -> Result<Round, Error> {
        let _work = self.work();
        let result = self.try_exchange(turn, purpose).await;
        self.note_outcome(turn, &result);
        result
    }

    /// Sends what a person typed, and gives the relying party's word on it.
    pub(super) async fn second_round(
        self: &Arc<Self>,
        turn: &Turn,
        round: &Round,
        typed: &Typed,
    ) -> Result<Outcome, Error> {
        let _work = self.work();
        let result = self.try_second_round(round, typed).await;
        self.note_outcome(turn, &result);
        result
    }

    async fn try_exchange(self: &Arc<Self>, turn: &Turn, purpose: Purpose) -> Result<Round, Error> {
        let (asking, request, party) = self.ask(&turn.id, purpose).await?;
        let body = request.to_json();
        let told = json!({
            "enrolmentId": party.id,
            "rpId": party.rp_id,
            "purpose": purpose,
            "syncCounter": request.sync_counter,
            "by": turn.begun_by(purpose),
        });
        let raw = Some(body.clone());
        let cause = self.tell_raw(kinds::PIN_EXCHANGE, told, None, raw);
        let reply = self.post(&party, "/pin/exchange", body, purpose, cause);
        let reply = reply.await?;
        if !reply.is_success() {
            return Err(self.refused(&party, &asking, &reply, cause).await);
        }
        let received = ExchangeAnswer::read(&reply.body).and_then(|it| asking.receive(&it));
        let (delivery, session) =
            received.map_err(|error| self.found_wrong(&party, purpose, error, cause))?;
        if let Delivery::Pad(pad) = &delivery {
            let taken = self.take_pad(&party.id, pad.clone()).await;
            taken.map_err(|error| self.found_wrong(&party, purpose, error, cause))?;
        }
        Ok(Round {
            delivery,
            session,
            party,
            cause,
            at: self.seams.clock.now(),
        })
    }

    /// Raises the counter, on disk, and makes the request.
    async fn ask(
        self: &Arc<Self>,
        id: &str,
        purpose: Purpose,
    ) -> Result<(Asking, ExchangeRequest, Party), Error> {
        let id = id.to_owned();
        self.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let mut stored = agent.enrolments.one(&id)?;
            let (asking, request) =
                agent.with_rng(|rng| stored.holding.ask(purpose, &mut **rng))?;
            agent.enrolments.put_records([&stored.holding.record])?;
            let origin = &stored.about.origin;
            let party = Party {
                rp_id: stored.names().rp_id().to_owned(),
                rp_name: stored.about.rp_name.clone(),
                origin: Origin::parse(origin).ok_or_else(|| Error::Elsewhere(origin.clone()))?,
                id,
            };
            Ok((asking, request, party))
        })
        .await
    }

    /// Posts, and says so when nobody was there.
    async fn post(
        &self,
        party: &Party,
        path: &'static str,
        body: Vec<u8>,
        purpose: Purpose,
        cause: Seq,
    ) -> Result<Reply, Error> {
        let call = Call {
            origin: &party.origin,
            path,
            cause: Some(cause),
        };
        let reply = self.link.post(call, body).await;
        reply.map_err(|away| self.away(party, purpose.as_str(), away, cause))
    }

    pub(super) fn away(&self, party: &Party, purpose: &str, away: Away, cause: Seq) -> Error {
        let body = json!({
            "enrolmentId": party.id,
            "rpId": party.rp_id,
            "purpose": purpose,
            "why": away.0,
        });
        self.tell(kinds::PIN_UNREACHABLE, body, Some(cause));
        Error::Unreachable {
            rp_name: party.rp_name.clone(),
            why: away.0,
        }
    }

    /// The device found an answer wrong: it is told, and changes nothing.
    pub(super) fn found_wrong(
        &self,
        party: &Party,
        purpose: Purpose,
        error: impl Into<Error>,
        cause: Seq,
    ) -> Error {
        let error = error.into();
        self.tell_refused(
            party,
            purpose.as_str(),
            error.code(),
            false,
            &error.to_string(),
            cause,
        );
        error
    }

    pub(super) fn tell_refused(
        &self,
        party: &Party,
        purpose: &str,
        reason: &str,
        signed: bool,
        message: &str,
        cause: impl Into<Option<Seq>>,
    ) {
        let body = json!({
            "enrolmentId": party.id,
            "rpId": party.rp_id,
            "purpose": purpose,
            "reason": reason,
            "signed": signed,
            "message": message,
        });
        self.tell(kinds::PIN_REFUSED, body, cause.into());
    }

    /// An answer that is none. Only the relying party's signature makes it a refusal; anything else
    /// is as if nobody had answered.
    async fn refused(
        self: &Arc<Self>,
        party: &Party,
        asking: &Asking,
        reply: &Reply,
        cause: Seq,
    ) -> Error {
        let purpose = asking.purpose();
        let Ok(refused) = Refused::read(&reply.body) else {
            let why = format!("it answered with status {} and no signature", reply.status);
            return self.away(party, purpose.as_str(), Away(why), cause);
        };
        let refusal = match asking.refused(&refused) {
            Ok(refusal) => refusal,
            Err(error) => return self.found_wrong(party, purpose, error, cause),
        };
        let reason = refusal.reason;
        let sentence = reason.sentence();
        self.tell_refused(
            party,
            purpose.as_str(),
            reason.as_str(),
            true,
            sentence,
            cause,
        );
        let id = party.id.clone();
        let stored = self.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let stored = agent.enrolments.one(&id)?;
            agent.enrolments.put([&stored.holding.refused(&refusal)])
        });
        if let Err(error) = stored.await {
            return error;
        }
        self.look_again().await;
        Error::Refused {
            rp_name: party.rp_name.clone(),
            reason,
        }
    }

    /// What a pad says of the policy counts, whatever is typed on it.
    async fn take_pad(self: &Arc<Self>, id: &str, pad: Pad) -> Result<(), Error> {
        let id = id.to_owned();
        self.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let stored = agent.enrolments.one(&id)?;
            let next = stored.holding.take_pad(&pad)?;
            agent.enrolments.put_records([&next.record])
        })
        .await
    }

    async fn try_second_round(
        self: &Arc<Self>,
        round: &Round,
        typed: &Typed,
    ) -> Result<Outcome, Error> {
        let (party, cause) = (&round.party, round.cause);
        let purpose = round.session.purpose();
        let request = self.with_rng(|rng| round.session.online(typed, &mut **rng))?;
        let reply = self.post(party, "/pin/online", request.to_json(), purpose, cause);
        let reply = reply.await?;
        if !reply.is_success() {
            let why = format!("it answered with status {} and no signature", reply.status);
            return Err(self.away(party, purpose.as_str(), Away(why), cause));
        }
        let outcome = OnlineAnswer::read(&reply.body)
            .and_then(|answer| round.session.online_answer(&answer))
            .map_err(|error| self.found_wrong(party, purpose, error, cause))?;
        let mut body = json!({
            "enrolmentId": party.id,
            "rpId": party.rp_id,
            "purpose": purpose,
            "result": outcome.verdict,
        });
        if let Some(left) = outcome.attempts_left {
            body["attemptsLeft"] = json!(left);
        }
        if let Some(version) = outcome.pin_version {
            body["pinVersion"] = json!(version);
        }
        self.tell(kinds::PIN_ANSWERED, body, Some(cause));
        Ok(outcome)
    }

    /// Shows what went wrong with an enrolment, or that nothing did.
    pub(super) fn note_outcome<T>(&self, turn: &Turn, result: &Result<T, Error>) {
        let problem = result.as_ref().err().map(ToString::to_string);
        self.running(&turn.id, |it| it.problem = problem);
    }

    /// Looks at all enrolments at once, so that what changed is told before anything else happens.
    pub(super) async fn look_again(self: &Arc<Self>) {
        // The agent looks again by itself; what fails now is met then.
        let _ = self.blocking(|agent| agent.review().map(|_| ())).await;
        self.poke();
    }
}
