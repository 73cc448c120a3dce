//! The walks in `fixtures/malformed-walks`: the first line of each says why it is refused.

use std::{collections::HashSet, fs, path::Path};

use crate::{acts, engine::Walk};

const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/malformed-walks"
);

#[test]
fn every_malformed_walk_is_refused_at_its_place_with_its_sentence() {
    let registry = acts::registry();
    let mut sentences = HashSet::new();
    let mut differences = String::new();
    let mut files: Vec<_> = fs::read_dir(FOLDER)
        .expect("the folder")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    for path in &files {
        let bytes = fs::read(path).expect("the file");
        let text = String::from_utf8_lossy(&bytes);
        let expected = text.lines().next().and_then(|line| line.strip_prefix("# "));
        let expected = expected.expect("the first line is a comment");
        let found = match Walk::read(path, &registry) {
            Ok(_) => "it is read".to_owned(),
            Err(error) => format!("{}:{}: {}", error.line, error.column, error.message),
        };
        let name = path.file_name().map(Path::new).expect("a name").display();
        if found != expected {
            differences += &format!("{name}\n  expected {expected}\n  found    {found}\n");
        }
        assert!(
            sentences.insert(found),
            "{name}: another file shows the same"
        );
    }
    assert!(differences.is_empty(), "\n{differences}");
    assert!(files.len() >= 20, "only {} files", files.len());
}
