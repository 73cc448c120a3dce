//! What the timeline hears of reports.

use std::sync::Arc;

use ctap::hid::{ChannelId, Command, Report, fragment};
use serde_json::json;
use timeline::{Draft, ManualClock, Seq, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{
    simulated::foreign,
    sockets::{Behaviour, serve},
};
use crate::{Channel as _, KeyChannel, KeyId, Tap, hid::Frames, kinds, tests::Log};

const OURS: ChannelId = ChannelId(7);

fn frames(log: &Arc<Log>) -> Frames {
    let clock = Arc::new(ManualClock::new(Timestamp(5)));
    let key = KeyId::hid("/dev/hidraw3");
    let mut frames = Frames::new(Tap::new(log.clone(), clock).caused_by(Seq(1)), key);
    frames.begin(Some(Seq(9)));
    frames
}

fn one(channel: ChannelId, command: Command, payload: &[u8]) -> Report {
    fragment(channel, command, payload).unwrap()[0]
}

#[test]
fn a_report_is_told_whole_with_its_cause_and_what_it_says() {
    let log = Arc::new(Log::default());
    let mut frames = frames(&log);
    let reports = fragment(OURS, Command::Cbor, &[1; 100]).unwrap();
    frames.sent(&reports[0]);
    frames.sent(&reports[1]);
    frames.received(&one(OURS, Command::Error, &[6]), OURS);
    let events = log.drafts();
    assert!(
        events
            .iter()
            .all(|event| event.cause == Some(Seq(9)) && event.party_time == Some(Timestamp(5)))
    );
    assert_eq!(events[0].kind, kinds::HID_SENT);
    assert_eq!(events[0].raw.as_deref(), Some(reports[0].as_slice()));
    let key = "hid:/dev/hidraw3";
    assert_eq!(
        events[0].body,
        json!({ "key": key, "channel": "00000007", "command": "CBOR", "length": 100 })
    );
    assert_eq!(
        events[1].body,
        json!({ "key": key, "channel": "00000007", "sequence": 0 })
    );
    assert_eq!(events[2].kind, kinds::HID_RECEIVED);
    let reason = events[2].body["error"].as_str().unwrap();
    assert!(reason.starts_with("ERR_CHANNEL_BUSY"), "{reason}");
}

#[test]
fn equal_keepalives_are_told_once_and_counted_in_what_comes_next() {
    let log = Arc::new(Log::default());
    let mut frames = frames(&log);
    for (status, times) in [(1, 4), (2, 3), (1, 1)] {
        for _ in 0..times {
            frames.received(&one(OURS, Command::Keepalive, &[status]), OURS);
        }
    }
    frames.received(&one(OURS, Command::Cbor, &[0]), OURS);
    let told: Vec<_> = log
        .drafts()
        .iter()
        .map(|event| {
            let said = |name: &str| event.body.get(name).cloned();
            (said("status"), said("keepalivesBefore"))
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some(json!("processing")), None),
            (Some(json!("upNeeded")), Some(json!(3))),
            (Some(json!("processing")), Some(json!(2))),
            (None, None),
        ]
    );
}

#[test]
fn a_key_cannot_flood_the_timeline() {
    let log = Arc::new(Log::default());
    let mut frames = frames(&log);
    for round in 0..10_000u32 {
        let status = (round % 2) as u8 + 1;
        frames.received(&one(OURS, Command::Keepalive, &[status]), OURS);
        frames.received(&foreign(round + 100), OURS);
    }
    frames.received(&one(OURS, Command::Cbor, &[0]), OURS);
    let events = log.drafts();
    assert!(events.len() < 100, "{}", events.len());
    assert_eq!(
        events.last().unwrap().body["command"],
        "CBOR",
        "the answer is told"
    );
    frames.begin(Some(Seq(10)));
    frames.received(&foreign(100), OURS);
    let events = log.drafts();
    assert_eq!(
        events.last().unwrap().body["foreign"],
        true,
        "and so is the next exchange"
    );
}

#[tokio::test]
async fn a_commands_reports_are_caused_by_its_event_and_the_opening_by_what_opened() {
    let log = Arc::new(Log::default());
    let clock = Arc::new(ManualClock::new(Timestamp(5)));
    let (address, _) = serve(Behaviour::Echo(0)).await;
    let tap = Tap::new(log.clone(), clock).caused_by(Seq(3));
    let mut channel = KeyChannel::over_udp(address, tap).await.unwrap();
    channel.caused_by(Some(Seq(40)));
    channel
        .transact(&[4; 60], &CancellationToken::new(), &mut |_| {})
        .await
        .unwrap();
    let told: Vec<_> = log.drafts().iter().map(told).collect();
    let (sent, received) = (kinds::HID_SENT, kinds::HID_RECEIVED);
    assert_eq!(
        told,
        [
            (sent, Some(3), "INIT".to_owned()),
            (received, Some(3), "INIT".to_owned()),
            (sent, Some(40), "CBOR".to_owned()),
            (sent, Some(40), "0".to_owned()),
            (received, Some(40), "CBOR".to_owned()),
            (received, Some(40), "0".to_owned()),
        ]
    );
}

fn told(event: &Draft) -> (&'static str, Option<u64>, String) {
    let body = &event.body;
    let name = body["command"].as_str().map(ToOwned::to_owned);
    let name = name.unwrap_or_else(|| body["sequence"].to_string());
    (event.kind, event.cause.map(|seq| seq.0), name)
}
