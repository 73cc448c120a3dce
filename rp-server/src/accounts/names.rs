//! Names that people type: what is acceptable, and when two are the same.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::Refusal;

/// Characters a name or label may have.
const LONGEST: usize = 64;
/// Characters that turn the direction of text or are not seen: names that differ in these alone
/// look the same.
const UNSEEN: [char; 19] = [
    '\u{00ad}', '\u{061c}', '\u{180e}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}',
    '\u{202c}', '\u{202d}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}',
    '\u{feff}', '\u{2028}', '\u{2029}',
];
/// Joiners, which some scripts and many pictographs need: allowed where nothing is compared.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

const UNSEEN_INSIDE: &str = "it contains characters that cannot be seen";

/// A user name: as typed, and as compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Username {
    pub shown: String,
    pub key: String,
}

impl Username {
    /// Reads a user name: 1 to 64 characters after trimming, in NFC; case does not matter.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        const WHAT: &str = "user name";
        let shown = tidy(text, WHAT)?;
        if shown.contains(JOINERS) {
            return Err(Refusal::NameUnusable {
                what: WHAT,
                why: UNSEEN_INSIDE,
            });
        }
        let key = ComposingNormalizerBorrowed::new_nfc()
            .normalize(&shown.to_lowercase())
            .into_owned();
        Ok(Self { shown, key })
    }
}

/// Reads a display name; an empty one becomes the user name.
pub(crate) fn display_name(text: &str, username: &Username) -> Result<String, Refusal> {
    if text.trim().is_empty() {
        Ok(username.shown.clone())
    } else {
        tidy(text, "display name")
    }
}

/// Reads a passkey's label.
pub(crate) fn label(text: &str) -> Result<String, Refusal> {
    tidy(text, "label")
}

/// Reads a workstation's name.
pub(crate) fn workstation(text: &str) -> Result<String, Refusal> {
    tidy(text, "workstation's name")
}

fn tidy(text: &str, what: &'static str) -> Result<String, Refusal> {
    let unusable = |why| Err(Refusal::NameUnusable { what, why });
    // A bound before any work: no character has more than a handful of code points in NFC.
    if text.len() > LONGEST * 64 {
        return unusable("it may have 64 characters at most");
    }
    let text = ComposingNormalizerBorrowed::new_nfc()
        .normalize(text.trim())
        .into_owned();
    if text.is_empty() {
        return unusable("it is empty");
    }
    if text.chars().count() > LONGEST {
        return unusable("it may have 64 characters at most");
    }
    if text
        .chars()
        .any(|letter| letter.is_control() || UNSEEN.contains(&letter))
    {
        return unusable(UNSEEN_INSIDE);
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
