//! The network between a device and relying parties, as a seam: whoever composes it may delay and
//! lose what crosses, and take the device off it.

use std::{future::Future, pin::Pin};

use timeline::Seq;
use tokio::sync::watch;

use crate::DeviceId;

/// A message on its way; it takes as long as the network likes.
pub type Crossing<'a> = Pin<Box<dyn Future<Output = Fate> + Send + 'a>>;

/// What lies between devices and relying parties. It sees that a message crosses and never what is
/// in it.
pub trait Network: Send + Sync {
    /// A request is about to leave the device.
    fn sends<'a>(&'a self, passage: Passage<'a>) -> Crossing<'a>;

    /// The answer to that request is about to arrive; the relying party has done its work.
    fn receives<'a>(&'a self, passage: Passage<'a>) -> Crossing<'a>;

    /// Whether the device is on the network, and every change of that. While it is off, its streams
    /// are closed; when it comes back, the device synchronizes.
    fn online(&self, device: &DeviceId) -> watch::Receiver<bool>;
}

/// One request, or its answer.
#[derive(Debug, Clone, Copy)]
pub struct Passage<'a> {
    /// The device whose request it is.
    pub device: &'a DeviceId,
    /// Where to: the relying party's origin, such as `http://acme.localhost:7001`.
    pub origin: &'a str,
    /// The request's path, such as `/pin/exchange`.
    pub path: &'a str,
    /// The event that told of what the device is doing, where there is one.
    pub cause: Option<Seq>,
}

/// What the network does with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It reaches the other side.
    Deliver,
    /// It never does.
    Lose {
        /// Why, in words that end a sentence: "the phone is offline".
        why: String,
    },
}

/// A network that delivers everything at once.
#[derive(Debug)]
pub struct Direct(watch::Sender<bool>);

impl Default for Direct {
    fn default() -> Self {
        Self(watch::Sender::new(true))
    }
}

impl Network for Direct {
    fn sends<'a>(&'a self, _: Passage<'a>) -> Crossing<'a> {
        Box::pin(std::future::ready(Fate::Deliver))
    }

    fn receives<'a>(&'a self, _: Passage<'a>) -> Crossing<'a> {
        Box::pin(std::future::ready(Fate::Deliver))
    }

    fn online(&self, _: &DeviceId) -> watch::Receiver<bool> {
        self.0.subscribe()
    }
}
