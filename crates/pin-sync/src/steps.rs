//! The server's checks as data, in the shape of the ceremonies' reports, so that the same ladder
//! draws them.

use serde::{Serialize, Serializer};

use crate::Error;
use crate::refusal::Reason;

/// The section that every step names.
pub const SECTION: &str = "pin-sync";

/// One check. Numbers are the profile's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Step {
    /// 1: the body is small enough.
    Size = 1,
    /// 2: it is JSON of its form.
    Parse = 2,
    /// 3: its point is on the curve.
    Point = 3,
    /// 4: it is signed by the enrolled key.
    Signature = 4,
    /// 5: its counter is above the last one.
    Counter = 5,
    /// 6: the account and the policy allow it.
    State = 6,
    /// 7: it continues an exchange that waits for it.
    Exchange = 7,
    /// 8: it opens with that exchange's key.
    Decrypt = 8,
    /// 9: the PIN is right, or may be set.
    Pin = 9,
    /// 10: its code was made with that exchange's key.
    Mac = 10,
}

impl Step {
    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// What the ladder shows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Size => "The message is small enough",
            Self::Parse => "The message has its form",
            Self::Point => "The ephemeral key is a point on the curve",
            Self::Signature => "The enrolled device signed it",
            Self::Counter => "The counter is above the last one",
            Self::State => "The account and the policy allow it",
            Self::Exchange => "It continues an exchange that waits for it",
            Self::Decrypt => "It opens with this exchange's key",
            Self::Pin => "The PIN",
            Self::Mac => "It was made with this exchange's key",
        }
    }

    /// A stable name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Parse => "parse",
            Self::Point => "point",
            Self::Signature => "signature",
            Self::Counter => "counter",
            Self::State => "state",
            Self::Exchange => "exchange",
            Self::Decrypt => "decrypt",
            Self::Pin => "pin",
            Self::Mac => "mac",
        }
    }
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Judged and in order.
    Passed,
    /// Judged and refused.
    Failed,
    /// Not reached.
    NotApplicable,
}

/// One step as judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Which.
    pub step: Step,
    /// What became of it.
    pub outcome: Outcome,
    /// What the server wanted.
    pub expected: Option<String>,
    /// What was there.
    pub actual: Option<String>,
}

impl Serialize for Judged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut step = serializer.serialize_struct("Step", 6)?;
        step.serialize_field("section", SECTION)?;
        step.serialize_field("step", &self.step.number())?;
        step.serialize_field("name", self.step.name())?;
        step.serialize_field("outcome", &self.outcome)?;
        step.serialize_field("expected", &self.expected)?;
        step.serialize_field("actual", &self.actual)?;
        step.end()
    }
}

/// A ladder: all its steps from the start, each judged once, in order. JSON: `{"verified", "steps":
/// [{section, step, name, outcome, expected, actual}]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    steps: Vec<Judged>,
}

impl Steps {
    /// Steps 1 to 6, of an exchange request.
    #[must_use]
    pub fn exchange() -> Self {
        Self::of(&[
            Step::Size,
            Step::Parse,
            Step::Point,
            Step::Signature,
            Step::Counter,
            Step::State,
        ])
    }

    /// Steps 1, 2, 7, 8 and 9, of a second round.
    #[must_use]
    pub fn online() -> Self {
        Self::of(&[
            Step::Size,
            Step::Parse,
            Step::Exchange,
            Step::Decrypt,
            Step::Pin,
        ])
    }

    /// Steps 1, 2, 7 and 10, of an acknowledgement.
    #[must_use]
    pub fn acknowledgement() -> Self {
        Self::of(&[Step::Size, Step::Parse, Step::Exchange, Step::Mac])
    }

    fn of(steps: &[Step]) -> Self {
        let waiting = |step: &Step| Judged {
            step: *step,
            outcome: Outcome::NotApplicable,
            expected: None,
            actual: Some("not judged: an earlier step failed".to_owned()),
        };
        Self {
            steps: steps.iter().map(waiting).collect(),
        }
    }

    /// Reads a body as steps 1 and 2.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Unreadable`].
    pub fn read<B: crate::wire::Body>(&mut self, body: &[u8]) -> Result<B, Error> {
        let length = format!("{} bytes", body.len());
        let most = format!("at most {} bytes", crate::wire::MAX_BODY);
        let size = crate::wire::fits(B::MESSAGE, body);
        self.take(Step::Size, size, most, length)?;
        let parsed = crate::wire::parse(B::MESSAGE, body);
        self.judge(Step::Parse, parsed, &B::MESSAGE.to_string())
    }

    /// Judges a step that the server itself knows about: passes.
    pub fn pass(&mut self, step: Step, expected: impl Into<String>, actual: impl Into<String>) {
        self.set(step, Outcome::Passed, expected.into(), actual.into());
    }

    /// Judges a step that the server itself knows about: fails. No secret in `actual`.
    pub fn fail(&mut self, step: Step, expected: impl Into<String>, actual: impl Into<String>) {
        self.set(step, Outcome::Failed, expected.into(), actual.into());
    }

    /// Step 6 fails for `reason`.
    pub fn refuse(&mut self, reason: Reason) {
        self.fail(Step::State, "open to this device", reason.sentence());
    }

    pub(crate) fn judge<T>(
        &mut self,
        step: Step,
        verdict: Result<T, Error>,
        expected: &str,
    ) -> Result<T, Error> {
        match &verdict {
            Ok(_) => self.pass(step, expected, "in order"),
            Err(error) => self.fail(step, expected, error.to_string()),
        }
        verdict
    }

    pub(crate) fn take(
        &mut self,
        step: Step,
        verdict: Result<(), Error>,
        expected: String,
        actual: String,
    ) -> Result<(), Error> {
        match &verdict {
            Ok(()) => self.pass(step, expected, actual),
            Err(_) => self.fail(step, expected, actual),
        }
        verdict
    }

    fn set(&mut self, step: Step, outcome: Outcome, expected: String, actual: String) {
        if let Some(judged) = self.steps.iter_mut().find(|it| it.step == step) {
            judged.outcome = outcome;
            judged.expected = Some(expected);
            judged.actual = Some(actual);
        }
    }

    /// The steps, in order.
    #[must_use]
    pub fn all(&self) -> &[Judged] {
        &self.steps
    }

    /// Whether every step passed.
    #[must_use]
    pub fn verified(&self) -> bool {
        self.steps.iter().all(|it| it.outcome == Outcome::Passed)
    }

    /// The step that failed.
    #[must_use]
    pub fn failed_at(&self) -> Option<Step> {
        let failed = self.steps.iter().find(|it| it.outcome == Outcome::Failed);
        failed.map(|it| it.step)
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut steps = serializer.serialize_struct("Steps", 2)?;
        steps.serialize_field("verified", &self.verified())?;
        steps.serialize_field("steps", &self.steps)?;
        steps.end()
    }
}
