use p256::elliptic_curve::sec1::ToSec1Point as _;

use super::*;
use crate::cbor::Value;

fn point(curve: Curve) -> Vec<u8> {
    match curve {
        Curve::P256 => p256::SecretKey::from_slice(&[3; 32])
            .expect("a scalar")
            .public_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec(),
        Curve::P384 => p384::SecretKey::from_slice(&[3; 48])
            .expect("a scalar")
            .public_key()
            .to_sec1_point(false)
            .as_bytes()
            .to_vec(),
        Curve::P521 => {
            let mut scalar = [3; 66];
            scalar[0] = 0;
            p521::SecretKey::from_slice(&scalar)
                .expect("a scalar")
                .public_key()
                .to_sec1_point(false)
                .as_bytes()
                .to_vec()
        }
    }
}

fn ec(algorithm: Algorithm, curve: Curve) -> CoseKey {
    CoseKey::new(
        algorithm,
        Material::Point {
            curve,
            sec1: point(curve),
        },
    )
    .expect("a real point")
}

fn ed25519() -> CoseKey {
    let public = ed25519_dalek::SigningKey::from_bytes(&[5; 32])
        .verifying_key()
        .to_bytes();
    CoseKey::new(Algorithm::EdDsa, Material::Ed25519(public)).expect("a real key")
}

fn rsa(n: Vec<u8>, e: &[u8]) -> Result<CoseKey, Error> {
    CoseKey::new(Algorithm::Rs256, Material::Rsa { n, e: e.to_vec() })
}

/// The key's map with one label replaced, added or (with `None`) left out.
fn bent(key: &CoseKey, label: i64, value: Option<Value<'_>>) -> Result<CoseKey, crate::Error> {
    let bytes = key.encode();
    let Value::Map(mut pairs) = cbor::decode(&bytes, Level::Ctap).expect("own output").value else {
        panic!("a key is a map")
    };
    pairs.retain(|(name, _)| name.as_i64() != Some(label));
    pairs.extend(value.map(|value| (Value::from(label), value)));
    CoseKey::decode(&Value::Map(pairs).encode())
}

fn refusal(result: Result<CoseKey, crate::Error>) -> Error {
    match result.expect_err("must be refused") {
        crate::Error::Cose(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn reads_what_it_writes_for_every_kind_of_key() {
    let keys = [
        ec(Algorithm::Es256, Curve::P256),
        ec(Algorithm::Es384, Curve::P384),
        ec(Algorithm::Es512, Curve::P521),
        ed25519(),
        rsa(vec![0xff; 256], &[1, 0, 1]).expect("a plausible key"),
    ];
    for key in keys {
        let bytes = key.encode();
        assert_eq!(CoseKey::decode(&bytes), Ok(key.clone()));
        assert!(
            cbor::decode(&bytes, Level::Ctap).is_ok(),
            "keys are written in canonical order"
        );
        for cut in 0..bytes.len() {
            assert!(CoseKey::decode(&bytes[..cut]).is_err());
        }
    }
}

#[test]
fn refuses_points_off_their_curve() {
    for (algorithm, curve) in [
        (Algorithm::Es256, Curve::P256),
        (Algorithm::Es384, Curve::P384),
        (Algorithm::Es512, Curve::P521),
    ] {
        let mut sec1 = point(curve);
        *sec1.last_mut().expect("a point has bytes") ^= 1;
        let off = CoseKey::new(algorithm, Material::Point { curve, sec1 });
        assert_eq!(off, Err(Error::NotOnCurve), "{algorithm}");
        let zero = [[4].as_slice(), &vec![0; 2 * curve.coordinate_size()]].concat();
        let zero = CoseKey::new(algorithm, Material::Point { curve, sec1: zero });
        assert_eq!(zero, Err(Error::NotOnCurve), "{algorithm}");
        let identity = CoseKey::new(
            algorithm,
            Material::Point {
                curve,
                sec1: vec![0],
            },
        );
        assert_eq!(identity, Err(Error::CoordinateLength), "{algorithm}");
    }
    let coordinate_over_the_prime = Some(Value::bytes(vec![0xff; 32]));
    let key = ec(Algorithm::Es256, Curve::P256);
    assert_eq!(
        refusal(bent(&key, -2, coordinate_over_the_prime)),
        Error::NotOnCurve
    );
}

#[test]
fn refuses_ed25519_keys_that_are_no_points_or_weak() {
    let weak = [1].into_iter().chain([0; 31]).collect::<Vec<u8>>();
    assert_eq!(
        refusal(bent(&ed25519(), -2, Some(Value::from(weak)))),
        Error::NotOnCurve
    );
    let not_a_point = [2].into_iter().chain([0; 31]).collect::<Vec<u8>>();
    assert_eq!(
        refusal(bent(&ed25519(), -2, Some(Value::from(not_a_point)))),
        Error::NotOnCurve
    );
}

#[test]
fn refuses_compressed_points_in_both_forms() {
    let key = ec(Algorithm::Es256, Curve::P256);
    assert_eq!(
        refusal(bent(&key, -3, Some(true.into()))),
        Error::Compressed
    );
    let compressed = [[2].as_slice(), &[1; 32]].concat();
    assert_eq!(CoseKey::es256(&compressed), Err(Error::Compressed));
}

#[test]
fn refuses_kinds_and_curves_that_do_not_fit_the_algorithm() {
    let key = ec(Algorithm::Es256, Curve::P256);
    assert_eq!(
        refusal(bent(&key, -1, Some(2.into()))),
        Error::Mismatch(Algorithm::Es256)
    );
    assert_eq!(
        refusal(bent(&key, 1, Some(1.into()))),
        Error::Mismatch(Algorithm::Es256)
    );
    assert_eq!(
        refusal(bent(&key, 3, Some((-257).into()))),
        Error::Mismatch(Algorithm::Rs256)
    );
    assert_eq!(
        refusal(bent(&key, 3, Some((-35).into()))),
        Error::Mismatch(Algorithm::Es384)
    );
    let ed448_curve = bent(&ed25519(), -1, Some(7.into()));
    assert_eq!(refusal(ed448_curve), Error::Mismatch(Algorithm::EdDsa));
}

#[test]
fn refuses_unknown_algorithms_missing_parameters_and_private_parts() {
    let key = ec(Algorithm::Es256, Curve::P256);
    assert_eq!(
        refusal(bent(&key, 3, Some((-53).into()))),
        Error::UnsupportedAlgorithm(Some(-53))
    );
    assert_eq!(
        refusal(bent(&key, 3, None)),
        Error::UnsupportedAlgorithm(None)
    );
    for label in [1, -1, -2, -3] {
        assert!(
            matches!(refusal(bent(&key, label, None)), Error::Parameter(_)),
            "{label}"
        );
    }
    assert_eq!(
        refusal(bent(&key, -4, Some(Value::bytes(vec![1; 32])))),
        Error::PrivatePart
    );
    assert_eq!(
        refusal(bent(&key, -2, Some(Value::bytes(vec![1; 31])))),
        Error::CoordinateLength
    );
}

#[test]
fn refuses_rsa_keys_out_of_bounds() {
    let modulus = || vec![0xff; 256];
    assert!(rsa(vec![0x7f; 256], &[3]).is_err(), "2047 bits");
    assert!(rsa(vec![0xff; 1025], &[3]).is_err(), "8200 bits");
    assert!(
        rsa([vec![0], modulus()].concat(), &[3]).is_err(),
        "a leading zero"
    );
    assert!(
        rsa([vec![0xff; 255], vec![0xfe]].concat(), &[3]).is_err(),
        "an even modulus"
    );
    for exponent in [
        &[][..],
        &[1],
        &[2],
        &[0, 3],
        &[1, 0, 0],
        &[3, 0, 0, 0, 1],
        &[1; 6],
    ] {
        assert!(rsa(modulus(), exponent).is_err(), "{exponent:?}");
    }
    assert!(rsa(modulus(), &[1, 0, 0, 0, 1]).is_ok());
}

#[test]
fn writes_subject_public_key_info_that_others_read() {
    use p256::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
    let key = ec(Algorithm::Es256, Curve::P256);
    let read = p256::PublicKey::from_public_key_der(&key.to_spki()).expect("SPKI");
    assert_eq!(read.to_sec1_point(false).as_bytes(), point(Curve::P256));
    let p521 = ec(Algorithm::Es512, Curve::P521);
    let theirs = p521::PublicKey::from_sec1_bytes(&point(Curve::P521))
        .expect("a point")
        .to_public_key_der()
        .expect("DER");
    assert_eq!(p521.to_spki(), theirs.as_bytes());
    let rsa = rsa(vec![0xff; 256], &[1, 0, 1])
        .expect("a plausible key")
        .to_spki();
    assert_eq!(
        (rsa.len(), &rsa[..4]),
        (294, [0x30, 0x82, 0x01, 0x22].as_slice())
    );
    assert_eq!(
        ed25519().to_spki()[..12],
        [
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
        ]
    );
}

#[test]
fn knows_algorithms_by_number_and_back() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::from_number(algorithm.number()), Some(*algorithm));
    }
    assert_eq!(Algorithm::Es256.to_string(), "ES256 (-7)");
    assert_eq!(
        serde_json::to_value(Algorithm::EdDsa).expect("a number"),
        -8
    );
}
