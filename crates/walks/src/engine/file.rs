//! Reading a walk's file: every member is checked against what the schema allows, and what is
//! wrong is told with its place.

mod cast;
mod expectations;
#[cfg(test)]
mod malformed;
mod members;
mod nearest;
mod steps;
mod tree;

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::{Map, Value};

use self::{
    cast::Names,
    tree::{Node, Wrong},
};
use super::{Registry, Unusable, Walk, policy::problem_at_start, schema::Shapes};

/// A file may have this many bytes.
const MAX_BYTES: u64 = 1024 * 1024;
/// What a run may take when the file does not say.
const DEADLINE: Duration = Duration::from_secs(60);
const DEADLINES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60 * 60));
const SEED: u64 = 1;

impl Walk {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Unusable`] when there is no such file or it holds no usable walk.
    pub fn read(path: &Path, registry: &Registry) -> Result<Self, Unusable> {
        let text = text(path).map_err(|wrong| wrong.in_file(path, ""))?;
        Self::parse(&text, path, registry)
    }

    /// Reads `text`; `file` is only named.
    ///
    /// # Errors
    /// [`Unusable`] with the place of the first thing that is wrong.
    pub fn parse(
        text: &str,
        file: impl Into<PathBuf>,
        registry: &Registry,
    ) -> Result<Self, Unusable> {
        let file = file.into();
        match parsed(text, registry) {
            Ok(walk) => Ok(Self { file, ..walk }),
            Err(wrong) => Err(wrong.in_file(&file, text)),
        }
    }
}

fn text(path: &Path) -> Result<String, Wrong> {
    let unreadable = |error| Wrong::new(0, format!("The file cannot be read: {error}."));
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    too_large(bytes.len())?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Wrong::of_bytes(
            error.as_bytes(),
            at,
            "The file is not UTF-8 text from here on. Save it as UTF-8.",
        )
    })
}

fn too_large(bytes: usize) -> Result<(), Wrong> {
    if bytes as u64 > MAX_BYTES {
        return Err(Wrong::new(
            0,
            "The file is larger than 1 MiB. Split the walk into several.",
        ));
    }
    Ok(())
}

fn parsed(text: &str, registry: &Registry) -> Result<Walk, Wrong> {
    too_large(text.len())?;
    let root = tree::parse(text)?;
    let shapes = Shapes::of(registry);
    members::check(&root, &shapes.walk, &shapes.definitions, "this walk")?;
    let title = root.text("title").unwrap_or_default();
    if title.trim().is_empty() {
        return Err(root.wrong(
            "title",
            "The title is empty. Say in a few words what the walk shows.",
        ));
    }
    let (party, further) = (party(&root)?, further(&root)?);
    let parties = std::iter::once(&party).chain(&further).cloned().collect();
    let cast = cast::read(&root, parties)?;
    let mut names = Names::new(&cast, &root);
    let steps = steps::read(&root, registry, &shapes, &cast, text, &mut names)?;
    Ok(Walk {
        file: PathBuf::new(),
        title: title.trim().to_owned(),
        why: root.text("why").unwrap_or_default().trim().to_owned(),
        seed: root
            .get("seed")
            .and_then(|seed| seed.json().as_u64())
            .unwrap_or(SEED),
        deadline: duration(&root, "deadline", DEADLINES)?.unwrap_or(DEADLINE),
        cast,
        secrets: names.into_secrets(),
        party,
        further,
        policy: policy(&root)?,
        steps,
    })
}

fn party(root: &Node) -> Result<bench::PartySetting, Wrong> {
    let lifetimes = (Duration::from_secs(1), Duration::from_secs(24 * 60 * 60));
    let mut party = bench::PartySetting {
        rp_id: "acme.localhost".to_owned(),
        ..bench::PartySetting::default()
    };
    if let Some(table) = root.get("relying-party") {
        if let Some(name) = table.text("name") {
            name.clone_into(&mut party.name);
        }
        party.ceremony_lifetime = duration(table, "ceremony-lifetime", lifetimes)?;
    }
    Ok(party)
}

/// The relying parties beside the first one.
fn further(root: &Node) -> Result<Vec<bench::PartySetting>, Wrong> {
    let tables = root.get("relying-parties").map_or(&[][..], Node::elements);
    let named = tables.iter().map(|table| {
        let name = table.text("name").unwrap_or_default();
        bench::PartySetting::named(name).map_err(|error| table.wrong("name", error.to_string()))
    });
    named.collect()
}

/// What the policies say at the start.
fn policy(root: &Node) -> Result<Map<String, Value>, Wrong> {
    let Some(Value::Object(policy)) = root.get("policy").map(Node::json) else {
        return Ok(Map::new());
    };
    match problem_at_start(&policy) {
        Some((member, sentence)) => Err(root.wrong(&format!("policy.{member}"), sentence)),
        None => Ok(policy),
    }
}

/// The duration that `member` tells, between two bounds.
fn duration(
    table: &Node,
    member: &str,
    (low, high): (Duration, Duration),
) -> Result<Option<Duration>, Wrong> {
    let Some(text) = table.text(member) else {
        return Ok(None);
    };
    let value = humantime::parse_duration(text).map_err(|_| {
        let text = Value::from(text);
        let message = format!("{text} is no duration. Write one like \"90s\", \"6m\" or \"1d\".");
        table.wrong(member, message)
    })?;
    if value < low || value > high {
        let (low, high) = (
            humantime::format_duration(low),
            humantime::format_duration(high),
        );
        let message = format!("\"{member}\" lies between {low} and {high}.");
        return Err(table.wrong(member, message));
    }
    Ok(Some(value))
}

#[cfg(test)]
mod tests;
