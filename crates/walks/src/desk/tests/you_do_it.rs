use super::*;
use crate::{
    api::WalkMode,
    engine::{StepOutcome, Verdict},
};

async fn watched(text: &str) -> Stand {
    let stand = Stand::opened(text).await;
    stand
        .desk
        .walk_mode(WalkMode::YouDoIt)
        .await
        .expect("a mode");
    stand
        .until("the walk to watch", |walk| {
            walk.steps[0].outcome == StepOutcome::Current
        })
        .await;
    stand
}

fn alice() -> PageAct {
    PageAct::CreateAccount {
        username: "alice".to_owned(),
        display_name: "Alice Example".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_ticks_what_the_tester_does() {
    let stand = watched(CREATES).await;
    let walk = stand.walk_state().await;
    assert!(!walk.busy && !walk.playing, "it waits for the tester");
    stand.on_page(alice()).await;
    stand
        .until("the first tick", |walk| walk.position == 1)
        .await;
    stand.touch().await;
    stand
        .until("the second tick", |walk| walk.position == 2)
        .await;
    stand.set_pin("80418041").await;
    let done = stand
        .until("the last tick", |walk| walk.position == 3)
        .await;
    assert_eq!(done.verdict, Verdict::Passed, "{done:#?}");
    assert!(!said(&stand.desk.bench()).contains("80418041"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_tester_does_otherwise_ticks_nothing_and_a_step_can_be_done_for_them() {
    let stand = watched(CREATES).await;
    // No passkey is there yet, so this fails at once.
    stand.on_page(PageAct::SignIn).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(stand.walk_state().await.position, 0);
    stand.desk.walk_step().await.expect("done for them");
    let walk = stand.until("the step", |walk| walk.position == 1).await;
    assert_eq!(walk.mode, WalkMode::YouDoIt);
    stand.touch().await;
    stand.until("the tick", |walk| walk.position == 2).await;
    stand.desk.walk_play().await.expect("the rest plays");
    let done = stand
        .until("the end", |walk| walk.verdict != Verdict::Running)
        .await;
    assert_eq!((done.verdict, done.mode), (Verdict::Passed, WalkMode::Play));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_walk_did_itself_ticks_no_later_step() {
    let more = r#"
[[steps]]
act = "page.sign-out"
[[steps]]
act = "page.sign-in"
[[steps]]
act = "person.touch"
"#;
    let stand = Stand::opened(&format!("{CREATES}{more}")).await;
    for position in 1..=5 {
        stand.desk.walk_step().await.expect("a step");
        stand
            .until("the step", |walk| walk.position == position && !walk.busy)
            .await;
    }
    stand
        .desk
        .walk_mode(WalkMode::YouDoIt)
        .await
        .expect("a mode");
    tokio::time::sleep(Duration::from_millis(200)).await;
    let walk = stand.walk_state().await;
    assert_eq!(
        (walk.position, walk.verdict),
        (5, Verdict::Running),
        "the walk's own touch was another"
    );
    stand.touch().await;
    stand
        .until("the tick", |walk| walk.verdict == Verdict::Passed)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_tester_does_wrong_fails_the_step_that_it_was() {
    let declines = CREATES.replace(
        "act = \"person.touch\"",
        "act = \"person.touch\"\nexpect = [{ event = \"client.failed\", absent = false }]",
    );
    let stand = watched(&declines).await;
    stand.on_page(alice()).await;
    stand
        .until("the first tick", |walk| walk.position == 1)
        .await;
    stand.touch().await;
    let walk = stand
        .until("the end", |walk| walk.verdict != Verdict::Running)
        .await;
    assert_eq!(walk.steps[1].outcome, StepOutcome::Failed);
    assert!(walk.steps[1].sentence.is_some());
}
