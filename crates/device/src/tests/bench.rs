//! A device, a client, and somebody who answers the prompts.

use std::path::Path;
use std::sync::{Arc, Mutex};

use client::{Account, Call, Choice, Client, ClientError, Dialogs, PinAsk, Typed, Waiting};
use ctap::Status;
use serde_json::{Value, json};
use timeline::{Draft, Emit, ManualClock, Seq, Timestamp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vault::{KeyHome, Vault};
use webauthn::id::{Origin, RpId};

use crate::{Answer, Device, InProcessChannel, Model, Presence, Question, Seams, Shelf};

pub(super) const PIN: &str = "48151623";

#[derive(Default, Clone)]
pub(super) struct Notes(Arc<Mutex<Vec<Draft>>>);

impl Notes {
    pub(super) fn all(&self) -> Vec<Draft> {
        self.0
            .lock()
            .expect("no test panics while it holds this")
            .clone()
    }

    /// The bodies of one kind of event.
    pub(super) fn of(&self, kind: &str) -> Vec<Value> {
        self.all()
            .into_iter()
            .filter(|it| it.kind == kind)
            .map(|it| it.body)
            .collect()
    }
}

impl Emit for Notes {
    fn emit(&self, draft: Draft) -> Seq {
        let mut notes = self.0.lock().expect("no test panics while it holds this");
        notes.push(draft);
        Seq(notes.len() as u64)
    }
}

pub(super) fn memory() -> Vault {
    Vault::open(Path::new(""), KeyHome::Memory).expect("a vault in memory")
}

pub(super) fn in_folder(folder: &Path) -> Vault {
    Vault::open(folder, KeyHome::File(folder.join("vault.key"))).expect("a vault in a folder")
}

/// What surrounds a shelf.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) clock: Arc<ManualClock>,
    pub(super) notes: Notes,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(ManualClock::new(Timestamp(1_800_000_000_000))),
            notes: Notes::default(),
        }
    }

    pub(super) fn shelf(&self, vault: Vault, presence: Presence) -> Shelf {
        let seams = Seams::new(self.clock.clone(), Arc::new(self.notes.clone()));
        Shelf::new(vault, seams.presence(presence))
    }

    pub(super) fn device(&self, model: Model) -> Device {
        self.shelf(memory(), Presence::Ask)
            .add("Test device", model)
            .expect("a device")
    }

    pub(super) fn client(&self, choice: Option<usize>) -> Client {
        Client::new(
            Arc::new(self.notes.clone()),
            self.clock.clone(),
            Arc::new(Chooser(choice)),
        )
    }
}

struct Chooser(Option<usize>);

impl Dialogs for Chooser {
    fn choose<'a>(&'a self, _: &'a RpId, _: &'a [Account], _: Timestamp) -> Choice<'a> {
        Box::pin(async { Some(self.0.expect("the client must not ask which account")) })
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        panic!("no key here has a PIN, and {ask:?} is asked")
    }

    fn waiting(&self, _: Option<Waiting>, _: &CancellationToken) {}
}

/// How somebody answers.
#[derive(Clone, Copy)]
pub(super) struct Habits {
    pub(super) touch: bool,
    pub(super) pin: &'static str,
    pub(super) account: u32,
    pub(super) wipe: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            touch: true,
            pin: PIN,
            account: 0,
            wipe: false,
        }
    }
}

/// Somebody who answers every prompt of a device until the handle is aborted.
pub(super) fn somebody(device: &Device, habits: Habits) -> JoinHandle<()> {
    person(device, move |question| answers(question, habits))
}

/// Somebody who gives these answers, once to each question that appears, until the handle is aborted.
pub(super) fn person(
    device: &Device,
    answers: impl Fn(&Question) -> Vec<Answer> + Send + 'static,
) -> JoinHandle<()> {
    let device = device.clone();
    tokio::spawn(async move {
        let mut prompts = device.prompts().watch();
        let mut answered = None;
        loop {
            let prompt = prompts.borrow_and_update().clone();
            if let Some(prompt) = prompt {
                let this = (prompt.id, without_digits(prompt.question.clone()));
                if answered.as_ref() != Some(&this) {
                    for answer in answers(&prompt.question) {
                        // The prompt may go away while somebody types.
                        let _ = device.prompts().answer(prompt.id, answer);
                    }
                    answered = Some(this);
                }
            }
            if prompts.changed().await.is_err() {
                return;
            }
        }
    })
}

fn without_digits(mut question: Question) -> Question {
    if let Question::SetPin { entered, .. } | Question::EnterPin { entered, .. } = &mut question {
        *entered = 0;
    }
    question
}

fn answers(question: &Question, habits: Habits) -> Vec<Answer> {
    match question {
        Question::Touch { .. } if habits.touch => vec![Answer::Touch],
        Question::Touch { .. } => vec![Answer::Decline],
        Question::SetPin { .. } | Question::EnterPin { .. } => typed(habits.pin),
        Question::ChooseAccount { .. } => vec![Answer::Choose {
            index: habits.account,
        }],
        Question::Blocked if habits.wipe => vec![Answer::Wipe],
        Question::Fingerprint { .. } => vec![Answer::Finger { matches: true }],
        Question::Blocked | Question::Unverifiable { .. } => vec![Answer::Decline],
    }
}

pub(super) fn typed(pin: &str) -> Vec<Answer> {
    let digits = pin.bytes().map(|it| Answer::Digit { digit: it - b'0' });
    digits.chain([Answer::Submit]).collect()
}

/// Waits until the device shows a prompt that is `wanted`, and gives its id.
pub(super) async fn prompt(device: &Device, wanted: impl Fn(&Question) -> bool) -> u64 {
    let mut prompts = device.prompts().watch();
    let shown = prompts.wait_for(|it| it.as_ref().is_some_and(|it| wanted(&it.question)));
    let shown = tokio::time::timeout(std::time::Duration::from_secs(20), shown).await;
    shown
        .expect("the prompt comes")
        .expect("the device lives")
        .as_ref()
        .expect("just seen")
        .id
}

/// The status of a command.
pub(super) async fn status(device: &Device, command: &ctap::Command) -> Status {
    Status::from(device.start(command.encode()).answer().await[0])
}

/// The page at `https://example.org`.
pub(super) struct Page {
    client: Client,
    origin: Origin,
    pub(super) abort: CancellationToken,
}

impl Page {
    pub(super) fn new(client: Client) -> Self {
        let origin = Origin::parse("https://example.org").expect("an origin");
        Self {
            client,
            origin,
            abort: CancellationToken::new(),
        }
    }

    pub(super) async fn create(
        &self,
        device: &Device,
        options: &Value,
    ) -> Result<Value, ClientError> {
        let mut channel = InProcessChannel::new(device.clone());
        let call = Call {
            origin: &self.origin,
            options,
            abort: &self.abort,
            cause: None,
        };
        let created = self.client.create(&mut channel, call).await?;
        Ok(serde_json::to_value(created).expect("a JSON form"))
    }

    pub(super) async fn get(&self, device: &Device, options: &Value) -> Result<Value, ClientError> {
        let mut channel = InProcessChannel::new(device.clone());
        let call = Call {
            origin: &self.origin,
            options,
            abort: &self.abort,
            cause: None,
        };
        let got = self.client.get(&mut channel, call).await?;
        Ok(serde_json::to_value(got).expect("a JSON form"))
    }
}

pub(super) const CHALLENGE: &str = "AAECAwQFBgcICQoLDA0ODw";

pub(super) fn creation(name: &str, verification: &str) -> Value {
    json!({
        "rp": { "id": "example.org", "name": "Example" },
        "user": { "id": webauthn::id::UserHandle::new(name.as_bytes()), "name": name, "displayName": name },
        "challenge": CHALLENGE,
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }],
        "authenticatorSelection": { "residentKey": "required", "requireResidentKey": true, "userVerification": verification },
        "attestation": "direct",
    })
}

pub(super) fn request(verification: &str) -> Value {
    json!({ "rpId": "example.org", "challenge": CHALLENGE, "userVerification": verification })
}

/// The relying party's whole ladder over a response; gives the credential record to keep.
pub(super) fn verified(
    ceremony: &str,
    response: &Value,
    verification: &str,
    credential: Option<&Value>,
) -> Value {
    let request = json!({
        "id": 1,
        "ceremony": ceremony,
        "response": response,
        "expected": {
            "challenge": CHALLENGE,
            "origins": ["https://example.org"],
            "rpId": "example.org",
            "userVerification": verification,
        },
        "credential": credential,
    });
    let answer = verify::request::answer(&request.to_string(), 1_800_000_000);
    let report: Value = serde_json::from_str(&answer.json).expect("the report is JSON");
    assert_eq!(report["verified"], true, "{report:#}");
    report["credential"].clone()
}
