//! CTAPHID in UDP datagrams: one datagram is one report, each way.

use std::{net::SocketAddr, time::Duration};

use ctap::hid::{
    Assembler, ChannelId, Command, ErrorCode, InitResponse, KeepaliveStatus, MAX_PAYLOAD, Message,
    Packet, REPORT_LENGTH, Report, fragment,
};
use tokio::{net::UdpSocket, time::Instant};
use tokio_util::sync::CancellationToken;
use webauthn::json::AuthenticatorAttachment;

use crate::{Channel, ChannelError, Transact};

/// How long a device may be silent; a working one sends a keepalive every 100 ms.
const SILENCE: Duration = Duration::from_secs(3);

/// A channel to an authenticator that speaks CTAPHID over UDP.
#[derive(Debug)]
pub struct UdpChannel {
    socket: UdpSocket,
    init: InitResponse,
    /// A transaction was dropped half-way; its packets may still arrive.
    stale: bool,
}

impl UdpChannel {
    /// Opens a channel (CTAPHID_INIT on broadcast) to the authenticator at `address`.
    pub async fn open(address: SocketAddr) -> Result<Self, ChannelError> {
        let any: SocketAddr = if address.is_ipv4() {
            ([0; 4], 0).into()
        } else {
            ([0u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any).await.map_err(gone)?;
        socket.connect(address).await.map_err(gone)?;
        let init = initialize(&socket, ChannelId::BROADCAST).await?;
        Ok(Self {
            socket,
            init,
            stale: false,
        })
    }

    /// What the device said when the channel was opened.
    pub fn init_response(&self) -> &InitResponse {
        &self.init
    }

    async fn cbor(
        &mut self,
        command: &[u8],
        cancel: &CancellationToken,
        on_keepalive: &mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Result<Vec<u8>, ChannelError> {
        if command.len() > MAX_PAYLOAD {
            return Err(ChannelError::TooLong(command.len()));
        }
        if self.stale {
            initialize(&self.socket, self.init.channel).await?;
        }
        self.stale = true;
        let channel = self.init.channel;
        let guard = CancelOnDrop {
            socket: &self.socket,
            channel,
            armed: true,
        };
        send(&self.socket, &fragment(channel, Command::Cbor, command)?).await?;
        let answer = wait(&self.socket, channel, cancel, on_keepalive).await;
        guard.disarm();
        self.stale = answer.is_err();
        answer
    }
}

impl Channel for UdpChannel {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        Box::pin(self.cbor(command, cancel, on_keepalive))
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        AuthenticatorAttachment::CrossPlatform
    }
}

struct CancelOnDrop<'a> {
    socket: &'a UdpSocket,
    channel: ChannelId,
    armed: bool,
}

impl CancelOnDrop<'_> {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if self.armed
            && let Ok(reports) = fragment(self.channel, Command::Cancel, &[])
        {
            for report in reports {
                // When it is lost, the next transaction resynchronises the channel anyway.
                let _ = self.socket.try_send(&report);
            }
        }
    }
}

async fn initialize(socket: &UdpSocket, channel: ChannelId) -> Result<InitResponse, ChannelError> {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).map_err(|error| ChannelError::Gone(error.to_string()))?;
    send(socket, &fragment(channel, Command::Init, &nonce)?).await?;
    let mut assembler = Assembler::default();
    let deadline = Instant::now() + SILENCE;
    loop {
        let message = receive(socket, channel, &mut assembler, deadline).await?;
        if message.command != Command::Init {
            continue;
        }
        let response = InitResponse::decode(&message.payload)
            .map_err(|_| ChannelError::Malformed("its answer to INIT is too short"))?;
        if response.nonce == nonce {
            return Ok(response);
        }
    }
}

async fn wait(
    socket: &UdpSocket,
    channel: ChannelId,
    cancel: &CancellationToken,
    on_keepalive: &mut (dyn FnMut(KeepaliveStatus) + Send),
) -> Result<Vec<u8>, ChannelError> {
    let mut assembler = Assembler::default();
    let mut cancelled = false;
    let mut deadline = Instant::now() + SILENCE;
    loop {
        let message = tokio::select! {
            message = receive(socket, channel, &mut assembler, deadline) => message?,
            () = cancel.cancelled(), if !cancelled => {
                cancelled = true;
                send(socket, &fragment(channel, Command::Cancel, &[])?).await?;
                continue;
            }
        };
        deadline = Instant::now() + SILENCE;
        match (message.command, message.payload.as_slice()) {
            (Command::Cbor, _) => return Ok(message.payload),
            (Command::Keepalive, [status, ..]) => on_keepalive(KeepaliveStatus::from_code(*status)),
            (Command::Error, [code, ..]) => return Err(ErrorCode::from(*code).into()),
            _ => {
                return Err(ChannelError::Malformed(
                    "it answered CBOR with another command",
                ));
            }
        }
    }
}

/// The next whole message on `channel`; datagrams of other sizes and channels are ignored.
async fn receive(
    socket: &UdpSocket,
    channel: ChannelId,
    assembler: &mut Assembler,
    deadline: Instant,
) -> Result<Message, ChannelError> {
    let mut datagram = [0; REPORT_LENGTH + 1];
    loop {
        let received = tokio::time::timeout_at(deadline, socket.recv(&mut datagram)).await;
        let length = received
            .map_err(|_| ChannelError::Silent(SILENCE))?
            .map_err(gone)?;
        let Ok(report) = <&Report>::try_from(&datagram[..length]) else {
            continue;
        };
        let packet = Packet::read(report);
        if packet.channel() != channel {
            continue;
        }
        match assembler.push(packet) {
            Ok(Some(message)) => return Ok(message),
            Ok(None) => {}
            Err(_) => return Err(ChannelError::Malformed("its packets came out of order")),
        }
    }
}

async fn send(socket: &UdpSocket, reports: &[Report]) -> Result<(), ChannelError> {
    for report in reports {
        socket.send(report).await.map_err(gone)?;
    }
    Ok(())
}

fn gone(error: std::io::Error) -> ChannelError {
    ChannelError::Gone(error.to_string())
}

#[cfg(test)]
mod tests;
