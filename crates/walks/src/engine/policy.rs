//! Policies in walks, held against what a relying party takes, before anything is played.

use serde_json::{Map, Value, json};

/// What is wrong with these changes to any policy: the member concerned, dotted, and a sentence.
pub(crate) fn problem(changes: &Map<String, Value>) -> Option<(String, String)> {
    leaves(changes).into_iter().find_map(|(section, name)| {
        let problem = bench::policy_changeable(&alone(changes, section, name)).err()?;
        let name = name.map(|name| format!(".{name}")).unwrap_or_default();
        Some((format!("{section}{name}"), problem.message))
    })
}

/// The same of changes to the policy that holds at the start; they are held against each other, too.
pub(super) fn problem_at_start(changes: &Map<String, Value>) -> Option<(String, String)> {
    problem(changes).or_else(|| {
        let problem = bench::policy_changed(changes).err()?;
        Some((problem.member.unwrap_or_default(), problem.message))
    })
}

/// Each member's place: in a section, or beside the sections. What a section within a section holds
/// is left to the relying party: it may be no policy without what is in force already.
fn leaves(changes: &Map<String, Value>) -> Vec<(&str, Option<&str>)> {
    let mut leaves = Vec::new();
    for (section, value) in changes {
        match value {
            Value::Object(members) => {
                let members = members.iter().filter(|(_, value)| !value.is_object());
                leaves.extend(members.map(|(name, _)| (section.as_str(), Some(name.as_str()))));
            }
            _ => leaves.push((section.as_str(), None)),
        }
    }
    leaves
}

/// The change of this member and of no other.
fn alone(changes: &Map<String, Value>, section: &str, name: Option<&str>) -> Map<String, Value> {
    let value = match name {
        Some(name) => json!({ name: changes[section][name] }),
        None => changes[section].clone(),
    };
    Map::from_iter([(section.to_owned(), value)])
}
