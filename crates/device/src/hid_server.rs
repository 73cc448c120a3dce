//! CTAPHID as a device serves it, whatever carries its reports: reports in, reports out, time.
//! CTAPHID's own timers are real time, not the device's clock.

mod peers;
mod plug;

use std::time::Duration;

use ctap::hid::{self, Action, ChannelId, KeepaliveStatus, Outgoing, Report, Transaction};
use rand_core::TryRng as _;
use serde_json::json;
use tokio::time::Instant;

use crate::command::{Progress, Running};
use crate::{Device, Error, kinds};
use peers::Peers;
pub(crate) use plug::Plug;

/// What carries reports.
pub(crate) trait Transport {
    /// Whoever is at the other end.
    type Peer: Copy + Send + Sync;

    /// The next thing that comes in. Nothing is lost when the future is dropped.
    fn receive(&mut self) -> impl Future<Output = Result<Incoming<Self::Peer>, Error>> + Send;

    /// Sends reports in order. A peer that is gone is no failure.
    fn send(
        &mut self,
        reports: &[Report],
        to: Self::Peer,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// What comes in.
#[derive(Debug)]
pub(crate) enum Incoming<P> {
    Report(Report, P),
    /// The plug was pulled and put back.
    PowerCycle,
}

/// Answers CTAPHID until the transport fails. Dropping the future stops at once and cancels the
/// command under way.
///
/// # Errors
/// [`Error::Randomness`], and those of the transport.
pub(crate) async fn serve<T: Transport>(device: Device, transport: T) -> Result<(), Error> {
    let mut first_channel = [0; 4];
    (device.0.seams.rng)(Some(device.id()))
        .try_fill_bytes(&mut first_channel)
        .map_err(|error| Error::Randomness(error.to_string()))?;
    let config = hid::Config {
        device_version: [0, 1, 0],
        wink: true,
        first_channel: u32::from_be_bytes(first_channel),
    };
    let server = Server {
        device,
        transport,
        hid: hid::Device::new(config),
        start: Instant::now(),
        peers: Peers::default(),
        work: None,
    };
    server.run().await
}

struct Server<T: Transport> {
    device: Device,
    transport: T,
    hid: hid::Device,
    start: Instant,
    peers: Peers<T::Peer>,
    work: Option<Work<T::Peer>>,
}

/// The command that the device works on, and who asked for it.
struct Work<P> {
    transaction: Transaction,
    running: Running,
    asker: P,
}

enum Next<P> {
    Incoming(Incoming<P>),
    Progress(Progress),
    Time,
}

impl<T: Transport> Server<T> {
    async fn run(mut self) -> Result<(), Error> {
        loop {
            match self.next().await? {
                Next::Incoming(Incoming::Report(report, peer)) => {
                    self.report(&report, peer).await?;
                }
                Next::Incoming(Incoming::PowerCycle) => self.power_cycle().await,
                Next::Progress(Progress::Answer(answer)) => self.answer(&answer).await?,
                Next::Progress(Progress::Status(status)) => self.status(status).await?,
                Next::Time => self.due().await?,
            }
        }
    }

    async fn next(&mut self) -> Result<Next<T::Peer>, Error> {
        let wake = self.hid.next_poll().map(|at| self.start + at);
        let timer = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let progress = async {
            match self.work.as_mut() {
                Some(work) => work.running.progress().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            progress = progress => Ok(Next::Progress(progress)),
            () = timer => Ok(Next::Time),
            incoming = self.transport.receive() => incoming.map(Next::Incoming),
        }
    }

    async fn report(&mut self, report: &Report, peer: T::Peer) -> Result<(), Error> {
        let channel = hid::Packet::read(report).channel();
        if channel != ChannelId::BROADCAST {
            self.peers.note(channel, peer);
        }
        self.due().await?;
        let now = self.now();
        for action in self.hid.receive(report, now) {
            match action {
                Action::Send(outgoing) => {
                    let direct = (outgoing.channel == channel).then_some(peer);
                    self.send(Some(outgoing), direct).await?;
                }
                Action::Execute {
                    transaction,
                    request,
                } => {
                    let running = self.device.start(request);
                    self.work = Some(Work {
                        transaction,
                        running,
                        asker: peer,
                    });
                }
                Action::Cancel(transaction) => self.cancel(transaction),
                Action::Wink => self
                    .device
                    .emit(kinds::WINKED, json!({ "device": self.device.id() })),
            }
        }
        Ok(())
    }

    /// Sends what time asks for. A keepalive goes to whoever asked for the command, even when
    /// somebody else spoke on the channel since.
    async fn due(&mut self) -> Result<(), Error> {
        let now = self.now();
        let asker = self
            .work
            .as_ref()
            .filter(|work| self.hid.is_running(work.transaction))
            .map(|work| work.asker);
        let due = self.hid.poll(now);
        self.send(due, asker).await
    }

    fn cancel(&self, transaction: Transaction) {
        if let Some(work) = self
            .work
            .as_ref()
            .filter(|work| work.transaction == transaction)
        {
            work.running.cancel();
        }
    }

    /// What pulling the plug does: no answer to the command under way, no channel left.
    async fn power_cycle(&mut self) {
        self.hid.power_cycle();
        self.peers.clear();
        if let Some(mut work) = self.work.take() {
            work.running.cancel();
            work.running.answer().await;
        }
        self.device.power_cycle().await;
    }

    async fn answer(&mut self, answer: &[u8]) -> Result<(), Error> {
        let Some(work) = self.work.take() else {
            return Ok(());
        };
        let outgoing = self.hid.respond(work.transaction, answer);
        self.send(outgoing, Some(work.asker)).await
    }

    async fn status(&mut self, status: KeepaliveStatus) -> Result<(), Error> {
        let now = self.now();
        let Some(work) = self.work.as_ref() else {
            return Ok(());
        };
        let outgoing = self.hid.set_status(work.transaction, status, now);
        let asker = work.asker;
        self.send(outgoing, Some(asker)).await
    }

    /// Sends to `direct`, or to whoever owns the channel.
    async fn send(
        &mut self,
        outgoing: Option<Outgoing>,
        direct: Option<T::Peer>,
    ) -> Result<(), Error> {
        let Some(outgoing) = outgoing else {
            return Ok(());
        };
        match direct.or_else(|| self.peers.of(outgoing.channel)) {
            Some(peer) => self.transport.send(&outgoing.reports, peer).await,
            None => Ok(()),
        }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}
