use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn unplugged_in_the_middle_nothing_is_half_made_and_the_next_call_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, _) = plugged(&bench, "Blue key", "fingerprint-key").await;
    let page = Page::of(&bench).await;
    let names = json!({ "username": "alice", "displayName": "Alice" });
    let (_, begun) = page.post("registration/begin", names).await;
    let options = begun["publicKey"].clone();
    let pull = async {
        until(&bench, |state| {
            state.prompt.is_some() && state.key_touch.is_some()
        })
        .await;
        bench
            .device_unplug(device.clone())
            .await
            .expect("unplugged");
    };
    let create = CredentialsMethod::Create;
    let (answer, ()) = tokio::join!(call(&bench, &page.origin, create, options.clone()), pull);
    let (name, message) = exception(answer);
    assert_eq!(name, "NotAllowedError");
    assert!(message.contains("gone"), "{message}");

    let state = until(&bench, |state| state.prompt.is_none()).await;
    assert!(state.key_touch.is_none() && state.keys.is_empty());
    assert_eq!(
        state.unplugged_key.as_deref(),
        Some("Blue key"),
        "it stays picked"
    );
    assert_eq!(state.unplugged_device.as_ref(), Some(&device));
    assert!(state.devices.iter().all(|it| it.passkeys.is_empty()));
    let overview = bench.relying_party_overview(None).await.expect("it runs");
    assert_eq!(overview["accounts"], json!([]), "no account is half made");

    let refused = call(&bench, &page.origin, create, options.clone()).await;
    let (name, message) = exception(refused);
    assert_eq!(name, "NotAllowedError");
    assert!(message.contains("Blue key is not plugged in"), "{message}");
    let refused = told(&bench, "bench.call.refused");
    assert_eq!(refused[0].body["code"], "keyUnplugged");

    bench
        .device_plug(device, PlugWay::Udp)
        .await
        .expect("plugged in");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(state.unplugged_key, None, "it is known again");
    // The ceremony that was begun goes on.
    let made = done(&bench, &page.origin, create, options).await;
    let finish = json!({ "ceremony": begun["ceremony"], "credential": credential(made) });
    let (status, finished) = page.post("registration/finish", finish).await;
    assert_eq!(status, 201, "{finished}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_unplugged_is_neither_there_nor_plugged_in_and_closing_ends_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, id) = plugged(&bench, "Blue key", "key").await;
    bench
        .device_unplug(device.clone())
        .await
        .expect("unplugged");
    assert_eq!(key(&bench, &id).await, None);
    let error = bench.device_unplug(device.clone()).await;
    assert_eq!(error.expect_err("it is not").code(), "notPlugged");
    let kinds: Vec<_> = events(&bench)
        .iter()
        .map(|event| event.kind.clone())
        .filter(|kind| kind.contains("plugged"))
        .collect();
    assert_eq!(
        kinds,
        ["device.plugged", "device.unplugged"],
        "and no other key came or went"
    );

    let id = bench
        .device_plug(device, PlugWay::Udp)
        .await
        .expect("plugged in");
    let asking = call(
        &bench,
        "http://localhost:1",
        CredentialsMethod::Create,
        touch_only(1),
    );
    let close = async {
        until(&bench, |state| state.key_touch.is_some()).await;
        bench.close().await;
    };
    let (answer, ()) = tokio::join!(asking, close);
    exception(answer);
    let address = id.trim_start_matches("udp:").to_owned();
    drop(bench);
    let free = async {
        while std::net::UdpSocket::bind(&address).is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let freed = tokio::time::timeout(std::time::Duration::from_secs(30), free).await;
    freed.expect("nobody serves any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_somebody_else_comes_and_goes_on_the_timeline() {
    let (serving, looking) = (tempfile::tempdir(), tempfile::tempdir());
    let (serving, looking) = (serving.expect("a folder"), looking.expect("a folder"));
    let other = open(serving.path()).await;
    let (device, id) = plugged(&other, "Blue key", "key").await;
    let address = id.trim_start_matches("udp:").parse().expect("an address");
    let bench = open_looking_at(looking.path(), vec![address; 2]).await;
    let state = until(&bench, |state| state.keys.iter().any(|key| key.id == id)).await;
    assert_eq!(
        state.keys.len(),
        1,
        "it is one key, however often it is named"
    );
    bench.device_pick(id.clone()).await.expect("picked");
    let origin = "http://localhost:1234";
    let made = tokio::select! {
        made = call(&bench, origin, CredentialsMethod::Create, touch_only(1)) => made,
        () = cooperate(&other) => unreachable!("it goes on"),
    };
    credential(made);
    other.device_unplug(device).await.expect("unplugged");
    let state = until(&bench, |state| state.keys.is_empty()).await;
    assert!(state.unplugged_key.is_some());
    assert_eq!(
        state.unplugged_device, None,
        "it is no device of this bench"
    );
    let gone = async {
        while told(&bench, "bench.key.unplugged").is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), gone)
        .await
        .expect("told");
    assert_eq!(told(&bench, "bench.key.plugged")[0].body["key"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_picked_is_missed_at_the_next_start_until_it_is_plugged_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, id) = plugged(&bench, "Blue key", "key").await;
    bench.close().await;
    drop(bench);
    let bench = open(folder.path()).await;
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(state.unplugged_key.as_deref(), Some("Blue key"));
    assert_eq!(state.active_device, Some(id));
    let again = bench.device_plug(device.clone(), PlugWay::Udp).await;
    let again = again.expect("plugged in");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        (state.unplugged_key, state.active_device),
        (None, Some(again))
    );
    assert_eq!(state.unplugged_device, None);
    bench
        .device_unplug(device.clone())
        .await
        .expect("unplugged");
    bench.device_pick(device.clone()).await.expect("picked");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        (state.unplugged_key, state.active_device),
        (None, Some(device))
    );
}
