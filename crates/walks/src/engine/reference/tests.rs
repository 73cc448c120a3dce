use std::{fs, path::Path, sync::Arc};

use super::{
    events::{ROOMS, kinds},
    *,
};
use crate::{
    acts,
    engine::{self, Options, Verdict, Walk, test_acts},
};

const SCHEMA: &str = "fixtures/walks/walk.schema.json";
const PAGE: &str = "docs/walks.md";

/// What an example stands in.
const CAST: &str = "title = \"An example\"\n\
    devices = [{ name = \"phone\" }, { name = \"clone\" }, { name = \"key\", profile = \"key\" }]\n\
    accounts = [{ name = \"alice\" }, { name = \"bob\" }]\n";

fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn read(text: &str, what: &str) -> Walk {
    Walk::parse(text, what, &acts::registry()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn published_files_are_up_to_date() {
    let registry = acts::registry();
    let write = std::env::var_os("TOUCHSTONE_WRITE_BINDINGS").is_some();
    for (path, expected) in [(SCHEMA, schema_file(&registry)), (PAGE, page(&registry))] {
        let path = project().join(path);
        if write {
            fs::write(&path, &expected).expect("the source tree can be written");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found.replace("\r\n", "\n") == expected,
            "{} is out of date: run `cargo xtask bindings`",
            path.display()
        );
    }
}

#[test]
fn every_act_and_subject_is_explained_and_its_example_reads() {
    let registry = acts::registry();
    let schema = json_schema(&registry);
    for kind in &registry.acts {
        let shape = &schema["$defs"][format!("act:{}", kind.name)];
        explained(kind.name, shape, &STEP_MEMBERS);
        let walk = read(&format!("{CAST}{}", kind.example), kind.name);
        assert!(
            walk.steps.iter().any(|step| step.act_name == kind.name),
            "{}",
            kind.name
        );
        let room = kind.name.split_once('.').map_or("", |(room, _)| room);
        assert!(!registry.room(room).is_empty(), "{room} has no sentence");
    }
    for kind in &registry.subjects {
        let shape = &schema["$defs"][format!("about:{}", kind.name)];
        explained(kind.name, shape, &EXPECTATION_MEMBERS);
        let step = format!(
            "[[steps]]\nact = \"page.sign-in\"\nexpect = [{}]",
            kind.example
        );
        let walk = read(&format!("{CAST}{step}"), kind.name);
        assert!(!walk.steps[0].expect.is_empty(), "{}", kind.name);
    }
}

fn explained(name: &str, shape: &Value, common: &[&str]) {
    assert!(!about(shape).is_empty(), "{name} says what it is");
    for member in names(shape).filter(|member| !common.contains(member)) {
        let member_shape = &shape["properties"][member];
        let elsewhere = member_shape.get("$ref").is_some();
        assert!(
            elsewhere || !about(member_shape).is_empty(),
            "{name} says what {member} is"
        );
    }
}

#[test]
fn every_walk_in_the_page_reads() {
    let page = page(&acts::registry());
    let walks: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .filter(|block| block.contains("title = ") && block.contains("[[devices]]"))
        .collect();
    assert!(!walks.is_empty(), "the opening shows a whole walk");
    for walk in walks {
        read(walk, "docs/walks.md");
    }
}

#[tokio::test]
async fn the_walk_in_the_opening_passes() {
    let opening = include_str!("opening.md");
    let walk = opening
        .split("```toml\n")
        .nth(1)
        .and_then(|block| block.split("```").next());
    let walk = read(walk.expect("a walk"), "docs/walks.md");
    let run = engine::run(Arc::new(walk), Options::default()).await;
    let failed: Vec<_> = run
        .steps
        .iter()
        .map(|step| (&step.failure, &step.checks))
        .collect();
    assert_eq!(run.verdict, Verdict::Passed, "{failed:?}");
}

#[test]
fn paths_of_one_parent_stand_together() {
    let paths = ["a", "b", "b.c", "b.d", "b.d.e"].map(str::to_owned);
    assert_eq!(braced(&paths), "`a` `b` `b.{c, d}` `b.d.e`");
}

#[test]
fn the_page_shows_each_member_with_what_it_holds() {
    let page = page(&test_acts::registry());
    let lines = [
        "#### `person.enter-pin`\nTypes a PIN.\n",
        "| `pin` | text, required | Which, as `secret:NAME`. |",
        "| `device` | text | On which device. |",
        "| `parties` | list of `device`, `client`, `relying-party` | Whose clocks; everybody's unless it says otherwise. |",
        "- `{ kind = \"set\", value = … }` Puts something else there.",
        "| `by` | text, required | How long. |\n",
        "#### `page.sign-in`\nPresses the button.\n\n```toml\nact = \"page.sign-in\"\n```\n",
        "| `where` | table | What its body must hold. |",
        "| `steps` | list of tables, required | What is done, in order. |",
        "| `client.failed` | A call failed. Body: `name` (of the DOMException), `code`, `message`. |",
    ];
    for line in lines {
        assert!(page.contains(line), "{line}\n\n{page}");
    }
}

#[test]
fn an_expectation_may_name_every_kind_of_event_that_the_rooms_list() {
    let mut listed: Vec<&str> = ROOMS
        .iter()
        .flat_map(|(_, source)| kinds(source))
        .map(|(name, _)| name)
        .collect();
    let mut known: Vec<&str> = [bench::kinds::EVERY, crate::kinds::EVERY].concat();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, listed, "EVERY of `kinds` in crates bench and walks");
}

#[test]
fn finds_each_kind_of_event_with_all_of_its_lines() {
    let source = "//! Room.\n\n/// First\n/// line.\npub const A: &str = \"a.b\";\n/// Lost.\npub use x::Y;\npub const C: &str = \"c\";\n";
    assert_eq!(
        kinds(source),
        [("a.b", "First line.".to_owned()), ("c", String::new())]
    );
}

mod schema {
    use jsonschema::Validator;
    use serde_json::json;

    use super::*;

    fn validator(registry: &Registry) -> Validator {
        jsonschema::draft202012::new(&json_schema(registry)).expect("a schema")
    }

    fn json(walk: &str) -> Value {
        toml::from_str(walk).expect("TOML")
    }

    #[test]
    fn is_a_schema_of_its_draft() {
        let schema = json_schema(&acts::registry());
        jsonschema::draft202012::meta::validate(&schema).expect("a valid schema");
    }

    #[test]
    fn allows_every_walk_of_the_project() {
        let validator = validator(&acts::registry());
        let mut seen = 0;
        for file in fs::read_dir(project().join("fixtures/walks")).expect("the folder") {
            let path = file.expect("a file").path();
            if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                let walk = json(&fs::read_to_string(&path).expect("text"));
                let errors: Vec<String> = validator
                    .iter_errors(&walk)
                    .map(|error| error.to_string())
                    .collect();
                assert!(errors.is_empty(), "{}: {errors:?}", path.display());
                seen += 1;
            }
        }
        assert!(seen > 0, "there are walks");
    }

    #[test]
    fn allows_and_refuses_what_the_reader_does() {
        let registry = test_acts::registry();
        let validator = validator(&registry);
        let step = |step: &str| {
            format!("title = \"A\"\ndevices = [{{ name = \"phone\" }}]\n[[steps]]\n{step}")
        };
        let expect = |expectation: &str| {
            step(&format!(
                "act = \"page.sign-in\"\nexpect = [{{ {expectation} }}]"
            ))
        };
        let walks = [
            step("act = \"page.sign-in\""),
            step("act = \"page.sign-in\"\ntitle = 5"),
            step("act = \"page.sing-in\""),
            step("act = \"clock.skip\"\nby = \"6m\"\nparties = [\"device\"]"),
            step("act = \"clock.skip\"\nby = \"6m\"\nparties = [\"devices\"]"),
            step("act = \"clock.skip\"\nby = 6"),
            step("act = \"clock.skip\""),
            step("act = \"fault.tamper\"\nfield = \"a\"\nchange = { kind = \"set\", value = [1] }"),
            step("act = \"fault.tamper\"\nfield = \"a\"\nchange = { kind = \"set\" }"),
            step("act = \"fault.tamper\"\nfield = \"a\"\ntimes = 0\nchange = { kind = \"flip\" }"),
            expect("event = \"a\""),
            expect("event = \"a\", field = \"b\""),
            expect("event = \"a\", field = \"b\", is = 1"),
            expect("event = \"a\", field = \"b\", is = 1, absent = true"),
            expect("event = \"a\", within = [1, 2, 3]"),
            expect("event = \"a\", equals = 1"),
            expect("prompt = \"touch\", device = \"phone\""),
            expect("event = \"a\", device = \"phone\""),
            expect("is = 1"),
            "title = \"A\"".to_owned(),
            "steps = []\ntitle = \"A\"".to_owned(),
        ];
        let mut both = [false, false];
        for walk in walks {
            let read = Walk::parse(&walk, "a.toml", &registry).is_ok();
            assert_eq!(validator.is_valid(&json(&walk)), read, "{walk}");
            both[usize::from(read)] = true;
        }
        assert_eq!(both, [true, true], "some are read, some are refused");
        assert!(!validator.is_valid(&json!({})));
    }
}
