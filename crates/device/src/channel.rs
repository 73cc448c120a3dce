//! The way in for a client in the same process.

use client::{Channel, KeepaliveStatus, Transact};
use tokio_util::sync::CancellationToken;
use webauthn::json::AuthenticatorAttachment;

use crate::command::Progress;
use crate::{Device, Model};

/// A channel to a device in this process.
#[derive(Debug, Clone)]
pub struct InProcessChannel {
    device: Device,
}

impl InProcessChannel {
    /// A channel to `device`.
    #[must_use]
    pub fn new(device: Device) -> Self {
        Self { device }
    }
}

impl Channel for InProcessChannel {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        Box::pin(async move {
            let mut running = self.device.start(command.to_vec());
            let mut cancelled = false;
            loop {
                tokio::select! {
                    biased;
                    progress = running.progress() => match progress {
                        Progress::Answer(answer) => return Ok(answer),
                        Progress::Status(status) => on_keepalive(status),
                    },
                    () = cancel.cancelled(), if !cancelled => {
                        cancelled = true;
                        running.cancel();
                    }
                }
            }
        })
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        match self.device.model() {
            Model::Phone => AuthenticatorAttachment::Platform,
            Model::Key | Model::PinKey | Model::FingerprintKey => {
                AuthenticatorAttachment::CrossPlatform
            }
        }
    }
}
