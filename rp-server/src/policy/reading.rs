//! From text to a policy, or to the place where it is wrong.

use serde_json::{Map, Value as Json};
use toml_edit::{Document, Item, TableLike};

use super::{
    Policy, Problem,
    contradictions::contradiction,
    editing::with_changes,
    members::{MEMBERS, Member, SECTIONS},
    words::{any_of, hint},
};

/// The largest text that is read, in bytes.
pub(super) const LARGEST: usize = 64 * 1024;

/// Reads a policy and holds it against itself.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(text: &str) -> Result<Policy, Problem> {
    if text.len() > LARGEST {
        return Err(Problem::of_file(
            "The policy is larger than 64 KiB. Shorten it.",
        ));
    }
    let document = Document::parse(text).map_err(|error| {
        let why = error.message().trim().replace('\n', ", ");
        Problem::at(text, error.span(), format!("This is not TOML: {why}."))
    })?;
    let policy = members(text, document.as_table())?;
    match contradiction(&policy) {
        None => Ok(policy),
        Some((member, sentence)) => {
            let span = place_of(document.as_table(), member);
            Err(Problem::at(text, span, sentence).about(member))
        }
    }
}

/// The members as they are written; they may contradict each other.
fn members(text: &str, table: &dyn TableLike) -> Result<Policy, Problem> {
    let json = Reader { text }.section(table, "")?;
    serde_json::from_value(Json::Object(json))
        .map_err(|error| Problem::of_file(format!("The policy cannot be used: {error}.")))
}

/// Whether `changes`, an object of sections like the policy's JSON form, can be made to a policy:
/// every member is known and holds what it may. They are not held against anything.
///
/// # Errors
/// The first thing that is wrong.
pub fn changeable(changes: &Map<String, Json>) -> Result<(), Problem> {
    let text = with_changes("", &Policy::default(), changes)?;
    let document = Document::parse(text.as_str())
        .map_err(|error| Problem::of_file(format!("This is not TOML: {}.", error.message())))?;
    members(&text, document.as_table()).map(drop)
}

/// The policy that `changes` make of the defaults, held against itself.
///
/// # Errors
/// The first thing that is wrong.
pub fn changed(changes: &Map<String, Json>) -> Result<Policy, Problem> {
    read(&with_changes("", &Policy::default(), changes)?)
}

struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    /// A section's members; the outermost has the empty name.
    fn section(&self, table: &dyn TableLike, section: &str) -> Result<Map<String, Json>, Problem> {
        let mut members = Map::new();
        for (name, item) in table.iter() {
            let key = table.key(name).and_then(toml_edit::Key::span);
            let wrong = |message| Problem::at(self.text, key.clone(), message);
            let path = joined(section, name);
            let value = if SECTIONS.contains(&path.as_str()) {
                let inner = item
                    .as_table_like()
                    .ok_or_else(|| wrong(format!("[{path}] is a section and holds members.")))?;
                Json::Object(self.section(inner, &path)?)
            } else {
                let member = MEMBERS
                    .iter()
                    .find(|member| member.section == section && member.name == name)
                    .ok_or_else(|| wrong(unknown(section, name)))?;
                self.value(member, item, wrong)?
            };
            members.insert(name.to_owned(), value);
        }
        if section == "pin.campaign" && !members.contains_key("start") {
            let message = "A campaign needs \"start\", the moment at which it begins.".to_owned();
            return Err(Problem::at(self.text, table_span(table), message));
        }
        Ok(members)
    }

    fn value(
        &self,
        member: &Member,
        item: &Item,
        wrong: impl FnOnce(String) -> Problem,
    ) -> Result<Json, Problem> {
        let name = member.name;
        let path = joined(member.section, name);
        let Some(value) = item.as_value() else {
            return Err(wrong(format!("\"{name}\" holds a value and is no section.")).about(&path));
        };
        member.shape.read(value).map_err(|why| {
            let end = if why.ends_with(['?', '.']) { "" } else { "." };
            Problem::at(self.text, value.span(), format!("\"{name}\" {why}{end}")).about(&path)
        })
    }
}

fn table_span(table: &dyn TableLike) -> Option<std::ops::Range<usize>> {
    let (name, _) = table.iter().next()?;
    table.key(name)?.span()
}

fn joined(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

fn unknown(section: &str, name: &str) -> String {
    let shown: String = name.chars().take(40).collect();
    let shown = shown.escape_debug();
    let known: Vec<&'static str> = MEMBERS
        .iter()
        .filter(|member| member.section == section)
        .map(|member| member.name)
        .chain(SECTIONS.iter().filter_map(|path| inner(section, path)))
        .collect();
    let elsewhere = MEMBERS
        .iter()
        .find(|member| member.name == name)
        .map(|member| member.section);
    let (what, home) = match section {
        "" => ("section", "a policy".to_owned()),
        section => ("member", format!("[{section}]")),
    };
    let near = hint(name, known.iter().copied());
    match (near.is_empty(), elsewhere) {
        (_, Some(section)) => {
            format!("\"{shown}\" stands in the wrong place: it belongs in [{section}].")
        }
        (false, None) => format!("\"{shown}\" is no {what} of {home}.{near}"),
        (true, None) => format!(
            "\"{shown}\" is no {what} of {home}, which may have {}.",
            any_of(&known)
        ),
    }
}

/// The name of the section `path` within `section`, if it lies right in it.
fn inner(section: &str, path: &'static str) -> Option<&'static str> {
    let name = match path.rsplit_once('.') {
        Some((outer, name)) if outer == section => name,
        None if section.is_empty() => path,
        _ => return None,
    };
    Some(name)
}

/// Where a member stands; its section, when it is left out there.
fn place_of(table: &dyn TableLike, path: &str) -> Option<std::ops::Range<usize>> {
    let mut place = None;
    let mut within = Some(table);
    for name in path.split('.') {
        let Some(table) = within else { break };
        let Some((key, item)) = table.key(name).zip(table.get(name)) else {
            break;
        };
        place = key.span().or(place);
        within = item.as_table_like();
    }
    place
}
