//! One datagram, one report.

use std::net::SocketAddr;

use ctap::hid::{REPORT_LENGTH, Report};
use tokio::net::UdpSocket;

use super::{Options, POWER_CYCLE};
use crate::Error;
use crate::hid_server::{Incoming, Transport};

/// A bound socket.
pub(super) struct Datagrams {
    pub(super) socket: UdpSocket,
    pub(super) options: Options,
}

impl Transport for Datagrams {
    type Peer = SocketAddr;

    async fn receive(&mut self) -> Result<Incoming<SocketAddr>, Error> {
        // One byte longer than anything that counts, so that what is longer is seen to be.
        let mut buffer = [0; REPORT_LENGTH + 2];
        loop {
            let (datagram, sender) = match self.socket.recv_from(&mut buffer).await {
                Ok((length, sender)) => (&buffer[..length], sender),
                // A client that closed its socket before our answer came: not our failure.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => continue,
                Err(source) => return Err(socket_error(&self.socket, source)),
            };
            if self.options.allow_power_cycle && datagram == POWER_CYCLE {
                return Ok(Incoming::PowerCycle);
            }
            if let Some(report) = report(datagram) {
                return Ok(Incoming::Report(*report, sender));
            }
        }
    }

    async fn send(&mut self, reports: &[Report], to: SocketAddr) -> Result<(), Error> {
        for report in reports {
            match self.socket.send_to(report, to).await {
                Ok(_) => {}
                // The client is gone; the device goes on.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    return Ok(());
                }
                Err(source) => return Err(socket_error(&self.socket, source)),
            }
        }
        Ok(())
    }
}

/// The report in a datagram: 64 bytes, or 65 with report id 0 before them. Others are none.
fn report(datagram: &[u8]) -> Option<&Report> {
    match datagram {
        [0, report @ ..] if report.len() == REPORT_LENGTH => report.try_into().ok(),
        report => report.try_into().ok(),
    }
}

pub(super) fn socket_error(socket: &UdpSocket, source: std::io::Error) -> Error {
    let address = socket
        .local_addr()
        .unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 0)));
    Error::Socket { address, source }
}
