//! The walks that can be opened: those that came with the program, and the
//! tester's own.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use rust_embed::RustEmbed;

use super::Refused;
use crate::{
    acts,
    api::{WalkProblem, WalkSummary},
    engine::{Registry, Unusable, Verdict, Walk},
};

/// The walks that came with the program.
#[derive(RustEmbed)]
#[folder = "../../fixtures/walks"]
#[allow_missing = true]
struct BuiltIn;

/// Begins the path of a walk that came with the program.
const BUILT_IN: &str = "built-in:";

/// Where they lie in the project: a report names the command that plays one again.
const SOURCE: &str = "fixtures/walks";

/// More files than this are no walks.
const MOST_OWN: usize = 1000;

/// The walks that can be opened.
pub(super) struct Library {
    own: PathBuf,
    registry: Registry,
}

impl Library {
    /// The built-in walks, and those in the folder `own`.
    pub(super) fn new(own: PathBuf) -> Self {
        Self {
            own,
            registry: acts::registry(),
        }
    }

    /// The tester's own folder.
    pub(super) fn own(&self) -> &Path {
        &self.own
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Every walk, the built-in ones first, each part in the order of the files' names.
    pub(super) fn list(&self, last: &HashMap<String, Verdict>) -> Vec<WalkSummary> {
        let mut built_in: Vec<_> = BuiltIn::iter()
            .filter(|name| name.ends_with(".toml"))
            .collect();
        built_in.sort_unstable();
        let built_in = built_in.iter().map(|name| format!("{BUILT_IN}{name}"));
        let own = self.own_files().into_iter();
        let own = own.map(|path| path.display().to_string());
        built_in
            .chain(own)
            .map(|path| self.summary(&path, last.get(&path).copied()))
            .collect()
    }

    fn own_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.own).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "toml")
                    // A pipe of that name would be waited for.
                    && path.is_file()
            })
            .take(MOST_OWN)
            .collect();
        files.sort_unstable();
        files
    }

    fn summary(&self, path: &str, last: Option<Verdict>) -> WalkSummary {
        let own = !path.starts_with(BUILT_IN);
        let file = file_name(path);
        let summary = WalkSummary {
            path: path.to_owned(),
            file: file.clone(),
            title: file,
            why: String::new(),
            steps: Vec::new(),
            tags: Vec::new(),
            own,
            problem: None,
            last,
        };
        match self.walk(path) {
            Ok(walk) => WalkSummary {
                tags: tags(&walk),
                steps: walk.steps.into_iter().map(|step| step.title).collect(),
                title: walk.title,
                why: walk.why,
                ..summary
            },
            Err(unusable) => WalkSummary {
                problem: Some(WalkProblem {
                    line: unusable.line,
                    column: unusable.column,
                    message: unusable.message,
                }),
                ..summary
            },
        }
    }

    /// Reads the walk that [`Library::list`] calls so, as it is now.
    pub(super) fn open(&self, path: &str) -> Result<Walk, Refused> {
        let known = match path.strip_prefix(BUILT_IN) {
            Some(name) => BuiltIn::get(name).is_some(),
            None => self.own_files().iter().any(|own| own == Path::new(path)),
        };
        if !known {
            return Err(Refused::UnknownWalk(file_name(path)));
        }
        Ok(self.walk(path)?)
    }

    fn walk(&self, path: &str) -> Result<Walk, Unusable> {
        let Some(name) = path.strip_prefix(BUILT_IN) else {
            return Walk::read(Path::new(path), &self.registry);
        };
        let bytes = BuiltIn::get(name).map(|file| file.data).unwrap_or_default();
        let file = format!("{SOURCE}/{name}");
        Walk::parse(&String::from_utf8_lossy(&bytes), file, &self.registry)
    }
}

fn file_name(path: &str) -> String {
    let path = path.strip_prefix(BUILT_IN).unwrap_or(path);
    let name = Path::new(path).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The rooms whose acts it uses, each once, in the order of their first use.
fn tags(walk: &Walk) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for step in &walk.steps {
        let (room, _) = step.act_name.split_once('.').unwrap_or((step.act_name, ""));
        if !tags.iter().any(|tag| tag == room) {
            tags.push(room.to_owned());
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_that_came_with_the_program_says_where_it_lies_in_the_project() {
        let library = Library::new(PathBuf::new());
        let name = "14-tampered-signature.toml";
        let walk = library.open(&format!("{BUILT_IN}{name}"));
        let file = walk.expect("it can be opened").file;
        assert_eq!(file, Path::new(SOURCE).join(name));
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert!(project.join(file).is_file(), "it can be played again");
    }
}
