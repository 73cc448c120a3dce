//! A synchronization: what an exchange delivered is stored, then acknowledged.

use std::sync::Arc;

use pin_sync::exchange::Purpose;
use pin_sync::judge::Trigger;
use pin_sync::payload::{Delivery, Payload};
use pin_sync::wire::Body as _;
use serde_json::json;
use timeline::{Seq, Timestamp};

use super::agent::Agent;
use super::background::settle;
use super::exchange::{Party, Round, Turn};
use super::link::{Away, Call};
use crate::{Error, kinds};

/// A sync that arrived; whether the relying party knows that it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Synced {
    pub is_acknowledged: bool,
}

impl Agent {
    /// A sync from its request to its acknowledgement.
    pub(super) async fn synchronize(self: &Arc<Self>, turn: &Turn) -> Result<Synced, Error> {
        let _work = self.work();
        // What was pushed until now, the answer says.
        self.running(&turn.id, |it| {
            it.wanted.take_if(|wanted| *wanted == Trigger::Push)
        });
        let result = self.try_synchronize(turn).await;
        let random = self.random().map_or(0, u32::from_be_bytes);
        let now = self.seams.clock.now();
        self.running(&turn.id, |it| settle(it, &result, random, now));
        self.look_again().await;
        result
    }

    async fn try_synchronize(self: &Arc<Self>, turn: &Turn) -> Result<Synced, Error> {
        let round = self.exchange(turn, Purpose::Sync).await?;
        let result = self.take(turn, round).await;
        self.note_outcome(turn, &result);
        result
    }

    /// Stores a payload and acknowledges it.
    async fn take(self: &Arc<Self>, turn: &Turn, round: Round) -> Result<Synced, Error> {
        let Round {
            delivery,
            session,
            party,
            cause,
            ..
        } = round;
        let Delivery::Sync(payload) = delivery else {
            let error = pin_sync::Error::PayloadPurpose;
            return Err(self.found_wrong(&party, Purpose::Sync, error, cause));
        };
        let id = turn.id.clone();
        let taken = self.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let stored = agent.enrolments.one(&id)?;
            let now = agent.reading()?;
            let next = stored.holding.accept(&payload, &session, &now)?;
            agent.enrolments.put([&next])?;
            Ok((payload, session, next.tries().failures, now.wall))
        });
        let (payload, session, failures, now) = taken
            .await
            .map_err(|error| self.found_wrong(&party, Purpose::Sync, error, cause))?;
        self.tell_synced(&party, &payload, now, cause);
        let ack = session.ack(payload.pin_version, payload.pad.policy_version, failures);
        let call = Call {
            origin: &party.origin,
            path: "/pin/sync/ack",
            cause: Some(cause),
        };
        let away = match self.link.post(call, ack.to_json()).await {
            Ok(reply) if reply.is_success() => {
                self.tell_acknowledged(&party, &payload, failures, cause)
                    .await?;
                return Ok(Synced {
                    is_acknowledged: true,
                });
            }
            Ok(reply) => Away(format!(
                "it did not take the acknowledgement (status {})",
                reply.status
            )),
            Err(away) => away,
        };
        self.away(&party, "ack", away, cause);
        Ok(Synced {
            is_acknowledged: false,
        })
    }

    fn tell_synced(&self, party: &Party, payload: &Payload, now: Timestamp, cause: Seq) {
        let body = json!({
            "enrolmentId": party.id,
            "rpId": party.rp_id,
            "pinVersion": payload.pin_version,
            "policyVersion": payload.pad.policy_version,
            "validitySeconds": payload.validity.as_secs(),
            "validUntil": now.plus(payload.validity),
            "maxOfflineAttempts": payload.max_offline_attempts,
            "unlockEpoch": payload.unlock_epoch,
        });
        self.tell(kinds::PIN_SYNCED, body, Some(cause));
    }

    async fn tell_acknowledged(
        self: &Arc<Self>,
        party: &Party,
        payload: &Payload,
        failures: u32,
        cause: Seq,
    ) -> Result<(), Error> {
        let (id, now) = (party.id.clone(), self.seams.clock.now());
        self.blocking(move |agent| agent.enrolments.acknowledged(&id, now))
            .await?;
        let body = json!({
            "enrolmentId": party.id,
            "rpId": party.rp_id,
            "pinVersion": payload.pin_version,
            "policyVersion": payload.pad.policy_version,
            "failures": failures,
        });
        self.tell(kinds::PIN_ACKNOWLEDGED, body, Some(cause));
        Ok(())
    }
}
