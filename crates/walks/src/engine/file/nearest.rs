//! The nearest valid word.

/// The longest word that is compared letter by letter, in bytes; every valid one is shorter.
const LONGEST: usize = 200;

/// The word that was probably meant: one or two slips away, or the same after its room.
pub(super) fn nearest<'w>(
    written: &str,
    words: impl IntoIterator<Item = &'w str>,
) -> Option<&'w str> {
    if written.len() > LONGEST {
        return None;
    }
    let written = plain(written);
    words
        .into_iter()
        .filter_map(|word| {
            let known = plain(word);
            let after_room = known.rsplit_once('.').map(|(_, verb)| verb);
            if known.len() > LONGEST {
                return None;
            }
            let distance = if after_room == Some(written.as_str()) {
                1
            } else {
                strsim::damerau_levenshtein(&written, &known)
            };
            let allowed = (written.chars().count().max(known.chars().count()) / 3).clamp(1, 4);
            (distance <= allowed).then_some((distance, word))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// ` Did you mean "…"?`, or nothing.
pub(super) fn hint<'w>(written: &str, words: impl IntoIterator<Item = &'w str>) -> String {
    match nearest(written, words) {
        Some(word) => format!(" Did you mean \"{word}\"?"),
        None => String::new(),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn plain(word: &str) -> String {
    word.to_lowercase().replace(['_', ' '], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_probably_meant() {
        let words = [
            "page.sign-in",
            "page.sign-out",
            "person.touch",
            "clock.skip",
        ];
        assert_eq!(nearest("page.sing-in", words), Some("page.sign-in"));
        assert_eq!(nearest("page.sign_out", words), Some("page.sign-out"));
        assert_eq!(nearest("touch", words), Some("person.touch"));
        assert_eq!(nearest("Clock.Skip", words), Some("clock.skip"));
        assert_eq!(nearest("fault.drop", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest("is", ["at-least"]), None);
        assert_eq!(
            nearest("displayName", ["display-name"]),
            Some("display-name")
        );
    }

    #[test]
    fn lists_words_as_a_sentence_does() {
        assert_eq!(list([]), "none");
        assert_eq!(list(["a"]), "a");
        assert_eq!(list(["a", "b", "c"]), "a, b and c");
    }
}
