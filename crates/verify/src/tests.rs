//! The judgement, tried with the specification's vectors and with everything that should fail.

mod authentication;
mod registration;
mod truncation;
mod vectors;
mod world;
