//! The device's side of CTAPHID: channels, one transaction at a time, keepalives and time-outs.

use super::{
    Assembler, Capabilities, ChannelId, Command, ErrorCode, InitResponse, KeepaliveStatus, Message,
    PROTOCOL_VERSION, Packet, Report, fragment,
};
use std::collections::VecDeque;
use std::time::Duration;

/// How often a working device says that it is still there (§11.2.9.1.7).
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_millis(100);
/// How long a device waits for the next packet of a message (§11.2.5.2).
pub const TRANSACTION_TIMEOUT: Duration = Duration::from_millis(500);
/// How many channels a device remembers; the one unused longest makes room for a new one.
const MAX_CHANNELS: usize = 256;

/// What INIT tells about the device.
#[derive(Clone, Copy, Debug, Default)]
pub struct Config {
    /// Major, minor, build.
    pub device_version: [u8; 3],
    /// Whether CTAPHID_WINK is offered.
    pub wink: bool,
    /// The first channel to hand out; further ones count up from it.
    pub first_channel: u32,
}

/// Names one CBOR transaction, so that a late answer to an aborted one is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transaction(u64);

/// Reports to send to whoever owns a channel. For [`ChannelId::BROADCAST`], and for an answer to a
/// packet just received, that is the packet's sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The channel they travel on.
    pub channel: ChannelId,
    /// At least one, in order.
    pub reports: Vec<Report>,
}

/// What the owner of a [`Device`] must do next, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send these reports.
    Send(Outgoing),
    /// Run this CTAP2 command and hand its answer to [`Device::respond`].
    Execute {
        /// Names the transaction in later calls.
        transaction: Transaction,
        /// Command code byte, then CBOR; at least one byte.
        request: Vec<u8>,
    },
    /// Stop the command; its answer (CTAP2_ERR_KEEPALIVE_CANCEL) still goes to [`Device::respond`],
    /// which drops it when the channel was resynchronised meanwhile.
    Cancel(Transaction),
    /// Show which device this is.
    Wink,
}

#[derive(Debug)]
struct Running {
    transaction: Transaction,
    channel: ChannelId,
    status: KeepaliveStatus,
    next_keepalive: Duration,
}

/// The state machine; `now` is any monotonic time, as a duration since a fixed point.
#[derive(Debug)]
pub struct Device {
    config: Config,
    channels: VecDeque<ChannelId>,
    next_channel: u32,
    assembler: Assembler,
    deadline: Option<Duration>,
    running: Option<Running>,
    transactions: u64,
}

impl Device {
    /// A device that was just plugged in.
    pub fn new(config: Config) -> Self {
        Device {
            config,
            channels: VecDeque::new(),
            next_channel: config.first_channel,
            assembler: Assembler::default(),
            deadline: None,
            running: None,
            transactions: 0,
        }
    }

    /// Takes one report from a client.
    pub fn receive(&mut self, report: &Report, now: Duration) -> Vec<Action> {
        let packet = Packet::read(report);
        let mut actions: Vec<Action> = self.poll(now).map(Action::Send).into_iter().collect();
        match packet {
            Packet::Initialization {
                channel,
                command: Command::Init,
                length,
                data,
            } => {
                actions.extend(self.init(channel, length, data));
            }
            Packet::Initialization {
                channel,
                command: Command::Cancel,
                ..
            } => actions.extend(self.cancel(channel)),
            Packet::Initialization { channel, .. } => match self.admit(channel) {
                Ok(()) => actions.extend(self.assemble(packet, now)),
                Err(code) => actions.push(refuse(channel, code)),
            },
            Packet::Continuation { .. } => actions.extend(self.assemble(packet, now)),
        }
        actions
    }

    /// Does what time asks for: a keepalive, or the end of a message that was never completed.
    pub fn poll(&mut self, now: Duration) -> Option<Outgoing> {
        if let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.next_keepalive <= now)
        {
            running.next_keepalive = now + KEEPALIVE_INTERVAL;
            return Some(keepalive(running));
        }
        let channel = self.assembler.channel()?;
        self.deadline.take_if(|deadline| *deadline <= now)?;
        self.assembler.abort();
        Some(error(channel, ErrorCode::MsgTimeout))
    }

    /// When to call [`Device::poll`] next; `None` while nothing is under way.
    pub fn next_poll(&self) -> Option<Duration> {
        match &self.running {
            Some(running) => Some(running.next_keepalive),
            None => self.deadline,
        }
    }

    /// Whether this transaction is the one under way; then [`Device::poll`] gives its keepalives and
    /// nothing else.
    pub fn is_running(&self, transaction: Transaction) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.transaction == transaction)
    }

    /// Changes what keepalives say, and says it at once when it is new.
    pub fn set_status(
        &mut self,
        transaction: Transaction,
        status: KeepaliveStatus,
        now: Duration,
    ) -> Option<Outgoing> {
        let running = self
            .running
            .as_mut()
            .filter(|running| running.transaction == transaction)?;
        if running.status == status {
            return None;
        }
        running.status = status;
        running.next_keepalive = now + KEEPALIVE_INTERVAL;
        Some(keepalive(running))
    }

    /// Ends a transaction with the command's answer (status byte, then CBOR). Gives nothing when the
    /// transaction was aborted by a resynchronisation; an answer too long for CTAPHID becomes an
    /// error.
    pub fn respond(&mut self, transaction: Transaction, response: &[u8]) -> Option<Outgoing> {
        let running = self
            .running
            .take_if(|running| running.transaction == transaction)?;
        Some(message(running.channel, Command::Cbor, response))
    }

    /// Forgets all channels and messages, as pulling the plug does; gives the transaction that must
    /// be stopped.
    pub fn power_cycle(&mut self) -> Option<Transaction> {
        self.channels.clear();
        self.assembler.abort();
        self.deadline = None;
        self.running.take().map(|running| running.transaction)
    }

    fn init(&mut self, channel: ChannelId, length: usize, data: &[u8]) -> Vec<Action> {
        let nonce = match data.first_chunk::<8>() {
            _ if channel == ChannelId::RESERVED => {
                return vec![refuse(channel, ErrorCode::InvalidChannel)];
            }
            Some(nonce) if length == 8 => *nonce,
            _ => return vec![refuse(channel, ErrorCode::InvalidLen)],
        };
        let mut actions = Vec::new();
        let granted = if channel == ChannelId::BROADCAST {
            self.allocate()
        } else {
            // Older clients choose a channel themselves; §11.2.9.1.3 leaves room for it.
            actions.extend(self.abort(channel).map(Action::Cancel));
            self.remember(channel);
            channel
        };
        let mut capabilities = Capabilities::CBOR | Capabilities::NMSG;
        if self.config.wink {
            capabilities |= Capabilities::WINK;
        }
        let response = InitResponse {
            nonce,
            channel: granted,
            protocol_version: PROTOCOL_VERSION,
            device_version: self.config.device_version,
            capabilities: Capabilities(capabilities),
        };
        actions.push(Action::Send(message(
            channel,
            Command::Init,
            &response.encode(),
        )));
        actions
    }

    fn cancel(&mut self, channel: ChannelId) -> Option<Action> {
        if self.assembler.channel() == Some(channel) {
            self.assembler.abort();
            self.deadline = None;
        }
        let running = self
            .running
            .as_ref()
            .filter(|running| running.channel == channel)?;
        Some(Action::Cancel(running.transaction))
    }

    fn abort(&mut self, channel: ChannelId) -> Option<Transaction> {
        if self.assembler.channel() == Some(channel) {
            self.assembler.abort();
            self.deadline = None;
        }
        self.running
            .take_if(|running| running.channel == channel)
            .map(|running| running.transaction)
    }

    fn allocate(&mut self) -> ChannelId {
        loop {
            let channel = ChannelId(self.next_channel);
            self.next_channel = self.next_channel.wrapping_add(1);
            let reserved = channel == ChannelId::BROADCAST || channel == ChannelId::RESERVED;
            if !reserved && !self.channels.contains(&channel) {
                self.remember(channel);
                return channel;
            }
        }
    }

    fn remember(&mut self, channel: ChannelId) {
        self.channels.retain(|known| *known != channel);
        if self.channels.len() == MAX_CHANNELS {
            self.channels.pop_front();
        }
        self.channels.push_back(channel);
    }

    /// Whether a new message on this channel may start now.
    fn admit(&mut self, channel: ChannelId) -> Result<(), ErrorCode> {
        if channel == ChannelId::BROADCAST || channel == ChannelId::RESERVED {
            return Err(ErrorCode::InvalidChannel);
        }
        if self.running.is_some()
            || self
                .assembler
                .channel()
                .is_some_and(|current| current != channel)
        {
            return Err(ErrorCode::ChannelBusy);
        }
        if !self.channels.contains(&channel) {
            return Err(ErrorCode::InvalidChannel);
        }
        self.remember(channel);
        Ok(())
    }

    fn assemble(&mut self, packet: Packet<'_>, now: Duration) -> Vec<Action> {
        let channel = packet.channel();
        let result = self.assembler.push(packet);
        match self.assembler.channel() {
            Some(current) if current == channel => self.deadline = Some(now + TRANSACTION_TIMEOUT),
            Some(_) => {}
            None => self.deadline = None,
        }
        match result {
            Ok(Some(message)) => self.dispatch(message, now),
            Ok(None) => Vec::new(),
            Err(code) => vec![refuse(channel, code)],
        }
    }

    fn dispatch(&mut self, request: Message, now: Duration) -> Vec<Action> {
        let Message {
            channel,
            command,
            payload,
        } = request;
        match command {
            Command::Ping => vec![Action::Send(message(channel, command, &payload))],
            Command::Cbor | Command::Msg if payload.is_empty() => {
                vec![refuse(channel, ErrorCode::InvalidLen)]
            }
            Command::Cbor => vec![self.execute(channel, payload, now)],
            Command::Wink if self.config.wink && payload.is_empty() => {
                vec![Action::Wink, Action::Send(message(channel, command, &[]))]
            }
            Command::Wink if self.config.wink => vec![refuse(channel, ErrorCode::InvalidLen)],
            _ => vec![refuse(channel, ErrorCode::InvalidCmd)],
        }
    }

    fn execute(&mut self, channel: ChannelId, request: Vec<u8>, now: Duration) -> Action {
        self.transactions += 1;
        let transaction = Transaction(self.transactions);
        let status = KeepaliveStatus::Processing;
        self.running = Some(Running {
            transaction,
            channel,
            status,
            next_keepalive: now + KEEPALIVE_INTERVAL,
        });
        Action::Execute {
            transaction,
            request,
        }
    }
}

fn message(channel: ChannelId, command: Command, payload: &[u8]) -> Outgoing {
    match fragment(channel, command, payload) {
        Ok(reports) => Outgoing { channel, reports },
        Err(_) => error(channel, ErrorCode::Other(0x7F)),
    }
}

fn error(channel: ChannelId, code: ErrorCode) -> Outgoing {
    message(channel, Command::Error, &[code.code()])
}

fn refuse(channel: ChannelId, code: ErrorCode) -> Action {
    Action::Send(error(channel, code))
}

fn keepalive(running: &Running) -> Outgoing {
    message(
        running.channel,
        Command::Keepalive,
        &[running.status.code()],
    )
}
