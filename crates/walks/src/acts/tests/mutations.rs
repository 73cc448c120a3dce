//! A walk that should fail fails: expectations turned round, acts left out, faults added.

use std::{
    collections::{HashSet, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use serde_json::{Number, json};
use timeline::Event;

use super::fixture::{files, for_each, played, read, told, walk};
use crate::{
    engine::{
        Act, Cast, Doing, Expectation, Operator, Options, Run, Runner, Stage, StepOutcome, Verdict,
        Walk,
    },
    http_page::HttpPage,
};

/// Nothing is done.
#[derive(Debug)]
struct LeftOut;

impl Act for LeftOut {
    fn perform<'a>(&'a self, _: &'a Stage) -> Doing<'a> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn instruction(&self, _: &Cast) -> String {
        "Nothing.".to_owned()
    }

    fn shown_by(&self, _: &Event, _: &Cast) -> bool {
        false
    }
}

/// What no field of anything here is.
fn turned_round(operator: &Operator) -> Operator {
    match operator {
        Operator::Is(_) => Operator::Is(json!("what nobody says")),
        Operator::Matches(_) => {
            Operator::Matches("^what nobody says$".parse().expect("an expression"))
        }
        Operator::AtLeast(_) => Operator::AtLeast(Number::from(i64::MAX)),
        Operator::Within(..) => Operator::Within(Number::from(i64::MIN), Number::from(i64::MIN)),
        Operator::Absent(absent) => Operator::Absent(!absent),
    }
}

/// Plays a walk and turns each expectation round after its step; those that hold all the same.
async fn held_anyway(file: PathBuf) -> Vec<String> {
    let walk = read(&file);
    let turned: Vec<Vec<Operator>> = (walk.steps.iter())
        .map(|step| {
            step.expect
                .iter()
                .map(|it| turned_round(&it.operator))
                .collect()
        })
        .collect();
    // The same walk once more, so that its expectations can be taken apart.
    let expected: Vec<Vec<Expectation>> = (read(&file).steps.into_iter())
        .map(|step| step.expect)
        .collect();
    let mut runner = start(walk).await;
    let mut held = Vec::new();
    for (expectations, operators) in expected.into_iter().zip(turned) {
        assert_eq!(
            runner.step().await,
            StepOutcome::Passed,
            "{}",
            told(&runner.run())
        );
        let since = (runner.run().steps.iter().rev())
            .find_map(|step| step.events)
            .expect("the step was done")
            .0;
        for (expectation, operator) in expectations.into_iter().zip(operators) {
            let turned = Expectation {
                operator,
                ..expectation
            };
            let check = turned.check(runner.stage(), since).await;
            if check.held != Some(false) || check.difference.is_none() {
                held.push(format!("{}:{}: {check:?}", file.display(), check.line));
            }
        }
    }
    runner.finish().await;
    held
}

async fn start(walk: Walk) -> Runner {
    let page =
        |bench: &bench::Bench| -> Arc<dyn crate::engine::Page> { Arc::new(HttpPage::new(bench)) };
    let started = Runner::start(Arc::new(walk), Options::default(), page).await;
    started.expect("a fresh bench can be set up")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_expectation_turned_round_is_red() {
    let held = for_each(files(), held_anyway).await.concat();
    assert!(held.is_empty(), "{}", held.join("\n"));
}

/// The walks begin alike: what a run has shown up to the step that failed holds for all that are
/// the same up to there.
fn beginning(walk: &Walk, left_out: usize, up_to: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    let players = walk
        .cast
        .devices
        .iter()
        .map(|player| (&player.name, &player.profile, format!("{:?}", player.way)));
    players.for_each(|player| player.hash(&mut hasher));
    let stage = (&walk.policy, &walk.party, &walk.further, walk.cast.start);
    format!("{stage:?} {:?} {}", walk.deadline, walk.seed).hash(&mut hasher);
    for step in &walk.steps[..=up_to] {
        format!("{:?} {:?}", step.act, step.expect).hash(&mut hasher);
    }
    left_out.hash(&mut hasher);
    hasher.finish()
}

fn failed_at(run: &Run) -> Option<usize> {
    let failed = |step: &crate::engine::StepRun| step.outcome == StepOutcome::Failed;
    run.steps.iter().position(failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_left_out_turns_its_walk_red() {
    let seen: Arc<Mutex<HashSet<u64>>> = Arc::default();
    let mut mutants = Vec::new();
    for file in files() {
        mutants.extend((0..read(&file).steps.len()).map(|at| (file.clone(), at)));
    }
    let green = for_each(mutants, |(file, at)| {
        let seen = seen.clone();
        async move {
            let whole = read(&file);
            let known = {
                let seen = seen.lock().expect("no panic");
                (at..whole.steps.len()).any(|last| seen.contains(&beginning(&whole, at, last)))
            };
            if known {
                return None;
            }
            let mut mutant = read(&file);
            mutant.steps[at].act = Box::new(LeftOut);
            match failed_at(&played(mutant).await) {
                Some(last) => {
                    seen.lock()
                        .expect("no panic")
                        .insert(beginning(&whole, at, last));
                    None
                }
                None => Some(format!("{}: {}", file.display(), whole.steps[at].title)),
            }
        }
    });
    let green: Vec<String> = green.await.into_iter().flatten().collect();
    assert!(green.is_empty(), "{}", green.join("\n"));
}

const ENROLMENT: &str = r#"
title = "Enrolment"
[[devices]]
name = "phone"
[[accounts]]
name = "alice"
[[steps]]
act = "page.create-account"
account = "alice"
expect = [{ prompt = "touch" }]
[[steps]]
act = "person.touch"
expect = [{ prompt = "set-pin" }]
[[steps]]
act = "person.set-pin"
pin = "secret:alice"
expect = [{ account = "alice", field = "sessions", is = 1 }]
[[steps]]
act = "page.sign-out"
expect = [{ account = "alice", field = "sessions", is = 0 }]
[[steps]]
act = "page.sign-in"
expect = [{ prompt = "touch" }]
[[steps]]
act = "person.touch"
expect = [{ prompt = "enter-pin" }]
[[steps]]
act = "person.enter-pin"
pin = "secret:alice"
expect = [
  { verification = "7.2", is = "passed" },
  { account = "alice", field = "sessions", is = 1 },
  { page = "account", field = "signedInAs", is = "alice" },
  { event = "bench.fault.applied", absent = true },
]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_says_beside_its_body_can_be_expected_and_mistaken() {
    let dropped = "act = \"fault.drop\"\nmessage = \"POST /api/authentication/begin\"";
    let opened = "act = \"page.open\"";
    let said = [
        (
            dropped,
            "bench.fault.applied",
            "$deliberate",
            "true",
            "false",
        ),
        (
            dropped,
            "bench.fault.applied",
            "$party",
            "\"bench\"",
            "\"client\"",
        ),
        (
            opened,
            "rp.response",
            "$cause",
            "\"rp.request\"",
            "\"rp.response\"",
        ),
        (
            opened,
            "rp.response",
            "$partyTime",
            "\"2026-03-02T09:00:00Z\"",
            "\"2026-03-02T09:00:01Z\"",
        ),
    ];
    for (first, event, field, so, not_so) in said {
        for (is, passes) in [(so, true), (not_so, false)] {
            let text = format!(
                "title = \"A sign-in\"\n[[devices]]\nname = \"phone\"\n[[steps]]\n{first}\n\
                 [[steps]]\nact = \"page.sign-in\"\nexpect = [\n\
                 {{ event = \"{event}\", field = \"{field}\", is = {is} }},\n\
                 {{ event = \"{event}\", where = {{ \"{field}\" = {is} }} }},\n]\n"
            );
            let run = played(walk(&text)).await;
            let held: Vec<_> = run.steps[1].checks.iter().map(|check| check.held).collect();
            assert_eq!(held, [Some(passes); 2], "{field} {is}{}", told(&run));
        }
    }
}

/// The walk above with a step before the one with this number.
fn broken(before: usize, step: &str) -> Walk {
    let mut parts: Vec<&str> = ENROLMENT.split("[[steps]]\n").collect();
    parts.insert(before, step);
    walk(&parts.join("[[steps]]\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_green_turns_red_when_the_product_is_broken_under_it() {
    let sound = played(walk(ENROLMENT)).await;
    assert_eq!(sound.verdict, Verdict::Passed, "{}", told(&sound));
    let breaks = [
        (1, "act = \"network.offline\"\n", 2),
        (1, "act = \"network.server-down\"\n", 2),
        (
            3,
            "act = \"network.answer-lost\"\npath = \"/api/registration/finish\"\n",
            5,
        ),
        (4, "act = \"network.lossy\"\npercent = 100\n", 5),
        (
            3,
            "act = \"fault.drop\"\nmessage = \"POST /api/registration/finish\"\n",
            4,
        ),
        (
            5,
            "act = \"fault.drop\"\nmessage = \"authenticatorGetAssertion\"\n",
            6,
        ),
        (
            5,
            "act = \"fault.delay\"\nmessage = \"POST /api/authentication/finish\"\nby = \"10ms\"\n",
            8,
        ),
        (
            5,
            "act = \"fault.duplicate\"\nmessage = \"POST /api/authentication/finish\"\n",
            8,
        ),
        (
            1,
            "act = \"fault.replay\"\nmessage = \"GET /api/session\"\ndirection = \"response\"\n",
            5,
        ),
        (
            5,
            "act = \"fault.tamper\"\nmessage = \"authenticatorGetAssertion\"\ndirection = \"response\"\nfield = \"signature\"\n",
            8,
        ),
        (7, "act = \"rp.restart\"\n", 8),
        (
            7,
            "act = \"clock.skip\"\nby = \"6m\"\nparties = [\"relying-party\"]\n",
            8,
        ),
        (7, "act = \"device.remove\"\ndevice = \"phone\"\n", 8),
    ];
    for (before, step, red) in breaks {
        let Ok(walk) = std::panic::catch_unwind(|| broken(before, step)) else {
            panic!("not a walk: {step}");
        };
        let run = played(walk).await;
        let failed = failed_at(&run).map(|at| at + 1);
        assert_eq!(failed, Some(red), "{step}{}", told(&run));
        assert_eq!(run.verdict, Verdict::Failed);
        let later = &run.steps[red..];
        assert!(
            later
                .iter()
                .all(|step| step.outcome == StepOutcome::Skipped)
        );
    }
}
