//! PIN synchronization, profile `touchstone-pin-sync-v1`: the exchange, both sides, and the offline
//! verifier's state machine. Pure: time, randomness and storage come from outside.
//!
//! It may use `webauthn` and `timeline`.
