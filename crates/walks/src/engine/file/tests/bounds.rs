//! What is no walk at all: broken TOML, too much of it, files that cannot be read.

use std::fs;

use super::*;

#[test]
fn tells_where_toml_breaks_and_counts_columns_in_characters() {
    assert_eq!(
        refused("title = \"ä\" x"),
        "1:13: This is no TOML: unexpected key or value, expected newline, `#`."
    );
    assert_eq!(
        refused("title = \"A\"\nwhy = \"ö\nx"),
        "2:9: This is no TOML: invalid basic string, expected `\"`."
    );
    let twice = refused("title = \"A\"\ntitle = \"B\"");
    assert!(
        twice == "2:1: \"title\" is written twice. Keep one of them.",
        "{twice}"
    );
}

#[test]
fn refuses_too_many_steps_and_too_large_a_file() {
    let step = "[[steps]]\nact = \"page.sign-in\"\n";
    assert_eq!(
        read(&format!("title = \"A\"\n{}", step.repeat(1000)))
            .steps
            .len(),
        1000
    );
    let error = refused(&format!("title = \"A\"\n{}", step.repeat(1001)));
    assert!(
        error.ends_with("\"steps\" must have at most 1000 elements."),
        "{error}"
    );
    let large = format!("title = \"A\"\n#{}\n", " ".repeat(1 << 20));
    assert_eq!(
        refused(&large),
        "1:1: The file is larger than 1 MiB. Split the walk into several."
    );
}

#[test]
fn refuses_more_regular_expressions_than_a_walk_needs_and_words_without_end() {
    let step = |expect: usize| {
        let one = "{ event = \"a\", field = \"b\", matches = '\\w{9}' },";
        format!(
            "[[steps]]\nact = \"page.sign-in\"\nexpect = [{}]\n",
            one.repeat(expect)
        )
    };
    let walk = |steps: String| format!("title = \"A\"\n{steps}");
    let most = read(&walk(step(100).repeat(2)));
    assert_eq!(most.steps[1].expect.len(), 100);
    let error = refused(&walk(format!("{}{}", step(100).repeat(2), step(1))));
    assert!(
        error.contains("A walk has at most 200 regular expressions."),
        "{error}"
    );
    let endless = "a".repeat(1_000_000);
    let error = refused(&walk(format!("[[steps]]\nact = \"{endless}\"\n")));
    assert!(error.ends_with("docs/walks.md lists them all."));
    let error = refused(&walk(format!(
        "[[steps]]\nact = \"page.sign-in\"\n{endless} = 1\n"
    )));
    assert!(error.starts_with("4:1: "), "{}", &error[..80]);
}

#[test]
fn says_why_a_file_cannot_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.toml");
    let error = |bytes: &[u8]| {
        fs::write(&file, bytes).expect("the folder can be written");
        let error = Walk::read(&file, &registry()).expect_err("not usable");
        assert_eq!(
            (error.file.as_path(), error.code()),
            (file.as_path(), "walkUnusable")
        );
        (error.line, error.column, error.message)
    };
    let (line, column, message) = error(b"title = \"A\"\nwhy = \"\xff\"");
    assert_eq!((line, column), (2, 8));
    assert_eq!(
        message,
        "The file is not UTF-8 text from here on. Save it as UTF-8."
    );
    assert!(error(&vec![b'#'; 1 + (1 << 20)]).2.contains("1 MiB"));
    assert_eq!(error(b"").2, "This walk has no \"title\".");
    let absent = Walk::read(&folder.path().join("b.toml"), &registry()).expect_err("no file");
    assert!(
        absent
            .to_string()
            .contains("b.toml:1:1: The file cannot be read: "),
        "{absent}"
    );
}

#[test]
fn survives_toml_as_deep_as_the_file_allows() {
    let text = format!("title = {}1{}", "[".repeat(400_000), "]".repeat(400_000));
    assert!(
        refused(&text).contains("This is no TOML"),
        "the parser's own limit"
    );
    let error = refused(&format!("{} = 1", vec!["a"; 300_000].join(".")));
    assert!(error.starts_with("1:"), "{}", &error[..80]);
}

proptest::proptest! {
    #[test]
    fn refuses_every_damaged_walk_at_a_place_inside_the_file(
        at in 0..FULL.len(), cut in 0usize..40, put in "[\\[\\]{}\"=.,a0\n]{0,3}"
    ) {
        let text = format!("{}{put}{}", &FULL[..at], &FULL[(at + cut).min(FULL.len())..]);
        if let Err(error) = Walk::parse(&text, "a.toml", &registry()) {
            let lines: Vec<&str> = text.split('\n').collect();
            let line = lines.get(error.line as usize - 1).expect("a line of the file");
            proptest::prop_assert!(error.column as usize <= line.chars().count() + 1, "{}", error);
            proptest::prop_assert!(error.message.ends_with(['.', '?']), "{}", error);
        }
    }
}
