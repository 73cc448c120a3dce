//! The thirteen: in simulated time with the real deadlines, and over sockets through a whole call.

use std::{collections::BTreeSet, net::SocketAddr, time::Duration};

use ctap::{
    Command as Ctap,
    client_pin::{Request, Subcommand},
    hid::REPORT_LENGTH,
};
use tokio::{net::UdpSocket, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    faulty::{Fault, Key, Out},
    simulated::{Alarms, ask, open, order},
    sockets,
};
use crate::{
    Call, ChannelError, ClientError, KeyId, Tap,
    hid::{Deadlines, KeyChannel, udp::UdpReports},
    tests::{Chooser, Page, creation_options},
};
use webauthn::id::Origin;

/// A command that meets the fault: one that wants a touch, or, where the fault is to want one, one
/// that needs none.
fn provocation(fault: Fault) -> Vec<u8> {
    match fault {
        Fault::EndlessTouch => {
            let request = Request::new(Subcommand::GetPinRetries);
            Ctap::ClientPin(Box::new(request)).encode()
        }
        _ => vec![Ctap::Selection.code(); 200],
    }
}

/// What a channel makes of getInfo and of that command.
fn run(fault: Fault) -> (Result<Vec<u8>, ChannelError>, Duration) {
    let alarms = Alarms::default();
    let mut link = match open(Key::new(fault), &alarms) {
        Ok(link) => link,
        Err(error) => return (Err(error), fault.patience()),
    };
    let (info, _) = ask(&mut link, &order(&Ctap::GetInfo.encode()));
    assert_eq!(info.expect("it answers getInfo")[0], 0);
    ask(&mut link, &order(&provocation(fault)))
}

#[test]
fn each_ends_within_its_deadline() {
    for fault in Fault::ALL {
        let (answer, took) = run(fault);
        let patience = fault.patience();
        assert!(took >= patience, "{fault:?} gave up early: {took:?}");
        assert!(
            took < patience + Duration::from_secs(1),
            "{fault:?} took {took:?}"
        );
        match answer {
            Err(error) => assert_eq!(error.code(), fault.ends_in(), "{fault:?}: {error}"),
            // Above the channel: the client reads them.
            Ok(_) => assert!(matches!(fault, Fault::TruncatedCbor | Fault::WrongStatus)),
        }
    }
}

#[test]
fn a_channel_that_ended_in_an_error_says_so_again_and_never_hangs() {
    for fault in Fault::ALL {
        let Ok(mut link) = open(Key::new(fault), &Alarms::default()) else {
            continue;
        };
        for _ in 0..3 {
            let (_, took) = ask(&mut link, &order(&provocation(fault)));
            assert!(took < Duration::from_secs(35), "{fault:?} took {took:?}");
        }
    }
}

/// The key on a socket of its own; vanishing closes it.
async fn plug_in(fault: Fault) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("it is bound");
    tokio::spawn(serve(socket, Key::new(fault)));
    address
}

async fn serve(socket: UdpSocket, mut key: Key) {
    let start = Instant::now();
    let mut report = [0; REPORT_LENGTH];
    let mut peer = None;
    loop {
        let far = Duration::from_secs(3_600);
        let next = start + key.next_poll().unwrap_or(start.elapsed() + far);
        let outs = tokio::select! {
            received = socket.recv_from(&mut report) => {
                let Ok((_, from)) = received else { continue };
                peer = Some(from);
                key.receive(&report, start.elapsed())
            }
            () = tokio::time::sleep_until(next) => key.poll(start.elapsed()),
        };
        for out in outs {
            match (out, peer) {
                (Out::Report(report), Some(peer)) => {
                    let _ = socket.send_to(&report, peer).await;
                }
                (Out::Report(_), None) => {}
                (Out::Vanish, _) => return,
            }
        }
    }
}

/// Short of the real ones, which simulated time keeps.
const QUICK: Deadlines = Deadlines {
    open: Duration::from_secs(1),
    silence: Duration::from_secs(1),
    processing: Duration::from_secs(2),
    busy: Duration::from_secs(1),
    cancel: Duration::from_secs(1),
};

async fn register(address: SocketAddr) -> Result<(), ClientError> {
    let key = KeyId::udp(address);
    let reports = move || UdpReports::open(address);
    let mut channel = KeyChannel::open(key, reports, Tap::silent(), QUICK).await?;
    let page = Page::new(Chooser::MustNotBeAsked);
    let origin = Origin::parse("https://login.example.com").expect("an origin");
    let options = creation_options();
    let call = Call {
        origin: &origin,
        options: &options,
        abort: &CancellationToken::new(),
        cause: None,
    };
    page.client.create(&mut channel, call).await.map(|_| ())
}

#[tokio::test]
async fn each_ends_a_registration_in_a_plain_sentence_and_the_next_key_works() {
    let mut calls = JoinSet::new();
    for fault in Fault::ALL {
        calls.spawn(async move {
            let failed = register(plug_in(fault).await).await;
            let error = failed.expect_err("a key that misbehaves registers nothing");
            assert_eq!(error.code(), fault.ends_in(), "{fault:?}: {error}");
            assert_eq!(error.name(), "NotAllowedError");
            assert_plain(fault, &error.to_string());
            let (next, _) = sockets::echoing().await;
            let mut channel = KeyChannel::over_udp(next, Tap::silent())
                .await
                .expect("the next key opens");
            channel.ping(b"still here").await.expect("and answers");
            error.to_string()
        });
    }
    let sentences: BTreeSet<String> = calls.join_all().await.into_iter().collect();
    assert!(sentences.len() >= 7, "they are told apart: {sentences:#?}");
}

/// What happened, to whom, and what to do.
fn assert_plain(fault: Fault, sentence: &str) {
    let is_plain = sentence.starts_with("The device")
        && sentence.ends_with(['.', ')'])
        && !sentence.contains(['!', '{', '"']);
    assert!(is_plain, "{fault:?}: {sentence}");
}
