//! Packets, and how messages are cut into them and put together again.

use super::{ChannelId, Command, ErrorCode, MAX_PAYLOAD, Message, REPORT_LENGTH, Report};

const FIRST_PAYLOAD: usize = REPORT_LENGTH - 7;
const NEXT_PAYLOAD: usize = REPORT_LENGTH - 5;
const INITIALIZATION: u8 = 0x80;

/// One report, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Opens a message (§11.2.4).
    Initialization {
        /// The channel.
        channel: ChannelId,
        /// The command.
        command: Command,
        /// BCNT: the whole message's length, as claimed.
        length: usize,
        /// The bytes in this packet, padding included.
        data: &'a [u8],
    },
    /// Carries further bytes.
    Continuation {
        /// The channel.
        channel: ChannelId,
        /// 0 to 127, counted from 0 in each message.
        sequence: u8,
        /// The bytes in this packet, padding included.
        data: &'a [u8],
    },
}

impl<'a> Packet<'a> {
    /// Reads a report; any 64 bytes are a packet.
    pub fn read(report: &'a Report) -> Self {
        let channel = ChannelId(u32::from_be_bytes([
            report[0], report[1], report[2], report[3],
        ]));
        if report[4] & INITIALIZATION != 0 {
            Packet::Initialization {
                channel,
                command: Command::from(report[4]),
                length: usize::from(u16::from_be_bytes([report[5], report[6]])),
                data: &report[7..],
            }
        } else {
            Packet::Continuation {
                channel,
                sequence: report[4],
                data: &report[5..],
            }
        }
    }

    /// The channel the packet travels on.
    pub const fn channel(&self) -> ChannelId {
        match self {
            Packet::Initialization { channel, .. } | Packet::Continuation { channel, .. } => {
                *channel
            }
        }
    }
}

/// Cuts a message into reports, padded with zeros.
///
/// Fails with [`ErrorCode::InvalidLen`] when the payload is over [`MAX_PAYLOAD`].
pub fn fragment(
    channel: ChannelId,
    command: Command,
    payload: &[u8],
) -> Result<Vec<Report>, ErrorCode> {
    if payload.len() > MAX_PAYLOAD {
        return Err(ErrorCode::InvalidLen);
    }
    let (first, rest) = payload.split_at(payload.len().min(FIRST_PAYLOAD));
    let mut report = [0; REPORT_LENGTH];
    report[..4].copy_from_slice(&channel.0.to_be_bytes());
    report[4] = INITIALIZATION | command.code();
    report[5..7].copy_from_slice(&(payload.len() as u16).to_be_bytes());
    report[7..7 + first.len()].copy_from_slice(first);
    let mut reports = vec![report];
    for (sequence, chunk) in (0u8..).zip(rest.chunks(NEXT_PAYLOAD)) {
        let mut report = [0; REPORT_LENGTH];
        report[..4].copy_from_slice(&channel.0.to_be_bytes());
        report[4] = sequence;
        report[5..5 + chunk.len()].copy_from_slice(chunk);
        reports.push(report);
    }
    Ok(reports)
}

#[derive(Debug)]
struct Partial {
    message: Message,
    length: usize,
    next_sequence: u8,
}

impl Partial {
    fn append(&mut self, data: &[u8]) {
        let missing = self.length - self.message.payload.len();
        self.message
            .payload
            .extend_from_slice(&data[..missing.min(data.len())]);
    }

    fn is_complete(&self) -> bool {
        self.message.payload.len() == self.length
    }
}

/// Puts one message at a time together.
#[derive(Debug, Default)]
pub struct Assembler {
    partial: Option<Partial>,
}

impl Assembler {
    /// The channel whose message is incomplete.
    pub fn channel(&self) -> Option<ChannelId> {
        self.partial.as_ref().map(|partial| partial.message.channel)
    }

    /// Forgets an incomplete message.
    pub fn abort(&mut self) {
        self.partial = None;
    }

    /// Takes one packet and gives the message when it is complete.
    ///
    /// A continuation that belongs to no message is ignored. Errors (§11.2.5):
    /// [`ErrorCode::ChannelBusy`] for another channel's new message (ours goes on);
    /// [`ErrorCode::InvalidSeq`] for a wrong sequence number, or a new message before the old one
    /// ended (the old one is dropped); [`ErrorCode::InvalidLen`] for a length over [`MAX_PAYLOAD`].
    pub fn push(&mut self, packet: Packet<'_>) -> Result<Option<Message>, ErrorCode> {
        match packet {
            Packet::Initialization {
                channel,
                command,
                length,
                data,
            } => {
                self.start(channel, command, length)?.append(data);
            }
            Packet::Continuation {
                channel,
                sequence,
                data,
            } => {
                let Some(partial) = self
                    .partial
                    .as_mut()
                    .filter(|partial| partial.message.channel == channel)
                else {
                    return Ok(None);
                };
                if partial.next_sequence != sequence {
                    self.partial = None;
                    return Err(ErrorCode::InvalidSeq);
                }
                partial.next_sequence += 1;
                partial.append(data);
            }
        }
        Ok(self
            .partial
            .take_if(|partial| partial.is_complete())
            .map(|partial| partial.message))
    }

    fn start(
        &mut self,
        channel: ChannelId,
        command: Command,
        length: usize,
    ) -> Result<&mut Partial, ErrorCode> {
        match self.channel() {
            Some(current) if current != channel => return Err(ErrorCode::ChannelBusy),
            Some(_) => {
                self.partial = None;
                return Err(ErrorCode::InvalidSeq);
            }
            None if length > MAX_PAYLOAD => return Err(ErrorCode::InvalidLen),
            None => {}
        }
        let message = Message {
            channel,
            command,
            payload: Vec::new(),
        };
        Ok(self.partial.insert(Partial {
            message,
            length,
            next_sequence: 0,
        }))
    }
}
