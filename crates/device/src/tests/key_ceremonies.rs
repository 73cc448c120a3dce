//! Our own client, a relying party's ladder, and keys that verify their user.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use client::{
    Account, Choice, Client, Dialogs, KeyPin, PinAsk, PinEntry, PinPurpose, Tries, Typed, Waiting,
};
use serde_json::Value;
use timeline::Timestamp;
use tokio_util::sync::CancellationToken;
use webauthn::id::RpId;

use super::bench::{Bench, Page, creation, memory, request, verified};
use crate::{Device, Model, Presence};

/// Somebody who types these PINs into the client's dialog, one after the other.
#[derive(Default)]
struct Typist {
    pins: Mutex<VecDeque<&'static str>>,
    asked: Mutex<Vec<(PinPurpose, Option<String>)>>,
}

impl Typist {
    fn types<const N: usize>(&self, pins: [&'static str; N]) {
        self.pins.lock().expect("no panic").extend(pins);
    }

    /// What was asked since the last time.
    fn asked(&self) -> Vec<(PinPurpose, Option<String>)> {
        std::mem::take(&mut self.asked.lock().expect("no panic"))
    }
}

impl Dialogs for Typist {
    fn choose<'a>(&'a self, _: &'a RpId, _: &'a [Account], _: Timestamp) -> Choice<'a> {
        Box::pin(async { Some(0) })
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        assert_eq!((ask.min_length, ask.max_bytes), (4, 63));
        let mut asked = self.asked.lock().expect("no panic");
        asked.push((ask.purpose, ask.problem));
        let pin = self.pins.lock().expect("no panic").pop_front();
        Box::pin(async move {
            pin.map(|pin| PinEntry {
                pin: KeyPin::new(pin),
                new_pin: None,
            })
        })
    }

    fn waiting(&self, _: Option<Waiting>, _: &CancellationToken) {}
}

struct Desk {
    bench: Bench,
    typist: Arc<Typist>,
    page: Page,
    key: Device,
}

fn desk(model: Model) -> Desk {
    let bench = Bench::new();
    let typist = Arc::new(Typist::default());
    let notes = Arc::new(bench.notes.clone());
    let client = Client::new(notes, bench.clock.clone(), typist.clone());
    let shelf = bench.shelf(memory(), Presence::Auto);
    let key = shelf.add("Key", model).expect("a device");
    Desk {
        bench,
        typist,
        page: Page::new(client),
        key,
    }
}

impl Desk {
    /// Registers, and gives what the relying party keeps.
    async fn register(&self, verification: &str) -> Value {
        let options = creation("alice", verification);
        let made = self.page.create(&self.key, &options).await;
        verified(
            "registration",
            &made.expect("a passkey"),
            verification,
            None,
        )
    }

    /// Signs in with what was registered.
    async fn sign_in(&self, verification: &str, mut credential: Value) {
        let got = self.page.get(&self.key, &request(verification)).await;
        let got = got.expect("an assertion");
        credential["userHandle"] = got["response"]["userHandle"].clone();
        verified("authentication", &got, verification, Some(&credential));
    }
}

#[tokio::test]
async fn a_first_pin_is_chosen_at_registration_and_signs_in() {
    let desk = desk(Model::PinKey);
    desk.typist
        .types(["caf", "canary-café", "canary-cafe\u{301}"]);
    let credential = desk.register("required").await;
    assert!(desk.key.pin().expect("a state").set);
    desk.sign_in("required", credential).await;
    let entered = PinPurpose::Enter(Tries {
        left: Some(8),
        wrong: false,
        last: false,
    });
    let asked = desk.typist.asked();
    let purposes: Vec<_> = asked.iter().map(|(purpose, _)| *purpose).collect();
    assert_eq!(purposes, [PinPurpose::Set, PinPurpose::Set, entered]);
    let told = format!("{:?}", desk.bench.notes.all());
    assert!(!told.contains("canary"), "no PIN in any event");
}

#[tokio::test]
async fn without_a_pin_a_key_registers_and_signs_in_unverified() {
    let desk = desk(Model::PinKey);
    let credential = desk.register("preferred").await;
    desk.sign_in("preferred", credential).await;
    assert_eq!(desk.typist.asked(), []);
}

#[tokio::test]
async fn a_fingerprint_key_verifies_with_one_touch_a_call() {
    let desk = desk(Model::FingerprintKey);
    let credential = desk.register("required").await;
    desk.sign_in("required", credential).await;
    assert_eq!(desk.typist.asked(), []);
    let purposes: Vec<_> = desk
        .bench
        .notes
        .of("device.prompt.shown")
        .iter()
        .map(|it| it["prompt"]["purpose"].clone())
        .collect();
    assert_eq!(purposes, ["createPasskey", "signIn"]);
    let methods: Vec<_> = desk
        .bench
        .notes
        .of("device.verification.done")
        .iter()
        .map(|it| it["method"].clone())
        .collect();
    assert_eq!(methods, ["fingerprint", "fingerprint"]);
}
