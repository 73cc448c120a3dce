use serde_json::json;

use super::bench::{Bench, Habits, PIN, Page, creation, request, somebody, verified};
use crate::{Model, PIN_TRIES, PinState};

#[tokio::test]
async fn a_phone_enrols_with_a_first_pin_and_signs_in_without_a_user_name() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let owner = somebody(&phone, Habits::default());
    let page = Page::new(bench.client(None));
    assert!(!phone.pin().expect("a state").set);

    let created = page
        .create(&phone, &creation("alice", "required"))
        .await
        .expect("a passkey");
    let record = verified("registration", &created, "required", None);
    assert_eq!(
        phone.pin().expect("a state"),
        PinState {
            set: true,
            tries_left: PIN_TRIES,
            blocked: false
        }
    );
    let asked: Vec<_> = bench
        .notes
        .of("device.prompt.shown")
        .iter()
        .map(|it| it["prompt"]["kind"].clone())
        .collect();
    assert_eq!(
        asked,
        ["touch", "setPin", "setPin"],
        "a touch, then the new PIN twice"
    );

    let got = page
        .get(&phone, &request("required"))
        .await
        .expect("an assertion");
    let mut record = record;
    record["userHandle"] = got["response"]["userHandle"].clone();
    verified("authentication", &got, "required", Some(&record));
    assert_eq!(got["response"]["userHandle"], "YWxpY2U");
    let asked = bench.notes.of("device.prompt.shown");
    let kinds: Vec<_> = asked[3..]
        .iter()
        .map(|it| it["prompt"]["kind"].clone())
        .collect();
    assert_eq!(kinds, ["touch", "enterPin"]);
    assert_eq!(asked[3]["prompt"]["userName"], "alice");
    assert_eq!(
        bench.notes.of("device.pin.checked"),
        [json!({ "device": phone.id(), "matched": true, "triesLeft": 5 })]
    );

    let passkey = &phone.passkeys().expect("a list")[0];
    assert_eq!(
        (passkey.rp_id.as_str(), passkey.rp_name.as_deref()),
        ("example.org", Some("Example"))
    );
    assert_eq!(
        (passkey.sign_count, passkey.discoverable, passkey.algorithm),
        (1, true, "ES256")
    );
    assert!(passkey.last_used.is_some());
    owner.abort();
}

#[tokio::test]
async fn a_phone_asks_by_itself_which_account() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let owner = somebody(
        &phone,
        Habits {
            account: 1,
            ..Habits::default()
        },
    );
    let page = Page::new(bench.client(None));
    for name in ["alice", "bob"] {
        page.create(&phone, &creation(name, "required"))
            .await
            .expect("a passkey");
    }
    let got = page
        .get(&phone, &request("required"))
        .await
        .expect("an assertion");
    assert_eq!(
        got["response"]["userHandle"], "YWxpY2U",
        "the older one is second in the list"
    );
    let asked = bench.notes.of("device.prompt.shown");
    let choice = asked.last().expect("a prompt");
    assert_eq!(choice["prompt"]["accounts"][0]["name"], "bob");
    owner.abort();
}

#[tokio::test]
async fn with_a_key_the_client_asks_which_account() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    let owner = somebody(&key, Habits::default());
    let page = Page::new(bench.client(Some(1)));
    let mut records = Vec::new();
    for name in ["alice", "bob"] {
        let created = page
            .create(&key, &creation(name, "preferred"))
            .await
            .expect("a passkey");
        records.push(verified("registration", &created, "preferred", None));
    }
    let got = page
        .get(&key, &request("preferred"))
        .await
        .expect("an assertion");
    assert_eq!(got["response"]["userHandle"], "YWxpY2U");
    records[0]["userHandle"] = got["response"]["userHandle"].clone();
    verified("authentication", &got, "preferred", Some(&records[0]));
    assert!(
        bench.notes.of("device.pin.set").is_empty(),
        "a key has no PIN"
    );
    owner.abort();
}

#[tokio::test]
async fn a_key_cannot_verify_its_user() {
    let bench = Bench::new();
    let key = bench.device(Model::Key);
    let page = Page::new(bench.client(None));
    let error = page
        .create(&key, &creation("alice", "required"))
        .await
        .expect_err("no verification");
    assert_eq!(error.name(), "ConstraintError");
}

#[tokio::test]
async fn a_second_passkey_for_an_excluded_account_is_refused_on_both_models() {
    for model in [Model::Phone, Model::Key] {
        let bench = Bench::new();
        let device = bench.device(model);
        let owner = somebody(&device, Habits::default());
        let page = Page::new(bench.client(None));
        let created = page
            .create(&device, &creation("alice", "preferred"))
            .await
            .expect("a passkey");
        let mut again = creation("alice", "preferred");
        again["excludeCredentials"] = json!([{ "type": "public-key", "id": created["id"] }]);
        let error = page.create(&device, &again).await.expect_err("excluded");
        assert_eq!(error.name(), "InvalidStateError", "{model:?}");
        assert_eq!(device.passkeys().expect("a list").len(), 1);
        owner.abort();
    }
}

#[tokio::test]
async fn a_page_that_aborts_takes_the_prompt_off_the_display() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let page = Page::new(bench.client(None));
    let options = creation("alice", "required");
    let creating = page.create(&phone, &options);
    let aborting = async {
        super::bench::prompt(&phone, |_| true).await;
        page.abort.cancel();
    };
    let (outcome, ()) = tokio::join!(creating, aborting);
    assert_eq!(outcome.expect_err("aborted").name(), "AbortError");
    assert_eq!(phone.prompts().current(), None);
    assert_eq!(
        bench.notes.of("device.prompt.answered")[0]["answer"],
        "cancelled"
    );
    assert!(phone.passkeys().expect("a list").is_empty());
}

#[tokio::test]
async fn the_pin_is_nowhere_in_the_timeline() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let owner = somebody(&phone, Habits::default());
    let page = Page::new(bench.client(None));
    page.create(&phone, &creation("alice", "required"))
        .await
        .expect("a passkey");
    page.get(&phone, &request("required"))
        .await
        .expect("an assertion");
    owner.abort();
    let wrong = somebody(
        &phone,
        Habits {
            pin: "99887766",
            ..Habits::default()
        },
    );
    page.get(&phone, &request("required"))
        .await
        .expect_err("five wrong tries");
    wrong.abort();
    for draft in bench.notes.all() {
        let text = format!("{} {:?}", draft.body, draft.raw);
        for secret in [PIN, "99887766", "entered"] {
            assert!(
                !text.contains(secret),
                "{} tells {secret}: {text}",
                draft.kind
            );
        }
    }
}
