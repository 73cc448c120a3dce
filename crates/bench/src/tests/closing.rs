//! What is left of a bench that was closed, or dropped.

use std::{net::TcpStream, time::Duration};

use serde_json::json;
use timeline::Timestamp;

use super::person::*;
use crate::{
    Bench, Config, Error, HomeChoice, Setting,
    api::{CredentialsAnswer, CredentialsCall, CredentialsMethod},
};

const SHOWN: &str = "device.prompt.shown";

/// A world whose clocks stand still: nothing there ends by its time.
fn still() -> Setting {
    Setting {
        start: Some(Timestamp(1_790_000_000_000)),
        empty: true,
        ..Setting::default()
    }
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn port_of(bench: &Bench) -> u16 {
    let origin = bench.relying_party().origin;
    let (_, port) = origin.rsplit_once(':').expect("it has an origin");
    port.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bench_that_is_closed_while_it_opens_never_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = crate::party::free_port().expect("a port is free");
    let bench = Bench::open(Config {
        data: folder.path().to_owned(),
        home: Some(HomeChoice::Memory),
        port: Some(port),
        web_view: None,
        keys: crate::KeysSetting::default(),
        setting: still(),
    });
    bench.close().await;
    bench
        .relying_party_retry(None, false)
        .await
        .expect("no error");
    assert!(!listens(port), "its relying party was started after all");
    let problem = bench.opened().await.expect_err("it is closed");
    assert_eq!(problem.code, Error::Closing.code());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_for_a_person_or_a_dropped_message_ends_with_the_bench() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_in(folder.path(), still()).await;
    let phone = bench.device_add("Phone".into(), "phone".into()).await;
    let phone = phone.expect("added");
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let (_, begun) = page.post("authentication/begin", json!({})).await;
    let call = |name: &str| CredentialsCall {
        call: name.to_owned(),
        origin: page.origin.clone(),
        method: CredentialsMethod::Get,
        public_key: begun["publicKey"].clone(),
        mediation: None,
    };
    let other = bench.device_add("Key".into(), "phone".into()).await;
    let other = other.expect("added");
    // The one that came last is in use.
    bench.device_pick(phone.id.clone()).await.expect("picked");
    let shown = told(&bench, SHOWN).len();
    let calling = bench.credentials_call(call("one"));
    let changing = bench.device_change_pin(other.id);
    let closing = async {
        while told(&bench, SHOWN).len() < shown + 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bench.close().await;
    };
    let ended = async { tokio::join!(calling, changing, closing) };
    let (answer, changed, ()) = tokio::time::timeout(Duration::from_secs(60), ended)
        .await
        .expect("all of them end");
    assert!(
        matches!(answer, Ok(CredentialsAnswer::Exception { ref name, .. }) if name == "AbortError"),
        "{answer:?}"
    );
    assert!(changed.is_err());
    assert!(bench.credentials_running().is_empty());
    let late = tokio::time::timeout(
        Duration::from_secs(60),
        bench.credentials_call(call("late")),
    );
    let late = late.await.expect("nobody waits for a vault that is shut");
    assert!(matches!(late, Err(Error::Closing)), "{late:?}");
    assert!(bench.device_wipe(phone.id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bench_that_is_dropped_lets_go_of_its_port() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_in(folder.path(), still()).await;
    let port = port_of(&bench);
    assert!(listens(port));
    drop(bench);
    let freed = async {
        while listens(port) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), freed)
        .await
        .expect("nobody serves any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_of_two_benches_never_share_a_number() {
    let mut numbers = Vec::new();
    let mut open = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir().expect("a folder");
        let bench = open_in(folder.path(), still()).await;
        let phone = bench.device_add("Phone".into(), "phone".into()).await;
        let id = phone.expect("added").id;
        let changing = tokio::spawn({
            let bench = bench.clone();
            async move { bench.device_change_pin(id).await }
        });
        numbers.push(asked(&bench, |_| true).await.id);
        open.push((bench, changing, folder));
    }
    assert_ne!(numbers[0], numbers[1]);
    for (bench, changing, _folder) in open {
        bench.close().await;
        assert!(changing.await.expect("it ends").is_err());
    }
}
