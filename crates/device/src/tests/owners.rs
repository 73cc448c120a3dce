//! Whoever holds a phone in these tests, and what they were shown.

use ctap::{Command, Options, get_assertion};
use serde_json::Value;

use super::bench::{Bench, Habits, Page, creation, person, somebody, typed};
use super::synced_pins::Enrolment;
use crate::{Answer, Device, Model, Question, Settings, Verification};

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
