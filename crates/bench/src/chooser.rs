//! The client's own account choice, for devices without a display.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use client::{Account, Choice, Dialogs, PinAsk, Typed, Waiting};
use timeline::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use webauthn::id::RpId;

use crate::api::{AccountChoice, Asker, Prompt, PromptAnswer, Question};

/// Asks through the window, as a browser's own dialog would.
pub(crate) struct Chooser {
    changes: watch::Sender<u64>,
    open: Mutex<Option<Open>>,
}

struct Open {
    prompt: Prompt,
    answer: oneshot::Sender<Option<usize>>,
}

/// Client prompts are numbered from here, device prompts from 1. All benches of a program share the
/// numbers, so that an answer never reaches the prompt of another one.
static NEXT: AtomicU32 = AtomicU32::new(1 << 30);

impl Chooser {
    pub(crate) fn new(changes: watch::Sender<u64>) -> Self {
        Self {
            changes,
            open: Mutex::default(),
        }
    }

    pub(crate) fn prompt(&self) -> Option<Prompt> {
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .map(|open| open.prompt.clone())
    }

    /// True when `id` names the open question; it is then answered, if the answer fits.
    pub(crate) fn answer(&self, id: u32, answer: &PromptAnswer) -> bool {
        let mut slot = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = slot.take_if(|open| open.prompt.id == u64::from(id)) else {
            return false;
        };
        let Question::ChooseAccount { accounts } = &open.prompt.question else {
            return false;
        };
        let chosen = match answer {
            PromptAnswer::Choose { index } => usize::try_from(*index)
                .ok()
                .filter(|index| *index < accounts.len()),
            PromptAnswer::Decline => None,
            _ => {
                *slot = Some(open);
                return true;
            }
        };
        // The call may have ended meanwhile: then nobody waits for the choice.
        let _ = open.answer.send(chosen);
        drop(slot);
        self.changes.send_modify(|version| *version += 1);
        true
    }
}

/// Closes the question when the call ends, however it ends.
struct Closes<'a>(&'a Chooser, u64);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        let mut slot = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.take_if(|open| open.prompt.id == self.1).is_some() {
            drop(slot);
            self.0.changes.send_modify(|version| *version += 1);
        }
    }
}

impl Dialogs for Chooser {
    fn choose<'a>(
        &'a self,
        rp_id: &'a RpId,
        accounts: &'a [Account],
        deadline: Timestamp,
    ) -> Choice<'a> {
        Box::pin(async move {
            let id = u64::from(NEXT.fetch_add(1, Ordering::Relaxed));
            let (answer, answered) = oneshot::channel();
            let choices = accounts
                .iter()
                .map(|account| AccountChoice {
                    name: account.name.clone(),
                    display_name: account.display_name.clone(),
                })
                .collect();
            let prompt = Prompt {
                id,
                asker: Asker::Client,
                device: None,
                key: None,
                rp_id: Some(rp_id.to_string()),
                // The client itself ends the call when its time is up.
                deadline,
                question: Question::ChooseAccount { accounts: choices },
            };
            *self.open.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Open { prompt, answer });
            let _closes = Closes(self, id);
            self.changes.send_modify(|version| *version += 1);
            answered.await.ok().flatten()
        })
    }

    fn pin(&self, _: PinAsk, _: Timestamp) -> Typed<'_> {
        Box::pin(std::future::ready(None))
    }

    fn waiting(&self, _: Option<Waiting>, _: &CancellationToken) {}
}
