//! What is generated from the list of commands: the window's TypeScript and
//! the permissions, each written by `cargo xtask bindings` and compared by a test.

mod site;

use std::{fmt::Write as _, fs, path::Path};

use crate::commands::{Command, commands};

const TYPES: &str = "ui/bench/src/bindings/types.ts";
const COMMANDS: &str = "ui/bench/src/bindings/commands.ts";
const PERMISSIONS: &str = "src-tauri/permissions/commands.toml";
const SITE: &str = "ui/rp/src/bindings.ts";
const CAPABILITY: &str = "src-tauri/capabilities/window.json";

const HEAD: &str = "Generated from the Rust sources by `cargo xtask bindings`. Do not edit.";

fn types() -> String {
    let mut out = format!(
        "// {HEAD}\n\n{}{}",
        bench::api::typescript(),
        walks::api::typescript()
    );
    out.truncate(out.trim_end().len());
    out.push('\n');
    // The generator leaves blanks at line ends.
    out.lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

fn site() -> String {
    let openapi = serde_json::to_value(rp_server::openapi()).expect("a document is JSON");
    let mut out = format!("// {HEAD}\n\n{}", site::typescript(&openapi));
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn typescript(commands: &[Command]) -> String {
    let mut out = format!(
        "// {HEAD}\n\nimport {{ invoke }} from \"@tauri-apps/api/core\";\nimport type * as t from \"./types\";\n"
    );
    for command in commands {
        let parameters: Vec<String> = command
            .arguments
            .iter()
            .map(|(name, shape)| format!("{}: {}", camel(name), qualified(shape)))
            .collect();
        let names: Vec<String> = command
            .arguments
            .iter()
            .map(|(name, _)| camel(name))
            .collect();
        let passed = if names.is_empty() {
            String::new()
        } else {
            format!(", {{ {} }}", names.join(", "))
        };
        let _ = write!(
            out,
            "\n/** {} */\nexport const {} = ({}): Promise<{}> =>\n  invoke(\"{}\"{passed});\n",
            command.documentation,
            camel(command.name),
            parameters.join(", "),
            qualified(&command.answer),
            command.name,
        );
    }
    out
}

fn permissions(commands: &[Command]) -> String {
    let mut out = format!("# {HEAD}\n");
    for command in commands {
        let _ = write!(
            out,
            "\n[[permission]]\nidentifier = \"{}\"\ndescription = \"{}\"\ncommands.allow = [\"{}\"]\n",
            identifier(command.name),
            command.documentation,
            command.name,
        );
    }
    out
}

fn capability(commands: &[Command]) -> String {
    let mut permissions = vec![
        "core:event:allow-listen".to_owned(),
        "core:event:allow-unlisten".to_owned(),
    ];
    permissions.extend(commands.iter().map(|command| identifier(command.name)));
    let capability = serde_json::json!({
        "identifier": "window",
        "description": HEAD,
        "local": true,
        "windows": ["bench"],
        "permissions": permissions,
    });
    format!("{capability:#}\n")
}

fn identifier(name: &str) -> String {
    format!("allow-{}", name.replace('_', "-"))
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

/// `DeviceSummary | null` becomes `t.DeviceSummary | null`; TypeScript's own types stay.
fn qualified(shape: &str) -> String {
    let named =
        |word: &str| word.starts_with(|first: char| first.is_ascii_uppercase()) && word != "Array";
    let mut out = String::new();
    for part in shape.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric()) {
        if named(part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric())) {
            out.push_str("t.");
        }
        out.push_str(part);
    }
    out
}

#[test]
fn bindings_are_up_to_date() {
    let commands = commands();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = std::env::var_os("TOUCHSTONE_WRITE_BINDINGS").is_some();
    let generated = [
        (TYPES, types()),
        (COMMANDS, typescript(&commands)),
        (SITE, site()),
        (PERMISSIONS, permissions(&commands)),
        (CAPABILITY, capability(&commands)),
    ];
    for (path, expected) in generated {
        let path = root.join(path);
        if write {
            fs::write(&path, &expected).expect("the source tree can be written");
        }
        let found = fs::read_to_string(&path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        assert!(
            found == expected,
            "{} is out of date: run `cargo xtask bindings`",
            path.display()
        );
    }
}

#[test]
fn names_are_turned_as_the_window_expects() {
    assert_eq!(camel("prompt_answer"), "promptAnswer");
    assert_eq!(
        qualified("Array<DeviceSummary> | null"),
        "Array<t.DeviceSummary> | null"
    );
    assert_eq!(qualified("string"), "string");
    assert_eq!(identifier("bench_state"), "allow-bench-state");
}
