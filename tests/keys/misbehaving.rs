//! Thirteen keys that misbehave, each in its own way, behind any transport: a report and the time in,
//! reports out, or the key vanishes. They open channels and answer getInfo as they should, unless
//! their fault comes before that; every other command meets the fault.

use std::time::Duration;

use ctap::{
    Command as Ctap, answer,
    get_info::Info,
    hid::{
        Action, ChannelId, Command, Config, Device, KeepaliveStatus, Outgoing, Packet,
        REPORT_LENGTH, Report, Transaction, fragment,
    },
};

/// What a key does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers nothing, not even INIT.
    Silent,
    /// Says that it works, for ever, whatever it is told.
    EndlessKeepalive,
    /// Has a PIN, and says that it waits for a touch, for ever, whatever it is asked.
    EndlessTouch,
    /// Answers on a channel that nobody has.
    WrongChannel,
    /// Leaves out a packet of its answer.
    WrongSequence,
    /// Answers with a map that ends in the middle.
    TruncatedCbor,
    /// Announces an answer of 65535 bytes.
    Oversized,
    /// Answers with a status that does not exist.
    WrongStatus,
    /// Answers every report with zeros.
    Zeros,
    /// Is pulled out when it is asked for a channel.
    VanishesAtInit,
    /// Is pulled out after the first packet of a request.
    VanishesInRequest,
    /// Is pulled out while it waits for a touch.
    VanishesAtTouch,
    /// Is pulled out after the first packet of its answer.
    VanishesInAnswer,
}

impl Fault {
    /// All thirteen.
    pub const ALL: [Fault; 13] = [
        Fault::Silent,
        Fault::EndlessKeepalive,
        Fault::EndlessTouch,
        Fault::WrongChannel,
        Fault::WrongSequence,
        Fault::TruncatedCbor,
        Fault::Oversized,
        Fault::WrongStatus,
        Fault::Zeros,
        Fault::VanishesAtInit,
        Fault::VanishesInRequest,
        Fault::VanishesAtTouch,
        Fault::VanishesInAnswer,
    ];

    /// The code of the client's error that a registration with this key ends in.
    pub fn ends_in(self) -> &'static str {
        match self {
            Fault::Silent => "deviceSilent",
            Fault::EndlessKeepalive | Fault::EndlessTouch => "deviceStuck",
            Fault::WrongChannel | Fault::Zeros => "deviceAstray",
            Fault::WrongSequence | Fault::Oversized => "deviceMalformed",
            Fault::TruncatedCbor => "deviceAnswerMalformed",
            Fault::WrongStatus => "deviceRefused",
            Fault::VanishesAtInit
            | Fault::VanishesInRequest
            | Fault::VanishesAtTouch
            | Fault::VanishesInAnswer => "deviceGone",
        }
    }

    /// How long the client waits for such a key before it says so.
    pub fn patience(self) -> Duration {
        match self {
            Fault::EndlessKeepalive | Fault::EndlessTouch => Duration::from_secs(30),
            Fault::Silent | Fault::WrongChannel | Fault::Zeros => Duration::from_secs(3),
            _ => Duration::ZERO,
        }
    }

    fn vanishes_on(self, report: &Report) -> bool {
        let Packet::Initialization { command, data, .. } = Packet::read(report) else {
            return false;
        };
        match (self, command) {
            (Fault::VanishesAtInit, Command::Init) => true,
            (Fault::VanishesInRequest, Command::Cbor) => data[0] != Ctap::GetInfo.code(),
            _ => false,
        }
    }
}

/// What a key does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Out {
    /// It sends this.
    Report(Report),
    /// It is pulled out, and sends nothing any more.
    Vanish,
}

/// How many keepalives come before a key is pulled out that waits for a touch.
const KEEPALIVES: u32 = 3;

/// One such key; `now` is any monotonic time, as a duration since a fixed point.
pub struct Key {
    fault: Fault,
    device: Device,
    /// The command that it never answers, and the keepalives told.
    pending: Option<(Transaction, u32)>,
    vanished: bool,
}

impl Key {
    /// A key with this fault, just plugged in.
    pub fn new(fault: Fault) -> Self {
        Key {
            fault,
            device: Device::new(Config {
                first_channel: 0x0A0B_0C01,
                ..Config::default()
            }),
            pending: None,
            vanished: false,
        }
    }

    /// Takes one report.
    pub fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        let out = match self.fault {
            _ if self.vanished => Vec::new(),
            Fault::Silent => Vec::new(),
            Fault::Zeros => vec![Out::Report([0; REPORT_LENGTH])],
            fault if fault.vanishes_on(report) => vec![Out::Vanish],
            _ => {
                let channel = Packet::read(report).channel();
                let actions = self.device.receive(report, now);
                let outs = actions.into_iter();
                outs.flat_map(|action| self.act(action, channel, now))
                    .collect()
            }
        };
        self.noting(out)
    }

    /// Does what time asks for.
    pub fn poll(&mut self, now: Duration) -> Vec<Out> {
        if self.vanished {
            return Vec::new();
        }
        let mut out = reports(self.device.poll(now));
        if let (Fault::VanishesAtTouch, Some((_, told))) = (self.fault, self.pending.as_mut()) {
            *told += 1;
            if *told > KEEPALIVES {
                out.push(Out::Vanish);
            }
        }
        self.noting(out)
    }

    /// When to call [`Key::poll`] next.
    pub fn next_poll(&self) -> Option<Duration> {
        self.device.next_poll().filter(|_| !self.vanished)
    }

    fn act(&mut self, action: Action, channel: ChannelId, now: Duration) -> Vec<Out> {
        match action {
            Action::Send(outgoing) => reports(Some(outgoing)),
            Action::Execute {
                transaction,
                request,
            } => match Ctap::decode(&request) {
                Ok(Ctap::GetInfo) => self.respond(transaction, &info(self.fault)),
                _ => self.misbehave(transaction, channel, now),
            },
            // It does not listen.
            Action::Cancel(_) | Action::Wink => Vec::new(),
        }
    }

    fn misbehave(
        &mut self,
        transaction: Transaction,
        channel: ChannelId,
        now: Duration,
    ) -> Vec<Out> {
        match self.fault {
            Fault::EndlessKeepalive => {
                self.pending = Some((transaction, 0));
                Vec::new()
            }
            Fault::VanishesAtTouch | Fault::EndlessTouch => {
                self.pending = Some((transaction, 0));
                let status = KeepaliveStatus::UpNeeded;
                reports(self.device.set_status(transaction, status, now))
            }
            Fault::WrongChannel => {
                let elsewhere = ChannelId(channel.0 ^ 0x0100);
                self.device.respond(transaction, &[]);
                cut(elsewhere, &LONG)
            }
            Fault::WrongSequence => {
                let mut out = self.respond(transaction, &LONG);
                out.remove(1);
                out
            }
            Fault::VanishesInAnswer => {
                let mut out = self.respond(transaction, &LONG);
                out.truncate(1);
                out.push(Out::Vanish);
                out
            }
            Fault::Oversized => {
                let mut out = self.respond(transaction, &LONG);
                if let Some(Out::Report(first)) = out.first_mut() {
                    first[5..7].fill(0xFF);
                }
                out
            }
            // A map of three members that has half of one.
            Fault::TruncatedCbor => self.respond(transaction, &[0x00, 0xA3, 0x01, 0x66, b'p']),
            Fault::WrongStatus => self.respond(transaction, &[0x6B]),
            Fault::Silent | Fault::Zeros | Fault::VanishesAtInit | Fault::VanishesInRequest => {
                Vec::new()
            }
        }
    }

    fn respond(&mut self, transaction: Transaction, response: &[u8]) -> Vec<Out> {
        reports(self.device.respond(transaction, response))
    }

    fn noting(&mut self, out: Vec<Out>) -> Vec<Out> {
        self.vanished |= out.contains(&Out::Vanish);
        out
    }
}

/// An answer of several packets; its CBOR is not looked at.
const LONG: [u8; 400] = [0; 400];

fn info(fault: Fault) -> Vec<u8> {
    let pin = (fault == Fault::EndlessTouch).then_some(("clientPin", true));
    let options = [("rk", true), ("up", true)].into_iter().chain(pin);
    answer(Ok(Info {
        versions: vec!["FIDO_2_0".to_owned()],
        options: options.map(|(id, on)| (id.to_owned(), on)).collect(),
        transports: vec!["usb".to_owned()],
        ..Info::default()
    }
    .encode()))
}

fn reports(outgoing: Option<Outgoing>) -> Vec<Out> {
    let reports = outgoing.into_iter().flat_map(|outgoing| outgoing.reports);
    reports.map(Out::Report).collect()
}

fn cut(channel: ChannelId, payload: &[u8]) -> Vec<Out> {
    let reports = fragment(channel, Command::Cbor, payload).unwrap_or_default();
    reports.into_iter().map(Out::Report).collect()
}
