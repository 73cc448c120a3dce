//! `create()` with a device that refuses, or answers what no device should.

use webauthn::cbor::Value;

use super::{
    create::{good, response},
    *,
};
use crate::kinds;

#[tokio::test]
async fn each_refusal_of_the_device_has_its_name() {
    for (status, expected) in [
        (
            Status::CredentialExcluded,
            ("InvalidStateError", "credentialExcluded"),
        ),
        (
            Status::UnsupportedAlgorithm,
            ("NotSupportedError", "noCommonAlgorithm"),
        ),
        (Status::KeyStoreFull, ("NotAllowedError", "deviceRefused")),
        (
            Status::OperationDenied,
            ("NotAllowedError", "deviceRefused"),
        ),
        (
            Status::UserActionTimeout,
            ("NotAllowedError", "deviceRefused"),
        ),
        (
            Status::KeepaliveCancel,
            ("NotAllowedError", "deviceRefused"),
        ),
        (
            Status::Unassigned(0xF7),
            ("NotAllowedError", "deviceRefused"),
        ),
    ] {
        let mut device = Scripted::device(&[], Reply::Bytes(answer(Err(status))));
        let outcome = Page::new(Chooser::MustNotBeAsked)
            .create(&mut device, &creation_options())
            .await;
        assert_eq!(verdict(outcome), expected, "{status}");
    }
    for status in Status::NAMED
        .iter()
        .copied()
        .filter(|status| !status.is_ok())
    {
        verdict::<()>(Err(ClientError::from_status(
            "authenticatorMakeCredential",
            status,
        )));
    }
}

#[tokio::test]
async fn a_hostile_answer_is_an_error_and_never_a_panic() {
    let flagged = |flags: u8| {
        let mut bytes = auth_data("example.com", None);
        bytes[32] = flags;
        bytes
    };
    let mut off_length = attested("example.com", AAGUID, &[9; 32]);
    off_length[53..55].copy_from_slice(&u16::MAX.to_be_bytes());
    let mut trailing = match good() {
        Reply::Bytes(bytes) => bytes,
        _ => unreachable!(),
    };
    trailing.push(0);
    for (reply, reason) in [
        (Reply::Bytes(vec![]), "nothing"),
        (Reply::Bytes(vec![0]), "success without CBOR"),
        (Reply::Bytes(vec![0, 0x80]), "an array"),
        (Reply::Bytes(vec![0, 0xA0]), "an empty map"),
        (Reply::Bytes(vec![0, 0xBF, 0xFF]), "an indefinite map"),
        (
            Reply::Bytes([&[0][..], &[0x81; 5000]].concat()),
            "deep nesting",
        ),
        (Reply::Bytes(vec![0xFF; 100]), "a vendor status with bytes"),
        (Reply::Bytes(trailing), "a byte too many"),
        (response("packed", vec![]), "no authenticator data"),
        (
            response("packed", vec![0; 36]),
            "authenticator data cut short",
        ),
        (
            response("packed", attested("example.org", AAGUID, &[9; 32])),
            "another RP ID",
        ),
        (
            response("packed", auth_data("example.com", None)),
            "no credential",
        ),
        (response("packed", flagged(0x41)), "AT without a credential"),
        (response("packed", flagged(0x81)), "ED without extensions"),
        (
            response("packed", off_length),
            "a credential ID longer than the data",
        ),
        (
            response("packed", attested("example.com", AAGUID, &[])),
            "an empty credential ID",
        ),
        (
            response("packed", attested("example.com", AAGUID, &[9; 1024])),
            "a credential ID of 1024 bytes",
        ),
        (
            Reply::Fails(ChannelError::Gone("unplugged".into())),
            "unplugged",
        ),
    ] {
        let page = Page::new(Chooser::MustNotBeAsked);
        let outcome = page
            .create(&mut Scripted::device(&[], reply), &creation_options())
            .await;
        assert_eq!(verdict(outcome).0, "NotAllowedError", "{reason}");
        assert_eq!(
            page.events().last().unwrap().kind,
            kinds::FAILED,
            "{reason}"
        );
    }
    for bytes in [vec![], vec![0], vec![0, 0xA0], vec![0x01]] {
        let mut device = Scripted::new([Reply::Bytes(bytes)]);
        let page = Page::new(Chooser::MustNotBeAsked);
        let outcome = page.create(&mut device, &creation_options()).await;
        assert_eq!(verdict(outcome).0, "NotAllowedError", "a hostile getInfo");
    }
}

#[tokio::test]
async fn a_key_the_client_does_not_know_has_no_public_key_but_its_algorithm() {
    let key = Value::Map(vec![(1.into(), 7.into()), (3.into(), (-9999).into())]).encode();
    let attested = AttestedCredentialData {
        aaguid: AAGUID,
        credential_id: &[9; 32],
        public_key: &key,
    };
    let mut device = Scripted::device(
        &[],
        response("packed", auth_data("example.com", Some(attested))),
    );
    let credential = Page::new(Chooser::MustNotBeAsked)
        .create(&mut device, &creation_options())
        .await
        .unwrap();
    assert_eq!(
        (
            credential.response.public_key,
            credential.response.public_key_algorithm
        ),
        (None, Some(-9999))
    );
}
