//! What needs no kernel: events as bytes, the node among many, and what is missing.

mod event;
mod missing;
mod node;
