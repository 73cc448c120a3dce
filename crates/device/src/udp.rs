//! The way in over UDP: CTAPHID in datagrams, as older emulators and their test kits speak it.
//!
//! One datagram is one raw 64-byte report (65 bytes with a leading zero are taken, too); answers go
//! to the sender. Loopback only.

mod transport;

use std::net::SocketAddr;

use tokio::net::UdpSocket;

use crate::hid_server::{self, Plug};
use crate::{Device, Error};
use transport::{Datagrams, socket_error};

/// The datagram that stands for pulling the plug and putting it back, as the emulators that first
/// spoke this form understand it.
pub const POWER_CYCLE: [u8; 64] = [
    0xac, 0x10, 0x52, 0xca, 0x95, 0xe5, 0x69, 0xde, 0x69, 0xe0, 0x2e, 0xbf, 0xf3, 0x33, 0x48, 0x5f,
    0x13, 0xf9, 0xb2, 0xda, 0x34, 0xc5, 0xa8, 0xa3, 0x40, 0x52, 0x66, 0x97, 0xa9, 0xab, 0x2e, 0x0b,
    0x39, 0x4d, 0x8d, 0x04, 0x97, 0x3c, 0x13, 0x40, 0x05, 0xbe, 0x1a, 0x01, 0x40, 0xbf, 0xf6, 0x04,
    0x5b, 0xb2, 0x6e, 0xb7, 0x7a, 0x73, 0xea, 0xa4, 0x78, 0x13, 0xf6, 0xb4, 0x9a, 0x72, 0x50, 0xdc,
];

/// How the way in behaves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Whether [`POWER_CYCLE`] is obeyed; otherwise it is one more report on a channel nobody has.
    pub allow_power_cycle: bool,
}

/// Opens the socket; port 0 picks a free one.
///
/// # Errors
/// [`Error::NotLoopback`], [`Error::PortInUse`], [`Error::Socket`].
pub async fn bind(address: SocketAddr) -> Result<UdpSocket, Error> {
    if !address.ip().is_loopback() {
        return Err(Error::NotLoopback(address));
    }
    UdpSocket::bind(address)
        .await
        .map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => Error::PortInUse(address),
            _ => Error::Socket { address, source },
        })
}

/// Plugs the device in, which starts with a power cycle, and answers CTAPHID on `socket` until the
/// socket fails. Dropping the future stops at once, unplugs the device and cancels the command under
/// way.
///
/// # Errors
/// [`Error::Socket`], [`Error::Randomness`].
pub async fn serve(device: Device, socket: UdpSocket, options: Options) -> Result<(), Error> {
    let address = socket
        .local_addr()
        .map_err(|source| socket_error(&socket, source))?;
    device.power_cycle().await;
    let plug = Plug::new(device, "udp", &address.to_string());
    hid_server::serve(plug.device().clone(), Datagrams { socket, options }).await
}
