//! Changes to a policy's text that leave its comments and its order as they are.

use serde_json::{Map, Value as Json};
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::{
    Policy, Problem,
    members::{MEMBERS, SECTIONS, Shape},
};

/// The text with `changes` made: an object of sections like the policy's JSON form, in which null
/// takes a member or a section out, so that its default holds. What `text` says already, which is
/// `policy`, stays as it is written. The outcome is not judged.
///
/// # Errors
/// When `text` is not TOML, or a change has no form in it.
pub(super) fn with_changes(
    text: &str,
    policy: &Policy,
    changes: &Map<String, Json>,
) -> Result<String, Problem> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|_| Problem::of_file("The policy is not TOML."))?;
    let said = serde_json::to_value(policy).unwrap_or_default();
    change(document.as_table_mut(), "", &said, changes)?;
    Ok(document.to_string())
}

/// The changes that lead to this policy: what it leaves out is taken out.
pub(super) fn whole(mut policy: Map<String, Json>) -> Map<String, Json> {
    policy
        .entry("passkeys")
        .or_insert_with(|| Json::Object(Map::new()));
    let pin = policy
        .entry("pin")
        .or_insert_with(|| Json::Object(Map::new()));
    if let Some(pin) = pin.as_object_mut() {
        pin.entry("campaign").or_insert(Json::Null);
    }
    for member in &MEMBERS {
        let mut section = Some(&mut policy);
        for name in member.section.split('.') {
            section = section
                .and_then(|section| section.get_mut(name))
                .and_then(Json::as_object_mut);
        }
        if let Some(section) = section {
            section.entry(member.name).or_insert(Json::Null);
        }
    }
    policy
}

fn change(
    table: &mut dyn TableLike,
    section: &str,
    said: &Json,
    changes: &Map<String, Json>,
) -> Result<(), Problem> {
    for (name, new) in changes {
        let said = said.get(name).unwrap_or(&Json::Null);
        let path = if section.is_empty() {
            name.clone()
        } else {
            format!("{section}.{name}")
        };
        match new {
            Json::Null => {
                table.remove(name);
            }
            Json::Object(inner) if SECTIONS.contains(&path.as_str()) => {
                let item = table
                    .entry(name)
                    .or_insert_with(|| Item::Table(Table::new()));
                let Some(item) = item.as_table_like_mut() else {
                    return Err(Problem::of_file(format!("[{path}] is a section.")));
                };
                change(item, &path, said, inner)?;
            }
            new if new == said => {}
            new => set(table, section, name, new)?,
        }
    }
    Ok(())
}

fn set(table: &mut dyn TableLike, section: &str, name: &str, new: &Json) -> Result<(), Problem> {
    let shape = MEMBERS
        .iter()
        .find(|member| member.section == section && member.name == name)
        .map_or(&Shape::Switch, |member| &member.shape);
    let Some(mut value) = shape.write(new) else {
        let name: String = name.chars().take(40).collect();
        return Err(Problem::of_file(format!(
            "\"{}\" cannot hold what it was given: a switch, a number, text, or a list of them.",
            name.escape_debug()
        )));
    };
    match table.get_mut(name) {
        Some(Item::Value(old)) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        _ => {
            table.insert(name, Item::Value(value));
        }
    }
    Ok(())
}
