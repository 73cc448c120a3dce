//! Any answer between anything else, any noise, and a cancel at any time.

use std::time::Duration;

use ctap::hid::{
    ChannelId, Command, KeepaliveStatus, MAX_PAYLOAD, Packet, REPORT_LENGTH, Report, fragment,
};
use proptest::{collection::vec, prelude::*};

use super::{
    faulty::Out,
    simulated::{Alarms, Peer, Plan, Sane, ask, echo, foreign, open, order},
};

/// Opens channels and answers as it should, but for one command.
struct Once<F> {
    key: Sane,
    /// What comes in place of the answer to the first command, given its channel.
    answer: Option<F>,
    rest: usize,
}

impl<F: FnOnce(ChannelId) -> Vec<Report>> Once<F> {
    fn new(request: usize, answer: F) -> Self {
        Self {
            key: Sane::new(echo),
            answer: Some(answer),
            // The request's own packets are taken away from the key behind.
            rest: fragment(ChannelId(7), Command::Cbor, &vec![0; request]).map_or(0, |it| it.len()),
        }
    }
}

impl<F: FnOnce(ChannelId) -> Vec<Report>> Peer for Once<F> {
    fn receive(&mut self, report: &Report, now: Duration) -> Vec<Out> {
        let packet = Packet::read(report);
        let is_ours = packet.channel() != ChannelId::BROADCAST;
        if self.answer.is_none() || !is_ours {
            return self.key.receive(report, now);
        }
        self.rest = self.rest.saturating_sub(1);
        let answer = self.answer.take_if(|_| self.rest == 0);
        let reports = answer.map(|answer| answer(packet.channel()));
        reports
            .unwrap_or_default()
            .into_iter()
            .map(Out::Report)
            .collect()
    }
    fn poll(&mut self, now: Duration) -> Vec<Out> {
        self.key.poll(now)
    }
    fn next_poll(&self) -> Option<Duration> {
        self.key.next_poll()
    }
}

/// What may come between the packets of an answer.
#[derive(Debug, Clone)]
enum Aside {
    Keepalive(KeepaliveStatus),
    Foreign(u32),
    Init(u8),
}

fn aside() -> impl Strategy<Value = Aside> {
    prop_oneof![
        Just(Aside::Keepalive(KeepaliveStatus::Processing)),
        Just(Aside::Keepalive(KeepaliveStatus::UpNeeded)),
        (100u32..).prop_map(Aside::Foreign),
        any::<u8>().prop_map(Aside::Init),
    ]
}

fn packets(aside: &Aside, ours: ChannelId, is_first: bool) -> Vec<Report> {
    match aside {
        // A device sends none between the packets of its answer.
        Aside::Keepalive(_) if !is_first => Vec::new(),
        Aside::Keepalive(status) => fragment(ours, Command::Keepalive, &[status.code()]).unwrap(),
        Aside::Foreign(channel) => vec![foreign(*channel)],
        Aside::Init(fill) => fragment(ChannelId::BROADCAST, Command::Init, &[*fill; 17]).unwrap(),
    }
}

fn noise() -> impl Strategy<Value = Report> {
    let channel = prop_oneof![
        4 => Just(7u32),
        1 => Just(0xFFFF_FFFFu32),
        1 => Just(0),
        1 => any::<u32>()
    ];
    let head = prop_oneof![
        any::<u8>(),
        Just(0x90),
        Just(0xBB),
        Just(0xBF),
        Just(0x86),
        0u8..4
    ];
    let length = prop_oneof![0u16..200, any::<u16>()];
    (channel, head, length, any::<u8>()).prop_map(|(channel, head, length, fill)| {
        let mut report = [fill; REPORT_LENGTH];
        report[..4].copy_from_slice(&channel.to_be_bytes());
        report[4] = head;
        if head & 0x80 != 0 {
            report[5..7].copy_from_slice(&length.to_be_bytes());
        }
        report
    })
}

proptest! {
    #[test]
    fn an_answer_is_found_between_keepalives_and_what_is_for_others(
        request in vec(any::<u8>(), 1..300),
        answer in vec(any::<u8>(), 0..=MAX_PAYLOAD),
        asides in vec((aside(), any::<prop::sample::Index>()), 0..40),
    ) {
        let wanted = answer.clone();
        let key = Once::new(request.len(), move |ours| {
            let cut = fragment(ours, Command::Cbor, &answer).unwrap();
            let mut places: Vec<_> = asides.iter().map(|(aside, at)| (at.index(cut.len()), aside)).collect();
            places.sort_by_key(|(at, _)| *at);
            let mut all = Vec::new();
            for (at, report) in cut.into_iter().enumerate() {
                let here = places.iter().filter(|(place, _)| *place == at);
                all.extend(here.flat_map(|(_, aside)| packets(aside, ours, at == 0)));
                all.push(report);
            }
            all
        });
        let mut link = open(key, &Alarms::default()).unwrap();
        let (got, _) = ask(&mut link, &order(&request));
        prop_assert_eq!(got.unwrap(), wanted);
        let (next, _) = ask(&mut link, &order(&[1, 2, 3]));
        prop_assert_eq!(next.unwrap(), [1, 2, 3]);
    }

    #[test]
    fn noise_ends_in_time_and_the_next_command_gets_its_own_answer(
        stream in vec(noise(), 0..200), request in vec(any::<u8>(), 1..200),
    ) {
        let key = Once::new(request.len(), move |_| stream);
        let mut link = open(key, &Alarms::default()).unwrap();
        let (_, took) = ask(&mut link, &order(&request));
        prop_assert!(took < Duration::from_secs(34), "{took:?}");
        let (next, took) = ask(&mut link, &order(&[1, 2, 3]));
        prop_assert_eq!(next.unwrap(), [1, 2, 3]);
        prop_assert!(took < Duration::from_secs(4), "{took:?}");
    }

    #[test]
    fn a_cancel_or_a_drop_at_any_time_leaves_a_channel_that_works(
        at in 0u64..700, delay in 0u64..600, is_dropped: bool, length in 1usize..3_000,
    ) {
        let alarms = Alarms::default();
        let slow = move |request: &[u8]| {
            let delay = Duration::from_millis(if request == [1, 2, 3] { 0 } else { delay });
            Plan::Answer(delay, KeepaliveStatus::UpNeeded, request.to_vec())
        };
        let mut link = open(Sane::new(slow), &alarms).unwrap();
        let stopped = order(&vec![9; length]);
        let token = if is_dropped { &stopped.abandoned } else { &stopped.cancel };
        alarms.lock().unwrap().push((link.now() + Duration::from_millis(at), token.clone()));
        let (answer, _) = ask(&mut link, &stopped);
        if !is_dropped {
            let answer = answer.unwrap();
            prop_assert!(answer == [0x2D] || answer == vec![9; length]);
        }
        let (next, _) = ask(&mut link, &order(&[1, 2, 3]));
        prop_assert_eq!(next.unwrap(), [1, 2, 3]);
    }
}
