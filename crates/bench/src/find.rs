//! Looking for events in the timeline, however long it is.

mod sieve;

use std::sync::Arc;

use timeline::{Event, Recorder, Seq};

use self::sieve::Sieve;
use crate::{
    Bench, Error,
    api::{KindGroup, TimelineMatches, TimelineQuery, TimelineRelated},
    bench::blocking,
};

/// Events that one call looks at, so that the first answer is soon there.
const LOOKED_AT: usize = 5_000;

/// Events that are read at once.
const PAGE: usize = 500;

/// How far back causes are followed: to the request of the answer that led to an event.
const CAUSES: usize = 3;

/// Most effects that are told.
const EFFECTS: usize = 50;

/// Most CTAPHID reports that are told: a command and its answer of the greatest length have 257.
const FRAMES: usize = 300;

impl Bench {
    /// Numbers of the events above `after` that fit the query; looks at 5,000 events at most.
    ///
    /// # Errors
    /// [`Error::Query`] when the query is too long, [`Error::Timeline`].
    pub async fn timeline_find(
        &self,
        query: TimelineQuery,
        after: u32,
    ) -> Result<TimelineMatches, Error> {
        let bench = self.clone();
        blocking(move || {
            let devices = if query.text.trim().is_empty() {
                Vec::new()
            } else {
                // A shut vault knows no names; the text itself is found all the same.
                bench.devices().unwrap_or_default()
            };
            let sieve = Sieve::new(query, &devices)?;
            look(bench.timeline(), &sieve, Seq(after.into()))
        })
        .await
    }

    /// An event, what led to it and what it led to.
    ///
    /// # Errors
    /// [`Error::Timeline`] when the older part cannot be read.
    pub async fn timeline_related(&self, seq: u32) -> Result<TimelineRelated, Error> {
        let recorder = self.timeline().clone();
        blocking(move || related(&recorder, Seq(seq.into()))).await
    }
}

fn look(recorder: &Recorder, sieve: &Sieve, after: Seq) -> Result<TimelineMatches, Error> {
    let mut seqs = Vec::new();
    let mut last = after;
    for _ in 0..LOOKED_AT / PAGE {
        let page = recorder.range(last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.seq;
        for event in &page {
            if sieve.passes(event, |seq| recorder.get(seq).ok().flatten()) {
                seqs.push(event.seq.0);
            }
        }
    }
    Ok(TimelineMatches {
        seqs,
        last: last.0,
        more: last < recorder.last() && last >= recorder.first(),
    })
}

fn related(recorder: &Recorder, seq: Seq) -> Result<TimelineRelated, Error> {
    let Some(event) = recorder.get(seq)? else {
        return Ok(TimelineRelated {
            event: None,
            causes: Vec::new(),
            effects: Vec::new(),
            siblings: Vec::new(),
            frames: Vec::new(),
        });
    };
    let mut causes = Vec::new();
    let mut cause = event.cause;
    while let Some(seq) = cause.filter(|_| causes.len() < CAUSES) {
        let found = recorder.get(seq)?;
        cause = found.as_ref().and_then(|found| found.cause);
        causes.extend(found.map(Arc::unwrap_or_clone));
    }
    let (effects, mut frames) = led_to(recorder, seq)?;
    let (mut siblings, around) = event
        .cause
        .map_or(Ok(Default::default()), |cause| led_to(recorder, cause))?;
    siblings.retain(|sibling| sibling.seq != seq);
    if frames.is_empty() {
        frames = around;
    }
    Ok(TimelineRelated {
        effects,
        event: Some(Arc::unwrap_or_clone(event)),
        causes,
        siblings,
        frames,
    })
}

/// What an event led to, and the CTAPHID reports among that.
fn led_to(recorder: &Recorder, seq: Seq) -> Result<(Vec<Event>, Vec<Event>), Error> {
    let (mut events, mut frames) = (Vec::new(), Vec::new());
    for effect in recorder.effects(seq, EFFECTS + FRAMES) {
        let Some(event) = recorder.get(effect)? else {
            continue;
        };
        let (kept, most) = match sieve::group_of(&event.kind) {
            KindGroup::Frames => (&mut frames, FRAMES),
            _ => (&mut events, EFFECTS),
        };
        if kept.len() < most {
            kept.push(Arc::unwrap_or_clone(event));
        }
    }
    Ok((events, frames))
}

#[cfg(test)]
mod tests;
