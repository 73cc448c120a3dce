mod streams;

use super::*;
use std::time::Duration;

const CLIENT: ChannelId = ChannelId(0x0102_0304);
const OTHER: ChannelId = ChannelId(0x0102_0305);

fn at(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn cut(channel: ChannelId, command: Command, payload: &[u8]) -> Vec<Report> {
    fragment(channel, command, payload).expect("the payload fits")
}

/// The messages among the actions' reports, and nothing else.
fn sent(actions: &[Action]) -> Vec<Message> {
    let outgoing = actions.iter().filter_map(|action| match action {
        Action::Send(outgoing) => Some(outgoing.clone()),
        _ => None,
    });
    outgoing.map(whole).collect()
}

fn whole(outgoing: Outgoing) -> Message {
    let mut assembler = Assembler::default();
    let mut message = None;
    for report in &outgoing.reports {
        message = assembler.push(Packet::read(report)).expect("well-formed");
    }
    message.expect("a complete message")
}

fn failure(actions: &[Action]) -> ErrorCode {
    match sent(actions).as_slice() {
        [
            Message {
                command: Command::Error,
                payload,
                ..
            },
        ] => ErrorCode::from(payload[0]),
        other => panic!("expected one error, got {other:?}"),
    }
}

fn deliver(device: &mut Device, reports: &[Report], now: Duration) -> Vec<Action> {
    reports
        .iter()
        .flat_map(|report| device.receive(report, now))
        .collect()
}

fn open(device: &mut Device) -> ChannelId {
    let actions = deliver(
        device,
        &cut(ChannelId::BROADCAST, Command::Init, b"8 bytes!"),
        at(0),
    );
    InitResponse::decode(&sent(&actions)[0].payload)
        .expect("an INIT response")
        .channel
}

fn device() -> (Device, ChannelId) {
    let mut device = Device::new(Config {
        device_version: [1, 2, 3],
        wink: false,
        first_channel: 0xFFFF_FFFE,
    });
    let channel = open(&mut device);
    (device, channel)
}

fn execute(device: &mut Device, channel: ChannelId, now: Duration) -> Transaction {
    match deliver(device, &cut(channel, Command::Cbor, &[4]), now).as_slice() {
        [
            Action::Execute {
                transaction,
                request,
            },
        ] if request == &[4] => *transaction,
        other => panic!("expected a transaction, got {other:?}"),
    }
}

#[test]
fn the_first_packet_carries_57_bytes_and_each_further_one_59() {
    for (length, packets) in [
        (0, 1),
        (57, 1),
        (58, 2),
        (116, 2),
        (117, 3),
        (MAX_PAYLOAD, 129),
    ] {
        assert_eq!(
            cut(CLIENT, Command::Ping, &vec![7; length]).len(),
            packets,
            "{length} bytes"
        );
    }
    assert_eq!(
        fragment(CLIENT, Command::Ping, &vec![7; MAX_PAYLOAD + 1]),
        Err(ErrorCode::InvalidLen)
    );
}

#[test]
fn init_on_broadcast_allocates_a_channel_and_never_a_reserved_one() {
    let (mut device, first) = device();
    assert_eq!(first, ChannelId(0xFFFF_FFFE));
    assert_eq!(
        open(&mut device),
        ChannelId(1),
        "neither broadcast nor reserved"
    );
    let actions = deliver(
        &mut device,
        &cut(ChannelId::BROADCAST, Command::Init, b"8 bytes!"),
        at(0),
    );
    let message = &sent(&actions)[0];
    assert_eq!(
        (message.channel, message.payload.len()),
        (ChannelId::BROADCAST, 17)
    );
    let response = InitResponse::decode(&message.payload).unwrap();
    assert_eq!(&response.nonce, b"8 bytes!");
    assert_eq!(
        (response.protocol_version, response.device_version),
        (2, [1, 2, 3])
    );
    assert_eq!(
        response.capabilities,
        Capabilities(Capabilities::CBOR | Capabilities::NMSG)
    );
}

#[test]
fn a_stranger_opening_channels_does_not_grow_the_device() {
    let (mut device, first) = device();
    for _ in 0..1000 {
        open(&mut device);
    }
    assert_eq!(
        failure(&deliver(
            &mut device,
            &cut(first, Command::Ping, b"x"),
            at(0)
        )),
        ErrorCode::InvalidChannel
    );
}

#[test]
fn echoes_a_ping_of_the_greatest_length() {
    let (mut device, channel) = device();
    let payload: Vec<u8> = (0..MAX_PAYLOAD).map(|byte| byte as u8).collect();
    let actions = deliver(&mut device, &cut(channel, Command::Ping, &payload), at(0));
    assert_eq!(
        sent(&actions),
        [Message {
            channel,
            command: Command::Ping,
            payload
        }]
    );
}

#[test]
fn refuses_what_it_does_not_offer() {
    let (mut device, channel) = device();
    for (command, payload, expected) in [
        (Command::Wink, &[][..], ErrorCode::InvalidCmd),
        (Command::Lock, &[3], ErrorCode::InvalidCmd),
        (Command::Msg, &[0, 3, 0, 0], ErrorCode::InvalidCmd),
        (Command::Msg, &[], ErrorCode::InvalidLen),
        (Command::Cbor, &[], ErrorCode::InvalidLen),
        (Command::Init, &[1; 7], ErrorCode::InvalidLen),
        (Command::Init, &[1; 9], ErrorCode::InvalidLen),
        (Command::Keepalive, &[1], ErrorCode::InvalidCmd),
        (Command::Error, &[1], ErrorCode::InvalidCmd),
        (Command::Other(0x66), &[], ErrorCode::InvalidCmd),
    ] {
        let actions = deliver(&mut device, &cut(channel, command, payload), at(0));
        assert_eq!(failure(&actions), expected, "{command:?} with {payload:?}");
    }
}

#[test]
fn winks_when_wink_is_offered() {
    let mut device = Device::new(Config {
        wink: true,
        ..Config::default()
    });
    let channel = open(&mut device);
    let actions = deliver(&mut device, &cut(channel, Command::Wink, &[]), at(0));
    assert_eq!(actions[0], Action::Wink);
    assert_eq!(
        sent(&actions),
        [Message {
            channel,
            command: Command::Wink,
            payload: vec![]
        }]
    );
}

#[test]
fn refuses_reserved_and_unknown_channels() {
    let (mut device, _) = device();
    for (channel, command) in [
        (ChannelId(0), Command::Init),
        (ChannelId(0), Command::Ping),
        (ChannelId::BROADCAST, Command::Ping),
        (OTHER, Command::Ping),
    ] {
        let actions = deliver(&mut device, &cut(channel, command, b"8 bytes!"), at(0));
        assert_eq!(
            failure(&actions),
            ErrorCode::InvalidChannel,
            "{command:?} on {channel}"
        );
    }
}

#[test]
fn refuses_a_claimed_length_over_the_maximum() {
    let (mut device, channel) = device();
    let mut report = cut(channel, Command::Ping, b"x")[0];
    report[5..7].copy_from_slice(&7610u16.to_be_bytes());
    assert_eq!(
        failure(&device.receive(&report, at(0))),
        ErrorCode::InvalidLen
    );
    assert_eq!(device.next_poll(), None);
}

#[test]
fn a_skipped_or_repeated_sequence_number_ends_the_message() {
    for wrong in [2, 0] {
        let (mut device, channel) = device();
        let reports = cut(channel, Command::Ping, &[5; 57 + 59 * 4]);
        assert!(deliver(&mut device, &reports[..2], at(0)).is_empty());
        assert_eq!(
            failure(&device.receive(&reports[wrong + 1], at(1))),
            ErrorCode::InvalidSeq
        );
        assert!(
            deliver(&mut device, &reports[2..], at(2)).is_empty(),
            "the rest is spurious and ignored"
        );
    }
}

#[test]
fn a_new_message_inside_a_message_ends_it() {
    let (mut device, channel) = device();
    let reports = cut(channel, Command::Ping, &[5; 200]);
    device.receive(&reports[0], at(0));
    assert_eq!(
        failure(&device.receive(&reports[0], at(0))),
        ErrorCode::InvalidSeq
    );
    assert_eq!(device.next_poll(), None);
}

#[test]
fn an_incomplete_message_times_out_500_ms_after_its_last_packet() {
    let (mut device, channel) = device();
    let reports = cut(channel, Command::Ping, &[5; 200]);
    device.receive(&reports[0], at(0));
    device.receive(&reports[1], at(400));
    assert_eq!(device.next_poll(), Some(at(900)));
    assert_eq!(device.poll(at(899)), None);
    let message = whole(device.poll(at(900)).expect("the time-out"));
    assert_eq!(
        message,
        Message {
            channel,
            command: Command::Error,
            payload: vec![5]
        }
    );
    assert_eq!(device.poll(at(5000)), None, "said once");
    assert!(device.receive(&reports[2], at(5000)).is_empty());
}

#[test]
fn another_channel_is_told_busy_and_does_not_disturb_the_first() {
    let (mut device, first) = device();
    let second = open(&mut device);
    let reports = cut(first, Command::Ping, &[5; 99]);
    device.receive(&reports[0], at(0));
    let theirs = cut(second, Command::Ping, &[6; 99]);
    assert_eq!(
        failure(&device.receive(&theirs[0], at(100))),
        ErrorCode::ChannelBusy
    );
    assert!(device.receive(&theirs[1], at(100)).is_empty());
    assert_eq!(
        device.next_poll(),
        Some(at(500)),
        "the stranger does not prolong the time-out"
    );
    assert_eq!(
        sent(&device.receive(&reports[1], at(110)))[0].payload,
        [5; 99]
    );
}

#[test]
fn a_client_may_init_on_a_channel_of_its_own_choice_while_another_is_assembling() {
    let (mut device, first) = device();
    let reports = cut(first, Command::Ping, &[5; 99]);
    device.receive(&reports[0], at(0));
    let actions = deliver(&mut device, &cut(OTHER, Command::Init, b"8 bytes!"), at(1));
    assert_eq!(sent(&actions)[0].channel, OTHER);
    assert_eq!(
        sent(&device.receive(&reports[1], at(2)))[0].payload,
        [5; 99]
    );
}

#[test]
fn keepalives_come_every_100_ms_until_the_answer() {
    let (mut device, channel) = device();
    let transaction = execute(&mut device, channel, at(1000));
    assert_eq!(device.next_poll(), Some(at(1100)));
    assert_eq!(device.poll(at(1099)), None);
    let keepalive = |status| Message {
        channel,
        command: Command::Keepalive,
        payload: vec![status],
    };
    assert_eq!(whole(device.poll(at(1100)).unwrap()), keepalive(1));
    assert_eq!(
        whole(
            device
                .set_status(transaction, KeepaliveStatus::UpNeeded, at(1150))
                .unwrap()
        ),
        keepalive(2)
    );
    assert_eq!(
        device.set_status(transaction, KeepaliveStatus::UpNeeded, at(1160)),
        None
    );
    assert_eq!(device.next_poll(), Some(at(1250)));
    assert_eq!(whole(device.poll(at(1250)).unwrap()), keepalive(2));
    let answer = whole(device.respond(transaction, &[0, 0xA0]).unwrap());
    assert_eq!(
        answer,
        Message {
            channel,
            command: Command::Cbor,
            payload: vec![0, 0xA0]
        }
    );
    assert_eq!((device.next_poll(), device.poll(at(9999))), (None, None));
    assert_eq!(device.respond(transaction, &[0]), None, "answered once");
}

#[test]
fn a_running_transaction_makes_every_channel_busy() {
    let (mut device, first) = device();
    let second = open(&mut device);
    execute(&mut device, first, at(0));
    for channel in [first, second, OTHER] {
        let actions = deliver(&mut device, &cut(channel, Command::Ping, b"x"), at(1));
        assert_eq!(failure(&actions), ErrorCode::ChannelBusy);
    }
}

#[test]
fn cancel_stops_only_its_own_channels_command_and_has_no_answer_of_its_own() {
    let (mut device, first) = device();
    let second = open(&mut device);
    assert!(deliver(&mut device, &cut(first, Command::Cancel, &[]), at(0)).is_empty());
    let transaction = execute(&mut device, first, at(0));
    assert!(deliver(&mut device, &cut(second, Command::Cancel, &[]), at(1)).is_empty());
    assert_eq!(
        deliver(&mut device, &cut(first, Command::Cancel, &[]), at(2)),
        [Action::Cancel(transaction)]
    );
    assert!(
        device.respond(transaction, &[0x2D]).is_some(),
        "KEEPALIVE_CANCEL is still an answer"
    );
}

#[test]
fn resynchronising_aborts_the_transaction_and_drops_its_answer() {
    let (mut device, channel) = device();
    let transaction = execute(&mut device, channel, at(0));
    let actions = deliver(
        &mut device,
        &cut(channel, Command::Init, b"8 bytes!"),
        at(1),
    );
    assert_eq!(actions[0], Action::Cancel(transaction));
    let response = InitResponse::decode(&sent(&actions)[0].payload).unwrap();
    assert_eq!((response.channel, &response.nonce), (channel, b"8 bytes!"));
    assert_eq!(device.respond(transaction, &[0]), None);
    assert_ne!(execute(&mut device, channel, at(2)), transaction);
}

#[test]
fn an_answer_too_long_for_ctaphid_becomes_an_error() {
    let (mut device, channel) = device();
    let transaction = execute(&mut device, channel, at(0));
    let message = whole(
        device
            .respond(transaction, &vec![0; MAX_PAYLOAD + 1])
            .unwrap(),
    );
    assert_eq!(
        (message.command, message.payload),
        (Command::Error, vec![0x7F])
    );
}

#[test]
fn a_power_cycle_forgets_channels_and_names_the_command_to_stop() {
    let (mut device, channel) = device();
    let transaction = execute(&mut device, channel, at(0));
    assert_eq!(device.power_cycle(), Some(transaction));
    assert_eq!(device.next_poll(), None);
    assert_eq!(
        failure(&deliver(
            &mut device,
            &cut(channel, Command::Ping, b"x"),
            at(1)
        )),
        ErrorCode::InvalidChannel
    );
}

#[test]
fn error_and_command_codes_survive_the_round_trip() {
    for byte in 0..=u8::MAX {
        assert_eq!(ErrorCode::from(byte).code(), byte);
        assert_eq!(Command::from(byte).code(), byte & 0x7F);
    }
}
