//! A key outside the process, as a channel.

use std::{
    net::SocketAddr,
    sync::mpsc::{Receiver, Sender, channel as orders},
    thread,
    time::Duration,
};

use ctap::{
    Command as Ctap, Options, RpEntity, Status, UserEntity,
    hid::{Capabilities, Command, InitResponse, KeepaliveStatus},
    make_credential,
};
use timeline::Seq;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use webauthn::json::AuthenticatorAttachment;

use super::{Deadlines, Frames, Link, Order, Reports, Tap, node::NodeReports, udp::UdpReports};
use crate::{Channel, ChannelError, Gone, KeyId, Transact};

/// How long the operating system may take to open a node.
const NODE: Duration = Duration::from_secs(1);
/// How many keepalives wait to be heard; more are one like the others.
const KEEPALIVES: usize = 16;
/// How often somebody who waits for the key to be gone looks whether it is.
const LOOK: Duration = Duration::from_secs(1);

/// A CTAPHID channel to a key (CTAP 2.3 §11.2). Its reports are written and read on a thread of its
/// own, which ends with it; unplugging the key ends the exchange under way at once.
#[derive(Debug)]
pub struct KeyChannel {
    id: KeyId,
    init: InitResponse,
    cause: Option<Seq>,
    jobs: Sender<Job>,
}

#[derive(Debug)]
enum Job {
    Exchange {
        order: Order,
        keepalives: mpsc::Sender<KeepaliveStatus>,
        answer: oneshot::Sender<Answer>,
    },
    /// See whether the key is still there.
    Look(oneshot::Sender<Result<(), ChannelError>>),
}

type Answer = Result<(Vec<u8>, Duration), ChannelError>;

impl KeyChannel {
    /// Opens a channel to the key over UDP at `address`; `tap` hears of its reports.
    ///
    /// Errors: [`ChannelError::Gone`], [`ChannelError::Silent`], [`ChannelError::Busy`],
    /// [`ChannelError::Malformed`]; all within 3 s.
    pub async fn over_udp(address: SocketAddr, tap: Tap) -> Result<Self, ChannelError> {
        Self::open(
            KeyId::udp(address),
            move || UdpReports::open(address),
            tap,
            Deadlines::default(),
        )
        .await
    }

    /// Opens a channel to the key at a node of the operating system.
    pub(crate) async fn at_node(path: &str, tap: Tap) -> Result<Self, ChannelError> {
        let node = path.to_owned();
        Self::open(
            KeyId::hid(path),
            move || NodeReports::open(&node),
            tap,
            Deadlines::default(),
        )
        .await
    }

    pub(crate) async fn open<R: Reports>(
        id: KeyId,
        reports: impl FnOnce() -> Result<R, ChannelError> + Send + 'static,
        tap: Tap,
        deadlines: Deadlines,
    ) -> Result<Self, ChannelError> {
        let abandoned = CancellationToken::new();
        let _guard = abandoned.clone().drop_guard();
        let frames = Frames::new(tap, id.clone());
        let (jobs, queue) = orders();
        let (opened, opening) = oneshot::channel();
        let thread = thread::Builder::new().name(format!("key {id}"));
        let begun = thread.spawn(move || {
            let link =
                reports().and_then(|reports| Link::open(reports, frames, deadlines, &abandoned));
            match link {
                Ok(link) => {
                    // When nobody takes it, nobody holds the queue's other end.
                    let _ = opened.send(Ok(link.init_response()));
                    serve(link, &queue);
                }
                Err(error) => {
                    let _ = opened.send(Err(error));
                }
            }
        });
        begun.map_err(|error| ChannelError::Gone(error.to_string()))?;
        // INIT has a deadline of its own; opening the node, in the kernel's hands, has none.
        let opening = tokio::time::timeout(deadlines.open + NODE, opening).await;
        let opening = opening.map_err(|_| ChannelError::Silent(deadlines.open))?;
        let init = opening.map_err(|_| lost())??;
        Ok(Self {
            id,
            init,
            cause: None,
            jobs,
        })
    }

    /// The key it leads to.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// What the key said when the channel was opened.
    pub fn init_response(&self) -> &InitResponse {
        &self.init
    }

    /// Makes the key show which one it is (CTAPHID_WINK).
    ///
    /// Errors: [`ChannelError::Refused`] when it cannot.
    pub async fn wink(&mut self) -> Result<(), ChannelError> {
        let never = CancellationToken::new();
        self.exchange(Command::Wink, Vec::new(), &never, &mut |_| {})
            .await
            .map(|_| ())
    }

    /// Sends `payload` there and back (CTAPHID_PING); how long that took.
    pub async fn ping(&mut self, payload: &[u8]) -> Result<Duration, ChannelError> {
        let never = CancellationToken::new();
        let (echo, took) = self
            .exchange(Command::Ping, payload.to_vec(), &never, &mut |_| {})
            .await?;
        if echo == payload {
            Ok(took)
        } else {
            Err(ChannelError::Malformed("its echo is not what was sent"))
        }
    }

    /// Waits until the user touches this key (authenticatorSelection, §6.9); false when the user
    /// declined, the key gave up, or `cancel` fired. A key that is older than the command is sent a
    /// makeCredential with an empty PIN proof, which wants a touch and makes nothing (§6.1.2).
    pub async fn selection(&mut self, cancel: &CancellationToken) -> Result<bool, ChannelError> {
        let answer = self
            .transact(&Ctap::Selection.encode(), cancel, &mut |_| {})
            .await?;
        match status(&answer) {
            Some(Status::InvalidCommand) => {}
            status => return Ok(status == Some(Status::Ok)),
        }
        let answer = self
            .transact(&touch_request().encode(), cancel, &mut |_| {})
            .await?;
        Ok(matches!(
            status(&answer),
            Some(Status::Ok | Status::PinNotSet | Status::PinInvalid | Status::PinAuthInvalid)
        ))
    }

    /// An error when the key is gone.
    async fn look(&mut self) -> Result<(), ChannelError> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job::Look(answer)).map_err(|_| lost())?;
        answered.await.map_err(|_| lost())?
    }

    async fn exchange(
        &mut self,
        command: Command,
        payload: Vec<u8>,
        cancel: &CancellationToken,
        on_keepalive: &mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Answer {
        let abandoned = CancellationToken::new();
        let _guard = abandoned.clone().drop_guard();
        let (keepalives, mut heard) = mpsc::channel(KEEPALIVES);
        let (answer, mut answered) = oneshot::channel();
        let order = Order {
            command,
            payload,
            cause: self.cause,
            cancel: cancel.clone(),
            abandoned,
        };
        let job = Job::Exchange {
            order,
            keepalives,
            answer,
        };
        self.jobs.send(job).map_err(|_| lost())?;
        loop {
            tokio::select! {
                biased;
                Some(status) = heard.recv() => on_keepalive(status),
                answer = &mut answered => return answer.map_err(|_| lost())?,
            }
        }
    }
}

impl Channel for KeyChannel {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        Box::pin(async move {
            if !self.init.capabilities.has(Capabilities::CBOR) {
                return Err(ChannelError::U2fOnly);
            }
            let exchanged = self.exchange(Command::Cbor, command.to_vec(), cancel, on_keepalive);
            exchanged.await.map(|(answer, _)| answer)
        })
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        AuthenticatorAttachment::CrossPlatform
    }

    fn asks_user_itself(&self) -> bool {
        false
    }

    fn caused_by(&mut self, cause: Option<Seq>) {
        self.cause = cause;
    }

    fn gone(&mut self) -> Gone<'_> {
        Box::pin(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                if let Err(error) = self.look().await {
                    return error;
                }
            }
        })
    }
}

/// Runs what is asked until nobody can ask any more.
fn serve<R: Reports>(mut link: Link<R>, queue: &Receiver<Job>) {
    while let Ok(job) = queue.recv() {
        match job {
            Job::Exchange {
                order,
                keepalives,
                answer,
            } => {
                let started = link.now();
                let outcome = link.exchange(&order, &mut |status| {
                    // A caller that is slower than its key misses repetitions only.
                    let _ = keepalives.try_send(status);
                });
                let took = link.now().saturating_sub(started);
                // When the caller is gone, the exchange was abandoned.
                let _ = answer.send(outcome.map(|payload| (payload, took)));
            }
            // When the caller is gone, nobody wants to know.
            Job::Look(answer) => drop(answer.send(link.drain())),
        }
    }
}

fn status(answer: &[u8]) -> Option<Status> {
    answer.first().map(|code| Status::from(*code))
}

fn touch_request() -> Ctap {
    const ES256: i64 = -7;
    Ctap::MakeCredential(Box::new(make_credential::Request {
        client_data_hash: [0; 32],
        rp: RpEntity {
            id: ".dummy".to_owned(),
            name: None,
        },
        user: UserEntity {
            id: vec![1],
            name: Some("dummy".to_owned()),
            display_name: None,
        },
        algorithms: vec![ES256],
        exclude_list: Vec::new(),
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: Some(Vec::new()),
        pin_uv_auth_protocol: Some(1),
        enterprise_attestation: None,
        attestation_formats_preference: None,
    }))
}

fn lost() -> ChannelError {
    ChannelError::Gone("its channel was closed".to_owned())
}
