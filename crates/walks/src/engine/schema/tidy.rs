//! Rids a generated schema of what a TOML file cannot hold or an editor does not need.

use serde_json::{Map, Value};

/// TOML has no null: what may be absent is only not required. Widths of numbers say nothing beside
/// their bounds, and line ends in descriptions come from the source's width.
pub(super) fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            without_null(members);
            if members
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(is_width)
            {
                members.remove("format");
            }
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = flowing(text);
            }
            members.values_mut().for_each(tidy);
        }
        Value::Array(elements) => elements.iter_mut().for_each(tidy),
        _ => {}
    }
}

fn is_width(format: &str) -> bool {
    format == "double"
        || format == "float"
        || format.starts_with("uint")
        || format.starts_with("int")
}

fn without_null(members: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = members.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(branches)) = members.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = branches.as_slice() {
            let only = only.clone();
            members.remove("anyOf");
            for (name, value) in only {
                members.entry(name).or_insert(value);
            }
        }
    }
    if let Some(Value::Array(words)) = members.get_mut("enum") {
        words.retain(|word| !word.is_null());
    }
    if members.get("default").is_some_and(Value::is_null) {
        members.remove("default");
    }
}

/// Paragraphs stay, other line ends become blanks.
fn flowing(text: &str) -> String {
    text.split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn takes_null_and_widths_away_and_keeps_the_rest() {
        let mut schema = json!({
            "properties": {
                "a": {"type": ["string", "null"], "description": "One\ntwo.\n\nThree."},
                "b": {"anyOf": [{"$ref": "#/$defs/B"}, {"type": "null"}], "description": "B."},
                "c": {"type": ["integer", "null"], "format": "uint32", "minimum": 0, "default": null},
                "d": {"type": ["string", "integer", "null"], "format": "date-time"},
                "e": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            }
        });
        tidy(&mut schema);
        let expected = json!({
            "properties": {
                "a": {"type": "string", "description": "One two.\n\nThree."},
                "b": {"$ref": "#/$defs/B", "description": "B."},
                "c": {"type": "integer", "minimum": 0},
                "d": {"type": ["string", "integer"], "format": "date-time"},
                "e": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            }
        });
        assert_eq!(schema, expected);
    }
}
