//! Acts: what is done in a step.

use std::{fmt, future::Future, pin::Pin};

use bench::api::PlugWay;
use timeline::Event;

use super::{Cast, Failure, Reference, Stage, Step};

/// Something under way on a stage.
pub type Doing<'a, T = ()> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What is done in a step.
pub trait Act: fmt::Debug + Send + Sync {
    /// Does it. Returns as soon as it is set going: the runner waits until all is quiet.
    fn perform<'a>(&'a self, stage: &'a Stage) -> Doing<'a>;

    /// What a tester is asked to do, as a sentence: `Touch phone.`
    fn instruction(&self, cast: &Cast) -> String;

    /// True for the event which shows that somebody has done it.
    fn shown_by(&self, event: &Event, cast: &Cast) -> bool;

    /// True when what the event shows was a slip of the tester's: it can be done again, and the walk
    /// waits for that. `before` are the steps before this one.
    fn slipped(&self, _event: &Event, _before: &[Step]) -> bool {
        false
    }

    /// What is wrong with it whatever the bench is like: the member concerned, dotted, and a sentence.
    fn problem(&self) -> Option<(String, String)> {
        None
    }

    /// How it plugs a device in, when it does.
    fn plugs(&self) -> Option<PlugWay> {
        None
    }

    /// The names of the cast that it uses, and those that it brings in.
    fn refers(&self) -> Vec<Reference> {
        Vec::new()
    }
}

/// An act that a recorder finds again in the timeline.
pub trait Recorded: Act + Sized {
    /// The act that this event shows; `before` is the timeline up to it, oldest first.
    fn recorded(event: &Event, before: &[Event], cast: &Cast) -> Option<Self>;
}
