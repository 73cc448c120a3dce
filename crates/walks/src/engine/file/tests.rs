mod bounds;

use std::time::Duration;

use serde_json::json;
use timeline::Timestamp;

use super::*;
use crate::engine::{Operator, test_acts::registry};

const FULL: &str = r#"
title = "  A sign-in "
why = "Because."
seed = 7
start = 2027-01-01T00:00:00Z
deadline = "2m"
secrets = ["alice"]

[relying-party]
name = "Bank"
ceremony-lifetime = "6m"

[[devices]]
name = "phone"
[[devices]]
name = "key"
profile = "key"

[[accounts]]
name = "alice"
display-name = "Alice Example"
[[accounts]]
name = "bob"

[[steps]]
title = "Alice types her PIN"
act = "person.enter-pin"
pin = "secret:alice"
note = "Four digits."
expect = [
  { prompt = "touch", device = "key", field = "a[last]", within = [1, 2.5] },
  { event = "x.y", where = { a = 1 }, absent = true },
]

[[steps]]
act = "fault.tamper"
field = "signature"
change = { kind = "set", value = [1, { a = "b" }] }

  [[steps.expect]]
  event = "x.y"
"#;

fn read(text: &str) -> Walk {
    Walk::parse(text, "a.toml", &registry()).unwrap_or_else(|error| panic!("{error}"))
}

/// Why `text` is refused: `LINE:COLUMN: sentence`.
fn refused(text: &str) -> String {
    let error = Walk::parse(text, "a.toml", &registry()).expect_err("not usable");
    let text = error.to_string();
    text.strip_prefix("a.toml:")
        .expect("the file comes first")
        .to_owned()
}

/// Why a walk is refused whose only step holds these lines; the first is line 4.
fn refused_step(lines: &str) -> String {
    refused(&format!(
        "title = \"A\"\ndevices = [{{ name = \"phone\" }}]\n[[steps]]\n{lines}\n"
    ))
}

/// Why an expectation is refused; it begins at line 5, column 13.
fn refused_expectation(members: &str) -> String {
    refused_step(&format!(
        "act = \"page.sign-in\"\nexpect = [ {{ {members} }} ]"
    ))
}

#[test]
fn reads_every_member() {
    let walk = read(FULL);
    assert_eq!(walk.file, PathBuf::from("a.toml"));
    assert_eq!(
        (walk.title.as_str(), walk.why.as_str()),
        ("A sign-in", "Because.")
    );
    assert_eq!((walk.seed, walk.deadline), (7, Duration::from_secs(120)));
    assert_eq!(walk.cast.start, Some(Timestamp(1_798_761_600_000)));
    assert_eq!(walk.party.name, "Bank");
    assert_eq!(walk.party.rp_id, "acme.localhost");
    assert_eq!(walk.party.ceremony_lifetime, Some(Duration::from_secs(360)));
    let devices: Vec<_> = walk
        .cast
        .devices
        .iter()
        .map(|d| (&*d.name, &*d.profile))
        .collect();
    assert_eq!(devices, [("phone", "phone"), ("key", "key")]);
    let accounts: Vec<_> = walk
        .cast
        .accounts
        .iter()
        .map(|a| (&*a.name, &*a.display_name))
        .collect();
    assert_eq!(accounts, [("alice", "Alice Example"), ("bob", "bob")]);
    assert_eq!(walk.secrets, ["alice"]);
    let [pin, tamper] = walk.steps.as_slice() else {
        panic!("two steps")
    };
    assert_eq!(
        (pin.title.as_str(), pin.line, pin.act_name),
        ("Alice types her PIN", 25, "person.enter-pin")
    );
    assert_eq!(pin.note.as_deref(), Some("Four digits."));
    let lines: Vec<u32> = pin
        .expect
        .iter()
        .map(|expectation| expectation.line)
        .collect();
    assert_eq!(lines, [31, 32]);
    let prompt = &pin.expect[0];
    assert_eq!(
        prompt.subject.name(),
        "touch Some(\"key\")",
        "the prompt's own member, no subject"
    );
    assert_eq!(
        prompt.field.as_ref().map(ToString::to_string).as_deref(),
        Some("a[last]")
    );
    assert!(matches!(&prompt.operator, Operator::Within(..)));
    assert_eq!(pin.expect[1].subject.name(), "x.y1");
    assert_eq!(tamper.title, "Change the message.", "what the act says");
    assert_eq!((tamper.line, tamper.expect[0].line), (35, 40));
    assert!(
        matches!(tamper.expect[0].operator, Operator::Absent(false)),
        "it comes"
    );
    assert!(format!("{:?}", tamper.act).contains("Array [Number(1), Object"));
}

#[test]
fn fills_in_what_a_small_walk_leaves_out() {
    let walk = read("title = \"A\"\n[[steps]]\nact = \"page.sign-in\"\n");
    assert_eq!((walk.seed, walk.deadline), (1, Duration::from_secs(60)));
    assert_eq!(
        walk.cast.start,
        Some(Timestamp(1_772_442_000_000)),
        "2 March 2026, nine o'clock"
    );
    assert_eq!(walk.party.name, "Acme");
    assert!(walk.cast.devices.is_empty() && walk.secrets.is_empty() && walk.why.is_empty());
}

#[test]
fn names_the_nearest_word() {
    assert_eq!(
        refused("titel = \"A\"\n"),
        "1:1: \"titel\" is no member of this walk. It takes accounts, deadline, devices, \
         policy, relying-parties, relying-party, secrets, seed, start, steps, title and why. Did you mean \"title\"?"
    );
    assert_eq!(
        refused_step("act = \"page.sing-in\""),
        "4:7: \"page.sing-in\" is no act. Did you mean \"page.sign-in\"?"
    );
    assert_eq!(
        refused_step("act = \"teleport\""),
        "4:7: \"teleport\" is no act. docs/walks.md lists them all."
    );
    assert_eq!(
        refused_step("act = \"clock.skip\"\nby = \"6m\"\npartie = [\"device\"]"),
        "6:1: \"partie\" is no member of clock.skip. It takes act, by, expect, note, parties and \
         title. Did you mean \"parties\"?"
    );
    assert_eq!(
        refused_step(
            "act = \"clock.skip\"\nby = \"6m\"\nparties = [\"device\", \"relying_party\"]"
        ),
        "6:22: An element of \"parties\" cannot be \"relying_party\". It is one of device, client \
         and relying-party. Did you mean \"relying-party\"?"
    );
    assert_eq!(
        refused_step("act = \"fault.tamper\"\nfield = \"a\"\nchange = { kind = \"flop\" }"),
        "6:19: \"kind\" cannot be \"flop\". It is one of flip and set. Did you mean \"flip\"?"
    );
    assert_eq!(
        refused_step("akt = \"page.sign-in\""),
        "4:1: \"akt\" is no member of a step. Did you mean \"act\"?"
    );
}

#[test]
fn tells_wrong_types_sizes_and_missing_members() {
    let cases = [
        (
            "seed = \"1\"",
            "1:8: \"seed\" must be a whole number, not text.",
        ),
        (
            "seed = 1.5",
            "1:8: \"seed\" must be a whole number, not a number.",
        ),
        ("seed = -1", "1:8: \"seed\" must be at least 0."),
        (
            "seed = 9007199254740992",
            "1:8: \"seed\" must be at most 9007199254740991.",
        ),
        (
            "seed = 99999999999999999999",
            "1:8: 99999999999999999999 is out of range: whole numbers have 64 bits.",
        ),
        ("title = \"\"", "1:9: \"title\" must not be empty."),
        (
            "steps = []\ntitle = \"A\"",
            "1:9: \"steps\" must not be empty.",
        ),
        (
            "steps = 5",
            "1:9: \"steps\" must be an array, not a number.",
        ),
        ("title = \"A\"", "1:1: This walk has no \"steps\"."),
        (
            "[[steps]]\nact = \"page.sign-in\"",
            "1:1: This walk has no \"title\".",
        ),
        (
            "[[devices]]\nprofile = \"key\"",
            "1:1: An element of \"devices\" has no \"name\".",
        ),
        ("why = inf", "1:7: A walk compares finite numbers only."),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), expected);
    }
    assert_eq!(
        refused_step("act = \"page.create-account\""),
        "3:1: page.create-account has no \"account\"."
    );
    assert_eq!(
        refused_step("title = \"A\""),
        "3:1: This step has no \"act\": say what is done in it."
    );
    assert_eq!(
        refused_step("act = 5"),
        "4:7: \"act\" must be text: the name of an act."
    );
    assert_eq!(
        refused_step("act = \"fault.tamper\"\nfield = \"a\"\nchange = \"flip\""),
        "6:10: \"change\" must be a table, not text."
    );
    assert_eq!(
        refused_step(
            "act = \"fault.tamper\"\nfield = \"a\"\ntimes = 0\nchange = { kind = \"flip\" }"
        ),
        "6:9: \"times\" must be at least 1."
    );
    assert_eq!(
        refused_step("act = \"fault.tamper\"\nfield = \"a\"\nchange = { kind = \"set\" }"),
        "6:10: \"change\" has no \"value\"."
    );
}

#[test]
fn tells_what_an_act_cannot_read_at_its_member() {
    assert_eq!(
        refused_step("act = \"clock.skip\"\nby = \"soon\""),
        "5:6: \"soon\" is no duration."
    );
}

#[test]
fn tells_wrong_times_and_durations() {
    let cases = [
        (
            "start = \"monday\"",
            "2:9: \"monday\" is no time. Write it like \"2026-03-02T09:00:00Z\".",
        ),
        (
            "start = 2026-03-02T09:00:00",
            "2:9: \"2026-03-02T09:00:00\" is no time. Write it like \"2026-03-02T09:00:00Z\".",
        ),
        (
            "start = 1969-12-31T23:59:59Z",
            "2:9: A walk does not begin before 1970.",
        ),
        (
            "deadline = \"x\"",
            "2:12: \"x\" is no duration. Write one like \"90s\", \"6m\" or \"1d\".",
        ),
        (
            "deadline = \"2h\"",
            "2:12: \"deadline\" lies between 1s and 1h.",
        ),
        (
            "relying-party = { ceremony-lifetime = \"0s\" }",
            "2:39: \"ceremony-lifetime\" lies between 1s and 1day.",
        ),
    ];
    for (line, expected) in cases {
        let text = format!("title = \"A\"\n{line}\n[[steps]]\nact = \"page.sign-in\"");
        assert_eq!(refused(&text), expected);
    }
}

#[test]
fn tells_unknown_and_repeated_names() {
    assert_eq!(
        refused_expectation("device = \"phon\""),
        "5:23: This walk has no device \"phon\". Its devices: phone. Did you mean \"phone\"?"
    );
    assert_eq!(
        refused_step("act = \"page.create-account\"\naccount = \"alice\""),
        "5:11: This walk has no account \"alice\". Its accounts: none."
    );
    assert_eq!(
        refused(
            "title = \"A\"\nsecrets = [\"alice\"]\n[[steps]]\nact = \"person.enter-pin\"\npin = \"secret:alcie\""
        ),
        "5:7: This walk has no secret \"alcie\". Its secrets: alice. Did you mean \"alice\"?"
    );
    assert_eq!(
        refused(
            "title = \"A\"\ndevices = [{ name = \"a\" }, { name = \"a\" }]\n[[steps]]\nact = \"page.sign-in\""
        ),
        "2:37: \"a\" is twice among the devices. Give each its own name."
    );
    assert!(
        refused("title = \"A\"\n[[accounts]]\nname = \" a\"\n[[steps]]").starts_with("3:8: A name")
    );
}

#[test]
fn knows_a_device_from_the_step_on_that_brings_it_in() {
    let add = "[[steps]]\nact = \"device.add\"\nname = \"tablet\"\n";
    let used = "[[steps]]\nact = \"person.enter-pin\"\npin = \"secret:a\"\ndevice = \"tablet\"\n";
    let walk = read(&format!("title = \"A\"\n{add}{used}"));
    assert_eq!(walk.steps.len(), 2);
    let error = refused(&format!("title = \"A\"\n{used}{add}"));
    assert!(
        error.starts_with("5:10: This walk has no device \"tablet\"."),
        "{error}"
    );
}

#[test]
fn tells_what_is_wrong_with_an_expectation() {
    let cases = [
        (
            "evnt = \"a\"",
            "5:14: \"evnt\" is no subject. Did you mean \"event\"?",
        ),
        (
            "is = 5",
            "5:12: This expectation has no subject. Say what it is about: event, device and prompt.",
        ),
        (
            "event = \"a\", device = \"phone\"",
            "5:27: An expectation has one subject, and \"event\" and \"device\" are two. Write two \
             expectations.",
        ),
        (
            "event = \"a\", equals = 5",
            "5:27: \"equals\" is neither an operator nor a member of \"event\". The operators: is, \
             matches, at-least, absent and within. Beside \"event\" may stand where.",
        ),
        (
            "device = \"phone\", at_least = 5",
            "5:32: \"at_least\" is neither an operator nor a member of \"device\". The operators: \
             is, matches, at-least, absent and within. Did you mean \"at-least\"?",
        ),
        (
            "event = \"a\", is = 5, absent = true",
            "5:35: An expectation has one operator, and \"is\" and \"absent\" are two. Write two \
             expectations.",
        ),
        (
            "event = \"a\", field = \"b\"",
            "5:27: \"field\" needs an operator: is, matches, at-least, absent and within.",
        ),
        (
            "event = \"a\", field = \"b[0\", is = 1",
            "5:35: \"b[0\" is no path. A bracket is not closed.",
        ),
        (
            "event = \"a\", matches = \"(\"",
            "5:37: \"(\" is no regular expression: unclosed group.",
        ),
        (
            "event = \"a\", at-least = \"5\"",
            "5:38: \"at-least\" must be a number, not text.",
        ),
        (
            "event = \"a\", within = [5, 1]",
            "5:36: \"within\" takes two numbers, the lower one first: [0, 5].",
        ),
        (
            "event = \"a\", within = [5]",
            "5:36: \"within\" must have at least 2 elements.",
        ),
        (
            "event = \"a\", where = 5",
            "5:35: \"where\" must be a table, not a number.",
        ),
        ("event = 5", "5:22: \"event\" must be text, not a number."),
    ];
    for (members, expected) in cases {
        assert_eq!(refused_expectation(members), expected);
    }
    assert!(
        refused_step("act = \"page.sign-in\"\nexpect = [ 5 ]")
            .starts_with("5:12: An expectation is a table")
    );
    assert_eq!(
        refused_step("act = \"page.sign-in\"\nexpect = { event = \"a\" }"),
        "5:10: \"expect\" must be an array, not a table."
    );
}

#[test]
fn reads_values_as_json_does() {
    let walk = read(
        "title = \"A\"\n[[steps]]\nact = \"fault.tamper\"\nfield = \"f\"\n\
         change = { kind = \"set\", value = { a = 0x10, b = 1e3, c = \"t\", d = [true] } }",
    );
    let act = format!("{:?}", walk.steps[0].act);
    let value = json!({"a": 16, "b": 1000.0, "c": "t", "d": [true]});
    assert!(act.contains(&format!("{value:?}")), "{act}");
}
