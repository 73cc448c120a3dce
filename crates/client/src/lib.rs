//! The browser's role: create() and get()

mod channel;

pub use channel::{Channel, ChannelError, KeepaliveStatus, Transact};
