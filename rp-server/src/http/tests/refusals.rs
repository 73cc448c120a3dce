use serde_json::{Value, json};
use webauthn::authenticator_data::Flags;

use super::{
    authenticator::{Authenticator, bend},
    fixture::{Answer, Bench, ORIGIN},
};
/// A registration whose authenticator and answer a test bends.
async fn register(
    bend_key: impl FnOnce(&mut Authenticator),
    bend_answer: impl FnOnce(&mut Value),
) -> Answer {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    let mut key = Authenticator::new(1, ORIGIN, "acme.localhost");
    bend_key(&mut key);
    let begun = visitor.begin_sign_up("alice").await;
    let mut credential = key.create(&begun["publicKey"]);
    bend_answer(&mut credential);
    let answer = visitor.finish_registration(&begun, credential).await;
    assert_eq!(
        visitor.cookie, None,
        "nobody is signed in by a refused registration"
    );
    let again = visitor
        .post("/api/registration/begin", json!({ "username": "alice" }))
        .await;
    assert_eq!(again.status, 200, "no account was made: {}", again.text);
    answer
}

/// A sign-in whose authenticator and answer a test bends.
async fn sign_in(
    bend_key: impl FnOnce(&mut Authenticator),
    bend_answer: impl FnOnce(&mut Value),
) -> Answer {
    let bench = Bench::new().await;
    let mut key = bench.visitor().sign_up("alice", 1).await;
    let mut visitor = bench.visitor();
    assert_eq!(visitor.sign_in(&mut key).await.status, 200);
    visitor.cookie = None;
    bend_key(&mut key);
    let begun = visitor.begin_sign_in().await;
    let mut credential = key.get(&begun["publicKey"]);
    bend_answer(&mut credential);
    let answer = visitor.finish_sign_in(&begun, credential).await;
    assert_eq!(
        visitor.cookie, None,
        "nobody is signed in by a refused sign-in"
    );
    answer
}

fn nothing<T>(_: &mut T) {}

#[tokio::test]
async fn refuses_a_public_key_that_is_not_on_its_curve() {
    let answer = register(
        |key| *key.public_key.last_mut().expect("bytes") ^= 1,
        nothing,
    )
    .await;
    answer.refused_at("7.1", 20, "curve");
}

#[tokio::test]
async fn refuses_registrations_for_another_challenge_origin_or_rp_id() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    let one = visitor.begin_sign_up("alice").await;
    let other = visitor.begin_sign_up("bob").await;
    let credential = Authenticator::new(1, ORIGIN, "acme.localhost").create(&one["publicKey"]);
    visitor
        .finish_registration(&other, credential)
        .await
        .refused_at("7.1", 8, "challenge is not the one");
    let answer = register(
        |key| key.origin = "http://acme.localhost:8081".into(),
        nothing,
    )
    .await;
    answer.refused_at("7.1", 9, "origin");
    assert!(
        answer.message().contains(ORIGIN),
        "it says where to go: {}",
        answer.message()
    );
    register(|key| key.rp_id = "localhost".into(), nothing)
        .await
        .refused_at("7.1", 14, "RP ID");
}

#[tokio::test]
async fn refuses_registrations_without_presence_or_verification() {
    register(|key| key.flags = Flags::UV, nothing)
        .await
        .refused_at("7.1", 15, "presence");
    register(|key| key.flags = Flags::UP, nothing)
        .await
        .refused_at("7.1", 16, "not verified");
}

#[tokio::test]
async fn refuses_truncated_and_malformed_cbor() {
    let object = |answer: &mut Value, change: &dyn Fn(&mut Vec<u8>)| {
        bend(&mut answer["response"]["attestationObject"], change)
    };
    register(nothing, |answer| {
        object(answer, &|bytes| bytes.truncate(bytes.len() / 2))
    })
    .await
    .refused_at("7.1", 13, "malformed");
    register(nothing, |answer| object(answer, &|bytes| bytes.push(0)))
        .await
        .refused_at("7.1", 13, "malformed");
    register(nothing, |answer| object(answer, &|bytes| bytes[0] = 0xff))
        .await
        .refused_at("7.1", 13, "malformed");
    register(nothing, |answer| {
        object(answer, &|bytes| *bytes = vec![0x9f; 40_000])
    })
    .await
    .refused_at("7.1", 13, "malformed");
    register(nothing, |answer| object(answer, &Vec::clear))
        .await
        .refused_at("7.1", 13, "malformed");
    let data = |answer: &mut Value| {
        bend(&mut answer["response"]["authenticatorData"], |bytes| {
            bytes.truncate(36)
        })
    };
    sign_in(nothing, data)
        .await
        .refused_at("7.2", 7, "malformed");
}

#[tokio::test]
async fn refuses_client_data_that_is_not_what_it_should_be() {
    let client_data = |answer: &mut Value, change: &dyn Fn(&mut Vec<u8>)| {
        bend(&mut answer["response"]["clientDataJSON"], change)
    };
    register(nothing, |answer| {
        client_data(answer, &|bytes| bytes[0] = 0xc0)
    })
    .await
    .refused_at("7.1", 5, "UTF-8");
    register(nothing, |answer| {
        client_data(answer, &|bytes| bytes.truncate(20))
    })
    .await
    .refused_at("7.1", 6, "JSON");
    sign_in(nothing, |answer| {
        client_data(answer, &|bytes| bytes[0] = 0xc0)
    })
    .await
    .refused_at("7.2", 8, "UTF-8");
}

#[tokio::test]
async fn refuses_responses_that_have_not_their_form() {
    for credential in [
        json!(null),
        json!("x"),
        json!({}),
        json!([[[]]]),
        json!({ "id": "====", "type": "public-key" }),
    ] {
        register(nothing, |answer| *answer = credential.clone())
            .await
            .refused_at("7.1", 3, "form");
        sign_in(nothing, |answer| *answer = credential.clone())
            .await
            .refused_at("7.2", 3, "form");
    }
    register(nothing, |answer| answer["type"] = "password".into())
        .await
        .refused_at("7.1", 3, "public-key");
}

#[tokio::test]
async fn refuses_a_credential_that_is_registered_already() {
    let bench = Bench::new().await;
    bench.visitor().sign_up("alice", 1).await;
    let mut mallory = bench.visitor();
    let begun = mallory.begin_sign_up("mallory").await;
    let credential = Authenticator::new(1, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    mallory
        .finish_registration(&begun, credential)
        .await
        .refused_at("7.1", 26, "already registered");
}

#[tokio::test]
async fn of_two_accounts_with_one_credential_at_once_one_is_made() {
    let bench = Bench::new().await;
    let mut tasks = Vec::new();
    for name in ["alice", "bob", "carol", "dave"] {
        let mut visitor = bench.visitor();
        tasks.push(tokio::spawn(async move {
            let begun = visitor.begin_sign_up(name).await;
            let credential =
                Authenticator::new(1, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
            visitor.finish_registration(&begun, credential).await
        }));
    }
    let mut made = 0;
    for task in tasks {
        let answer = task.await.expect("no panic");
        if answer.status == 201 {
            made += 1
        } else {
            answer.refused_at("7.1", 26, "already registered")
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn refuses_sign_ins_from_another_origin_or_for_another_rp() {
    sign_in(|key| key.origin = "https://evil.example".into(), nothing)
        .await
        .refused_at("7.2", 12, "origin");
    sign_in(|key| key.rp_id = "evil.example".into(), nothing)
        .await
        .refused_at("7.2", 15, "RP ID");
}

#[tokio::test]
async fn refuses_sign_ins_without_presence_or_verification() {
    sign_in(|key| key.flags = Flags::UV, nothing)
        .await
        .refused_at("7.2", 16, "presence");
    sign_in(|key| key.flags = Flags::UP, nothing)
        .await
        .refused_at("7.2", 17, "not verified");
}

#[tokio::test]
async fn refuses_a_signature_that_is_not_the_keys() {
    let signature = |answer: &mut Value| {
        bend(&mut answer["response"]["signature"], |bytes| {
            *bytes.last_mut().expect("bytes") ^= 1
        })
    };
    sign_in(nothing, signature)
        .await
        .refused_at("7.2", 21, "signature");
    sign_in(nothing, |answer| {
        bend(&mut answer["response"]["signature"], Vec::clear)
    })
    .await
    .refused_at("7.2", 21, "signature");
}

#[tokio::test]
async fn refuses_a_counter_that_does_not_go_up() {
    sign_in(|key| key.sign_count = 0, nothing)
        .await
        .refused_at("7.2", 22, "counter");
}

#[tokio::test]
async fn refuses_an_unknown_credential_and_another_users_handle() {
    sign_in(|key| key.credential_id = vec![9; 32], nothing)
        .await
        .refused_at("7.2", 6, "not registered");
    sign_in(|key| key.user_handle = vec![9; 32], nothing)
        .await
        .refused_at("7.2", 6, "another user");
    sign_in(nothing, |answer| {
        answer["response"]
            .as_object_mut()
            .expect("an object")
            .remove("userHandle");
    })
    .await
    .refused_at("7.2", 6, "names no user");
}
