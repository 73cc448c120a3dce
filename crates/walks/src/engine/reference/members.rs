//! Members of a shape as a table.

use std::fmt::Write as _;

use serde_json::Value;

/// A table lists so many words.
const MAX_LISTED: usize = 12;

/// A table of the members of `shape` but those `without`; what they hold stands below it.
pub(super) fn table(page: &mut String, shape: &Value, schema: &Value, without: &[&str]) {
    let Some(properties) = shape["properties"].as_object() else {
        return;
    };
    let required: Vec<&str> = texts(&shape["required"]);
    let mut names: Vec<&str> = properties
        .keys()
        .map(String::as_str)
        .filter(|name| !without.contains(name))
        .collect();
    // The order of declaration is known of the required ones only.
    names.sort_by_key(|name| {
        let place = required.iter().position(|other| other == name);
        (place.unwrap_or(usize::MAX), *name)
    });
    if names.is_empty() {
        return;
    }
    page.push_str("| member | holds | meaning |\n|---|---|---|\n");
    for name in &names {
        let member = &properties[*name];
        let must = if required.contains(name) {
            ", required"
        } else {
            ""
        };
        let _ = writeln!(
            page,
            "| `{name}` | {}{must} | {} |",
            cell(&kind(member, schema)),
            whole_of(member, schema),
        );
    }
    page.push('\n');
    for name in names {
        variants(page, name, &properties[name], schema);
    }
}

/// The description of a shape, paragraphs kept.
pub(super) fn about(shape: &Value) -> &str {
    shape["description"].as_str().unwrap_or_default()
}

/// The description of a shape in one table cell.
pub(super) fn whole(shape: &Value) -> String {
    cell(about(shape))
}

fn whole_of(member: &Value, schema: &Value) -> String {
    match about(member) {
        "" => whole(resolved(member, schema)),
        _ => whole(member),
    }
}

fn cell(text: &str) -> String {
    text.replace("\n\n", " ")
        .replace('\n', " ")
        .replace('|', "\\|")
}

fn texts(list: &Value) -> Vec<&str> {
    let elements = list.as_array().map(Vec::as_slice).unwrap_or_default();
    elements.iter().filter_map(Value::as_str).collect()
}

fn resolved<'s>(shape: &'s Value, schema: &'s Value) -> &'s Value {
    let name = shape["$ref"]
        .as_str()
        .and_then(|name| name.strip_prefix("#/$defs/"));
    match name {
        Some(name) => &schema["$defs"][name],
        None => shape,
    }
}

fn branches<'s>(shape: &'s Value, schema: &'s Value) -> Vec<&'s Value> {
    let list = shape["oneOf"].as_array().or(shape["anyOf"].as_array());
    let list = list.map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|branch| resolved(branch, schema)).collect()
}

/// What a value is: `text`, `` one of `phone`, `key` ``, `list of text`.
fn kind(shape: &Value, schema: &Value) -> String {
    let shape = resolved(shape, schema);
    let words: Vec<&str> = std::iter::once(shape)
        .chain(branches(shape, schema))
        .flat_map(|shape| {
            shape["const"]
                .as_str()
                .into_iter()
                .chain(texts(&shape["enum"]))
        })
        .collect();
    let tables = branches(shape, schema)
        .iter()
        .any(|branch| branch["properties"].is_object());
    if words.len() > MAX_LISTED {
        return "text, from a list below".to_owned();
    }
    if !words.is_empty() {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let or = if tables { " or a table" } else { "" };
        return words.join(", ") + or;
    }
    let kinds: Vec<&str> = match &shape["type"] {
        Value::String(kind) => vec![kind],
        kinds => texts(kinds),
    };
    let mut names: Vec<String> = kinds
        .iter()
        .map(|kind| match *kind {
            "string" => "text".to_owned(),
            "integer" => "whole number".to_owned(),
            "boolean" => "true or false".to_owned(),
            "object" => "table".to_owned(),
            "array" => format!("list of {}", plural(&kind_of_items(shape, schema))),
            kind => kind.to_owned(),
        })
        .collect();
    if names.is_empty() {
        names = branches(shape, schema)
            .iter()
            .map(|branch| kind(branch, schema))
            .collect();
        names.dedup();
    }
    if names.is_empty() {
        return "any value".to_owned();
    }
    names.join(" or ")
}

fn kind_of_items(shape: &Value, schema: &Value) -> String {
    match shape.get("items") {
        Some(items) => kind(items, schema),
        None => "table".to_owned(),
    }
}

fn plural(kind: &str) -> String {
    match kind {
        "table" => "tables".to_owned(),
        "number" => "numbers".to_owned(),
        "whole number" => "whole numbers".to_owned(),
        kind => kind.to_owned(),
    }
}

/// The tables that a member may hold, one a line.
fn variants(page: &mut String, name: &str, member: &Value, schema: &Value) {
    let shape = resolved(member, schema);
    let tables: Vec<&Value> = branches(shape, schema)
        .into_iter()
        .filter(|branch| branch["properties"].is_object())
        .collect();
    if tables.is_empty() {
        return;
    }
    let _ = writeln!(page, "A table in `{name}`:");
    for table in tables {
        let _ = writeln!(page, "- `{}` {}", drawn(table), whole(table));
    }
    page.push('\n');
}

/// `{ kind = "set", value = … }`
fn drawn(table: &Value) -> String {
    let members = table["properties"].as_object();
    let mut members: Vec<String> = members
        .into_iter()
        .flatten()
        .map(|(name, shape)| match shape["const"].as_str() {
            Some(word) => format!("{name} = \"{word}\""),
            None => format!("{name} = …"),
        })
        .collect();
    members.sort_by_key(|member| member.ends_with('…'));
    format!("{{ {} }}", members.join(", "))
}
