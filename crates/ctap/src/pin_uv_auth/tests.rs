//! Both protocols against other people's numbers, and as properties.

use std::convert::Infallible;

use data_encoding::HEXLOWER_PERMISSIVE;
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::{SeedableRng as _, TryCryptoRng, TryRng};

use super::*;
use crate::Status;
use crate::client_pin::{pad, pin_hash};

fn hex(text: &str) -> Vec<u8> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).expect("hex")
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Counts from zero: the initialization vector of the vectors for protocol 2.
struct Counting;

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("only bytes are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("only bytes are drawn")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for (value, byte) in (0..).zip(bytes) {
            *byte = value;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}

// The keys and the numbers of protocol 1 are python-fido2's (test/test_ctap2.py, TestPinProtocolV1,
// at commit 656b8133251ae28cdd40dcaec7db95fbd012133e).
const SCALAR: &str = "7452E599FEE739D8A653F6A507343D12D382249108A651402520B72F24FE7684";
const OWN_X: &str = "44D78D7989B97E62EA993496C9EF6E8FD58B8B00715F9A89153DDD9C4657E47F";
const OWN_Y: &str = "EC802EE7D22BD4E100F12E48537EB4E7E96ED3A47A0A3BD5F5EEAB65001664F9";
const PEER_X: &str = "0501D5BC78DA9252560A26CB08FCC60CBE0B6D3B8E1D1FCEE514FAC0AF675168";
const PEER_Y: &str = "D551B3ED46F665731F95B4532939C25D91DB7EB844BD96D4ABD4083785F8DF47";

fn point(x: &str, y: &str) -> PublicKey {
    let coordinate = |text| hex(text).try_into().expect("32 bytes");
    PublicKey::from_coordinates(&coordinate(x), &coordinate(y)).expect("a point")
}

fn secret(protocol: Protocol) -> SharedSecret {
    KeyAgreement::from_scalar(&hex(SCALAR)).shared_secret(protocol, &point(PEER_X, PEER_Y))
}

#[test]
fn the_public_key_is_python_fido2s() {
    assert_eq!(
        KeyAgreement::from_scalar(&hex(SCALAR)).public(),
        point(OWN_X, OWN_Y)
    );
}

#[test]
fn protocol_1_gives_python_fido2s_numbers() {
    let secret = secret(Protocol::One);
    let hash_enc = secret.encrypt(&mut Counting, &*pin_hash(b"1234"));
    let hash_enc = hash_enc.expect("whole blocks");
    assert_eq!(hash_enc, hex("afe8327ce416da8ee3d057589c2ce1a9"));
    let token = Token::open(&secret, &hex("7A9F98E31B77BE90F9C64D12E9635040")).expect("a token");
    assert_eq!(
        *secret
            .decrypt(&token.seal(&secret, &mut Counting).expect("sealed"))
            .expect("whole"),
        hex("aff12c6dcfbf9df52f7a09211e8865cd")
    );
    let new_enc = |pin: &[u8]| {
        secret
            .encrypt(&mut Counting, &*pad(pin).expect("short"))
            .expect("whole")
    };
    let first = hex(
        "0222fc42c6dd76a274a7057858b9b29d98e8a722ec2dc6668476168c5320473c\
         ec9907b4cd76ce7943c96ba5683943211d84471e64d9c51e54763488cd66526a",
    );
    assert_eq!(new_enc(b"1234"), first, "setPIN");
    assert_eq!(
        secret.authenticate(&first),
        hex("7b40c084ccc5794194189ab57836475f")
    );
    let second = hex(
        "4280e14aac4fcbf02dd079985f0c0ffc9ea7d5f9c173fd1a4c843826f7590cb3\
         c2d080c6923e2fe6d7a52c31ea1309d3fcca3dedae8a2ef14b6330cafc79339e",
    );
    assert_eq!(new_enc(b"4321"), second, "changePIN");
    assert_eq!(
        secret.authenticate(&[second, hash_enc].concat()),
        hex("fb97e92f3724d7c85e001d7f93e6490a")
    );
}

/// Made with python-fido2 2.2.1 (`PinProtocolV2`, its random bytes replaced by 00 to 0f).
#[test]
fn protocol_2_gives_python_fido2s_numbers() {
    let secret = secret(Protocol::Two);
    let hash_enc = secret
        .encrypt(&mut Counting, &*pin_hash(b"1234"))
        .expect("whole");
    assert_eq!(
        hash_enc,
        hex("000102030405060708090a0b0c0d0e0f09870d15a35707bcc287efb5be976011")
    );
    let new_enc = secret
        .encrypt(&mut Counting, &*pad(b"4321").expect("short"))
        .expect("whole");
    assert_eq!(
        new_enc,
        hex("000102030405060708090a0b0c0d0e0f\
             7c89bcaa4f89c7f0d219def6e27efbbaed424824796d8b075c7c24cb38603e02\
             75c0b1fe7ca0c3ef9d2865d3d5c4d515a865b28e4fd364b47524a2f909827e7c")
    );
    assert_eq!(
        secret.authenticate(&new_enc),
        hex("2245ff3b8b05261d8c71fdf7c63f12cddc5f1e93f1da1e2427e63e2bd4e971c8")
    );
    assert_eq!(
        secret.authenticate(&[new_enc, hash_enc].concat()),
        hex("6ecf41d92c45b2e40c28f7c3dbb13e4748455b38aa0a40e79e7c1f2365124a99")
    );
    let sealed = hex("000102030405060708090a0b0c0d0e0f\
         cb0b6231c125b55416f2c79373b61ac1d590f9bfddf1078fe0e9a3271623d3bf");
    let token = Token::open(&secret, &sealed).expect("a token");
    assert_eq!(
        token.authenticate(Protocol::Two, &[7; 32]),
        hex("fa91d58e95d459f55cc96128ea1887987d18c9772feee3687d422852acb9d0d6")
    );
}

#[test]
fn only_protocol_1_knows_tokens_of_16_bytes() {
    for (protocol, length, taken) in [
        (Protocol::One, 16, true),
        (Protocol::One, 32, true),
        (Protocol::One, 48, false),
        (Protocol::One, 0, false),
        (Protocol::Two, 16, false),
        (Protocol::Two, 32, true),
        (Protocol::Two, 64, false),
    ] {
        let secret = secret(protocol);
        let sealed = secret
            .encrypt(&mut rng(1), &vec![7; length])
            .expect("whole blocks");
        assert_eq!(
            Token::open(&secret, &sealed).is_ok(),
            taken,
            "{length} bytes under {protocol:?}"
        );
    }
}

#[test]
fn broken_blocks_are_refused() {
    for protocol in [Protocol::One, Protocol::Two] {
        let secret = secret(protocol);
        let whole = secret.encrypt(&mut rng(2), &[1; 32]).expect("whole blocks");
        for length in [1, 15, 17, 31] {
            assert_eq!(
                secret.decrypt(&whole[..length]).map(|_| ()),
                Err(Status::InvalidLength),
                "{length} bytes under {protocol:?}"
            );
            assert_eq!(
                secret.encrypt(&mut rng(3), &whole[..length]),
                Err(Status::InvalidLength)
            );
        }
    }
    let nothing = secret(Protocol::Two).decrypt(&[]).map(|_| ());
    assert_eq!(
        nothing,
        Err(Status::InvalidLength),
        "no initialization vector"
    );
}

#[test]
fn debug_shows_no_secret() {
    let key = KeyAgreement::from_scalar(&hex(SCALAR));
    let token = Token::generate(&mut Counting).expect("never fails");
    assert_eq!(
        format!("{key:?} {:?} {token:?}", secret(Protocol::Two)),
        "KeyAgreement SharedSecret Token"
    );
}

fn any_protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![Just(Protocol::One), Just(Protocol::Two)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_sides_come_to_one_secret(protocol in any_protocol(), seed: u64, text: [u8; 48]) {
        let mut rng = rng(seed);
        let platform = KeyAgreement::generate(&mut rng).expect("never fails");
        let authenticator = KeyAgreement::generate(&mut rng).expect("never fails");
        let here = platform.shared_secret(protocol, &authenticator.public());
        let there = authenticator.shared_secret(protocol, &platform.public());
        let message = here.encrypt(&mut rng, &text).expect("whole blocks");
        let read = there.decrypt(&message).expect("whole blocks");
        prop_assert_eq!(read.as_slice(), text.as_slice());
        prop_assert!(there.verify(&message, &here.authenticate(&message)));
        let stranger = KeyAgreement::generate(&mut rng).expect("never fails");
        let stranger = stranger.shared_secret(protocol, &authenticator.public());
        prop_assert!(!stranger.verify(&message, &here.authenticate(&message)));
        let misread = stranger.decrypt(&message).expect("whole blocks");
        prop_assert_ne!(misread.as_slice(), text.as_slice());
    }

    #[test]
    fn any_tampered_bit_is_refused(
        protocol in any_protocol(), message in proptest::collection::vec(any::<u8>(), 1..100),
        at: prop::sample::Index, bit in 0u8..8, cut: prop::sample::Index,
    ) {
        let flipped = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            bytes
        };
        let secret = secret(protocol);
        let token = Token::generate(&mut rng(4)).expect("never fails");
        let code = secret.authenticate(&message);
        let param = token.authenticate(protocol, &message);
        prop_assert!(secret.verify(&message, &code) && token.verify(protocol, &message, &param));
        prop_assert!(!secret.verify(&flipped(&message), &code));
        prop_assert!(!secret.verify(&message, &flipped(&code)));
        prop_assert!(!secret.verify(&message, &code[..cut.index(code.len())]));
        prop_assert!(!token.verify(protocol, &flipped(&message), &param));
        prop_assert!(!token.verify(protocol, &message, &flipped(&param)));
        prop_assert!(!token.verify(protocol, &message, &param[..cut.index(param.len())]));
        let longer = [param.as_slice(), &[0]].concat();
        prop_assert!(!token.verify(protocol, &message, &longer));
    }

    #[test]
    fn a_code_of_one_protocol_is_none_of_the_other(message: [u8; 32]) {
        let token = Token::generate(&mut rng(5)).expect("never fails");
        let (one, two) = (Protocol::One, Protocol::Two);
        prop_assert!(!token.verify(two, &message, &token.authenticate(one, &message)));
        prop_assert!(!token.verify(one, &message, &token.authenticate(two, &message)));
    }

    #[test]
    fn protocol_2_never_sends_the_same_twice(text: [u8; 16], seed: u64) {
        let mut rng = rng(seed);
        let secret = secret(Protocol::Two);
        let first = secret.encrypt(&mut rng, &text).expect("whole blocks");
        prop_assert_ne!(first, secret.encrypt(&mut rng, &text).expect("whole blocks"));
    }
}
