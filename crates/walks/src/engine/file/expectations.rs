//! Reads expectations.

use serde_json::{Number, Value};

use super::{
    cast::Names,
    members,
    nearest::{hint, list},
    steps::told,
    tree::{self, Content, Member, Node, Wrong},
};
use crate::engine::{
    Expectation, Operator, Path, Registry, SubjectKind,
    operator::order,
    schema::{EXPECTATION_MEMBERS, Shapes},
};

/// One expectation.
pub(super) fn read(
    node: &Node,
    registry: &Registry,
    shapes: &Shapes,
    text: &str,
    names: &mut Names,
) -> Result<Expectation, Wrong> {
    if !matches!(node.content, Content::Table(_)) {
        return Err(Wrong::new(
            node.span.start,
            "An expectation is a table: { event = \"rp.session.bound\", field = \"account\", is = \"alice\" }.",
        ));
    }
    let (index, kind) = kind(node, registry, shapes)?;
    known(node, kind, &shapes.expectations[index])?;
    let what = format!("the expectation of \"{}\"", kind.name);
    members::check(
        node,
        &shapes.expectations[index],
        &shapes.definitions,
        &what,
    )?;
    let field = field(node)?;
    let operator = operator(node, field.is_some())?;
    let own = node
        .members()
        .iter()
        .filter(|member| !EXPECTATION_MEMBERS.contains(&member.name.as_str()));
    let subject = (kind.read)(Value::Object(tree::json(own)))
        .map_err(|error| told(node, kind.name, &error))?;
    for reference in subject.refers() {
        names.check(&reference, node)?;
    }
    if let Some((member, sentence)) = subject.problem(field.as_ref(), &operator) {
        return Err(node.wrong(&member, sentence));
    }
    Ok(Expectation {
        subject,
        field,
        operator,
        line: tree::place(text, node.span.start).0,
    })
}

/// The subject: the one whose members may stand beside all others that are subjects, too.
fn kind<'r>(
    node: &Node,
    registry: &'r Registry,
    shapes: &Shapes,
) -> Result<(usize, &'r SubjectKind), Wrong> {
    let words = || registry.subjects.iter().map(|kind| kind.name);
    let written: Vec<&Member> = node
        .members()
        .iter()
        .filter(|member| words().any(|word| word == member.name))
        .collect();
    let takes =
        |index: usize, name: &str| shapes.expectations[index]["properties"].get(name).is_some();
    let subjects = || registry.subjects.iter().enumerate();
    let found = written.iter().find_map(|member| {
        subjects().find(|(index, kind)| {
            kind.name == member.name && written.iter().all(|other| takes(*index, &other.name))
        })
    });
    match (found, written.as_slice()) {
        (Some(found), _) => Ok(found),
        (None, [first, second, ..]) => Err(Wrong::new(
            second.span.start,
            format!(
                "An expectation has one subject, and \"{}\" and \"{}\" are two. Write two expectations.",
                first.name, second.name
            ),
        )),
        (None, _) => Err(no_subject(node, &words().collect::<Vec<_>>())),
    }
}

fn no_subject(node: &Node, words: &[&str]) -> Wrong {
    let meant = node
        .members()
        .iter()
        .filter(|member| !EXPECTATION_MEMBERS.contains(&member.name.as_str()))
        .find(|member| !hint(&member.name, words.iter().copied()).is_empty());
    match meant {
        Some(member) => Wrong::new(
            member.span.start,
            format!(
                "\"{}\" is no subject.{}",
                member.name,
                hint(&member.name, words.iter().copied())
            ),
        ),
        None => Wrong::new(
            node.span.start,
            format!(
                "This expectation has no subject. Say what it is about: {}.",
                list(words.iter().copied())
            ),
        ),
    }
}

/// Every member is the subject's, `field` or an operator.
fn known(node: &Node, kind: &SubjectKind, shape: &Value) -> Result<(), Wrong> {
    let Some(Value::Object(properties)) = shape.get("properties") else {
        return Ok(());
    };
    let unknown = node
        .members()
        .iter()
        .find(|member| !properties.contains_key(&member.name));
    let Some(member) = unknown else {
        return Ok(());
    };
    let mut own: Vec<&str> = properties
        .keys()
        .map(String::as_str)
        .filter(|name| *name != kind.name && !EXPECTATION_MEMBERS.contains(name))
        .collect();
    own.sort_unstable();
    let beside = if own.is_empty() {
        String::new()
    } else {
        format!(" Beside \"{}\" may stand {}.", kind.name, list(own))
    };
    Err(Wrong::new(
        member.span.start,
        format!(
            "\"{}\" is neither an operator nor a member of \"{}\". The operators: {}.{beside}{}",
            member.name,
            kind.name,
            list(Operator::NAMES),
            hint(&member.name, properties.keys().map(String::as_str)),
        ),
    ))
}

fn field(node: &Node) -> Result<Option<Path>, Wrong> {
    let Some(text) = node.text("field") else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|error| {
        node.wrong(
            "field",
            format!("{} is no path. {error}", Value::from(text)),
        )
    })
}

fn operator(node: &Node, of_field: bool) -> Result<Operator, Wrong> {
    let mut written = node
        .members()
        .iter()
        .filter(|member| Operator::NAMES.contains(&member.name.as_str()));
    let Some(first) = written.next() else {
        if of_field {
            let message = format!("\"field\" needs an operator: {}.", list(Operator::NAMES));
            let at = node
                .member("field")
                .map_or(node.span.start, |member| member.span.start);
            return Err(Wrong::new(at, message));
        }
        return Ok(Operator::Absent(false));
    };
    if let Some(second) = written.next() {
        let message = format!(
            "An expectation has one operator, and \"{}\" and \"{}\" are two. Write two expectations.",
            first.name, second.name
        );
        return Err(Wrong::new(second.span.start, message));
    }
    let value = first.value.json();
    let wrong = |message: String| Wrong::new(first.value.span.start, message);
    match (first.name.as_str(), &value) {
        ("matches", Value::String(pattern)) => regex::RegexBuilder::new(pattern)
            .size_limit(1 << 20)
            .build()
            .map(Operator::Matches)
            .map_err(|error| wrong(unfit(pattern, &error))),
        ("at-least", Value::Number(low)) => Ok(Operator::AtLeast(low.clone())),
        ("absent", Value::Bool(absent)) => Ok(Operator::Absent(*absent)),
        ("within", Value::Array(bounds)) => within(bounds).ok_or_else(|| {
            wrong("\"within\" takes two numbers, the lower one first: [0, 5].".to_owned())
        }),
        _ => Ok(Operator::Is(value)),
    }
}

fn within(bounds: &[Value]) -> Option<Operator> {
    let number = |value: &Value| -> Option<Number> { value.as_number().cloned() };
    let [low, high] = bounds else { return None };
    let (low, high) = (number(low)?, number(high)?);
    order(&low, &high)?
        .is_le()
        .then_some(Operator::Within(low, high))
}

/// The last line of the library's drawing says what is wrong.
fn unfit(pattern: &str, error: &regex::Error) -> String {
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default();
    let reason = reason.trim_start_matches("error: ").trim_end_matches('.');
    format!(
        "{} is no regular expression: {reason}.",
        Value::from(pattern)
    )
}
