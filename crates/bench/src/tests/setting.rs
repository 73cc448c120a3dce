use std::time::Duration;

use serde_json::{Value, json};
use timeline::{Draft, Party, Timestamp};

use super::person::*;
use crate::{
    Bench, PartySetting, Setting,
    api::{ClockMotion, NetworkState},
};

const START: Timestamp = Timestamp(1_790_000_000_000);

fn setting(seed: u64) -> Setting {
    Setting {
        relying_party: PartySetting {
            name: "Acme".to_owned(),
            rp_id: "acme.localhost".to_owned(),
            ceremony_lifetime: None,
        },
        further: Vec::new(),
        seed: Some(seed),
        start: Some(START),
        empty: true,
        prompt_time: Duration::from_secs(30),
    }
}

/// What is drawn by lot in an enrolment and a sign-in, with a bad network in between.
async fn drawn(seed: u64) -> (Vec<Value>, Vec<bool>) {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_in(folder.path(), setting(seed)).await;
    let phone = bench
        .device_add("Phone".into(), "phone".into())
        .await
        .expect("added");
    bench
        .device_add("Key".into(), "key".into())
        .await
        .expect("added");
    bench.device_pick(phone.id).await.expect("picked");
    let page = Page::of(&bench).await;
    assert!(
        page.origin.starts_with("http://acme.localhost:"),
        "{}",
        page.origin
    );
    page.register(&bench, "alice").await;
    page.sign_out().await;
    bench
        .network_set(NetworkState::Lossy { percent: 50 })
        .await
        .expect("set");
    let mut arrived = Vec::new();
    for _ in 0..16 {
        arrived.push(
            page.try_post("authentication/begin", json!({}))
                .await
                .is_ok(),
        );
    }
    bench
        .network_set(NetworkState::ServerDown)
        .await
        .expect("set");
    bench.network_set(NetworkState::Online).await.expect("set");
    let (status, _) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200);
    let mut drawn = Vec::new();
    for event in told(&bench, "rp.response") {
        drawn.extend(event.body.pointer("/body/publicKey/challenge").cloned());
        drawn.extend(event.body.pointer("/body/ceremony").cloned());
    }
    let state = bench.bench_state().await.expect("alive");
    for device in &state.devices {
        drawn.push(json!(device.id));
        drawn.extend(
            device
                .passkeys
                .iter()
                .map(|passkey| json!(passkey.credential_id)),
        );
    }
    for event in told(&bench, "client.get.returned") {
        drawn.extend(
            event
                .body
                .pointer("/credential/response/authenticatorData")
                .cloned(),
        );
    }
    bench.close().await;
    (drawn, arrived)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_draws_the_same_lots_and_another_seed_others() {
    let (one, same, other) = tokio::join!(drawn(7), drawn(7), drawn(8));
    assert_eq!(one, same, "also with two benches at once in one process");
    assert!(one.0.len() > 20, "{one:?}");
    let mut challenges = one.0.clone();
    challenges.sort_by_key(Value::to_string);
    challenges.dedup();
    assert_eq!(
        challenges.len(),
        one.0.len(),
        "nothing is drawn twice, not even after a restart"
    );
    assert_ne!(one.1, other.1);
    let authenticator_data = one.0.len() - 1;
    for (place, (one, other)) in one.0.iter().zip(&other.0).enumerate() {
        assert_eq!(one == other, place == authenticator_data, "{one}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_of_a_setting_stand_still_until_they_are_moved_and_reset_to_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_in(folder.path(), setting(1)).await;
    let now = async || {
        let state = bench.bench_state().await.expect("alive");
        state
            .seams
            .clocks
            .iter()
            .map(|clock| clock.now.0 - START.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(now().await, [0, 0, 0]);
    let skip = ClockMotion::Skip { millis: 5 };
    bench
        .clock_move(vec![Party::Client], skip)
        .await
        .expect("moved");
    assert_eq!(now().await, [0, 5, 0]);
    let back = ClockMotion::Back { millis: 9 };
    bench.clock_move(vec![], back).await.expect("moved");
    assert_eq!(now().await, [-9, -4, -9]);
    bench
        .clock_move(vec![], ClockMotion::Reset)
        .await
        .expect("moved");
    assert_eq!(now().await, [0, 0, 0]);
    let phone = bench
        .device_add("Phone".into(), "phone".into())
        .await
        .expect("added");
    assert_eq!(phone.created, START, "the device lives in that time");
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let request = told(&bench, "rp.request").pop().expect("told");
    assert_eq!(request.party_time, Some(START));
    assert_ne!(
        request.wall, START,
        "the timeline keeps the machine's clock"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_decides_on_the_first_phone_the_prompts_and_the_challenges() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut setting = setting(1);
    setting.relying_party.ceremony_lifetime = Some(Duration::from_secs(60));
    let bench = open_in(folder.path(), setting).await;
    assert!(bench.bench_state().await.expect("alive").devices.is_empty());
    bench
        .device_add("Phone".into(), "phone".into())
        .await
        .expect("added");
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let person = async {
        let prompt = asked(&bench, |_| true).await;
        assert_eq!(prompt.deadline, START.plus(Duration::from_secs(30)));
        touch_and_verify(&bench).await;
    };
    let finish = page.sign_in_until_finish(&bench, person).await;
    let skip = ClockMotion::Skip { millis: 61_000 };
    bench
        .clock_move(vec![Party::RelyingParty], skip)
        .await
        .expect("moved");
    let (status, _) = page.post("authentication/finish", finish).await;
    assert_eq!(status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_uses_a_bench_waits_for_it_looks_into_it_and_tells_its_timeline() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open_in(folder.path(), Setting::default()).await;
    let page = Page::of(&bench).await;
    assert_eq!(bench.relying_party().origin, page.origin);
    page.register(&bench, "alice").await;
    let overview = bench.relying_party_overview(None).await.expect("it runs");
    assert_eq!(overview["accounts"][0]["username"], "alice");
    assert_eq!(
        overview["accounts"][0]["passkeys"].as_array().map(Vec::len),
        Some(1)
    );
    let seq = bench.emit(Draft::new(Party::Bench, "bench.walk.started"));
    assert_eq!(told(&bench, "bench.walk.started")[0].seq, seq);

    let second: Bench = Bench::open(crate::Config {
        data: folder.path().to_owned(),
        home: Some(crate::HomeChoice::Memory),
        port: None,
        web_view: None,
        keys: crate::KeysSetting::default(),
        setting: Setting::default(),
    });
    let problem = second.opened().await.expect_err("the folder is held");
    assert_eq!(problem, second.relying_party().problem.expect("it says so"));
    let person = touch_and_verify(&bench);
    page.sign_out().await;
    assert_eq!(
        page.sign_in(&bench, person).await.0,
        200,
        "the first one is not disturbed"
    );
}
