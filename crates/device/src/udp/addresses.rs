//! Where the answers on a channel go.

use std::collections::HashMap;
use std::net::SocketAddr;

use ctap::hid::ChannelId;

/// How many channels are remembered; beyond that all are forgotten, which costs an idle client
/// nothing: its next packet names it again, and the command at work knows who asked for it.
const LIMIT: usize = 1_024;

/// The latest sender on each channel.
#[derive(Debug, Default)]
pub(super) struct Addresses(HashMap<ChannelId, SocketAddr>);

impl Addresses {
    /// Notes who spoke on a channel.
    pub(super) fn note(&mut self, channel: ChannelId, sender: SocketAddr) {
        if self.0.len() >= LIMIT && !self.0.contains_key(&channel) {
            self.0.clear();
        }
        self.0.insert(channel, sender);
    }

    pub(super) fn of(&self, channel: ChannelId) -> Option<SocketAddr> {
        self.0.get(&channel).copied()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
