use super::*;
use crate::api::BenchState;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_plugged_in_is_seen_and_used_as_a_key_until_another_is_picked() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let phone = bench.bench_state().await.expect("alive").devices.remove(0);
    let (device, id) = plugged(&bench, "Blue key", "key").await;
    let found = key(&bench, &id).await.expect("listed");
    assert_eq!(
        (&*found.name, found.device),
        ("Blue key", Some(device.clone()))
    );
    assert_eq!(found.problem, None);
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        state.active_device.as_deref(),
        Some(id.as_str()),
        "it was in use"
    );
    let summary = state
        .devices
        .iter()
        .find(|it| it.id == device)
        .expect("there");
    let plug = summary.plugged.as_ref().expect("plugged in");
    assert_eq!((plug.way, plug.key.as_str()), (PlugWay::Udp, id.as_str()));

    let again = bench.device_plug(device.clone(), PlugWay::Udp).await;
    assert_eq!(again.expect("it is already"), id);
    let error = bench.device_plug(device.clone(), PlugWay::Hid).await;
    assert_eq!(
        error.expect_err("one way at a time").code(),
        "pluggedElsewhere"
    );

    bench.device_pick(phone.id.clone()).await.expect("picked");
    let active = async || bench.bench_state().await.expect("alive").active_device;
    assert_eq!(active().await, Some(phone.id.clone()));
    bench.device_pick(device.clone()).await.expect("picked");
    assert_eq!(active().await, Some(id.clone()), "by the device's id, too");
    bench.device_pick(phone.id.clone()).await.expect("picked");
    bench.device_pick(id.clone()).await.expect("picked");
    assert_eq!(active().await, Some(id.clone()));
    let error = bench.device_pick("udp:127.0.0.1:1".into()).await;
    assert_eq!(error.expect_err("not there").code(), "noSuchKey");

    bench.device_remove(device).await.expect("removed");
    until(&bench, |state| state.keys.is_empty()).await;
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(
        state.active_device,
        Some(phone.id),
        "nothing is left to be plugged in again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_keys_the_touched_one_is_picked_and_the_other_stops_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let none = bench.keys_touch().await.expect_err("there is none");
    assert_eq!(none.code(), "noKey");
    let (blue_device, blue) = plugged(&bench, "Blue key", "key").await;
    let (red_device, red) = plugged(&bench, "Red key", "pin-key").await;
    bench.device_pick(blue.clone()).await.expect("picked");
    let touch = async {
        let asks = |state: &BenchState, device: &str| {
            (state.prompt.as_ref()).is_some_and(|it| it.device.as_deref() == Some(device))
        };
        // Of two that ask the first on the shelf is shown; declining it leaves the other.
        let waits = until(&bench, |state| asks(state, &blue_device)).await;
        let selection = Question::KeyTouch {
            purpose: "selection".into(),
        };
        let shown = waits.key_touch.expect("said");
        assert_eq!((shown.question, shown.key), (selection, None));
        press(&bench, &waits.prompt.expect("asked"), PromptAnswer::Decline).await;
        let state = until(&bench, |state| asks(state, &red_device)).await;
        press(&bench, &state.prompt.expect("asked"), PromptAnswer::Touch).await;
    };
    let (touched, ()) = tokio::join!(bench.keys_touch(), touch);
    assert_eq!(touched.expect("one was touched"), red);
    let state = until(&bench, |state| state.prompt.is_none()).await;
    assert!(state.key_touch.is_none());
    assert_eq!(state.active_device, Some(red));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_touch_stops_the_keys_that_still_wait_and_no_touch_picks_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (first_device, first) = plugged(&bench, "Blue key", "key").await;
    let (_, second) = plugged(&bench, "Red key", "key").await;
    let touch = async {
        let asks = |prompt: &Prompt| prompt.device.as_deref() == Some(&first_device);
        let state = until(&bench, |state| state.prompt.as_ref().is_some_and(asks)).await;
        press(&bench, &state.prompt.expect("asked"), PromptAnswer::Touch).await;
    };
    let (touched, ()) = tokio::join!(bench.keys_touch(), touch);
    assert_eq!(touched.expect("one was touched"), first);
    until(&bench, |state| state.prompt.is_none()).await;

    bench.device_pick(second.clone()).await.expect("picked");
    let decline = async {
        let state = until(&bench, |state| state.key_touch.is_some()).await;
        press(
            &bench,
            &state.key_touch.expect("said"),
            PromptAnswer::Decline,
        )
        .await;
    };
    let (none, ()) = tokio::join!(bench.keys_touch(), decline);
    assert_eq!(none.expect_err("declined").code(), "noKeyTouched");
    let state = until(&bench, |state| state.prompt.is_none()).await;
    assert_eq!(state.active_device, Some(second), "the choice stays");
}
