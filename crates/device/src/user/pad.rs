//! The PIN pad.

use authenticator::Refusal;

use super::Person;
use super::ask::Asked;
use crate::pin::{Bounds, Digits};
use crate::prompts::{Answer, Question};

/// Which PIN is asked for, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PinPurpose {
    /// The device's own.
    Device,
    /// An account's, to verify the user of a passkey.
    Synced,
    /// An account's, for its relying party to check.
    Online,
    /// An account's, about to be changed.
    OldPin,
    /// An account's, to be chosen.
    NewPin,
    /// An account's, to unlock the PIN app.
    AppUnlock,
    /// An account's, to answer a workstation.
    Workstation,
}

impl PinPurpose {
    fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Synced => "synced",
            Self::Online => "online",
            Self::OldPin => "oldPin",
            Self::NewPin => "newPin",
            Self::AppUnlock => "appUnlock",
            Self::Workstation => "workstation",
        }
    }
}

/// What a pad asks for.
#[derive(Debug, Clone)]
pub(crate) struct PinAsk {
    pub(crate) purpose: PinPurpose,
    /// The relying parties whose PINs will do, by their names; none for the device's own.
    pub(crate) pin_of: Vec<String>,
    pub(crate) bounds: Bounds,
    /// Where the device knows them.
    pub(crate) tries_left: Option<u32>,
    /// What was wrong before, in a sentence.
    pub(crate) problem: Option<String>,
}

impl PinAsk {
    /// Asks for the device's own PIN.
    pub(super) fn device(tries_left: Option<u32>, problem: Option<String>) -> Self {
        Self {
            purpose: PinPurpose::Device,
            pin_of: Vec::new(),
            bounds: Bounds::DEVICE,
            tries_left,
            problem,
        }
    }

    /// The question for a PIN that there is.
    pub(super) fn entry(&self) -> Question {
        self.enter(self.problem.clone())
    }

    fn enter(&self, problem: Option<String>) -> Question {
        Question::EnterPin {
            purpose: self.purpose.name(),
            pin_of: self.pin_of.clone(),
            min_length: self.bounds.fewest(),
            max_length: self.bounds.most(),
            entered: 0,
            tries_left: self.tries_left,
            problem,
        }
    }

    fn choose(&self, confirming: bool, problem: Option<String>) -> Question {
        Question::SetPin {
            purpose: self.purpose.name(),
            pin_of: self.pin_of.clone(),
            min_length: self.bounds.fewest(),
            max_length: self.bounds.most(),
            entered: 0,
            confirming,
            problem,
        }
    }

    fn too_short(&self) -> String {
        match self.pin_of.as_slice() {
            [] => format!("A device PIN has {}.", self.bounds),
            [only] => format!("A PIN of {only} has {}.", self.bounds),
            several => format!("A PIN of {} has {}.", or(several), self.bounds),
        }
    }
}

/// `Acme, Bank or Shop`.
fn or(names: &[String]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => names.concat(),
    }
}

impl Person<'_> {
    /// Asks once for a PIN; what it is compared with is the caller's business.
    pub(crate) async fn ask_pin(&self, ask: &PinAsk) -> Result<Digits, Refusal> {
        let mut asked = self.display.show(ask.entry());
        enter(&mut asked, ask).await
    }

    /// Asks for a new PIN, twice, until both are the same.
    pub(crate) async fn ask_new_pin(&self, ask: &PinAsk) -> Result<Digits, Refusal> {
        let mut asked = self.display.show(ask.choose(false, ask.problem.clone()));
        loop {
            let first = collect(&mut asked, ask, &|problem| ask.choose(false, problem)).await?;
            asked.ask(ask.choose(true, None));
            let second = collect(&mut asked, ask, &|problem| ask.choose(true, problem)).await?;
            if first.same_as(&second) {
                return Ok(first);
            }
            let problem = "The two PINs differ. Choose one again.".to_owned();
            asked.ask(ask.choose(false, Some(problem)));
        }
    }
}

/// Collects the digits of a PIN that there is.
pub(super) async fn enter(asked: &mut Asked<'_>, ask: &PinAsk) -> Result<Digits, Refusal> {
    collect(asked, ask, &|problem| ask.enter(problem)).await
}

/// Collects the digits of one PIN. One that is too short is asked for again and costs no try.
async fn collect(
    asked: &mut Asked<'_>,
    ask: &PinAsk,
    question: &(dyn Fn(Option<String>) -> Question + Sync),
) -> Result<Digits, Refusal> {
    let mut digits = Digits::empty(ask.bounds);
    loop {
        match asked.answer().await? {
            Answer::Digit { digit } => digits.push(digit),
            Answer::Backspace => digits.pop(),
            Answer::Submit if digits.is_long_enough() => break,
            Answer::Submit => {
                digits = Digits::empty(ask.bounds);
                asked.ask(question(Some(ask.too_short())));
            }
            Answer::Decline => return Err(asked.declined()),
            _ => continue,
        }
        asked.show_entered(digits.count());
    }
    asked.done("pinEntered");
    Ok(digits)
}
