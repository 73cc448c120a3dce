//! A well-behaved key on a socket.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use ctap::hid::{Action, Config, Device, REPORT_LENGTH, Transaction};
use tokio::{net::UdpSocket, task::JoinHandle, time::Instant};

/// What it does with commands.
#[derive(Clone, Copy)]
pub(crate) enum Behaviour {
    /// Echoes the command after so many milliseconds.
    Echo(u64),
    /// Waits for the user until it is cancelled.
    Wait,
}

#[derive(Default)]
pub(crate) struct Seen {
    pub executed: usize,
    pub cancelled: usize,
    pub winked: usize,
}

/// CTAPHID as a real device runs it, on a socket of its own.
pub(crate) async fn serve(behaviour: Behaviour) -> (SocketAddr, Arc<Mutex<Seen>>) {
    let (address, seen, _) = plug_in("127.0.0.1:0", behaviour).await;
    (address, seen)
}

/// One that echoes at once.
pub(crate) async fn echoing() -> (SocketAddr, Arc<Mutex<Seen>>) {
    serve(Behaviour::Echo(0)).await
}

/// The same, which aborting unplugs.
pub(crate) async fn plug_in(
    address: &str,
    behaviour: Behaviour,
) -> (SocketAddr, Arc<Mutex<Seen>>, JoinHandle<()>) {
    let socket = UdpSocket::bind(address).await.unwrap();
    let address = socket.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let task = tokio::spawn(run(socket, behaviour, seen.clone()));
    (address, seen, task)
}

async fn run(socket: UdpSocket, behaviour: Behaviour, seen: Arc<Mutex<Seen>>) {
    let start = Instant::now();
    let mut device = Device::new(Config {
        first_channel: 1,
        wink: true,
        ..Config::default()
    });
    let mut pending: Option<(Transaction, Vec<u8>, Option<Instant>)> = None;
    let mut report = [0; REPORT_LENGTH];
    let mut peer = None;
    loop {
        let next = device
            .next_poll()
            .map_or(start + Duration::from_secs(3600), |next| start + next);
        let due = pending
            .as_ref()
            .and_then(|(_, _, at)| *at)
            .unwrap_or(start + Duration::from_secs(3600));
        let mut outgoing = Vec::new();
        tokio::select! {
            received = socket.recv_from(&mut report) => {
                peer = received.ok().map(|(_, from)| from);
                for action in device.receive(&report, start.elapsed()) {
                    match action {
                        Action::Send(reports) => outgoing.push(reports),
                        Action::Execute { transaction, request } => {
                            seen.lock().unwrap().executed += 1;
                            let at = match behaviour {
                                Behaviour::Echo(delay) => Some(Instant::now() + Duration::from_millis(delay)),
                                Behaviour::Wait => None,
                            };
                            pending = Some((transaction, request, at));
                        }
                        Action::Cancel(transaction) => {
                            seen.lock().unwrap().cancelled += 1;
                            pending = None;
                            outgoing.extend(device.respond(transaction, &[0x2D]));
                        }
                        Action::Wink => seen.lock().unwrap().winked += 1,
                    }
                }
            }
            () = tokio::time::sleep_until(next) => outgoing.extend(device.poll(start.elapsed())),
            () = tokio::time::sleep_until(due) => {
                let (transaction, request, _) = pending.take().expect("it is due");
                outgoing.extend(device.respond(transaction, &request));
            }
        }
        for report in outgoing.into_iter().flat_map(|outgoing| outgoing.reports) {
            socket
                .send_to(&report, peer.expect("a client"))
                .await
                .unwrap();
        }
    }
}
