use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use timeline::Seq;

use super::{
    authenticator::Authenticator,
    fixture::{Bench, Listener, ORIGIN},
};
use crate::{Limits, kinds};

#[tokio::test]
async fn signs_up_out_and_in_without_a_user_name() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let begun = alice.begin_sign_up("Alice").await;
    let options = &begun["publicKey"];
    assert_eq!(
        options["rp"],
        json!({ "name": "Acme", "id": "acme.localhost" })
    );
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(
        options["authenticatorSelection"]["userVerification"],
        "required"
    );
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"], json!([]));
    assert_eq!(
        options["pubKeyCredParams"][0],
        json!({ "type": "public-key", "alg": -7 })
    );

    let mut key = Authenticator::new(1, ORIGIN, "acme.localhost");
    let credential = key.create(options);
    let done = alice.finish_registration(&begun, credential).await;
    assert_eq!(done.status, 201, "{}", done.text);
    assert_eq!(done.body["account"]["username"], "Alice");
    assert_eq!(done.body["account"]["displayName"], "Alice");
    assert_eq!(done.body["passkey"]["label"], "Passkey 1");
    assert_eq!(done.body["passkey"]["algorithm"], "ES256");
    assert_eq!(done.body["passkey"]["createdAt"], "2023-11-14T22:13:20Z");
    assert_eq!(done.body["passkey"]["lastUsedAt"], Value::Null);
    assert_eq!(
        done.body["passkey"]["transports"],
        json!(["internal", "hybrid"]),
        "only names of the right form"
    );
    assert_eq!(done.body["verification"]["verified"], true);

    assert_eq!(
        alice.get("/api/session").await.body["account"]["username"],
        "Alice"
    );
    assert_eq!(
        alice
            .call("DELETE", "/api/session", Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(alice.cookie, None, "the cookie is taken away");
    assert_eq!(alice.get("/api/session").await.status, 401);

    bench.clock.advance(Duration::from_secs(60));
    let begun = alice.begin_sign_in().await;
    assert_eq!(begun["publicKey"]["allowCredentials"], json!([]));
    assert_eq!(begun["publicKey"]["userVerification"], "required");
    let credential = key.get(&begun["publicKey"]);
    let done = alice.finish_sign_in(&begun, credential).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.body["account"]["username"], "Alice");
    assert_eq!(done.body["passkey"]["signCount"], 1);
    assert_eq!(done.body["passkey"]["lastUsedAt"], "2023-11-14T22:14:20Z");
    assert_eq!(
        done.body["verification"]["steps"].as_array().map(Vec::len),
        Some(25)
    );
    let session = alice.get("/api/session").await.body;
    assert_eq!(session["passkey"], done.body["passkey"]["id"]);
    assert_eq!(session["since"], "2023-11-14T22:14:20Z");
    bench.clock.advance(Duration::from_secs(90));
    let later = alice.get("/api/session").await.body;
    assert_eq!(later["since"], session["since"]);
    assert_eq!(later["now"], "2023-11-14T22:15:50Z", "by its own clock");
}

#[tokio::test]
async fn keeps_the_ladder_of_every_finished_ceremony() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let begun = alice.begin_sign_in().await;
    let path = format!(
        "/api/ceremonies/{}",
        begun["ceremony"].as_str().expect("an id")
    );
    assert_eq!(alice.get(&path).await.status, 404, "it is not finished yet");
    key.origin = "https://evil.example".into();
    let credential = key.get(&begun["publicKey"]);
    let refused = alice.finish_sign_in(&begun, credential).await;
    refused.refused_at("7.2", 12, "origin");
    let stored = alice.get(&path).await;
    assert_eq!(stored.body["kind"], "authentication");
    assert_eq!(stored.body["verified"], false);
    assert_eq!(stored.body["verification"], refused.body["verification"]);
    for nonsense in ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "..%2f..", "%00"] {
        assert_eq!(
            alice
                .get(&format!("/api/ceremonies/{nonsense}"))
                .await
                .status,
            404,
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn adds_a_second_passkey_and_manages_both() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let first = alice.sign_up("alice", 1).await;
    let begun = alice.post("/api/registration/begin", json!({})).await.body;
    let excluded = begun["publicKey"]["excludeCredentials"]
        .as_array()
        .expect("a list");
    assert_eq!(
        excluded.len(),
        1,
        "the first passkey's device must not make another"
    );
    assert_eq!(excluded[0]["transports"], json!(["internal", "hybrid"]));
    let mut second = Authenticator::new(2, ORIGIN, "acme.localhost");
    let credential = second.create(&begun["publicKey"]);
    assert_eq!(second.user_handle, first.user_handle, "one account");
    let body =
        json!({ "ceremony": begun["ceremony"], "credential": credential, "label": "  Spare  " });
    let cookie = alice.cookie.clone();
    let done = alice.post("/api/registration/finish", body).await;
    assert_eq!(done.status, 201, "{}", done.text);
    assert_eq!(done.body["passkey"]["label"], "Spare");
    assert_eq!(alice.cookie, cookie, "the session stays");

    let list = alice.get("/api/passkeys").await.body;
    let ids: Vec<String> = list["passkeys"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|passkey| passkey["id"].as_str().expect("an id").into())
        .collect();
    assert_eq!(ids.len(), 2);
    let renamed = alice
        .call(
            "PATCH",
            &format!("/api/passkeys/{}", ids[0]),
            json!({ "label": "Phone" }),
        )
        .await;
    assert_eq!(
        (renamed.status.as_u16(), &renamed.body["label"]),
        (200, &json!("Phone"))
    );
    let unusable = alice
        .call(
            "PATCH",
            &format!("/api/passkeys/{}", ids[0]),
            json!({ "label": " " }),
        )
        .await;
    assert_eq!(unusable.code(), "nameUnusable");

    let mut elsewhere = bench.visitor();
    assert_eq!(elsewhere.sign_in(&mut second).await.status, 200);
    let mut mallory = bench.visitor();
    mallory.sign_up("mallory", 3).await;
    for method in ["PATCH", "DELETE"] {
        let answer = mallory
            .call(
                method,
                &format!("/api/passkeys/{}", ids[1]),
                json!({ "label": "mine" }),
            )
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "noSuchPasskey"),
            "another's passkey is not there"
        );
    }
    assert_eq!(
        alice
            .call("DELETE", &format!("/api/passkeys/{}", ids[1]), Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(
        elsewhere.get("/api/session").await.status,
        401,
        "a session made with it ends"
    );
    assert_eq!(
        alice.get("/api/session").await.status,
        200,
        "the session that asked stays"
    );
    let last = alice
        .call("DELETE", &format!("/api/passkeys/{}", ids[0]), Value::Null)
        .await;
    assert_eq!((last.status.as_u16(), last.code()), (409, "lastPasskey"));
    elsewhere
        .sign_in(&mut second)
        .await
        .refused_at("7.2", 6, "not registered");
}

#[tokio::test]
async fn a_further_passkey_needs_the_session_that_asked_for_it() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    let mut mallory = bench.visitor();
    mallory.sign_up("mallory", 2).await;
    let begun = alice.post("/api/registration/begin", json!({})).await.body;
    let credential = Authenticator::new(3, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    assert_eq!(
        mallory.finish_registration(&begun, credential).await.code(),
        "signedOut"
    );
    let list = alice.get("/api/passkeys").await.body;
    assert_eq!(
        list["passkeys"].as_array().map(Vec::len),
        Some(1),
        "nothing was added to alice's account"
    );
    assert_eq!(
        bench
            .visitor()
            .post("/api/registration/begin", json!({}))
            .await
            .code(),
        "signedOut"
    );
}

#[tokio::test]
async fn a_name_belongs_to_one_account_whatever_its_case() {
    let bench = Bench::new().await;
    let mut early = bench.visitor();
    let mut late = bench.visitor();
    let begun = late.begin_sign_up("Ali\u{301}ce").await;
    early.sign_up("ALÍCE", 1).await;
    let credential = Authenticator::new(2, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    let answer = late.finish_registration(&begun, credential).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (409, "usernameTaken"),
        "it was taken meanwhile"
    );
    assert_eq!(late.cookie, None);
    let answer = late
        .post("/api/registration/begin", json!({ "username": " alíce " }))
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (409, "usernameTaken")
    );
}

#[tokio::test]
async fn of_many_finishes_at_once_exactly_one_wins() {
    let bench = Bench::new().await;
    let mut key = bench.visitor().sign_up("alice", 1).await;
    let begun = bench.visitor().begin_sign_in().await;
    let credential = key.get(&begun["publicKey"]);
    let finishes: Vec<_> = (0..16)
        .map(|_| {
            let (mut visitor, begun, credential) =
                (bench.visitor(), begun.clone(), credential.clone());
            tokio::spawn(async move { visitor.finish_sign_in(&begun, credential).await })
        })
        .collect();
    let mut won = 0;
    for finish in finishes {
        let answer = finish.await.expect("no panic");
        if answer.status == 200 {
            won += 1;
        } else {
            answer.refused_at("7.2", 11, "already used");
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_with_one_passkey_at_once_never_move_its_counter_back() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let mut tasks = Vec::new();
    for _ in 0..12 {
        let begun = alice.begin_sign_in().await;
        let credential = key.get(&begun["publicKey"]);
        let mut visitor = bench.visitor();
        tasks.push(tokio::spawn(async move {
            visitor.finish_sign_in(&begun, credential).await
        }));
    }
    let mut highest = 0;
    for task in tasks {
        let answer = task.await.expect("no panic");
        match answer.status.as_u16() {
            200 => {
                highest = highest.max(
                    answer.body["passkey"]["signCount"]
                        .as_u64()
                        .expect("a number"),
                )
            }
            _ => answer.refused_at("7.2", 22, "counter"),
        }
    }
    let list = alice.get("/api/passkeys").await.body;
    assert_eq!(
        list["passkeys"][0]["signCount"], highest,
        "the counter is the highest that was accepted"
    );
}

#[tokio::test]
async fn links_each_event_to_the_request_that_caused_it_and_tells_no_secret() {
    let listener = Arc::new(Listener::default());
    let bench = Bench::with(Limits::default(), listener.clone()).await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let sign_up_cookie = alice.cookie.clone().expect("a session");
    assert_eq!(alice.sign_in(&mut key).await.status, 200);
    let sign_in_cookie = alice.cookie.clone().expect("a session");
    alice.get("/").await;
    alice.call("DELETE", "/api/session", Value::Null).await;
    let drafts = listener.drafts();
    let kinds: Vec<&str> = drafts.iter().map(|draft| draft.kind).collect();
    let both = [kinds::REQUEST, kinds::RESPONSE];
    let expected = [
        &both[..],
        &[
            kinds::REQUEST,
            kinds::VERIFICATION,
            kinds::ACCOUNT_CREATED,
            kinds::SESSION_BOUND,
            kinds::RESPONSE,
        ],
        &both,
        &[
            kinds::REQUEST,
            kinds::VERIFICATION,
            kinds::SESSION_BOUND,
            kinds::RESPONSE,
        ],
        &[kinds::REQUEST, kinds::SESSION_ENDED, kinds::RESPONSE],
    ]
    .concat();
    assert_eq!(
        kinds, expected,
        "pages are not told, requests to the API are"
    );
    let mut request = None;
    for (draft, number) in drafts.iter().zip(1..) {
        match draft.kind {
            kinds::REQUEST => request = Some(Seq(number)),
            _ => assert_eq!(draft.cause, request, "{}", draft.kind),
        }
    }
    let finish = &drafts[2];
    assert_eq!(finish.body["path"], "/api/registration/finish");
    assert_eq!(finish.body["body"]["credential"]["type"], "public-key");
    assert!(
        finish
            .raw
            .as_ref()
            .is_some_and(|raw| serde_json::from_slice::<Value>(raw).is_ok())
    );
    assert_eq!(drafts[6].body["status"], 201);
    let all = format!("{drafts:?}");
    for cookie in [sign_up_cookie, sign_in_cookie] {
        let token = cookie.split_once('=').expect("a pair").1;
        assert!(!all.contains(token), "a session's token is on the timeline");
        let raw = data_encoding::BASE64URL_NOPAD
            .decode(token.as_bytes())
            .expect("base64url");
        assert!(
            !all.contains(&format!("{raw:?}")[1..40]),
            "a session's token is on the timeline as bytes"
        );
    }
}
