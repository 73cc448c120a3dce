//! Whole devices, driven as their owners and clients drive them, on real vaults.

mod bench;
mod ceremonies;
mod commands;
mod pin;
mod shelf;
mod udp;
