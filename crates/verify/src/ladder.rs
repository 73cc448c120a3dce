//! A ladder under construction: all steps stand from the start, each is judged once.

use std::borrow::Cow;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::fact::Fact;
use crate::steps::Section;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Judged and in order.
    Passed,
    /// Judged and refused.
    Failed,
    /// Nothing to judge, or not reached; the step's `actual` says why.
    NotApplicable,
}

/// One step of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<'a> {
    /// The list that the step belongs to.
    pub section: Section,
    /// The step's number in the specification, from 1.
    pub number: u8,
    /// What became of it.
    pub outcome: Outcome,
    /// What the relying party wanted.
    pub expected: Fact<'a>,
    /// What was there, or why nothing was judged.
    pub actual: Fact<'a>,
    /// Of a failed step: its code and sentence.
    pub(crate) fault: Option<Fault>,
}

/// A failed step's stable code, and what happened as part of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub code: &'static str,
    pub sentence: Cow<'static, str>,
}

impl Step<'_> {
    /// The step's name.
    pub fn name(&self) -> &'static str {
        self.section.steps()[usize::from(self.number) - 1]
    }
}

impl Serialize for Step<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut step = serializer.serialize_struct("Step", 6)?;
        step.serialize_field("section", &self.section)?;
        step.serialize_field("step", &self.number)?;
        step.serialize_field("name", self.name())?;
        step.serialize_field("outcome", &self.outcome)?;
        step.serialize_field("expected", &self.expected)?;
        step.serialize_field("actual", &self.actual)?;
        step.end()
    }
}

pub(crate) struct Ladder<'a> {
    steps: Vec<Step<'a>>,
}

impl<'a> Ladder<'a> {
    /// All steps of the section, none reached yet.
    pub fn new(section: Section) -> Self {
        let steps = (1..=section.steps().len() as u8)
            .map(|number| Step {
                section,
                number,
                outcome: Outcome::NotApplicable,
                expected: Fact::Nothing,
                actual: Fact::NotReached,
                fault: None,
            })
            .collect();
        Self { steps }
    }

    pub fn pass(&mut self, number: u8, expected: Fact<'a>, actual: Fact<'a>) {
        self.set(number, Outcome::Passed, expected, actual);
    }

    pub fn skip(&mut self, number: u8, why: &'static str) {
        self.set(
            number,
            Outcome::NotApplicable,
            Fact::Nothing,
            Fact::Said(why),
        );
    }

    /// Leaves out a range of steps for one reason.
    pub fn skip_all(&mut self, numbers: std::ops::RangeInclusive<u8>, why: &'static str) {
        numbers.for_each(|number| self.skip(number, why));
    }

    pub fn fail(
        &mut self,
        number: u8,
        (code, sentence): (&'static str, impl Into<Cow<'static, str>>),
        expected: Fact<'a>,
        actual: Fact<'a>,
    ) {
        self.set(number, Outcome::Failed, expected, actual);
        self.steps[usize::from(number) - 1].fault = Some(Fault {
            code,
            sentence: sentence.into(),
        });
    }

    /// Passes or fails by `good`.
    pub fn check(
        &mut self,
        number: u8,
        good: bool,
        fault: (&'static str, &'static str),
        expected: Fact<'a>,
        actual: Fact<'a>,
    ) {
        if good {
            self.pass(number, expected, actual);
        } else {
            self.fail(number, fault, expected, actual);
        }
    }

    fn set(&mut self, number: u8, outcome: Outcome, expected: Fact<'a>, actual: Fact<'a>) {
        let step = &mut self.steps[usize::from(number) - 1];
        (step.outcome, step.expected, step.actual) = (outcome, expected, actual);
    }

    /// Whether no step but those after `last` is failed or unreached.
    pub fn holds_up_to(&self, last: u8) -> bool {
        self.steps[..usize::from(last)]
            .iter()
            .all(|step| step.outcome != Outcome::Failed && step.actual != Fact::NotReached)
    }

    pub fn into_steps(self) -> Vec<Step<'a>> {
        self.steps
    }
}
