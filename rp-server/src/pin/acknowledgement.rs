//! Step 6 of a synchronization: only what a device acknowledges is recorded as done.

use pin_sync::{exchange::server::exchange_step, steps::Steps, wire::Ack};
use serde_json::json;
use timeline::Seq;

use super::{
    exchange::{Judged, shown},
    memory::unpoisoned,
};
use crate::{Refusal, RelyingParty, kinds, store::Acknowledged};

impl RelyingParty {
    /// Records what a device acknowledges; the same again is answered alike.
    pub(crate) async fn acknowledge(&self, body: &[u8], cause: Option<Seq>) -> Result<(), Refusal> {
        let mut steps = Steps::acknowledgement();
        let mut judged = Judged {
            purpose: Some("acknowledgement"),
            ..Judged::default()
        };
        let answer = self
            .judge_acknowledgement(body, &mut steps, &mut judged, cause)
            .await;
        self.tell_judged(&steps, &judged, cause);
        answer
    }

    async fn judge_acknowledgement(
        &self,
        body: &[u8],
        steps: &mut Steps,
        judged: &mut Judged,
        cause: Option<Seq>,
    ) -> Result<(), Refusal> {
        let ack: Ack = steps.read(body)?;
        judged.enrolment = Some(shown(&ack.enrolment_id));
        let found = self.store.pin_enrolment(&ack.enrolment_id).await?;
        let username = found.map(|found| found.account.username);
        judged.account.clone_from(&username);
        let now = self.now();
        let (taken, is_known) = {
            let mut exchanges = unpoisoned(&self.pin.exchanges);
            let Some(pending) = exchanges.get_mut(&ack.enrolment_id, now) else {
                exchange_step(false, steps)?;
                return Err(Refusal::NotAccepted);
            };
            let taken = pending.session.acknowledged(&ack, steps)?;
            (taken, pending.is_acknowledged)
        };
        if is_known {
            return Ok(());
        }
        let acknowledged = Acknowledged {
            enrolment: ack.enrolment_id.clone(),
            sync_counter: ack.sync_counter,
            pin_version: taken.pin_version,
            policy_version: taken.policy_version,
            failures: taken.failures,
            at: now,
        };
        if !self.store.acknowledge(acknowledged).await? {
            return Err(Refusal::NotAccepted);
        }
        if let Some(pending) = unpoisoned(&self.pin.exchanges).get_mut(&ack.enrolment_id, now)
            && pending.session.sync_counter() == ack.sync_counter
        {
            pending.is_acknowledged = true;
        }
        self.tell(kinds::PIN_ACKNOWLEDGED, cause, || {
            json!({
                "account": username,
                "enrolmentId": ack.enrolment_id,
                "pinVersion": taken.pin_version,
                "policyVersion": taken.policy_version,
                "failures": taken.failures,
            })
        });
        Ok(())
    }
}
