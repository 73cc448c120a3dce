use serde_json::{Value, json};

use super::person::*;
use crate::{
    Bench,
    api::{Asker, CredentialsAnswer, CredentialsCall, CredentialsMethod, PromptAnswer, Question},
};

async fn touch(bench: &Bench) {
    let prompt = asked(bench, |question| matches!(question, Question::Touch { .. })).await;
    press(bench, &prompt, PromptAnswer::Touch).await;
}

fn creation(user: u8, name: &str) -> Value {
    json!({
        "rp": { "id": "localhost", "name": "Acme" },
        "user": { "id": format!("AAAAAAAAAAAAAAAAAAAAAA{user:02}"), "name": name, "displayName": name },
        "challenge": format!("Y2hhbGxlbmdlLW51bWJlci{user:02}"),
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "discouraged" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_key_without_display_the_client_asks_which_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let key = bench
        .device_add("Key".into(), "key".into())
        .await
        .expect("added");
    assert_eq!(
        bench.bench_state().await.expect("alive").active_device,
        Some(key.id),
        "a new device is picked"
    );
    let origin = "http://localhost:1234";
    for (user, name) in [(1, "alice"), (2, "bob")] {
        let made = call(
            &bench,
            origin,
            CredentialsMethod::Create,
            creation(user, name),
        );
        let (made, ()) = tokio::join!(made, touch(&bench));
        credential(made);
    }
    let request = json!({ "challenge": "Y2hhbGxlbmdlLW51bWJlci03", "rpId": "localhost", "userVerification": "discouraged" });
    let choose = async {
        touch(&bench).await;
        let prompt = asked(&bench, |question| {
            matches!(question, Question::ChooseAccount { .. })
        })
        .await;
        assert_eq!((prompt.asker, prompt.device.clone()), (Asker::Client, None));
        press(&bench, &prompt, PromptAnswer::Touch).await;
        press(&bench, &prompt, PromptAnswer::Choose { index: 1 }).await;
    };
    let (signed, ()) = tokio::join!(
        call(&bench, origin, CredentialsMethod::Get, request),
        choose
    );
    let handle = &credential(signed)["response"]["userHandle"];
    assert_eq!(
        handle, "AAAAAAAAAAAAAAAAAAAAAA01",
        "the older of two is second in the list"
    );
    assert!(bench.bench_state().await.expect("alive").prompt.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_gets_a_security_error_and_no_prompt() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let request = json!({ "challenge": "Y2hhbGxlbmdlLW51bWJlci03", "rpId": "localhost" });
    let answer = call(
        &bench,
        "http://evil.localhost:1234",
        CredentialsMethod::Get,
        request,
    )
    .await;
    let CredentialsAnswer::Exception { name, .. } = answer else {
        panic!("refused")
    };
    assert_eq!(name, "SecurityError");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_fill_the_memory_with_the_options_of_its_calls() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let call = CredentialsCall {
        call: "large".to_owned(),
        origin: "http://localhost:1234".to_owned(),
        method: CredentialsMethod::Get,
        public_key: json!({ "challenge": "A".repeat(1 << 20), "rpId": "evil.example" }),
        mediation: None,
    };
    let refused = bench.credentials_call(call).await;
    let told = events(&bench)
        .iter()
        .map(|event| event.body.to_string().len())
        .sum::<usize>();
    assert!(told < 1 << 20, "{told} bytes are on the timeline");
    assert_eq!(refused.expect_err("too large").code(), "malformedCall");
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_added_renamed_picked_wiped_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let first = bench.bench_state().await.expect("alive").devices.remove(0);
    assert_eq!(
        (first.profile.as_str(), first.pin.set),
        ("phone", false),
        "a fresh bench has a fresh phone"
    );
    let second = bench
        .device_add("  Work phone ".into(), "phone".into())
        .await
        .expect("added");
    assert_eq!(second.name, "Work phone");
    bench
        .device_rename(second.id.clone(), "Spare".into())
        .await
        .expect("renamed");
    bench.device_pick(first.id.clone()).await.expect("picked");
    assert_eq!(
        bench
            .device_rename(first.id.clone(), "  ".into())
            .await
            .expect_err("empty")
            .code(),
        "nameLength"
    );
    assert_eq!(
        bench
            .device_pick("nobody".into())
            .await
            .expect_err("unknown")
            .code(),
        "noSuchDevice"
    );
    assert!(
        bench
            .device_add("Toaster".into(), "toaster".into())
            .await
            .is_err()
    );

    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let phone = bench.bench_state().await.expect("alive").devices.remove(0);
    assert_eq!(
        (phone.id.as_str(), phone.passkeys.len(), phone.pin.set),
        (first.id.as_str(), 1, true)
    );
    let passkey = phone.passkeys[0].credential_id.clone();
    bench
        .passkey_rename(phone.id.clone(), passkey.clone(), "Mine".into())
        .await
        .expect("renamed");
    let phone = bench.bench_state().await.expect("alive").devices.remove(0);
    assert_eq!(phone.passkeys[0].label.as_deref(), Some("Mine"));
    bench
        .passkey_delete(phone.id.clone(), passkey.clone())
        .await
        .expect("deleted");
    assert_eq!(
        bench
            .passkey_delete(phone.id.clone(), passkey)
            .await
            .expect_err("gone")
            .code(),
        "noSuchPasskey"
    );

    bench.device_wipe(first.id.clone()).await.expect("wiped");
    assert!(
        !bench.bench_state().await.expect("alive").devices[0].pin.set,
        "the PIN is gone too"
    );
    bench.device_remove(first.id).await.expect("removed");
    let state = bench.bench_state().await.expect("alive");
    assert_eq!(state.devices.len(), 1);
    assert_eq!(
        state.active_device,
        Some(second.id),
        "another device answers now"
    );
}
