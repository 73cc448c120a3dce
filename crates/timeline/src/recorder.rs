//! The recorder: keeps the newest events in memory and the rest on disk.

mod spill;

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::broadcast;

use self::spill::{Lines, Spill};
use crate::{Clock, Draft, Emit, Event, Seq};

/// Why events could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The spill file could not be read.
    #[error(
        "The older part of the timeline could not be read from disk: {0}. Save what is shown, then clear the timeline."
    )]
    Spill(#[from] io::Error),
    /// The spill file holds something else.
    #[error(
        "The older part of the timeline on disk is damaged at {0}. Save what is shown, then clear the timeline."
    )]
    Damaged(Seq),
}

impl Error {
    /// A stable name for the window.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Spill(_) => "timelineUnreadable",
            Self::Damaged(_) => "timelineDamaged",
        }
    }
}

/// Numbers events, keeps the newest `capacity` of them in memory, and writes
/// older ones to a temporary file that is gone when the recorder is.
pub struct Recorder {
    clock: Arc<dyn Clock>,
    capacity: usize,
    state: Mutex<State>,
    live: broadcast::Sender<Arc<Event>>,
}

struct State {
    next: u64,
    recent: VecDeque<Arc<Event>>,
    spill: Option<Spill>,
    /// What led to each kept event, 0 for nothing: on disk first, then in memory.
    causes: VecDeque<u64>,
    /// Events that neither memory nor disk could keep.
    lost: u64,
}

impl Recorder {
    /// A recorder that holds at most `capacity` events (at least one) in memory.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        let state = State {
            next: 1,
            recent: VecDeque::new(),
            spill: None,
            causes: VecDeque::new(),
            lost: 0,
        };
        Self {
            clock,
            capacity: capacity.max(1),
            state: Mutex::new(state),
            live: broadcast::Sender::new(1024),
        }
    }

    /// Every event from now on. A reader that falls behind by more than 1,024
    /// events is told so and catches up by [`Recorder::range`].
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.live.subscribe()
    }

    /// At most `limit` events numbered above `after`, oldest first. Kept events follow each other
    /// without gaps. What lies on disk is read as JSON after the recorder goes on.
    ///
    /// # Errors
    /// When the older part, on disk, cannot be read.
    pub fn range(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Event>>, Error> {
        let from = after.0.saturating_add(1);
        let (lines, recent): (Lines, Vec<_>) = {
            let mut state = self.lock();
            let lines = match &mut state.spill {
                Some(spill) => spill.lines(from, limit)?,
                None => Lines::default(),
            };
            let skipped = from.saturating_sub(state.first_in_memory());
            let recent = state
                .recent
                .iter()
                .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
                .take(limit - lines.count())
                .cloned();
            (lines, recent.collect())
        };
        let mut events = lines.read()?;
        events.extend(recent);
        Ok(events)
    }

    /// The numbers of at most `limit` events that `seq` led to, oldest first. Reads nothing from disk.
    #[must_use]
    pub fn effects(&self, seq: Seq, limit: usize) -> Vec<Seq> {
        if seq.0 == 0 {
            return Vec::new();
        }
        let state = self.lock();
        let first = state.first();
        let skipped = usize::try_from(seq.0.saturating_add(1).saturating_sub(first));
        (first..)
            .zip(&state.causes)
            .skip(skipped.unwrap_or(usize::MAX))
            .filter(|(_, cause)| **cause == seq.0)
            .map(|(effect, _)| Seq(effect))
            .take(limit)
            .collect()
    }

    /// The number of the oldest event that is kept; that of the next one when none is.
    #[must_use]
    pub fn first(&self) -> Seq {
        Seq(self.lock().first())
    }

    /// The event numbered `seq`, if it is still kept.
    ///
    /// # Errors
    /// When it lies on disk and cannot be read.
    pub fn get(&self, seq: Seq) -> Result<Option<Arc<Event>>, Error> {
        if seq.0 == 0 {
            return Ok(None);
        }
        let found = self.range(Seq(seq.0 - 1), 1)?;
        Ok(found.into_iter().find(|event| event.seq == seq))
    }

    /// The number of the newest event; 0 before the first.
    #[must_use]
    pub fn last(&self) -> Seq {
        Seq(self.lock().next - 1)
    }

    /// How many events were dropped because memory was full and the disk refused them.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lock().lost
    }

    /// Forgets every event; numbers go on from where they were.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.recent.clear();
        state.spill = None;
        state.causes.clear();
        state.lost = 0;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Emit for Recorder {
    fn emit(&self, draft: Draft) -> Seq {
        let wall = self.clock.now();
        let mut state = self.lock();
        let seq = Seq(state.next);
        state.next += 1;
        let event = Arc::new(Event {
            seq,
            cause: draft.cause.filter(|cause| cause.0 != 0 && *cause < seq),
            party: draft.party,
            wall,
            party_time: draft.party_time.filter(|time| *time != wall),
            kind: draft.kind.into(),
            deliberate: draft.deliberate,
            raw: draft.raw,
            body: draft.body,
        });
        state
            .causes
            .push_back(event.cause.map_or(0, |cause| cause.0));
        state.recent.push_back(event.clone());
        if state.recent.len() > self.capacity {
            state.spill_oldest();
        }
        // No receiver is no error: nobody watches yet. Sent under the lock, so that readers see the stream in order.
        let _ = self.live.send(event);
        seq
    }
}

impl State {
    fn first(&self) -> u64 {
        self.next - self.causes.len() as u64
    }

    fn first_in_memory(&self) -> u64 {
        self.next - self.recent.len() as u64
    }

    fn spill_oldest(&mut self) {
        let Some(oldest) = self.recent.pop_front() else {
            return;
        };
        let mut spill = match self
            .spill
            .take()
            .map_or_else(|| Spill::create(oldest.seq), Ok)
        {
            Ok(spill) => spill,
            Err(_) => return self.lose(1),
        };
        match spill.append(&oldest) {
            Ok(()) => self.spill = Some(spill),
            // A timeline has no holes: what lies before the event goes with it.
            Err(_) => self.lose(spill.len() + 1),
        }
    }

    fn lose(&mut self, oldest: usize) {
        self.causes.drain(..oldest.min(self.causes.len()));
        self.lost += oldest as u64;
    }
}

#[cfg(test)]
mod tests;
