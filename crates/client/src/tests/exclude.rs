//! The exclude list on its way to the device.

use ctap::{Descriptor, get_assertion};

use super::{create::good, *};

fn excluding(ids: &[&[u8]]) -> Json {
    let list: Vec<Json> = ids
        .iter()
        .map(|id| json!({ "type": "public-key", "id": webauthn::id::CredentialId::new(*id), "transports": ["usb"] }))
        .collect();
    patched(creation_options(), json!({ "excludeCredentials": list }))
}

#[tokio::test]
async fn passes_the_exclude_list_on_without_what_the_device_cannot_know() {
    let mut options = excluding(&[&[1; 16], &[2; 65]]);
    options["excludeCredentials"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "type": "later", "id": "AAAA" }));
    let mut info = info_of(&[]);
    info.max_credential_id_length = Some(64);
    info.max_credential_count_in_list = Some(1);
    let mut device = Scripted::new([Reply::Bytes(answer(Ok(info.encode()))), good()]);
    Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &options)
        .await
        .unwrap();
    let Command::MakeCredential(request) = device.last() else {
        panic!("no makeCredential")
    };
    assert_eq!(
        request.exclude_list,
        [Descriptor {
            id: vec![1; 16],
            transports: vec!["usb".into()]
        }]
    );
}

#[tokio::test]
async fn an_exclude_list_too_long_for_the_device_is_asked_for_silently_in_batches() {
    let mut info = info_of(&[]);
    info.max_credential_count_in_list = Some(2);
    let known = Descriptor {
        id: vec![3],
        transports: vec![],
    };
    let found =
        get_assertion::Response::new(known.clone(), auth_data("example.com", None), vec![0; 8]);
    let mut device = Scripted::new([
        Reply::Bytes(answer(Ok(info.encode()))),
        Reply::Bytes(answer(Err(Status::NoCredentials))),
        Reply::Bytes(answer(Ok(found.encode()))),
        Reply::Bytes(answer(Err(Status::CredentialExcluded))),
    ]);
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &excluding(&[&[1], &[2], &[3], &[4], &[5]]))
        .await;
    assert_eq!(
        verdict(outcome),
        ("InvalidStateError", "credentialExcluded")
    );
    let commands = device.commands();
    for probe in &commands[1..3] {
        let Command::GetAssertion(probe) = probe else {
            panic!("no probe: {probe:?}")
        };
        assert_eq!((probe.options.up, probe.allow_list.len()), (Some(false), 2));
    }
    let Command::MakeCredential(request) = &commands[3] else {
        panic!("no makeCredential")
    };
    assert_eq!(
        request.exclude_list,
        [known],
        "so that the device asks for consent before it tells"
    );
}

#[tokio::test]
async fn a_request_longer_than_the_device_takes_is_not_sent() {
    let ids: Vec<Vec<u8>> = (0..40).map(|n| vec![n; 64]).collect();
    let ids: Vec<&[u8]> = ids.iter().map(Vec::as_slice).collect();
    let mut device = Scripted::new([Reply::Bytes(info(&[]))]);
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &excluding(&ids))
        .await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "requestTooLong"));
}

#[tokio::test]
async fn a_device_that_says_it_takes_nothing_takes_what_every_device_does() {
    let mut info = info_of(&[]);
    info.max_msg_size = Some(0);
    let mut device = Scripted::new([Reply::Bytes(answer(Ok(info.encode()))), good()]);
    let outcome = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &creation_options())
        .await;
    assert_eq!(verdict(outcome), ("", ""));
}
