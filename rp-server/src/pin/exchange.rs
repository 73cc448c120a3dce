//! The exchange, in the order docs/pin-sync.md lays down: size, parse, point, signature, counter, state;
//! then the payload, and what is remembered for its second part.

use std::time::Duration;

use pin_sync::{
    enrolment::Binding,
    exchange::{
        Purpose,
        server::{Fresh, Request, Session, Signed},
    },
    key::{PointName, SigningKey, VerifyingKey},
    payload::{Charset, Delivery, LockKind, Pad, Payload},
    refusal::Reason,
    steps::{Step, Steps},
    wire::ExchangeAnswer,
};
use serde_json::json;
use timeline::{Seq, Timestamp};

use super::{draw::Draw, kept::KeptPins, memory::unpoisoned, seal::About, standing::Standing};
use crate::{
    Error, Refusal, RelyingParty, kinds,
    policy::{self, Policy},
    store::{Mark, PinAccount, PinEnrolment, Raised},
};

/// How long an exchange waits for its second round or its acknowledgement.
const PENDING: Duration = Duration::from_secs(60);
/// The longest validity that devices take: a hundred years.
const LONGEST_VALIDITY: u64 = 100 * 366 * 24 * 60 * 60;

/// The most bytes of an enrolment's name.
const LONGEST_NAME: usize = 255;

/// An exchange that was answered.
pub(super) struct Pending {
    pub session: Session,
    pub is_acknowledged: bool,
}

/// What the timeline is told of a judged request besides its steps.
#[derive(Default)]
pub(super) struct Judged {
    pub account: Option<String>,
    pub enrolment: Option<String>,
    pub purpose: Option<&'static str>,
}

impl RelyingParty {
    /// Judges an exchange's request and answers it, or refuses it: under signature where the state
    /// of account, policy or enrolment is the reason.
    pub(crate) async fn exchange(
        &self,
        body: &[u8],
        cause: Option<Seq>,
    ) -> Result<ExchangeAnswer, Refusal> {
        let mut steps = Steps::exchange();
        let mut judged = Judged::default();
        let answer = self.judge_exchange(body, &mut steps, &mut judged).await;
        self.tell_judged(&steps, &judged, cause);
        answer
    }

    async fn judge_exchange(
        &self,
        body: &[u8],
        steps: &mut Steps,
        judged: &mut Judged,
    ) -> Result<ExchangeAnswer, Refusal> {
        let request = Request::read(body, steps)?;
        let enrolment_id = request.enrolment_id().to_owned();
        let found = self.store.pin_enrolment(&enrolment_id).await?;
        let binding = self.binding_or_decoy(found.as_ref())?;
        judged.account = found.as_ref().map(|found| found.account.username.clone());
        judged.enrolment = Some(shown(&enrolment_id));
        let signed = request.verify(binding.as_ref(), steps)?;
        judged.purpose = Some(signed.purpose().as_str());
        let found = found.ok_or(Refusal::NotAccepted)?;
        self.pin.admit_enrolment(&enrolment_id, self.now())?;
        let ks = self.server_key(&found)?;
        let held = self.pin.hold(&enrolment_id);
        let fresh = self.raise(signed, &ks, steps).await?;
        // Anew: what was read before the counter was raised may be old.
        let found = self.store.pin_enrolment(&enrolment_id).await?;
        let found = found.ok_or(Refusal::NotAccepted)?;
        let account = self.pin_account(&found.account.id).await?;
        let policy = self.policy();
        let reason = match held {
            None => Some(Reason::Busy),
            Some(_) => refusal_of(&policy, &found, &account, fresh.purpose()),
        };
        if let Some(reason) = reason {
            steps.refuse(reason);
            let refused = fresh.refuse(&ks, reason, policy.policy_version, self.now());
            return Err(Refusal::Signed(Box::new(refused)));
        }
        steps.pass(Step::State, "open to this device", "in order");
        self.deliver(fresh, &found, &account, &policy, &ks).await
    }

    /// Step 5: the counter is on disk before anything else is done for this request.
    async fn raise(
        &self,
        signed: Signed,
        ks: &SigningKey,
        steps: &mut Steps,
    ) -> Result<Fresh, Refusal> {
        let enrolment_id = signed.binding().names().enrolment_id();
        let raised = self
            .store
            .raise_sync_counter(
                enrolment_id,
                signed.sync_counter(),
                Mark::of(&signed.mark()),
                self.now(),
            )
            .await?;
        let last = match raised {
            Raised::Done { last } => last,
            Raised::NotAbove { last, is_copy } => {
                if is_copy {
                    // Whichever of the two phones began it, it goes no further.
                    unpoisoned(&self.pin.exchanges).take(enrolment_id, self.now());
                }
                last
            }
            Raised::Gone => return Err(Refusal::NotAccepted),
        };
        signed.counter(last, steps).map_err(|(_, signed)| {
            let version = self.policy().policy_version;
            let refused = signed.refuse(ks, Reason::CounterBack, version, self.now());
            Refusal::Signed(Box::new(refused))
        })
    }

    async fn deliver(
        &self,
        fresh: Fresh,
        found: &PinEnrolment,
        account: &PinAccount,
        policy: &Policy,
        ks: &SigningKey,
    ) -> Result<ExchangeAnswer, Refusal> {
        let now = self.now();
        let purpose = fresh.purpose();
        let pad = pad(policy, &Standing::of(policy, account, now), now);
        let delivery = match purpose {
            Purpose::Sync => self.payload(account, policy, pad)?,
            Purpose::Verify | Purpose::Set | Purpose::Change => Delivery::Pad(pad),
        };
        let (answer, mut session) = fresh.answer(ks, &delivery, &mut Draw(&*self.seams.random))?;
        if let Some(key) = session.take_response_key() {
            let about = About::ResponseKey(&found.account.id, &found.id);
            let random = &*self.seams.random;
            let sealed = self.pin.seal.seal(about, key.as_bytes(), random)?;
            self.store
                .keep_response_key(&found.id, session.sync_counter(), sealed)
                .await?;
        }
        let pending = Pending {
            session,
            is_acknowledged: false,
        };
        let kept = unpoisoned(&self.pin.exchanges).insert(
            found.id.clone(),
            pending,
            now.plus(PENDING),
            now,
        );
        kept.then_some(answer).ok_or(Refusal::RateLimited)
    }

    fn payload(
        &self,
        account: &PinAccount,
        policy: &Policy,
        pad: Pad,
    ) -> Result<Delivery, Refusal> {
        let kept = KeptPins::unseal(&self.pin.seal, account)?;
        let pin = kept.pin.ok_or(Error::Unsealable)?;
        let rules = &policy.pin;
        Ok(Delivery::Sync(Box::new(Payload {
            pin_hash: pin.hash,
            salt: pin.salt,
            iterations: pin.iterations,
            pin_version: account.pin_version,
            validity: Duration::from_secs(rules.validity.seconds().min(LONGEST_VALIDITY)),
            max_offline_attempts: rules.offline_attempts,
            unlock_epoch: account.unlock_epoch,
            lock_kind: match rules.lock {
                policy::Lock::Indefinite => LockKind::Indefinite,
                policy::Lock::WipeAndResync => LockKind::WipeAndResync,
            },
            pad,
        })))
    }

    /// What the enrolment binds; none when there is none, after the same work.
    pub(super) fn binding_or_decoy(
        &self,
        found: Option<&PinEnrolment>,
    ) -> Result<Option<Binding>, Refusal> {
        match found {
            Some(found) => self.binding(found).map(Some),
            None => {
                VerifyingKey::from_sec1(PointName::Ks, &self.pin.decoy)?;
                Ok(None)
            }
        }
    }

    /// Puts a judged request on the timeline.
    pub(super) fn tell_judged(&self, steps: &Steps, judged: &Judged, cause: Option<Seq>) {
        self.tell(kinds::PIN_JUDGED, cause, || {
            let mut body = json!(steps);
            let members = [
                ("account", judged.account.as_deref()),
                ("enrolmentId", judged.enrolment.as_deref()),
                ("purpose", judged.purpose),
                ("failedAt", steps.failed_at().map(Step::code)),
            ];
            for (name, value) in members {
                if let Some(value) = value {
                    body[name] = value.into();
                }
            }
            body
        });
    }

    /// Forgets, for as long as it is polled, every exchange whose time is over, with its keys.
    pub(crate) async fn forget_in_time(&self) {
        loop {
            let now = self.now();
            unpoisoned(&self.pin.exchanges).forget_expired(now);
            self.seams.clock.sleep_until(now.plus(PENDING)).await;
        }
    }
}

/// As much of an enrolment's name as any has: whoever asks may name what they like.
pub(super) fn shown(enrolment_id: &str) -> String {
    let mut end = enrolment_id.len().min(LONGEST_NAME);
    while !enrolment_id.is_char_boundary(end) {
        end -= 1;
    }
    enrolment_id[..end].to_owned()
}

/// Step 6: why this device gets nothing for this purpose.
fn refusal_of(
    policy: &Policy,
    found: &PinEnrolment,
    account: &PinAccount,
    purpose: Purpose,
) -> Option<Reason> {
    let has_pin = account.sealed.is_some();
    if found.revoked_at.is_some() {
        Some(Reason::Revoked)
    } else if found.copied_at.is_some() {
        Some(Reason::CounterBack)
    } else if !policy.pin.enabled {
        Some(Reason::PinSyncOff)
    } else if purpose == Purpose::Sync && !policy.allows_offline_pin() {
        Some(Reason::OfflineOff)
    } else if !has_pin && purpose != Purpose::Set {
        Some(Reason::NoPin)
    } else if purpose == Purpose::Set && account.reset_at.is_some() {
        Some(Reason::SignInFirst)
    } else if has_pin && account.locked_at.is_some() {
        Some(Reason::PinLocked)
    } else {
        None
    }
}

/// What every exchange tells about the PIN to be typed.
fn pad(policy: &Policy, standing: &Standing, now: Timestamp) -> Pad {
    let length = |length: u32| u8::try_from(length).unwrap_or(u8::MAX);
    Pad {
        policy_version: policy.policy_version,
        issued_at: now,
        pin_expires_at: standing.expires_at,
        extra_uses_left: standing.extra_uses_offline(),
        min_length: length(policy.pin.min_length),
        max_length: length(policy.pin.max_length),
        charset: match policy.pin.charset {
            policy::Charset::Digits => Charset::Digits,
            policy::Charset::Any => Charset::Any,
        },
    }
}
