//! The headless binary `touchstone`, run as a user runs it: one module a subcommand or client.

mod verify;
