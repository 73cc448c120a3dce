//! The API through its router, with an authenticator that holds a real key.

mod authenticator;
mod bodies;
mod ceremonies;
mod challenges;
mod clones;
mod fixture;
mod listening;
mod lost;
mod network;
mod on_the_wire;
mod overview;
mod phones;
mod randomness;
mod refusals;
mod sessions;
