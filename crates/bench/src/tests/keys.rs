//! Keys outside the process: software devices that are plugged in over UDP, reached as any key is.

mod ceremonies;
mod misbehaving;
mod picking;
mod pins;
mod unplugged;

use serde_json::{Value, json};

use super::person::*;
use crate::{
    Bench,
    api::{
        CredentialsAnswer, CredentialsMethod, KeyPinPurpose, KeySummary, PlugWay, Prompt,
        PromptAnswer, Question,
    },
};

/// A key of this profile, plugged in over UDP and picked.
async fn plugged(bench: &Bench, name: &str, profile: &str) -> (String, String) {
    let added = bench.device_add(name.into(), profile.into()).await;
    let device = added.expect("added").id;
    let key = bench.device_plug(device.clone(), PlugWay::Udp).await;
    (device, key.expect("plugged in"))
}

async fn key(bench: &Bench, id: &str) -> Option<KeySummary> {
    let state = bench.bench_state().await.expect("alive");
    state.keys.into_iter().find(|key| key.id == id)
}

/// The PIN, in the client's own dialog.
async fn give_pin(bench: &Bench, prompt: &Prompt, pin: &str) {
    let answer = PromptAnswer::KeyPin {
        pin: pin.to_owned().into(),
        new_pin: None,
    };
    press(bench, prompt, answer).await;
}

/// Waits until the client asks for a PIN of the key for this purpose.
async fn asks_pin(bench: &Bench, wanted: KeyPinPurpose) -> Prompt {
    asked(
        bench,
        |question| matches!(question, Question::KeyPin { purpose, .. } if *purpose == wanted),
    )
    .await
}

/// Does what the key and the client ask for, with [`PIN`], for as long as it is polled.
async fn cooperate(bench: &Bench) {
    let mut answered = 0;
    loop {
        let new = until(bench, |state| {
            (state.prompt.as_ref()).is_some_and(|prompt| {
                prompt.id != answered && !matches!(prompt.question, Question::KeyTouch { .. })
            })
        });
        let prompt = new.await.prompt.expect("just seen");
        answered = prompt.id;
        let answer = match &prompt.question {
            Question::Touch { .. } => PromptAnswer::Touch,
            Question::Fingerprint { .. } => PromptAnswer::Finger { matches: true },
            Question::KeyPin { .. } => PromptAnswer::KeyPin {
                pin: PIN.to_owned().into(),
                new_pin: None,
            },
            other => panic!("nobody expects {other:?}"),
        };
        press(bench, &prompt, answer).await;
    }
}

/// A call that somebody cooperates with to its end.
async fn done(
    bench: &Bench,
    origin: &str,
    method: CredentialsMethod,
    options: Value,
) -> CredentialsAnswer {
    tokio::select! {
        answer = call(bench, origin, method, options) => answer,
        () = cooperate(bench) => unreachable!("it goes on"),
    }
}

/// What a relying party asks for that is content with a touch.
fn touch_only(user: u8) -> Value {
    json!({
        "rp": { "id": "localhost", "name": "Acme" },
        "user": { "id": format!("AAAAAAAAAAAAAAAAAAAAAA{user:02}"), "name": "alice", "displayName": "Alice" },
        "challenge": format!("Y2hhbGxlbmdlLW51bWJlci{user:02}"),
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "discouraged" },
    })
}

fn exception(answer: CredentialsAnswer) -> (String, String) {
    match answer {
        CredentialsAnswer::Exception { name, message } => (name, message),
        CredentialsAnswer::Credential { credential } => panic!("it was made: {credential}"),
    }
}

/// Registers alice at the relying party; says what it answered.
async fn register(bench: &Bench, page: &Page, name: &str) -> (u16, Value) {
    let names = json!({ "username": name, "displayName": name });
    let (status, begun) = page.post("registration/begin", names).await;
    assert_eq!(status, 200, "{begun}");
    let create = CredentialsMethod::Create;
    let made = done(bench, &page.origin, create, begun["publicKey"].clone()).await;
    let finish = json!({ "ceremony": begun["ceremony"], "credential": credential(made) });
    page.post("registration/finish", finish).await
}

async fn sign_in(bench: &Bench, page: &Page) -> (u16, Value) {
    let (_, begun) = page.post("authentication/begin", json!({})).await;
    let get = CredentialsMethod::Get;
    let signed = done(bench, &page.origin, get, begun["publicKey"].clone()).await;
    let finish = json!({ "ceremony": begun["ceremony"], "credential": credential(signed) });
    page.post("authentication/finish", finish).await
}
