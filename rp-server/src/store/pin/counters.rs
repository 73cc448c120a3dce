//! The counter of an enrolment's exchanges, and what it tells of a copy of the phone.
//!
//! A phone stores a counter before it sends it, and so never uses one twice. Two requests under one
//! counter, or one that comes long after a higher counter, are those of two phones with the same key.

use rusqlite::{Connection, OptionalExtension as _, Result, params};
use serde_json::json;
use timeline::Timestamp;

use super::{Mark, PinEnrolment, Raised, audit, enrolments::signed, queries};
use crate::{Limits, pin::Transition, store::writer::Verdict};

/// Requests that are remembered of an enrolment.
const REMEMBERED: usize = 32;
/// How long a request may be under way while later ones overtake it, in milliseconds.
const LATE: i64 = 5 * 60 * 1000;
const COUNTER: usize = 8;
const LENGTH: usize = 2 * COUNTER + Mark::LENGTH;

/// A request whose counter was above all before it.
#[derive(Clone, Copy)]
struct Taken {
    counter: u64,
    at: Timestamp,
    mark: Mark,
}

pub(super) fn raise(
    db: &Connection,
    limits: &Limits,
    (id, counter, mark): (&str, u64, Mark),
    at: Timestamp,
) -> Result<Verdict<Raised>> {
    let Some(found) = queries::enrolment(db, id)? else {
        return Ok(Verdict::Undo(Raised::Gone));
    };
    let mut taken = remembered(db, id)?;
    // A counter beyond SQLite's numbers could not be told from the next one.
    let last = match i64::try_from(counter) {
        Ok(_) if found.sync_counter < counter => {
            taken.insert(0, Taken { counter, at, mark });
            taken.truncate(REMEMBERED);
            db.prepare_cached(
                "UPDATE pin_enrolment SET sync_counter = ?1, requests = ?2 WHERE id = ?3",
            )?
            .execute(params![signed(counter), written(&taken), id])?;
            return Ok(Verdict::Keep(Raised::Done {
                last: found.sync_counter,
            }));
        }
        Ok(_) => found.sync_counter,
        Err(_) => u64::MAX,
    };
    let line = |what| Transition {
        account: Some(found.account.id.clone()),
        who: "device",
        what,
        detail: json!({
            "enrolmentId": id,
            "deviceName": found.device_name,
            "last": found.sync_counter,
            "sent": counter,
        }),
    };
    audit::log_or_count(db, limits, &line("counterBack"), at)?;
    let is_copy = is_anothers(&taken, counter, &mark, at);
    if is_copy && found.is_open() {
        mark_copied(db, &found, at)?;
        audit::log(db, limits, &line("mayBeCopied"), at)?;
    }
    Ok(Verdict::Keep(Raised::NotAbove { last, is_copy }))
}

/// Whether another phone than the one of these requests sent this one, which is not above them.
fn is_anothers(taken: &[Taken], counter: u64, mark: &Mark, at: Timestamp) -> bool {
    if let Some(same) = taken.iter().find(|taken| taken.counter == counter) {
        return same.mark != *mark;
    }
    let overtook = taken.iter().rfind(|taken| taken.counter > counter);
    overtook.is_some_and(|overtook| at.0.saturating_sub(overtook.at.0) > LATE)
}

fn mark_copied(db: &Connection, found: &PinEnrolment, at: Timestamp) -> Result<()> {
    db.prepare_cached("UPDATE pin_enrolment SET copied_at = ?1 WHERE id = ?2")?
        .execute(params![at.0, found.id])
        .map(drop)
}

/// The latest requests, the latest first.
fn remembered(db: &Connection, id: &str) -> Result<Vec<Taken>> {
    let kept: Option<Option<Vec<u8>>> = db
        .prepare_cached("SELECT requests FROM pin_enrolment WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let kept = kept.flatten().unwrap_or_default();
    let taken = kept.chunks_exact(LENGTH).filter_map(|kept| {
        let (counter, kept) = kept.split_first_chunk::<COUNTER>()?;
        let (at, kept) = kept.split_first_chunk::<COUNTER>()?;
        Some(Taken {
            counter: u64::from_be_bytes(*counter),
            at: Timestamp(i64::from_be_bytes(*at)),
            mark: Mark(kept.try_into().ok()?),
        })
    });
    Ok(taken.collect())
}

/// As [`remembered`] reads them.
fn written(taken: &[Taken]) -> Vec<u8> {
    let mut written = Vec::with_capacity(LENGTH * taken.len());
    for Taken { counter, at, mark } in taken {
        written.extend_from_slice(&counter.to_be_bytes());
        written.extend_from_slice(&at.0.to_be_bytes());
        written.extend_from_slice(&mark.0);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(counter: u64, at: i64, mark: u8) -> Taken {
        Taken {
            counter,
            at: Timestamp(at),
            mark: Mark([mark; Mark::LENGTH]),
        }
    }

    #[test]
    fn a_copy_is_told_from_a_replay_and_from_a_request_that_was_long_under_way() {
        let before = [taken(9, 1_000_000, 9), taken(6, 500_000, 6), taken(5, 0, 5)];
        let sent = |counter, mark, at| {
            is_anothers(&before, counter, &Mark([mark; Mark::LENGTH]), Timestamp(at))
        };
        assert!(!sent(6, 6, 9_000_000), "played again");
        assert!(sent(6, 7, 1_000_001), "two requests under one counter");
        assert!(!sent(7, 7, 1_000_000 + LATE), "overtaken a while ago");
        assert!(sent(7, 7, 1_000_001 + LATE), "overtaken too long ago");
        assert!(sent(3, 3, 1_000_001), "overtaken by the oldest one known");
        assert!(!sent(u64::MAX, 1, 9_000_000), "nothing overtook it");
        assert!(!is_anothers(&[], 1, &Mark([1; Mark::LENGTH]), Timestamp(0)));
    }
}
