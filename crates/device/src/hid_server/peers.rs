//! Where the answers on a channel go.

use std::collections::HashMap;

use ctap::hid::ChannelId;

/// How many channels are remembered; beyond that all are forgotten, which costs an idle client
/// nothing: its next packet names it again, and the command at work knows who asked for it.
const LIMIT: usize = 1_024;

/// The latest sender on each channel.
#[derive(Debug)]
pub(super) struct Peers<P>(HashMap<ChannelId, P>);

impl<P> Default for Peers<P> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<P: Copy> Peers<P> {
    /// Notes who spoke on a channel.
    pub(super) fn note(&mut self, channel: ChannelId, sender: P) {
        if self.0.len() >= LIMIT && !self.0.contains_key(&channel) {
            self.0.clear();
        }
        self.0.insert(channel, sender);
    }

    pub(super) fn of(&self, channel: ChannelId) -> Option<P> {
        self.0.get(&channel).copied()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
