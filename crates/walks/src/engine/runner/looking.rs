//! After a step: what it led to, beside what was expected.

use std::time::Duration;

use timeline::Clock as _;

use super::{Runner, late, millis};
use crate::engine::{Failure, Step, StepOutcome, StepRun};

/// What a step led to is looked at for so long, however little of the walk's time is left.
const LOOK: Duration = Duration::from_secs(2);

impl Runner {
    /// Checks what the step expects, and writes down what came of it. `working` is when its work
    /// began: what is left of the walk's time is for all its expectations together.
    pub(super) async fn look(
        &mut self,
        at: usize,
        step: &Step,
        outcome: Result<(), Failure>,
        working: Duration,
    ) -> StepOutcome {
        let spent = self.spent + self.clock.monotonic().saturating_sub(working);
        let left = self.walk.deadline.saturating_sub(spent).max(LOOK);
        let until = tokio::time::Instant::now() + left;
        let (since, began) = match self.current {
            Some(current) => (current.since, current.began),
            None => (self.stage.bench.timeline().last(), self.clock.monotonic()),
        };
        let failure = outcome.err().map(|failure| failure.to_string());
        if failure.is_none() {
            for (check, expectation) in self.steps[at].checks.iter_mut().zip(&step.expect) {
                let looking = expectation.check(&self.stage, since);
                *check = match tokio::time::timeout_at(until, looking).await {
                    Ok(check) => check,
                    Err(_) => expectation.unseen(&late(
                        self.walk.deadline,
                        format!("a look at {}", expectation.subject.name()),
                    )),
                };
            }
        }
        self.current = None;
        let run = &mut self.steps[at];
        let held = run.checks.iter().all(|check| check.held == Some(true));
        run.outcome = if failure.is_none() && held {
            StepOutcome::Passed
        } else {
            StepOutcome::Failed
        };
        run.failure = failure;
        run.events = Some((since, self.stage.bench.timeline().last()));
        run.took_millis = millis(self.clock.monotonic().saturating_sub(began));
        let outcome = run.outcome;
        if outcome == StepOutcome::Failed {
            for later in &mut self.steps[at + 1..] {
                later.outcome = StepOutcome::Skipped;
            }
        }
        outcome
    }

    pub(super) fn last_outcome(&self) -> StepOutcome {
        let done = |step: &&StepRun| step.outcome != StepOutcome::Skipped;
        let last = self.steps.iter().rev().find(done);
        last.map_or(StepOutcome::Skipped, |step| step.outcome)
    }
}
