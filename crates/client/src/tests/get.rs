use ctap::{Descriptor, UserEntity, get_assertion::Response};

use super::*;
use crate::kinds;

pub(super) fn assertion(credential: u8) -> Response {
    let descriptor = Descriptor {
        id: vec![credential; 16],
        transports: vec![],
    };
    let mut response = Response::new(descriptor, auth_data("example.com", None), vec![0x30; 70]);
    response.user = Some(UserEntity {
        id: vec![credential],
        name: Some(format!("user {credential}")),
        display_name: None,
    });
    response
}

fn reply(response: &Response) -> Reply {
    Reply::Bytes(answer(Ok(response.encode())))
}

fn of(count: u64) -> Response {
    Response {
        number_of_credentials: Some(count),
        ..assertion(1)
    }
}

fn allowing(ids: &[u8]) -> Json {
    let list: Vec<Json> = ids
        .iter()
        .map(|id| json!({ "type": "public-key", "id": webauthn::id::CredentialId::new([*id; 16]) }))
        .collect();
    patched(request_options(), json!({ "allowCredentials": list }))
}

async fn get(reply: Reply, options: &Json) -> Result<AuthenticationResponseJSON, ClientError> {
    Page::new(Chooser::MustNotBeAsked)
        .get(&mut Scripted::device(&[], reply), options)
        .await
}

#[tokio::test]
async fn returns_a_discoverable_assertion_with_its_user_handle() {
    let page = Page::new(Chooser::MustNotBeAsked);
    let mut device = Scripted::device(&[("uv", true)], reply(&assertion(1)));
    let credential = page.get(&mut device, &request_options()).await.unwrap();
    assert_eq!(
        (credential.id.as_bytes(), credential.kind.as_str()),
        (&[1; 16][..], "public-key")
    );
    assert_eq!(credential.response.user_handle.unwrap().0, [1]);
    let client_data = credential.response.client_data_json.as_bytes();
    assert!(
        client_data
            .starts_with(br#"{"type":"webauthn.get","challenge":"Y2hhbGxlbmdlLWNoYWxsZW5nZQ","#)
    );
    let Command::GetAssertion(request) = device.last() else {
        panic!("no getAssertion")
    };
    assert_eq!(request.client_data_hash, webauthn::sha256(client_data));
    assert_eq!(
        (request.options.uv, request.options.up, request.options.rk),
        (Some(true), None, None)
    );
    let events = page.events();
    let kinds: Vec<_> = events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds.first().zip(kinds.last()),
        Some((&kinds::GET_CALLED, &kinds::GET_RETURNED))
    );
}

#[tokio::test]
async fn the_user_chooses_among_the_accounts_of_a_device_without_display() {
    let page = Page::new(Chooser::Takes(Some(2)));
    let mut device = Scripted::new([
        Reply::Bytes(info(&[])),
        reply(&of(3)),
        reply(&assertion(2)),
        reply(&assertion(3)),
    ]);
    let credential = page.get(&mut device, &request_options()).await.unwrap();
    assert_eq!(
        (
            credential.id.as_bytes(),
            credential.response.user_handle.unwrap().0
        ),
        (&[3; 16][..], vec![3])
    );
    assert_eq!(
        device.commands()[2..],
        [Command::GetNextAssertion, Command::GetNextAssertion]
    );
    let events = page.events();
    let chosen = events
        .iter()
        .find(|event| event.kind == kinds::ACCOUNT_CHOSEN)
        .expect("the choice is an event");
    assert_eq!(chosen.body["user"]["name"], "user 3");
}

#[tokio::test]
async fn nobody_is_asked_when_there_is_nothing_to_choose() {
    let selected = Response {
        user_selected: Some(true),
        ..of(3)
    };
    for response in [of(1), of(0), selected] {
        let credential = get(reply(&response), &request_options()).await.unwrap();
        assert_eq!(credential.id.as_bytes(), [1; 16]);
    }
    let credential = get(reply(&of(2)), &allowing(&[1, 2])).await.unwrap();
    assert_eq!(
        credential.id.as_bytes(),
        [1; 16],
        "with an allow list the first one serves"
    );
}

#[tokio::test]
async fn choosing_no_account_or_one_that_is_not_there_fails() {
    for choice in [None, Some(2), Some(usize::MAX)] {
        let mut device =
            Scripted::new([Reply::Bytes(info(&[])), reply(&of(2)), reply(&assertion(2))]);
        let outcome = Page::new(Chooser::Takes(choice))
            .get(&mut device, &request_options())
            .await;
        assert_eq!(
            verdict(outcome),
            ("NotAllowedError", "noAccountChosen"),
            "{choice:?}"
        );
    }
}

#[tokio::test]
async fn maps_user_verification_to_what_the_device_has() {
    let (none, uv, unset): (&[_], &[_], &[_]) = (&[], &[("uv", true)], &[("uv", false)]);
    let always: &[_] = &[("uv", true), ("alwaysUv", true)];
    for (wanted, device, expected) in [
        ("required", none, Err("NotAllowedError")),
        ("required", uv, Ok(Some(true))),
        ("required", unset, Ok(Some(true))),
        ("preferred", none, Ok(None)),
        ("preferred", unset, Ok(Some(true))),
        ("later", uv, Ok(Some(true))),
        ("discouraged", uv, Ok(None)),
        ("discouraged", always, Ok(Some(true))),
    ] {
        let mut device_ = Scripted::device(device, reply(&assertion(1)));
        let options = patched(request_options(), json!({ "userVerification": wanted }));
        let outcome = Page::new(Chooser::MustNotBeAsked)
            .get(&mut device_, &options)
            .await;
        let uv = outcome
            .map_err(|error| error.name())
            .map(|_| match device_.last() {
                Command::GetAssertion(request) => request.options.uv,
                other => panic!("sent {other:?}"),
            });
        assert_eq!(uv, expected, "{wanted} on {device:?}");
    }
}

#[tokio::test]
async fn a_single_allowed_credential_may_be_left_out_of_the_answer() {
    let unnamed = Response {
        credential: None,
        user: None,
        ..assertion(1)
    };
    let credential = get(reply(&unnamed), &allowing(&[7])).await.unwrap();
    assert_eq!(credential.id.as_bytes(), [7; 16]);
    assert_eq!(credential.response.user_handle, None);
    assert_eq!(
        verdict(get(reply(&unnamed), &allowing(&[7, 8])).await).1,
        "deviceAnswerMalformed"
    );
    assert_eq!(
        verdict(get(reply(&unnamed), &request_options()).await).1,
        "deviceAnswerMalformed"
    );
}

#[tokio::test]
async fn an_allow_list_too_long_for_the_device_is_narrowed_to_what_it_knows() {
    let mut info = info_of(&[]);
    info.max_credential_count_in_list = Some(1);
    let mut device = Scripted::new([
        Reply::Bytes(answer(Ok(info.encode()))),
        Reply::Bytes(answer(Err(Status::InvalidCredential))),
        reply(&assertion(2)),
        reply(&assertion(2)),
    ]);
    Page::new(Chooser::MustNotBeAsked)
        .get(&mut device, &allowing(&[1, 2, 3]))
        .await
        .unwrap();
    let Command::GetAssertion(request) = device.last() else {
        panic!("no getAssertion")
    };
    assert_eq!(request.allow_list.len(), 1);
    assert_eq!(
        (request.allow_list[0].id.as_slice(), request.options.up),
        (&[2; 16][..], None)
    );
}

#[tokio::test]
async fn an_allow_list_without_a_usable_entry_never_becomes_an_empty_one() {
    let options = patched(
        request_options(),
        json!({ "allowCredentials": [{ "type": "later", "id": "AAAA" }] }),
    );
    let mut device = Scripted::new([Reply::Bytes(info(&[]))]);
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .get(&mut device, &options)
        .await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "noCredentials"));
    assert_eq!(device.commands(), [Command::GetInfo]);
}

#[tokio::test]
async fn a_hostile_answer_is_an_error_and_never_a_panic() {
    let other_rp = Response {
        auth_data: auth_data("example.org", None),
        ..assertion(1)
    };
    let cut_short = Response {
        auth_data: vec![0; 36],
        ..assertion(1)
    };
    for (response, options, reason) in [
        (other_rp, request_options(), "another RP ID"),
        (cut_short, request_options(), "authenticator data cut short"),
        (
            Response {
                user: None,
                ..assertion(1)
            },
            request_options(),
            "no user handle",
        ),
        (
            assertion(9),
            allowing(&[1, 2]),
            "a credential outside the allow list",
        ),
        (
            of(u64::MAX),
            request_options(),
            "more accounts than there are",
        ),
    ] {
        let outcome = get(reply(&response), &options).await;
        assert_eq!(
            verdict(outcome),
            ("NotAllowedError", "deviceAnswerMalformed"),
            "{reason}"
        );
    }
    assert_eq!(
        verdict(get(Reply::Bytes(vec![]), &request_options()).await).1,
        "deviceAnswerMalformed"
    );
    let none = Reply::Bytes(answer(Err(Status::NoCredentials)));
    assert_eq!(
        verdict(get(none, &request_options()).await),
        ("NotAllowedError", "noCredentials")
    );
}

#[tokio::test]
async fn a_hostile_further_assertion_is_an_error() {
    let nameless = Response {
        user: None,
        ..assertion(2)
    };
    let other_rp = Response {
        auth_data: auth_data("example.org", None),
        ..assertion(2)
    };
    for (second, expected) in [
        (reply(&nameless), "deviceAnswerMalformed"),
        (reply(&other_rp), "deviceAnswerMalformed"),
        (
            Reply::Bytes(answer(Err(Status::NotAllowed))),
            "deviceRefused",
        ),
    ] {
        let mut device = Scripted::new([Reply::Bytes(info(&[])), reply(&of(2)), second]);
        let outcome = Page::new(Chooser::MustNotBeAsked)
            .get(&mut device, &request_options())
            .await;
        assert_eq!(verdict(outcome), ("NotAllowedError", expected));
    }
}

#[tokio::test]
async fn refuses_malformed_options_and_foreign_rp_ids_before_any_command() {
    for (patch, expected) in [
        (json!({ "challenge": "not base64url!" }), "TypeError"),
        (json!({ "challenge": null }), "TypeError"),
        (json!({ "allowCredentials": "all" }), "TypeError"),
        (json!({ "rpId": "example.org" }), "SecurityError"),
        (json!({ "rpId": "" }), "SecurityError"),
    ] {
        let options = patched(request_options(), patch.clone());
        let outcome = Page::new(Chooser::MustNotBeAsked)
            .get(&mut Scripted::new([]), &options)
            .await;
        assert_eq!(verdict(outcome).0, expected, "{patch}");
    }
}
