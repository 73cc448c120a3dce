//! The vault on real parts: a real Secret Service on a private bus, real processes that are killed,
//! real files that are damaged.

#[cfg(unix)]
mod actor;
#[cfg(unix)]
mod crash;
mod damage;
mod files;
#[cfg(target_os = "linux")]
mod keyring;
#[cfg(unix)]
mod processes;
#[cfg(target_os = "linux")]
mod session;
