//! Accounts and the ceremonies that make them, add to them and sign in to them.

mod authentication;
mod confirmation;
mod judged;
mod names;
mod passkeys;
mod registration;

pub(crate) use authentication::SignInFinish;
pub(crate) use confirmation::{ConfirmationFinish, Confirmed};
pub(crate) use names::{Username, workstation};
pub(crate) use registration::{RegistrationFinish, Subject};
