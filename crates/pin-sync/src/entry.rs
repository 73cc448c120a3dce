//! One PIN typed on a device, held against every usable cache. User verification happens before a
//! credential, hence a relying party, is chosen: so the result is the set of those that matched.
//!
//! In this order: [`Entry::begin`]; store [`Entry::spent`], vault then keyring, all of them, or refuse;
//! [`Entry::compute`] on a thread that may block; [`Entry::settle`]; store that.

use crate::cache::Verifier;
use crate::holding::Holding;
use crate::pin::{Pin, PinHash};
use crate::seen::Reading;

/// An entry under way.
#[derive(Debug, Clone)]
pub struct Entry {
    entrants: Vec<Entrant>,
}

#[derive(Debug, Clone)]
struct Entrant {
    before: Holding,
    spent: Holding,
}

/// What PBKDF2 said, in the order of the entrants.
#[derive(Debug)]
pub struct Answers(Vec<Option<PinHash>>);

/// An entrant after the entry.
#[derive(Debug, Clone)]
pub struct Settled {
    /// What to store.
    pub holding: Holding,
    /// The hash of the PIN just typed, if it is this enrolment's: what answers a workstation.
    pub matched: Option<PinHash>,
}

impl Entry {
    /// Begins with those of `holdings` that may answer now, one try spent each. The others are left
    /// out; none at all leaves an empty entry.
    #[must_use]
    pub fn begin<'a>(holdings: impl IntoIterator<Item = &'a Holding>, now: &Reading) -> Self {
        let usable = holdings
            .into_iter()
            .filter(|holding| holding.judge(now).answers());
        let entrant = |holding: &Holding| {
            let before = holding.noted(now);
            Entrant {
                spent: before.with_tries(before.tries().spent()),
                before,
            }
        };
        Self {
            entrants: usable.map(entrant).collect(),
        }
    }

    /// What must be on disk before anything is computed.
    pub fn spent(&self) -> impl Iterator<Item = &Holding> {
        self.entrants.iter().map(|entrant| &entrant.spent)
    }

    /// Whether no enrolment can answer.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entrants.is_empty()
    }

    /// Runs PBKDF2 for every entrant, whatever the others say. Takes long; blocks.
    #[must_use]
    pub fn compute(&self, pin: &Pin) -> Answers {
        let answer = |entrant: &Entrant| {
            let synced = entrant.before.synced()?;
            let hash = pin.hash(&synced.salt, synced.iterations);
            let verifier = Verifier::of(&entrant.before.record.kv, &hash);
            verifier.same_as(&synced.verifier).then_some(hash)
        };
        Answers(self.entrants.iter().map(answer).collect())
    }

    /// Settles the tries: those that matched go to 0, the others back to what they were; if none
    /// matched, each has spent one.
    #[must_use]
    pub fn settle(self, answers: Answers, now: &Reading) -> Vec<Settled> {
        let any = answers.0.iter().any(Option::is_some);
        let settle = |(entrant, matched): (Entrant, Option<PinHash>)| Settled {
            holding: match (&matched, any) {
                (Some(_), _) => entrant.matched(now),
                (None, true) => entrant.before,
                (None, false) => entrant.spent.after_wrong(),
            },
            matched,
        };
        self.entrants
            .into_iter()
            .zip(answers.0)
            .map(settle)
            .collect()
    }
}

impl Entrant {
    fn matched(&self, now: &Reading) -> Holding {
        let cleared = self.before.with_tries(self.before.tries().cleared());
        match self.before.judge(now).extra_uses_left {
            Some(_) => cleared.with_extra_use(),
            None => cleared,
        }
    }
}

#[cfg(test)]
mod tests;
