//! Both sides of one enrolment, for the tests.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use timeline::Timestamp;

use crate::Error;
use crate::cache::VerifierKey;
use crate::enrolment::{Binding, Names};
use crate::exchange::Purpose;
use crate::exchange::device::Asking;
use crate::exchange::{device, server};
use crate::holding::Holding;
use crate::key::SigningKey;
use crate::payload::{Charset, Delivery, LockKind, Pad, Payload};
use crate::pin::{Iterations, Pin, Salt};
use crate::seen::Reading;
use crate::steps::Steps;
use crate::wire::{Body as _, ExchangeAnswer, ExchangeRequest};

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub const VALIDITY: Duration = Duration::from_secs(3_600);

pub fn pin(text: &str) -> Pin {
    Pin::new(text).expect("a PIN")
}

/// A device's clocks, `seconds` after [`NOW`] in the first boot.
pub fn at(seconds: u64) -> Reading {
    Reading {
        wall: NOW.plus(Duration::from_secs(seconds)),
        boot: [1; 16],
        since_boot: Duration::from_secs(1_000 + seconds),
    }
}

pub struct World {
    pub rng: ChaCha8Rng,
    pub ks: SigningKey,
    pub binding: Binding,
    pub holding: Holding,
    /// What the server sends next.
    pub payload: Payload,
    /// The last counter that the server saw.
    pub counter: u64,
}

impl World {
    pub fn new() -> Self {
        Self::of("acme.example", 7)
    }

    pub fn of(rp_id: &str, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let key = |rng: &mut ChaCha8Rng| SigningKey::generate(rng).expect("a key");
        let (kd, ks) = (key(&mut rng), key(&mut rng));
        let names = Names::new(rp_id, "account-1", "phone-1", "enrolment-1").expect("names");
        let binding = Binding::new(
            names,
            kd.verifying_key().clone(),
            ks.verifying_key().clone(),
            true,
        );
        let kv = VerifierKey::random(&mut rng).expect("Kv");
        let payload = payload(&pin("2580"), &mut rng);
        Self {
            holding: Holding::new(binding.clone(), kd, kv),
            rng,
            ks,
            binding,
            payload,
            counter: 0,
        }
    }

    /// One that has synchronised at [`NOW`].
    pub fn synced() -> Self {
        let mut world = Self::new();
        world.sync(&at(0)).expect("a first sync");
        world
    }

    pub fn ask(&mut self, purpose: Purpose) -> (Asking, ExchangeRequest) {
        self.holding
            .ask(purpose, &mut self.rng)
            .expect("an exchange")
    }

    pub fn delivery(&self, purpose: Purpose) -> Delivery {
        match purpose {
            Purpose::Sync => Delivery::Sync(Box::new(self.payload.clone())),
            _ => Delivery::Pad(self.payload.pad.clone()),
        }
    }

    /// The server's six steps and its answer.
    pub fn serve(&mut self, body: &[u8]) -> Result<(ExchangeAnswer, server::Session), Error> {
        self.serve_by(body, &mut Steps::exchange())
    }

    pub fn serve_by(
        &mut self,
        body: &[u8],
        steps: &mut Steps,
    ) -> Result<(ExchangeAnswer, server::Session), Error> {
        let request = server::Request::read(body, steps)?;
        let known = (request.enrolment_id() == "enrolment-1").then_some(&self.binding);
        let fresh = request
            .verify(known, steps)?
            .counter(self.counter, steps)
            .map_err(|(error, _)| error)?;
        self.counter = fresh.sync_counter();
        let delivery = self.delivery(fresh.purpose());
        fresh.answer(&self.ks, &delivery, &mut self.rng)
    }

    /// A whole exchange.
    pub fn exchange(&mut self, purpose: Purpose) -> (Delivery, device::Session, server::Session) {
        let (asking, request) = self.ask(purpose);
        let (answer, theirs) = self.serve(&request.to_json()).expect("an answer");
        let (delivery, ours) = asking.receive(&answer).expect("a delivery");
        (delivery, ours, theirs)
    }

    /// A whole sync, into the holding.
    pub fn sync(&mut self, now: &Reading) -> Result<server::Session, Error> {
        let (asking, request) = self.ask(Purpose::Sync);
        let (answer, theirs) = self.serve(&request.to_json())?;
        let (Delivery::Sync(payload), ours) = asking.receive(&answer)? else {
            panic!("a sync brings a payload");
        };
        self.holding = self.holding.accept(&payload, &ours, now)?;
        Ok(theirs)
    }
}

pub fn payload(pin: &Pin, rng: &mut ChaCha8Rng) -> Payload {
    let salt = Salt::random(rng).expect("a salt");
    let iterations = Iterations::new(1_000, true).expect("test iterations");
    Payload {
        pin_hash: pin.hash(&salt, iterations),
        salt,
        iterations,
        pin_version: 3,
        validity: VALIDITY,
        max_offline_attempts: 3,
        unlock_epoch: 1,
        lock_kind: LockKind::Indefinite,
        pad: Pad {
            policy_version: 5,
            issued_at: NOW,
            pin_expires_at: None,
            extra_uses_left: 0,
            min_length: 4,
            max_length: 8,
            charset: Charset::Digits,
        },
    }
}
