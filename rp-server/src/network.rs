//! The network between pages and this relying party, as a seam: whoever composes it may lose,
//! delay, repeat and change what crosses.

use std::{future::Future, pin::Pin};

use timeline::Seq;

/// A message on its way; it takes as long as the network likes.
pub type Crossing<'a> = Pin<Box<dyn Future<Output = Fate> + Send + 'a>>;

/// What lies between pages and this relying party: every request and every answer crosses it.
pub trait Network: Send + Sync {
    /// A request arrives. The network may change its body, keep it waiting, repeat it or lose it;
    /// it is recorded as `rp.request` only afterwards, as it was delivered.
    fn arrives<'a>(&'a self, request: &'a mut Message) -> Crossing<'a>;

    /// The answer to `request` leaves, after the handler ran and all it did is stored. It is
    /// recorded as `rp.response` only afterwards, as the relying party gave it and with the time
    /// it did. [`Fate::Twice`] counts as [`Fate::Deliver`]: nobody waits for a second answer.
    fn leaves<'a>(&'a self, request: &'a Message, answer: &'a mut Message) -> Crossing<'a>;

    /// True for a network that never does anything; messages then pass without being copied.
    ///
    /// Asked again and again, and always answered alike. On any other network a connection carries
    /// one request only: browsers send a request anew, unasked, when it was lost on a connection
    /// that had carried another one before.
    fn is_direct(&self) -> bool {
        false
    }
}

/// A request or an answer. The network may change `body` and `deliberate`; changes to the rest
/// have no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The request's method, such as `POST`.
    pub method: String,
    /// The request's path without its query, such as `/api/authentication/finish`.
    pub path: String,
    /// The answer's status; none in a request.
    pub status: Option<u16>,
    /// The body, collected. Pages pass untouched: their answers have an empty one here.
    pub body: Vec<u8>,
    /// Whether the tester wants this; the message's event is then marked. A body that the network
    /// changed is marked in any case.
    pub deliberate: bool,
    /// The number of the message's `rp.request`, once it is recorded: in what
    /// [`Network::leaves`] sees of a request to the API, while somebody reads the timeline.
    pub event: Option<Seq>,
}

/// What the network does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It reaches the other side.
    Deliver,
    /// The connection is closed without a byte of an answer. A lost request never reaches the
    /// relying party; a lost answer leaves what the relying party did as it is.
    Lose,
    /// The request reaches the relying party twice; the first answer is sent.
    Twice,
}

/// A network that delivers everything at once, as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Direct;

impl Network for Direct {
    fn arrives<'a>(&'a self, _: &'a mut Message) -> Crossing<'a> {
        Box::pin(std::future::ready(Fate::Deliver))
    }

    fn leaves<'a>(&'a self, _: &'a Message, _: &'a mut Message) -> Crossing<'a> {
        Box::pin(std::future::ready(Fate::Deliver))
    }

    fn is_direct(&self) -> bool {
        true
    }
}
