use serde_json::json;
use timeline::Party;

use super::person::*;
use crate::{
    api::{
        BenchState, ClockMotion, ClockState, CredentialsAnswer, CredentialsMethod, PromptAnswer,
        Question,
    },
    kinds,
};

const MINUTE: i64 = 60_000;

fn clock(state: &BenchState, party: Party) -> &ClockState {
    let mut clocks = state.seams.clocks.iter();
    clocks
        .find(|clock| clock.party == party)
        .expect("it has one")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_expires_when_the_relying_partys_clock_is_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    let finish = page
        .sign_in_until_finish(&bench, touch_and_verify(&bench))
        .await;
    let skip = ClockMotion::Skip { millis: 6 * MINUTE };
    bench
        .clock_move(vec![Party::RelyingParty], skip)
        .await
        .expect("moved");
    let (status, refused) = page.post("authentication/finish", finish).await;
    assert_eq!(
        (status, &refused["error"]["step"]),
        (422, &json!(11)),
        "{refused}"
    );

    let moved = told(&bench, kinds::CLOCK_MOVED);
    assert!(moved[0].deliberate);
    assert_eq!(moved[0].body["parties"], json!(["relyingParty"]));
    assert_eq!(
        moved[0].body["motion"],
        json!({ "kind": "skip", "millis": 6 * MINUTE })
    );
    let answer = told(&bench, "rp.response").pop().expect("answered");
    let shown = answer
        .party_time
        .expect("its clock differs from the machine's");
    assert!(
        shown.0 - answer.wall.0 >= 6 * MINUTE - 1,
        "the event has the party's own time"
    );
    let state = bench.bench_state().await.expect("alive");
    let ahead = clock(&state, Party::RelyingParty);
    assert!(
        ahead.moved && ahead.offset_millis >= 6 * MINUTE - 1,
        "{ahead:?}"
    );
    assert!(!clock(&state, Party::Client).moved && !clock(&state, Party::Device).moved);

    bench
        .clock_move(vec![], ClockMotion::Reset)
        .await
        .expect("moved");
    let reset = told(&bench, kinds::CLOCK_MOVED).pop().expect("told");
    assert!(!reset.deliberate, "putting it right breaks nothing");
    assert_eq!(
        reset.body["parties"],
        json!(["device", "client", "relyingParty"])
    );
    let (status, _) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200);
}

/// Calls `get()` for nobody to answer; `then` happens once the phone asks for a touch.
async fn call_and(bench: &crate::Bench, page: &Page, then: impl AsyncFnOnce()) -> (String, String) {
    let (_, begun) = page.post("authentication/begin", json!({})).await;
    let options = begun["publicKey"].clone();
    let then = async {
        asked(bench, |question| matches!(question, Question::Touch { .. })).await;
        then().await;
    };
    let (answer, ()) = tokio::join!(
        call(bench, &page.origin, CredentialsMethod::Get, options),
        then
    );
    match answer {
        CredentialsAnswer::Exception { name, message } => (name, message),
        CredentialsAnswer::Credential { .. } => panic!("nobody touched"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clients_time_is_up_when_its_clock_is_skipped_past_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let (name, _) = call_and(&bench, &page, async || {
        let skip = ClockMotion::Skip {
            millis: 11 * MINUTE,
        };
        bench
            .clock_move(vec![Party::Client], skip)
            .await
            .expect("moved");
    })
    .await;
    assert_eq!(name, "NotAllowedError");
    let failed = told(&bench, "client.failed").pop().expect("it failed");
    assert_eq!(failed.body["code"], "timedOut");
    until(&bench, |state| state.prompt.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompts_time_is_up_when_the_devices_clock_is_skipped_past_its_deadline() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let (name, message) = call_and(&bench, &page, async || {
        let state = bench.bench_state().await.expect("alive");
        let deadline = state.prompt.as_ref().expect("asked").deadline;
        let left = deadline.since(clock(&state, Party::Device).now);
        let millis = i64::try_from(left.as_millis()).expect("minutes");
        assert!(
            millis <= 2 * MINUTE,
            "the countdown is by the device's clock"
        );
        let back = ClockMotion::Back {
            millis: 24 * 60 * MINUTE,
        };
        bench
            .clock_move(vec![Party::Device], back)
            .await
            .expect("moved");
        assert!(bench.prompt().is_some(), "turned back, it waits on");
        let set = ClockMotion::Set { to: deadline };
        bench
            .clock_move(vec![Party::Device], set)
            .await
            .expect("moved");
    })
    .await;
    assert_eq!(name, "NotAllowedError");
    assert!(
        message.contains("Nobody answered the device in time"),
        "{message}"
    );
    let answered = told(&bench, "device.prompt.answered").pop().expect("told");
    assert_eq!(answered.body["answer"], "timedOut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_runs_fast_ends_a_prompt_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let (name, _) = call_and(&bench, &page, async || {
        let run = ClockMotion::Run { rate: 3600.0 };
        bench
            .clock_move(vec![Party::Device], run)
            .await
            .expect("moved");
        let state = bench.bench_state().await.expect("alive");
        assert_eq!(clock(&state, Party::Device).rate, 3600.0);
    })
    .await;
    assert_eq!(name, "NotAllowedError");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_choice_of_the_client_ends_with_the_clients_clock() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    bench
        .device_add("Key".into(), "key".into())
        .await
        .expect("added");
    let touch = async || {
        let prompt = asked(&bench, |question| {
            matches!(question, Question::Touch { .. })
        })
        .await;
        press(&bench, &prompt, PromptAnswer::Touch).await;
    };
    for user in 1..=2 {
        let options = json!({
            "rp": { "id": "localhost", "name": "Acme" },
            "user": { "id": format!("AAAAAAAAAAAAAAAAAAAAAA0{user}"), "name": "a", "displayName": "a" },
            "challenge": format!("Y2hhbGxlbmdlLW51bWJlci0{user}"),
            "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
            "authenticatorSelection": { "residentKey": "required", "userVerification": "discouraged" },
        });
        let made = call(
            &bench,
            "http://localhost:1",
            CredentialsMethod::Create,
            options,
        );
        credential(tokio::join!(made, touch()).0);
    }
    let options = json!({ "challenge": "Y2hhbGxlbmdlLW51bWJlci03", "rpId": "localhost", "timeout": 60_000, "userVerification": "discouraged" });
    let wait = async {
        touch().await;
        let prompt = asked(&bench, |question| {
            matches!(question, Question::ChooseAccount { .. })
        })
        .await;
        let state = bench.bench_state().await.expect("alive");
        let left = prompt.deadline.since(clock(&state, Party::Client).now);
        assert!(
            left.as_millis() <= 60_000,
            "the relying party's own time-out counts: {left:?}"
        );
        let set = ClockMotion::Set {
            to: prompt.deadline,
        };
        bench
            .clock_move(vec![Party::Client], set)
            .await
            .expect("moved");
    };
    let (answer, ()) = tokio::join!(
        call(
            &bench,
            "http://localhost:1",
            CredentialsMethod::Get,
            options
        ),
        wait
    );
    assert!(
        matches!(answer, CredentialsAnswer::Exception { name, .. } if name == "NotAllowedError")
    );
    assert!(bench.prompt().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_motion_without_sense_moves_no_clock_and_is_not_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    for (parties, motion) in [
        (vec![], ClockMotion::Skip { millis: -5 }),
        (vec![Party::Bench], ClockMotion::Skip { millis: 5 }),
        (vec![Party::Device], ClockMotion::Run { rate: 1e9 }),
    ] {
        let error = bench
            .clock_move(parties, motion)
            .await
            .expect_err("no sense");
        assert_eq!(error.code(), "clockMotion", "{error}");
    }
    assert!(told(&bench, kinds::CLOCK_MOVED).is_empty());
    let state = bench.bench_state().await.expect("alive");
    assert!(state.seams.clocks.iter().all(|clock| !clock.moved));
}
