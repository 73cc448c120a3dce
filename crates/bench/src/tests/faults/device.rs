use serde_json::json;

use super::*;
use crate::api::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_flipped_on_its_way_from_the_device_is_refused_at_its_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let id = arm(
        &bench,
        ASSERTION,
        Response,
        tamper("authData.flags.uv", Change::Flip),
    )
    .await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(17)), "{}", answer.1);
    let applied = told_whole(&bench, id);
    assert_eq!(
        (&applied["before"], &applied["after"]),
        (&json!(true), &json!(false))
    );
    let answered = told(&bench, "client.command.answered")
        .pop()
        .expect("answered");
    assert!(
        answered.deliberate,
        "the client heard what the fault made of it"
    );
    let sent = told(&bench, "client.command.sent").pop().expect("sent");
    assert_eq!(told(&bench, kinds::FAULT_APPLIED)[0].cause, Some(sent.seq));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_command_never_reaches_the_device_and_the_client_waits_until_it_is_aborted() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    for (direction, prompts) in [(Request, 0), (Response, 2)] {
        let before = told(&bench, "device.prompt.shown").len();
        arm(&bench, ASSERTION, direction, Effect::Drop).await;
        let (_, begun) = page.post("authentication/begin", json!({})).await;
        let options = begun["publicKey"].clone();
        let name = options["challenge"].to_string();
        assert!(!bench.stalled());
        let abort = async {
            if direction == Response {
                touch_and_verify(&bench).await;
            }
            until(&bench, |_| bench.stalled()).await;
            bench.credentials_abort(name).await.expect("no error");
        };
        let (answer, ()) = tokio::join!(
            call(&bench, &page.origin, CredentialsMethod::Get, options),
            abort
        );
        assert!(
            matches!(answer, CredentialsAnswer::Exception { name, .. } if name == "AbortError")
        );
        assert!(!bench.stalled(), "nobody waits any more");
        assert_eq!(told(&bench, "device.prompt.shown").len() - before, prompts);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_message_arrives_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    for (message, direction) in [
        (ASSERTION, Request),
        (ASSERTION, Response),
        (FINISH, Request),
        (FINISH, Response),
    ] {
        arm(&bench, message, direction, Effect::Delay { millis: 15 }).await;
    }
    let started = std::time::Instant::now();
    assert_eq!(page.sign_in(&bench, touch_and_verify(&bench)).await.0, 200);
    assert!(
        started.elapsed().as_millis() >= 60,
        "no sooner than they say"
    );
    assert_eq!(told(&bench, kinds::FAULT_APPLIED).len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_arrives_twice_asks_twice_and_its_second_answer_is_for_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    arm(&bench, ASSERTION, Request, Effect::Duplicate).await;
    let person = async {
        touch_and_verify(&bench).await;
        touch_and_verify(&bench).await;
    };
    let (status, _) = page.sign_in(&bench, person).await;
    assert_eq!(status, 200);
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        state.devices[0].passkeys[0].sign_count, 2,
        "it signed twice"
    );
    let overview = bench.relying_party_overview(None).await.expect("it runs");
    assert_eq!(
        overview["accounts"][0]["passkeys"][0]["signCount"], 1,
        "{overview}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_answer_of_the_device_does_not_fit_the_new_challenge() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    assert_eq!(page.sign_in(&bench, touch_and_verify(&bench)).await.0, 200);
    page.sign_out().await;
    arm(
        &bench,
        ASSERTION,
        Response,
        Effect::Replay { earlier: None },
    )
    .await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(21)), "{}", answer.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloned_key_is_found_out_by_its_counter() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let owner = bench.bench_state().await.expect("alive").devices.remove(0);
    let thief = bench
        .device_add("Copy".into(), "phone".into())
        .await
        .expect("added");
    let copied = bench
        .device_copy_passkeys(owner.id.clone(), thief.id.clone())
        .await
        .expect("copied");
    assert_eq!(copied, 1);
    bench.device_pick(owner.id.clone()).await.expect("picked");
    for _ in 0..2 {
        assert_eq!(page.sign_in(&bench, touch_and_verify(&bench)).await.0, 200);
        page.sign_out().await;
    }
    bench.device_pick(thief.id.clone()).await.expect("picked");
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(22)), "{}", answer.1);
    let cloned = &told(&bench, kinds::DEVICE_CLONED)[0];
    assert!(cloned.deliberate);
    assert_eq!(
        cloned.body,
        json!({ "from": owner.id, "to": thief.id, "passkeys": 1 })
    );
    let error = bench
        .device_copy_passkeys(owner.id.clone(), owner.id.clone())
        .await;
    assert_eq!(error.expect_err("itself").code(), "malformedCall");
    let error = bench
        .device_copy_passkeys(owner.id, "0000000000000000".into())
        .await;
    assert_eq!(error.expect_err("nobody").code(), "noSuchDevice");
    bench
        .device_power_cycle(thief.id.clone())
        .await
        .expect("it is up");
    assert_eq!(
        told(&bench, kinds::DEVICE_POWER_CYCLED)[0].body["device"],
        json!(thief.id)
    );
}
