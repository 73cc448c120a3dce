//! Everything that is drawn by lot: from the system, or the same each time from a seed. Every
//! consumer has a stream of its own, so that the order in which they draw does not matter.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use device::DeviceId;
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{Rng as _, SeedableRng as _, TryCryptoRng, TryRng},
};
use rp_server::{Random, SystemRandom};

use crate::bench::lock;

/// Where sources of randomness come from.
pub(crate) struct Lots {
    seed: Option<u64>,
    /// How many sources each consumer took.
    taken: Mutex<HashMap<String, u64>>,
}

impl Lots {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            seed,
            taken: Mutex::default(),
        }
    }

    /// The next seeded source for `consumer`; none without a seed.
    fn seeded(&self, consumer: &str) -> Option<ChaCha20Rng> {
        let seed = self.seed?;
        let mut taken = lock(&self.taken);
        let count = taken.entry(consumer.to_owned()).or_default();
        *count += 1;
        let name = [
            &seed.to_le_bytes()[..],
            &count.to_le_bytes(),
            consumer.as_bytes(),
        ]
        .concat();
        Some(ChaCha20Rng::from_seed(webauthn::sha256(&name)))
    }

    /// A source for a device, or for the shelf that names new devices.
    pub(crate) fn device(&self, device: Option<&DeviceId>) -> device::Rng {
        let consumer = device.map_or("shelf".to_owned(), |id| format!("device {id}"));
        match self.seeded(&consumer) {
            Some(seeded) => Box::new(Seeded(seeded)),
            None => Box::new(getrandom::SysRng),
        }
    }

    /// A relying party's source, for as long as the bench lives; without a name the first one's.
    pub(crate) fn relying_party(&self, rp_id: Option<&str>) -> Arc<dyn Random> {
        let consumer = rp_id.map_or("relyingParty".to_owned(), |id| format!("relyingParty {id}"));
        match self.seeded(&consumer) {
            Some(seeded) => Arc::new(SeededRandom(Mutex::new(seeded))),
            None => Arc::new(SystemRandom),
        }
    }

    /// What decides which messages a bad network loses; no secret hangs on it.
    pub(crate) fn dice(&self, whose: &str) -> ChaCha20Rng {
        self.seeded(whose).unwrap_or_else(|| {
            let mut seed = [0; 32];
            // Dice that fall the same way each time are better than none.
            let _ = getrandom::fill(&mut seed);
            ChaCha20Rng::from_seed(seed)
        })
    }
}

/// A seeded source as devices take it.
struct Seeded(ChaCha20Rng);

impl TryRng for Seeded {
    type Error = getrandom::Error;

    fn try_next_u32(&mut self) -> Result<u32, getrandom::Error> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, getrandom::Error> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Seeded {}

/// A seeded source as the relying party takes it.
struct SeededRandom(Mutex<ChaCha20Rng>);

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), rp_server::Error> {
        lock(&self.0).fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(mut rng: ChaCha20Rng) -> u64 {
        rng.next_u64()
    }

    #[test]
    fn a_seed_gives_each_consumer_the_same_stream_in_whatever_order_they_come() {
        let (one, other) = (Lots::new(Some(7)), Lots::new(Some(7)));
        let a = one.seeded("a").map(drawn);
        let b = one.seeded("b").map(drawn);
        assert_eq!(other.seeded("b").map(drawn), b);
        assert_eq!(other.seeded("a").map(drawn), a);
        assert_ne!(a, b, "two consumers share no stream");
        assert_ne!(
            one.seeded("a").map(drawn),
            a,
            "nobody is given the same stream twice"
        );
        assert_ne!(Lots::new(Some(8)).seeded("a").map(drawn), a);
        assert!(Lots::new(None).seeded("a").is_none());
    }
}
