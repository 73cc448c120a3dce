//! Whole devices, driven as their owners and clients drive them, on real vaults.

mod app_lock;
mod bench;
mod ceremonies;
mod client_pin;
mod commands;
mod fingerprint;
mod key_ceremonies;
mod key_channel;
mod key_pin;
mod owners;
mod pin;
mod settings;
mod shelf;
mod synced;
mod synced_entry;
mod synced_pins;
mod udp;
mod unverifiable;
mod verification;
