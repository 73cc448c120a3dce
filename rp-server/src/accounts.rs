//! Accounts and the ceremonies that make them, add to them and sign in to them.

mod authentication;
mod judged;
mod names;
mod passkeys;
mod registration;

pub(crate) use authentication::SignInFinish;
pub(crate) use registration::{RegistrationFinish, Subject};
