//! The kinds of event this room emits; all have the party `bench`.

/// A walk began. Body: `title`, `seed`.
pub const WALK_STARTED: &str = "bench.walk.started";
/// A step of it began. Body: `number` (from 1), `title`, `act`.
pub const WALK_STEP: &str = "bench.walk.step";
/// It ended. Body: `verdict` (`passed`, `failed`, or `running` when it was left), `steps` (how many
/// were done).
pub const WALK_ENDED: &str = "bench.walk.ended";
/// A look-alike page begins a sign-in; deliberate. Body: `origin`.
pub const PHISHED: &str = "bench.page.impersonated";
/// A program begins to ask for a workstation's questions and to guess at each; deliberate. Body:
/// `account`, `workstation`, `count` (how many).
pub const FLOODED: &str = "bench.logons.flooded";

/// Every kind of event that this room emits.
pub const EVERY: &[&str] = &[WALK_STARTED, WALK_STEP, WALK_ENDED, PHISHED, FLOODED];
