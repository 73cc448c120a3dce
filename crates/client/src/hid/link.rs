//! One logical channel of one key, and the exchanges on it.

use std::time::Duration;

use ctap::hid::{
    Assembler, ChannelId, Command, ErrorCode, InitResponse, KeepaliveStatus, MAX_PAYLOAD, Message,
    Packet, Report, fragment,
};
use tokio_util::sync::CancellationToken;

use super::{Deadlines, Frames, Order, Patience, Reports};
use crate::ChannelError;

/// How often a wait looks whether it was cancelled.
const SLICE: Duration = Duration::from_millis(10);
/// How long a busy key is left alone before it is asked again.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
/// How many reports may lie unread from before; a node of Linux keeps 64.
const MOST_STALE: usize = 256;

/// A channel that was opened.
pub(crate) struct Link<R> {
    reports: R,
    frames: Frames,
    deadlines: Deadlines,
    init: InitResponse,
    /// An exchange did not end as it should; its packets may still arrive.
    stale: bool,
}

impl<R: Reports> Link<R> {
    /// Asks the key for a channel (CTAPHID_INIT on broadcast).
    pub fn open(
        reports: R,
        frames: Frames,
        deadlines: Deadlines,
        abandoned: &CancellationToken,
    ) -> Result<Self, ChannelError> {
        let mut link = Link {
            reports,
            frames,
            deadlines,
            init: NO_CHANNEL,
            stale: false,
        };
        link.drain()?;
        link.init = link.initialize(ChannelId::BROADCAST, abandoned)?;
        Ok(link)
    }

    /// What the key said when the channel was opened.
    pub fn init_response(&self) -> InitResponse {
        self.init
    }

    pub fn now(&self) -> Duration {
        self.reports.now()
    }

    /// Sends a message and waits for its answer's payload; `hear` is told of keepalives. A busy key
    /// is asked again for a while; one that forgot the channel is asked for a new one.
    pub fn exchange(
        &mut self,
        order: &Order,
        hear: &mut dyn FnMut(KeepaliveStatus),
    ) -> Result<Vec<u8>, ChannelError> {
        if order.payload.len() > MAX_PAYLOAD {
            return Err(ChannelError::TooLong(order.payload.len()));
        }
        self.frames.begin(order.cause);
        let busy_until = self.now() + self.deadlines.busy;
        let mut reopened = false;
        loop {
            self.resynchronise(order)?;
            match self.attempt(order, hear) {
                Err(ChannelError::Refused(ErrorCode::ChannelBusy)) => {
                    let stopped = order.cancel.is_cancelled() || order.abandoned.is_cancelled();
                    if stopped || self.now() >= busy_until {
                        return Err(ChannelError::Busy);
                    }
                    self.pause()?;
                }
                Err(ChannelError::Refused(ErrorCode::InvalidChannel)) if !reopened => {
                    reopened = true;
                    self.init = self.initialize(ChannelId::BROADCAST, &order.abandoned)?;
                }
                outcome => return outcome,
            }
        }
    }

    /// After an exchange that did not end: makes the key forget it (§11.2.9.1.3).
    fn resynchronise(&mut self, order: &Order) -> Result<(), ChannelError> {
        self.drain()?;
        if !self.stale {
            return Ok(());
        }
        let channel = match self.initialize(self.init.channel, &order.abandoned) {
            Err(ChannelError::Refused(ErrorCode::InvalidChannel)) => {
                self.initialize(ChannelId::BROADCAST, &order.abandoned)
            }
            outcome => outcome,
        };
        self.init = channel?;
        self.stale = false;
        Ok(())
    }

    fn attempt(
        &mut self,
        order: &Order,
        hear: &mut dyn FnMut(KeepaliveStatus),
    ) -> Result<Vec<u8>, ChannelError> {
        self.stale = true;
        self.send(self.init.channel, order.command, &order.payload)?;
        let answer = self.wait(order, hear);
        self.stale = !matches!(answer, Ok(_) | Err(ChannelError::Refused(_)));
        answer
    }

    fn wait(
        &mut self,
        order: &Order,
        hear: &mut dyn FnMut(KeepaliveStatus),
    ) -> Result<Vec<u8>, ChannelError> {
        let mut patience = Patience::new(self.deadlines, order.takes_touch(), self.now());
        let mut assembler = Assembler::default();
        let mut cancelled = false;
        loop {
            if order.abandoned.is_cancelled() {
                self.cancel(order)?;
                return Err(nobody_waits());
            }
            if order.cancel.is_cancelled() && !cancelled {
                cancelled = true;
                patience.cancelled(self.now());
                self.cancel(order)?;
            }
            if let Err(error) = patience.check(self.now()) {
                self.cancel(order)?;
                return Err(error);
            }
            let Some(message) = self.listen(&mut assembler, &mut patience)? else {
                continue;
            };
            match (message.command, message.payload.as_slice()) {
                (command, _) if command == order.command => return Ok(message.payload),
                (Command::Keepalive, [status, ..]) => {
                    let status = KeepaliveStatus::from_code(*status);
                    patience.keepalive(status, self.now());
                    hear(status);
                }
                (Command::Error, [code, ..]) => return Err(ErrorCode::from(*code).into()),
                _ => {
                    return Err(ChannelError::Malformed(
                        "it answered with another command than was asked",
                    ));
                }
            }
        }
    }

    /// The message on our channel that this slice of time completes, if any.
    fn listen(
        &mut self,
        assembler: &mut Assembler,
        patience: &mut Patience,
    ) -> Result<Option<Message>, ChannelError> {
        let channel = self.init.channel;
        let Some(report) = self.receive(channel)? else {
            return Ok(None);
        };
        let packet = Packet::read(&report);
        if packet.channel() != channel {
            // What comes on broadcast is the answer to somebody's INIT.
            if packet.channel() != ChannelId::BROADCAST {
                patience.strayed();
            }
            return Ok(None);
        }
        let message = assembler.push(packet).map_err(|code| {
            ChannelError::Malformed(match code {
                ErrorCode::InvalidLen => "it announced a longer message than CTAPHID carries",
                _ => "its packets came out of order",
            })
        })?;
        if assembler.channel().is_some() {
            patience.progressed(self.now());
        }
        Ok(message)
    }

    fn initialize(
        &mut self,
        channel: ChannelId,
        abandoned: &CancellationToken,
    ) -> Result<InitResponse, ChannelError> {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(|error| ChannelError::Gone(error.to_string()))?;
        self.send(channel, Command::Init, &nonce)?;
        let until = self.now() + self.deadlines.open;
        let mut opening = Opening::default();
        while self.now() < until {
            if abandoned.is_cancelled() {
                return Err(nobody_waits());
            }
            let Some(report) = self.receive(channel)? else {
                continue;
            };
            match opening.take(&report, channel, nonce)? {
                Some(Opened::With(response)) => return Ok(response),
                Some(Opened::Busy) => {
                    self.pause()?;
                    self.send(channel, Command::Init, &nonce)?;
                }
                None => {}
            }
        }
        Err(opening.failure(self.deadlines.open))
    }

    /// Reads away what came while nobody listened; between exchanges, the way to learn that the key
    /// is gone.
    pub fn drain(&mut self) -> Result<(), ChannelError> {
        for _ in 0..MOST_STALE {
            if self.reports.receive(Duration::ZERO)?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn pause(&mut self) -> Result<(), ChannelError> {
        let until = self.now() + BUSY_PAUSE;
        while self.now() < until {
            self.reports.receive(SLICE)?;
        }
        Ok(())
    }

    /// Tells the key to stop; only CBOR can be stopped.
    fn cancel(&mut self, order: &Order) -> Result<(), ChannelError> {
        if order.command != Command::Cbor {
            return Ok(());
        }
        self.send(self.init.channel, Command::Cancel, &[])
    }

    fn send(
        &mut self,
        channel: ChannelId,
        command: Command,
        payload: &[u8],
    ) -> Result<(), ChannelError> {
        for report in fragment(channel, command, payload)? {
            self.reports.send(&report)?;
            self.frames.sent(&report);
        }
        Ok(())
    }

    fn receive(&mut self, ours: ChannelId) -> Result<Option<Report>, ChannelError> {
        let report = self.reports.receive(SLICE)?;
        if let Some(report) = &report {
            self.frames.received(report, ours);
        }
        Ok(report)
    }
}

/// Before INIT was answered.
const NO_CHANNEL: InitResponse = InitResponse {
    nonce: [0; 8],
    channel: ChannelId::BROADCAST,
    protocol_version: 0,
    device_version: [0; 3],
    capabilities: ctap::hid::Capabilities(0),
};

/// What came while the answer to INIT is waited for.
#[derive(Default)]
struct Opening {
    assembler: Assembler,
    refused: Option<ErrorCode>,
    noise: bool,
    astray: bool,
}

enum Opened {
    With(InitResponse),
    Busy,
}

impl Opening {
    fn take(
        &mut self,
        report: &Report,
        channel: ChannelId,
        nonce: [u8; 8],
    ) -> Result<Option<Opened>, ChannelError> {
        let packet = Packet::read(report);
        if packet.channel() != channel {
            self.astray = true;
            return Ok(None);
        }
        let Some(message) = self.assemble(packet) else {
            return Ok(None);
        };
        match (message.command, message.payload.as_slice()) {
            (Command::Init, payload) if payload.starts_with(&nonce) => {
                let malformed = ChannelError::Malformed("its answer to INIT gives no channel");
                match InitResponse::decode(payload) {
                    Ok(response) if is_usable(response.channel) => Ok(Some(Opened::With(response))),
                    _ => Err(malformed),
                }
            }
            (Command::Error, [code, ..]) => match ErrorCode::from(*code) {
                ErrorCode::ChannelBusy => {
                    self.refused = Some(ErrorCode::ChannelBusy);
                    Ok(Some(Opened::Busy))
                }
                ErrorCode::InvalidChannel if channel != ChannelId::BROADCAST => {
                    Err(ErrorCode::InvalidChannel.into())
                }
                // It may be for another client, or for what was sent before.
                code => {
                    self.refused = Some(code);
                    Ok(None)
                }
            },
            _ => Ok(None),
        }
    }

    /// An older exchange's half message gives way to a new one.
    fn assemble(&mut self, packet: Packet<'_>) -> Option<Message> {
        self.assembler.push(packet).unwrap_or_else(|_| {
            self.noise = true;
            self.assembler.abort();
            self.assembler.push(packet).unwrap_or_default()
        })
    }

    /// Why no answer came within `waited`.
    fn failure(&self, waited: Duration) -> ChannelError {
        match self.refused {
            Some(ErrorCode::ChannelBusy) => ChannelError::Busy,
            Some(code) => code.into(),
            None if self.noise => ChannelError::Malformed("it answered INIT with noise"),
            None if self.astray => ChannelError::Astray(waited),
            None => ChannelError::Silent(waited),
        }
    }
}

fn is_usable(channel: ChannelId) -> bool {
    channel != ChannelId::RESERVED && channel != ChannelId::BROADCAST
}

fn nobody_waits() -> ChannelError {
    ChannelError::Gone("nobody waits for its answer".to_owned())
}
