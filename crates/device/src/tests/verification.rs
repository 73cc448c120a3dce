use ctap::{Command, get_info};
use serde_json::json;

use super::bench::{Bench, Habits, PIN, Page, creation, request, somebody};
use super::owners::{FINGER, SYNCED, hands, here, phone, shown};
use super::synced_pins::{Enrolment, Enrolments};
use crate::{Model, Settings, Verification};

#[derive(Clone, Copy, PartialEq)]
enum Finger {
    None,
    Enrolled,
    Locked,
}

/// Verification, finger, whether the phone has its own PIN, enrolments; then what is asked, and by
/// which method the user is verified.
type Row<'a> = (
    Verification,
    Finger,
    bool,
    &'a [Enrolment],
    &'a [&'a str],
    Option<&'a str>,
);

#[tokio::test]
async fn what_is_asked_follows_from_settings_and_state() {
    use Finger::{Enrolled, Locked, None as NoFinger};
    use Verification::{DevicePin, SyncedPin};
    let none: &[Enrolment] = &[];
    let useless = [here("1357").because("its validity is over.")];
    let usable = [here("48151623")];
    let rows: [Row; 12] = [
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
        (Settings::default(), &[][..], &[PIN][..], 4),
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
