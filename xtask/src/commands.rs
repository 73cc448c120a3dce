//! The commands, one file for each group.

mod audit;
mod check;
mod measure;
mod run;
mod shots;
mod test;
mod vm;

pub use audit::audit;
pub use check::{bindings, check};
pub use measure::measure;
pub use run::run;
pub use shots::shots;
pub use test::test;
pub use vm::vm;
