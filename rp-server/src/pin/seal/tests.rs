use std::path::Path;

use proptest::prelude::*;

use super::*;

fn account(byte: u8) -> UserHandle {
    UserHandle::new([byte; 32])
}

fn opened(folder: &Path, kept: Option<&str>) -> Result<SealKey, Error> {
    SealKey::open(Some(folder), kept)
}

#[test]
fn what_is_sealed_opens_as_what_it_is_and_for_whom_alone() {
    let key = SealKey::open(None, None).expect("a key");
    let (ada, bob) = (account(1), account(2));
    let abouts = [
        About::Pin(&ada, 1),
        About::Pin(&ada, 2),
        About::Pin(&bob, 1),
        About::History(&ada, 1),
        About::ServerKey(&ada, "one"),
        About::ServerKey(&ada, "two"),
        About::ServerKey(&bob, "one"),
        About::ResponseKey(&ada, "one"),
    ];
    for (made, about) in abouts.iter().enumerate() {
        let sealed = key.seal(*about, b"secret", &SystemRandom).expect("sealed");
        for (read, other) in abouts.iter().enumerate() {
            let opened = key.unseal(*other, &sealed);
            match made == read {
                true => assert_eq!(opened.expect("its own").as_slice(), b"secret"),
                false => assert_eq!(
                    opened.err(),
                    Some(Error::Unsealable),
                    "{about:?} as {other:?}"
                ),
            }
        }
    }
}

#[test]
fn the_same_secret_is_never_sealed_alike_twice() {
    let key = SealKey::open(None, None).expect("a key");
    let ada = account(1);
    let seal = || {
        key.seal(About::Pin(&ada, 1), b"secret", &SystemRandom)
            .expect("sealed")
    };
    assert_ne!(seal(), seal());
}

#[test]
fn the_key_outlives_a_restart_and_only_its_owner_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let ada = account(1);
    let key = opened(folder.path(), None).expect("a new key");
    let sealed = key
        .seal(About::Pin(&ada, 1), b"secret", &SystemRandom)
        .expect("sealed");
    let mark = key.mark().to_owned();
    let again = opened(folder.path(), Some(&mark)).expect("the same key");
    assert_eq!(
        again
            .unseal(About::Pin(&ada, 1), &sealed)
            .expect("opens")
            .as_slice(),
        b"secret"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let file = fs::metadata(folder.path().join(FILE)).expect("a file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let again = opened(folder.path(), None).expect("made, but not yet marked");
    assert_eq!(again.mark(), mark, "a death between the two loses nothing");
}

#[test]
fn a_key_that_is_missing_damaged_or_anothers_is_refused_and_not_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FILE);
    let mark = opened(folder.path(), None)
        .expect("a key")
        .mark()
        .to_owned();
    let whole = fs::read(&path).expect("the key");
    fs::write(&path, &whole[..31]).expect("written");
    for kept in [None, Some(mark.as_str())] {
        assert_eq!(
            opened(folder.path(), kept).expect_err("damaged").code(),
            "sealKey"
        );
    }
    fs::write(&path, [7; 32]).expect("written");
    let error = opened(folder.path(), Some(&mark)).expect_err("another");
    assert!(
        error.to_string().contains("another installation's"),
        "{error}"
    );
    fs::remove_file(&path).expect("removed");
    let error = opened(folder.path(), Some(&mark)).expect_err("missing");
    assert!(error.to_string().contains("missing"), "{error}");
    assert!(!path.exists(), "no other key was made in its place");
    fs::write(&path, &whole).expect("put back");
    opened(folder.path(), Some(&mark)).expect("it works again");
}

#[test]
fn neither_key_nor_mark_shows_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = opened(folder.path(), None).expect("a key");
    let bytes = fs::read(folder.path().join(FILE)).expect("the key");
    assert!(!key.mark().contains(&BASE64URL_NOPAD.encode(&bytes)));
    assert_eq!(format!("{key:?}"), "SealKey");
}

proptest! {
    #[test]
    fn a_changed_bit_opens_nothing(at in 0usize..64, bit in 0u8..8) {
        let key = SealKey::open(None, None).expect("a key");
        let ada = account(1);
        let mut sealed = key.seal(About::Pin(&ada, 1), b"thirty-two bytes of some secret.", &SystemRandom).expect("sealed");
        let at = at % sealed.len();
        sealed[at] ^= 1 << bit;
        prop_assert!(key.unseal(About::Pin(&ada, 1), &sealed).is_err());
    }

    #[test]
    fn bytes_of_any_length_are_judged_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let key = SealKey::open(None, None).expect("a key");
        prop_assert!(key.unseal(About::Pin(&account(1), 1), &bytes).is_err());
    }
}
