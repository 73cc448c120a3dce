//! The relying party's HTTP API as TypeScript, from its OpenAPI document.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Members that hold one of WebAuthn's own JSON forms (Level 3 §5.1), which TypeScript knows.
const DOM_TYPES: [(&str, &str, &str); 4] = [
    (
        "RegistrationBegun",
        "publicKey",
        "PublicKeyCredentialCreationOptionsJSON",
    ),
    (
        "RegistrationFinish",
        "credential",
        "RegistrationResponseJSON",
    ),
    (
        "AuthenticationBegun",
        "publicKey",
        "PublicKeyCredentialRequestOptionsJSON",
    ),
    (
        "AuthenticationFinish",
        "credential",
        "AuthenticationResponseJSON",
    ),
];

/// Every schema of the document, in the order of their names.
pub(super) fn typescript(openapi: &Value) -> String {
    let schemas = openapi["components"]["schemas"].as_object();
    let mut out = String::new();
    for (name, schema) in schemas.into_iter().flatten() {
        describe(&mut out, schema, "");
        let _ = match schema["properties"].as_object() {
            Some(members) => {
                writeln!(
                    out,
                    "export interface {name} {{\n{}}}\n",
                    body(name, schema, members)
                )
            }
            None => writeln!(out, "export type {name} = {};\n", shape(schema)),
        };
    }
    out
}

fn body(name: &str, schema: &Value, members: &Map<String, Value>) -> String {
    let required = schema["required"].as_array();
    let mut out = String::new();
    for (member, schema) in members {
        describe(&mut out, schema, "  ");
        let is_required = required.is_some_and(|names| names.iter().any(|name| name == member));
        let dom = DOM_TYPES
            .iter()
            .find(|(owner, at, _)| (*owner, *at) == (name, member.as_str()));
        let shape = dom.map_or_else(|| shape(schema), |(_, _, dom)| (*dom).to_owned());
        let _ = writeln!(
            out,
            "  {member}{}: {shape};",
            if is_required { "" } else { "?" }
        );
    }
    out
}

fn describe(out: &mut String, schema: &Value, indent: &str) {
    if let Some(text) = schema["description"].as_str() {
        let _ = writeln!(out, "{indent}/** {} */", text.replace('\n', " "));
    }
}

fn shape(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or("unknown").to_owned();
    }
    if let Some(choices) = schema["enum"].as_array() {
        return choices
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
            .join(" | ");
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return choices.iter().map(shape).collect::<Vec<_>>().join(" | ");
    }
    match &schema["type"] {
        Value::String(name) => named(name, schema),
        Value::Array(names) => {
            let names = names
                .iter()
                .filter_map(Value::as_str)
                .map(|name| named(name, schema));
            names.collect::<Vec<_>>().join(" | ")
        }
        _ => "unknown".to_owned(),
    }
}

fn named(name: &str, schema: &Value) -> String {
    match name {
        "integer" | "number" => "number".to_owned(),
        "array" => format!("{}[]", shape(&schema["items"])),
        "object" => "Record<string, unknown>".to_owned(),
        other => other.to_owned(),
    }
}
