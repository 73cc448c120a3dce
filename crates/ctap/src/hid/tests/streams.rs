//! Any message and any stream of packets.

use proptest::prelude::*;

use super::*;

fn any_report() -> impl Strategy<Value = Report> {
    let channel = prop_oneof![
        Just(0xFFFF_FFFFu32),
        Just(0),
        Just(1),
        Just(2),
        any::<u32>()
    ];
    let head = prop_oneof![
        any::<u8>(),
        Just(0x86),
        Just(0x90),
        Just(0x81),
        Just(0x91),
        0u8..4
    ];
    let length = prop_oneof![Just(8u16), Just(0), 0u16..200, any::<u16>()];
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
    fn assembling_undoes_fragmenting(
        payload in proptest::collection::vec(any::<u8>(), 0..=MAX_PAYLOAD), channel: u32, code in 0u8..0x80,
    ) {
        let (channel, command) = (ChannelId(channel), Command::from(code));
        let reports = cut(channel, command, &payload);
        let mut assembler = Assembler::default();
        let (last, before) = reports.split_last().unwrap();
        for report in before {
            prop_assert_eq!(assembler.push(Packet::read(report)), Ok(None));
        }
        prop_assert_eq!(assembler.push(Packet::read(last)), Ok(Some(Message { channel, command, payload })));
        prop_assert_eq!(assembler.channel(), None);
    }

    #[test]
    fn no_stream_of_packets_panics_or_wedges_the_device(
        stream in proptest::collection::vec((any_report(), 0u64..300, any::<bool>()), 0..60),
    ) {
        let mut device = Device::new(Config { first_channel: 1, ..Config::default() });
        let (mut now, mut running) = (at(0), None);
        for (report, pause, answer) in stream {
            now += at(pause);
            for action in device.receive(&report, now) {
                match action {
                    Action::Execute { transaction, request } => {
                        prop_assert!(running.is_none() && !request.is_empty(), "one transaction at a time");
                        running = Some(transaction);
                    }
                    Action::Cancel(transaction) => {
                        prop_assert_eq!(running, Some(transaction));
                        device.respond(transaction, &[0x2D]);
                        running = None;
                    }
                    Action::Send(outgoing) => prop_assert!(!outgoing.reports.is_empty()),
                    Action::Wink => {}
                }
            }
            device.poll(now);
            prop_assert!(device.next_poll().is_none_or(|next| next > now));
            if answer && let Some(transaction) = running.take() {
                prop_assert!(device.respond(transaction, &[0]).is_some());
            }
        }
        now += at(1000);
        if let Some(transaction) = running {
            device.respond(transaction, &[0]);
        }
        device.poll(now);
        let channel = open(&mut device);
        prop_assert_eq!(&sent(&deliver(&mut device, &cut(channel, Command::Ping, b"alive"), now))[0].payload, b"alive");
    }
}
