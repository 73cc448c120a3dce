//! The timeline: one ordered stream of everything that happened on the bench.
//!
//! A leaf room. Every other room says what it did by [`Emit`]; the window's
//! Wire pane, the walks and the exports are nothing but that stream drawn.
//! Each room defines its own kinds of event and documents them in its own
//! front page; this room knows none of them.
//!
//! Terms:
//! - **event**: one thing that happened, with the event that caused it.
//! - **draft**: an event before the recorder has numbered it.
//! - **party**: who did it (device, client, relying party, or the bench itself).
//! - **deliberate**: the tester asked for this to go wrong.
//!
//! Secrets never enter: a room replaces them *before* it emits, so that the
//! recorder never holds one.

mod clock;
mod event;
mod export;
mod recorder;

pub use clock::{Clock, ManualClock, Sleep, Timestamp};
pub use event::{Draft, Emit, Event, Party, Seq, Silent};
pub use export::{Export, redact};
pub use recorder::{Error, Recorder};
