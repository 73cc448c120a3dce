//! What a device asks, and the answers.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::{DeviceId, Error};

/// Answers that may wait while the device works on an earlier one.
const QUEUE: usize = 64;

/// The number of the last prompt. Devices share them, so that an answer that comes late never
/// reaches the prompt of another one.
static LAST: AtomicU64 = AtomicU64::new(0);

/// What a device asks right now. It never carries a PIN, only how many digits stand on the pad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Names this prompt; unique among the prompts of all devices until the program ends.
    pub id: u64,
    /// The device that asks.
    pub device: DeviceId,
    /// The relying party the request came from.
    pub rp_id: Option<String>,
    /// That party's name, where it gave one.
    pub rp_name: Option<String>,
    /// When the device stops waiting, by its own clock; put off whenever the question changes.
    pub deadline: Timestamp,
    /// What is asked.
    pub question: Question,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum Question {
    /// Touch the device to go on. Answers: [`Answer::Touch`], [`Answer::Decline`].
    Touch {
        /// `createPasskey`, `signIn`, `selection` or `reset` (which erases the device).
        purpose: &'static str,
        /// The account concerned, where only one can be meant.
        user_name: Option<String>,
        /// Its display name.
        user_display_name: Option<String>,
    },
    /// Choose a PIN, then once more. Answers: digits, [`Answer::Backspace`], [`Answer::Submit`],
    /// [`Answer::Decline`].
    SetPin {
        /// `device`, or `newPin` for the PIN of an account.
        purpose: &'static str,
        /// The relying party whose PIN it is, by its name; none for the device's own.
        pin_of: Vec<String>,
        /// Fewest digits.
        min_length: u32,
        /// Most digits, at most 63.
        max_length: u32,
        /// Digits on the pad.
        entered: u32,
        /// True at the second entry.
        confirming: bool,
        /// What was wrong with the last entry, in a sentence.
        problem: Option<String>,
    },
    /// Enter a PIN. Answers as for [`Question::SetPin`].
    EnterPin {
        /// Which one, and what for: `device` (its own), `synced` (an account's, to verify the user),
        /// `online` (an account's, for its relying party to check), `oldPin`, `appUnlock` or
        /// `workstation`.
        purpose: &'static str,
        /// The relying parties whose PINs will do, by their names; none for the device's own.
        pin_of: Vec<String>,
        /// Fewest digits.
        min_length: u32,
        /// Most digits, at most 63.
        max_length: u32,
        /// Digits on the pad.
        entered: u32,
        /// Tries left, where the device knows; the fewest, where several PINs will do.
        tries_left: Option<u32>,
        /// What was wrong with the last entry, such as "Wrong PIN. 2 tries left."
        problem: Option<String>,
    },
    /// Choose who signs in. Answers: [`Answer::Choose`], [`Answer::Decline`].
    ChooseAccount {
        /// At least two, the newest first.
        accounts: Vec<AccountChoice>,
    },
    /// The PIN's tries are spent. Answers: [`Answer::Wipe`] (a touch must confirm it),
    /// [`Answer::Decline`].
    Blocked,
    /// Lay a finger on the reader. Answers: [`Answer::Finger`], [`Answer::UsePin`],
    /// [`Answer::Decline`].
    Fingerprint {
        /// What was wrong with the last one, in a sentence.
        problem: Option<String>,
        /// Tries left until only a PIN will do.
        tries_left: u32,
    },
    /// Nothing on the device can verify its user now, so that the request ends here. Answer:
    /// [`Answer::Decline`], to close it.
    Unverifiable {
        /// Why, and what to do.
        message: String,
    },
}

/// An account to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountChoice {
    /// `user.name`.
    pub name: Option<String>,
    /// `user.displayName`.
    pub display_name: Option<String>,
}

impl Question {
    /// The question's name in the timeline.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Touch { .. } => "touch",
            Self::SetPin { .. } => "setPin",
            Self::EnterPin { .. } => "enterPin",
            Self::ChooseAccount { .. } => "chooseAccount",
            Self::Blocked => "blocked",
            Self::Fingerprint { .. } => "fingerprint",
            Self::Unverifiable { .. } => "unverifiable",
        }
    }
}

/// What the person does. Digits come one by one, so that nobody but the device holds a whole PIN.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum Answer {
    /// Touches the device.
    Touch,
    /// Presses a digit, 0 to 9; others are ignored.
    Digit {
        /// 0 to 9.
        digit: u8,
    },
    /// Takes the last digit back.
    Backspace,
    /// Confirms the digits on the pad.
    Submit,
    /// Chooses an account by its place in the list.
    Choose {
        /// From 0; others are ignored.
        index: u32,
    },
    /// Wipes the blocked device.
    Wipe,
    /// Lays a finger on the reader.
    Finger {
        /// Whether it is the one that was enrolled.
        matches: bool,
    },
    /// Enters a PIN instead of laying a finger on the reader.
    UsePin,
    /// Says no.
    Decline,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer")
    }
}

/// One device's display and buttons.
#[derive(Debug)]
pub struct Prompts {
    current: watch::Sender<Option<Prompt>>,
    buttons: Mutex<Buttons>,
}

#[derive(Debug, Default)]
struct Buttons {
    pressed: Option<(u64, mpsc::Sender<Answer>)>,
}

impl Default for Prompts {
    fn default() -> Self {
        Self {
            current: watch::Sender::new(None),
            buttons: Mutex::default(),
        }
    }
}

impl Prompts {
    /// What the display shows now, and every change of it.
    pub fn watch(&self) -> watch::Receiver<Option<Prompt>> {
        self.current.subscribe()
    }

    /// What the display shows now.
    pub fn current(&self) -> Option<Prompt> {
        self.current.borrow().clone()
    }

    /// Answers the prompt with this id. An answer that does not fit its question is ignored.
    ///
    /// # Errors
    /// [`Error::PromptGone`] when the display shows another prompt or none, [`Error::Busy`] when
    /// answers come faster than the device takes them.
    pub fn answer(&self, id: u64, answer: Answer) -> Result<(), Error> {
        let buttons = self.buttons.lock().unwrap_or_else(PoisonError::into_inner);
        match &buttons.pressed {
            Some((shown, pressed)) if *shown == id => match pressed.try_send(answer) {
                Ok(()) => Ok(()),
                Err(mpsc::error::TrySendError::Full(_)) => Err(Error::Busy),
                Err(mpsc::error::TrySendError::Closed(_)) => Err(Error::PromptGone),
            },
            _ => Err(Error::PromptGone),
        }
    }

    /// Shows a prompt until the returned guard is dropped. `prompt.id` is filled in.
    pub(crate) fn show(&self, mut prompt: Prompt) -> Shown<'_> {
        let (pressed, answers) = mpsc::channel(QUEUE);
        let mut buttons = self.buttons.lock().unwrap_or_else(PoisonError::into_inner);
        prompt.id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        buttons.pressed = Some((prompt.id, pressed));
        drop(buttons);
        self.current.send_replace(Some(prompt));
        Shown {
            prompts: self,
            answers,
        }
    }
}

/// A prompt on the display.
#[derive(Debug)]
pub(crate) struct Shown<'a> {
    prompts: &'a Prompts,
    answers: mpsc::Receiver<Answer>,
}

impl Shown<'_> {
    /// Changes what is asked; the prompt keeps its id.
    pub(crate) fn change(&self, work: impl FnOnce(&mut Prompt)) {
        self.prompts.current.send_modify(|current| {
            if let Some(prompt) = current {
                work(prompt);
            }
        });
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.prompts
            .current
            .borrow()
            .as_ref()
            .map(|prompt| prompt.deadline)
    }

    /// Forgets the answers that wait; says whether the person declined in one of them.
    pub(crate) fn forget_answers(&mut self) -> bool {
        let mut declined = false;
        while let Ok(answer) = self.answers.try_recv() {
            declined |= answer == Answer::Decline;
        }
        declined
    }

    /// The next answer. Never returns without one, as long as the prompt is shown.
    pub(crate) async fn answer(&mut self) -> Answer {
        match self.answers.recv().await {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.prompts
            .buttons
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pressed = None;
        self.prompts.current.send_replace(None);
    }
}
