//! TOML as a tree that remembers where everything stands.

use std::{ops::Range, path::Path};

use serde_json::{Map, Number, Value};
use toml::{
    Spanned,
    de::{DeInteger, DeTable, DeValue},
};

use crate::engine::Unusable;

/// What is wrong, and at which byte of the text.
#[derive(Debug)]
pub(super) struct Wrong {
    at: usize,
    message: String,
    place: Option<(u32, u32)>,
}

impl Wrong {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            place: None,
        }
    }

    /// Something wrong in what is no text; all before `at` is.
    pub(super) fn of_bytes(bytes: &[u8], at: usize, message: &str) -> Self {
        let text = String::from_utf8_lossy(&bytes[..at]);
        Self {
            place: Some(place(&text, text.len())),
            ..Self::new(at, message)
        }
    }

    /// The byte of the text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The same with the file's name, line and column.
    pub(super) fn in_file(self, file: &Path, text: &str) -> Unusable {
        let (line, column) = self.place.unwrap_or_else(|| place(text, self.at));
        Unusable {
            file: file.to_owned(),
            line,
            column,
            message: self.message,
        }
    }
}

/// Line and column of a byte, both from 1; columns count characters.
pub(super) fn place(text: &str, at: usize) -> (u32, u32) {
    let mut end = at.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[start..].chars().count() + 1;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    (number(line), number(column))
}

/// A value of the file.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// Members in the file's order.
    Table(Vec<Member>),
    Array(Vec<Node>),
    /// Text, a number or a boolean; a date is its text.
    Scalar(Value),
}

/// A member of a table.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    pub(super) value: Node,
}

impl Node {
    /// Its members; none when it is no table.
    pub(super) fn members(&self) -> &[Member] {
        match &self.content {
            Content::Table(members) => members,
            Content::Array(_) | Content::Scalar(_) => &[],
        }
    }

    /// Its elements; none when it is no array.
    pub(super) fn elements(&self) -> &[Node] {
        match &self.content {
            Content::Array(elements) => elements,
            Content::Table(_) | Content::Scalar(_) => &[],
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.member(name).map(|member| &member.value)
    }

    /// The text of a member.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match &self.get(name)?.content {
            Content::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn json(&self) -> Value {
        match &self.content {
            Content::Table(members) => Value::Object(json(members)),
            Content::Array(elements) => elements.iter().map(Self::json).collect(),
            Content::Scalar(value) => value.clone(),
        }
    }

    /// Something wrong with the value at `path`, dotted, or with the nearest there is to it.
    pub(super) fn wrong(&self, path: &str, message: impl Into<String>) -> Wrong {
        let mut node = self;
        let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
        for step in steps {
            let inner = node
                .get(step)
                .or_else(|| node.elements().get(step.parse::<usize>().ok()?));
            match inner {
                Some(inner) => node = inner,
                None => break,
            }
        }
        Wrong::new(node.span.start, message)
    }
}

/// A table's members as JSON.
pub(super) fn json<'m>(members: impl IntoIterator<Item = &'m Member>) -> Map<String, Value> {
    members
        .into_iter()
        .map(|member| (member.name.clone(), member.value.json()))
        .collect()
}

/// Reads TOML.
pub(super) fn parse(text: &str) -> Result<Node, Wrong> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let at = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
    if let Some(error) = errors.iter().min_by_key(|error| at(error)) {
        return Err(Wrong::new(at(error), no_toml(text, error)));
    }
    Ok(Node {
        span: 0..0,
        content: Content::Table(members(table.into_inner())?),
    })
}

fn no_toml(text: &str, error: &toml::de::Error) -> String {
    let key = error.span().and_then(|span| text.get(span));
    match (error.message(), key) {
        ("duplicate key", Some(key)) => format!("\"{key}\" is written twice. Keep one of them."),
        (message, _) => format!("This is no TOML: {}.", message.replace('\n', ", ")),
    }
}

fn members(table: DeTable<'_>) -> Result<Vec<Member>, Wrong> {
    let mut members = Vec::with_capacity(table.len());
    for (key, value) in table {
        members.push(Member {
            span: key.span(),
            name: key.into_inner().into_owned(),
            value: node(value)?,
        });
    }
    members.sort_by_key(|member| member.span.start);
    Ok(members)
}

fn node(value: Spanned<DeValue<'_>>) -> Result<Node, Wrong> {
    let span = value.span();
    let content = match value.into_inner() {
        DeValue::String(text) => Content::Scalar(text.into_owned().into()),
        DeValue::Integer(number) => Content::Scalar(integer(&number, &span)?),
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(Number::from_f64);
            Content::Scalar(Value::Number(number.ok_or_else(|| {
                Wrong::new(span.start, "A walk compares finite numbers only.")
            })?))
        }
        DeValue::Boolean(value) => Content::Scalar(value.into()),
        DeValue::Datetime(time) => Content::Scalar(time.to_string().into()),
        DeValue::Array(elements) => {
            let elements: Result<_, _> = elements.into_iter().map(node).collect();
            Content::Array(elements?)
        }
        DeValue::Table(table) => Content::Table(members(table)?),
    };
    Ok(Node { span, content })
}

fn integer(number: &DeInteger<'_>, span: &Range<usize>) -> Result<Value, Wrong> {
    i64::from_str_radix(number.as_str(), number.radix())
        .map(Value::from)
        .map_err(|_| {
            let message = format!("{number} is out of range: whole numbers have 64 bits.");
            Wrong::new(span.start, message)
        })
}
