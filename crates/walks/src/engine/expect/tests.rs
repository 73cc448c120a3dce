use serde_json::json;

use super::*;
use crate::engine::Operator;

#[derive(Debug)]
struct Seen {
    name: &'static str,
    happens: bool,
}

impl Subject for Seen {
    fn look<'a>(&'a self, _: &'a Stage, _: Seq) -> Doing<'a, Vec<Found>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn happens(&self) -> bool {
        self.happens
    }
}

fn expectation(name: &'static str, happens: bool, field: &str, operator: Operator) -> Expectation {
    Expectation {
        subject: Box::new(Seen { name, happens }),
        field: (!field.is_empty()).then(|| field.parse().expect("a path")),
        operator,
        line: 7,
    }
}

fn event(field: &str, operator: Operator) -> Expectation {
    expectation("rp.session.bound", true, field, operator)
}

fn found(seq: u64, value: Value) -> Found {
    Found {
        value,
        event: Some(Seq(seq)),
    }
}

fn judged(expectation: &Expectation, candidates: &[Found]) -> (bool, Option<u64>, String) {
    let check = expectation.judge(candidates);
    (
        check.held.expect("judged"),
        check.event.map(|seq| seq.0),
        check.difference.unwrap_or_default(),
    )
}

#[test]
fn holds_when_any_candidate_does_and_shows_that_one() {
    let alice = event("account", Operator::Is(json!("alice")));
    let candidates = [
        found(1, json!({"account": "bob"})),
        found(2, json!({"account": "alice"})),
        found(3, json!({"account": "carol"})),
    ];
    assert_eq!(judged(&alice, &candidates), (true, Some(2), String::new()));
}

#[test]
fn names_the_last_candidate_when_none_holds() {
    let alice = event("account", Operator::Is(json!("alice")));
    let sentence = "rp.session.bound account should be alice, but it was bob (event #4).";
    assert_eq!(
        judged(&alice, &[found(4, json!({"account": "bob"}))]),
        (false, Some(4), sentence.to_owned())
    );
    let candidates = [
        found(4, json!({"account": "bob"})),
        found(9, json!({"account": 5})),
    ];
    let sentence =
        "rp.session.bound account should be alice, but it was 5 (event #9, the last of 2).";
    assert_eq!(
        judged(&alice, &candidates),
        (false, Some(9), sentence.to_owned())
    );
}

#[test]
fn says_that_nothing_came_or_that_there_is_nothing() {
    let comes = event("", Operator::Absent(false));
    assert_eq!(judged(&comes, &[]).2, "No rp.session.bound came.");
    let phone = expectation(
        "device phone",
        false,
        "passkeys[0]",
        Operator::Absent(false),
    );
    assert_eq!(judged(&phone, &[]).2, "There is no device phone.");
}

#[test]
fn says_which_field_is_not_there() {
    let account = event("account.name", Operator::AtLeast(2.into()));
    assert_eq!(
        judged(&account, &[found(3, json!({"account": null}))]).2,
        "rp.session.bound account.name should be at least 2, but rp.session.bound has no \
         account.name (event #3)."
    );
}

#[test]
fn judges_a_ladder_by_its_whole_value() {
    let step = expectation(
        "verification step 21",
        true,
        "",
        Operator::Is(json!("failed")),
    );
    assert_eq!(
        judged(&step, &[found(41, json!("passed"))]).2,
        "verification step 21 should be failed, but it was passed (event #41)."
    );
}

#[test]
fn absence_is_of_every_candidate_and_needs_a_candidate_for_a_field() {
    let none = event("", Operator::Absent(true));
    assert_eq!(judged(&none, &[]), (true, None, String::new()));
    assert_eq!(
        judged(&none, &[found(2, json!({}))]).2,
        "rp.session.bound should not have come, but it did (event #2)."
    );
    let no_account = event("account", Operator::Absent(true));
    let (with, without) = (found(1, json!({"account": "a"})), found(2, json!({})));
    assert!(judged(&no_account, &[without.clone(), without.clone()]).0);
    assert_eq!(
        judged(&no_account, &[with, without]),
        (
            false,
            Some(1),
            "rp.session.bound account should be absent, but it was a (event #1, one of 2)."
                .to_owned()
        ),
        "one that has it is enough"
    );
    assert!(
        !judged(&no_account, &[]).0,
        "a field of nothing is not absent"
    );
}

#[test]
fn says_before_the_step_what_is_expected() {
    let phrases = [
        (
            event("account", Operator::Is(json!("alice"))),
            "rp.session.bound account is alice",
        ),
        (
            event("", Operator::Absent(true)),
            "rp.session.bound does not come",
        ),
        (event("", Operator::Absent(false)), "rp.session.bound comes"),
        (
            event("n", Operator::Within(1.into(), 3.into())),
            "rp.session.bound n is between 1 and 3",
        ),
        (
            event("a", Operator::Absent(true)),
            "rp.session.bound a is absent",
        ),
        (
            expectation("device phone", false, "", Operator::Absent(false)),
            "device phone is there",
        ),
    ];
    for (expectation, expected) in phrases {
        let check = expectation.ahead();
        assert_eq!(check.expected, expected);
        assert_eq!((check.held, check.actual, check.line), (None, None, 7));
    }
}
