//! What a phone does by itself: it looks at its enrolments whenever something happened or some time
//! has passed, refreshes those that need it, and keeps a stream to each relying party.
//!
//! It waits on the device's clock: where that stands still, nothing happens by itself.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pin_sync::backoff;
use pin_sync::exchange::Purpose;
use pin_sync::judge::{Reason, Trigger};
use pin_sync::refusal;
use timeline::{Clock, Timestamp};
use tokio::sync::watch;

use super::agent::{Agent, Running};
use super::info::StreamState;
use super::review::{Reviewed, due};
use super::stream;
use super::sync::Synced;
use crate::Error;

/// Between two refreshes of one enrolment in real time, however much news there is.
const APART: Duration = Duration::from_millis(100);
/// How often, in real time, the boot clock is looked at while the agent waits.
const LOOK: Duration = Duration::from_millis(500);

impl Agent {
    /// Lets the agent work by itself, once, where there is a runtime to work on.
    pub(crate) fn start(self: &Arc<Self>) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if !self.started.swap(true, Ordering::SeqCst) {
            self.state().is_woken = true;
            let ends = self.ends.clone();
            let watching = watch(Arc::downgrade(self), self.online.clone());
            runtime.spawn(async move { ends.run_until_cancelled(watching).await });
        }
    }

    /// Looks, and starts what is to be done. Gives when to look again by itself.
    async fn attend(self: &Arc<Self>, online: bool) -> Option<Timestamp> {
        let _work = self.work();
        let (was_online, is_first) = {
            let mut state = self.state();
            state.is_woken = false;
            let was_online = std::mem::replace(&mut state.was_online, online);
            (was_online, !std::mem::replace(&mut state.has_looked, true))
        };
        // Read before the review reads it: were the clock moved in between, what is due would be too
        // early rather than late.
        let now = self.seams.clock.now();
        let Ok(reviewed) = self.blocking(Self::review).await else {
            // The vault or the keyring failed; whoever uses them is told. Look again later.
            return Some(self.seams.clock.now().plus(backoff::LONGEST));
        };
        let trigger = match (is_first, was_online, online) {
            (true, _, _) => Some(Trigger::Start),
            (_, false, true) => Some(Trigger::Online),
            _ => None,
        };
        let mut next: Option<Timestamp> = self.forget_shown();
        for one in &reviewed {
            self.listen(one);
            let refresh = self.running(&one.id, |running| plan(running, one, trigger, online, now));
            let again = match refresh {
                Plan::Now(trigger) => {
                    self.refresh(one.id.clone(), trigger);
                    None
                }
                Plan::At(at) => Some(at),
                Plan::Nothing => None,
            };
            let changes = one.changes_in.map(|from_now| due(now, from_now));
            next = [next, again, changes].into_iter().flatten().min();
        }
        self.state().has_met_network = online;
        next
    }

    /// Takes a workstation's answer and an old pairing off the display; says when the next one goes.
    fn forget_shown(&self) -> Option<Timestamp> {
        let now = self.seams.clock.now();
        let mut state = self.state();
        let had = (state.shown.is_some(), state.pairing.is_some());
        state.shown.take_if(|shown| shown.until <= now);
        state.pairing.take_if(|pairing| pairing.expires <= now);
        let ends = [
            state.shown.as_ref().map(|shown| shown.until),
            state.pairing.as_ref().map(|pairing| pairing.expires),
        ];
        let is_news = had != (state.shown.is_some(), state.pairing.is_some());
        drop(state);
        if is_news {
            self.note_change();
        }
        ends.into_iter().flatten().min()
    }

    /// Starts a silent refresh.
    fn refresh(self: &Arc<Self>, id: String, trigger: Trigger) {
        let (agent, work, ends) = (self.clone(), self.work(), self.ends.clone());
        self.running(&id, |running| running.busy = Some(Purpose::Sync));
        tokio::spawn(async move {
            let _work = work;
            ends.run_until_cancelled(agent.refreshed(&id, trigger))
                .await;
        });
    }

    async fn refreshed(self: &Arc<Self>, id: &str, trigger: Trigger) {
        // Whoever has the turn may be waiting for a person: it ends by waking the agent, which then
        // looks again.
        let Some(turn) = self.free_turn(id, Purpose::Sync) else {
            self.running(id, |it| it.wanted = it.wanted.or(Some(trigger)));
            return self.poke();
        };
        // Somebody else may have synchronized before.
        if self.still_wants(id, trigger).await {
            // How it went is shown with the enrolment, and decides when to try again.
            let synced = self.synchronize(&turn).await;
            if trigger == Trigger::Push && is_for_later(&synced) {
                self.running(id, |it| it.wanted = it.wanted.or(Some(trigger)));
            }
            tokio::time::sleep(APART).await;
        }
        drop(turn);
        self.poke();
    }

    async fn still_wants(self: &Arc<Self>, id: &str, trigger: Trigger) -> bool {
        let reviewed = self.blocking(Self::review).await.unwrap_or_default();
        let found = reviewed.iter().find(|one| one.id == id);
        found.is_some_and(|one| wants(one, trigger))
    }
}

/// Watches over an agent until its device is gone.
async fn watch(agent: Weak<Agent>, mut online: watch::Receiver<bool>) {
    loop {
        let (next, clock, wake) = {
            let Some(agent) = agent.upgrade() else { return };
            let is_online = *online.borrow_and_update();
            let next = agent.attend(is_online).await;
            let clock = agent.seams.clock.clone();
            // What is due by now was attended to; were it still due, this would go round and round.
            let next = next.map(|at| at.max(due(clock.now(), Duration::ZERO)));
            let next = next.map(|at| Due::at(at, &*clock));
            agent.state().due = next;
            (next, clock, agent.wake.clone())
        };
        let time = async {
            match next {
                Some(due) => due.comes(&*clock).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = time => {}
            // Where nobody tells of the network any more, it stays as it is.
            Ok(()) = online.changed() => {}
        }
    }
}

/// When the agent has something to do: by the wall clock, or by the boot clock where the wall clock
/// was turned back meanwhile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    wall: Timestamp,
    since_boot: Duration,
}

impl Due {
    fn at(wall: Timestamp, clock: &dyn Clock) -> Self {
        let left = wall.since(clock.now());
        Self {
            wall,
            since_boot: clock.monotonic().saturating_add(left),
        }
    }

    /// Whether it has come.
    pub(super) fn is_now(self, clock: &dyn Clock) -> bool {
        self.wall <= clock.now() || self.since_boot <= clock.monotonic()
    }

    async fn comes(self, clock: &dyn Clock) {
        while !self.is_now(clock) {
            tokio::select! {
                () = clock.sleep_until(self.wall) => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

enum Plan {
    Now(Trigger),
    At(Timestamp),
    Nothing,
}

/// What to do about one enrolment.
fn plan(
    running: &mut Running,
    one: &Reviewed,
    trigger: Option<Trigger>,
    online: bool,
    now: Timestamp,
) -> Plan {
    if matches!(trigger, Some(Trigger::Start | Trigger::Online)) {
        (running.wanted, running.not_before, running.failures) = (trigger, None, 0);
    }
    let wanted = running.wanted.filter(|trigger| wants(one, *trigger));
    running.wanted = wanted;
    let wanted = wanted.or(one.needs_refresh.then_some(Trigger::Timer));
    match wanted {
        Some(_) if !online || running.is_halted || running.busy.is_some() => Plan::Nothing,
        Some(trigger) => match running.not_before.filter(|at| *at > now) {
            Some(at) => Plan::At(at.min(now.plus(backoff::LONGEST))),
            None => {
                running.wanted = None;
                Plan::Now(trigger)
            }
        },
        None => Plan::Nothing,
    }
}

/// Whether an enrolment is to be refreshed for that reason.
fn wants(one: &Reviewed, trigger: Trigger) -> bool {
    match trigger {
        Trigger::Timer => one.needs_refresh,
        trigger => one.judgement.refreshes(trigger),
    }
}

/// Whether a relying party was not there to be asked, or had no time.
fn is_for_later(result: &Result<Synced, Error>) -> bool {
    use refusal::Reason::Busy;
    let Err(error) = result else { return false };
    matches!(
        error,
        Error::Unreachable { .. } | Error::Refused { reason: Busy, .. }
    )
}

/// Remembers how a synchronization went, for the next one by itself.
pub(super) fn settle(
    running: &mut Running,
    result: &Result<Synced, Error>,
    random: u32,
    now: Timestamp,
) {
    match result {
        Ok(synced) if synced.is_acknowledged => {
            (running.failures, running.not_before, running.is_halted) = (0, None, false);
            running.syncs += 1;
            return;
        }
        // What it brought is in force, but the relying party does not know: once more, later.
        Ok(_) => running.wanted = Some(Trigger::Online),
        Err(Error::Refused { reason, .. }) => {
            use refusal::Reason::{Busy, CounterBack, Revoked};
            running.is_halted = matches!(reason, CounterBack | Revoked);
            if *reason != Busy {
                // That is an answer: where it leaves the enrolment, only news lead on.
                (running.failures, running.not_before) = (0, None);
                return;
            }
        }
        Err(_) => {}
    }
    running.failures = running.failures.saturating_add(1);
    running.not_before = Some(now.plus(backoff::after(running.failures, random)));
}

impl Agent {
    /// Keeps a stream for an enrolment, as long as its relying party has anything to say to it.
    fn listen(self: &Arc<Self>, one: &Reviewed) {
        let is_over = one.judgement.reason == Reason::Revoked;
        self.running(&one.id, |running| {
            if is_over || running.is_halted {
                running.listening = None;
                running.stream = StreamState::Off;
            } else if running.listening.is_none() {
                running.listening = Some(stream::keep(self, one.id.clone()));
            }
        });
    }
}
