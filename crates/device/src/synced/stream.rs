//! The stream on which a relying party tells a phone of news: opened with a challenge that `Kd`
//! signs, its beats signed by `Ks`. It can make the phone ask, and nothing else.

use std::sync::{Arc, Weak};
use std::time::Duration;

use pin_sync::backoff;
use pin_sync::beat::{self, EVERY};
use pin_sync::exchange::Purpose;
use pin_sync::judge::Trigger;
use pin_sync::key::SigningKey;
use pin_sync::wire::{self, Body as _};
use serde_json::json;
use timeline::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::agent::{Agent, Work};
use super::exchange::Party;
use super::info::StreamState;
use super::link::Away;
use super::news::Event;
use crate::{Device, Error, kinds};
use opening::{Open, Unopened, open};

mod opening;

/// No beat for this long by the device's clock: one was missed.
const PATIENCE: Duration = Duration::from_secs(2 * EVERY.as_secs() + EVERY.as_secs() / 2);
/// Then this long in real time, in which a beat may still arrive: the tester may have moved all
/// clocks at once.
const GRACE: Duration = Duration::from_secs(1);
/// Between two looks whether a synchronization is over.
const GLANCE: Duration = Duration::from_millis(5);
/// Between two attempts in real time.
const APART: Duration = Duration::from_millis(250);

/// Why a stream ended.
enum End {
    Closed(String),
    Offline,
    /// Something on it was not signed.
    Forged(pin_sync::Error),
    /// The vault failed, or the enrolment is gone.
    Failed,
}

impl Agent {
    /// Returns once no synchronization is under way, nor one that the network's return calls for:
    /// what the first beat says is then known already.
    async fn rests_from_sync(&self, id: &str) {
        let is_ahead = || {
            let is_met = self.state().has_met_network || !*self.online.borrow();
            !is_met || self.running_now(id) == Some(Purpose::Sync)
        };
        while is_ahead() {
            tokio::time::sleep(GLANCE).await;
        }
    }

    fn running_now(&self, id: &str) -> Option<Purpose> {
        self.state().running.get(id).and_then(|it| it.busy)
    }
}

/// An event that somebody in between put on a stream; work until it is taken.
pub(super) struct Said {
    event: Event,
    _work: Work,
}

impl Device {
    /// Puts a push on an enrolment's open stream that another key signed, as somebody does who sits
    /// in between.
    ///
    /// # Errors
    /// [`Error::NoSuchEnrolment`], [`Error::Unreachable`] while its stream is not open,
    /// [`Error::Vault`], [`Error::Damaged`].
    pub async fn forge_push(&self, enrolment: &str) -> Result<(), Error> {
        let agent = self.agent(enrolment).await?;
        let id = enrolment.to_owned();
        let stored = agent.blocking(move |it| it.enrolments.one(&id)).await?;
        let key = agent.with_rng(|rng| SigningKey::generate(&mut **rng))?;
        let highest = &stored.holding.record.highest;
        let forged = beat::Beat {
            pin_version: highest.pin_version.saturating_add(1),
            policy_version: highest.policy_version,
            issued_at: agent.seams.clock.now(),
        };
        let data = forged.sign(&key, enrolment).to_json();
        let event = Event {
            name: "push".to_owned(),
            data: String::from_utf8_lossy(&data).into_owned(),
        };
        let said = Said {
            event,
            _work: agent.work(),
        };
        let open = agent.running(enrolment, |it| it.said.clone());
        let sent = open.is_some_and(|open| open.try_send(said).is_ok());
        sent.then_some(()).ok_or_else(|| Error::Unreachable {
            rp_name: stored.about.rp_name,
            why: "its stream is not open".to_owned(),
        })
    }
}

/// Keeps the stream of one enrolment open until what this returns is dropped, or the device is.
pub(super) fn keep(agent: &Arc<Agent>, id: String) -> DropGuard {
    let ends = agent.ends.child_token();
    let keeping = Keeper {
        agent: Arc::downgrade(agent),
        online: agent.online.clone(),
        id,
        failures: 0,
        has_missed: false,
        has_asked: false,
        syncs: 0,
        last_told: None,
    };
    let token: CancellationToken = ends.clone();
    tokio::spawn(async move { token.run_until_cancelled(keeping.keep()).await });
    ends.drop_guard()
}

struct Keeper {
    agent: Weak<Agent>,
    online: watch::Receiver<bool>,
    id: String,
    /// Attempts without a beat in a row.
    failures: u32,
    /// Whether a stream ended while the device was on the network: then beats were missed. Coming
    /// back to the network is a reason of its own.
    has_missed: bool,
    /// Whether the phone asked, since its last stream, why it gets none.
    has_asked: bool,
    /// Synchronizations when the last beat came: one since then knows what later beats would say.
    syncs: u64,
    /// What the timeline was told last, so that it hears of a lasting trouble once.
    last_told: Option<(StreamState, String)>,
}

impl Keeper {
    async fn keep(mut self) {
        while self.agent.strong_count() > 0 {
            if self.online.wait_for(|online| *online).await.is_err() {
                return;
            }
            let Some(agent) = self.agent.upgrade() else {
                return;
            };
            let work = agent.work();
            agent.running(&self.id, |it| {
                it.stream = StreamState::Connecting;
                it.stream_due = None;
            });
            agent.rests_from_sync(&self.id).await;
            let opened = open(&agent, &self.id).await;
            let clock = agent.seams.clock.clone();
            let why = match opened {
                Ok(open) => {
                    self.opened(&agent, &open);
                    drop((agent, work));
                    self.listen(open).await
                }
                Err(unopened) => {
                    self.failures = self.failures.saturating_add(1);
                    self.not_opened(&agent, unopened);
                    drop((agent, work));
                    None
                }
            };
            if why.is_some() {
                // It ended after it had been open: at once again, the first time.
                tokio::time::sleep(APART).await;
            }
            let Some(agent) = self.agent.upgrade() else {
                return;
            };
            let wait = match self.failures {
                0 => Duration::ZERO,
                failures => backoff::after(failures, agent.random().map_or(0, u32::from_be_bytes)),
            };
            let again = clock.now().plus(wait);
            agent.running(&self.id, |it| it.stream_due = Some(again));
            drop(agent);
            let mut online = self.online.clone();
            online.mark_unchanged();
            tokio::select! {
                () = clock.sleep_until(again) => {}
                // Back on the network: no reason to wait.
                Ok(()) = online.changed() => {}
            }
            self.due(None);
        }
    }

    fn opened(&mut self, agent: &Arc<Agent>, open: &Open) {
        agent.running(&self.id, |it| {
            it.stream = StreamState::Open;
            self.has_missed &= it.syncs == self.syncs;
            if self.has_missed {
                // What the missed beats would have said is asked for.
                it.wanted = Some(Trigger::Online);
            }
        });
        if std::mem::take(&mut self.has_missed) {
            agent.poke();
        }
        self.has_asked = false;
        self.last_told = None;
        tell(agent, &open.party, "opened", None);
    }

    /// Tells that a stream could not be opened, once for each reason. A phone that is turned away
    /// asks once what became of its enrolment: the answer is signed, this one is not.
    fn not_opened(&mut self, agent: &Agent, unopened: Unopened) {
        let told = (StreamState::Connecting, unopened.why);
        if self.last_told.as_ref() != Some(&told)
            && let Some(party) = unopened.party
        {
            tell(agent, &party, "refused", Some(&told.1));
        }
        self.last_told = Some(told);
        if unopened.is_turned_away && !std::mem::replace(&mut self.has_asked, true) {
            agent.running(&self.id, |it| it.wanted = Some(Trigger::Online));
            agent.poke();
        }
    }

    /// Listens until the stream ends. Gives why, where the agent is still there to be told.
    async fn listen(&mut self, mut open: Open) -> Option<()> {
        // A stream without a beat was no success.
        self.failures = self.failures.saturating_add(1);
        let end = self.hear(&mut open).await;
        let agent = self.agent.upgrade()?;
        let _work = agent.work();
        self.has_missed = !matches!(end, End::Offline);
        agent.running(&self.id, |it| {
            it.stream = StreamState::Connecting;
            it.stream_due = None;
        });
        let why = match end {
            End::Closed(why) => why,
            End::Offline => "the device is off the network".to_owned(),
            End::Forged(error) => {
                let party = &open.party;
                agent.tell_refused(
                    party,
                    "stream",
                    error.code(),
                    false,
                    &error.to_string(),
                    None,
                );
                error.to_string()
            }
            End::Failed => "the device cannot take its news".to_owned(),
        };
        tell(&agent, &open.party, "closed", Some(&why));
        Some(())
    }

    async fn hear(&mut self, open: &mut Open) -> End {
        let mut online = self.online.clone();
        let Some(clock) = self.agent.upgrade().map(|it| it.seams.clock.clone()) else {
            return End::Failed;
        };
        let (say, mut said) = mpsc::channel(1);
        if let Some(agent) = self.agent.upgrade() {
            agent.running(&self.id, |it| it.said = Some(say));
        }
        let mut deadline = clock.now().plus(PATIENCE);
        loop {
            self.due(Some(deadline));
            let missed = async {
                clock.sleep_until(deadline).await;
                tokio::time::sleep(GRACE).await;
            };
            let event = tokio::select! {
                Ok(_) = online.wait_for(|online| !*online) => return End::Offline,
                event = open.news.next() => event,
                Some(Said { event, .. }) = said.recv() => Ok(Some(event)),
                () = missed => return End::Closed("a beat was missed".to_owned()),
            };
            let event = match event {
                Ok(Some(event)) => event,
                Ok(None) => return End::Closed("the relying party ended it".to_owned()),
                Err(Away(why)) => return End::Closed(why),
            };
            match self.take(open, event).await {
                // Whatever is not signed is no beat, and puts nothing off.
                Ok(false) => {}
                Ok(true) => {
                    deadline = clock.now().plus(PATIENCE);
                    self.failures = 0;
                    if let Some(agent) = self.agent.upgrade() {
                        self.syncs = agent.running(&self.id, |it| it.syncs);
                    }
                }
                Err(end) => return end,
            }
        }
    }

    /// Takes an event; says whether it was a beat or a push, signed.
    async fn take(&self, open: &mut Open, event: Event) -> Result<bool, End> {
        let Some(agent) = self.agent.upgrade() else {
            return Err(End::Failed);
        };
        let _work = agent.work();
        let kind = match event.name.as_str() {
            "beat" => "beat",
            "push" => "push",
            _ => return Ok(false),
        };
        let beat = wire::Beat::read(event.data.as_bytes())
            .and_then(|beat| open.beats.take(&beat, &open.binding));
        let beat = beat.map_err(End::Forged)?;
        let id = self.id.clone();
        let noted = agent.blocking(move |agent| {
            let _alone = agent.enrolments.vault().alone();
            let stored = agent.enrolments.one(&id)?;
            let next = stored.holding.beat(&beat);
            if let Some(next) = &next {
                agent.enrolments.put_records([&next.record])?;
            }
            Ok(next.is_some())
        });
        let news = noted.await.map_err(|_: Error| End::Failed)?;
        if kind == "push" || news {
            let party = &open.party;
            let body = json!({
                "enrolmentId": party.id,
                "rpId": party.rp_id,
                "kind": kind,
                "pinVersion": beat.pin_version,
                "policyVersion": beat.policy_version,
                "news": news,
            });
            agent.tell(kinds::PIN_PUSH, body, None);
        }
        // A push says that something is new, not always what: a lock and a revocation have no version.
        if kind == "push" || news {
            agent.running(&self.id, |it| {
                it.wanted.get_or_insert(Trigger::Push);
            });
            agent.look_again().await;
        }
        Ok(true)
    }

    fn due(&self, at: Option<Timestamp>) {
        if let Some(agent) = self.agent.upgrade() {
            agent.running(&self.id, |it| it.stream_due = at);
        }
    }
}

fn tell(agent: &Agent, party: &Party, state: &str, why: Option<&str>) {
    let mut body = json!({ "enrolmentId": party.id, "rpId": party.rp_id, "state": state });
    if let Some(why) = why {
        body["why"] = json!(why);
    }
    agent.tell(kinds::PIN_STREAM, body, None);
}
