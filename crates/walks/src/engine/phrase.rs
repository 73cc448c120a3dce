//! Values as people read them in a sentence.

use serde_json::Value;

const MAX_CHARACTERS: usize = 120;

/// A value in a sentence: a plain word bare, other text in quotation marks, long ones cut.
pub(crate) fn phrase(value: &Value) -> String {
    let whole = match value {
        Value::String(text) if is_word(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        _ => value.to_string(),
    };
    if whole.chars().count() <= MAX_CHARACTERS {
        return whole;
    }
    whole.chars().take(MAX_CHARACTERS).chain(['…']).collect()
}

/// True when text cannot be taken for anything but text, and not for more than one word of it.
fn is_word(text: &str) -> bool {
    text.starts_with(char::is_alphabetic)
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "-_.:/@#".contains(letter))
        && !text.ends_with(['.', ':'])
        && !matches!(text, "true" | "false" | "null" | "nothing")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_text_from_what_it_could_be_taken_for() {
        let phrases = [
            (json!("alice"), "alice"),
            (json!("http://a.localhost"), "http://a.localhost"),
            (json!("5"), "\"5\""),
            (json!("true"), "\"true\""),
            (json!(""), "\"\""),
            (json!("two words"), "\"two words\""),
            (json!("end."), "\"end.\""),
            (json!(5), "5"),
            (json!(true), "true"),
            (json!(null), "nothing"),
            (json!({"a": [1]}), "{\"a\":[1]}"),
        ];
        for (value, expected) in phrases {
            assert_eq!(phrase(&value), expected);
        }
    }

    #[test]
    fn cuts_what_is_long_between_characters() {
        let cut = phrase(&json!("ä".repeat(500)));
        assert_eq!(cut.chars().count(), MAX_CHARACTERS + 1);
        assert!(cut.ends_with('…'));
    }
}
