//! One CTAP2 command on its way through a device.

use ctap::Status;
use ctap::hid::KeepaliveStatus;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::Device;
use crate::env::{Named, World};

/// A command that a device works on, in a task of its own. Dropping it cancels the command.
#[derive(Debug)]
pub struct Running {
    cancel: CancellationToken,
    status: watch::Receiver<KeepaliveStatus>,
    task: JoinHandle<Vec<u8>>,
}

/// What a device says about a command it works on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It waits for the user, or works again.
    Status(KeepaliveStatus),
    /// It is done: a status byte, then CBOR.
    Answer(Vec<u8>),
}

impl Device {
    /// Starts one CTAP2 command (code byte, then CBOR). A device works on one at a time; a second
    /// one waits for the first. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(&self, command: Vec<u8>) -> Running {
        let cancel = CancellationToken::new();
        let (tell, status) = watch::channel(KeepaliveStatus::Processing);
        let (device, token) = (self.clone(), cancel.clone());
        let task = tokio::spawn(async move { device.run(&command, &token, &tell).await });
        Running {
            cancel,
            status,
            task,
        }
    }

    async fn run(
        &self,
        command: &[u8],
        cancel: &CancellationToken,
        status: &watch::Sender<KeepaliveStatus>,
    ) -> Vec<u8> {
        let mut core = tokio::select! {
            biased;
            () = cancel.cancelled() => return vec![Status::KeepaliveCancel.code()],
            core = self.0.core.lock() => core,
        };
        let core = &mut *core;
        let mut world = World {
            rng: &mut core.rng,
            store: &mut core.passkeys,
            person: self.person(cancel, status),
            clock: &*self.0.seams.clock,
            emit: Named {
                emit: self.0.seams.emit.clone(),
                device: self.id().clone(),
            },
        };
        let answer = core.authenticator.process(&mut world, command).await;
        self.note_change();
        answer
    }
}

impl Running {
    /// Asks the device to stop; it answers CTAP2_ERR_KEEPALIVE_CANCEL unless it was done before.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Waits for what comes next: a change of status or, last, the answer. May be dropped and
    /// called again, but not after the answer.
    pub async fn progress(&mut self) -> Progress {
        tokio::select! {
            biased;
            answer = &mut self.task => Progress::Answer(answer.unwrap_or_else(|_| vec![Status::Other.code()])),
            Ok(()) = self.status.changed() => Progress::Status(*self.status.borrow_and_update()),
        }
    }

    /// Waits for the answer.
    pub async fn answer(&mut self) -> Vec<u8> {
        loop {
            if let Progress::Answer(answer) = self.progress().await {
                return answer;
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
