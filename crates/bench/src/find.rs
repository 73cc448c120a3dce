//! Looking for events in the timeline, however long it is.

mod sieve;

use std::sync::Arc;

use timeline::{Event, Recorder, Seq};

use self::sieve::Sieve;
use crate::{
    Bench, Error,
    api::{TimelineMatches, TimelineQuery, TimelineRelated},
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
        });
    };
    let mut causes = Vec::new();
    let mut cause = event.cause;
    while let Some(seq) = cause.filter(|_| causes.len() < CAUSES) {
        let found = recorder.get(seq)?;
        cause = found.as_ref().and_then(|found| found.cause);
        causes.extend(found.map(Arc::unwrap_or_clone));
    }
    let mut siblings = event
        .cause
        .map_or(Ok(Vec::new()), |cause| led_to(recorder, cause))?;
    siblings.retain(|sibling| sibling.seq != seq);
    Ok(TimelineRelated {
        effects: led_to(recorder, seq)?,
        event: Some(Arc::unwrap_or_clone(event)),
        causes,
        siblings,
    })
}

fn led_to(recorder: &Recorder, seq: Seq) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    for effect in recorder.effects(seq, EFFECTS) {
        events.extend(recorder.get(effect)?.map(Arc::unwrap_or_clone));
    }
    Ok(events)
}

#[cfg(test)]
mod tests;
