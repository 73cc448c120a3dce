use super::*;

/// What a wrong PIN looks like; also a canary that must show up nowhere.
const WRONG: &str = "31337-x\u{fc}";

/// A key of alice's with [`PIN`], signed out.
async fn with_pin(bench: &Bench) -> (String, Page) {
    let (device, _) = plugged(bench, "Blue key", "pin-key").await;
    let page = Page::of(bench).await;
    assert_eq!(register(bench, &page, "alice").await.0, 201);
    page.sign_out().await;
    (device, page)
}

async fn begin(page: &Page) -> Value {
    let (_, begun) = page.post("authentication/begin", json!({})).await;
    begun["publicKey"].clone()
}

fn tries(prompt: &Prompt) -> (Option<u32>, bool, Option<&str>) {
    match &prompt.question {
        Question::KeyPin {
            tries_left,
            last,
            problem,
            ..
        } => (*tries_left, *last, problem.as_deref()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_pin_is_asked_for_with_its_rules_and_one_that_breaks_them_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (_, key) = plugged(&bench, "Blue key", "pin-key").await;
    let page = Page::of(&bench).await;
    let names = json!({ "username": "alice", "displayName": "Alice" });
    let (_, begun) = page.post("registration/begin", names).await;
    let person = async {
        let prompt = asks_pin(&bench, KeyPinPurpose::Set).await;
        assert_eq!(
            (&prompt.key, prompt.rp_id.as_deref()),
            (&Some(key.clone()), Some("localhost"))
        );
        let Question::KeyPin {
            min_length,
            max_bytes,
            ..
        } = &prompt.question
        else {
            panic!("{prompt:?}")
        };
        assert_eq!((*min_length, *max_bytes), (4, 63));
        give_pin(&bench, &prompt, "123").await;
        let again = until(&bench, |state| {
            (state.prompt.as_ref()).is_some_and(|it| it.id != prompt.id && tries(it).2.is_some())
        });
        give_pin(&bench, &again.await.prompt.expect("asked"), PIN).await;
        cooperate(&bench).await;
    };
    let create = CredentialsMethod::Create;
    let made = tokio::select! {
        made = call(&bench, &page.origin, create, begun["publicKey"].clone()) => made,
        () = person => unreachable!("it goes on"),
    };
    credential(made);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_costs_a_try_the_last_before_a_bar_is_said_and_unplugging_lifts_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, page) = with_pin(&bench).await;
    let options = begin(&page).await;
    let person = async {
        let mut last = 0;
        for (left, is_last) in [(8, false), (7, false), (6, true)] {
            let state = until(&bench, |state| {
                (state.prompt.as_ref()).is_some_and(|it| it.id != last)
            })
            .await;
            let prompt = state.prompt.expect("asked");
            last = prompt.id;
            let (tries_left, said_last, problem) = tries(&prompt);
            assert_eq!(
                (tries_left, said_last),
                (Some(left), is_last),
                "{problem:?}"
            );
            give_pin(&bench, &prompt, WRONG).await;
        }
    };
    let get = CredentialsMethod::Get;
    let (answer, ()) = tokio::join!(call(&bench, &page.origin, get, options), person);
    let (name, message) = exception(answer);
    assert_eq!(name, "NotAllowedError");
    assert!(message.contains("Unplug"), "{message}");

    bench
        .device_unplug(device.clone())
        .await
        .expect("unplugged");
    bench
        .device_plug(device.clone(), PlugWay::Udp)
        .await
        .expect("plugged in");
    assert_eq!(
        sign_in(&bench, &page).await.0,
        200,
        "the right one is taken"
    );
    let everything = format!("{:?}", events(&bench));
    assert!(!everything.contains(WRONG) && !everything.contains(PIN));
}

/// A call at whose prompts wrong PINs are typed until it ends; each prompt says this, and the last is
/// declined.
async fn mistyped(bench: &Bench, page: &Page, says: &[(Option<u32>, bool, Option<&str>)]) {
    let options = begin(page).await;
    let person = async {
        let mut last = 0;
        for (at, said) in says.iter().enumerate() {
            let state = until(bench, |state| {
                (state.prompt.as_ref()).is_some_and(|it| it.id != last)
            })
            .await;
            let prompt = state.prompt.expect("asked");
            last = prompt.id;
            assert_eq!(tries(&prompt), *said);
            if at + 1 == says.len() {
                press(bench, &prompt, PromptAnswer::Decline).await;
            } else {
                give_pin(bench, &prompt, WRONG).await;
            }
        }
    };
    let get = CredentialsMethod::Get;
    let (answer, ()) = tokio::join!(call(bench, &page.origin, get, options), person);
    assert_eq!(exception(answer).0, "NotAllowedError");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_wrong_pin_in_a_row_is_warned_of_when_the_two_before_were_of_other_calls() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (device, page) = with_pin(&bench).await;
    let once = "Wrong PIN. 7 tries left.";
    mistyped(
        &bench,
        &page,
        &[(Some(8), false, None), (Some(7), false, Some(once))],
    )
    .await;
    let twice = "Wrong PIN. 6 tries left. Another wrong PIN bars the key until it is unplugged and \
                 put back.";
    mistyped(
        &bench,
        &page,
        &[(Some(7), false, None), (Some(6), true, Some(twice))],
    )
    .await;
    mistyped(&bench, &page, &[(Some(6), true, None)]).await;

    bench
        .device_power_cycle(device)
        .await
        .expect("it has a plug");
    mistyped(&bench, &page, &[(Some(6), false, None)]).await;
    assert_eq!(sign_in(&bench, &page).await.0, 200);
    mistyped(&bench, &page, &[(Some(8), false, None)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_pin_ends_the_call_and_costs_no_try() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (_, page) = with_pin(&bench).await;
    let options = begin(&page).await;
    let decline = async {
        let prompt = asks_pin(&bench, KeyPinPurpose::Enter).await;
        press(&bench, &prompt, PromptAnswer::Decline).await;
    };
    let get = CredentialsMethod::Get;
    let (answer, ()) = tokio::join!(call(&bench, &page.origin, get, options), decline);
    assert_eq!(exception(answer).0, "NotAllowedError");
    let options = begin(&page).await;
    let look = async {
        let prompt = asks_pin(&bench, KeyPinPurpose::Enter).await;
        assert_eq!(tries(&prompt).0, Some(8));
        give_pin(&bench, &prompt, PIN).await;
        cooperate(&bench).await;
    };
    tokio::select! {
        answer = call(&bench, &page.origin, get, options) => drop(credential(answer)),
        () = look => unreachable!("it goes on"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_of_a_key_is_nowhere_in_the_export_or_the_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let (_, page) = with_pin(&bench).await;
    assert_eq!(sign_in(&bench, &page).await.0, 200);
    let saved = bench.timeline_save().await.expect("written");
    assert!(saved.events > 50);
    let (mut folders, mut files) = (vec![folder.path().to_owned()], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("readable");
            let holds = bytes.windows(PIN.len()).any(|part| part == PIN.as_bytes());
            assert!(!holds, "{:?}", entry.path());
            files += 1;
        }
    }
    assert!(files > 3, "vault, relying party and export were searched");
}
