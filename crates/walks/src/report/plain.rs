//! Text from outside, shown as the characters it has.

use std::{borrow::Cow, fmt::Write as _};

/// `text` with every character that would act instead of being seen written as its code point:
/// control characters (but line ends and tabs) and those that turn the direction of writing.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if acts(character) {
            // Writing to a string does not fail.
            let _ = write!(shown, "<U+{:04X}>", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown.into()
}

fn acts(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => true,
        '\u{feff}' | '\u{61c}' => true,
        _ => character.is_control(),
    }
}

/// At most `longest` characters of `text`, its end replaced by an ellipsis.
pub(super) fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => text.into(),
        Some(_) => {
            let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end()).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_or_turn_the_text_is_shown_by_its_number() {
        assert_eq!(plain("Zoë 日本 \u{1b}[31m"), "Zoë 日本 <U+001B>[31m");
        assert_eq!(plain("ab\u{202e}cd\0"), "ab<U+202E>cd<U+0000>");
        assert!(matches!(plain("a\n\tb"), Cow::Borrowed("a\n\tb")));
    }

    #[test]
    fn a_long_text_keeps_its_beginning_in_whole_characters() {
        assert_eq!(shortened("日本日本", 4), "日本日本");
        assert_eq!(shortened("日本日本日", 4), "日本日…");
    }
}
