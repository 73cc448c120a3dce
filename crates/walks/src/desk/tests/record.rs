use super::*;
use crate::{
    acts,
    engine::{Options, Verdict, Walk, run},
};

const PIN: &str = "80418041";

async fn recording(profile: &str) -> Stand {
    let stand = Stand::open();
    stand
        .desk
        .recording_start(profile.to_owned())
        .await
        .expect("it starts");
    assert_eq!(stand.state().await.showing, Showing::Recording);
    stand
}

fn create(name: &str, display_name: &str) -> PageAct {
    PageAct::CreateAccount {
        username: name.to_owned(),
        display_name: display_name.to_owned(),
    }
}

/// Waits until the recording has this many steps.
async fn steps(stand: &Stand, count: usize) {
    let mut changes = stand.desk.changes();
    let waiting = async {
        loop {
            changes.borrow_and_update();
            let recording = stand.state().await.recording.expect("it is recorded");
            if recording.steps.len() >= count {
                return;
            }
            changes.changed().await.expect("the desk lives");
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        panic!(
            "{count} steps were not recorded: {:#?}",
            stand.state().await.recording
        );
    }
}

async fn replayed(path: &str) {
    let walk = Walk::read(std::path::Path::new(path), &acts::registry()).expect("a walk");
    let run = run(Arc::new(walk), Options::default()).await;
    let text = fs::read_to_string(path).expect("readable");
    assert_eq!(run.verdict, Verdict::Passed, "{text}\n{:#?}", run.steps);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_is_saved_without_digits_and_replays_green() {
    let stand = recording("phone").await;
    let own = stand.walk("unused.toml", CREATES);
    stand.on_page(create("alice", "Alice \"A\" Example")).await;
    stand.touch().await;
    stand.set_pin(PIN).await;
    steps(&stand, 3).await;
    stand.on_page(PageAct::SignOut).await;
    steps(&stand, 4).await;
    stand.on_page(PageAct::SignIn).await;
    stand.touch().await;
    stand.enter_pin("11112222").await;
    stand.enter_pin(PIN).await;
    steps(&stand, 8).await;
    stand
        .on_page(PageAct::RenamePasskey {
            index: 0,
            label: "My phone".to_owned(),
        })
        .await;
    steps(&stand, 9).await;
    stand
        .desk
        .bench()
        .network_set(bench::api::NetworkState::Offline)
        .await
        .expect("it bends");
    steps(&stand, 10).await;
    let preview = stand.desk.recording_preview().await.expect("a walk");
    assert!(
        preview.contains("{ verification = \"7.1\", is = \"passed\" }"),
        "{preview}"
    );
    assert!(preview.contains("pin = \"secret:phone\""), "{preview}");
    let saved = stand
        .desk
        .recording_save(" What Alice did ".to_owned(), "Because.".to_owned())
        .await;
    let saved = saved.expect("saved");
    assert_eq!((saved.steps, saved.ignored), (10, 0));
    assert!(
        saved.path.ends_with("what-alice-did.toml"),
        "{}",
        saved.path
    );
    let text = fs::read_to_string(&saved.path).expect("readable");
    for secret in [PIN, "11112222"] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(fs::metadata(own).is_ok());
    stand.shows_own().await;
    replayed(&saved.path).await;
    let listed = stand.desk.walk_list().await.expect("a list");
    assert!(
        listed
            .iter()
            .any(|walk| walk.path == saved.path && walk.problem.is_none())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_a_second_device_bent_clocks_and_a_no_are_recorded_too() {
    // The relying party wants user verification, which this key does not have.
    let stand = recording("key").await;
    stand.on_page(create("alice", "Alice")).await;
    stand.idle_page().await;
    let bench = stand.desk.bench();
    let moved = bench::api::ClockMotion::Skip { millis: 90_000 };
    bench.clock_move(Vec::new(), moved).await.expect("it moves");
    steps(&stand, 2).await;
    bench
        .device_add("Spare".to_owned(), "phone".to_owned())
        .await
        .expect("added");
    steps(&stand, 3).await;
    stand.on_page(create("alice", "Alice")).await;
    let asked = stand
        .prompt(|question| matches!(question, Question::Touch { .. }))
        .await;
    stand.answer(asked, &[PromptAnswer::Decline]).await;
    steps(&stand, 5).await;
    stand.idle_page().await;
    let preview = stand.desk.recording_preview().await.expect("a walk");
    for refusal in ["ConstraintError", "NotAllowedError"] {
        assert_eq!(preview.matches(refusal).count(), 1, "{preview}");
    }
    let saved = stand
        .desk
        .recording_save("Two devices".to_owned(), String::new())
        .await;
    replayed(&saved.expect("saved").path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_at_a_second_relying_party_is_recorded_as_done_there() {
    let stand = recording("phone").await;
    let bench = stand.desk.bench();
    // The first page is there.
    stand.idle_page().await;
    let added = bench.relying_party_add("Bank".to_owned()).await;
    let bank = added.expect("added").rp_id;
    stand
        .on_page(PageAct::Open {
            path: "/".to_owned(),
            rp_id: Some(bank.clone()),
        })
        .await;
    steps(&stand, 1).await;
    let longer = serde_json::json!({ "pin": { "min-length": 7 } });
    let changed = bench.policy_set(Some(bank.clone()), bench::api::Json(longer));
    changed.await.expect("its policy is changed");
    steps(&stand, 2).await;
    stand.on_page(create("alice", "Alice")).await;
    stand.touch().await;
    stand.set_pin(PIN).await;
    stand.idle_page().await;
    steps(&stand, 5).await;
    bench
        .relying_party_restart(Some(bank))
        .await
        .expect("it starts again");
    let preview = stand.desk.recording_preview().await.expect("a walk");
    assert!(
        preview.contains("[[relying-parties]]\nname = \"Bank\"\n"),
        "{preview}"
    );
    let there = preview.matches("relying-party = \"Bank\"").count();
    assert_eq!(there, 2, "the page and the policy: {preview}");
    let saved = stand
        .desk
        .recording_save("At the bank".to_owned(), String::new())
        .await
        .expect("saved");
    // No act starts a further relying party again.
    assert_eq!((saved.steps, saved.ignored), (5, 1));
    replayed(&saved.path).await;
}

/// The messages that a network lost, in their order.
fn losses<'e>(events: impl IntoIterator<Item = &'e timeline::Event>) -> Vec<String> {
    let lost = events.into_iter();
    lost.filter(|event| event.kind == "bench.network.lost")
        .map(|event| format!("{} {}", event.body["message"], event.body["direction"]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lossy_network_loses_the_same_messages_when_the_recording_is_played() {
    let stand = recording("phone").await;
    let bench = stand.desk.bench();
    stand.idle_page().await;
    let lossy = bench::api::NetworkState::Lossy { percent: 50 };
    bench.network_set(lossy).await.expect("it bends");
    for _ in 0..10 {
        stand.on_page(PageAct::SignIn).await;
        let page = lock(&stand.page).clone().expect("a page");
        while page.busy() {
            let state = bench.bench_state().await.expect("it lives");
            if let Some(prompt) = state.prompt {
                stand.answer(prompt, &[PromptAnswer::Decline]).await;
                stand.idle_page().await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let events = bench.timeline().range(timeline::Seq(0), usize::MAX);
    let events = events.expect("readable");
    let lost = losses(events.iter().map(Arc::as_ref));
    let saved = stand
        .desk
        .recording_save("Lossy".to_owned(), String::new())
        .await;
    let path = saved.expect("saved").path;
    let walk = Walk::read(std::path::Path::new(&path), &acts::registry()).expect("a walk");
    let run = run(Arc::new(walk), Options::default()).await;
    assert_eq!(run.verdict, Verdict::Passed, "{:#?}", run.steps);
    assert_eq!(losses(&run.events), lost);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_of_the_client_is_the_first_expectation_of_what_led_to_it() {
    let stand = recording("pin-key").await;
    stand.on_page(create("alice", "Alice")).await;
    stand
        .prompt(|question| matches!(question, Question::KeyPin { .. }))
        .await;
    steps(&stand, 1).await;
    let preview = stand.desk.recording_preview().await.expect("a walk");
    assert!(
        preview.contains("{ prompt = \"key-pin\", absent = false }"),
        "{preview}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_recording_is_no_walk_and_nothing_is_saved() {
    let stand = recording("phone").await;
    assert_eq!(
        stand
            .desk
            .recording_preview()
            .await
            .expect_err("empty")
            .code(),
        "nothingRecorded"
    );
    let refused = stand
        .desk
        .recording_save("A".to_owned(), String::new())
        .await
        .expect_err("empty");
    assert!(
        refused.to_string().starts_with("Nothing was recorded yet"),
        "{refused}"
    );
    let again = stand
        .desk
        .recording_start("phone".to_owned())
        .await
        .expect_err("one is recorded");
    assert_eq!(again.code(), "recordingUnderWay");
    assert!(stand.state().await.recording.is_some(), "it goes on");
    stand.desk.recording_discard().await.expect("discarded");
    stand.shows_own().await;
    assert!(!stand.data.path().join("walks").exists());
    assert_eq!(
        stand
            .desk
            .recording_discard()
            .await
            .expect_err("none")
            .code(),
        "noRecording"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_with_acts_is_not_lost_to_a_walk_and_needs_a_title() {
    let stand = recording("phone").await;
    let path = stand.walk("a.toml", CREATES);
    stand.on_page(create("alice", "Alice")).await;
    steps(&stand, 1).await;
    assert_eq!(
        stand
            .desk
            .walk_open(path)
            .await
            .expect_err("recorded")
            .code(),
        "recordingUnderWay"
    );
    let refused = stand
        .desk
        .recording_save("  ".to_owned(), String::new())
        .await;
    assert_eq!(refused.expect_err("no title").code(), "noTitle");
    for number in 1..=2 {
        if number == 2 {
            stand
                .desk
                .recording_start("phone".to_owned())
                .await
                .expect("it starts");
            stand.on_page(create("bob", "Bob")).await;
            steps(&stand, 1).await;
        }
        let saved = stand
            .desk
            .recording_save("Same title".to_owned(), String::new())
            .await;
        let path = saved.expect("saved").path;
        assert_eq!(path.ends_with("same-title-2.toml"), number == 2, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_kind_of_device_is_refused_and_leaves_nothing_behind() {
    let stand = Stand::open();
    let refused = stand
        .desk
        .recording_start("toaster".to_owned())
        .await
        .expect_err("no profile");
    assert!(refused.to_string().contains("toaster"), "{refused}");
    stand.shows_own().await;
}
