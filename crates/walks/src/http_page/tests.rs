//! The page asks what the site asks, in its order, and shows what the site shows.

use std::{sync::Arc, time::Duration};

use bench::{
    Bench,
    api::{NetworkState, PromptAnswer, Question},
};
use timeline::Seq;

use super::*;
use crate::engine::{Options, Runner, StepOutcome, Walk, quiet};

const STAGE: &str = r#"
title = "A stage"
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
"#;

struct Scene {
    runner: Runner,
    seen: Seq,
}

impl Scene {
    async fn open() -> Self {
        let walk = Walk::parse(STAGE, "a.toml", &crate::acts::registry());
        let walk = Arc::new(walk.unwrap_or_else(|unusable| panic!("{unusable}")));
        let page = |bench: &Bench| -> Arc<dyn Page> { Arc::new(HttpPage::new(bench)) };
        let runner = Runner::start(walk, Options::default(), page).await;
        Self {
            runner: runner.expect("a fresh bench"),
            seen: Seq(0),
        }
    }

    /// A scene with alice signed in, whose requests were read.
    async fn enrolled() -> Self {
        let mut scene = Self::open().await;
        for _ in 0..3 {
            assert_eq!(scene.runner.step().await, StepOutcome::Passed);
        }
        scene.asked();
        scene
    }

    fn page(&self) -> Arc<dyn Page> {
        self.runner.stage().page.clone()
    }

    async fn act(&self, act: PageAct) {
        self.page().act(&act).await.expect("the page offers it");
        self.quiet().await;
    }

    async fn quiet(&self) {
        let quiet = quiet::quiet(self.runner.stage());
        let quiet = tokio::time::timeout(Duration::from_secs(60), quiet).await;
        quiet.expect("in time").expect("the bench lives");
    }

    /// Touches and types the PIN at whatever is asked.
    async fn approve(&self) {
        let stage = self.runner.stage();
        let digits = stage.secrets.digits("alice").expect("named").to_owned();
        while let Some(prompt) = stage.state().await.expect("it lives").prompt {
            let answers: Vec<PromptAnswer> = match prompt.question {
                Question::Touch { .. } => vec![PromptAnswer::Touch],
                _ => (digits.bytes())
                    .map(|digit| PromptAnswer::Digit {
                        digit: digit - b'0',
                    })
                    .chain([PromptAnswer::Submit])
                    .collect(),
            };
            stage.answer(prompt.id, &answers).await.expect("asked");
            self.quiet().await;
        }
    }

    /// The requests that the relying party got since the last look; ids of passkeys left out.
    fn asked(&mut self) -> Vec<String> {
        let timeline = self.runner.bench().timeline().clone();
        let events = timeline.range(self.seen, usize::MAX).expect("readable");
        self.seen = timeline.last();
        let requests = events.iter().filter(|event| event.kind == "rp.request");
        let line = requests.map(|event| {
            let text = |member: &str| event.body[member].as_str().unwrap_or_default().to_owned();
            let path = text("path");
            let path = match path.strip_prefix("/api/passkeys/") {
                Some(_) => "/api/passkeys/ID".to_owned(),
                None => path,
            };
            format!("{} {path}", text("method"))
        });
        line.collect()
    }

    async fn view(&self) -> PageView {
        self.page().view().await.expect("it shows something")
    }
}

fn open(path: &str) -> PageAct {
    PageAct::Open {
        path: path.to_owned(),
        rp_id: None,
    }
}

const OPENING: [&str; 2] = ["GET /api/relying-party", "GET /api/session"];

#[tokio::test(flavor = "multi_thread")]
async fn the_site_asks_who_and_whether_then_begins_finishes_and_asks_for_what_it_shows() {
    let mut scene = Scene::open().await;
    assert_eq!(scene.asked(), OPENING);
    let form = PageAct::CreateAccount {
        username: " alice ".to_owned(),
        display_name: String::new(),
    };
    scene.act(form).await;
    assert_eq!(scene.asked(), ["POST /api/registration/begin"]);
    scene.approve().await;
    assert_eq!(
        scene.asked(),
        [
            "POST /api/registration/finish",
            "GET /api/session",
            "GET /api/pin",
            "GET /api/passkeys"
        ]
    );
    let view = scene.view().await;
    assert_eq!(view.signed_in_as.as_deref(), Some("alice"));
    assert_eq!(
        (view.path.as_str(), view.passkeys.as_slice()),
        ("/account", &["Passkey 1".to_owned()][..])
    );

    scene.act(PageAct::AddPasskey).await;
    assert_eq!(scene.asked(), ["POST /api/registration/begin"]);
    scene.act(PageAct::SignOut).await;
    assert_eq!(
        scene.asked(),
        ["DELETE /api/session"],
        "leaving the page stops what ran on it"
    );
    assert_eq!(scene.view().await.path, "/");
    assert!(
        scene
            .runner
            .bench()
            .bench_state()
            .await
            .expect("it lives")
            .prompt
            .is_none()
    );

    scene.act(PageAct::SignIn).await;
    scene.approve().await;
    assert_eq!(
        scene.asked(),
        [
            "POST /api/authentication/begin",
            "POST /api/authentication/finish",
            "GET /api/session",
            "GET /api/pin",
            "GET /api/passkeys"
        ]
    );
    scene.act(open("/sign-up")).await;
    assert_eq!(
        scene.asked(),
        [&OPENING[..], &["GET /api/pin", "GET /api/passkeys"]].concat()
    );
    assert_eq!(
        scene.view().await.path,
        "/account",
        "who is signed in needs no sign-up"
    );
    scene.runner.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renaming_and_deleting_change_the_list_without_asking_for_it_anew() {
    let mut scene = Scene::enrolled().await;
    let rename = PageAct::RenamePasskey {
        index: 0,
        label: "Mine".to_owned(),
    };
    scene.act(rename).await;
    assert_eq!(scene.asked(), ["PATCH /api/passkeys/ID"]);
    assert_eq!(scene.view().await.passkeys, ["Mine"]);
    scene.act(PageAct::DeletePasskey { index: 0 }).await;
    assert_eq!(scene.asked(), ["DELETE /api/passkeys/ID"]);
    let view = scene.view().await;
    assert_eq!(view.passkeys, ["Mine"], "the last one stays");
    assert!(view.error.expect("shown").contains("last passkey"));
    scene.act(PageAct::AddPasskey).await;
    scene.act(PageAct::Cancel).await;
    assert_eq!(
        scene.asked(),
        ["POST /api/registration/begin"],
        "a cancelled call is not finished"
    );
    scene.runner.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_leads_to_the_sign_in_page_whatever_was_asked() {
    for act in [
        PageAct::AddPasskey,
        PageAct::DeletePasskey { index: 0 },
        PageAct::RenamePasskey {
            index: 0,
            label: "Mine".to_owned(),
        },
    ] {
        let mut scene = Scene::enrolled().await;
        let bench = scene.runner.bench().clone();
        let motion = bench::api::ClockMotion::Skip {
            millis: 13 * 60 * 60 * 1000,
        };
        bench
            .clock_move(Vec::new(), motion)
            .await
            .expect("clocks move");
        scene.act(act.clone()).await;
        assert_eq!(scene.asked().len(), 1, "{act:?}: nothing more is asked");
        let view = scene.view().await;
        assert_eq!(
            (view.path.as_str(), view.signed_in_as, view.error),
            ("/", None, None),
            "{act:?}"
        );
        scene.runner.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_told_where_the_site_tells_it_and_the_page_stays() {
    let mut scene = Scene::enrolled().await;
    let bench = scene.runner.bench().clone();
    for state in [NetworkState::Offline, NetworkState::ServerDown] {
        bench
            .network_set(state.clone())
            .await
            .expect("it can be set");
        scene.act(PageAct::SignOut).await;
        let view = scene.view().await;
        assert_eq!(view.path, "/account", "{state:?}");
        assert!(
            view.error
                .expect("shown")
                .starts_with("The server of this site does not answer.")
        );
        assert!(scene.asked().is_empty(), "{state:?}");
    }
    scene.act(open("/account")).await;
    let refused = scene
        .page()
        .act(&PageAct::SignIn)
        .await
        .expect_err("there is no page");
    assert_eq!(refused.code(), "pageRefused");
    bench
        .network_set(NetworkState::Online)
        .await
        .expect("it can be set");
    scene.act(open("/account")).await;
    assert_eq!(
        scene.view().await.signed_in_as.as_deref(),
        Some("alice"),
        "the cookie was kept"
    );
    scene.runner.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_refuses_what_it_does_not_offer() {
    let scene = Scene::open().await;
    let page = scene.page();
    for act in [
        PageAct::SignOut,
        PageAct::AddPasskey,
        PageAct::Cancel,
        PageAct::DeletePasskey { index: 0 },
        PageAct::RenamePasskey {
            index: 0,
            label: "x".to_owned(),
        },
    ] {
        let refused = page.act(&act).await.expect_err("nobody is signed in");
        assert!(matches!(refused, Failure::Page(_)), "{act:?}: {refused}");
    }
    scene.act(open("/nowhere")).await;
    assert_eq!(scene.view().await.path, "/nowhere");
    page.act(&PageAct::SignIn)
        .await
        .expect_err("that page has no button");
    assert!(!page.busy());
    scene.runner.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_busy_between_the_call_and_the_first_poll_is_not_missed() {
    let scene = Scene::open().await;
    let page = scene.page();
    let changed = page.changed();
    page.act(&PageAct::SignIn)
        .await
        .expect("the page offers it");
    assert!(page.busy());
    let changed = tokio::time::timeout(Duration::from_secs(20), changed).await;
    changed.expect("told").expect("the page lives");
    scene.runner.finish().await;
}
