//! The recorder: keeps the newest events in memory and the rest on disk.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::broadcast;

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
    /// Events that neither memory nor disk could keep.
    lost: u64,
}

struct Spill {
    file: File,
    end: u64,
    /// The number of the first spilled event; the rest follow without gaps.
    first: u64,
    /// Where each spilled event's line begins.
    offsets: Vec<u64>,
}

impl Recorder {
    /// A recorder that holds at most `capacity` events (at least one) in memory.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        let state = State {
            next: 1,
            recent: VecDeque::new(),
            spill: None,
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

    /// At most `limit` events numbered above `after`, oldest first.
    ///
    /// # Errors
    /// When the older part, on disk, cannot be read.
    pub fn range(&self, after: Seq, limit: usize) -> Result<Vec<Arc<Event>>, Error> {
        let mut state = self.lock();
        let mut events = match &mut state.spill {
            Some(spill) => spill.read(after.0 + 1, limit)?,
            None => Vec::new(),
        };
        let rest = limit - events.len();
        events.extend(
            state
                .recent
                .iter()
                .filter(|event| event.seq > after)
                .take(rest)
                .cloned(),
        );
        Ok(events)
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
    fn spill_oldest(&mut self) {
        let Some(oldest) = self.recent.pop_front() else {
            return;
        };
        if self
            .spill
            .as_ref()
            .is_some_and(|spill| !spill.is_followed_by(oldest.seq))
        {
            self.spill = None;
        }
        let written = match &mut self.spill {
            Some(spill) => spill.append(&oldest),
            None => Spill::create(oldest.seq).and_then(|mut spill| {
                spill.append(&oldest)?;
                self.spill = Some(spill);
                Ok(())
            }),
        };
        if written.is_err() {
            self.lost += 1;
        }
    }
}

impl Spill {
    fn create(first: Seq) -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile()?,
            end: 0,
            first: first.0,
            offsets: Vec::new(),
        })
    }

    fn is_followed_by(&self, seq: Seq) -> bool {
        self.first + self.offsets.len() as u64 == seq.0
    }

    fn append(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&line)?;
        self.offsets.push(self.end);
        self.end += line.len() as u64;
        Ok(())
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Arc<Event>>, Error> {
        let index = usize::try_from(from.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let Some(start) = self.offsets.get(index) else {
            return Ok(Vec::new());
        };
        self.file.seek(SeekFrom::Start(*start))?;
        let available = self.offsets.len() - index;
        let mut reader = BufReader::new(&mut self.file);
        let mut line = String::new();
        let mut events = Vec::with_capacity(available.min(limit));
        for offset in 0..available.min(limit) {
            line.clear();
            reader.read_line(&mut line)?;
            let seq = Seq(self.first + (index + offset) as u64);
            events.push(
                serde_json::from_str(&line)
                    .map(Arc::new)
                    .map_err(|_| Error::Damaged(seq))?,
            );
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests;
