//! What every walk needs and no act in particular.

mod act;
mod cast;
mod expect;
mod failure;
mod page;
mod registry;
mod results;
mod stage;

pub use act::{Act, Doing, Recorded};
pub use cast::{Account, Cast, Player};
pub use expect::{Found, Subject};
pub use failure::Failure;
pub use page::{Page, PageAct, PageView};
pub use registry::{ActKind, ReadError, Registry, SubjectKind};
pub use results::{CheckRun, Run, StepOutcome, StepRun, Verdict};
pub use stage::{Secrets, Stage};
