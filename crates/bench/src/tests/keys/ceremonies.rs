use super::*;
use crate::api::{Asker, Change, Direction, Effect, Fault};

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_verify_their_user_enrol_and_sign_in_without_a_name() {
    for profile in ["pin-key", "fingerprint-key"] {
        let folder = tempfile::tempdir().expect("a folder");
        let bench = open(folder.path()).await;
        let (device, key) = plugged(&bench, "Blue key", profile).await;
        let page = Page::of(&bench).await;
        let (status, enrolled) = register(&bench, &page, "alice").await;
        assert_eq!(status, 201, "{profile}: {enrolled}");
        page.sign_out().await;
        let (status, signed_in) = sign_in(&bench, &page).await;
        assert_eq!(
            (status, &signed_in["account"]["username"]),
            (200, &json!("alice")),
            "{profile}: {signed_in}"
        );
        let frames = told(&bench, "client.hid.sent");
        assert!(frames.iter().all(|frame| frame.body["key"] == key));
        let caused = frames.iter().filter(|frame| frame.cause.is_some()).count();
        assert!(caused > 8, "{caused} reports belong to commands");
        let commands = told(&bench, "client.command.sent");
        let of_commands = |frame: &&std::sync::Arc<timeline::Event>| {
            frame.cause.is_none() || commands.iter().any(|it| Some(it.seq) == frame.cause)
        };
        assert!(frames.iter().all(|frame| of_commands(&frame)));
        let state = bench.bench_state().await.expect("alive");
        assert!(state.prompt.is_none() && state.key_touch.is_none());
        let summary = state.devices.iter().find(|it| it.id == device);
        assert_eq!(summary.expect("there").passkeys.len(), 1, "{profile}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_key_waits_for_its_touch_the_client_says_so_and_lets_the_person_cancel() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, key) = plugged(&bench, "Blue key", "key").await;
    let origin = "http://localhost:1234";
    let create = CredentialsMethod::Create;
    let cancel = async {
        let waits = until(&bench, |state| state.key_touch.is_some()).await;
        let (asked, touch) = (waits.prompt.expect("asked"), waits.key_touch.expect("said"));
        assert_eq!(asked.device.as_deref(), Some(device.as_str()));
        assert!(
            matches!(asked.question, Question::Touch { .. }),
            "its own prompt comes first"
        );
        assert_eq!(
            (touch.asker, &touch.key),
            (Asker::Client, &Some(key.clone()))
        );
        let purpose = Question::KeyTouch {
            purpose: "createPasskey".into(),
        };
        assert_eq!(touch.question, purpose);
        assert_eq!(
            touch.rp_id.as_deref(),
            Some("localhost"),
            "it says who asks"
        );
        press(&bench, &touch, PromptAnswer::Touch).await;
        assert!(
            bench
                .bench_state()
                .await
                .expect("alive")
                .key_touch
                .is_some(),
            "a touch is no click"
        );
        press(&bench, &touch, PromptAnswer::Decline).await;
    };
    let (answer, ()) = tokio::join!(call(&bench, origin, create, touch_only(1)), cancel);
    assert_eq!(exception(answer).0, "NotAllowedError");
    let state = until(&bench, |state| state.prompt.is_none()).await;
    assert!(state.key_touch.is_none() && state.devices.iter().all(|it| it.passkeys.is_empty()));
    credential(done(&bench, origin, create, touch_only(2)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_happen_to_the_messages_of_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    plugged(&bench, "Blue key", "fingerprint-key").await;
    let page = Page::of(&bench).await;
    register(&bench, &page, "alice").await;
    page.sign_out().await;
    let fault = Fault {
        message: "authenticatorGetAssertion".to_owned(),
        direction: Direction::Response,
        times: 1,
        effect: Effect::Tamper {
            field: "signature".to_owned(),
            change: Change::Flip,
        },
    };
    bench.fault_arm(fault).await.expect("armed");
    let (status, refused) = sign_in(&bench, &page).await;
    assert_eq!(
        (status, &refused["error"]["step"]),
        (422, &json!(21)),
        "{refused}"
    );
    assert_eq!(told(&bench, "bench.fault.applied").len(), 1);
    assert_eq!(sign_in(&bench, &page).await.0, 200, "the next one is well");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_says_who_it_is_and_shows_which_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, key) = plugged(&bench, "Blue key", "pin-key").await;
    let report = bench.key_info(key.clone()).await.expect("it answers");
    assert!(report.pin.supported && !report.pin.set);
    let frames = told(&bench, "client.hid.sent");
    assert!(frames.is_empty(), "the window asks this after every call");
    assert!(report.facts.iter().any(|fact| fact.name == "versions"));
    bench.key_wink(key.clone()).await.expect("it can");
    assert_eq!(told(&bench, "device.winked")[0].body["device"], device);
    let told = told(&bench, "bench.key.winked");
    assert_eq!(told[0].body, json!({ "key": key, "name": "Blue key" }));
    for gone in ["udp:127.0.0.1:1", "hid:/dev/hidraw99"] {
        let error = bench.key_info(gone.into()).await.expect_err("not there");
        assert_eq!(error.code(), "noSuchKey");
        let error = bench.key_wink(gone.into()).await.expect_err("not there");
        assert_eq!(error.code(), "noSuchKey");
    }
    let findings = bench.keys_doctor().await.expect("it looks");
    assert!(!findings.is_empty());
}
