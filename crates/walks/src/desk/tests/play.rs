use super::*;
use crate::{
    api::{ReportFormat, WalkMode},
    desk::Refused,
    engine::{StepOutcome, Verdict},
};

const HANGS: &str = r#"
title = "Waits for ever"
deadline = "1h"
[[devices]]
name = "phone"
[[accounts]]
name = "alice"
[[steps]]
act = "network.slow"
by = "10m"
[[steps]]
act = "page.create-account"
account = "alice"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_plays_to_its_end_and_leaves_the_testers_own_bench_as_it_was() {
    let stand = Stand::open();
    let own = stand.desk.bench();
    let path = stand.walk("a.toml", CREATES);
    stand.desk.walk_open(path.clone()).await.expect("it opens");
    let before = said(&own);
    let devices = own.bench_state().await.expect("it answers").devices.len();
    let state = stand.state().await;
    assert_eq!(state.showing, Showing::Walk);
    assert_eq!(state.generation, 2);
    let walk = state.walk.expect("open");
    assert_eq!(
        (walk.position, walk.verdict, walk.preparing),
        (0, Verdict::Running, false)
    );
    assert_eq!(walk.steps[0].note.as_deref(), Some("On the page."));
    stand.desk.walk_play().await.expect("it plays");
    let done = stand
        .until("the end", |walk| walk.verdict != Verdict::Running)
        .await;
    assert_eq!(done.verdict, Verdict::Passed, "{done:#?}");
    assert_eq!((done.position, done.playing, done.busy), (3, false, false));
    for step in &done.steps {
        assert_eq!(step.outcome, StepOutcome::Passed);
        assert!(step.first.is_some() && step.first <= step.last, "{step:#?}");
    }
    let listed = stand.desk.walk_list().await.expect("a list");
    let mine = listed
        .iter()
        .find(|walk| walk.path == path)
        .expect("listed");
    assert_eq!(mine.last, Some(Verdict::Passed));
    stand.desk.walk_close().await.expect("it closes");
    stand.shows_own().await;
    assert_eq!(stand.state().await.generation, 3);
    assert_eq!(
        said(&own),
        before,
        "nothing happened on the tester's own bench"
    );
    assert_eq!(
        own.bench_state().await.expect("it answers").devices.len(),
        devices
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_knows_the_seed_and_the_device_that_a_step_is_about() {
    let walk = r#"
title = "A phone alone"
why = "Its network is its own."
seed = 7
[[devices]]
name = "phone"
[[steps]]
act = "network.offline"
device = "phone"
[[steps]]
act = "network.offline"
"#;
    let stand = Stand::opened(walk).await;
    let told = |walk: &WalkState| {
        let devices = walk.steps.iter().map(|step| step.device.clone());
        (walk.seed.clone(), devices.collect::<Vec<_>>())
    };
    let expected = ("7".to_owned(), vec![Some("phone".to_owned()), None]);
    assert_eq!(told(&stand.walk_state().await), expected);
    stand.desk.walk_step().await.expect("it steps");
    let after = stand.until("the step", |walk| walk.position == 1).await;
    assert_eq!(told(&after), expected, "a step that is done tells it too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_step_ends_the_walk_and_says_what_differs_and_where() {
    let failing = CREATES.replace("is = \"createPasskey\"", "is = \"signIn\"");
    let stand = Stand::opened(&failing).await;
    stand.desk.walk_play().await.expect("it plays");
    let walk = stand
        .until("the end", |walk| walk.verdict != Verdict::Running)
        .await;
    assert_eq!(walk.verdict, Verdict::Failed);
    let outcomes: Vec<StepOutcome> = walk.steps.iter().map(|step| step.outcome).collect();
    assert_eq!(
        outcomes,
        [
            StepOutcome::Failed,
            StepOutcome::Skipped,
            StepOutcome::Skipped
        ]
    );
    let sentence = walk.steps[0].sentence.as_deref().expect("a sentence");
    assert!(
        sentence.contains("createPasskey") && sentence.contains("signIn"),
        "{sentence}"
    );
    assert_eq!((walk.position, walk.playing), (1, false));
    let refused = stand.desk.walk_step().await.expect_err("no step is left");
    assert!(matches!(refused, Refused::AtEnd(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_done_one_by_one_and_what_is_not_possible_is_said() {
    let stand = Stand::open();
    for refused in [
        stand.desk.walk_step().await,
        stand.desk.walk_play().await,
        stand.desk.walk_pause().await,
        stand.desk.walk_restart().await,
        stand.desk.walk_close().await,
        stand.desk.walk_mode(WalkMode::YouDoIt).await,
        stand
            .desk
            .walk_save_report(ReportFormat::Html)
            .await
            .map(drop),
    ] {
        assert_eq!(refused.expect_err("no walk is open").code(), "noWalk");
    }
    for nowhere in [
        "/etc/passwd",
        "built-in:../secret.toml",
        "built-in:none.toml",
        "",
    ] {
        let refused = stand.desk.walk_open(nowhere.to_owned()).await;
        assert_eq!(refused.expect_err(nowhere).code(), "unknownWalk");
    }
    let path = stand.walk("a.toml", CREATES);
    stand.desk.walk_open(path).await.expect("it opens");
    for (at, outcome) in [
        (1, Verdict::Running),
        (2, Verdict::Running),
        (3, Verdict::Passed),
    ] {
        stand.desk.walk_step().await.expect("a step");
        let walk = stand
            .until("the step", |walk| walk.position == at && !walk.busy)
            .await;
        assert_eq!(walk.verdict, outcome);
    }
    assert_eq!(
        stand.desk.walk_step().await.expect_err("the end").code(),
        "walkAtEnd"
    );
    assert_eq!(
        stand.desk.walk_play().await.expect_err("the end").code(),
        "walkAtEnd"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_is_under_way_takes_no_second_step_and_can_be_closed_in_the_middle_of_one() {
    let stand = Stand::opened(HANGS).await;
    stand.desk.walk_play().await.expect("it plays");
    stand
        .until("the slow step", |walk| walk.position == 1 && walk.busy)
        .await;
    assert_eq!(
        stand.desk.walk_step().await.expect_err("it plays").code(),
        "walkPlaying"
    );
    stand.desk.walk_pause().await.expect("it pauses");
    assert_eq!(
        stand.desk.walk_step().await.expect_err("busy").code(),
        "walkStepping"
    );
    assert_eq!(
        stand.desk.walk_play().await.expect_err("busy").code(),
        "walkStepping"
    );
    assert_eq!(
        stand.walk_state().await.steps[1].outcome,
        StepOutcome::Current
    );
    let closing = tokio::time::timeout(PATIENCE, stand.desk.walk_close());
    closing
        .await
        .expect("no step holds it up")
        .expect("it closes");
    stand.shows_own().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_lets_the_step_under_way_end_and_no_other_begin() {
    let stand = Stand::opened(CREATES).await;
    stand.desk.walk_play().await.expect("it plays");
    stand.desk.walk_pause().await.expect("it pauses");
    let walk = stand.until("the step's end", |walk| !walk.busy).await;
    assert!(!walk.playing);
    let position = walk.position;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(stand.walk_state().await.position, position);
    stand.desk.walk_play().await.expect("it goes on");
    stand
        .until("the end", |walk| walk.verdict == Verdict::Passed)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_reads_the_file_again_and_a_file_that_cannot_be_used_leaves_the_run_alone() {
    let stand = Stand::opened(CREATES).await;
    stand
        .desk
        .walk_mode(WalkMode::YouDoIt)
        .await
        .expect("a mode");
    stand.desk.walk_step().await.expect("a step");
    stand.until("the step", |walk| walk.position == 1).await;
    stand.walk("a.toml", "title = \"Torn");
    let refused = stand
        .desk
        .walk_restart()
        .await
        .expect_err("the file is torn");
    assert_eq!(refused.code(), "walkUnusable");
    let walk = stand.walk_state().await;
    assert_eq!(walk.position, 1, "the run is as it was");
    let problem = walk.problem.expect("it is shown");
    assert!(problem.message.contains("a.toml:1"), "{}", problem.message);
    stand.walk("a.toml", &CREATES.replace("An account", "Another title"));
    stand.desk.walk_restart().await.expect("it is whole again");
    let walk = stand.walk_state().await;
    assert_eq!((walk.title.as_str(), walk.position), ("Another title", 0));
    assert_eq!(walk.mode, WalkMode::YouDoIt, "the mode stays");
    assert!(walk.problem.is_none());
    assert_eq!(
        stand.rooms().len(),
        2,
        "one folder and its lock: {:?}",
        stand.rooms()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_without_a_window_is_given_up_when_it_is_closed() {
    let stand = Stand::open();
    stand.framing.abort();
    let path = stand.walk("a.toml", CREATES);
    let desk = stand.desk.clone();
    let opening = tokio::spawn(async move { desk.walk_open(path).await });
    let mut changes = stand.desk.changes();
    while stand.state().await.showing != Showing::Walk {
        changes.changed().await.expect("the desk lives");
    }
    assert!(stand.walk_state().await.preparing);
    assert_eq!(
        stand.desk.walk_step().await.expect_err("not yet").code(),
        "deskBusy"
    );
    stand.desk.walk_close().await.expect("it closes");
    let refused = opening.await.expect("no panic").expect_err("it was closed");
    assert_eq!(refused.code(), "walkClosed");
    stand.shows_own().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_closed_while_its_bench_opens_leaves_nothing_behind() {
    let stand = Stand::open();
    let path = stand.walk("a.toml", CREATES);
    for turn in 0..20 {
        let desk = stand.desk.clone();
        let (path, mut changes) = (path.clone(), stand.desk.changes());
        let opening = tokio::spawn(async move { desk.walk_open(path).await });
        while stand.state().await.walk.is_none() {
            changes.changed().await.expect("the desk lives");
        }
        tokio::time::sleep(Duration::from_millis(turn * 3)).await;
        stand.desk.walk_close().await.expect("it closes");
        // It came to be open, or was closed before.
        let _ = opening.await.expect("no panic");
        stand.shows_own().await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    stand.shows_own().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_of_the_testers_own_page_ends_when_another_bench_is_shown() {
    let stand = Stand::open();
    let own = stand.desk.bench();
    own.opened().await.expect("it opens");
    let page = HttpPage::new(&own);
    for act in [
        PageAct::Open {
            path: "/".to_owned(),
            rp_id: None,
        },
        PageAct::CreateAccount {
            username: "tester".to_owned(),
            display_name: "Tester".to_owned(),
        },
    ] {
        while page.busy() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        page.act(&act).await.expect("the page takes it");
    }
    stand
        .prompt(|question| matches!(question, Question::Touch { .. }))
        .await;
    let path = stand.walk("a.toml", CREATES);
    stand.desk.walk_open(path).await.expect("it opens");
    let ended = async {
        while !own.credentials_running().is_empty() || own.prompt().is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended)
        .await
        .expect("nobody sees its page any more");
    stand.desk.walk_close().await.expect("it closes");
    stand.shows_own().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_in_the_folder_of_walks_keeps_nobody_waiting() {
    let stand = Stand::open();
    stand.walk("a.toml", CREATES);
    let pipe = stand.data.path().join("walks/b.toml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("it runs").success());
    let listed = tokio::time::timeout(PATIENCE, stand.desk.walk_list()).await;
    let listed = listed.expect("nobody waits").expect("a list");
    assert_eq!(listed.iter().filter(|walk| walk.own).count(), 1);
    let refused = stand.desk.walk_open(pipe.display().to_string()).await;
    assert_eq!(refused.expect_err("no walk").code(), "unknownWalk");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_report_is_a_new_file_without_the_secrets() {
    let stand = Stand::opened(CREATES).await;
    stand.desk.walk_play().await.expect("it plays");
    stand
        .until("the end", |walk| walk.verdict == Verdict::Passed)
        .await;
    let mut paths = Vec::new();
    for format in [
        ReportFormat::Html,
        ReportFormat::Json,
        ReportFormat::Junit,
        ReportFormat::Json,
    ] {
        let saved = stand.desk.walk_save_report(format).await.expect("saved");
        assert!(saved.events > 10, "the run's events are in it");
        let text = fs::read_to_string(&saved.path).expect("readable");
        assert!(text.contains("An account"), "{text}");
        paths.push(saved.path);
    }
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 4, "{paths:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn walks_are_listed_with_what_they_show_or_why_they_cannot_be_used() {
    let stand = Stand::open();
    let good = stand.walk("b.toml", CREATES);
    let bad = stand.walk("c.toml", &CREATES.replace("person.touch", "person.tuch"));
    fs::write(stand.data.path().join("walks/notes.txt"), "no walk").expect("writable");
    let listed = stand.desk.walk_list().await.expect("a list");
    let own: Vec<_> = listed.iter().filter(|walk| walk.own).collect();
    assert_eq!(own.len(), 2);
    let [found, unusable] = own.as_slice() else {
        unreachable!()
    };
    assert_eq!(
        (found.path.as_str(), found.title.as_str()),
        (good.as_str(), "An account")
    );
    assert_eq!(found.steps.len(), 3);
    assert_eq!(found.steps[0], "Alice asks for an account");
    assert_eq!(found.tags, ["page", "person"]);
    let problem = unusable.problem.as_ref().expect("a problem");
    assert_eq!(problem.line, 17, "{problem:?}");
    assert!(
        problem.message.contains("person.touch"),
        "{}",
        problem.message
    );
    assert_eq!(
        stand
            .desk
            .walk_open(bad)
            .await
            .expect_err("unusable")
            .code(),
        "walkUnusable"
    );
    stand.shows_own().await;
    assert!(stand.state().await.walk.is_none());
}
