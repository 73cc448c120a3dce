//! Reads steps and their acts.

use serde_json::Value;

use super::{
    cast::Names,
    expectations, members,
    nearest::hint,
    tree::{self, Content, Node, Wrong},
};
use crate::engine::{
    Act, ActKind, Cast, ReadError, Registry, Step,
    schema::{STEP_MEMBERS, Shapes},
};

/// A walk may have this many regular expressions; each may take up to 1 MiB.
const MAX_PATTERNS: usize = 200;

/// The steps of a walk whose own members have been checked.
pub(super) fn read(
    root: &Node,
    registry: &Registry,
    shapes: &Shapes,
    cast: &Cast,
    text: &str,
    names: &mut Names,
) -> Result<Vec<Step>, Wrong> {
    bounded(root)?;
    let mut steps = Vec::new();
    for node in elements(root, "steps") {
        let (index, kind) = kind(node, registry)?;
        members::check(node, &shapes.steps[index], &shapes.definitions, kind.name)?;
        let act = act(node, kind)?;
        if let Some((member, sentence)) = act.problem() {
            return Err(node.wrong(&member, sentence));
        }
        for reference in act.refers() {
            names.check(&reference, node)?;
        }
        let mut expect = Vec::new();
        for node in elements(node, "expect") {
            expect.push(expectations::read(node, registry, shapes, text, names)?);
        }
        let title = node.text("title").map_or("", str::trim);
        steps.push(Step {
            title: match title {
                "" => act.instruction(cast),
                title => title.to_owned(),
            },
            note: node.text("note").map(|note| note.trim().to_owned()),
            line: tree::place(text, node.span.start).0,
            act_name: kind.name,
            act,
            expect,
        });
    }
    Ok(steps)
}

fn elements<'n>(node: &'n Node, member: &str) -> &'n [Node] {
    node.get(member).map_or(&[], Node::elements)
}

/// Refuses a walk with so many regular expressions that holding them takes a machine's memory.
fn bounded(root: &Node) -> Result<(), Wrong> {
    let mut patterns = elements(root, "steps")
        .iter()
        .flat_map(|step| elements(step, "expect"))
        .filter_map(|expectation| expectation.member("matches"));
    match patterns.nth(MAX_PATTERNS) {
        Some(pattern) => Err(Wrong::new(
            pattern.span.start,
            format!(
                "A walk has at most {MAX_PATTERNS} regular expressions. Use \"is\" where it will do."
            ),
        )),
        None => Ok(()),
    }
}

/// The kind of act that a step names, and its place in the registry.
fn kind<'r>(node: &Node, registry: &'r Registry) -> Result<(usize, &'r ActKind), Wrong> {
    let at = node.span.start;
    if !matches!(node.content, Content::Table(_)) {
        return Err(Wrong::new(
            at,
            "A step is a table that begins with [[steps]].",
        ));
    }
    let words = || registry.acts.iter().map(|kind| kind.name);
    let Some(act) = node.get("act") else {
        let meant = node
            .members()
            .iter()
            .find(|member| !hint(&member.name, ["act"]).is_empty());
        return Err(match meant {
            Some(member) => Wrong::new(
                member.span.start,
                format!(
                    "\"{}\" is no member of a step. Did you mean \"act\"?",
                    member.name
                ),
            ),
            None => Wrong::new(at, "This step has no \"act\": say what is done in it."),
        });
    };
    let Content::Scalar(Value::String(name)) = &act.content else {
        return Err(Wrong::new(
            act.span.start,
            "\"act\" must be text: the name of an act.",
        ));
    };
    let found = registry
        .acts
        .iter()
        .enumerate()
        .find(|(_, kind)| kind.name == name);
    found.ok_or_else(|| {
        let hint = hint(name, words());
        let help = if hint.is_empty() {
            " docs/walks.md lists them all."
        } else {
            &hint
        };
        Wrong::new(act.span.start, format!("\"{name}\" is no act.{help}"))
    })
}

fn act(node: &Node, kind: &ActKind) -> Result<Box<dyn Act>, Wrong> {
    let own = node
        .members()
        .iter()
        .filter(|member| !STEP_MEMBERS.contains(&member.name.as_str()));
    (kind.read)(Value::Object(tree::json(own))).map_err(|error| told(node, kind.name, &error))
}

/// A [`ReadError`] with its place.
pub(super) fn told(node: &Node, what: &str, error: &ReadError) -> Wrong {
    let member = error.path.trim_start_matches('.');
    let sentence = match error.message.trim_end() {
        message if message.ends_with(['.', '?']) => message.to_owned(),
        message => format!("{what} cannot be read: {message}."),
    };
    node.wrong(member, sentence)
}
