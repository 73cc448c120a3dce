//! The keys that misbehave, used through a whole bench.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use ctap::hid::{Action, Config, Device, Packet, REPORT_LENGTH, Report};
use tokio::{net::UdpSocket, sync::watch, task::JoinSet, time::Instant};

use super::*;

/// Those that the client's tests use, too.
#[path = "../../../../../tests/keys/misbehaving.rs"]
mod faulty;

use faulty::{Fault, Key, Out};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Opens channels as it should.
    Good,
    /// Lets all that comes wait.
    Held,
    Bad(Fault),
}

/// A key over UDP, and what makes it misbehave once a bench has seen it.
async fn plug_in() -> (SocketAddr, watch::Sender<Mood>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let address = socket.local_addr().expect("it is bound");
    let (mood, told) = watch::channel(Mood::Good);
    tokio::spawn(serve(socket, told));
    (address, mood)
}

async fn serve(socket: UdpSocket, mut told: watch::Receiver<Mood>) {
    let start = Instant::now();
    let (mut mood, mut peers) = (Mood::Good, HashMap::new());
    let mut good = Device::new(Config::default());
    // Its channels are others: whoever looks for keys does not speak on the one of a call.
    let mut key = Key::new(Fault::Silent);
    let mut report = [0; REPORT_LENGTH];
    loop {
        let now = *told.borrow_and_update();
        if now != mood {
            mood = now;
            if let Mood::Bad(fault) = now {
                key = Key::new(fault);
            }
        }
        let far = start.elapsed() + Duration::from_secs(3_600);
        let next = start + key.next_poll().unwrap_or(far);
        let (outs, asked_by) = tokio::select! {
            biased;
            changed = told.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            received = socket.recv_from(&mut report), if mood != Mood::Held => {
                let Ok((_, from)) = received else { continue };
                peers.insert(Packet::read(&report).channel(), from);
                let outs = match mood {
                    Mood::Good => opened(&mut good, &report, start.elapsed()),
                    _ => key.receive(&report, start.elapsed()),
                };
                (outs, Some(from))
            }
            () = tokio::time::sleep_until(next) => (key.poll(start.elapsed()), None),
        };
        for out in outs {
            let Out::Report(report) = out else { return };
            let peer = asked_by.or(peers.get(&Packet::read(&report).channel()).copied());
            if let Some(peer) = peer {
                let _ = socket.send_to(&report, peer).await;
            }
        }
    }
}

/// What a good key answers to whoever opens a channel.
fn opened(key: &mut Device, report: &Report, now: Duration) -> Vec<Out> {
    let actions = key.receive(report, now).into_iter();
    let reports = actions.flat_map(|action| match action {
        Action::Send(outgoing) => outgoing.reports,
        _ => Vec::new(),
    });
    reports.map(Out::Report).collect()
}

/// A bench that sees such a key, picked.
async fn bench_with(folder: &std::path::Path, address: SocketAddr) -> (Bench, String) {
    let bench = open_looking_at(folder, vec![address]).await;
    let id = format!("udp:{address}");
    until(&bench, |state| state.keys.iter().any(|key| key.id == id)).await;
    bench.device_pick(id.clone()).await.expect("picked");
    (bench, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_ends_in_a_plain_exception_leaves_nothing_behind_and_the_next_key_works() {
    let mut all = JoinSet::new();
    for fault in Fault::ALL {
        // Deadlines of half a minute are kept in simulated time, by the client's tests.
        if fault.patience() <= Duration::from_secs(3) {
            all.spawn(ends_plainly(fault));
        }
    }
    all.join_all().await;
}

async fn ends_plainly(fault: Fault) {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, mood) = plug_in().await;
    let (bench, _) = bench_with(folder.path(), address).await;
    let page = Page::of(&bench).await;
    let names = json!({ "username": "alice", "displayName": "alice" });
    let (_, begun) = page.post("registration/begin", names).await;
    let mut options = begun["publicKey"].clone();
    // Such a key knows nobody: it would not be sent anything at all.
    options["authenticatorSelection"]["userVerification"] = json!("discouraged");
    mood.send(Mood::Bad(fault)).expect("it is served");
    let answer = call(&bench, &page.origin, CredentialsMethod::Create, options).await;
    let (name, message) = exception(answer);
    assert_eq!(name, "NotAllowedError", "{fault:?}: {message}");
    let plain = message.ends_with(['.', ')']) && !message.contains(['!', '{', '"']);
    assert!(plain, "{fault:?}: {message}");
    assert_told(&bench, fault);

    let state = bench.bench_state().await.expect("alive");
    let asks = state.prompt.is_some() || state.key_touch.is_some();
    assert!(!asks, "{fault:?} leaves no prompt");
    let overview = bench.relying_party_overview(None).await.expect("it runs");
    assert_eq!(overview["accounts"], json!([]), "{fault:?} leaves nothing");

    plugged(&bench, "Blue key", "fingerprint-key").await;
    let (status, enrolled) = register(&bench, &page, "alice").await;
    assert_eq!(status, 201, "after {fault:?}: {enrolled}");
    bench.close().await;
}

/// The timeline says what the key did wrong.
fn assert_told(bench: &Bench, fault: Fault) {
    let mut told = [
        told(bench, "client.failed"),
        told(bench, "bench.call.refused"),
    ]
    .concat();
    let event = told.pop().expect("the call failed");
    assert!(told.is_empty(), "{fault:?} is told once");
    let code = event.body["code"].as_str().expect("a code");
    // The bench itself may be the first who asks it for a channel.
    let missed = fault == Fault::VanishesAtInit && code == "keyUnplugged";
    assert!(missed || code == fault.ends_in(), "{fault:?}: {code}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_takes_its_time_delays_no_other_while_all_wait_for_a_touch() {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, mood) = plug_in().await;
    let (bench, slow) = bench_with(folder.path(), address).await;
    let (device, blue) = plugged(&bench, "Blue key", "key").await;
    mood.send(Mood::Held).expect("it is served");
    let person = async {
        let asks = |prompt: &Prompt| prompt.device.as_deref() == Some(&device);
        let state = until(&bench, |state| state.prompt.as_ref().is_some_and(asks)).await;
        // Were they opened one after another, this one would have been given up by now.
        mood.send(Mood::Bad(Fault::VanishesAtTouch))
            .expect("it is served");
        while !(told(&bench, "client.hid.sent").iter())
            .any(|frame| frame.body["key"] == slow && frame.body["command"] == "CBOR")
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        press(&bench, &state.prompt.expect("asked"), PromptAnswer::Touch).await;
    };
    let both = async { tokio::join!(bench.keys_touch(), person) };
    let touched = tokio::time::timeout(Duration::from_secs(60), both).await;
    assert_eq!(touched.expect("in time").0.expect("touched"), blue);
}
