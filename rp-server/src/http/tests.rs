//! The API through its router, with an authenticator that holds a real key.

mod authenticator;
mod bodies;
mod ceremonies;
mod challenges;
mod fixture;
mod listening;
mod refusals;
mod sessions;
