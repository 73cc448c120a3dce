//! What lies between pages and the relying party.

use std::sync::Mutex;

use crate::{api::NetworkState, bench::lock};

/// The network, as the tester set it.
#[derive(Default)]
pub(crate) struct Network {
    state: Mutex<NetworkState>,
}

impl Network {
    pub(crate) fn state(&self) -> NetworkState {
        lock(&self.state).clone()
    }

    pub(crate) fn set(&self, state: NetworkState) {
        *lock(&self.state) = state;
    }
}
