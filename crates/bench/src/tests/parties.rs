//! Several relying parties on one bench.

use std::net::TcpStream;

use serde_json::json;

use super::person::*;
use crate::{
    Bench, PartySetting, Setting,
    api::{NetworkState, RelyingPartySummary},
    kinds,
};

async fn added(bench: &Bench, name: &str) -> RelyingPartySummary {
    let added = bench.relying_party_add(name.to_owned()).await;
    added.expect("added")
}

fn rp_ids(bench: &Bench) -> Vec<String> {
    let parties = bench.relying_parties();
    parties.into_iter().map(|party| party.rp_id).collect()
}

async fn accounts(bench: &Bench, rp_id: &str) -> usize {
    let overview = bench.relying_party_overview(Some(rp_id.to_owned())).await;
    let overview = overview.expect("it runs");
    overview["accounts"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_holds_passkeys_of_two_relying_parties_that_know_nothing_of_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let acme = Page::of(&bench).await;
    acme.register(&bench, "alice").await;
    let bank = added(&bench, "Bank").await;
    assert_eq!(
        (bank.rp_id.as_str(), bank.name.as_str(), bank.further),
        ("bank.localhost", "Bank", true)
    );
    assert!(bank.origin.starts_with("http://bank.localhost:"));
    let page = Page::at(&bank.origin);
    page.register(&bench, "alice").await;
    assert_eq!(accounts(&bench, "localhost").await, 1);
    assert_eq!(accounts(&bench, "bank.localhost").await, 1);
    let state = bench.bench_state().await.expect("alive");
    let of: Vec<_> = state.devices[0]
        .passkeys
        .iter()
        .map(|passkey| passkey.rp_id.as_str())
        .collect();
    assert_eq!(of, ["bank.localhost", "localhost"]);

    page.sign_out().await;
    let (status, signed_in) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200, "{signed_in}");
    let whose: Vec<_> = told(&bench, "rp.session.bound")
        .iter()
        .map(|event| event.body["rpId"].clone())
        .collect();
    assert_eq!(
        whose,
        [
            json!(null),
            json!("bank.localhost"),
            json!("bank.localhost")
        ],
        "a further one's events say whose they are"
    );
    let begun = acme.post("authentication/begin", json!({})).await.1;
    let answer = call(
        &bench,
        &bank.origin,
        crate::api::CredentialsMethod::Get,
        begun["publicKey"].clone(),
    );
    assert!(
        matches!(
            answer.await,
            crate::api::CredentialsAnswer::Exception { ref name, .. } if name == "SecurityError"
        ),
        "one's page cannot ask for the other's passkeys"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn added_ones_are_remembered_and_removed_ones_are_set_aside_with_their_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let bank = added(&bench, "Bank").await;
    added(&bench, "Shop 24").await;
    Page::at(&bank.origin).register(&bench, "alice").await;
    bench.close().await;
    drop(bench);

    let bench = open(folder.path()).await;
    assert_eq!(
        rp_ids(&bench),
        ["localhost", "bank.localhost", "shop-24.localhost"]
    );
    assert_eq!(
        bench.relying_parties()[1].origin,
        bank.origin,
        "at the port it had"
    );
    assert_eq!(accounts(&bench, "bank.localhost").await, 1);
    bench
        .relying_party_remove("bank.localhost".to_owned())
        .await
        .expect("removed");
    let address = bank.origin.trim_start_matches("http://bank.localhost:");
    let port: u16 = address.parse().expect("a port");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert_eq!(rp_ids(&bench), ["localhost", "shop-24.localhost"]);
    let removed = told(&bench, kinds::RELYING_PARTY_REMOVED);
    assert_eq!(
        removed[0].body,
        json!({ "rpId": "bank.localhost", "name": "Bank" })
    );
    let kept = std::fs::read_dir(folder.path().join("rp")).expect("readable");
    let names: Vec<_> = kept
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        names
            .iter()
            .any(|name| name.starts_with("bank.localhost-set-aside-")),
        "{names:?}"
    );
    added(&bench, "Bank").await;
    assert_eq!(accounts(&bench, "bank.localhost").await, 0);
    bench.close().await;
    drop(bench);
    let bench = open(folder.path()).await;
    assert_eq!(
        rp_ids(&bench),
        ["localhost", "shop-24.localhost", "bank.localhost"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_added_or_removed_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    added(&bench, "Bank").await;
    for name in ["", "  ", "…", "bank", "BANK!"] {
        let error = bench.relying_party_add(name.to_owned()).await;
        let error = error.expect_err("no such name");
        assert_eq!(error.code(), "relyingPartyName", "{name}: {error}");
    }
    let removed = bench.relying_party_remove("localhost".to_owned()).await;
    assert_eq!(removed.expect_err("it stays").code(), "noWayOut");
    let unknown = "shop.localhost".to_owned();
    let some = || Some(unknown.clone());
    let codes = [
        bench.relying_party_remove(unknown.clone()).await.err(),
        bench.relying_party_restart(some()).await.err(),
        bench.relying_party_retry(some(), false).await.err(),
        bench.relying_party_start_over(some()).await.err(),
        bench.relying_party_overview(some()).await.err(),
    ]
    .map(|error| error.expect("unknown").code());
    assert_eq!(codes, ["noSuchRelyingParty"; 5]);
    bench
        .network_set(NetworkState::ServerDown)
        .await
        .expect("set");
    let error = bench.relying_party_add("Shop".to_owned()).await;
    assert_eq!(error.expect_err("it is down").code(), "noWayOut");
    assert_eq!(rp_ids(&bench), ["localhost", "bank.localhost"]);
    assert_eq!(told(&bench, kinds::RELYING_PARTY_ADDED).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_all_of_them_and_each_comes_back_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let bank = added(&bench, "Bank").await;
    let page = Page::at(&bank.origin);
    page.register(&bench, "alice").await;
    bench
        .network_set(NetworkState::ServerDown)
        .await
        .expect("set");
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("refused");
    assert_eq!(bench.relying_parties()[1].origin, bank.origin);
    bench.network_set(NetworkState::Online).await.expect("set");
    page.sign_out().await;
    let (status, _) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200);
    bench.network_set(NetworkState::Offline).await.expect("set");
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("lost");
    let lost = told(&bench, kinds::NETWORK_LOST).pop().expect("told");
    assert_eq!(lost.body["rpId"], "bank.localhost");
    bench.network_set(NetworkState::Online).await.expect("set");
    bench
        .relying_party_restart(Some("bank.localhost".to_owned()))
        .await
        .expect("restarted");
    let restarted = told(&bench, kinds::RELYING_PARTY_RESTARTED);
    assert_eq!(restarted[0].body, json!({ "rpId": "bank.localhost" }));
    page.sign_out().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_may_bring_several_which_draw_by_lot_each_from_its_own_stream() {
    let further = |name: &str| PartySetting {
        name: name.to_owned(),
        rp_id: format!("{name}.localhost"),
        ceremony_lifetime: None,
    };
    let mut drawn = Vec::new();
    for names in [["bank", "shop"], ["shop", "bank"]] {
        let folder = tempfile::tempdir().expect("a folder");
        let bench = open_in(
            folder.path(),
            Setting {
                further: names.map(further).into(),
                seed: Some(7),
                ..Setting::default()
            },
        )
        .await;
        let mut challenges = Vec::new();
        for party in bench.relying_parties() {
            let page = Page::at(&party.origin);
            let (_, begun) = page.post("authentication/begin", json!({})).await;
            challenges.push((party.rp_id, begun["publicKey"]["challenge"].to_string()));
        }
        challenges.sort();
        drawn.push(challenges);
    }
    assert_eq!(drawn[0], drawn[1], "whatever their order");
    let distinct: std::collections::BTreeSet<_> = drawn[0].iter().map(|(_, it)| it).collect();
    assert_eq!(distinct.len(), 3, "no two draw the same");
}
