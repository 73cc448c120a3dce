use proptest::prelude::*;

use super::*;

fn data<'a>(
    attested: Option<AttestedCredentialData<'a>>,
    extensions: Option<Value<'a>>,
) -> AuthenticatorData<'a> {
    AuthenticatorData {
        rp_id_hash: [7; 32],
        flags: Flags::UP.with(Flags::UV),
        sign_count: 0x0102_0304,
        attested,
        extensions,
        canonical_order: true,
    }
}

fn with_flags(mut read: AuthenticatorData<'_>) -> AuthenticatorData<'_> {
    read.flags = read.flags.without(Flags::AT).without(Flags::ED);
    read
}

#[test]
fn sets_at_and_ed_by_what_is_there() {
    assert_eq!(data(None, None).encode()[32], 0x05);
    let key = Value::map([(1, 2.into())]).encode();
    let attested = AttestedCredentialData {
        aaguid: Aaguid([1; 16]),
        credential_id: &[9; 5],
        public_key: &key,
    };
    let extensions = Value::map([("credProtect", 2.into())]);
    let bytes = data(Some(attested), Some(extensions)).encode();
    assert_eq!(bytes[32], 0xc5);
    assert_eq!(&bytes[33..37], [1, 2, 3, 4]);
}

#[test]
fn refuses_lengths_that_do_not_fit_the_flags() {
    let bytes = data(None, None).encode();
    for cut in 0..bytes.len() {
        assert!(
            AuthenticatorData::parse(&bytes[..cut]).is_err(),
            "cut at {cut}"
        );
    }
    let longer = [bytes.clone(), vec![0xa0]].concat();
    assert!(AuthenticatorData::parse(&longer).is_err());
    let mut announced = bytes;
    announced[32] |= Flags::AT.0;
    assert!(AuthenticatorData::parse(&announced).is_err());
}

#[test]
fn refuses_extension_data_that_is_no_map_of_names() {
    for extensions in [Value::from(1), Value::map([(1, Value::Null)])] {
        let bytes = data(None, Some(extensions)).encode();
        assert!(AuthenticatorData::parse(&bytes).is_err());
    }
}

#[test]
fn names_its_flags() {
    let names: Vec<&str> = Flags(0xff).names().collect();
    assert_eq!(names, ["UP", "RFU1", "UV", "BE", "BS", "RFU2", "AT", "ED"]);
    assert_eq!(Flags(0).names().count(), 0);
    assert!(!Flags::UP.has(Flags::UP.with(Flags::UV)));
}

proptest! {
    #[test]
    fn reads_what_it_writes(id in proptest::collection::vec(any::<u8>(), 0..1100), there in any::<(bool, bool)>()) {
        let key = Value::map([(1, 2.into()), (-1, Value::bytes(vec![1; 32]))]).encode();
        let attested = AttestedCredentialData { aaguid: Aaguid([1; 16]), credential_id: &id, public_key: &key };
        let extensions = Value::map([("hmac-secret", true.into())]);
        let written = data(there.0.then_some(attested), there.1.then_some(extensions));
        let bytes = written.encode();
        let read = AuthenticatorData::parse(&bytes).expect("own output");
        prop_assert_eq!(read.encode(), bytes.clone());
        prop_assert_eq!(with_flags(read), written);
    }

    #[test]
    fn never_panics(head in proptest::collection::vec(any::<u8>(), 33), tail in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = AuthenticatorData::parse(&[head, tail].concat());
    }
}
