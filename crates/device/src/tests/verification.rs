use ctap::{Command, Options, Status, get_assertion, get_info};
use serde_json::{Value, json};

use super::bench::{
    Bench, Habits, Page, creation, in_folder, person, prompt, request, somebody, status, typed,
};
use super::synced_pins::{Enrolment, Enrolments};
use crate::{Answer, Device, Model, PIN_TRIES, Presence, Question, Settings, Verification};

/// A PIN that stands nowhere else, so that it can be looked for.
const CANARY: &str = "731946285017";

pub(super) const SYNCED: Settings = Settings {
    verification: Verification::SyncedPin,
    fingerprint: false,
    any_enrolment: false,
    app_lock: false,
};

pub(super) const FINGER: Settings = Settings {
    verification: Verification::DevicePin,
    fingerprint: true,
    any_enrolment: false,
    app_lock: false,
};

/// getAssertion for `example.org` with the user verified.
pub(super) fn assertion() -> Command {
    Command::GetAssertion(Box::new(get_assertion::Request {
        rp_id: "example.org".into(),
        client_data_hash: [1; 32],
        allow_list: Vec::new(),
        extensions: None,
        options: Options {
            uv: Some(true),
            ..Options::default()
        },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }))
}

pub(super) fn here(pin: &str) -> Enrolment {
    Enrolment::new("example.org", "Example", pin)
}

pub(super) fn bank(pin: &str) -> Enrolment {
    Enrolment::new("bank.example", "Bank", pin)
}

/// A phone with its own PIN and one passkey of `example.org`, made before anything was set.
pub(super) async fn phone(bench: &Bench) -> Device {
    let phone = bench.device(Model::Phone);
    let owner = somebody(&phone, Habits::default());
    Page::new(bench.client(None))
        .create(&phone, &creation("alice", "required"))
        .await
        .expect("a passkey");
    owner.abort();
    let _ = owner.await;
    phone
}

/// What the prompts after `since` events showed, by kind.
pub(super) fn shown(bench: &Bench, since: usize) -> Vec<String> {
    let all = bench.notes.all();
    let prompts = all[since..]
        .iter()
        .filter(|it| it.kind == "device.prompt.shown");
    prompts
        .map(|it| {
            it.body["prompt"]["kind"]
                .as_str()
                .expect("a kind")
                .to_owned()
        })
        .collect()
}

pub(super) fn problems(bench: &Bench) -> Vec<Value> {
    let shown = bench.notes.of("device.prompt.shown");
    let problems = shown.iter().map(|it| it["prompt"]["problem"].clone());
    problems.filter(|it| !it.is_null()).collect()
}

/// Somebody who touches, lays `fingers` on the reader one after another and then wants the PIN, and
/// types `pins` one after another.
pub(super) fn hands(
    device: &Device,
    fingers: &[bool],
    pins: &[&str],
) -> tokio::task::JoinHandle<()> {
    let later = |items: Vec<Vec<Answer>>| std::sync::Mutex::new(items.into_iter());
    let fingers = later(
        fingers
            .iter()
            .map(|matches| vec![Answer::Finger { matches: *matches }])
            .collect(),
    );
    let pins = later(pins.iter().map(|it| typed(it)).collect());
    let next = |items: &std::sync::Mutex<std::vec::IntoIter<Vec<Answer>>>, otherwise| {
        let mut items = items.lock().expect("no test panics while it holds this");
        items.next().unwrap_or_else(|| vec![otherwise])
    };
    person(device, move |question| match question {
        Question::Touch { .. } => vec![Answer::Touch],
        Question::Fingerprint { .. } => next(&fingers, Answer::UsePin),
        Question::EnterPin { .. } | Question::SetPin { .. } => next(&pins, Answer::Decline),
        _ => vec![Answer::Decline],
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Finger {
    None,
    Enrolled,
    Locked,
}

#[tokio::test]
async fn what_is_asked_follows_from_settings_and_state() {
    use Finger::{Enrolled, Locked, None as NoFinger};
    use Verification::{DevicePin, SyncedPin};
    let none: &[Enrolment] = &[];
    let useless = [here("1357").because("its validity is over.")];
    let usable = [here("48151623")];
    let rows: [(
        Verification,
        Finger,
        bool,
        &[Enrolment],
        &[&str],
        Option<&str>,
    ); 12] = [
        (
            DevicePin,
            NoFinger,
            false,
            none,
            &["touch", "setPin", "setPin"],
            Some("devicePin"),
        ),
        (
            DevicePin,
            NoFinger,
            true,
            none,
            &["touch", "enterPin"],
            Some("devicePin"),
        ),
        (
            DevicePin,
            NoFinger,
            true,
            &usable,
            &["touch", "enterPin"],
            Some("devicePin"),
        ),
        (
            DevicePin,
            Enrolled,
            false,
            none,
            &["touch", "setPin", "setPin"],
            Some("devicePin"),
        ),
        (
            DevicePin,
            Enrolled,
            true,
            none,
            &["touch", "fingerprint"],
            Some("fingerprint"),
        ),
        (
            DevicePin,
            Locked,
            true,
            none,
            &["touch", "enterPin"],
            Some("devicePin"),
        ),
        (SyncedPin, NoFinger, true, none, &["unverifiable"], None),
        (SyncedPin, NoFinger, true, &useless, &["unverifiable"], None),
        (
            SyncedPin,
            NoFinger,
            false,
            &usable,
            &["touch", "enterPin"],
            Some("syncedPin"),
        ),
        (
            SyncedPin,
            Enrolled,
            false,
            none,
            &["touch", "fingerprint"],
            Some("fingerprint"),
        ),
        (SyncedPin, Locked, true, none, &["unverifiable"], None),
        (
            SyncedPin,
            Locked,
            true,
            &usable,
            &["touch", "enterPin"],
            Some("syncedPin"),
        ),
    ];
    for (row, (verification, finger, pin_set, enrolments, expected, method)) in
        rows.into_iter().enumerate()
    {
        let bench = Bench::new();
        let phone = match pin_set {
            true => phone(&bench).await,
            false => bench.device(Model::Phone),
        };
        Enrolments::at(&phone, enrolments.iter().cloned());
        let settings = Settings {
            verification,
            fingerprint: finger != NoFinger,
            ..Settings::default()
        };
        phone.set_settings(settings).expect("set");
        if finger == Locked {
            for _ in 0..3 {
                crate::fingerprint::note(&phone.0.vault, phone.id(), false).expect("noted");
            }
        }
        let since = bench.notes.all().len();
        let owner = somebody(&phone, Habits::default());
        let page = Page::new(bench.client(None));
        let outcome = page.create(&phone, &creation("bob", "required")).await;
        owner.abort();
        assert_eq!(shown(&bench, since), expected, "row {row}");
        assert_eq!(outcome.is_ok(), method.is_some(), "row {row}");
        let done = bench.notes.of("device.verification.done");
        let by = done.last().filter(|_| outcome.is_ok());
        assert_eq!(by.and_then(|it| it["method"].as_str()), method, "row {row}");
        let passkeys = phone.passkeys().expect("a list");
        let made = passkeys
            .iter()
            .any(|it| it.user_name.as_deref() == Some("bob"));
        assert_eq!(made, method.is_some(), "row {row}");
    }
}

#[tokio::test]
async fn get_info_says_verification_is_configured_once_there_is_anything_to_verify_by() {
    let useless = || here("1357").because("its validity is over.");
    let rows: [(Settings, Vec<Enrolment>, bool); 5] = [
        (Settings::default(), vec![useless()], false),
        (FINGER, vec![], false),
        (SYNCED, vec![], false),
        (SYNCED, vec![useless()], true),
        (
            Settings {
                fingerprint: true,
                ..SYNCED
            },
            vec![],
            true,
        ),
    ];
    for (settings, enrolments, expected) in rows {
        let phone = Bench::new().device(Model::Phone);
        Enrolments::at(&phone, enrolments);
        phone.set_settings(settings).expect("set");
        let answer = phone.start(Command::GetInfo.encode()).answer().await;
        let info = get_info::Info::decode(&answer[1..]).expect("well-formed");
        assert_eq!(info.option("uv"), Some(expected), "{settings:?}");
    }
}

#[tokio::test]
async fn three_wrong_fingers_lock_the_reader_until_a_pin_verifies() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(FINGER).expect("set");
    let owner = hands(&phone, &[false, false, false, true], &[super::bench::PIN]);
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
    let owner = hands(&phone, &[], &[super::bench::PIN]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    assert!(bench.notes.of("device.fingerprint.checked").is_empty());
    let done = bench.notes.of("device.verification.done");
    assert_eq!(done.last().expect("an event")["method"], "devicePin");
    let answers = bench.notes.of("device.prompt.answered");
    assert!(answers.iter().any(|it| it["answer"] == "pinInstead"));
}

#[tokio::test]
async fn a_synced_pin_counts_where_it_matched_and_nowhere_else() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let enrolments = Enrolments::at(&phone, [here("1111"), bank("2222")]);

    let owner = hands(&phone, &[], &["1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    let done = bench.notes.of("device.verification.done");
    let last = done.last().expect("an event");
    assert_eq!(
        (&last["method"], &last["rpIds"]),
        (&json!("syncedPin"), &json!(["example.org"]))
    );

    let used = bench.notes.of("device.passkey.used").len();
    let owner = hands(&phone, &[], &["2222"]);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    owner.abort();
    let _ = owner.await;
    assert_eq!(
        bench.notes.of("device.passkey.used").len(),
        used,
        "nothing was signed"
    );
    let impossible = bench.notes.of("device.verification.impossible");
    assert_eq!(
        impossible.last().expect("an event")["reason"],
        "otherRelyingParty"
    );
    assert_eq!(enrolments.tries_left(), [5, 5], "it was nobody's wrong PIN");

    let labelled = Settings {
        any_enrolment: true,
        ..SYNCED
    };
    phone.set_settings(labelled).expect("set");
    let owner = hands(&phone, &[], &["2222"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let done = bench.notes.of("device.verification.done");
    assert_eq!(done.last().expect("an event")["rpIds"], Value::Null);
}

#[tokio::test]
async fn a_pin_that_is_the_same_at_two_parties_counts_at_both() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let twice = Enrolment::new("example.org", "Example", "5555");
    Enrolments::at(&phone, [bank("5555"), here("5555"), twice]);
    let owner = hands(&phone, &[], &["5555"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let done = bench.notes.of("device.verification.done");
    assert_eq!(
        done.last().expect("an event")["rpIds"],
        json!(["bank.example", "example.org"])
    );
    let asked = bench.notes.of("device.prompt.shown");
    let pad = asked.last().expect("an event");
    assert_eq!(pad["prompt"]["purpose"], "synced");
    assert_eq!(pad["prompt"]["pinOf"], json!(["Bank", "Example"]));
}

#[tokio::test]
async fn a_wrong_synced_pin_says_what_is_left_at_each_party() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let mut tired = bank("2222");
    tired.tries_left = 2;
    let enrolments = Enrolments::at(&phone, [here("1111"), tired]);
    let thief = hands(&phone, &[], &["0000", "0001", "1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    thief.abort();
    assert_eq!(
        problems(&bench),
        [
            "Wrong PIN. Example: 4 tries left. Bank: 1 try left.",
            "Wrong PIN. Example: 3 tries left. Bank: it is locked; go online.",
        ]
    );
    assert_eq!(enrolments.tries_left(), [5, 0]);
    let left: Vec<_> = bench
        .notes
        .of("device.prompt.shown")
        .iter()
        .filter(|it| it["prompt"]["purpose"] == "synced")
        .map(|it| it["prompt"]["triesLeft"].clone())
        .collect();
    assert_eq!(left, [json!(2), json!(1), json!(3)]);
}

#[tokio::test]
async fn a_synced_pin_that_locks_neither_blocks_nor_wipes_the_phone() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    Enrolments::at(&phone, [here("1111")]);
    let wrong = ["0000"; 5];
    let since = bench.notes.all().len();
    let thief = hands(&phone, &[], &wrong);
    assert_eq!(status(&phone, &assertion()).await, Status::OperationDenied);
    thief.abort();
    let _ = thief.await;
    let pads = shown(&bench, since);
    assert_eq!(pads.iter().filter(|it| *it == "enterPin").count(), 5);
    assert_eq!(pads.last().map(String::as_str), Some("unverifiable"));
    let pin = phone.pin().expect("a state");
    assert_eq!((pin.tries_left, pin.blocked), (PIN_TRIES, false));
    assert_eq!(phone.passkeys().expect("a list").len(), 1);
    phone.set_settings(Settings::default()).expect("set");
    let owner = somebody(&phone, Habits::default());
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
}

#[tokio::test]
async fn a_blocked_device_pin_does_not_stop_a_synced_one() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    let thief = hands(&phone, &[], &["0000"; 5]);
    assert_eq!(status(&phone, &assertion()).await, Status::UvBlocked);
    thief.abort();
    let _ = thief.await;
    phone.set_settings(FINGER).expect("set");
    let owner = hands(&phone, &[true], &[]);
    assert_eq!(
        status(&phone, &assertion()).await,
        Status::UvBlocked,
        "no finger helps"
    );
    owner.abort();
    let _ = owner.await;
    phone.set_settings(SYNCED).expect("set");
    Enrolments::at(&phone, [here("1111")]);
    let owner = hands(&phone, &[], &["1111"]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
}

#[tokio::test]
async fn the_pad_holds_as_many_digits_as_the_party_allows() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    let long = "0123456789".repeat(6) + "012";
    let mut enrolment = here(&long);
    enrolment.lengths = (6, 200);
    let enrolments = Enrolments::at(&phone, [enrolment]);
    let command = assertion();
    let signing = status(&phone, &command);
    let typing = async {
        let touch = prompt(&phone, |it| matches!(it, Question::Touch { .. })).await;
        phone.prompts().answer(touch, Answer::Touch).expect("shown");
        let bounds = |it: &Question| {
            matches!(
                it,
                Question::EnterPin {
                    min_length: 6,
                    max_length: 63,
                    ..
                }
            )
        };
        let pad = prompt(&phone, bounds).await;
        let press = |answer| phone.prompts().answer(pad, answer).expect("shown");
        typed("12345").into_iter().for_each(press);
        let short = |it: &Question| matches!(it, Question::EnterPin { problem: Some(text), .. } if text == "A PIN of Example has 6 to 63 digits.");
        prompt(&phone, short).await;
        for (at, digit) in long.bytes().enumerate() {
            press(Answer::Digit {
                digit: digit - b'0',
            });
            let count = u32::try_from(at + 1).expect("few");
            prompt(
                &phone,
                |it| matches!(it, Question::EnterPin { entered, .. } if *entered == count),
            )
            .await;
        }
        press(Answer::Digit { digit: 9 });
        press(Answer::Submit);
    };
    let (outcome, ()) = tokio::join!(signing, typing);
    assert_eq!(outcome, Status::Ok, "the 64th digit found no room");
    assert_eq!(enrolments.asked().len(), 1, "the short one cost no try");
}

#[tokio::test]
async fn no_prompt_and_no_event_carries_a_synced_pin() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    phone.set_settings(SYNCED).expect("set");
    Enrolments::at(&phone, [here(CANARY), bank("2222")]);
    let mut prompts = phone.prompts().watch();
    let watching = tokio::spawn(async move {
        let mut seen = String::new();
        while prompts.changed().await.is_ok() {
            seen += &serde_json::to_string(&*prompts.borrow_and_update()).expect("JSON");
        }
        seen
    });
    let wrong = CANARY.replace('7', "8");
    let owner = hands(&phone, &[], &[&wrong, CANARY]);
    assert_eq!(status(&phone, &assertion()).await, Status::Ok);
    owner.abort();
    let _ = owner.await;
    drop(phone);
    let seen = watching.await.expect("no panic");
    assert!(seen.contains("enterPin"));
    let told = format!("{:?}", bench.notes.all());
    for secret in [CANARY, &wrong] {
        assert!(!seen.contains(secret) && !told.contains(secret));
    }
    assert!(!told.contains("entered"), "nor how many digits it has");
}

#[tokio::test]
async fn the_page_learns_the_method_when_it_asks() {
    let bench = Bench::new();
    let phone = phone(&bench).await;
    Enrolments::at(&phone, [here("1111")]);
    let page = Page::new(bench.client(None));
    let mut options = request("required");
    options["extensions"] = json!({ "uvm": true });
    let finger = Settings {
        fingerprint: true,
        ..SYNCED
    };
    for (settings, fingers, pins, value) in [
        (Settings::default(), &[][..], &[super::bench::PIN][..], 4),
        (SYNCED, &[], &["1111"], 2048),
        (finger, &[true], &[], 2),
    ] {
        phone.set_settings(settings).expect("set");
        let owner = hands(&phone, fingers, pins);
        let got = page.get(&phone, &options).await.expect("an assertion");
        owner.abort();
        let _ = owner.await;
        assert_eq!(
            got["clientExtensionResults"],
            json!({ "uvm": [[value, 1, 1]] })
        );
    }
    let owner = somebody(&phone, Habits::default());
    let silent = page.get(&phone, &request("required")).await;
    owner.abort();
    let silent = silent.expect("an assertion");
    assert_eq!(silent["clientExtensionResults"], json!({}));
}
