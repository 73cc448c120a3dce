//! A channel on which faults happen.

use std::{sync::Arc, time::Duration};

use client::{Channel, ChannelError, Gone, KeepaliveStatus, Transact};
use ctap::Command;
use timeline::Seq;
use tokio_util::sync::CancellationToken;
use webauthn::json::AuthenticatorAttachment;

use super::{Fared, Faults, Message, catalogue};
use crate::api::Direction;

/// A channel whose messages faults happen to.
pub(crate) struct FaultyChannel<C> {
    inner: C,
    faults: Arc<Faults>,
}

impl<C: Channel> FaultyChannel<C> {
    pub(crate) fn new(inner: C, faults: Arc<Faults>) -> Self {
        Self { inner, faults }
    }

    async fn exchange(
        &mut self,
        request: &[u8],
        cancel: &CancellationToken,
        on_keepalive: &mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Result<Vec<u8>, ChannelError> {
        let command = Command::decode(request).ok();
        let named = command
            .as_ref()
            .and_then(|command| Some((command, catalogue::ctap_name(command)?)));
        let Some((command, name)) = named else {
            return self.inner.transact(request, cancel, on_keepalive).await;
        };
        let cause = self.faults.linked.sent(request);
        let message = |direction, bytes| Message {
            name,
            direction,
            bytes,
            cause,
            command: Some(command),
            rp_id: None,
        };
        let going = self
            .faults
            .happen(message(Direction::Request, request.to_vec()));
        self.faults.pass(&going, cancel).await?;
        let answer = self
            .inner
            .transact(&going.bytes, cancel, on_keepalive)
            .await?;
        if going.twice && !cancel.is_cancelled() {
            // The second answer is for nobody.
            let _ = self
                .inner
                .transact(&going.bytes, cancel, on_keepalive)
                .await;
        }
        if cancel.is_cancelled() {
            return Ok(answer);
        }
        let coming = self.faults.happen(message(Direction::Response, answer));
        self.faults.pass(&coming, cancel).await?;
        if coming.deliberate {
            self.faults.linked.mark_answer(cause, &coming.bytes);
        }
        Ok(coming.bytes)
    }
}

impl Faults {
    /// Keeps a message waiting, or waits with whoever will never get it.
    async fn pass(&self, fared: &Fared, cancel: &CancellationToken) -> Result<(), ChannelError> {
        if fared.delay > Duration::ZERO {
            tokio::select! {
                () = tokio::time::sleep(fared.delay) => {}
                () = cancel.cancelled() => {}
            }
        }
        if fared.dropped {
            self.stall(cancel.cancelled()).await;
            return Err(ChannelError::Gone(
                "a message was dropped on purpose".to_owned(),
            ));
        }
        Ok(())
    }
}

impl<C: Channel> Channel for FaultyChannel<C> {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        Box::pin(self.exchange(command, cancel, on_keepalive))
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        self.inner.attachment()
    }

    fn asks_user_itself(&self) -> bool {
        self.inner.asks_user_itself()
    }

    fn caused_by(&mut self, cause: Option<Seq>) {
        self.inner.caused_by(cause);
    }

    fn gone(&mut self) -> Gone<'_> {
        self.inner.gone()
    }
}
