//! The messages that faults can name, from the tables of the rooms that own them.

mod ctap_fields;
mod http_fields;
mod phones;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use ctap::Command;

use crate::api::{Direction, FaultableMessage};

/// One half of a message that can come.
pub(super) struct Known {
    pub(super) message: String,
    pub(super) direction: Direction,
    pub(super) fields: Vec<Field>,
    pub(super) way: Way,
}

/// Between whom a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Client and device.
    Ctap,
    /// A page and the relying party.
    Http,
}

/// A field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// A dotted path.
    pub(super) path: String,
    /// Whether paths may lead on inside, to names that no table lists.
    pub(super) open: bool,
}

impl Field {
    fn closed(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            open: false,
        }
    }

    fn open(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            open: true,
        }
    }
}

impl Known {
    /// The effects that make sense here, by the names of [`crate::api::Effect`].
    pub(super) fn effects(&self) -> Vec<&'static str> {
        let mut effects = vec!["drop", "delay"];
        if self.direction == Direction::Request {
            effects.push("duplicate");
        }
        if !self.fields.is_empty() {
            effects.push("tamper");
            effects.push("replay");
        }
        effects
    }

    /// Whether `path` can lead anywhere.
    pub(super) fn has(&self, path: &str) -> bool {
        self.fields.iter().any(|field| {
            let inside = path.strip_prefix(field.path.as_str());
            match inside {
                Some("") => true,
                Some(inside) => field.open && inside.starts_with('.') && inside.len() > 1,
                None => false,
            }
        })
    }

    fn shape(&self) -> FaultableMessage {
        FaultableMessage {
            message: self.message.clone(),
            direction: self.direction,
            fields: self.fields.iter().map(|field| field.path.clone()).collect(),
            effects: self.effects().into_iter().map(str::to_owned).collect(),
        }
    }
}

/// Every half of every message: first those between client and device, then those of the API.
pub(super) fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = ctap_fields::messages();
        known.extend(http_fields::messages());
        known
    })
}

/// The messages that faults can name, with their fields, as the window shows them.
#[must_use]
pub fn shapes() -> Vec<FaultableMessage> {
    known().iter().map(Known::shape).collect()
}

/// The name of a CTAP message, if faults can name it.
pub(super) fn ctap_name(command: &Command) -> Option<&'static str> {
    known()
        .iter()
        .any(|known| known.message == command.name())
        .then(|| command.name())
}

/// The name of an API message, such as `POST /api/authentication/finish`.
pub(crate) fn http_name(method: &str, path: &str) -> Option<&'static str> {
    known()
        .iter()
        .filter(|known| known.way == Way::Http)
        .filter_map(|known| Some((known.message.split_once(' ')?, known)))
        .find(|((known, template), _)| *known == method && fits(template, path))
        .map(|(_, known)| known.message.as_str())
}

/// Whether relying parties have this path under `prefix`, in whatever method; else the nearest one
/// they have.
pub(crate) fn api_path(prefix: &str, path: &str) -> Result<(), Option<&'static str>> {
    let templates = || {
        known()
            .iter()
            .filter(|known| known.way == Way::Http)
            .filter_map(|known| Some(known.message.split_once(' ')?.1))
            .filter(|path| path.starts_with(prefix))
    };
    if templates().any(|template| fits(template, path)) {
        Ok(())
    } else {
        Err(nearest(path, templates()))
    }
}

/// Whether a path is one of a template such as `/api/passkeys/{id}`.
fn fits(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    template.split('/').all(|wanted| match segments.next() {
        Some(segment) => wanted == segment || (wanted.starts_with('{') && !segment.is_empty()),
        None => false,
    }) && segments.next().is_none()
}

/// The longest word that is compared letter by letter, in bytes; every known one is shorter.
const LONGEST_WORD: usize = 200;

/// The word most like `word`, if any is like it at all.
pub(super) fn nearest<'a>(word: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    among
        .into_iter()
        .map(|known| (strsim::normalized_damerau_levenshtein(word, known), known))
        .filter(|(likeness, _)| *likeness > 0.4)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, known)| known)
}
