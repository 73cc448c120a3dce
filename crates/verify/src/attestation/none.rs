//! `none` (L3 §8.7): an empty statement.

use std::borrow::Cow;

use super::{AttestationType, Statement, Verified};

pub(super) fn verify<'s>(statement: &Statement<'s, '_>) -> Result<Verified<'s>, Cow<'static, str>> {
    match statement.object.statement.as_map() {
        Some([]) => Ok(Verified {
            kind: AttestationType::None,
            chain: Vec::new(),
        }),
        _ => Err("the format none must have an empty statement".into()),
    }
}
