use super::*;
use crate::Command;
use crate::pin_uv_auth::KeyAgreement;
use proptest::prelude::*;

fn key(seed: u8) -> PublicKey {
    KeyAgreement::from_scalar(&[seed; 32]).public()
}

fn full() -> Request {
    Request {
        pin_uv_auth_protocol: Some(2),
        subcommand: Subcommand::ChangePin,
        key_agreement: Some(key(1)),
        pin_uv_auth_param: Some(vec![0xC5; 32]),
        new_pin_enc: Some(vec![0xC5; 80]),
        pin_hash_enc: Some(vec![0xC5; 32]),
        permissions: Some(Permissions::MAKE_CREDENTIAL | Permissions::GET_ASSERTION),
        rp_id: Some("example.com".to_owned()),
    }
}

fn encoded(request: &Request) -> Vec<u8> {
    Command::ClientPin(Box::new(request.clone())).encode()
}

fn request(members: &[(i64, Value<'static>)]) -> Result<Command, Status> {
    let map = members.iter().cloned();
    let map = Value::Map(map.map(|(key, value)| (key.into(), value)).collect());
    Command::decode(&[vec![0x06], map.encode()].concat())
}

#[test]
fn a_request_with_every_member_survives_the_wire() {
    let bytes = encoded(&full());
    assert_eq!(
        Command::decode(&bytes),
        Ok(Command::ClientPin(Box::new(full())))
    );
    let map = webauthn::cbor::decode(&bytes[1..], webauthn::cbor::Level::Ctap).expect("CBOR");
    let numbers: Vec<u64> = map
        .value
        .as_map()
        .expect("a map")
        .iter()
        .filter_map(|(key, _)| key.as_u64())
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 9, 10]);
}

#[test]
fn every_member_has_its_name_at_its_number() {
    let command = Command::ClientPin(Box::new(full()));
    let named = |number: usize| command.request_members()[number - 1];
    assert_eq!((named(0x02), named(0x06)), ("subCommand", "pinHashEnc"));
    assert_eq!((named(0x07), named(0x08)), ("", ""));
    assert_eq!((named(0x09), named(0x0A)), ("permissions", "rpId"));
    assert_eq!(command.response_members()[0x05 - 1], "uvRetries");
}

#[test]
fn a_subcommand_that_nobody_knows_is_named_as_such() {
    for number in [0x00u64, 0x08, 0x0A, 0xFF] {
        assert_eq!(
            request(&[(2, number.into())]),
            Err(Status::InvalidSubcommand),
            "{number}"
        );
    }
    assert_eq!(request(&[(1, 2.into())]), Err(Status::MissingParameter));
    for subcommand in Subcommand::ALL {
        let asked = Request::new(*subcommand);
        assert_eq!(
            request(&[(2, subcommand.number().into())]),
            Ok(Command::ClientPin(Box::new(asked)))
        );
    }
}

#[test]
fn each_member_of_a_wrong_type_is_refused() {
    for key in [1, 3, 4, 5, 6, 9, 10] {
        for wrong in [Value::Null, Value::Negative(3)] {
            assert_eq!(
                request(&[(2, 5.into()), (key, wrong)]),
                Err(Status::CborUnexpectedType),
                "0x{key:02X}"
            );
        }
    }
}

#[test]
fn only_a_point_of_p_256_for_this_algorithm_is_a_key() {
    let good = || match Value::from(&key(7)) {
        Value::Map(members) => members,
        other => panic!("{other:?}"),
    };
    let outcome = |members: Vec<(Value<'static>, Value<'static>)>| {
        request(&[(2, 5.into()), (3, Value::Map(members))]).map(|_| ())
    };
    assert_eq!(outcome(good()), Ok(()));
    let mut off_the_curve = good();
    off_the_curve[4].1 = vec![1u8; 32].into();
    let mut zero = good();
    zero[3].1 = vec![0u8; 32].into();
    zero[4].1 = vec![0u8; 32].into();
    let mut short = good();
    short[3].1 = vec![1u8; 31].into();
    let mut for_signatures = good();
    for_signatures[1].1 = (-7).into();
    let mut other_curve = good();
    other_curve[2].1 = 2.into();
    let mut surplus = good();
    surplus.push((4.into(), vec![Value::from(1)].into()));
    for (members, why) in [
        (off_the_curve, "a point off the curve"),
        (zero, "the point (0, 0)"),
        (short, "a coordinate of 31 bytes"),
        (for_signatures, "an ES256 key"),
        (other_curve, "P-384"),
        (surplus, "key_ops beside what belongs there"),
    ] {
        assert_eq!(outcome(members), Err(Status::InvalidParameter), "{why}");
    }
    for missing in 0..5 {
        let mut members = good();
        members.remove(missing);
        assert_eq!(outcome(members), Err(Status::MissingParameter), "{missing}");
    }
}

#[test]
fn debug_shows_no_pin_material() {
    let response = Response {
        pin_uv_auth_token: Some(vec![0xC5; 32]),
        ..Response::default()
    };
    let told = format!("{:?} {response:?}", Command::ClientPin(Box::new(full())));
    assert!(
        !told.contains("197") && !told.to_lowercase().contains("c5"),
        "{told}"
    );
    assert!(
        told.contains("ChangePin") && told.contains("example.com"),
        "{told}"
    );
}

#[test]
fn a_success_without_members_is_an_empty_response() {
    assert_eq!(Response::decode(&[]), Ok(Response::default()));
    assert_eq!(Response::decode(&[0xA0]), Ok(Response::default()));
    assert_eq!(Response::default().encode(), Vec::<u8>::new());
}

#[test]
fn a_pin_is_padded_to_64_bytes_and_back() {
    let padded = pad(b"1234").expect("short enough");
    assert_eq!(padded[..6], *b"1234\0\0");
    assert_eq!(unpad(&*padded), Ok(b"1234".as_slice()));
    assert_eq!(
        unpad(&[0; 64]),
        Ok([].as_slice()),
        "the caller judges length"
    );
    assert_eq!(pad(&[b'x'; 63]).map(|padded| padded[62]), Some(b'x'));
    assert!(pad(&[b'x'; 64]).is_none() && pad(&[b'x'; 65]).is_none());
    assert_eq!(unpad(&[b'x'; 64]), Err(Status::PinPolicyViolation));
    assert_eq!(unpad(&padded[..48]), Err(Status::InvalidParameter));
    assert_eq!(unpad(&[]), Err(Status::InvalidParameter));
}

proptest! {
    #[test]
    fn any_response_survives_the_wire(
        key_seed in proptest::option::of(1u8..), pin_uv_auth_token: Option<[u8; 48]>,
        pin_retries: Option<u64>, power_cycle_state: Option<bool>, uv_retries: Option<u64>,
    ) {
        let response = Response {
            key_agreement: key_seed.filter(|seed| *seed < 0xFF).map(key),
            pin_uv_auth_token: pin_uv_auth_token.map(|bytes| bytes.to_vec()),
            pin_retries, power_cycle_state, uv_retries,
        };
        prop_assert_eq!(Response::decode(&response.encode()), Ok(response));
    }

    #[test]
    fn no_bytes_panic_the_decoders(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Response::decode(&bytes);
        let _ = Command::decode(&[&[0x06], bytes.as_slice()].concat());
        let _ = unpad(&bytes);
    }

    #[test]
    fn no_damaged_request_panics(at: prop::sample::Index, bit in 0u8..8, cut: prop::sample::Index) {
        let mut bytes = encoded(&full());
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let _ = Command::decode(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        let _ = Command::decode(&bytes);
    }
}
