use std::{net::TcpStream, time::Instant};

use bench::api::{NetworkState, PromptAnswer};

use super::*;
use crate::{
    acts::registry,
    engine::{Act, Cast, Doing, PageView},
};

const SIGN_UP: &str = r#"
title = "Enrolment"
why = "To be run."
deadline = "30s"
[[devices]]
name = "phone"
[[accounts]]
name = "alice"
[[steps]]
act = "page.create-account"
account = "alice"
[[steps]]
act = "person.touch"
[[steps]]
act = "person.set-pin"
pin = "secret:alice"
expect = [{ account = "alice", field = "sessions", is = 1 }]
"#;

fn walk(text: &str) -> Arc<Walk> {
    match Walk::parse(text, "enrolment.toml", &registry()) {
        Ok(walk) => Arc::new(walk),
        Err(unusable) => panic!("{unusable}"),
    }
}

async fn start(walk: Arc<Walk>) -> Runner {
    let page = |bench: &Bench| -> Arc<dyn Page> { Arc::new(HttpPage::new(bench)) };
    let started = Runner::start(walk, Options::default(), page).await;
    started.expect("a fresh bench can be set up")
}

/// What the last step of the run says.
fn failure(run: &Run) -> &str {
    let failed = run.failed_step().expect("a step failed");
    failed
        .failure
        .as_deref()
        .expect("its act could not be done")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_hangs_ends_at_its_deadline_and_says_what_it_waited_for() {
    let hangs = SIGN_UP.replace("30s", "2s").replace(
        "[[accounts]]",
        "[[steps]]\nact = \"fault.delay\"\nmessage = \"POST /api/registration/begin\"\nby = \"10m\"\n[[accounts]]",
    );
    let began = Instant::now();
    let run = run(walk(&hangs), Options::default()).await;
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "the delay is not waited for"
    );
    assert_eq!(run.verdict, Verdict::Failed);
    assert_eq!(run.steps[1].outcome, StepOutcome::Failed);
    let sentence = failure(&run);
    assert!(
        sentence.starts_with("The walk's 2 s were used up. ")
            && sentence
                .ends_with("The walk was waiting for the answer to POST /api/registration/begin."),
        "{sentence}"
    );
    assert_eq!(run.steps[2].outcome, StepOutcome::Skipped);
    assert_eq!(
        run.events.last().map(|event| event.kind.as_ref()),
        Some(kinds::WALK_ENDED)
    );
}

/// A page that can be used and not looked at, as a frame that has died.
struct Frozen(HttpPage);

impl Page for Frozen {
    fn act<'a>(&'a self, act: &'a PageAct) -> Doing<'a> {
        self.0.act(act)
    }

    fn busy(&self) -> bool {
        self.0.busy()
    }

    fn changed(&self) -> Doing<'_> {
        self.0.changed()
    }

    fn view(&self) -> Doing<'_, PageView> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_a_page_that_does_not_answer_ends_with_the_walks_time() {
    let looks = SIGN_UP.replace("30s", "2s").replace(
        "[[steps]]\nact = \"person.touch\"",
        "expect = [{ page = \"account\" }, { page = \"sign-in\" }]\n[[steps]]\nact = \"person.touch\"",
    );
    let page = |bench: &Bench| -> Arc<dyn Page> { Arc::new(Frozen(HttpPage::new(bench))) };
    let started = Runner::start(walk(&looks), Options::default(), page).await;
    let mut runner = started.expect("a fresh bench can be set up");
    assert_eq!(runner.step().await, StepOutcome::Failed);
    let run = runner.finish().await;
    for check in &run.steps[0].checks {
        let why = check.difference.as_deref().expect("it did not hold");
        assert!(
            why.starts_with(
                "The walk's 2 s were used up. The walk was waiting for a look at page "
            ),
            "{why}"
        );
    }
}

/// A fault of the program.
#[derive(Debug)]
struct Breaks;

impl Act for Breaks {
    fn perform<'a>(&'a self, _: &'a Stage) -> Doing<'a> {
        panic!("as this test wants it")
    }

    fn instruction(&self, _: &Cast) -> String {
        "Break.".to_owned()
    }

    fn shown_by(&self, _: &Event, _: &Cast) -> bool {
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_breaks_off_has_failed_and_says_whose_fault_it_is() {
    let mut breaking = Walk::parse(SIGN_UP, "enrolment.toml", &registry()).expect("a walk");
    breaking.steps[1].act = Box::new(Breaks);
    let run = run(Arc::new(breaking), Options::default()).await;
    assert_eq!(run.verdict, Verdict::Failed);
    let why = failure(&run);
    assert!(
        why.starts_with("Touchstone itself broke off") && why.contains("as this test wants it"),
        "{why}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_dropped_is_not_waited_for() {
    let dropped = SIGN_UP.replace(
        "[[accounts]]",
        "[[steps]]\nact = \"fault.drop\"\nmessage = \"authenticatorMakeCredential\"\n[[accounts]]",
    );
    let run = run(walk(&dropped), Options::default()).await;
    assert_eq!(
        run.steps[1].outcome,
        StepOutcome::Passed,
        "the walk goes on: {run:?}"
    );
    assert_eq!(failure(&run), "Nobody asks for a touch: no prompt is open.");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_when_a_run_is_over_however_it_ends() {
    let alive = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let before = alive();
    let runs = ["", "act = \"network.slow\"\nby = \"10m\"\n[[steps]]\n"].map(|extra| async move {
        let text = SIGN_UP.replace(
            "[[steps]]\nact = \"page",
            &format!("[[steps]]\n{extra}act = \"page"),
        );
        let mut runner = start(walk(&text.replace("30s", "2s"))).await;
        let folder = runner.folder.path().to_owned();
        let origin = runner.bench().relying_party().origin;
        let authority = origin.rsplit('/').next().expect("an origin").to_owned();
        let address = authority.replace("acme.localhost", "127.0.0.1");
        assert!(folder.is_dir() && TcpStream::connect(&address).is_ok());
        let (first, second) = (runner.step().await, runner.step().await);
        let run = runner.finish().await;
        assert!(!folder.exists(), "the folder is deleted");
        assert!(TcpStream::connect(&address).is_err(), "the port is closed");
        (first, second, run.verdict)
    });
    let [left, hung] = runs;
    let (left, hung) = tokio::join!(left, hung);
    assert_eq!(
        left,
        (StepOutcome::Passed, StepOutcome::Passed, Verdict::Running)
    );
    assert_eq!(
        hung,
        (StepOutcome::Passed, StepOutcome::Failed, Verdict::Failed)
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    while alive() > before {
        assert!(
            Instant::now() < deadline,
            "{} tasks are left",
            alive() - before
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_go_on_side_by_side_in_one_process() {
    let runs = (1..=6).map(|seed| {
        let options = Options {
            seed: Some(seed),
            ..Options::default()
        };
        tokio::spawn(super::run(walk(SIGN_UP), options))
    });
    let mut ports = std::collections::HashSet::new();
    for (run, seed) in runs.collect::<Vec<_>>().into_iter().zip(1..) {
        let run = run.await.expect("no panic");
        assert_eq!((run.verdict, run.seed), (Verdict::Passed, seed));
        let called = run
            .events
            .iter()
            .find(|event| event.kind == "client.create.called");
        let origin = called.expect("called").body["origin"].to_string();
        assert!(ports.insert(origin), "each has a relying party of its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn you_do_it_ticks_what_the_tester_does_and_can_be_left_and_taken_up_again() {
    let mut runner = start(walk(SIGN_UP)).await;
    let (bench, page) = (runner.bench().clone(), runner.stage().page.clone());
    let idle = tokio::time::timeout(Duration::from_millis(50), runner.watch()).await;
    assert!(idle.is_err(), "nobody has done anything");
    assert_eq!(runner.run().steps[0].outcome, StepOutcome::Current);

    let form = PageAct::CreateAccount {
        username: "alice".to_owned(),
        display_name: "Alice".to_owned(),
    };
    let (outcome, pressed) = tokio::join!(runner.watch(), page.act(&form));
    pressed.expect("the page offers it");
    assert_eq!(outcome, StepOutcome::Passed);

    // The tester is quicker than the walk: the touch comes before anybody watches for it.
    let prompt = bench
        .bench_state()
        .await
        .expect("it lives")
        .prompt
        .expect("it asks");
    let id = u32::try_from(prompt.id).expect("small");
    bench
        .prompt_answer(id, PromptAnswer::Touch)
        .await
        .expect("it is still asked");
    quiet::quiet(runner.stage()).await.expect("the bench lives");
    assert_eq!(runner.watch().await, StepOutcome::Passed);

    // And then lets the walk do the rest.
    let idle = tokio::time::timeout(Duration::from_millis(50), runner.watch()).await;
    assert!(idle.is_err(), "no PIN was set");
    assert_eq!(runner.step().await, StepOutcome::Passed);
    assert_eq!(runner.position(), None);
    let run = runner.finish().await;
    assert_eq!(run.verdict, Verdict::Passed);
    let steps = run
        .events
        .iter()
        .filter(|event| event.kind == kinds::WALK_STEP);
    assert_eq!(steps.count(), 3, "each step is told once");
}

/// Types a PIN at the prompt that is open.
async fn type_pin(bench: &Bench, digits: &str) {
    let state = bench.bench_state().await.expect("it lives");
    let prompt = state.prompt.expect("it asks").id;
    let id = u32::try_from(prompt).expect("small");
    let digit = |digit: u8| PromptAnswer::Digit {
        digit: digit - b'0',
    };
    let answers = digits.bytes().map(digit).chain([PromptAnswer::Submit]);
    for answer in answers {
        bench.prompt_answer(id, answer).await.expect("it asks");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_testers_slip_at_the_pin_is_no_step_unless_the_walk_means_a_wrong_one() {
    for (pin, slips) in [("alice", true), ("somebody", false)] {
        let again = format!(
            "[[steps]]\nact = \"page.sign-out\"\n[[steps]]\nact = \"page.sign-in\"\n[[steps]]\nact = \"person.touch\"\n\
             [[steps]]\nact = \"person.enter-pin\"\npin = \"secret:{pin}\"\n"
        );
        let mut runner = start(walk(&format!("{SIGN_UP}{again}"))).await;
        for _ in 0..6 {
            assert_eq!(runner.step().await, StepOutcome::Passed);
        }
        let bench = runner.bench().clone();
        let right = runner.stage().secrets.digits("alice").expect("it is set");
        let right = right.to_owned();
        let wrong = if right.starts_with('0') {
            "1111"
        } else {
            "0000"
        };
        type_pin(&bench, wrong).await;
        quiet::quiet(runner.stage()).await.expect("the bench lives");
        if slips {
            let idle = tokio::time::timeout(Duration::from_secs(2), runner.watch()).await;
            assert!(idle.is_err(), "the step is still to be done: {idle:?}");
            type_pin(&bench, &right).await;
        }
        assert_eq!(runner.watch().await, StepOutcome::Passed, "{pin}");
        assert_eq!(runner.finish().await.verdict, Verdict::Passed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_walk_did_itself_is_not_taken_for_the_testers_doing() {
    let again = "[[steps]]\nact = \"page.sign-out\"\n[[steps]]\nact = \"page.sign-in\"\n[[steps]]\nact = \"person.touch\"\n";
    let mut runner = start(walk(&format!("{SIGN_UP}{again}"))).await;
    for _ in 0..5 {
        assert_eq!(runner.step().await, StepOutcome::Passed);
    }
    let idle = tokio::time::timeout(Duration::from_millis(50), runner.watch()).await;
    assert!(idle.is_err(), "the touch of step 2 was the walk's own");
    runner.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_of_several_devices_is_in_use_and_the_front_page_is_open() {
    let two = SIGN_UP.replace(
        "[[accounts]]",
        "[[devices]]\nname = \"key\"\nprofile = \"key\"\n[[accounts]]",
    );
    let runner = start(walk(&two)).await;
    let state = runner.stage().state().await.expect("it lives");
    let names: Vec<&str> = state
        .devices
        .iter()
        .map(|device| device.name.as_str())
        .collect();
    assert_eq!(names, ["phone", "key"]);
    assert_eq!(state.active_device.as_ref(), Some(&state.devices[0].id));
    assert_eq!(state.seams.network, NetworkState::Online);
    assert_eq!(runner.stage().page.view().await.expect("open").path, "/");
    runner.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_begin_says_why() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let options = Options {
        keep: Some(file.path().to_owned()),
        ..Options::default()
    };
    let run = run(walk(SIGN_UP), options).await;
    assert_eq!(run.verdict, Verdict::Failed);
    assert!(failure(&run).contains("Choose another one."), "{run:?}");
    let rest = &run.steps[1..];
    assert!(rest.iter().all(|step| step.outcome == StepOutcome::Skipped));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_be_kept_stays_and_no_second_run_begins_on_it() {
    let keep = tempfile::tempdir().expect("a folder");
    let options = || Options {
        keep: Some(keep.path().join("run")),
        ..Options::default()
    };
    let first = run(walk(SIGN_UP), options()).await;
    assert_eq!(first.verdict, Verdict::Passed, "{first:?}");
    assert!(
        keep.path().join("run/rp").is_dir(),
        "the relying party's data"
    );
    let second = run(walk(SIGN_UP), options()).await;
    assert!(failure(&second).contains("is not empty"), "{second:?}");
}
