//! What the client itself asks and tells: which account, the PIN of a key, its touch.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use client::{Account, Choice, KeyPin, PinAsk, PinEntry, PinPurpose, Tries, Typed, Waiting};
use timeline::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use webauthn::id::RpId;

use crate::{
    api::{AccountChoice, Asker, KeyPinPurpose, Prompt, PromptAnswer, Question},
    bench::lock,
    keys::WrongPins,
};

/// Client prompts are numbered from here, device prompts from 1. All benches of a program share the
/// numbers, so that an answer never reaches the prompt of another one.
static NEXT: AtomicU32 = AtomicU32::new(1 << 30);

/// The client's prompts that are open, the oldest first, and the calls on keys.
pub(crate) struct ClientPrompts {
    changes: watch::Sender<u64>,
    state: Mutex<State>,
    wrong_pins: Mutex<WrongPins>,
}

#[derive(Default)]
struct State {
    open: Vec<Open>,
    calls: Vec<KeyCall>,
}

struct Open {
    prompt: Prompt,
    reply: Reply,
}

/// Who waits for the answer.
enum Reply {
    Account(oneshot::Sender<Option<usize>>),
    Pin(oneshot::Sender<Option<PinEntry>>),
    /// Only a refusal says anything: it ends the call.
    Touch(CancellationToken),
}

/// A call on a key, and what that key does.
struct KeyCall {
    number: u64,
    key: String,
    waiting: Option<Waiting>,
}

impl ClientPrompts {
    pub(crate) fn new(changes: watch::Sender<u64>) -> Self {
        Self {
            changes,
            state: Mutex::default(),
            wrong_pins: Mutex::default(),
        }
    }

    /// The oldest question that the person answers on the screen.
    pub(crate) fn question(&self) -> Option<Prompt> {
        self.first(|question| !is_touch(question))
    }

    /// The oldest prompt for the touch of a key.
    pub(crate) fn touch(&self) -> Option<Prompt> {
        self.first(is_touch)
    }

    fn first(&self, fits: impl Fn(&Question) -> bool) -> Option<Prompt> {
        let state = lock(&self.state);
        let mut open = state.open.iter().map(|open| &open.prompt);
        open.find(|prompt| fits(&prompt.question)).cloned()
    }

    /// The keys that calls are under way on, and whether they said that they wait for a touch.
    pub(crate) fn calls(&self) -> Vec<(String, bool)> {
        let state = lock(&self.state);
        let calls = state.calls.iter();
        calls
            .map(|call| (call.key.clone(), call.waiting == Some(Waiting::TouchNeeded)))
            .collect()
    }

    /// Forgets the wrong PINs in a row of each key that lost its power meanwhile.
    pub(crate) fn keep_wrong_pins(&self, stayed: impl Fn(&str) -> bool) {
        lock(&self.wrong_pins).keep(stayed);
    }

    /// True when `id` names an open prompt; it is then answered, if the answer fits.
    pub(crate) fn answer(&self, id: u32, answer: &PromptAnswer) -> bool {
        let mut state = lock(&self.state);
        let named = |open: &Open| open.prompt.id == u64::from(id);
        let Some(place) = state.open.iter().position(named) else {
            return false;
        };
        let fits = match (&state.open[place].reply, answer) {
            (_, PromptAnswer::Decline) | (Reply::Pin(_), PromptAnswer::KeyPin { .. }) => true,
            (Reply::Account(_), PromptAnswer::Choose { index }) => {
                place_of(&state.open[place].prompt.question, *index).is_some()
            }
            _ => false,
        };
        if !fits {
            return true;
        }
        let Open { prompt, reply } = state.open.remove(place);
        drop(state);
        // The call may have ended meanwhile: then nobody waits for the answer.
        match (reply, answer) {
            (Reply::Account(reply), PromptAnswer::Choose { index }) => {
                let _ = reply.send(place_of(&prompt.question, *index));
            }
            (Reply::Account(reply), _) => drop(reply.send(None)),
            (Reply::Pin(reply), PromptAnswer::KeyPin { pin, new_pin }) => {
                let _ = reply.send(Some(PinEntry {
                    pin: KeyPin::new(pin),
                    new_pin: new_pin.as_ref().map(|new_pin| KeyPin::new(new_pin)),
                }));
            }
            (Reply::Pin(reply), _) => drop(reply.send(None)),
            (Reply::Touch(cancel), _) => cancel.cancel(),
        }
        self.note_change();
        true
    }

    /// Asks for a touch until what is returned is dropped; `cancel` fires when the person declines.
    pub(crate) fn ask_touch(
        self: &Arc<Self>,
        key: Option<&str>,
        rp_id: Option<&RpId>,
        purpose: &str,
        deadline: Timestamp,
        cancel: CancellationToken,
    ) -> Shown {
        let question = Question::KeyTouch {
            purpose: purpose.to_owned(),
        };
        self.show(key, rp_id, deadline, question, Reply::Touch(cancel))
    }

    fn show(
        self: &Arc<Self>,
        key: Option<&str>,
        rp_id: Option<&RpId>,
        deadline: Timestamp,
        question: Question,
        reply: Reply,
    ) -> Shown {
        let id = next();
        let prompt = Prompt {
            id,
            asker: Asker::Client,
            device: None,
            key: key.map(str::to_owned),
            rp_id: rp_id.map(RpId::to_string),
            deadline,
            question,
        };
        lock(&self.state).open.push(Open { prompt, reply });
        self.note_change();
        Shown(self.clone(), id)
    }

    fn close(&self, id: u64) {
        let mut state = lock(&self.state);
        let before = state.open.len();
        state.open.retain(|open| open.prompt.id != id);
        let closed = state.open.len() < before;
        drop(state);
        if closed {
            self.note_change();
        }
    }

    fn note_change(&self) {
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }
}

fn next() -> u64 {
    u64::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

fn is_touch(question: &Question) -> bool {
    matches!(question, Question::KeyTouch { .. })
}

/// The place that was chosen, if the list has it.
fn place_of(question: &Question, index: u32) -> Option<usize> {
    let Question::ChooseAccount { accounts } = question else {
        return None;
    };
    let index = usize::try_from(index).ok()?;
    (index < accounts.len()).then_some(index)
}

/// A prompt that is open until this is dropped.
pub(crate) struct Shown(Arc<ClientPrompts>, u64);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.close(self.1);
    }
}

/// What the person is told of a call.
pub(crate) struct About {
    /// The key, or the device in this process, that it goes to.
    pub(crate) key: String,
    /// True for a key outside this process.
    pub(crate) is_outside: bool,
    /// For whom, where the page may ask in that name.
    pub(crate) rp_id: Option<RpId>,
    /// `createPasskey` or `signIn`.
    pub(crate) purpose: &'static str,
    /// How long the client waits in all.
    pub(crate) deadline: Timestamp,
}

/// The dialogs of one call: through the window, as a browser's own.
pub(crate) struct Dialogs {
    prompts: Arc<ClientPrompts>,
    about: About,
    number: u64,
    touch: Mutex<Option<Shown>>,
}

impl Dialogs {
    pub(crate) fn new(prompts: Arc<ClientPrompts>, about: About) -> Self {
        let number = next();
        if about.is_outside {
            lock(&prompts.state).calls.push(KeyCall {
                number,
                key: about.key.clone(),
                waiting: None,
            });
        }
        Self {
            prompts,
            about,
            number,
            touch: Mutex::default(),
        }
    }

    fn asked_touch(&self, cancel: &CancellationToken) -> Shown {
        let About {
            key,
            rp_id,
            purpose,
            deadline,
            ..
        } = &self.about;
        let (rp_id, cancel) = (rp_id.as_ref(), cancel.clone());
        (self.prompts).ask_touch(Some(key), rp_id, purpose, *deadline, cancel)
    }
}

impl Drop for Dialogs {
    fn drop(&mut self) {
        lock(&self.prompts.state)
            .calls
            .retain(|call| call.number != self.number);
        self.prompts.note_change();
    }
}

impl client::Dialogs for Dialogs {
    fn choose<'a>(
        &'a self,
        rp_id: &'a RpId,
        accounts: &'a [Account],
        deadline: Timestamp,
    ) -> Choice<'a> {
        Box::pin(async move {
            let (reply, replied) = oneshot::channel();
            let choices = accounts.iter().map(|account| AccountChoice {
                name: account.name.clone(),
                display_name: account.display_name.clone(),
            });
            let question = Question::ChooseAccount {
                accounts: choices.collect(),
            };
            let reply = Reply::Account(reply);
            let _shown = (self.prompts).show(None, Some(rp_id), deadline, question, reply);
            replied.await.ok().flatten()
        })
    }

    fn pin(&self, ask: PinAsk, deadline: Timestamp) -> Typed<'_> {
        Box::pin(async move {
            let (reply, replied) = oneshot::channel();
            let (rp_id, key) = (ask.rp_id.clone(), self.about.key.as_str());
            let question = question(ask, |tries| {
                lock(&self.prompts.wrong_pins).next_bars(key, tries)
            });
            let (rp_id, reply) = (rp_id.as_ref(), Reply::Pin(reply));
            let _shown = (self.prompts).show(Some(key), rp_id, deadline, question, reply);
            replied.await.ok().flatten()
        })
    }

    fn waiting(&self, waiting: Option<Waiting>, cancel: &CancellationToken) {
        let mut state = lock(&self.prompts.state);
        let own = (state.calls.iter_mut()).find(|call| call.number == self.number);
        if let Some(own) = own {
            own.waiting = waiting;
        }
        drop(state);
        let mut touch = lock(&self.touch);
        let needed = waiting == Some(Waiting::TouchNeeded);
        if touch.is_some() != needed {
            *touch = needed.then(|| self.asked_touch(cancel));
        }
        self.prompts.note_change();
    }
}

/// What a wrong PIN costs that is the third in a row.
const BARS: &str = "Another wrong PIN bars the key until it is unplugged and put back.";

/// `next_bars`: whether the next wrong PIN is the third in a row, over all calls.
fn question(ask: PinAsk, next_bars: impl FnOnce(Tries) -> bool) -> Question {
    let (purpose, tries) = match ask.purpose {
        PinPurpose::Enter(tries) => (KeyPinPurpose::Enter, Some(tries)),
        PinPurpose::Set => (KeyPinPurpose::Set, None),
        PinPurpose::Change(tries) => (KeyPinPurpose::Change, Some(tries)),
    };
    let said = tries.is_some_and(|tries| tries.last);
    let bars = tries.is_some_and(next_bars);
    let problem = ask.problem.map(|problem| match bars && !said {
        true => format!("{problem} {BARS}"),
        false => problem,
    });
    Question::KeyPin {
        purpose,
        tries_left: tries.and_then(|tries: Tries| tries.left),
        last: said || bars,
        problem,
        min_length: ask.min_length,
        max_bytes: ask.max_bytes,
    }
}
