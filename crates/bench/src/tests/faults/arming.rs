use serde_json::json;
use timeline::Seq;

use super::*;
use crate::api::*;

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
async fn names_and_paths_beyond_all_measure_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let deep = format!("credential.clientExtensionResults{}", ".0".repeat(100_000));
    let fault = |message: &str, field: &str| Fault {
        message: message.to_owned(),
        direction: Request,
        times: 1,
        effect: tamper(field, Change::Flip),
    };
    let shallow = format!("credential.clientExtensionResults{}", ".0".repeat(30));
    let armed = bench.fault_arm(fault(FINISH, &shallow)).await;
    armed.expect("such a field may come");
    let error = bench.fault_arm(fault(FINISH, &deep)).await;
    let error = error.expect_err("too deep").to_string();
    assert!(error.contains("at most 32 steps"), "{error}");
    let error = bench.fault_arm(fault(&"a".repeat(1 << 20), "a")).await;
    assert_eq!(error.expect_err("no message").code(), "malformedFault");
    let path = Some(format!("/{}", "a".repeat(1 << 20)));
    let lost = NetworkState::AnswerLost { requests: 1, path };
    let error = bench.network_set(lost).await;
    assert_eq!(error.expect_err("no path").code(), "networkState");
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
