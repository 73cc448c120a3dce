//! Words in sentences: lists, and the nearest valid one.

/// The longest word that is compared letter by letter, in bytes.
const LONGEST: usize = 100;

/// ` Did you mean "…"?`, or nothing when no word is near.
pub(super) fn hint(written: &str, words: impl IntoIterator<Item = &'static str>) -> String {
    if written.len() > LONGEST {
        return String::new();
    }
    let written = written.to_lowercase().replace(['_', ' '], "-");
    let allowed = |word: &str| (written.chars().count().max(word.len()) / 3).clamp(1, 4);
    words
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&written, word), word))
        .filter(|(distance, word)| *distance <= allowed(word))
        .min_by_key(|(distance, _)| *distance)
        .map_or_else(String::new, |(_, word)| {
            format!(" Did you mean \"{word}\"?")
        })
}

/// `"a"`, `"a" or "b"`, `"a", "b" or "c"`.
pub(super) fn any_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [word] => word.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
