//! PIN synchronization: the check of a PIN, and a whole exchange, over what they are made of.

use std::hint::black_box;
use std::time::Duration;

use ::pin_sync::enrolment::{Binding, Names};
use ::pin_sync::exchange::{Purpose, device, server};
use ::pin_sync::key::SigningKey;
use ::pin_sync::payload::{Charset, Delivery, LockKind, Pad, Payload};
use ::pin_sync::pin::{Iterations, Pin, Salt};
use ::pin_sync::steps::Steps;
use ::pin_sync::wire::{Body as _, ExchangeAnswer};
use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use p256::ecdh::EphemeralSecret;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::elliptic_curve::Generate as _;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use sha2::Sha256;
use timeline::Timestamp;

use crate::Error;
use crate::contest::{self, Contender};
use crate::figure::Figure;

const CHECKS: usize = 9;
const ROUNDS: usize = 41;
const TURNS: usize = 48;
/// Each iteration of PBKDF2 is two compressions: HMAC's inner and outer block.
const COMPRESSIONS: usize = 2 * 600_000;

/// All figures of this file.
pub fn figures() -> Result<Vec<Figure>, Error> {
    Ok(vec![check()?, exchange()?])
}

/// One PIN against a cache's salt, over as many compressions of SHA-256, each fed the one before.
fn check() -> Result<Figure, Error> {
    let pin = Pin::new("258036")?;
    let salt = Salt([7; 16]);
    let contenders = &mut [
        Contender::new("touchstone", |_| {
            black_box(pin.hash(&salt, Iterations::DEFAULT));
            Ok(())
        }),
        Contender::new("sha2", |_| {
            black_box(compressions(COMPRESSIONS));
            Ok(())
        }),
    ];
    let [ours, floor] = contest::run(contenders, CHECKS, 1)?;
    let against = "1,200,000 serial compressions of SHA-256, by the same library";
    Ok(Figure::new("pbkdf2_check", 1.25, &ours, &floor, against))
}

fn compressions(count: usize) -> [u32; 8] {
    let mut state = [0x6a09_e667; 8];
    let mut block = [0; 64];
    for _ in 0..count {
        sha2::block_api::compress256(&mut state, std::slice::from_ref(&block));
        for (bytes, word) in block.chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }
    state
}

/// A whole sync, both sides and their JSON, over its primitives alone.
fn exchange() -> Result<Figure, Error> {
    let sides = Sides::new()?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut other = rng.clone();
    let primitives = Primitives::new(&mut other)?;
    let contenders = &mut [
        Contender::new("touchstone", |turn| sides.sync(turn as u64 + 1, &mut rng)),
        Contender::new("primitives", |_| primitives.run(&mut other)),
    ];
    let [ours, floor] = contest::run(contenders, ROUNDS, TURNS)?;
    let against = "its primitives alone, in the same libraries";
    Ok(Figure::new(
        "pin_sync_exchange",
        1.3,
        &ours,
        &floor,
        against,
    ))
}

struct Sides {
    kd: SigningKey,
    ks: SigningKey,
    binding: Binding,
    delivery: Delivery,
}

impl Sides {
    fn new() -> Result<Self, Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let (kd, ks) = (
            SigningKey::generate(&mut rng)?,
            SigningKey::generate(&mut rng)?,
        );
        let names = Names::new("acme.example", "account", "phone", "enrolment")?;
        let keys = (kd.verifying_key().clone(), ks.verifying_key().clone());
        let binding = Binding::new(names, keys.0, keys.1, false);
        let salt = Salt([7; 16]);
        let payload = Payload {
            pin_hash: Pin::new("258036")?.hash(&salt, Iterations::DEFAULT),
            salt,
            iterations: Iterations::DEFAULT,
            pin_version: 1,
            validity: Duration::from_secs(3_600),
            max_offline_attempts: 5,
            unlock_epoch: 1,
            lock_kind: LockKind::Indefinite,
            pad: Pad {
                policy_version: 1,
                issued_at: Timestamp(1_800_000_000_000),
                pin_expires_at: None,
                extra_uses_left: 0,
                min_length: 4,
                max_length: 12,
                charset: Charset::Digits,
            },
        };
        Ok(Self {
            kd,
            ks,
            binding,
            delivery: Delivery::Sync(Box::new(payload)),
        })
    }

    fn sync(&self, counter: u64, rng: &mut ChaCha8Rng) -> Result<(), Error> {
        let (asking, request) = device::ask(&self.binding, &self.kd, counter, Purpose::Sync, rng)?;
        let mut steps = Steps::exchange();
        let fresh = server::Request::read(&request.to_json(), &mut steps)?
            .verify(Some(&self.binding), &mut steps)?
            .counter(counter - 1, &mut steps)
            .map_err(|(error, _)| error)?;
        let (answer, theirs) = fresh.answer(&self.ks, &self.delivery, rng)?;
        let answer = ExchangeAnswer::read(&answer.to_json())?;
        let (_, ours) = asking.receive(&answer)?;
        let mut steps = Steps::acknowledgement();
        let ack = steps.read(&ours.ack(1, 1, 0).to_json())?;
        theirs.acknowledged(&ack, &mut steps)?;
        Ok(())
    }
}

/// What nobody can leave out: two ephemeral keys, two agreements, two derivations of four keys, two
/// signatures made and checked, one payload sealed and opened, one code made and checked.
struct Primitives {
    kd: p256::ecdsa::SigningKey,
    ks: p256::ecdsa::SigningKey,
    message: [u8; 360],
    payload: [u8; 128],
}

impl Primitives {
    fn new(rng: &mut ChaCha8Rng) -> Result<Self, Error> {
        let mut message = [0; 360];
        rng.fill_bytes(&mut message);
        Ok(Self {
            kd: p256::ecdsa::SigningKey::generate_from_rng(rng),
            ks: p256::ecdsa::SigningKey::generate_from_rng(rng),
            message,
            payload: [7; 128],
        })
    }

    fn run(&self, rng: &mut ChaCha8Rng) -> Result<(), Error> {
        let (ed, es) = (
            EphemeralSecret::generate_from_rng(rng),
            EphemeralSecret::generate_from_rng(rng),
        );
        let (ed_point, es_point) = (ed.public_key(), es.public_key());
        for key in [&self.kd, &self.ks] {
            let signature: p256::ecdsa::Signature = key.sign(&self.message);
            key.verifying_key().verify(&self.message, &signature)?;
        }
        let mut text = self.payload.to_vec();
        let nonce = Nonce::from([7; 12]);
        let theirs = derive(&es, &ed_point);
        let refused = |_| Error::Refused("AES-GCM");
        cipher(&theirs)
            .encrypt_in_place(&nonce, &[7; 32], &mut text)
            .map_err(refused)?;
        let ours = derive(&ed, &es_point);
        cipher(&ours)
            .decrypt_in_place(&nonce, &[7; 32], &mut text)
            .map_err(refused)?;
        let code = code(&ours[2]).finalize().into_bytes();
        code_of(&theirs[2], &code)
    }
}

fn derive(own: &EphemeralSecret, other: &p256::PublicKey) -> [[u8; 32]; 4] {
    let hkdf: Hkdf<Sha256> = own.diffie_hellman(other).extract(Some(&[7; 64]));
    [7, 8, 9, 10].map(|label: u8| {
        let mut key = [0; 32];
        // One block: HKDF refuses only beyond 255 of them.
        let _ = hkdf.expand(&[label; 62], &mut key);
        key
    })
}

fn cipher(keys: &[[u8; 32]; 4]) -> Aes256Gcm {
    Aes256Gcm::new((&keys[0]).into())
}

fn code(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    Hmac::<Sha256>::new((&block).into()).chain_update([7; 20])
}

fn code_of(key: &[u8; 32], expected: &[u8]) -> Result<(), Error> {
    code(key)
        .verify_slice(expected)
        .map_err(|_| Error::Refused("HMAC"))
}
