//! CTAPHID over UDP, against raw sockets.

use std::net::SocketAddr;
use std::time::Duration;

use client::{Channel as _, KeyChannel, Tap};
use ctap::hid::{
    Assembler, Capabilities, ChannelId, Command, ErrorCode, Message, Packet, Report, fragment,
};
use ctap::{Command as Ctap, Status};
use serde_json::json;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, memory, prompt};
use crate::udp::{Options, POWER_CYCLE, bind, serve};
use crate::{Answer, Device, Error, Model, Presence, kinds};

struct Served {
    bench: Bench,
    device: Device,
    address: SocketAddr,
    server: JoinHandle<Result<(), Error>>,
}

async fn served(presence: Presence, allow_power_cycle: bool) -> Served {
    let bench = Bench::new();
    let device = bench
        .shelf(memory(), presence)
        .add("Key", Model::Key)
        .expect("a device");
    let socket = bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    let server = tokio::spawn(serve(device.clone(), socket, Options { allow_power_cycle }));
    Served {
        bench,
        device,
        address,
        server,
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Raw(UdpSocket);

impl Raw {
    async fn to(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        socket.connect(address).await.expect("connected");
        Self(socket)
    }

    async fn send(&self, channel: ChannelId, command: Command, payload: &[u8]) {
        for report in fragment(channel, command, payload).expect("short enough") {
            self.0.send(&report).await.expect("sent");
        }
    }

    /// The next whole message.
    async fn receive(&self) -> Message {
        let mut assembler = Assembler::default();
        loop {
            let mut report: Report = [0; 64];
            let read = tokio::time::timeout(Duration::from_secs(5), self.0.recv(&mut report));
            let length = read.await.expect("an answer in time").expect("received");
            assert_eq!(length, 64, "one datagram is one report");
            if let Some(message) = assembler.push(Packet::read(&report)).expect("in order") {
                return message;
            }
        }
    }

    async fn silent(&self, time: Duration) -> bool {
        let mut report: Report = [0; 64];
        tokio::time::timeout(time, self.0.recv(&mut report))
            .await
            .is_err()
    }

    async fn channel(&self) -> ChannelId {
        self.send(ChannelId::BROADCAST, Command::Init, b"12345678")
            .await;
        let answer = self.receive().await;
        assert_eq!(
            (answer.channel, answer.command),
            (ChannelId::BROADCAST, Command::Init)
        );
        assert_eq!(&answer.payload[..8], b"12345678");
        ChannelId(u32::from_be_bytes(
            answer.payload[8..12].try_into().expect("four bytes"),
        ))
    }

    async fn refused(&self, code: ErrorCode) {
        let answer = self.receive().await;
        assert_eq!(
            (answer.command, answer.payload),
            (Command::Error, vec![code.code()])
        );
    }

    /// Skips keepalives and gives the answer.
    async fn answer(&self) -> Message {
        loop {
            let message = self.receive().await;
            if message.command != Command::Keepalive {
                return message;
            }
        }
    }
}

#[tokio::test]
async fn hands_out_channels_and_echoes() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let (one, two) = (raw.channel().await, raw.channel().await);
    assert_ne!(one, two);
    for length in [0, 1, 57, 58, 7_609] {
        let payload: Vec<u8> = (0..length).map(|it| (it % 251) as u8).collect();
        raw.send(one, Command::Ping, &payload).await;
        assert_eq!(
            raw.receive().await,
            Message {
                channel: one,
                command: Command::Ping,
                payload
            }
        );
    }
}

#[tokio::test]
async fn takes_reports_with_a_leading_zero_and_drops_other_lengths() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    let ping = fragment(channel, Command::Ping, b"hello").expect("short")[0];
    let mut with_id = vec![0];
    with_id.extend(ping);
    let mut with_wrong_id = vec![1];
    with_wrong_id.extend(ping);
    for datagram in [&[][..], &ping[..63], &with_wrong_id, &[7; 66], &[7; 1_400]] {
        raw.0.send(datagram).await.expect("sent");
    }
    raw.0.send(&with_id).await.expect("sent");
    assert_eq!(raw.receive().await.payload, b"hello", "the only answer");
}

#[tokio::test]
async fn refuses_what_it_does_not_offer() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    raw.send(channel, Command::Msg, &[0, 3, 0, 0, 0, 0, 0])
        .await;
    raw.refused(ErrorCode::InvalidCmd).await;
    for command in [Command::Lock, Command::Other(0x55)] {
        raw.send(channel, command, &[]).await;
        raw.refused(ErrorCode::InvalidCmd).await;
    }
    raw.send(channel, Command::Init, b"12345678").await;
    assert_eq!(
        raw.receive().await.payload[16],
        Capabilities::WINK | Capabilities::CBOR | Capabilities::NMSG,
        "and says so"
    );
    raw.send(channel, Command::Wink, &[1]).await;
    raw.refused(ErrorCode::InvalidLen).await;
    assert_eq!(served.bench.notes.of(kinds::WINKED), [json!(null); 0]);
    raw.send(channel, Command::Cbor, &[]).await;
    raw.refused(ErrorCode::InvalidLen).await;
    raw.send(ChannelId(channel.0.wrapping_add(77)), Command::Ping, b"x")
        .await;
    raw.refused(ErrorCode::InvalidChannel).await;
    raw.send(channel, Command::Cbor, &[0x7E]).await;
    assert_eq!(raw.answer().await.payload, [Status::InvalidCommand.code()]);
}

#[tokio::test]
async fn shows_which_one_it_is() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    raw.send(channel, Command::Wink, &[]).await;
    let answer = raw.receive().await;
    assert_eq!((answer.command, answer.payload), (Command::Wink, vec![]));
    assert_eq!(
        served.bench.notes.of(kinds::WINKED),
        [json!({ "device": served.device.id() })]
    );
}

#[tokio::test]
async fn the_timeline_hears_when_it_is_plugged_in_and_unplugged() {
    let served = served(Presence::Auto, false).await;
    Raw::to(served.address).await.channel().await;
    let key = format!("udp:{}", served.address);
    let body = json!({ "device": served.device.id(), "way": "udp", "key": key });
    assert_eq!(
        served.bench.notes.of(kinds::PLUGGED),
        std::slice::from_ref(&body)
    );
    assert_eq!(served.bench.notes.of(kinds::UNPLUGGED), [json!(null); 0]);
    served.server.abort();
    while !served.server.is_finished() {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.bench.notes.of(kinds::UNPLUGGED), [body]);
}

#[tokio::test]
async fn being_plugged_in_opens_the_reset_window() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    served.bench.clock.advance(Duration::from_secs(60));
    raw.send(channel, Command::Cbor, &Ctap::Reset.encode())
        .await;
    assert_eq!(raw.answer().await.payload, [Status::NotAllowed.code()]);
    let socket = bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a free port");
    let again = socket.local_addr().expect("it is bound");
    let server = tokio::spawn(serve(served.device.clone(), socket, Options::default()));
    let raw = Raw::to(again).await;
    let channel = raw.channel().await;
    raw.send(channel, Command::Cbor, &Ctap::Reset.encode())
        .await;
    assert_eq!(raw.answer().await.payload, [0]);
    server.abort();
}

#[tokio::test]
async fn a_message_that_is_not_completed_times_out_by_itself() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    let reports = fragment(channel, Command::Ping, &[1; 200]).expect("short");
    raw.0.send(&reports[0]).await.expect("sent");
    raw.refused(ErrorCode::MsgTimeout).await;
    raw.0.send(&reports[0]).await.expect("sent");
    raw.0.send(&reports[2]).await.expect("sent");
    raw.refused(ErrorCode::InvalidSeq).await;
}

#[tokio::test]
async fn keeps_alive_while_it_waits_and_obeys_cancel() {
    let served = served(Presence::Ask, false).await;
    let raw = Raw::to(served.address).await;
    let other = Raw::to(served.address).await;
    let (channel, others) = (raw.channel().await, other.channel().await);
    raw.send(channel, Command::Cbor, &Ctap::Selection.encode())
        .await;
    let keepalives = std::time::Instant::now();
    for _ in 0..3 {
        let message = raw.receive().await;
        assert_eq!(
            (message.command, message.payload),
            (Command::Keepalive, vec![2]),
            "user presence needed"
        );
    }
    assert!(
        keepalives.elapsed() >= Duration::from_millis(150),
        "every 100 ms"
    );
    other.send(others, Command::Ping, b"x").await;
    other.refused(ErrorCode::ChannelBusy).await;
    other.send(others, Command::Cancel, &[]).await;
    assert_eq!(
        raw.receive().await.command,
        Command::Keepalive,
        "another channel cancels nothing"
    );
    raw.send(channel, Command::Cancel, &[]).await;
    assert_eq!(raw.answer().await.payload, [Status::KeepaliveCancel.code()]);
    assert!(
        raw.silent(Duration::from_millis(250)).await,
        "no keepalive after the answer"
    );
}

#[tokio::test]
async fn answers_go_to_the_client_that_asked() {
    let served = served(Presence::Ask, false).await;
    let (one, two) = (Raw::to(served.address).await, Raw::to(served.address).await);
    let channel = one.channel().await;
    one.send(channel, Command::Cbor, &Ctap::Selection.encode())
        .await;
    let id = prompt(&served.device, |_| true).await;
    two.channel().await;
    served
        .device
        .prompts()
        .answer(id, Answer::Touch)
        .expect("taken");
    assert_eq!(one.answer().await.payload, [0]);
    assert!(
        two.silent(Duration::from_millis(200)).await,
        "nothing for the bystander"
    );
}

#[tokio::test]
async fn keepalives_stay_with_the_client_that_asked() {
    let served = served(Presence::Ask, false).await;
    let (one, two) = (Raw::to(served.address).await, Raw::to(served.address).await);
    let channel = one.channel().await;
    one.send(channel, Command::Cbor, &Ctap::Selection.encode())
        .await;
    let id = prompt(&served.device, |_| true).await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(110)).await;
        two.send(channel, Command::Ping, b"mine").await;
        two.refused(ErrorCode::ChannelBusy).await;
    }
    assert!(
        two.silent(Duration::from_millis(250)).await,
        "nothing more for who borrows the channel"
    );
    served
        .device
        .prompts()
        .answer(id, Answer::Touch)
        .expect("taken");
    for _ in 0..4 {
        assert_eq!(one.receive().await.command, Command::Keepalive);
    }
    assert_eq!(one.answer().await.payload, [0]);
}

#[tokio::test]
async fn a_resynchronised_channel_gets_no_late_answer() {
    let served = served(Presence::Ask, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    raw.send(channel, Command::Cbor, &Ctap::Selection.encode())
        .await;
    prompt(&served.device, |_| true).await;
    raw.send(channel, Command::Init, b"resync!!").await;
    assert_eq!(raw.answer().await.command, Command::Init);
    raw.send(channel, Command::Ping, b"still here").await;
    assert_eq!(raw.answer().await.payload, b"still here");
    assert!(raw.silent(Duration::from_millis(250)).await);
}

#[tokio::test]
async fn a_power_cycle_opens_the_reset_window_and_drops_channels() {
    let served = served(Presence::Auto, true).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    served.bench.clock.advance(Duration::from_secs(60));
    raw.send(channel, Command::Cbor, &Ctap::Reset.encode())
        .await;
    assert_eq!(raw.answer().await.payload, [Status::NotAllowed.code()]);
    raw.0.send(&POWER_CYCLE).await.expect("sent");
    raw.send(channel, Command::Ping, b"x").await;
    raw.refused(ErrorCode::InvalidChannel).await;
    let channel = raw.channel().await;
    raw.send(channel, Command::Cbor, &Ctap::Reset.encode())
        .await;
    assert_eq!(raw.answer().await.payload, [0]);
}

#[tokio::test]
async fn a_power_cycle_ends_the_command_under_way_without_an_answer() {
    let served = served(Presence::Ask, true).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    raw.send(channel, Command::Cbor, &Ctap::Selection.encode())
        .await;
    prompt(&served.device, |_| true).await;
    raw.0.send(&POWER_CYCLE).await.expect("sent");
    while !raw.silent(Duration::from_millis(300)).await {}
    assert_eq!(served.device.prompts().current(), None);
    raw.channel().await;
}

#[tokio::test]
async fn without_the_flag_a_power_cycle_does_nothing() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let channel = raw.channel().await;
    raw.0.send(&POWER_CYCLE).await.expect("sent");
    raw.send(channel, Command::Ping, b"still here").await;
    loop {
        let message = raw.receive().await;
        if message.command == Command::Ping {
            break assert_eq!(message.payload, b"still here");
        }
        assert_eq!(
            message.payload,
            [ErrorCode::InvalidChannel.code()],
            "an answer to the datagram itself"
        );
    }
}

#[tokio::test]
async fn survives_any_datagram() {
    let served = served(Presence::Auto, false).await;
    let raw = Raw::to(served.address).await;
    let mut state = 0x9E37_79B9_u64;
    for _ in 0..2_000 {
        let mut datagram = [0; 64];
        for byte in &mut datagram {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
        raw.0.send(&datagram).await.expect("sent");
    }
    let fresh = Raw::to(served.address).await;
    fresh.channel().await;
}

#[tokio::test]
async fn our_own_client_reaches_it() {
    let served = served(Presence::Auto, false).await;
    let mut channel = KeyChannel::over_udp(served.address, Tap::silent())
        .await
        .expect("a channel");
    let cancel = CancellationToken::new();
    let answer = channel
        .transact(&Ctap::GetInfo.encode(), &cancel, &mut |_| {})
        .await
        .expect("an answer");
    let info = ctap::get_info::Info::decode(&answer[1..]).expect("well-formed");
    assert_eq!(info.versions, ["FIDO_2_0"]);
}

#[tokio::test]
async fn listens_on_loopback_only_and_says_when_the_port_is_taken() {
    for address in ["0.0.0.0:0", "192.0.2.1:8111", "[::]:0"] {
        let refused = bind(address.parse().expect("an address")).await;
        assert!(matches!(refused, Err(Error::NotLoopback(_))), "{address}");
    }
    let taken = bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a free port");
    let again = bind(taken.local_addr().expect("bound"))
        .await
        .expect_err("taken");
    assert!(matches!(again, Error::PortInUse(_)));
    assert!(
        again.to_string().contains("is in use by another program"),
        "{again}"
    );
}
