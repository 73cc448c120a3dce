use proptest::prelude::*;

use super::*;

const FLIPPED: [&str; 20] = [
    "zeta",
    "ok",
    "list.1.id",
    "credential.id",
    "credential.type",
    "credential.response.signature",
    "credential.response.clientDataJSON.origin",
    "credential.response.clientDataJSON.challenge",
    "credential.response.clientDataJSON.crossOrigin",
    "credential.response.authenticatorData",
    "credential.response.authenticatorData.rpIdHash",
    "credential.response.authenticatorData.flags",
    "credential.response.authenticatorData.flags.uv",
    "credential.response.authenticatorData.aaguid",
    "credential.response.authenticatorData.credentialId",
    "credential.response.authenticatorData.credentialPublicKey.-2",
    "credential.response.attestationObject.fmt",
    "credential.response.attestationObject.authData.flags.be",
    "credential.response.attestationObject.authData.rpIdHash",
    "credential.response.attestationObject.authData.credentialPublicKey.-3",
];

proptest! {
    #[test]
    fn two_flips_of_a_field_of_a_body_leave_every_byte_as_it_was(
        name in ".+", origin in ".+", count: u32, flags: u8,
        field in prop::sample::select(FLIPPED.to_vec()),
    ) {
        let before = finish(&name, &origin, count, flags);
        let once = http(before.as_bytes(), field, &Change::Flip).expect("the field is there");
        prop_assert_ne!(&once.whole, before.as_bytes(), "something changed");
        prop_assert_ne!(&once.before, &once.after);
        let twice = http(&once.whole, field, &Change::Flip).expect("the field is there");
        prop_assert_eq!(&twice.after, &once.before);
        prop_assert_eq!(String::from_utf8(twice.whole), Ok(before), "blanks and order too");
    }

    #[test]
    fn a_changed_field_of_a_body_leaves_the_others_as_they_were(
        origin in ".*", count: u32, flags: u8, value in ".*",
    ) {
        let before = finish("zoe", &origin, count, flags);
        let changed = http(before.as_bytes(), "zeta", &Change::Set { value: json!(value) }).expect("set");
        let tail = |text: &str| text.split_once("\"credential\":").expect("there").1.to_owned();
        let after = String::from_utf8(changed.whole).expect("text");
        prop_assert_eq!(tail(&after), tail(&before), "byte for byte");
        let count = "credential.response.authenticatorData.signCount";
        let set = http(before.as_bytes(), count, &Change::Set { value: json!(77) }).expect("set");
        let data = |bytes: &[u8]| {
            let body: Json = serde_json::from_slice(bytes).expect("JSON");
            let text = body["credential"]["response"]["authenticatorData"].as_str().expect("text").to_owned();
            Base64Url::parse(&text).expect("base64url").0
        };
        let (old, new) = (data(before.as_bytes()), data(&set.whole));
        prop_assert_eq!(&new[33..37], [0, 0, 0, 77]);
        prop_assert_eq!((&new[..33], &new[37..]), (&old[..33], &old[37..]));
    }

    #[test]
    fn two_flips_of_a_field_of_an_answer_leave_every_byte_as_it_was(
        signature in prop::collection::vec(any::<u8>(), 1..80),
        name in prop::option::of(".+"), count: u32, flags: u8,
        field in prop::sample::select(vec![
            "signature", "credential.id", "user.id", "userSelected", "authData",
            "authData.flags.uv", "authData.rpIdHash", "authData.flags",
        ]),
    ) {
        let mut response = get_assertion::Response::new(
            Descriptor { id: vec![4; 16], transports: Vec::new() },
            data(count, flags, false, true),
            signature,
        );
        response.user = Some(UserEntity { id: vec![1], name, display_name: None });
        response.user_selected = Some(true);
        let before = [&[0][..], &response.encode()].concat();
        let flip = |bytes: &[u8]| {
            ctap(&Command::GetNextAssertion, Direction::Response, bytes, field, &Change::Flip).expect("there").whole
        };
        let once = flip(&before);
        prop_assert_ne!(&once, &before);
        let changed = get_assertion::Response::decode(&once[1..]);
        prop_assert!(changed.is_ok(), "what comes is canonical: {changed:?}");
        prop_assert_eq!(flip(&once), before);
    }

    #[test]
    fn no_bytes_and_no_path_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        field in "([a-zA-Z]{0,3}|authData|flags|uv|-2|0|extensions)(\\.([a-z0-9]{0,2}|authData|flags|signCount)){0,4}",
        change in prop_oneof![
            Just(Change::Flip),
            Just(Change::Remove),
            ".*".prop_map(|value| Change::Set { value: json!(value) }),
        ],
    ) {
        let _ = http(&bytes, &field, &change);
        let _ = ctap(&Command::GetNextAssertion, Direction::Response, &bytes, &field, &change);
        let wrapped = json!({ "authenticatorData": text(bytes.clone()), "attestationObject": text(bytes.clone()), "clientDataJSON": text(bytes) });
        for inside in ["authenticatorData", "attestationObject", "clientDataJSON"] {
            let _ = http(wrapped.to_string().as_bytes(), &format!("{inside}.{field}"), &change);
        }
    }
}
