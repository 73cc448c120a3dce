//! Streams: a phone that is connected learns at once that there is news, and every 30 seconds that
//! it has missed none. News are coalesced; a phone that does not read loses its stream.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Bytes, HttpBody};
use data_encoding::BASE64URL_NOPAD;
use hyper::body::Frame;
use pin_sync::{
    beat::{self, Beat},
    key::SigningKey,
    wire::{Body as _, ChallengeAnswer, ChallengeRequest, StreamRequest},
};
use serde_json::json;
use timeline::{Clock, Seq};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use webauthn::id::UserHandle;

use super::memory::unpoisoned;
use crate::{Refusal, RelyingParty, kinds, store::PinEnrolment};

/// How long a challenge for a stream is good.
const CHALLENGE_LIFETIME: Duration = Duration::from_secs(60);
/// How often, in real time, a stream that waits looks whether the clock was turned back.
const LOOK: Duration = Duration::from_secs(1);
/// Lines that may wait for a phone to read them.
const WAITING: usize = 8;

/// The streams that are open.
pub(crate) struct Streams {
    /// By enrolment: one each, a later one takes the place of the one before.
    open: Mutex<HashMap<String, Open>>,
    places: Arc<Semaphore>,
    capacity: u32,
    is_closed: AtomicBool,
}

struct Open {
    account: UserHandle,
    username: String,
    pin_version: u64,
    news: watch::Sender<()>,
}

/// The streams of one account that are told of news.
struct Told {
    username: String,
    pin_version: u64,
    enrolments: Vec<String>,
}

impl Streams {
    pub(super) fn new(capacity: usize) -> Self {
        let capacity = u32::try_from(capacity).unwrap_or(u32::MAX).min(1 << 16);
        Self {
            open: Mutex::default(),
            places: Arc::new(Semaphore::new(capacity as usize)),
            capacity,
            is_closed: AtomicBool::new(false),
        }
    }

    /// Ends an enrolment's stream, after what it was told before.
    pub(super) fn end(&self, enrolment: &str) {
        unpoisoned(&self.open).remove(enrolment);
    }

    /// Ends all of them, and opens no more.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Release);
        unpoisoned(&self.open).clear();
    }

    /// Returns once every stream has let go of the relying party.
    pub(crate) async fn ended(&self) {
        // It fails only for a closed semaphore, which this is not.
        let _ = self.places.acquire_many(self.capacity).await;
    }

    fn told(&self, wanted: impl Fn(&str, &Open) -> bool) -> Vec<Told> {
        let mut by_account: BTreeMap<String, Told> = BTreeMap::new();
        for (enrolment, open) in &*unpoisoned(&self.open) {
            if wanted(enrolment, open) {
                by_account
                    .entry(open.username.clone())
                    .or_insert_with(|| Told {
                        username: open.username.clone(),
                        pin_version: open.pin_version,
                        enrolments: Vec::new(),
                    })
                    .enrolments
                    .push(enrolment.clone());
            }
        }
        let mut told: Vec<_> = by_account.into_values().collect();
        for told in &mut told {
            told.enrolments.sort();
        }
        told
    }

    fn notify(&self, enrolment: &str) {
        if let Some(open) = unpoisoned(&self.open).get(enrolment) {
            open.news.send_replace(());
        }
    }
}

/// The lines of one stream, as the body of an answer.
pub(crate) struct Lines(mpsc::Receiver<Bytes>);

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

/// What writes one stream.
struct Stream {
    // Dropped last: whoever has all places knows that no stream holds the relying party.
    party: Weak<RelyingParty>,
    clock: Arc<dyn Clock>,
    enrolment: String,
    account: UserHandle,
    ks: SigningKey,
    news: watch::Receiver<()>,
    lines: mpsc::Sender<Bytes>,
    _place: OwnedSemaphorePermit,
}

impl Stream {
    async fn run(mut self) {
        let mut event = "beat";
        while let Some(line) = self.line(event).await {
            if self.lines.try_send(line).is_err() {
                break;
            }
            event = tokio::select! {
                biased;
                () = self.lines.closed() => break,
                news = self.news.changed() => match news {
                    Ok(()) => "push",
                    Err(_) => break,
                },
                () = next_beat(&*self.clock) => "beat",
            };
        }
        if let Some(party) = self.party.upgrade() {
            party.forget_stream(&self.enrolment, &self.news);
        }
    }

    /// `event` with its data; none when the account or the relying party is gone.
    async fn line(&self, event: &str) -> Option<Bytes> {
        let party = self.party.upgrade()?;
        let found = party.store.pin_account(&self.account).await.ok()??;
        let beat = Beat {
            pin_version: found.pin_version,
            policy_version: party.policy().policy_version,
            issued_at: party.now(),
        };
        let data = beat.sign(&self.ks, &self.enrolment).to_json();
        let data = String::from_utf8(data).ok()?;
        Some(format!("event: {event}\ndata: {data}\n\n").into())
    }
}

/// Waits for the time of the next beat, which a clock that is turned back does not put off.
async fn next_beat(clock: &dyn Clock) {
    let mut next = clock.now().plus(beat::EVERY);
    loop {
        tokio::select! {
            () = clock.sleep_until(next) => return,
            () = tokio::time::sleep(LOOK) => next = next.min(clock.now().plus(beat::EVERY)),
        }
    }
}

impl RelyingParty {
    /// A challenge to open a stream with; whether the enrolment exists shows only then.
    pub(crate) fn stream_challenge(
        &self,
        request: &ChallengeRequest,
    ) -> Result<ChallengeAnswer, Refusal> {
        let challenge: [u8; 32] = self.draw()?;
        let now = self.now();
        let kept = unpoisoned(&self.pin.challenges).insert(
            BASE64URL_NOPAD.encode(&challenge),
            request.enrolment_id.chars().take(64).collect(),
            now.plus(CHALLENGE_LIFETIME),
            now,
        );
        let challenge = pin_sync::wire::Bytes(challenge);
        kept.then_some(ChallengeAnswer { challenge })
            .ok_or(Refusal::RateLimited)
    }

    /// Opens an enrolment's stream; one that is open already ends.
    pub(crate) async fn open_stream(
        self: &Arc<Self>,
        request: &StreamRequest,
        cause: Option<Seq>,
    ) -> Result<Lines, Refusal> {
        let challenge = BASE64URL_NOPAD.encode(&request.challenge.0);
        let asked = unpoisoned(&self.pin.challenges).take(&challenge, self.now());
        let found = self
            .store
            .pin_enrolment(&request.enrolment_id)
            .await?
            .filter(|found| {
                found.revoked_at.is_none() && asked.as_deref() == Some(found.id.as_str())
            });
        let binding = self.binding_or_decoy(found.as_ref())?;
        beat::check_open(request, binding.as_ref(), &request.challenge.0)?;
        let found = found.ok_or(Refusal::NotAccepted)?;
        let ks = self.server_key(&found)?;
        let pin_version = self.pin_account(&found.account.id).await?.pin_version;
        let lines = self.start_stream(&found, ks, pin_version)?;
        self.tell(
            kinds::PIN_STREAMS,
            cause,
            || json!({ "enrolmentId": found.id, "state": "opened" }),
        );
        Ok(lines)
    }

    fn start_stream(
        self: &Arc<Self>,
        found: &PinEnrolment,
        ks: SigningKey,
        pin_version: u64,
    ) -> Result<Lines, Refusal> {
        let streams = &self.pin.streams;
        let place = streams.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Refusal::RateLimited)?;
        let (news, heard) = watch::channel(());
        let (lines, body) = mpsc::channel(WAITING);
        {
            let mut open = unpoisoned(&streams.open);
            if streams.is_closed.load(Ordering::Acquire) {
                return Err(crate::Error::Closed.into());
            }
            let entry = Open {
                account: found.account.id.clone(),
                username: found.account.username.clone(),
                pin_version,
                news,
            };
            open.insert(found.id.clone(), entry);
        }
        let stream = Stream {
            party: Arc::downgrade(self),
            clock: self.seams.clock.clone(),
            enrolment: found.id.clone(),
            account: found.account.id.clone(),
            ks,
            news: heard,
            lines,
            _place: place,
        };
        tokio::spawn(stream.run());
        Ok(Lines(body))
    }

    /// The stream has ended; another one of the same enrolment stays.
    fn forget_stream(&self, enrolment: &str, news: &watch::Receiver<()>) {
        {
            let mut open = unpoisoned(&self.pin.streams.open);
            if open
                .get(enrolment)
                .is_some_and(|open| open.news.subscribe().same_channel(news))
            {
                open.remove(enrolment);
            }
        }
        self.tell(
            kinds::PIN_STREAMS,
            None,
            || json!({ "enrolmentId": enrolment, "state": "closed" }),
        );
    }

    /// Hints every open stream of the account's phones, or of all phones, that there is news.
    pub(crate) fn push(&self, account: Option<&UserHandle>, cause: Option<Seq>) {
        let told = self
            .pin
            .streams
            .told(|_, open| account.is_none_or(|account| open.account == *account));
        self.tell_news(told, cause);
    }

    /// The same for an account whose PIN has another version from now on.
    /// The phone on which that was done, if it was one, knows it from the answer.
    pub(super) fn push_pin(
        &self,
        account: &UserHandle,
        pin_version: u64,
        by: Option<&str>,
        cause: Option<Seq>,
    ) {
        for open in unpoisoned(&self.pin.streams.open).values_mut() {
            if open.account == *account {
                open.pin_version = pin_version;
            }
        }
        let streams = &self.pin.streams;
        let told = streams.told(|id, open| open.account == *account && by != Some(id));
        self.tell_news(told, cause);
    }

    /// The same for one phone.
    pub(super) fn push_one(&self, enrolment: &str, cause: Option<Seq>) {
        let told = self.pin.streams.told(|id, _| id == enrolment);
        self.tell_news(told, cause);
    }

    fn tell_news(&self, told: Vec<Told>, cause: Option<Seq>) {
        let policy_version = self.policy().policy_version;
        for told in told {
            self.tell(kinds::PIN_PUSHED, cause, || {
                json!({
                    "account": told.username,
                    "enrolmentIds": told.enrolments,
                    "pinVersion": told.pin_version,
                    "policyVersion": policy_version,
                })
            });
            for enrolment in &told.enrolments {
                self.pin.streams.notify(enrolment);
            }
        }
    }
}
