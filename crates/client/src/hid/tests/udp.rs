//! The channel over sockets, against CTAPHID as a real device runs it.

use std::time::Duration;

use ctap::hid::{
    Capabilities, ChannelId, Command, InitResponse, MAX_PAYLOAD, Packet, REPORT_LENGTH, fragment,
};
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;

use super::sockets::{Behaviour, plug_in, serve};
use crate::{Channel as _, ChannelError, KeyChannel, Tap};

async fn transact(channel: &mut KeyChannel, command: &[u8]) -> Result<Vec<u8>, ChannelError> {
    channel
        .transact(command, &CancellationToken::new(), &mut |_| {})
        .await
}

#[tokio::test]
async fn carries_commands_and_answers_of_every_length() {
    let (address, _) = serve(Behaviour::Echo(0)).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    assert_eq!(channel.init_response().protocol_version, 2);
    for length in [1, 57, 58, 1000, MAX_PAYLOAD] {
        let command: Vec<u8> = (0..length).map(|byte| byte as u8).collect();
        assert_eq!(
            transact(&mut channel, &command).await.unwrap(),
            command,
            "{length} bytes"
        );
    }
    let error = transact(&mut channel, &vec![0; MAX_PAYLOAD + 1])
        .await
        .unwrap_err();
    assert_eq!(error.code(), "commandTooLong");
}

#[tokio::test]
async fn tells_of_keepalives() {
    let (address, _) = serve(Behaviour::Echo(250)).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let mut heard = 0;
    let answer = channel
        .transact(&[4], &CancellationToken::new(), &mut |_| heard += 1)
        .await
        .unwrap();
    assert_eq!(answer, [4]);
    assert!((1..=2).contains(&heard), "one every 100 ms: {heard}");
}

#[tokio::test]
async fn cancelling_brings_the_devices_answer_and_the_channel_lives_on() {
    let (address, seen) = serve(Behaviour::Wait).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    for round in 1..=2 {
        let cancel = CancellationToken::new();
        let mut on_keepalive = |_| cancel.cancel();
        assert_eq!(
            channel
                .transact(&[1], &cancel, &mut on_keepalive)
                .await
                .unwrap(),
            [0x2D]
        );
        assert_eq!(seen.lock().unwrap().cancelled, round);
    }
}

#[tokio::test]
async fn dropping_the_future_cancels_and_the_next_command_gets_its_own_answer() {
    let (address, seen) = serve(Behaviour::Echo(300)).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let dropped =
        tokio::time::timeout(Duration::from_millis(50), transact(&mut channel, &[1])).await;
    assert!(dropped.is_err(), "it was still running");
    assert_eq!(transact(&mut channel, &[2]).await.unwrap(), [2]);
    let seen = seen.lock().unwrap();
    assert_eq!((seen.executed, seen.cancelled), (2, 1));
}

#[tokio::test]
async fn a_busy_device_is_an_error_with_its_reason() {
    let (address, _) = serve(Behaviour::Wait).await;
    let mut first = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let mut second = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let running = tokio::spawn(async move { transact(&mut first, &[1]).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let error = transact(&mut second, &[1]).await.unwrap_err();
    assert!(matches!(error, ChannelError::Busy), "{error}");
    running.abort();
}

#[tokio::test]
async fn silence_is_an_error_and_never_a_hang() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let error = KeyChannel::over_udp(socket.local_addr().unwrap(), Tap::silent())
        .await
        .unwrap_err();
    assert!(
        matches!(error.code(), "deviceSilent" | "deviceGone"),
        "{error}"
    );
}

#[tokio::test]
async fn noise_is_an_error_and_never_a_panic() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut report = [0; REPORT_LENGTH];
        while let Ok((_, from)) = socket.recv_from(&mut report).await {
            for noise in [&[][..], &[0xFF; 63], &[0xFF; 65], &[0; 64], &[0xFF; 64]] {
                let _ = socket.send_to(noise, from).await;
            }
        }
    });
    let error = KeyChannel::over_udp(address, Tap::silent())
        .await
        .unwrap_err();
    assert!(
        matches!(
            error.code(),
            "deviceMalformed" | "deviceSilent" | "deviceRefused"
        ),
        "{error}"
    );
}

#[tokio::test]
async fn winks_pings_and_waits_for_the_touch_of_this_key() {
    let (address, seen) = serve(Behaviour::Wait).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    assert!(channel.init_response().capabilities.has(Capabilities::WINK));
    channel.wink().await.unwrap();
    channel.ping(&[7; 100]).await.unwrap();
    channel.ping(&[]).await.unwrap();
    assert_eq!(seen.lock().unwrap().winked, 1);
    let cancel = CancellationToken::new();
    let firing = cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        firing.cancel();
    });
    assert!(
        !channel.selection(&cancel).await.unwrap(),
        "nobody touched it"
    );
    assert_eq!(seen.lock().unwrap().cancelled, 1);
}

#[tokio::test]
async fn a_key_that_is_pulled_out_ends_the_command_under_way_long_before_it_counts_as_silent() {
    let (address, _, key) = plug_in("127.0.0.1:0", Behaviour::Wait).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let mut pulled = Some(key);
    let mut on_keepalive = |_| {
        if let Some(key) = pulled.take() {
            key.abort();
        }
    };
    let error = channel
        .transact(&[1], &CancellationToken::new(), &mut on_keepalive)
        .await
        .unwrap_err();
    assert!(matches!(error, ChannelError::Gone(_)), "{error}");
    let again = transact(&mut channel, &[1]).await.unwrap_err();
    assert!(matches!(again, ChannelError::Gone(_)), "{again}");
}

#[tokio::test]
async fn a_key_that_is_pulled_out_while_nothing_is_asked_of_it_is_known_to_be_gone() {
    let (address, seen, key) = plug_in("127.0.0.1:0", Behaviour::Echo(0)).await;
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let a_while = Duration::from_millis(2_500);
    let still_there = tokio::time::timeout(a_while, channel.gone()).await;
    assert!(still_there.is_err(), "{still_there:?}");
    assert_eq!(transact(&mut channel, &[1]).await.unwrap(), [1]);
    assert_eq!(seen.lock().unwrap().executed, 1, "looking executes nothing");
    key.abort();
    let gone = tokio::time::timeout(Duration::from_secs(30), channel.gone()).await;
    let gone = gone.expect("it is gone");
    assert!(matches!(gone, ChannelError::Gone(_)), "{gone}");
}

#[tokio::test]
async fn a_key_that_speaks_u2f_only_is_sent_no_command_and_the_reason_is_said() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut report = [0; REPORT_LENGTH];
        while let Ok((_, from)) = socket.recv_from(&mut report).await {
            let Packet::Initialization { command, data, .. } = Packet::read(&report) else {
                panic!("a packet more than INIT has");
            };
            assert_eq!(command, Command::Init, "it is asked for nothing else");
            let answer = InitResponse {
                nonce: data[..8].try_into().unwrap(),
                channel: ChannelId(9),
                protocol_version: 2,
                device_version: [1, 0, 0],
                capabilities: Capabilities(Capabilities::WINK),
            };
            for report in fragment(ChannelId::BROADCAST, Command::Init, &answer.encode()).unwrap() {
                socket.send_to(&report, from).await.unwrap();
            }
        }
    });
    let mut channel = KeyChannel::over_udp(address, Tap::silent()).await.unwrap();
    let error = transact(&mut channel, &[4]).await.unwrap_err();
    assert_eq!(error.code(), "deviceU2fOnly");
    let sentence = "This key speaks U2F only and cannot hold passkeys. Pick another key.";
    assert_eq!(error.to_string(), sentence);
}
