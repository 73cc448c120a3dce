use std::{collections::VecDeque, time::Duration};

use ctap::{
    Command as Ctap,
    client_pin::{Request, Subcommand},
    hid::{
        Command, ErrorCode, InitResponse, KeepaliveStatus, MAX_PAYLOAD, Packet, Report, fragment,
    },
};

use super::{
    faulty::Out,
    simulated::{Alarms, ELSEWHERE, Peer, Plan, Sane, ask, echo, open, order},
};
use crate::ChannelError;

use KeepaliveStatus::{Processing, UpNeeded};

const MAKE: u8 = 0x01;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What a limit of so many seconds looks like from outside.
fn is_about(took: Duration, limit: u64) -> bool {
    took >= seconds(limit) && took < seconds(limit) + Duration::from_millis(200)
}

#[test]
fn carries_the_longest_message_both_ways_and_refuses_a_longer_one() {
    let mut link = open(Sane::new(echo), &Alarms::default()).expect("a channel");
    let longest: Vec<u8> = (0..MAX_PAYLOAD).map(|byte| byte as u8).collect();
    assert_eq!(
        ask(&mut link, &order(&longest)).0.expect("an echo"),
        longest
    );
    let too_long = ask(&mut link, &order(&[1; MAX_PAYLOAD + 1])).0;
    assert!(matches!(too_long, Err(ChannelError::TooLong(7_610))));
}

#[test]
fn work_may_take_thirty_seconds_in_all_and_waiting_for_a_touch_does_not_count() {
    let moods = |work: u64| {
        let moods = vec![
            (seconds(work), Processing),
            (seconds(1_000), UpNeeded),
            (seconds(work), Processing),
        ];
        Sane::new(move |_| Plan::Moods(moods.clone(), vec![0]))
    };
    let mut link = open(moods(14), &Alarms::default()).expect("a channel");
    let (answer, took) = ask(&mut link, &order(&[MAKE]));
    assert_eq!(answer.expect("28 s of work"), [0]);
    assert!(took > seconds(1_027));
    let mut link = open(moods(16), &Alarms::default()).expect("a channel");
    let (answer, took) = ask(&mut link, &order(&[MAKE]));
    assert!(matches!(answer, Err(ChannelError::Stuck(limit)) if limit == seconds(30)));
    assert!(is_about(took, 1_030), "{took:?}");
}

#[test]
fn a_touch_is_waited_for_until_the_caller_cancels() {
    let alarms = Alarms::default();
    let mut link = open(Sane::new(|_| Plan::Touch), &alarms).expect("a channel");
    let order = order(&[MAKE]);
    alarms
        .lock()
        .unwrap()
        .push((seconds(3_600), order.cancel.clone()));
    let (answer, took) = ask(&mut link, &order);
    assert_eq!(answer.expect("its answer to CANCEL"), [0x2D]);
    assert!(is_about(took, 3_599) || is_about(took, 3_600), "{took:?}");
}

#[test]
fn a_command_that_needs_no_touch_does_not_wait_for_one() {
    let client_pin = |subcommand| Ctap::ClientPin(Box::new(Request::new(subcommand)));
    for command in [
        Ctap::GetInfo,
        client_pin(Subcommand::GetPinRetries),
        client_pin(Subcommand::GetKeyAgreement),
        client_pin(Subcommand::GetUvRetries),
    ] {
        let mut link = open(Sane::new(|_| Plan::Touch), &Alarms::default()).expect("a channel");
        let (answer, took) = ask(&mut link, &order(&command.encode()));
        assert!(matches!(answer, Err(ChannelError::Stuck(_))), "{command:?}");
        assert!(is_about(took, 30), "{command:?}: {took:?}");
    }
}

#[test]
fn an_answer_may_dribble_in_as_long_as_its_packets_keep_coming() {
    for (pause, is_heard) in [(2, true), (4, false)] {
        let key = Dribbling::with_pauses_of(seconds(pause));
        let mut link = open(key, &Alarms::default()).expect("a channel");
        let (answer, took) = ask(&mut link, &order(&[7; 300]));
        match answer {
            Ok(answer) => assert!(
                is_heard && answer == [7; 300] && is_about(took, 10),
                "{took:?}"
            ),
            Err(error) => {
                assert!(
                    !is_heard && matches!(error, ChannelError::Silent(_)),
                    "{error}"
                );
                assert!(is_about(took, 3), "{took:?}");
            }
        }
    }
}

#[test]
fn a_busy_key_is_asked_again_for_a_while() {
    for (busy, is_served) in [(1, true), (10, false)] {
        let mut link = open(
            Busy::from_the_first_command(seconds(busy)),
            &Alarms::default(),
        )
        .expect("a channel");
        let (answer, took) = ask(&mut link, &order(&[MAKE]));
        match answer {
            Ok(answer) => assert!(is_served && answer == [MAKE] && is_about(took, 1)),
            Err(error) => {
                assert!(!is_served && matches!(error, ChannelError::Busy), "{error}");
                assert!(is_about(took, 3), "{took:?}");
            }
        }
    }
}

#[test]
fn a_cancel_ends_the_wait_for_a_busy_key() {
    let mut link = open(
        Busy::from_the_first_command(seconds(10)),
        &Alarms::default(),
    )
    .expect("a channel");
    let order = order(&[MAKE]);
    order.cancel.cancel();
    let (answer, took) = ask(&mut link, &order);
    assert!(matches!(answer, Err(ChannelError::Busy)));
    assert!(took < seconds(1), "{took:?}");
}

#[test]
fn a_key_that_is_busy_when_it_is_opened_is_asked_again() {
    for (busy, is_opened) in [(1, true), (10, false)] {
        let mut key = Sane::new(echo);
        key.busy_until = seconds(busy);
        match open(key, &Alarms::default()) {
            Ok(mut link) => {
                assert!(is_opened);
                assert_eq!(ask(&mut link, &order(&[MAKE])).0.expect("an echo"), [MAKE]);
            }
            Err(error) => assert!(!is_opened && matches!(error, ChannelError::Busy), "{error}"),
        }
    }
}

#[test]
fn a_key_that_forgot_the_channel_is_asked_for_another_once() {
    let mut link = open(Forgetful::every(2), &Alarms::default()).expect("a channel");
    for round in 0..4 {
        let (answer, _) = ask(&mut link, &order(&[MAKE, round]));
        assert_eq!(answer.expect("on the new channel"), [MAKE, round]);
    }
    let mut link = open(Forgetful::every(1), &Alarms::default()).expect("a channel");
    let (answer, _) = ask(&mut link, &order(&[MAKE]));
    assert!(matches!(
        answer,
        Err(ChannelError::Refused(ErrorCode::InvalidChannel))
    ));
}

#[test]
fn an_abandoned_command_is_cancelled_and_the_next_one_gets_its_own_answer() {
    for at in [0, 1, 50, 250, 299, 300, 301, 350] {
        let alarms = Alarms::default();
        let slow =
            |request: &[u8]| Plan::Answer(Duration::from_millis(300), UpNeeded, request.to_vec());
        let mut link = open(Sane::new(slow), &alarms).expect("a channel");
        let abandoned = order(&[MAKE; 200]);
        let at = link.now() + Duration::from_millis(at);
        alarms
            .lock()
            .unwrap()
            .push((at, abandoned.abandoned.clone()));
        let _ = ask(&mut link, &abandoned);
        for round in 0..2 {
            let (answer, _) = ask(&mut link, &order(&[MAKE, round]));
            assert_eq!(answer.expect("an answer"), [MAKE, round], "after {at:?}");
        }
    }
}

#[test]
fn an_answer_to_init_must_name_a_channel() {
    for (payload, code) in [
        (Some((7, 17)), None),
        (Some((7, 40)), None),
        (Some((7, 16)), Some("deviceMalformed")),
        (Some((7, 8)), Some("deviceMalformed")),
        (Some((0, 17)), Some("deviceMalformed")),
        (Some((0xFFFF_FFFF, 17)), Some("deviceMalformed")),
        (None, Some("deviceSilent")),
    ] {
        let opened = open(Opener(payload), &Alarms::default());
        let failed = opened.err().map(|error| error.code());
        assert_eq!(failed, code, "{payload:?}");
    }
}

#[test]
fn keepalives_are_heard_and_other_commands_in_answer_are_refused() {
    let plan = |_: &[u8]| Plan::Answer(Duration::from_millis(350), UpNeeded, vec![0]);
    let mut link = open(Sane::new(plan), &Alarms::default()).expect("a channel");
    let mut heard = Vec::new();
    let answer = link.exchange(&order(&[MAKE]), &mut |status| heard.push(status));
    assert_eq!(answer.expect("an answer"), [0]);
    assert!(heard.len() >= 3 && heard.iter().all(|status| *status == UpNeeded));
    let mut link = open(Wrong, &Alarms::default()).expect("a channel");
    let (answer, _) = ask(&mut link, &order(&[MAKE]));
    assert!(matches!(answer, Err(ChannelError::Malformed(_))));
}

/// Serves another client from the first command on.
struct Busy {
    key: Sane,
    lasting: Option<Duration>,
}

impl Busy {
    fn from_the_first_command(lasting: Duration) -> Self {
        Self {
            key: Sane::new(echo),
            lasting: Some(lasting),
        }
    }
}

impl Peer for Busy {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        if is(report, Command::Cbor)
            && let Some(lasting) = self.lasting.take()
        {
            self.key.busy_until = now + lasting;
        }
        self.key.receive(report, now)
    }
    fn poll(&mut self, now: Duration) -> Vec<Out> {
        self.key.poll(now)
    }
    fn next_poll(&self) -> Option<Duration> {
        self.key.next_poll()
    }
}

/// Rests before each further packet of an answer.
struct Dribbling {
    pause: Duration,
    coming: VecDeque<(Duration, Report)>,
}

impl Dribbling {
    fn with_pauses_of(pause: Duration) -> Self {
        Self {
            pause,
            coming: VecDeque::new(),
        }
    }
}

impl Peer for Dribbling {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        if is(report, Command::Init) {
            return Opener(Some((7, 17))).receive(report, now);
        }
        if is(report, Command::Cbor) {
            let channel = Packet::read(report).channel();
            let answer = fragment(channel, Command::Cbor, &[7; 300]).unwrap();
            self.coming = (0..).map(|at| now + self.pause * at).zip(answer).collect();
        }
        Vec::new()
    }
    fn poll(&mut self, now: Duration) -> Vec<Out> {
        let due = self.coming.iter().take_while(|(at, _)| *at <= now).count();
        self.coming
            .drain(..due)
            .map(|(_, report)| Out::Report(report))
            .collect()
    }
    fn next_poll(&self) -> Option<Duration> {
        self.coming.front().map(|(at, _)| *at)
    }
}

/// Forgets its channels at every so many commands.
struct Forgetful {
    key: Sane,
    every: u32,
    commands: u32,
}

impl Forgetful {
    fn every(every: u32) -> Self {
        Self {
            key: Sane::new(echo),
            every,
            commands: 0,
        }
    }
}

impl Peer for Forgetful {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        if is(report, Command::Cbor) {
            self.commands += 1;
            if self.commands.is_multiple_of(self.every) {
                self.key.forget();
            }
        }
        self.key.receive(report, now)
    }
    fn poll(&mut self, now: Duration) -> Vec<Out> {
        self.key.poll(now)
    }
    fn next_poll(&self) -> Option<Duration> {
        self.key.next_poll()
    }
}

/// Answers INIT with this channel in so many bytes, or with another client's nonce.
struct Opener(Option<(u32, usize)>);

impl Peer for Opener {
    fn receive(&mut self, report: &Report, _: Duration) -> Vec<Out> {
        let Packet::Initialization { channel, data, .. } = Packet::read(report) else {
            return Vec::new();
        };
        let mut nonce: [u8; 8] = data[..8].try_into().unwrap();
        let (given, length) = self.0.unwrap_or_else(|| {
            nonce[0] ^= 1;
            (7, 17)
        });
        let mut payload = InitResponse {
            nonce,
            channel: ctap::hid::ChannelId(given),
            protocol_version: 2,
            device_version: [1, 2, 3],
            capabilities: ctap::hid::Capabilities(4),
        }
        .encode();
        payload.resize(length, 9);
        let reports = fragment(channel, Command::Init, &payload).unwrap();
        reports.into_iter().map(Out::Report).collect()
    }
    fn poll(&mut self, _: Duration) -> Vec<Out> {
        Vec::new()
    }
    fn next_poll(&self) -> Option<Duration> {
        None
    }
}

/// Answers every command with PING, and a packet of another client before it.
struct Wrong;

impl Peer for Wrong {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        if is(report, Command::Init) {
            return Opener(Some((7, 17))).receive(report, now);
        }
        let channel = Packet::read(report).channel();
        let mut reports = fragment(ELSEWHERE, Command::Cbor, &[0]).unwrap();
        reports.extend(fragment(channel, Command::Ping, &[0]).unwrap());
        reports.into_iter().map(Out::Report).collect()
    }
    fn poll(&mut self, _: Duration) -> Vec<Out> {
        Vec::new()
    }
    fn next_poll(&self) -> Option<Duration> {
        None
    }
}

fn is(report: &Report, wanted: Command) -> bool {
    matches!(Packet::read(report), Packet::Initialization { command, .. } if command == wanted)
}
