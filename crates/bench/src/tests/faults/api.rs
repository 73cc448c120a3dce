use serde_json::{Value, json};

use super::*;
use crate::api::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_signature_is_refused_at_the_step_that_checks_signatures() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let id = arm(
        &bench,
        FINISH,
        Request,
        tamper("credential.response.signature", Change::Flip),
    )
    .await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(21)), "{}", answer.1);
    let applied = told_whole(&bench, id);
    assert_eq!(applied["field"], "credential.response.signature");
    assert_ne!(applied["before"], applied["after"]);
    let request = told(&bench, "rp.request").pop().expect("it arrived");
    assert!(request.deliberate);
    assert_eq!(
        request.body["body"]["credential"]["response"]["signature"],
        applied["after"]
    );
    let returned = told(&bench, "client.get.returned").pop().expect("signed");
    assert_eq!(
        told(&bench, kinds::FAULT_APPLIED)[0].cause,
        Some(returned.seq)
    );
    assert!(
        bench
            .bench_state()
            .await
            .expect("alive")
            .seams
            .faults
            .is_empty()
    );
    assert_eq!(
        page.sign_in(&bench, touch_and_verify(&bench)).await.0,
        200,
        "once is once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tampered_field_of_an_assertion_is_refused_at_its_own_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    for (field, change, expected) in [
        ("credential.id", Change::Flip, 3),
        (
            "credential.response.clientDataJSON.type",
            Change::Set {
                value: json!("webauthn.create"),
            },
            10,
        ),
        (
            "credential.response.clientDataJSON.challenge",
            Change::Flip,
            11,
        ),
        (
            "credential.response.clientDataJSON.origin",
            Change::Set {
                value: json!("http://evil.example"),
            },
            12,
        ),
        (
            "credential.response.clientDataJSON.crossOrigin",
            Change::Flip,
            13,
        ),
        (
            "credential.response.authenticatorData.rpIdHash",
            Change::Flip,
            15,
        ),
        (
            "credential.response.authenticatorData.flags.up",
            Change::Set {
                value: json!(false),
            },
            16,
        ),
        (
            "credential.response.authenticatorData.flags.uv",
            Change::Flip,
            17,
        ),
        (
            "credential.response.authenticatorData.flags.bs",
            Change::Flip,
            18,
        ),
        (
            "credential.response.authenticatorData.signCount",
            Change::Flip,
            21,
        ),
    ] {
        arm(&bench, FINISH, Request, tamper(field, change)).await;
        let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
        assert_eq!(
            step(&answer),
            (422, &json!(expected)),
            "{field}: {}",
            answer.1["error"]
        );
        let request = told(&bench, "rp.request").pop().expect("it arrived");
        let returned = told(&bench, "client.get.returned").pop().expect("signed");
        assert_eq!(
            request.cause,
            Some(returned.seq),
            "{field}: the page's post is still linked"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_challenge_is_still_linked_and_signed_over_and_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    arm(
        &bench,
        BEGIN,
        Response,
        tamper("publicKey.challenge", Change::Flip),
    )
    .await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(11)), "{}", answer.1);
    let called = told(&bench, "client.get.called").pop().expect("called");
    let begun = events(&bench)
        .iter()
        .find(|event| Some(event.seq) == called.cause)
        .cloned();
    let begun = begun.expect("linked");
    assert_eq!(
        (begun.kind.as_ref(), begun.deliberate),
        ("rp.response", true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_finish_is_refused_because_its_challenge_was_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    assert_eq!(page.sign_in(&bench, touch_and_verify(&bench)).await.0, 200);
    let earlier = told(&bench, "rp.request").pop().expect("the finish");
    page.sign_out().await;
    let id = arm(&bench, FINISH, Request, Effect::Replay { earlier: None }).await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(11)), "{}", answer.1);
    told_whole(&bench, id);
    let request = told(&bench, "rp.request").pop().expect("it arrived");
    assert_eq!((&request.raw, request.deliberate), (&earlier.raw, true));
    arm(
        &bench,
        FINISH,
        Request,
        Effect::Replay {
            earlier: Some(earlier.seq),
        },
    )
    .await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(step(&answer), (422, &json!(11)), "named by its event");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finish_that_arrives_twice_succeeds_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let before = told(&bench, "rp.request").len();
    let id = arm(&bench, FINISH, Request, Effect::Duplicate).await;
    let answer = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(answer.0, 200, "the first answer counts: {}", answer.1);
    told_whole(&bench, id);
    let mut judged: Vec<Value> = Vec::new();
    for _ in 0..200 {
        judged = told(&bench, "rp.verification")
            .iter()
            .map(|event| event.body["verified"].clone())
            .collect();
        if judged.len() == 3 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(
        judged,
        [json!(true), json!(true), json!(false)],
        "registration, sign-in, the same once more"
    );
    let requests = told(&bench, "rp.request");
    assert_eq!(requests.len() - before, 3, "begin, finish, finish");
    assert!(requests.last().expect("three").deliberate);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_request_or_answer_of_the_api_closes_the_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let before = told(&bench, "rp.request").len();
    arm(&bench, BEGIN, Request, Effect::Drop).await;
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("it never arrived");
    assert_eq!(told(&bench, "rp.request").len(), before);
    arm(&bench, BEGIN, Response, Effect::Drop).await;
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("no answer");
    assert_eq!(told(&bench, "rp.request").len(), before + 1);
    assert!(
        told(&bench, "rp.response")
            .last()
            .expect("given")
            .deliberate
    );
    assert!(
        !bench.stalled(),
        "nobody waits: the page knows that the connection is gone"
    );
    assert_eq!(page.post("authentication/begin", json!({})).await.0, 200);
}
