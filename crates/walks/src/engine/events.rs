//! What the rooms' own lists say about the events that walks can expect.

/// Who emits, and the list that says what.
pub(crate) const ROOMS: [(&str, &str); 6] = [
    ("The client", include_str!("../../../client/src/kinds.rs")),
    ("The device", include_str!("../../../device/src/kinds.rs")),
    (
        "The device's authenticator",
        include_str!("../../../authenticator/src/kinds.rs"),
    ),
    (
        "The relying party",
        include_str!("../../../../rp-server/src/kinds.rs"),
    ),
    ("The bench", include_str!("../../../bench/src/kinds.rs")),
    ("The walk", include_str!("../kinds.rs")),
];

/// Each constant's value and what its documentation says.
pub(crate) fn kinds(source: &str) -> Vec<(&str, String)> {
    let mut kinds = Vec::new();
    let mut about: Vec<&str> = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            about.push(text);
        } else {
            let constant = line.strip_prefix("pub const ");
            let value = constant.and_then(|constant| constant.split('"').nth(1));
            kinds.extend(value.map(|value| (value, about.join(" "))));
            about.clear();
        }
    }
    kinds
}

/// Members of an event that are not in its body.
pub(crate) const CIRCUMSTANCES: [&str; 4] = ["$party", "$partyTime", "$cause", "$deliberate"];

/// The words in which an event's list speaks of its body, among them every member that it can have;
/// none when the list does not say.
pub(crate) fn body(kind: &str) -> Option<Vec<String>> {
    let mut lists = ROOMS.iter().flat_map(|(_, source)| kinds(source));
    let (_, about) = lists.find(|(name, _)| *name == kind)?;
    // The relying party's list shows the body as a table.
    let at = about.find("Body:").or_else(|| about.find("`{"))?;
    let body = &about[at..];
    // Every other part stands in backticks.
    let words = body.split('`').skip(1).step_by(2);
    let words = words.flat_map(|word| word.split(|letter: char| !letter.is_alphanumeric()));
    Some(words.map(str::to_owned).collect())
}
