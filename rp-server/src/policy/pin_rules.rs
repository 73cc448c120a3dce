//! Whether a PIN may be chosen: its length, its characters, and how easily it is guessed.
//!
//! Pure: what an account used before (history) is judged by whoever holds the hashes.

use icu_normalizer::ComposingNormalizerBorrowed;
use pin_sync::apart;
use zeroize::Zeroizing;

use super::{Charset, Pin, Refuse};

/// Why a PIN may not be chosen; it never holds the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Fewer characters than `min-length`.
    #[error("The PIN is too short. Choose one of at least {0} characters.")]
    TooShort(u32),
    /// More characters than `max-length`, or more bytes than a PIN can have.
    #[error("The PIN is too long. Choose one of at most {0} characters.")]
    TooLong(u32),
    /// A character outside `charset`.
    #[error("The PIN may have digits only. Choose one of the digits 0 to 9.")]
    NotDigits,
    /// A control character, which no keypad shows.
    #[error("The PIN has a character that cannot be seen. Choose one without it.")]
    Unseen,
    /// On the blocklist.
    #[error("This PIN is on the list of those that are guessed first. Choose another.")]
    Blocklisted,
    /// See [`Refuse::Mirrored`].
    #[error("The PIN reads the same backwards and is easy to guess. Choose another.")]
    Mirrored,
    /// See [`Refuse::Sequences`].
    #[error("The PIN counts up or down and is easy to guess. Choose another.")]
    Sequence,
    /// See [`Refuse::Repeated`].
    #[error("The PIN repeats itself and is easy to guess. Choose another.")]
    Repeated,
    /// See [`Refuse::Birthdays`].
    #[error("The PIN can be read as a date and is easy to guess. Choose another.")]
    Birthday,
}

impl Refused {
    /// A stable name for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort(_) => "tooShort",
            Self::TooLong(_) => "tooLong",
            Self::NotDigits => "notDigits",
            Self::Unseen => "unseen",
            Self::Blocklisted => "blocklisted",
            Self::Mirrored => "mirrored",
            Self::Sequence => "sequence",
            Self::Repeated => "repeated",
            Self::Birthday => "birthday",
        }
    }
}

/// The most bytes of a PIN in UTF-8, whatever `max-length` says.
pub const MOST_BYTES: usize = 63;

/// Judges a PIN, which is in NFC already and was not trimmed.
///
/// # Errors
/// The first rule that it breaks, in the order of [`Refused`].
pub fn check(pin: &str, rules: &Pin) -> Result<(), Refused> {
    apart(|| judge(pin, rules))
}

fn judge(pin: &str, rules: &Pin) -> Result<(), Refused> {
    // Room for all, so that growing leaves no copy behind.
    let mut letters = Zeroizing::new(Vec::with_capacity(pin.len()));
    letters.extend(pin.chars());
    if letters.len() < rules.min_length as usize {
        return Err(Refused::TooShort(rules.min_length));
    }
    if letters.len() > rules.max_length as usize || pin.len() > MOST_BYTES {
        return Err(Refused::TooLong(rules.max_length));
    }
    if rules.charset == Charset::Digits && !letters.iter().all(char::is_ascii_digit) {
        return Err(Refused::NotDigits);
    }
    if letters.iter().any(|letter| letter.is_control()) {
        return Err(Refused::Unseen);
    }
    let normalizer = ComposingNormalizerBorrowed::new_nfc();
    if rules
        .blocklist
        .iter()
        .any(|entry| normalizer.normalize(entry) == pin)
    {
        return Err(Refused::Blocklisted);
    }
    for kind in &rules.refuse {
        kind.check(&letters)?;
    }
    Ok(())
}

impl Refuse {
    fn check(self, letters: &[char]) -> Result<(), Refused> {
        let (applies, refused) = match self {
            Self::Mirrored => (is_mirrored(letters), Refused::Mirrored),
            Self::Sequences => (is_sequence(letters), Refused::Sequence),
            Self::Repeated => (is_repeated(letters), Refused::Repeated),
            Self::Birthdays => (is_date(letters), Refused::Birthday),
        };
        if applies { Err(refused) } else { Ok(()) }
    }
}

fn is_mirrored(letters: &[char]) -> bool {
    letters.len() > 1 && letters.iter().eq(letters.iter().rev())
}

/// Up or down by one throughout; after 9 comes 0.
fn is_sequence(letters: &[char]) -> bool {
    let follows = |before: char, after: char| match (before.to_digit(10), after.to_digit(10)) {
        (Some(before), Some(after)) => (before + 1) % 10 == after,
        _ => u32::from(before) + 1 == u32::from(after),
    };
    letters.len() > 2
        && (letters.windows(2).all(|pair| follows(pair[0], pair[1]))
            || letters.windows(2).all(|pair| follows(pair[1], pair[0])))
}

/// A shorter group, over and over.
fn is_repeated(letters: &[char]) -> bool {
    (1..=letters.len() / 2).any(|group| {
        letters.len().is_multiple_of(group)
            && letters
                .chunks(group)
                .all(|chunk| chunk == &letters[..group])
    })
}

/// A day with or without its year, or a year: the ways in which people write a birthday.
fn is_date(letters: &[char]) -> bool {
    let mut digits = Zeroizing::new(Vec::with_capacity(letters.len()));
    digits.extend(letters.iter().map_while(|letter| letter.to_digit(10)));
    if digits.len() < letters.len() {
        return false;
    }
    let number = |part: &[u32]| part.iter().fold(0, |number, digit| number * 10 + digit);
    let year = |part: &[u32]| (1900..=2099).contains(&number(part));
    let day = |part: &[u32]| {
        let (first, second) = (number(&part[..2]), number(&part[2..]));
        is_day(first, second) || is_day(second, first)
    };
    match digits.len() {
        4 => day(&digits) || year(&digits),
        6 => day(&digits[..4]) || day(&digits[2..]),
        8 => (day(&digits[..4]) && year(&digits[4..])) || (year(&digits[..4]) && day(&digits[4..])),
        _ => false,
    }
}

fn is_day(day: u32, month: u32) -> bool {
    let last = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

#[cfg(test)]
mod tests;
