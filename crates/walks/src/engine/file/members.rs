//! Checks a value against its schema, with sentences that name what is allowed.

use serde_json::{Map, Value};

use super::{
    nearest::{hint, list},
    tree::{Content, Node, Wrong},
};

/// A sentence lists so many words.
const MAX_LISTED: usize = 12;

/// The definitions that `$ref` points to.
pub(super) type Definitions = Map<String, Value>;

/// Checks `node` against `schema`; `what` names it in a sentence: `this walk`, `page.sign-in`.
pub(super) fn check(
    node: &Node,
    schema: &Value,
    definitions: &Definitions,
    what: &str,
) -> Result<(), Wrong> {
    let check = Check { definitions };
    check.value(node, schema, what)
}

struct Check<'d> {
    definitions: &'d Definitions,
}

impl<'d> Check<'d> {
    fn value(&self, node: &Node, schema: &'d Value, what: &str) -> Result<(), Wrong> {
        if let Some(target) = self.target(schema) {
            self.value(node, target, what)?;
        }
        kind(node, schema, what)?;
        word(node, schema, what)?;
        bounds(node, schema, what)?;
        for name in ["oneOf", "anyOf"] {
            if let Some(Value::Array(branches)) = schema.get(name) {
                self.branches(node, branches, what)?;
            }
        }
        if let Some(items) = schema.get("items") {
            let element = format!("an element of {what}");
            for node in node.elements() {
                self.value(node, items, &element)?;
            }
        }
        if matches!(node.content, Content::Table(_)) {
            self.table(node, schema, what)?;
        }
        Ok(())
    }

    fn target(&self, schema: &Value) -> Option<&'d Value> {
        let name = schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
        self.definitions.get(name)
    }

    /// One of the branches must do; the one that got furthest tells what is wrong.
    fn branches(&self, node: &Node, branches: &'d [Value], what: &str) -> Result<(), Wrong> {
        if let (Content::Table(_), Some(tag)) = (&node.content, self.tag(branches)) {
            return self.tagged(node, branches, tag, what);
        }
        let mut furthest: Option<Wrong> = None;
        for branch in branches {
            match self.value(node, branch, what) {
                Ok(()) => return Ok(()),
                Err(wrong)
                    if furthest
                        .as_ref()
                        .is_none_or(|other| wrong.at() > other.at()) =>
                {
                    furthest = Some(wrong);
                }
                Err(_) => {}
            }
        }
        let words: Vec<&str> = branches.iter().flat_map(words).collect();
        match furthest {
            Some(wrong) if words.is_empty() || wrong.at() > node.span.start => Err(wrong),
            Some(_) => Err(no_word(node, &words, what)),
            None => Ok(()),
        }
    }

    /// The member by whose text the branches are told apart.
    fn tag(&self, branches: &'d [Value]) -> Option<&'d str> {
        let (first, others) = branches.split_first()?;
        let names = self.resolved(first).get("properties")?.as_object()?.keys();
        let tells = |branch: &'d Value, name: &str| !words(self.told(branch, name)).is_empty();
        names
            .map(String::as_str)
            .find(|name| tells(first, name) && others.iter().all(|other| tells(other, name)))
    }

    fn tagged(
        &self,
        node: &Node,
        branches: &'d [Value],
        tag: &str,
        what: &str,
    ) -> Result<(), Wrong> {
        let Some(told) = node.get(tag) else {
            let message = format!("{} has no {}.", begin(what), quoted(tag));
            return Err(Wrong::new(node.span.start, message));
        };
        let all: Vec<&str> = branches
            .iter()
            .flat_map(|branch| words(self.told(branch, tag)))
            .collect();
        let text = node.text(tag);
        let branch = branches
            .iter()
            .find(|branch| text.is_some_and(|text| words(self.told(branch, tag)).contains(&text)));
        match branch {
            Some(branch) => self.value(node, branch, what),
            None => Err(no_word(told, &all, &quoted(tag))),
        }
    }

    fn resolved(&self, schema: &'d Value) -> &'d Value {
        self.target(schema).unwrap_or(schema)
    }

    /// The schema of a branch's member.
    fn told(&self, branch: &'d Value, name: &str) -> &'d Value {
        self.resolved(&self.resolved(branch)["properties"][name])
    }

    /// Unknown and missing members, then the members' own values.
    fn table(&self, node: &Node, schema: &'d Value, what: &str) -> Result<(), Wrong> {
        let others = schema.get("additionalProperties");
        let Some(Value::Object(known)) = schema.get("properties") else {
            return match others {
                Some(others @ Value::Object(_)) => node.members().iter().try_for_each(|member| {
                    self.value(&member.value, others, &quoted(&member.name))
                }),
                _ => Ok(()),
            };
        };
        for member in node.members() {
            if let Some(schema) = known.get(&member.name) {
                self.value(&member.value, schema, &quoted(&member.name))?;
            } else if matches!(others, Some(Value::Bool(false))) {
                let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
                names.sort_unstable();
                let words = || names.iter().copied();
                let message = format!(
                    "{} is no member of {what}. It takes {}.{}",
                    quoted(&member.name),
                    list(words()),
                    hint(&member.name, words()),
                );
                return Err(Wrong::new(member.span.start, message));
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        let missing = required
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .find(|name| node.get(name).is_none());
        match missing {
            Some(name) => {
                let message = format!("{} has no {}.", begin(what), quoted(name));
                Err(Wrong::new(node.span.start, message))
            }
            None => Ok(()),
        }
    }
}

fn kind(node: &Node, schema: &Value, what: &str) -> Result<(), Wrong> {
    let wanted: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => return Ok(()),
    };
    let is = |wanted: &str| match (&node.content, wanted) {
        (Content::Table(_), "object")
        | (Content::Array(_), "array")
        | (Content::Scalar(Value::String(_)), "string")
        | (Content::Scalar(Value::Bool(_)), "boolean")
        | (Content::Scalar(Value::Number(_)), "number") => true,
        (Content::Scalar(Value::Number(number)), "integer") => !number.is_f64(),
        _ => false,
    };
    if wanted.iter().any(|wanted| is(wanted)) {
        return Ok(());
    }
    let wanted: Vec<&str> = wanted
        .iter()
        .map(|wanted| match *wanted {
            "object" => "a table",
            "array" => "an array",
            "string" => "text",
            "boolean" => "true or false",
            "integer" => "a whole number",
            _ => "a number",
        })
        .collect();
    let found = match &node.content {
        Content::Table(_) => "a table",
        Content::Array(_) => "an array",
        Content::Scalar(Value::String(_)) => "text",
        Content::Scalar(Value::Bool(_)) => "true or false",
        Content::Scalar(_) => "a number",
    };
    let message = format!(
        "{} must be {}, not {found}.",
        begin(what),
        wanted.join(" or ")
    );
    Err(Wrong::new(node.span.start, message))
}

/// The texts that a schema allows by name.
fn words(schema: &Value) -> Vec<&str> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(Value::String(word)), _) => vec![word],
        (_, Some(Value::Array(words))) => words.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn word(node: &Node, schema: &Value, what: &str) -> Result<(), Wrong> {
    let words = words(schema);
    let Content::Scalar(Value::String(written)) = &node.content else {
        return Ok(());
    };
    if words.is_empty() || words.contains(&written.as_str()) {
        return Ok(());
    }
    Err(no_word(node, &words, what))
}

fn no_word(node: &Node, words: &[&str], what: &str) -> Wrong {
    let what = begin(what);
    let allowed = if words.len() <= MAX_LISTED {
        format!(" It is one of {}.", list(words.iter().copied()))
    } else {
        String::new()
    };
    let message = match &node.content {
        Content::Scalar(Value::String(written)) => {
            let hint = hint(written, words.iter().copied());
            let help = match (allowed.as_str(), hint.as_str()) {
                ("", "") => " docs/walks.md lists what it can be.",
                (_, hint) => hint,
            };
            format!(
                "{what} cannot be {}.{allowed}{help}",
                Value::from(written.as_str())
            )
        }
        _ => format!("{what} must be text.{allowed}"),
    };
    Wrong::new(node.span.start, message)
}

fn bounds(node: &Node, schema: &Value, what: &str) -> Result<(), Wrong> {
    let (size, low, high, unit) = match &node.content {
        Content::Scalar(Value::Number(number)) => (number.as_f64(), "minimum", "maximum", ""),
        Content::Scalar(Value::String(text)) => {
            let characters = text.chars().count();
            (whole(characters), "minLength", "maxLength", " characters")
        }
        Content::Array(elements) => (whole(elements.len()), "minItems", "maxItems", " elements"),
        Content::Table(_) | Content::Scalar(_) => return Ok(()),
    };
    let bound = |name| schema.get(name).filter(|bound| bound.is_number());
    let verb = if unit.is_empty() {
        "must be"
    } else {
        "must have"
    };
    let (low, high) = (bound(low), bound(high));
    let message = match (low, high, size) {
        (Some(low), _, Some(0.0)) if !unit.is_empty() && low.as_f64() == Some(1.0) => {
            format!("{} must not be empty.", begin(what))
        }
        (Some(low), _, Some(size)) if low.as_f64() > Some(size) => {
            format!("{} {verb} at least {low}{unit}.", begin(what))
        }
        (_, Some(high), Some(size)) if high.as_f64() < Some(size) => {
            format!("{} {verb} at most {high}{unit}.", begin(what))
        }
        _ => return Ok(()),
    };
    Err(Wrong::new(node.span.start, message))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a file has fewer than 2^53 bytes"
)]
fn whole(count: usize) -> Option<f64> {
    Some(count as f64)
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A name at the beginning of a sentence; acts keep theirs.
fn begin(what: &str) -> String {
    if what.starts_with('"')
        || what
            .split(' ')
            .next()
            .is_some_and(|word| word.contains('.'))
    {
        return what.to_owned();
    }
    let mut letters = what.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
