//! What a person finds after the network lost a message: nobody is left in a corner.

use serde_json::{Value, json};

use super::{
    authenticator::Authenticator,
    fixture::ORIGIN,
    network::{Net, SIGN_IN_END, SIGN_UP, SIGN_UP_END, Way},
};

/// What the router answers in place of a connection's end.
const LOST: u16 = 502;

#[tokio::test]
async fn a_lost_request_changes_nothing_and_can_be_sent_again() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    let begun = alice.begin_sign_up("alice").await;
    let told = net.told();
    let credential = Authenticator::new(1, ORIGIN, "acme.localhost").create(&begun["publicKey"]);
    net.network.lose(Way::In, SIGN_UP_END);
    let lost = alice.finish_registration(&begun, credential.clone()).await;
    assert_eq!(lost.status, LOST);
    assert_eq!(net.told(), told, "the relying party knows nothing of it");
    let overview = net.bench.party.overview().await.expect("an overview");
    assert_eq!((overview.accounts.len(), overview.open_ceremonies), (0, 1));
    let done = alice.finish_registration(&begun, credential).await;
    assert_eq!(done.status, 201, "{}", done.text);
}

#[tokio::test]
async fn who_never_got_the_answer_to_a_sign_in_is_signed_out_and_signs_in_again() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    let cookie = alice.cookie.clone();
    let begun = alice.begin_sign_in().await;
    let credential = key.get(&begun["publicKey"]);
    net.network.lose(Way::Out, SIGN_IN_END);
    let lost = alice.finish_sign_in(&begun, credential.clone()).await;
    assert_eq!((lost.status.as_u16(), lost.text.as_str()), (LOST, ""));
    assert_eq!(alice.cookie, cookie, "the browser has what it had");
    assert_eq!(
        net.told().last(),
        Some(&(json!(200), true)),
        "the relying party did answer"
    );

    let session = alice.get("/api/session").await;
    assert_eq!(
        (session.status.as_u16(), session.message()),
        (401, "Nobody is signed in. Sign in and try again.")
    );
    let overview = net.bench.party.overview().await.expect("an overview");
    assert_eq!(
        overview.accounts[0].sessions, 1,
        "one browser never has two sessions"
    );
    assert_eq!(overview.accounts[0].passkeys[0].sign_count, 1);
    alice
        .finish_sign_in(&begun, credential)
        .await
        .refused_at("7.2", 11, "already used");

    let again = alice.sign_in(&mut key).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_ne!(alice.cookie, cookie);
    assert_eq!(alice.get("/api/session").await.status, 200);
}

#[tokio::test]
async fn who_never_got_the_answer_to_a_sign_up_signs_in() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    let begun = alice.begin_sign_up("alice").await;
    let mut key = Authenticator::new(1, ORIGIN, "acme.localhost");
    let credential = key.create(&begun["publicKey"]);
    net.network.lose(Way::Out, SIGN_UP_END);
    let lost = alice.finish_registration(&begun, credential.clone()).await;
    assert_eq!(lost.status, LOST);
    assert_eq!(alice.cookie, None);
    let overview = net.bench.party.overview().await.expect("an overview");
    assert_eq!(overview.accounts[0].username, "alice");
    assert_eq!(overview.accounts[0].passkeys.len(), 1);

    let refused = alice.finish_registration(&begun, credential).await;
    refused.refused_at("7.1", 8, "already used");
    let refused = alice.post(SIGN_UP, json!({ "username": "alice" })).await;
    assert_eq!(
        (refused.status.as_u16(), refused.message()),
        (409, "This user name is taken. Choose another, or sign in.")
    );
    let signed_in = alice.sign_in(&mut key).await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(signed_in.body["account"]["username"], "alice");
}

#[tokio::test]
async fn who_never_got_the_answer_to_a_further_passkey_finds_it_in_the_list() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    alice.sign_up("alice", 1).await;
    let begun = alice.post(SIGN_UP, json!({})).await.body;
    let mut spare = Authenticator::new(2, ORIGIN, "acme.localhost");
    let credential = spare.create(&begun["publicKey"]);
    net.network.lose(Way::Out, SIGN_UP_END);
    let lost = alice.finish_registration(&begun, credential).await;
    assert_eq!(lost.status, LOST);
    let list = alice.get("/api/passkeys").await.body;
    assert_eq!(list["passkeys"].as_array().map(Vec::len), Some(2));
    let begun = alice.post(SIGN_UP, json!({})).await.body;
    let excluded = begun["publicKey"]["excludeCredentials"].as_array();
    assert_eq!(
        excluded.map(Vec::len),
        Some(2),
        "the device will say that it has one already"
    );
    assert_eq!(net.bench.visitor().sign_in(&mut spare).await.status, 200);
}

#[tokio::test]
async fn who_never_got_the_answer_to_a_sign_out_is_signed_out() {
    let net = Net::new().await;
    let mut alice = net.bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    net.network.lose(Way::Out, "/api/session");
    let lost = alice.call("DELETE", "/api/session", Value::Null).await;
    assert_eq!(lost.status, LOST);
    assert!(alice.cookie.is_some(), "the browser keeps a dead cookie");
    assert_eq!(alice.get("/api/session").await.status, 401);
    assert_eq!(
        alice
            .call("DELETE", "/api/session", Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(alice.sign_in(&mut key).await.status, 200);
}
