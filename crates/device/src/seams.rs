//! What the devices of a shelf need from the world.

use std::{fmt, sync::Arc, time::Duration};

use rand_core::TryCryptoRng;
use timeline::{Clock, Emit};

use crate::{DeviceId, Direct, Network, Presence};

/// A source of randomness.
pub type Rng = Box<dyn TryCryptoRng<Error = getrandom::Error> + Send>;

/// Makes a source of randomness for a device, or for the shelf that names new devices.
pub type Rngs = Arc<dyn Fn(Option<&DeviceId>) -> Rng + Send + Sync>;

/// Clock, randomness, timeline, network, and how long and by whom prompts are answered.
#[derive(Clone)]
pub struct Seams {
    /// The devices' clock.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub rng: Rngs,
    /// The timeline.
    pub emit: Arc<dyn Emit>,
    /// What lies between the devices and relying parties.
    pub network: Arc<dyn Network>,
    /// How long a prompt waits for its person.
    pub prompt_time: Duration,
    /// Who touches.
    pub presence: Presence,
}

impl Seams {
    /// The system's randomness, a network without faults, prompts that wait 30 seconds for whoever answers them.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, emit: Arc<dyn Emit>) -> Self {
        Self {
            clock,
            rng: Arc::new(|_| Box::new(getrandom::SysRng)),
            emit,
            network: Arc::new(Direct::default()),
            prompt_time: Duration::from_secs(30),
            presence: Presence::Ask,
        }
    }

    /// Sets where randomness comes from.
    #[must_use]
    pub fn rng(mut self, rng: impl Fn(Option<&DeviceId>) -> Rng + Send + Sync + 'static) -> Self {
        self.rng = Arc::new(rng);
        self
    }

    /// Sets what lies between the devices and relying parties.
    #[must_use]
    pub fn network(mut self, network: Arc<dyn Network>) -> Self {
        self.network = network;
        self
    }

    /// Sets how long a prompt waits.
    #[must_use]
    pub fn prompt_time(mut self, time: Duration) -> Self {
        self.prompt_time = time;
        self
    }

    /// Sets who touches.
    #[must_use]
    pub fn presence(mut self, presence: Presence) -> Self {
        self.presence = presence;
        self
    }
}

impl fmt::Debug for Seams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seams")
            .field("prompt_time", &self.prompt_time)
            .field("presence", &self.presence)
            .finish_non_exhaustive()
    }
}
