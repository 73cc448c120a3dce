//! What a relying party takes from outside, so that whoever composes it can hold the strings.

use std::sync::Arc;

use timeline::{Clock, Emit};

use crate::{
    network::{Direct, Network},
    random::{Random, SystemRandom},
};

/// A relying party's ways to the outside.
#[derive(Clone)]
pub struct Seams {
    /// Where it says what it does.
    pub emit: Arc<dyn Emit>,
    /// What time it believes it is.
    pub clock: Arc<dyn Clock>,
    /// What lies between pages and it.
    pub network: Arc<dyn Network>,
    /// Where challenges, ids, user handles and tokens come from.
    pub random: Arc<dyn Random>,
}

impl Seams {
    /// With a network that delivers everything, and the operating system's randomness.
    pub fn new(emit: Arc<dyn Emit>, clock: Arc<dyn Clock>) -> Self {
        Self {
            emit,
            clock,
            network: Arc::new(Direct),
            random: Arc::new(SystemRandom),
        }
    }

    /// With this network instead.
    #[must_use]
    pub fn network(self, network: Arc<dyn Network>) -> Self {
        Self { network, ..self }
    }

    /// With this randomness instead.
    #[must_use]
    pub fn random(self, random: Arc<dyn Random>) -> Self {
        Self { random, ..self }
    }
}
