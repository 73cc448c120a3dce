//! What somebody does who changes messages, copies stores, or looks for secrets.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn every_tampered_field_of_an_exchange_is_refused_and_leaves_the_cache_as_it_was() {
    use crate::api::{Change, Direction, Effect, Fault};
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let before = enrolment(&bench, &phone, &id).await;
    for (direction, fields) in [
        (
            Direction::Request,
            &[
                "enrolmentId",
                "deviceId",
                "syncCounter",
                "nonceD",
                "ed",
                "signature",
            ][..],
        ),
        (
            Direction::Response,
            &["nonceS", "es", "gcmNonce", "ciphertext", "signature"][..],
        ),
    ] {
        for field in fields {
            let fault = Fault {
                message: "POST /pin/exchange".to_owned(),
                direction,
                times: 1,
                effect: Effect::Tamper {
                    field: (*field).to_owned(),
                    change: Change::Flip,
                },
            };
            bench.fault_arm(fault).await.expect(field);
            let applied = told(&bench, kinds::FAULT_APPLIED).len();
            let refused = bench.enrolment_sync(phone.clone(), id.clone()).await;
            assert!(refused.is_err(), "{field} was changed and nobody noticed");
            let applied = told(&bench, kinds::FAULT_APPLIED).split_off(applied);
            assert_eq!(applied.len(), 1, "{field}");
            assert!(applied[0].cause.is_some(), "{field}");
            let now = enrolment(&bench, &phone, &id).await;
            assert_eq!(
                (now.state, now.pin_version, now.synced_at),
                (before.state, before.pin_version, before.synced_at),
                "{field}"
            );
        }
    }
    bench
        .enrolment_sync(phone, id)
        .await
        .expect("nothing is left of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_vault_is_caught_by_the_counter_and_copied_enrolments_count_on_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bench, page, phone) = opened(folder.path()).await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    bench.device_stores_keep(phone.clone()).await.expect("kept");
    bench
        .enrolment_sync(phone.clone(), id.clone())
        .await
        .expect("synchronized");
    bench
        .device_stores_restore(phone.clone(), KeptStores::Vault)
        .await
        .expect("restored");
    let refused = bench.enrolment_sync(phone.clone(), id.clone()).await;
    assert!(refused.is_err(), "its counter went back");
    let judged = told(&bench, "rp.pin.judged").pop().expect("judged");
    assert_eq!(judged.body["verified"], false, "{}", judged.body);
    for kind in [kinds::STORES_KEPT, kinds::STORES_RESTORED] {
        let bent = told(&bench, kind).pop().expect("told");
        assert!(bent.deliberate && bent.body["device"] == phone.as_str());
    }
    let other = self::phone(&bench, "Phone B").await;
    let copied = bench.device_copy_enrolments(phone.clone(), other.clone());
    assert_eq!(copied.await.expect("copied"), 1);
    assert_eq!(device(&bench, &other).await.enrolments.len(), 1);
    let same = bench.device_copy_enrolments(phone.clone(), phone).await;
    assert!(same.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_pins_nor_what_is_made_of_them_show_in_timeline_export_or_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let phone = bench.bench_state().await.expect("alive").devices[0]
        .id
        .clone();
    allow_offline(&bench, None).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let id = synced(&bench, &page, &phone, ACCOUNT_PIN).await;
    let verifying = bench.enrolment_verify(phone.clone(), id.clone());
    let person = async {
        let prompt = pin_prompt(&bench, "online", false).await;
        enter(&bench, &prompt, ACCOUNT_PIN).await;
    };
    let (verified, ()) = tokio::join!(verifying, person);
    verified.expect("it is the right one");
    bench
        .device_settings(phone.clone(), by_synced_pin())
        .await
        .expect("set");
    page.sign_out().await;
    let (status, _) = page
        .sign_in(&bench, touch_and_enter(&bench, ACCOUNT_PIN))
        .await;
    assert_eq!(status, 200);
    let events = format!("{:?}", events(&bench));
    bench.timeline_save().await.expect("written");
    for canary in [ACCOUNT_PIN, PIN] {
        assert!(!events.contains(canary), "the timeline holds no PIN");
        assert!(!found_below(folder.path(), canary.as_bytes()));
    }
    for name in ["pinHash", "verifier\"", "\"salt"] {
        assert!(!events.contains(name), "{name} is told to nobody");
    }
}

fn found_below(folder: &std::path::Path, wanted: &[u8]) -> bool {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("readable");
            if bytes.windows(wanted.len()).any(|part| part == wanted) {
                return true;
            }
        }
    }
    false
}
