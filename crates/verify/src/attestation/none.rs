//! `none` (L3 §8.7): an empty statement.

use std::borrow::Cow;

use super::{AttestationType, Statement};

pub(super) fn verify(statement: &Statement<'_, '_>) -> Result<AttestationType, Cow<'static, str>> {
    match statement.object.statement.as_map() {
        Some([]) => Ok(AttestationType::None),
        _ => Err("the format none must have an empty statement".into()),
    }
}
