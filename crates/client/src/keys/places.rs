//! Keys over UDP: who answers CTAPHID_INIT at an address.

use std::{
    collections::HashMap,
    io::{self, ErrorKind},
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use ctap::hid::{ChannelId, Command, InitResponse, Packet, REPORT_LENGTH, Report, fragment};

use crate::hid::udp::{is_silence, wait_at_most};

/// How long one look waits for answers.
const WAIT: Duration = Duration::from_millis(200);
/// How many looks in a row a key may leave unanswered: it may be at work.
const MOST_UNANSWERED: u32 = 6;

/// The addresses that are looked at.
#[derive(Default)]
pub(super) struct Places(HashMap<SocketAddr, Place>);

struct Place {
    socket: UdpSocket,
    /// Asked again on the channel it gave, a key need not find a new one each time.
    channel: ChannelId,
    is_there: bool,
    unanswered: u32,
}

impl Places {
    /// Those of `addresses` where a key answers, in their order.
    pub fn look(&mut self, addresses: &[SocketAddr]) -> Vec<SocketAddr> {
        self.0.retain(|known, _| addresses.contains(known));
        for address in addresses {
            if !self.0.contains_key(address)
                && let Ok(place) = Place::at(*address)
            {
                self.0.insert(*address, place);
            }
        }
        for place in self.0.values_mut() {
            place.ask();
        }
        let until = Instant::now() + WAIT;
        for place in self.0.values_mut() {
            place.listen(until);
        }
        let is_there = |address: &SocketAddr| self.0.get(address).is_some_and(|at| at.is_there);
        addresses.iter().copied().filter(is_there).collect()
    }
}

impl Place {
    fn at(address: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = if address.is_ipv4() {
            ([0; 4], 0).into()
        } else {
            ([0u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(address)?;
        Ok(Self {
            socket,
            channel: ChannelId::BROADCAST,
            is_there: false,
            unanswered: 0,
        })
    }

    fn ask(&mut self) {
        let nonce = b"anybody?";
        for report in fragment(self.channel, Command::Init, nonce).unwrap_or_default() {
            // A refusal of the datagram before is told here or by the next read; both count.
            if self.socket.send(&report).is_err() {
                self.lose();
            }
        }
    }

    /// Takes what comes until `until`; the first answer is enough.
    fn listen(&mut self, until: Instant) {
        let mut datagram = [0; REPORT_LENGTH + 1];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if wait_at_most(&self.socket, left).is_err() {
                return self.lose();
            }
            match self.socket.recv(&mut datagram) {
                Ok(length) => {
                    if let Ok(report) = <&Report>::try_from(&datagram[..length]) {
                        return self.hear(report);
                    }
                }
                Err(error) if is_silence(error.kind()) => {
                    self.unanswered = self.unanswered.saturating_add(1);
                    if self.unanswered > MOST_UNANSWERED {
                        self.lose();
                    }
                    return;
                }
                // Nobody listens there.
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => return self.lose(),
                Err(_) => return self.lose(),
            }
            if left.is_zero() {
                return;
            }
        }
    }

    fn hear(&mut self, report: &Report) {
        self.unanswered = 0;
        self.is_there = true;
        match Packet::read(report) {
            Packet::Initialization {
                command: Command::Init,
                data,
                ..
            } => {
                if let Ok(answer) = InitResponse::decode(data) {
                    self.channel = answer.channel;
                }
            }
            // An error: it has forgotten the channel, or is busy. It is there.
            _ => self.channel = ChannelId::BROADCAST,
        }
    }

    fn lose(&mut self) {
        self.is_there = false;
        self.channel = ChannelId::BROADCAST;
    }
}
