//! Walks: flows as small text files, played headless and in the window, with
//! what was expected beside what happened. It may use `bench` and what that shows.
//!
//! Terms:
//! - **walk**: one file: a cast (devices, one relying party, accounts, secrets) and steps.
//! - **act**: what the person, a device, the client, an administrator, the clock or the network
//!   does in a step; **expectation**: what must be so afterwards, said of a **subject** by an
//!   operator.
//! - **stage**: the fresh bench on which a run takes place, with its page and its secrets.
//! - **page**: the relying party's page, played over HTTP or in the window's frame.
//!
//! `engine` knows no act and no subject: they live in `acts`, one file a room, and register there.

pub mod acts;
pub mod api;
pub mod desk;
pub mod engine;
mod frame_page;
pub mod http_page;
pub mod kinds;
mod moment;
pub mod report;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a panic of one who held it does not keep the others out.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
