//! What differs between two policies.

use serde::Serialize;
use serde_json::Value as Json;

use super::Policy;

/// One member that has another value now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Change {
    /// Its name with its section, such as `pin.validity`.
    pub member: String,
    pub from: Json,
    pub to: Json,
}

/// The members that differ, by name; sections that come or go, member by member.
pub(crate) fn changes(from: &Policy, to: &Policy) -> Vec<Change> {
    let json = |policy: &Policy| serde_json::to_value(policy).unwrap_or_default();
    let mut found = Vec::new();
    compare("", &json(from), &json(to), &mut found);
    found
}

fn compare(member: &str, from: &Json, to: &Json, found: &mut Vec<Change>) {
    let nothing = serde_json::Map::new();
    match (from, to) {
        (from, to) if from == to => {}
        (Json::Object(_), Json::Object(_) | Json::Null) | (Json::Null, Json::Object(_)) => {
            let (from, to) = (
                from.as_object().unwrap_or(&nothing),
                to.as_object().unwrap_or(&nothing),
            );
            let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let inner = if member.is_empty() {
                    name.clone()
                } else {
                    format!("{member}.{name}")
                };
                let of = |side: &serde_json::Map<String, Json>| {
                    side.get(name).cloned().unwrap_or(Json::Null)
                };
                compare(&inner, &of(from), &of(to), found);
            }
        }
        (from, to) => found.push(Change {
            member: member.to_owned(),
            from: from.clone(),
            to: to.clone(),
        }),
    }
}
