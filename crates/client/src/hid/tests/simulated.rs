//! A key and the time, without a transport.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use ctap::hid::{
    Action, ChannelId, Command, Config, Device, ErrorCode, KeepaliveStatus, Outgoing, Packet,
    Report, Transaction, fragment,
};
use tokio_util::sync::CancellationToken;

use super::faulty::{Key, Out};
use crate::{
    ChannelError, KeyId, Tap,
    hid::{Deadlines, Frames, Link, Order, Reports},
};

/// The other end.
pub(crate) trait Peer {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out>;
    fn poll(&mut self, now: Duration) -> Vec<Out>;
    fn next_poll(&self) -> Option<Duration>;
}

impl Peer for Key {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        Key::receive(self, report, now)
    }
    fn poll(&mut self, now: Duration) -> Vec<Out> {
        Key::poll(self, now)
    }
    fn next_poll(&self) -> Option<Duration> {
        Key::next_poll(self)
    }
}

/// Carries reports to a peer, one each millisecond; time passes only here.
pub(crate) struct Simulated<P> {
    pub peer: P,
    now: Duration,
    coming: VecDeque<Report>,
    gone: bool,
    /// Tokens, and when they fire.
    alarms: Alarms,
}

/// Set by a test at any time.
pub(crate) type Alarms = Arc<Mutex<Vec<(Duration, CancellationToken)>>>;

impl<P: Peer> Simulated<P> {
    pub fn new(peer: P, alarms: &Alarms) -> Self {
        Self {
            peer,
            now: Duration::ZERO,
            coming: VecDeque::new(),
            gone: false,
            alarms: alarms.clone(),
        }
    }

    fn take(&mut self, outs: Vec<Out>) {
        for out in outs {
            match out {
                Out::Report(report) if !self.gone => self.coming.push_back(report),
                Out::Report(_) => {}
                Out::Vanish => self.gone = true,
            }
        }
    }

    fn pass(&mut self, to: Duration) {
        self.now = self.now.max(to);
        let alarms = self.alarms.lock().unwrap();
        for (at, token) in alarms.iter() {
            if *at <= self.now {
                token.cancel();
            }
        }
    }
}

impl<P: Peer> Reports for Simulated<P> {
    fn send(&mut self, report: &Report) -> Result<(), ChannelError> {
        if self.gone {
            return Err(ChannelError::Gone("it was pulled out".to_owned()));
        }
        self.pass(self.now + Duration::from_millis(1));
        let outs = self.peer.receive(report, self.now);
        self.take(outs);
        Ok(())
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<Report>, ChannelError> {
        let until = self.now + wait;
        loop {
            if let Some(report) = self.coming.pop_front() {
                self.pass(self.now + Duration::from_millis(1));
                return Ok(Some(report));
            }
            if self.gone {
                return Err(ChannelError::Gone("it was pulled out".to_owned()));
            }
            match self.peer.next_poll().filter(|next| *next <= until) {
                Some(next) => {
                    self.pass(next);
                    let outs = self.peer.poll(self.now);
                    self.take(outs);
                }
                None => {
                    self.pass(until);
                    return Ok(None);
                }
            }
        }
    }

    fn now(&self) -> Duration {
        self.now
    }
}

/// What a well-behaved key does with a command.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    /// Answers after this long; keepalives say this meanwhile.
    Answer(Duration, KeepaliveStatus, Vec<u8>),
    /// Says these, each for so long, then answers.
    Moods(Vec<(Duration, KeepaliveStatus)>, Vec<u8>),
    /// Waits for a touch that never comes.
    Touch,
}

type Plans = Box<dyn FnMut(&[u8]) -> Plan>;

/// Echoes at once.
pub(crate) fn echo(request: &[u8]) -> Plan {
    Plan::Answer(
        Duration::ZERO,
        KeepaliveStatus::Processing,
        request.to_vec(),
    )
}

/// A well-behaved key.
pub(crate) struct Sane {
    device: Device,
    plan: Plans,
    pending: Option<Pending>,
    /// While another client's transaction runs.
    pub busy_until: Duration,
}

struct Pending {
    transaction: Transaction,
    moods: VecDeque<(Duration, KeepaliveStatus)>,
    answer: Option<Vec<u8>>,
}

impl Sane {
    pub fn new(plan: impl FnMut(&[u8]) -> Plan + 'static) -> Self {
        Self {
            device: Device::new(Config {
                first_channel: 7,
                ..Config::default()
            }),
            plan: Box::new(plan),
            pending: None,
            busy_until: Duration::ZERO,
        }
    }

    /// Forgets its channels, as after a power cycle.
    pub fn forget(&mut self) {
        self.device.power_cycle();
        self.pending = None;
    }

    fn begin(&mut self, transaction: Transaction, request: &[u8], now: Duration) -> Vec<Out> {
        let (moods, answer) = match (self.plan)(request) {
            Plan::Answer(after, status, answer) => (vec![(after, status)], Some(answer)),
            Plan::Moods(moods, answer) => (moods, Some(answer)),
            Plan::Touch => (vec![(Duration::MAX, KeepaliveStatus::UpNeeded)], None),
        };
        let mut at = now;
        let moods = moods.into_iter().map(|(lasting, status)| {
            at = at.saturating_add(lasting);
            (at, status)
        });
        self.pending = Some(Pending {
            transaction,
            moods: moods.collect(),
            answer,
        });
        self.mood(now)
    }

    /// Takes up the present mood, or answers after the last one.
    fn mood(&mut self, now: Duration) -> Vec<Out> {
        let Some(pending) = self.pending.as_mut() else {
            return Vec::new();
        };
        while pending
            .moods
            .front()
            .is_some_and(|(until, _)| *until <= now)
        {
            pending.moods.pop_front();
        }
        match pending.moods.front() {
            Some((_, status)) => outs(self.device.set_status(pending.transaction, *status, now)),
            None => {
                let answer = pending.answer.take().unwrap_or_default();
                let transaction = pending.transaction;
                self.pending = None;
                outs(self.device.respond(transaction, &answer))
            }
        }
    }
}

impl Peer for Sane {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        let channel = Packet::read(report).channel();
        let opens = matches!(Packet::read(report), Packet::Initialization { .. });
        if now < self.busy_until {
            let busy = [ErrorCode::ChannelBusy.code()];
            let refused = fragment(channel, Command::Error, &busy).unwrap();
            return refused
                .into_iter()
                .filter(|_| opens)
                .map(Out::Report)
                .collect();
        }
        let mut all = Vec::new();
        for action in self.device.receive(report, now) {
            match action {
                Action::Send(outgoing) => all.extend(outs(Some(outgoing))),
                Action::Execute {
                    transaction,
                    request,
                } => all.extend(self.begin(transaction, &request, now)),
                Action::Cancel(transaction) => {
                    self.pending = None;
                    all.extend(outs(self.device.respond(transaction, &[0x2D])));
                }
                Action::Wink => {}
            }
        }
        all
    }

    fn poll(&mut self, now: Duration) -> Vec<Out> {
        let mut all = self.mood(now);
        all.extend(outs(self.device.poll(now)));
        all
    }

    fn next_poll(&self) -> Option<Duration> {
        let mood = self.pending.as_ref().and_then(|it| it.moods.front());
        let mood = mood.map(|(until, _)| *until);
        [self.device.next_poll(), mood].into_iter().flatten().min()
    }
}

fn outs(outgoing: Option<Outgoing>) -> Vec<Out> {
    let reports = outgoing.into_iter().flat_map(|outgoing| outgoing.reports);
    reports.map(Out::Report).collect()
}

/// A packet that is for somebody else.
pub(crate) fn foreign(channel: u32) -> Report {
    let mut report = [0xEE; 64];
    report[..4].copy_from_slice(&channel.to_be_bytes());
    report
}

pub(crate) fn open<P: Peer>(peer: P, alarms: &Alarms) -> Result<Link<Simulated<P>>, ChannelError> {
    let key: KeyId = "udp:127.0.0.1:1".parse().unwrap();
    Link::open(
        Simulated::new(peer, alarms),
        Frames::new(Tap::silent(), key),
        Deadlines::default(),
        &CancellationToken::new(),
    )
}

pub(crate) fn order(command: &[u8]) -> Order {
    Order {
        command: Command::Cbor,
        payload: command.to_vec(),
        cause: None,
        cancel: CancellationToken::new(),
        abandoned: CancellationToken::new(),
    }
}

/// The answer, and how long it took.
pub(crate) fn ask<P: Peer>(
    link: &mut Link<Simulated<P>>,
    order: &Order,
) -> (Result<Vec<u8>, ChannelError>, Duration) {
    let start = link.now();
    let answer = link.exchange(order, &mut |_| {});
    (answer, link.now() - start)
}

/// Another channel than any that is handed out here.
pub(crate) const ELSEWHERE: ChannelId = ChannelId(0x00EE_EEEE);
