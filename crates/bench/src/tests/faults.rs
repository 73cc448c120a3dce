use serde_json::{Value, json};
use timeline::Seq;

use super::person::*;
use crate::{
    Bench,
    api::{Change, CredentialsAnswer, CredentialsMethod, Direction, Effect, Fault, NetworkState},
    kinds,
};
use Direction::{Request, Response};

const FINISH: &str = "POST /api/authentication/finish";
const BEGIN: &str = "POST /api/authentication/begin";
const ASSERTION: &str = "authenticatorGetAssertion";

fn tamper(field: &str, change: Change) -> Effect {
    Effect::Tamper {
        field: field.to_owned(),
        change,
    }
}

async fn arm(bench: &Bench, message: &str, direction: Direction, effect: Effect) -> u32 {
    let fault = Fault {
        message: message.to_owned(),
        direction,
        times: 1,
        effect,
    };
    bench.fault_arm(fault).await.expect("it can happen").id
}

/// A bench on which alice is registered and signed out.
async fn with_alice(folder: &std::path::Path) -> (Bench, Page) {
    let bench = open(folder).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    (bench, page)
}

fn step(answer: &(u16, Value)) -> (u16, &Value) {
    (answer.0, &answer.1["error"]["step"])
}

/// The one fault so far was told from arming to its end, as deliberate.
fn told_whole(bench: &Bench, id: u32) -> Value {
    let armed = told(bench, kinds::FAULT_ARMED);
    let applied = told(bench, kinds::FAULT_APPLIED);
    let gone = told(bench, kinds::FAULT_DISARMED);
    assert!(armed[0].deliberate && applied[0].deliberate);
    assert_eq!(
        (&armed[0].body["id"], &applied[0].body["id"]),
        (&json!(id), &json!(id))
    );
    assert_eq!(gone[0].body["why"], "spent");
    assert!(armed[0].seq < applied[0].seq && applied[0].seq < gone[0].seq);
    applied[0].body.clone()
}

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
async fn a_replay_needs_an_earlier_message_of_its_name_and_direction() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let replay = |earlier| Fault {
        message: FINISH.to_owned(),
        direction: Request,
        times: 1,
        effect: Effect::Replay { earlier },
    };
    for (earlier, says) in [
        (None, "let one happen first"),
        (Some(Seq(1)), "event #1 shows no request"),
        (Some(Seq(999_999)), "no event #999999"),
    ] {
        let error = bench
            .fault_arm(replay(earlier))
            .await
            .expect_err("nothing to replay");
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.code(), "malformedFault");
    }
    assert!(told(&bench, kinds::FAULT_ARMED).is_empty());
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
    let overview = bench.relying_party_overview().await.expect("it runs");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_the_message_lacks_is_missed_and_the_fault_waits_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let id = arm(
        &bench,
        FINISH,
        Response,
        tamper(
            "error.code",
            Change::Set {
                value: json!("changed"),
            },
        ),
    )
    .await;
    assert_eq!(page.sign_in(&bench, touch_and_verify(&bench)).await.0, 200);
    let missed = told(&bench, kinds::FAULT_MISSED).pop().expect("told");
    assert_eq!(
        missed.body["reason"],
        format!("{FINISH} passed unchanged: it has no error. The fault waits for the next one.")
    );
    let waiting = bench.bench_state().await.expect("alive").seams.faults;
    assert_eq!((waiting[0].id, waiting[0].left), (id, 1));
    let (_, refused) = page.post("authentication/finish", json!({})).await;
    assert_eq!(refused["error"]["code"], "changed");
    assert!(
        bench
            .bench_state()
            .await
            .expect("alive")
            .seams
            .faults
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_count_down_happen_in_the_order_of_arming_and_are_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    let rp_id = |value: &str| {
        tamper(
            "publicKey.rpId",
            Change::Set {
                value: json!(value),
            },
        )
    };
    let twice = Fault {
        message: BEGIN.to_owned(),
        direction: Response,
        times: 2,
        effect: rp_id("one"),
    };
    let first = bench.fault_arm(twice).await.expect("it can happen");
    let second = arm(&bench, BEGIN, Response, rp_id("two")).await;
    let third = arm(&bench, BEGIN, Response, rp_id("three")).await;
    bench.fault_disarm(third).await.expect("it waits");
    assert_eq!(
        bench.fault_disarm(third).await.expect_err("gone").code(),
        "noSuchFault"
    );
    let begin =
        async || page.post("authentication/begin", json!({})).await.1["publicKey"]["rpId"].clone();
    assert_eq!(
        begin().await,
        "two",
        "the later one changes what the earlier one made"
    );
    let left = bench.bench_state().await.expect("alive").seams.faults;
    assert_eq!(
        left.iter().map(|it| (it.id, it.left)).collect::<Vec<_>>(),
        [(first.id, 1)]
    );
    assert_eq!(begin().await, "one");
    assert_eq!(begin().await, "localhost");
    arm(&bench, BEGIN, Response, rp_id("four")).await;
    bench.fault_clear().await.expect("cleared");
    assert_eq!(begin().await, "localhost");
    let applied: Vec<_> = told(&bench, kinds::FAULT_APPLIED)
        .iter()
        .map(|event| event.body["id"].clone())
        .collect();
    assert_eq!(applied, [json!(first.id), json!(second), json!(first.id)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_fault_is_said_when_it_is_armed() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let fault = Fault {
        message: FINISH.to_owned(),
        direction: Request,
        times: 1,
        effect: tamper("credential.response.signatur", Change::Flip),
    };
    let error = bench.fault_arm(fault).await.expect_err("no such field");
    assert_eq!(
        error.to_string(),
        "The fault was not armed: the request of POST /api/authentication/finish has no field \
         \"credential.response.signatur\"; the nearest is \"credential.response.signature\"."
    );
    let catalogue = bench.fault_catalogue().await.expect("there is one");
    let finish = catalogue
        .iter()
        .find(|it| it.message == FINISH && it.direction == Request)
        .expect("listed");
    assert_eq!(
        finish.effects,
        ["drop", "delay", "duplicate", "tamper", "replay"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pin_and_no_session_token_shows_in_what_bending_tells() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page) = with_alice(folder.path()).await;
    let set = |field: &str, value| tamper(field, Change::Set { value });
    for (message, direction, effect) in [
        (ASSERTION, Request, set("rpId", json!("localhost"))),
        (ASSERTION, Response, set("userSelected", json!(true))),
        (FINISH, Request, set("credential.type", json!("public-key"))),
        (
            FINISH,
            Response,
            set("account.displayName", json!("Mallory")),
        ),
    ] {
        arm(&bench, message, direction, effect).await;
        arm(&bench, message, direction, Effect::Delay { millis: 1 }).await;
    }
    let (status, signed_in) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(
        (status, &signed_in["account"]["displayName"]),
        (200, &json!("Mallory"))
    );
    assert_eq!(told(&bench, kinds::FAULT_APPLIED).len(), 8);
    bench.network_set(NetworkState::Offline).await.expect("set");
    page.try_post("authentication/begin", json!({ "pin": PIN }))
        .await
        .expect_err("lost");
    let token = page.token();
    assert!(token.len() > 16, "somebody is signed in");
    for event in events(&bench) {
        let text = serde_json::to_string(&*event).expect("JSON");
        assert!(
            !text.contains(&token) && !text.contains(PIN),
            "{} tells a secret",
            event.kind
        );
    }
}
