//! What every walk needs and no act in particular.

mod act;
mod cast;
mod expect;
mod failure;
mod names;
mod operator;
mod page;
mod path;
mod phrase;
mod registry;
mod results;
mod stage;
mod unusable;
mod walk;

pub use act::{Act, Doing, Recorded};
pub use cast::{Account, Cast, Player};
pub use expect::{Expectation, Found, Subject};
pub use failure::Failure;
pub use names::{Reference, Role};
pub use operator::{Operator, same};
pub use page::{Page, PageAct, PageView};
pub use path::{Path, PathError};
pub use registry::{ActKind, ReadError, Registry, SubjectKind};
pub use results::{CheckRun, Run, StepOutcome, StepRun, Verdict};
pub use stage::{Secrets, Stage};
pub use unusable::Unusable;
pub use walk::{Step, Walk};
