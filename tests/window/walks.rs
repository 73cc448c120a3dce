//! Walks in the window: played, done by the tester, failing, recorded; and the same requests in
//! the window's frame as over HTTP.

use std::{fs, path::Path, sync::Arc};

use bench::api::PlugWay;
use serde_json::{Value, json};
use thirtyfour::By;
use timeline::Event;
use walks::{
    acts,
    engine::{Options, Run, Verdict, Walk, normal, run},
};

use crate::{
    desk::{Desk, Keyring, Window},
    hands::PIN,
};

/// The walks that came with the program.
const BUILT_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/walks");

impl Window {
    /// Opens a walk from the picker.
    async fn pick_walk(&self, path: &str) {
        self.press("walk-chip").await;
        self.press_in_view(&format!("[data-action='walk-item'][data-path='{path}']"))
            .await;
        self.see("[data-role='walk-strip']").await;
        self.until("the walk's bench", || async {
            let step = self.driver.find(By::Css("[data-action='walk-step']")).await;
            step.ok()?.is_enabled().await.ok()?.then_some(())
        })
        .await;
    }

    async fn walk_ends(&self, verdict: &str) -> String {
        let selector = format!("[data-role='walk-verdict'][data-verdict='{verdict}']");
        self.read(&selector).await
    }

    /// Outcomes of the open walk's steps.
    async fn outcomes(&self) -> Vec<String> {
        let cards = self
            .driver
            .find_all(By::Css("[data-role='walk-card']"))
            .await;
        let mut outcomes = Vec::new();
        for card in cards.expect("cards") {
            let outcome = card.attr("data-outcome").await.expect("an attribute");
            outcomes.push(outcome.unwrap_or_default());
        }
        outcomes
    }

    async fn step_is(&self, number: u32, outcome: &str) {
        let card =
            format!("[data-role='walk-card'][data-number='{number}'][data-outcome='{outcome}']");
        self.see(&card).await;
    }

    /// Asks the shell as the window's own page does.
    async fn command(&self, name: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const [name, given, done] = arguments; \
             window.__TAURI_INTERNALS__.invoke(name, given).then((value) => done([value, null]), (error) => done([null, error]));";
        let answered = self
            .driver
            .execute_async(script, vec![json!(name), arguments]);
        let answer = answered
            .await
            .map_err(|error| json!(error.to_string()))?
            .json()
            .clone();
        match &answer[1] {
            Value::Null => Ok(answer[0].clone()),
            error => Err(error.clone()),
        }
    }
}

/// The devices of the bench that is shown, with their passkeys.
async fn devices(window: &Window) -> Value {
    let state = window.command("bench_state", json!({})).await;
    state.expect("it answers")["devices"].clone()
}

/// The events of the bench that is shown, after the first `after`.
async fn events(window: &Window, after: usize) -> Vec<Value> {
    let range = json!({ "after": after, "limit": 5000 });
    let page = window.command("timeline_range", range).await;
    let page = page.expect("it answers");
    page["events"].as_array().expect("a list").clone()
}

fn fresh_benches(desk: &Desk) -> usize {
    let runs = fs::read_dir(desk.bench_folder().join("runs"));
    runs.into_iter().flatten().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_plays_to_its_end_and_the_testers_own_bench_comes_back_as_it_was() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--pace", "0"]).await;
    window.create_account("zoe").await;
    let before = (devices(&window).await, events(&window, 0).await);
    window
        .pick_walk("built-in:02-sign-in-without-a-user-name.toml")
        .await;
    assert_eq!(
        window
            .driver
            .find_all(By::Css("[data-passkey]"))
            .await
            .expect("a list")
            .len(),
        0
    );
    window.press("walk-play").await;
    window.walk_ends("passed").await;
    let outcomes = window.outcomes().await;
    assert!(
        outcomes.len() > 3 && outcomes.iter().all(|outcome| outcome == "passed"),
        "{outcomes:?}"
    );
    window
        .see("[data-role='wire-event'][data-kind='rp.session.bound']")
        .await;
    // The state of the walk lives behind the window: it outlasts the window's page.
    window.driver.refresh().await.expect("it loads again");
    window.walk_ends("passed").await;
    window.press("walk-close").await;
    window.signed_in_as("zoe").await;
    assert_eq!(devices(&window).await, before.0);
    let after = events(&window, 0).await;
    let (kept, fresh) = after.split_at(before.1.len());
    assert_eq!(kept, before.1, "the tester's timeline is as it was");
    let asks = |event: &Value| event["body"]["method"] != "GET" && event["kind"] != "rp.response";
    assert!(
        !fresh.iter().any(asks),
        "its page was only loaded again: {fresh:#?}"
    );
    assert_eq!(fresh_benches(&desk), 0, "the walk's folder is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_the_middle_of_a_walk_leaves_nothing_after_the_next_start() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--pace", "0"]).await;
    let path = own_walk(&desk, "mine.toml", &small(""));
    window.pick_walk(&path).await;
    window.press("walk-step").await;
    window.step_is(1, "passed").await;
    assert!(fresh_benches(&desk) > 0);
    window.kill();
    let window = desk.open(&[]).await;
    window.create_account("zoe").await;
    let state = window.command("desk_state", json!({})).await;
    assert_eq!(state.expect("it answers")["showing"], "own");
    assert_eq!(fresh_benches(&desk), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tester_does_the_steps_and_the_walk_ticks_them() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    let path = own_walk(&desk, "mine.toml", &small(""));
    window.pick_walk(&path).await;
    window.press("walk-mode-you").await;
    window.step_is(1, "current").await;
    window.ask_for_account("alice").await;
    window.step_is(1, "passed").await;
    window.prompt("touch").await;
    window.press("prompt-touch").await;
    window.step_is(2, "passed").await;
    window
        .see("[data-role='walk-card'][data-number='3'][data-outcome='current']")
        .await;
    window.verify_user().await;
    window.walk_ends("passed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_walk_stops_at_its_step_says_what_differs_and_shows_the_event() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--pace", "0"]).await;
    let wrong = r#"  { event = "rp.session.bound", field = "account", is = "bob" },"#;
    let path = own_walk(&desk, "wrong.toml", &small(wrong));
    window.pick_walk(&path).await;
    window.press("walk-play").await;
    let says = window.walk_ends("failed").await;
    assert!(says.contains("step 3"), "{says}");
    assert_eq!(
        window.outcomes().await,
        ["passed", "passed", "failed", "skipped"]
    );
    let sentence = window.read("[data-role='walk-difference']").await;
    assert!(
        sentence.contains("alice") && sentence.contains("bob"),
        "{sentence}"
    );
    let show = window.see("[data-action='walk-show-event']").await;
    let seq = show
        .attr("data-seq")
        .await
        .expect("an attribute")
        .expect("a number");
    window.press("walk-show-event").await;
    let shown = window
        .see("[data-role='wire-event'][aria-selected='true']")
        .await;
    assert_eq!(
        shown
            .attr("data-kind")
            .await
            .expect("an attribute")
            .as_deref(),
        Some("rp.session.bound")
    );
    assert_eq!(
        shown.attr("data-seq").await.expect("an attribute"),
        Some(seq)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tester_records_plays_again_headless_and_in_the_window() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--pace", "0"]).await;
    window.press("record").await;
    window.confirm("record-start").await;
    window.see("[data-role='recording-strip']").await;
    window
        .see("[data-role='rp-frame'][src*='acme.localhost']")
        .await;
    window.create_account("alice").await;
    window.sign_out().await;
    window.start_sign_in().await;
    window.signed_in_as("alice").await;
    window.press("record-save").await;
    window.type_into("walk-title", "What Alice did").await;
    window.confirm("record-save-confirm").await;
    let saved = desk.bench_folder().join("walks/what-alice-did.toml");
    window
        .until("the walk to be saved", || async {
            saved.is_file().then_some(())
        })
        .await;
    let text = fs::read_to_string(&saved).expect("readable");
    assert!(
        text.contains("secret:phone") && !text.contains(PIN),
        "{text}"
    );
    let headless = played_headless(&saved).await;
    assert_eq!(
        headless.verdict,
        Verdict::Passed,
        "{text}\n{:#?}",
        headless.steps
    );
    window.pick_walk(&saved.display().to_string()).await;
    window.press("walk-play").await;
    window.walk_ends("passed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_walk_sends_the_same_requests_in_the_window_as_headless() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&["--pace", "0"]).await;
    let listed = window
        .command("walk_list", json!({}))
        .await
        .expect("a list");
    let listed = listed.as_array().expect("a list");
    let (mut played, mut different) = (0, Vec::new());
    for walk in listed {
        let path = walk["path"].as_str().expect("a path");
        let file = path
            .strip_prefix("built-in:")
            .expect("no walk of the tester's own is there");
        assert_eq!(walk["problem"], Value::Null, "{file}");
        if refused_here(&Path::new(BUILT_IN).join(file)) {
            let refused = window.command("walk_open", json!({ "path": path })).await;
            let refused = refused
                .expect_err("no USB key can be made here")
                .to_string();
            assert!(refused.contains("USB key"), "{refused}");
            continue;
        }
        let in_window = played_in_window(&window, path).await;
        let headless = played_headless(&Path::new(BUILT_IN).join(file)).await;
        assert_eq!(
            headless.verdict,
            Verdict::Passed,
            "{file}: {:#?}",
            headless.steps
        );
        let (shown, sent) = (requests(in_window), requests(headless));
        if shown != sent {
            different.push(format!("{file}: window {shown:#?} headless {sent:#?}"));
        }
        played += 1;
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    assert!(played >= 14, "only {played} walks came with the program");
}

/// What the site asks at once when it opens, when it shows an account, and when it begins one set-up
/// after another: as it writes them down.
const AT_ONCE: [[&str; 2]; 3] = [
    ["GET /api/relying-party ", "GET /api/session "],
    ["GET /api/pin ", "GET /api/passkeys "],
    ["GET /api/pin ", "POST /api/pin/offers "],
];

/// The page's requests in a run, those that it sends at once in one order. What phones and the
/// administrator send is the same on either page, and comes whenever it comes.
fn requests(mut run: Run) -> Vec<String> {
    run.events.retain(|event| {
        let path = event.body["path"].as_str().unwrap_or_default();
        event.kind != "rp.request" || path.starts_with("/api/") && !path.starts_with("/api/admin/")
    });
    let mut requests = normal::requests(&run);
    for at in 1..requests.len() {
        let swapped = AT_ONCE.iter().any(|[first, second]| {
            requests[at - 1].starts_with(second) && requests[at].starts_with(first)
        });
        if swapped {
            requests.swap(at - 1, at);
        }
    }
    requests
}

/// True for a walk with a USB key where none can be made of a device.
fn refused_here(path: &Path) -> bool {
    let walk = Walk::read(path, &acts::registry()).expect("a walk");
    walk.plugs(PlugWay::Hid) && bench::can_plug(PlugWay::Hid).is_err()
}

async fn played_headless(path: &Path) -> Run {
    let walk = Walk::read(path, &acts::registry()).expect("a walk");
    run(Arc::new(walk), Options::default()).await
}

/// Plays the walk in the window's frame; the run with its events, and nothing else of it.
async fn played_in_window(window: &Window, path: &str) -> Run {
    let open = window.command("walk_open", json!({ "path": path })).await;
    open.expect("it opens");
    window
        .command("walk_play", json!({}))
        .await
        .expect("it plays");
    let walk = window
        .until(&format!("{path} to end"), || async {
            let state = window.command("desk_state", json!({})).await.ok()?;
            let walk = state["walk"].clone();
            (walk["verdict"] != "running").then_some(walk)
        })
        .await;
    assert_eq!(walk["verdict"], "passed", "{path}: {walk:#}");
    let saved = window
        .command("walk_save_report", json!({ "format": "json" }))
        .await;
    let saved = saved.expect("saved");
    let report = fs::read(saved["path"].as_str().expect("a path")).expect("readable");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    let events = report["runs"][0]["events"].clone();
    let events: Vec<Event> = serde_json::from_value(events).expect("events");
    Run {
        title: String::new(),
        why: String::new(),
        file: path.to_owned(),
        seed: 0,
        version: String::new(),
        began: timeline::Timestamp(0),
        took_millis: 0,
        verdict: Verdict::Passed,
        steps: Vec::new(),
        events,
    }
}

/// Puts a walk into the tester's folder; its path.
fn own_walk(desk: &Desk, file: &str, text: &str) -> String {
    let folder = desk.bench_folder().join("walks");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(file);
    fs::write(&path, text).expect("it can be written");
    path.display().to_string()
}

/// An enrolment in three steps, and a fourth that signs out when `more` is expected of the third.
fn small(more: &str) -> String {
    let sign_out = if more.is_empty() {
        ""
    } else {
        "[[steps]]\nact = \"page.sign-out\"\n"
    };
    format!(
        r#"title = "A small walk"
why = "It is there to be tested."
[[devices]]
name = "phone"
[[accounts]]
name = "alice"
[[steps]]
title = "Alice asks for an account"
act = "page.create-account"
account = "alice"
expect = [{{ prompt = "touch", field = "purpose", is = "createPasskey" }}]
[[steps]]
title = "She touches the phone"
act = "person.touch"
[[steps]]
title = "She sets a PIN"
act = "person.set-pin"
pin = "secret:alice"
expect = [
  {{ verification = "7.1", is = "passed" }},
{more}
]
{sign_out}"#
    )
}
