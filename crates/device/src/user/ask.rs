//! One question on the display: waiting for its answer, its deadline, a cancel, and telling the
//! timeline.

use authenticator::Refusal;
use ctap::hid::KeepaliveStatus;
use rand_core::TryRng as _;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::draft;
use crate::prompts::{Answer, Prompt, Prompts, Question, Shown};
use crate::{DeviceId, Error, Presence, Seams, kinds};

/// The display and buttons during one command.
pub(crate) struct Display<'a> {
    pub(crate) prompts: &'a Prompts,
    pub(crate) device: &'a DeviceId,
    pub(crate) seams: &'a Seams,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) status: &'a watch::Sender<KeepaliveStatus>,
    rp_id: Option<String>,
    rp_name: Option<String>,
}

impl<'a> Display<'a> {
    pub(crate) fn new(
        prompts: &'a Prompts,
        device: &'a DeviceId,
        seams: &'a Seams,
        cancel: &'a CancellationToken,
        status: &'a watch::Sender<KeepaliveStatus>,
    ) -> Self {
        Self {
            prompts,
            device,
            seams,
            cancel,
            status,
            rp_id: None,
            rp_name: None,
        }
    }

    /// Names the relying party that the next questions are about.
    pub(crate) fn about(&mut self, rp_id: Option<&str>, rp_name: Option<&str>) {
        if self.rp_id.as_deref() != rp_id {
            self.rp_name = None;
        }
        self.rp_id = rp_id.map(str::to_owned);
        self.rp_name = rp_name.map(str::to_owned).or(self.rp_name.take());
    }

    /// The relying party that the questions are about.
    pub(crate) fn rp_id(&self) -> Option<&str> {
        self.rp_id.as_deref()
    }

    /// Asks; the question stays until the returned guard is dropped.
    pub(crate) fn show(&self, question: Question) -> Asked<'_> {
        self.status.send_replace(KeepaliveStatus::UpNeeded);
        self.tell_shown(&question);
        let kind = question.kind();
        let shown = self.prompts.show(Prompt {
            id: 0,
            device: self.device.clone(),
            rp_id: self.rp_id.clone(),
            rp_name: self.rp_name.clone(),
            deadline: self.deadline(),
            question,
        });
        Asked {
            display: self,
            shown,
            kind,
        }
    }

    pub(crate) fn random(&self) -> Result<[u8; 16], Error> {
        let mut bytes = [0; 16];
        (self.seams.rng)(Some(self.device))
            .try_fill_bytes(&mut bytes)
            .map_err(|error| Error::Randomness(error.to_string()))?;
        Ok(bytes)
    }

    /// Emits an event of this device.
    pub(crate) fn emit(&self, kind: &'static str, mut body: Value) {
        if let Value::Object(members) = &mut body {
            members.insert("device".to_owned(), json!(self.device));
        }
        self.seams
            .emit
            .emit(draft(kind, body).at(self.seams.clock.now()));
    }

    fn deadline(&self) -> timeline::Timestamp {
        self.seams.clock.now().plus(self.seams.prompt_time)
    }

    /// The prompt as the timeline has it: nothing of what stands on the pad.
    fn tell_shown(&self, question: &Question) {
        let mut prompt =
            json!({ "kind": question.kind(), "rpId": self.rp_id, "rpName": self.rp_name });
        let more = match question {
            Question::Touch {
                purpose, user_name, ..
            } => json!({ "purpose": purpose, "userName": user_name }),
            Question::SetPin {
                purpose,
                pin_of,
                confirming,
                problem,
                ..
            } => {
                json!({ "purpose": purpose, "pinOf": pin_of, "confirming": confirming, "problem": problem })
            }
            Question::EnterPin {
                purpose,
                pin_of,
                tries_left,
                problem,
                ..
            } => {
                json!({ "purpose": purpose, "pinOf": pin_of, "triesLeft": tries_left, "problem": problem })
            }
            Question::Fingerprint {
                problem,
                tries_left,
            } => json!({ "triesLeft": tries_left, "problem": problem }),
            Question::Unverifiable { message } => json!({ "message": message }),
            Question::ChooseAccount { accounts } => json!({ "accounts": accounts }),
            Question::Blocked => json!({}),
        };
        if let (Value::Object(prompt), Value::Object(more)) = (&mut prompt, more) {
            prompt.extend(more);
        }
        self.emit(kinds::PROMPT_SHOWN, json!({ "prompt": prompt }));
    }
}

/// A question that stands on the display.
pub(crate) struct Asked<'a> {
    display: &'a Display<'a>,
    shown: Shown<'a>,
    kind: &'static str,
}

impl Asked<'_> {
    /// The next answer, unless the client cancels or nobody answers in time.
    pub(crate) async fn answer(&mut self) -> Result<Answer, Refusal> {
        let deadline = self
            .shown
            .deadline()
            .unwrap_or_else(|| self.display.deadline());
        let clock = &self.display.seams.clock;
        let refusal = tokio::select! {
            biased;
            () = self.display.cancel.cancelled() => Refusal::Cancelled,
            () = clock.sleep_until(deadline) => Refusal::TimedOut,
            answer = self.shown.answer() => return Ok(answer),
        };
        Err(self.refused(refusal))
    }

    /// The answer to a question for a touch, which the presence policy may give.
    pub(crate) async fn touch(&mut self) -> Result<Answer, Refusal> {
        match self.display.seams.presence {
            Presence::Ask => self.answer().await,
            Presence::Auto => Ok(Answer::Touch),
            Presence::Deny => Ok(Answer::Decline),
            Presence::Delay(delay) => {
                let clock = &self.display.seams.clock;
                let touched = clock.sleep_until(clock.now().plus(delay));
                tokio::select! {
                    () = touched => Ok(Answer::Touch),
                    refused = async { loop { if let Err(refusal) = self.answer().await { break refusal } } } => Err(refused),
                }
            }
        }
    }

    /// Forgets the keys that were pressed while the device could not show them. A Decline counts.
    pub(crate) fn forget_pressed(&mut self) -> Result<(), Refusal> {
        if self.shown.forget_answers() {
            return Err(self.declined());
        }
        Ok(())
    }

    /// Asks something else at the same prompt and starts its time anew.
    pub(crate) fn ask(&mut self, question: Question) {
        self.display.tell_shown(&question);
        self.kind = question.kind();
        let deadline = self.display.deadline();
        self.shown.change(|prompt| {
            prompt.question = question;
            prompt.deadline = deadline;
        });
    }

    /// Shows how many digits stand on the pad.
    pub(crate) fn show_entered(&self, count: u32) {
        self.shown.change(|prompt| match &mut prompt.question {
            Question::SetPin { entered, .. } | Question::EnterPin { entered, .. } => {
                *entered = count
            }
            _ => {}
        });
    }

    /// Tells the timeline what the person did.
    pub(crate) fn done(&self, answer: &'static str) {
        self.display.emit(
            kinds::PROMPT_ANSWERED,
            json!({ "kind": self.kind, "answer": answer }),
        );
    }

    /// Tells the timeline whom the person chose.
    pub(crate) fn chose(&self, account: Option<&str>) {
        self.display.emit(
            kinds::PROMPT_ANSWERED,
            json!({ "kind": self.kind, "answer": "chosen", "account": account }),
        );
    }

    /// The person said no.
    pub(crate) fn declined(&self) -> Refusal {
        self.refused(Refusal::Declined)
    }

    fn refused(&self, refusal: Refusal) -> Refusal {
        self.done(match refusal {
            Refusal::Cancelled => "cancelled",
            Refusal::TimedOut => "timedOut",
            Refusal::Declined | Refusal::Blocked | Refusal::Unverifiable | Refusal::Failed(_) => {
                "declined"
            }
        });
        refusal
    }
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.display
            .status
            .send_replace(KeepaliveStatus::Processing);
    }
}
