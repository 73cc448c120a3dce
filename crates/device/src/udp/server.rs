//! The loop: datagrams in, reports out, time.

use std::net::SocketAddr;
use std::time::Duration;

use ctap::hid::{
    self, Action, ChannelId, KeepaliveStatus, Outgoing, REPORT_LENGTH, Report, Transaction,
};
use rand_core::TryRng as _;
use tokio::net::UdpSocket;
use tokio::time::Instant;

use super::addresses::Addresses;
use super::{Options, POWER_CYCLE};
use crate::command::{Progress, Running};
use crate::{Device, Error};

/// Answers CTAPHID on `socket` until the socket fails. Dropping the future stops at once and cancels
/// the command under way.
///
/// # Errors
/// [`Error::Socket`], [`Error::Randomness`].
pub async fn serve(device: Device, socket: UdpSocket, options: Options) -> Result<(), Error> {
    let mut first_channel = [0; 4];
    (device.0.seams.rng)(Some(device.id()))
        .try_fill_bytes(&mut first_channel)
        .map_err(|error| Error::Randomness(error.to_string()))?;
    let config = hid::Config {
        device_version: [0, 1, 0],
        wink: false,
        first_channel: u32::from_be_bytes(first_channel),
    };
    let server = Server {
        device,
        socket,
        options,
        hid: hid::Device::new(config),
        start: Instant::now(),
        addresses: Addresses::default(),
        work: None,
    };
    server.run().await
}

struct Server {
    device: Device,
    socket: UdpSocket,
    options: Options,
    hid: hid::Device,
    start: Instant,
    addresses: Addresses,
    work: Option<Work>,
}

/// The command that the device works on, and who asked for it.
struct Work {
    transaction: Transaction,
    running: Running,
    sender: SocketAddr,
}

enum Next {
    Datagram(usize, SocketAddr),
    Progress(Progress),
    Time,
}

impl Server {
    async fn run(mut self) -> Result<(), Error> {
        let mut buffer = [0; REPORT_LENGTH + 2];
        loop {
            match self.next(&mut buffer).await? {
                Next::Datagram(length, sender) => self.datagram(&buffer[..length], sender).await?,
                Next::Progress(Progress::Answer(answer)) => self.answer(&answer).await?,
                Next::Progress(Progress::Status(status)) => self.status(status).await?,
                Next::Time => self.due().await?,
            }
        }
    }

    async fn next(&mut self, buffer: &mut [u8]) -> Result<Next, Error> {
        let wake = self.hid.next_poll().map(|at| self.start + at);
        let timer = async {
            match wake {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let socket = &self.socket;
        let received = async {
            loop {
                match socket.recv_from(buffer).await {
                    // A client that closed its socket before our answer came: not our failure.
                    Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
                    other => break other,
                }
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
            received = received => match received {
                Ok((length, sender)) => Ok(Next::Datagram(length, sender)),
                Err(source) => Err(socket_error(socket, source)),
            },
        }
    }

    async fn datagram(&mut self, datagram: &[u8], sender: SocketAddr) -> Result<(), Error> {
        if self.options.allow_power_cycle && datagram == POWER_CYCLE {
            self.power_cycle().await;
            return Ok(());
        }
        let Some(report) = report(datagram) else {
            return Ok(());
        };
        let channel = hid::Packet::read(report).channel();
        if channel != ChannelId::BROADCAST {
            self.addresses.note(channel, sender);
        }
        self.due().await?;
        let now = self.now();
        for action in self.hid.receive(report, now) {
            match action {
                Action::Send(outgoing) => {
                    let direct = (outgoing.channel == channel).then_some(sender);
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
                        sender,
                    });
                }
                Action::Cancel(transaction) => self.cancel(transaction),
                // Not offered: a key in a datagram has no light.
                Action::Wink => {}
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
            .map(|work| work.sender);
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
        self.addresses.clear();
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
        self.send(outgoing, Some(work.sender)).await
    }

    async fn status(&mut self, status: KeepaliveStatus) -> Result<(), Error> {
        let now = self.now();
        let Some(work) = self.work.as_ref() else {
            return Ok(());
        };
        let outgoing = self.hid.set_status(work.transaction, status, now);
        let asker = work.sender;
        self.send(outgoing, Some(asker)).await
    }

    /// Sends to `direct`, or to whoever owns the channel.
    async fn send(
        &mut self,
        outgoing: Option<Outgoing>,
        direct: Option<SocketAddr>,
    ) -> Result<(), Error> {
        let Some(outgoing) = outgoing else {
            return Ok(());
        };
        let Some(address) = direct.or_else(|| self.addresses.of(outgoing.channel)) else {
            return Ok(());
        };
        for report in &outgoing.reports {
            match self.socket.send_to(report, address).await {
                Ok(_) => {}
                // The client is gone; the device goes on.
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    return Ok(());
                }
                Err(source) => return Err(socket_error(&self.socket, source)),
            }
        }
        Ok(())
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// The report in a datagram: 64 bytes, or 65 with report id 0 before them. Others are dropped.
fn report(datagram: &[u8]) -> Option<&Report> {
    match datagram {
        [0, report @ ..] if report.len() == REPORT_LENGTH => report.try_into().ok(),
        report => report.try_into().ok(),
    }
}

fn socket_error(socket: &UdpSocket, source: std::io::Error) -> Error {
    let address = socket
        .local_addr()
        .unwrap_or_else(|_| SocketAddr::from(([127, 0, 0, 1], 0)));
    Error::Socket { address, source }
}
