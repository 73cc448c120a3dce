//! Networks, news and restarts between phones and relying parties.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_is_offline_stands_apart_from_a_page_that_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    bench.network_set(NetworkState::Offline).await.expect("set");
    page.try_post("authentication/begin", json!({}))
        .await
        .expect_err("the page is offline");
    bench
        .enrolment_sync(phone.clone(), id.clone())
        .await
        .expect("the phone is not");
    bench.network_set(NetworkState::Online).await.expect("set");

    bench
        .device_network_set(Some(phone.clone()), NetworkState::Offline)
        .await
        .expect("set");
    let lost = told(&bench, kinds::NETWORK_LOST).len();
    bench
        .enrolment_sync(phone.clone(), id.clone())
        .await
        .expect_err("the phone is offline now");
    let lost = told(&bench, kinds::NETWORK_LOST).split_off(lost);
    assert!(
        lost.iter().any(|it| it.deliberate
            && it.body["device"] == phone.as_str()
            && it.body["message"] == "POST /pin/exchange"),
        "{lost:?}"
    );
    let path = causes(&bench, "device.pin.unreachable");
    assert_eq!(path[1], "device.pin.exchange", "{path:?}");
    page.sign_out().await;
    let (status, _) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(status, 200, "the page is not");
    assert_eq!(device(&bench, &phone).await.network, NetworkState::Offline);
    let other = self::phone(&bench, "Phone B").await;
    assert_eq!(device(&bench, &other).await.network, NetworkState::Online);
    let set = told(&bench, kinds::DEVICE_NETWORK_SET);
    assert_eq!((set.len(), set[0].deliberate), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_one_phone_reaches_the_other_by_push_and_one_that_was_offline_when_it_is_back()
{
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, first) = opened(folder.path()).await;
    let one = synced(&bench, &page, &first, ACCOUNT_PIN).await;
    let second = phone(&bench, "Phone B").await;
    // The passkey that confirms is on the first phone.
    bench.device_pick(first.clone()).await.expect("picked");
    let two = enrol(&bench, &page, &second, None).await;
    until_it(&bench, &second, &two, |it| it.state == PinCacheState::Valid).await;
    let change = async |pin: &'static str, new: &'static str| {
        let changing = bench.enrolment_change_pin(first.clone(), one.clone());
        let person = async {
            let prompt = pin_prompt(&bench, "oldPin", false).await;
            enter(&bench, &prompt, pin).await;
            choose_pin(&bench, new).await;
        };
        let (changed, ()) = tokio::join!(changing, person);
        changed.expect("changed");
    };
    let version = enrolment(&bench, &second, &two).await.pin_version;
    change(ACCOUNT_PIN, OTHER_PIN).await;
    let now = until_it(&bench, &second, &two, |it| it.pin_version > version).await;
    let path = causes(&bench, "device.pin.push");
    assert_eq!(path[..2], ["device.pin.push", "rp.pin.pushed"], "{path:?}");

    bench
        .device_network_set(Some(second.clone()), NetworkState::Offline)
        .await
        .expect("set");
    change(OTHER_PIN, "318640").await;
    until_it(&bench, &first, &one, |it| it.pin_version > now.pin_version).await;
    assert_eq!(
        enrolment(&bench, &second, &two).await.pin_version,
        now.pin_version,
        "nothing reaches it"
    );
    bench
        .device_network_set(None, NetworkState::Online)
        .await
        .expect("set");
    assert!(bench.settling(), "it has something to do");
    until_it(&bench, &second, &two, |it| it.pin_version > now.pin_version).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_gets_lost_before_the_acknowledgement_is_told_and_the_next_sync_mends_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let lose = |path: &str| NetworkState::AnswerLost {
        requests: 1,
        path: Some(path.to_owned()),
    };
    let refused = bench
        .device_network_set(Some(phone.clone()), lose("/api/session"))
        .await;
    assert_eq!(
        refused.expect_err("no way of devices").code(),
        "networkState"
    );
    let refused = bench
        .device_network_set(None, NetworkState::ServerDown)
        .await;
    assert_eq!(refused.expect_err("not a device's").code(), "networkState");
    bench
        .device_network_set(Some(phone.clone()), lose("/pin/sync/ack"))
        .await
        .expect("set");
    let acknowledged = told(&bench, "device.pin.acknowledged").len();
    let synced = bench.enrolment_sync(phone.clone(), id.clone()).await;
    assert_eq!(told(&bench, "device.pin.acknowledged").len(), acknowledged);
    assert_eq!(
        device(&bench, &phone).await.network,
        NetworkState::Online,
        "one answer, and it is good again: {synced:?}"
    );
    bench
        .enrolment_sync(phone.clone(), id)
        .await
        .expect("all is well again");
    assert_eq!(
        told(&bench, "device.pin.acknowledged").len(),
        acknowledged + 1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bench_with_open_streams_closes_and_a_relying_party_restarts_under_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let open = |it: &EnrolmentSummary| it.stream == crate::api::NewsStream::Open;
    until_it(&bench, &phone, &id, open).await;
    let restarting = bench.relying_party_restart(None);
    tokio::time::timeout(std::time::Duration::from_secs(60), restarting)
        .await
        .expect("no stream holds it up")
        .expect("restarted");
    // The phone tries again after a while by its own clock.
    let back = async {
        loop {
            let skip = ClockMotion::Skip { millis: 60_000 };
            bench.clock_move(vec![], skip).await.expect("moved");
            if enrolment(&bench, &phone, &id).await.stream == crate::api::NewsStream::Open {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), back)
        .await
        .expect("it is opened again");
    tokio::time::timeout(std::time::Duration::from_secs(60), bench.close())
        .await
        .expect("nothing holds it up");
    let shut = bench.enrolment_sync(phone, id).await;
    assert!(shut.is_err());
}
