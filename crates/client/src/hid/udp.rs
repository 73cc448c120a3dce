//! Reports in datagrams: one datagram is one report, each way.

use std::{
    io::ErrorKind,
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use ctap::hid::{ChannelId, Command, REPORT_LENGTH, Report, fragment};

use super::Reports;
use crate::ChannelError;

/// How long the other end may be silent before it is asked whether it is there. A socket learns that
/// nobody listens only by sending, and an INIT is always allowed.
const WONDER: Duration = Duration::from_millis(400);
/// What marks that INIT and its answer, which is for nobody.
const NONCE: &[u8; 8] = b"there???";

/// A socket that is connected to one key.
pub(crate) struct UdpReports {
    socket: UdpSocket,
    start: Instant,
    last_word: Instant,
}

impl UdpReports {
    /// A socket of its own for the key at `address`.
    pub fn open(address: SocketAddr) -> Result<Self, ChannelError> {
        let any: SocketAddr = if address.is_ipv4() {
            ([0; 4], 0).into()
        } else {
            ([0u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any).map_err(gone)?;
        socket.connect(address).map_err(gone)?;
        let now = Instant::now();
        Ok(Self {
            socket,
            start: now,
            last_word: now,
        })
    }

    /// Makes a dead end known: it refuses this datagram, which the next receive tells.
    fn wonder(&mut self) -> Result<(), ChannelError> {
        if self.last_word.elapsed() < WONDER {
            return Ok(());
        }
        self.last_word = Instant::now();
        for report in fragment(ChannelId::BROADCAST, Command::Init, NONCE)? {
            self.socket.send(&report).map_err(gone)?;
        }
        Ok(())
    }
}

impl Reports for UdpReports {
    fn send(&mut self, report: &Report) -> Result<(), ChannelError> {
        self.last_word = Instant::now();
        self.socket.send(report).map(|_| ()).map_err(gone)
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<Report>, ChannelError> {
        self.wonder()?;
        let until = Instant::now() + wait;
        let mut datagram = [0; REPORT_LENGTH + 1];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            wait_at_most(&self.socket, left).map_err(gone)?;
            match self.socket.recv(&mut datagram) {
                Ok(length) => {
                    let report = <&Report>::try_from(&datagram[..length]).ok();
                    if let Some(report) = report.filter(|report| !answers_wonder(report)) {
                        self.last_word = Instant::now();
                        return Ok(Some(*report));
                    }
                }
                Err(error) if is_silence(error.kind()) => return Ok(None),
                Err(error) => return Err(gone(error)),
            }
            if Instant::now() > until {
                return Ok(None);
            }
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Lets the next read of `socket` wait this long; not at all for zero, which as a time-out would mean
/// for ever.
pub(crate) fn wait_at_most(socket: &UdpSocket, wait: Duration) -> std::io::Result<()> {
    socket.set_nonblocking(wait.is_zero())?;
    socket.set_read_timeout(Some(wait).filter(|wait| !wait.is_zero()))
}

fn answers_wonder(report: &Report) -> bool {
    report[..4] == ChannelId::BROADCAST.0.to_be_bytes() && report[7..15] == *NONCE
}

/// Whether a read ended because nothing came.
pub(crate) fn is_silence(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

fn gone(error: std::io::Error) -> ChannelError {
    let why = match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {
            "nothing listens at its address".to_owned()
        }
        _ => error.to_string(),
    };
    ChannelError::Gone(why)
}
