use serde_json::json;
use timeline::Seq;

use super::person::*;
use crate::{
    HomeChoice,
    api::{CredentialsAnswer, CredentialsMethod, WayOut},
    kinds,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_passphrase_is_asked_for_and_a_wrong_one_opens_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_with(folder.path(), HomeChoice::Passphrase).await;
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        (state.vault.state.as_str(), state.devices.len()),
        ("passphraseNeeded", 0)
    );
    let missing = bench
        .vault_way_out(WayOut::UsePassphrase, None)
        .await
        .expect_err("none was typed");
    assert_eq!(missing.code(), "passphraseMissing");
    bench
        .vault_way_out(WayOut::UsePassphrase, Some("correct horse".into()))
        .await
        .expect("tried");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        (state.vault.state.as_str(), state.devices.len()),
        ("ready", 1)
    );
    assert_eq!(
        bench
            .vault_way_out(WayOut::Retry, None)
            .await
            .expect_err("open")
            .code(),
        "noWayOut"
    );
    bench.close().await;
    drop(bench);

    let bench = open_with(folder.path(), HomeChoice::Passphrase).await;
    bench
        .vault_way_out(WayOut::UsePassphrase, Some("wrong horse".into()))
        .await
        .expect("tried");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(state.vault.state, "keyMismatch");
    assert!(
        state.vault.ways_out.contains(&WayOut::UsePassphrase),
        "{:?}",
        state.vault.ways_out
    );
    bench
        .vault_way_out(WayOut::UsePassphrase, Some("correct horse".into()))
        .await
        .expect("tried");
    assert_eq!(
        bench.bench_state().await.expect("alive").vault.state,
        "ready"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_while_the_vault_is_shut_says_why_on_the_wire() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_with(folder.path(), HomeChoice::Passphrase).await;
    let request = json!({ "challenge": "Y2hhbGxlbmdlLW51bWJlci03", "rpId": "localhost" });
    let answer = call(
        &bench,
        "http://localhost:1",
        CredentialsMethod::Get,
        request,
    )
    .await;
    let CredentialsAnswer::Exception { name, .. } = answer else {
        panic!("no device is there")
    };
    assert_eq!(name, "NotAllowedError");
    let events = bench.timeline().range(Seq(0), 100).expect("readable");
    let refused = events
        .iter()
        .find(|event| event.kind == kinds::CALL_REFUSED)
        .expect("told");
    assert_eq!(refused.body["code"], "vaultShut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_bench_on_one_folder_is_told_so_and_the_first_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path()).await;
    let second = open(folder.path()).await;
    let state = second.bench_state().await.expect("alive");
    assert_eq!(state.vault.state, "inUse");
    let problem = state.relying_parties[0].problem.clone().expect("told so");
    assert_eq!(problem.code, "folderInUse");
    second
        .vault_way_out(WayOut::UseMemory, None)
        .await
        .expect("tried");
    assert_eq!(
        second.bench_state().await.expect("alive").vault.state,
        "ready"
    );
    Page::of(&first).await.register(&first, "alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn starting_over_sets_the_old_vault_aside() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    bench.close().await;
    drop(bench);
    let database = folder.path().join("vault/vault.db");
    std::fs::write(&database, b"torn").expect("writable");
    let bench = open(folder.path()).await;
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(state.vault.state, "corrupt");
    assert!(state.vault.ways_out.contains(&WayOut::StartOver));
    bench
        .vault_way_out(WayOut::StartOver, None)
        .await
        .expect("set aside");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        (state.vault.state.as_str(), state.devices.len()),
        ("ready", 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presses_open_the_vault_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_with(folder.path(), HomeChoice::Passphrase).await;
    let press = || bench.vault_way_out(WayOut::UsePassphrase, Some("correct horse".into()));
    let (first, second) = tokio::join!(press(), press());
    first.expect("the first press opens it");
    assert_eq!(second.expect_err("it is opening").code(), "vaultOpening");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(state.vault.state, "ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_relying_party_starts_over_only_when_it_does_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let running = bench.relying_party_start_over(None).await;
    assert_eq!(running.expect_err("it runs").code(), "noWayOut");
}
