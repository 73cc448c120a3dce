//! The headless `touchstone` binary.
fn main() {}
