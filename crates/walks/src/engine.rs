//! What every walk needs and no act in particular.

mod act;
mod cast;
pub(crate) mod events;
mod expect;
mod failure;
mod file;
mod folder;
mod names;
pub mod normal;
mod operator;
mod page;
mod path;
mod phrase;
pub(crate) mod policy;
pub(crate) mod quiet;
#[cfg(test)]
mod reference;
mod registry;
mod results;
mod runner;
mod schema;
mod secrets;
mod stage;
#[cfg(test)]
mod test_acts;
mod unusable;
mod walk;

pub use act::{Act, Doing, Recorded};
pub use cast::{Account, Cast, Player};
pub use expect::{Expectation, Found, Subject};
pub use failure::Failure;
pub use names::{Reference, Role};
pub use operator::{Operator, covers, same};
pub use page::{Page, PageAct, PageView};
pub use path::{Path, PathError};
pub use registry::{ActKind, FindAct, ReadError, Registry, SubjectKind};
pub use results::{CheckRun, Fault, Run, StepOutcome, StepRun, Verdict};
pub use runner::{Options, Runner, run};
pub use schema::{MAX_SEED, json_schema};
pub use secrets::Secrets;
pub use stage::Stage;
pub use unusable::Unusable;
pub use walk::{Step, Walk};
