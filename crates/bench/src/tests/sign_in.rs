use serde_json::json;
use timeline::Seq;

use super::person::*;
use crate::api::{CredentialsAnswer, CredentialsMethod, PromptAnswer, Question};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_enrols_signs_out_and_signs_in_without_a_name_also_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    let enrolled = page.register(&bench, "alice").await;
    assert_eq!(enrolled["verification"]["verified"], true);
    page.sign_out().await;
    let (status, signed_in) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(
        (status, &signed_in["account"]["username"]),
        (200, &json!("alice")),
        "{signed_in}"
    );
    let steps = signed_in["verification"]["steps"]
        .as_array()
        .expect("a ladder");
    assert_eq!(steps.len(), 25, "every step of §7.2 is there");

    let origin = page.origin.clone();
    bench.close().await;
    drop(bench);
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    assert_eq!(page.origin, origin, "the relying party keeps its port");
    let (status, signed_in) = page.sign_in(&bench, touch_and_verify(&bench)).await;
    assert_eq!(
        (status, &signed_in["account"]["username"]),
        (200, &json!("alice")),
        "{signed_in}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_two_accounts_the_phone_itself_asks_which() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    page.register(&bench, "bob").await;
    page.sign_out().await;
    let choose = async {
        touch_and_verify(&bench).await;
        let prompt = asked(&bench, |question| {
            matches!(question, Question::ChooseAccount { .. })
        })
        .await;
        let Question::ChooseAccount { accounts } = &prompt.question else {
            unreachable!("just asked for")
        };
        let index = accounts
            .iter()
            .position(|account| account.name.as_deref() == Some("alice"))
            .expect("listed");
        press(
            &bench,
            &prompt,
            PromptAnswer::Choose {
                index: u32::try_from(index).expect("two accounts"),
            },
        )
        .await;
    };
    let (status, signed_in) = page.sign_in(&bench, choose).await;
    assert_eq!(
        (status, &signed_in["account"]["username"]),
        (200, &json!("alice")),
        "{signed_in}"
    );
    let answers = bench.timeline().range(Seq(0), 10_000).expect("readable");
    let chosen = answers
        .iter()
        .rev()
        .find(|event| event.kind == "client.command.answered")
        .expect("answered");
    assert_eq!(
        chosen.body["response"]["userSelected"], true,
        "userSelected (0x06): {}",
        chosen.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hop_of_a_sign_in_names_its_cause() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    page.sign_in(&bench, touch_and_verify(&bench)).await;
    let events = bench.timeline().range(Seq(0), 10_000).expect("readable");
    let find = |kind: &str| {
        events
            .iter()
            .rev()
            .find(|event| event.kind == kind)
            .unwrap_or_else(|| panic!("no {kind}"))
    };
    let cause = |kind: &str| {
        let cause = find(kind)
            .cause
            .unwrap_or_else(|| panic!("{kind} has no cause"));
        events
            .iter()
            .find(|event| event.seq == cause)
            .expect("a cause is in the stream")
    };
    assert_eq!(cause("rp.session.bound").kind, "rp.request");
    assert_eq!(cause("rp.verification").kind, "rp.request");
    assert_eq!(cause("client.get.called").kind, "rp.response");
    assert_eq!(cause("client.command.answered").kind, "client.command.sent");
    let finish = events
        .iter()
        .rev()
        .find(|event| event.body["path"] == "/api/authentication/finish")
        .expect("sent");
    assert_eq!(finish.cause, Some(find("client.get.returned").seq));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_is_nowhere_in_the_timeline_the_export_or_the_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    let events = bench.timeline().range(Seq(0), 10_000).expect("readable");
    assert!(
        !format!("{events:?}").contains(PIN),
        "the timeline holds no PIN"
    );
    let saved = bench
        .timeline_save()
        .await
        .expect("the folder can be written");
    assert_eq!(saved.events, events.len() as u64);
    let mut folders = vec![folder.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("readable");
            files += 1;
            assert!(
                !bytes.windows(PIN.len()).any(|part| part == PIN.as_bytes()),
                "{:?}",
                entry.path()
            );
        }
    }
    assert!(files > 3, "vault, relying party and export were searched");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_call_closes_the_prompt_and_leaves_no_passkey() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    let (_, begun) = page
        .post(
            "registration/begin",
            json!({ "username": "dora", "displayName": "Dora" }),
        )
        .await;
    let options = begun["publicKey"].clone();
    let name = options["challenge"].to_string();
    let abort = async {
        asked(&bench, |question| {
            matches!(question, Question::Touch { .. })
        })
        .await;
        bench.credentials_abort(name).await.expect("no error");
    };
    let (answer, ()) = tokio::join!(
        call(&bench, &page.origin, CredentialsMethod::Create, options),
        abort
    );
    let CredentialsAnswer::Exception { name, .. } = answer else {
        panic!("the call was aborted")
    };
    assert_eq!(name, "AbortError");
    let state = until(&bench, |state| state.prompt.is_none()).await;
    assert!(
        state.devices[0].passkeys.is_empty(),
        "nothing half-made is left"
    );
}
