use ctap::Status;
use serde_json::json;

use super::bench::{Bench, Habits, PIN, in_folder, person, somebody, status};
use super::owners::{FINGER, assertion, hands, phone, problems, shown};
use crate::fingerprint::{note, unlock};
use crate::{Answer, Model, Presence, Question, Settings};

#[tokio::test]
async fn three_wrong_fingers_lock_the_reader_until_a_pin_verifies() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(FINGER).expect("set");
    let owner = hands(&phone, &[false, false, false, true], &[PIN]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    let checked = bench.notes.of("device.fingerprint.checked");
    let seen: Vec<_> = checked
        .iter()
        .map(|it| {
            (
                it["matched"].clone(),
                it["triesLeft"].clone(),
                it["locked"].clone(),
            )
        })
        .collect();
    let no = |left: u32, locked: bool| (json!(false), json!(left), json!(locked));
    assert_eq!(seen, [no(2, false), no(1, false), no(0, true)]);
    assert_eq!(
        problems(&bench),
        [
            "That finger is not the one enrolled. 2 tries left.",
            "That finger is not the one enrolled. 1 try left.",
            "The fingerprint reader is locked after 3 wrong fingers. Enter the PIN.",
        ]
    );
    assert!(
        !phone.fingerprint_locked().expect("a state"),
        "the PIN unlocked it"
    );
    let owner = hands(&phone, &[true], &[]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let done = bench.notes.of("device.verification.done");
    assert_eq!(done.last().expect("an event")["method"], "fingerprint");
}

#[tokio::test]
async fn a_locked_reader_stays_locked_over_restart_power_cycle_and_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new();
    let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
    let phone = shelf.add("Phone", Model::Phone).expect("a device");
    let owner = somebody(&phone, Habits::default());
    phone.change_pin().await.expect("a PIN");
    owner.abort();
    let _ = owner.await;
    phone.set_settings(FINGER).expect("set");
    let thief = hands(&phone, &[false, false, false], &["0000"]);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    thief.abort();
    let _ = thief.await;
    phone.power_cycle().await;
    phone.set_settings(Settings::default()).expect("set");
    phone.set_settings(FINGER).expect("set");
    assert!(
        phone.fingerprint_locked().expect("a state"),
        "a wrong PIN unlocks nothing"
    );
    drop((phone, shelf));

    let shelf = bench.shelf(in_folder(folder.path()), Presence::Ask);
    let id = shelf.list().expect("a list")[0].id.clone();
    let phone = shelf.open(&id).expect("it is there");
    assert!(phone.fingerprint_locked().expect("a state"));
    let since = bench.notes.all().len();
    let thief = hands(&phone, &[true], &[]);
    status(&phone, &assertion()).await;
    thief.abort();
    assert_eq!(
        shown(&bench, since),
        ["touch", "enterPin"],
        "no finger is taken"
    );
    phone.wipe().expect("wiped");
    assert!(
        !phone
            .fingerprint_locked()
            .expect("a wipe gives a new phone")
    );
}

#[tokio::test]
async fn a_finger_that_matches_gives_its_tries_back() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(FINGER).expect("set");
    for _ in 0..3 {
        let owner = hands(&phone, &[false, false, true], &[]);
        assert_eq!(status(&phone, &assertion()).await, Status::Ok);
        owner.abort();
        let _ = owner.await;
    }
    assert!(!phone.fingerprint_locked().expect("a state"));
}

#[tokio::test]
async fn fingers_laid_faster_than_the_reader_compares_count_once() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(FINGER).expect("set");
    let fast = person(&phone, |question| match question {
        Question::Touch { .. } => vec![Answer::Touch],
        Question::Fingerprint { tries_left: 3, .. } => {
            vec![Answer::Finger { matches: false }; 5]
        }
        Question::Fingerprint { .. } => vec![Answer::Finger { matches: true }],
        _ => vec![Answer::Decline],
    });
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    fast.abort();
    assert_eq!(bench.notes.of("device.fingerprint.checked").len(), 2);
}

#[tokio::test]
async fn whoever_wants_the_pin_spends_no_finger() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(FINGER).expect("set");
    let owner = hands(&phone, &[], &[PIN]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    assert!(bench.notes.of("device.fingerprint.checked").is_empty());
    let done = bench.notes.of("device.verification.done");
    assert_eq!(done.last().expect("an event")["method"], "devicePin");
    let answers = bench.notes.of("device.prompt.answered");
    assert!(answers.iter().any(|it| it["answer"] == "pinInstead"));
}

#[test]
fn a_locked_reader_takes_not_even_the_right_finger() {
    let bench = Bench::new();
    let phone = bench.device(Model::Phone);
    let lay = |matches| note(&phone.0.vault, phone.id(), matches).expect("noted");
    assert_eq!([false, false, true].map(lay), [2, 1, 3]);
    assert_eq!([false, false, false, true, false].map(lay), [2, 1, 0, 0, 0]);
    unlock(&phone.0.vault, phone.id()).expect("noted");
    assert_eq!(lay(true), 3);
}
