//! The person at a device: shows prompts, waits, and lets the device PIN verify.

mod ask;
mod pad;

use authenticator::{
    Account, Ask, Failure, Method, Purpose, Refusal, User, UserVerification, Verified,
};
use serde_json::json;
use timeline::Draft;
use vault::Vault;

pub(crate) use ask::Display;

use crate::pin::{self, Digits};
use crate::prompts::{AccountChoice, Answer, Question};
use crate::{Error, Model, kinds, storage};

/// One command's view of the person.
pub(crate) struct Person<'a> {
    pub(crate) display: Display<'a>,
    pub(crate) vault: &'a Vault,
    pub(crate) model: Model,
}

impl User for Person<'_> {
    async fn presence(&mut self, ask: Ask<'_>) -> Result<(), Refusal> {
        self.display.about(ask.rp_id, ask.rp_name);
        self.touch(ask.purpose, ask.account).await
    }

    fn verification(&mut self) -> Result<UserVerification, Failure> {
        match self.model {
            Model::Key => Ok(UserVerification::NotSupported),
            Model::Phone => {
                let state = pin::state(self.vault, self.display.device).map_err(Failure::new)?;
                Ok(if state.set {
                    UserVerification::Configured
                } else {
                    UserVerification::NotConfigured
                })
            }
        }
    }

    async fn verify(&mut self, ask: Ask<'_>) -> Result<Verified, Refusal> {
        self.display.about(ask.rp_id, ask.rp_name);
        let state = pin::state(self.vault, self.display.device).map_err(failed)?;
        if state.blocked {
            return Err(self.blocked().await);
        }
        self.touch(ask.purpose, ask.account).await?;
        if state.set {
            self.enter_pin().await?;
        } else {
            self.set_pin(false).await?;
        }
        Ok(Verified::everywhere(Method::DevicePin))
    }

    async fn choose(&mut self, rp_id: &str, accounts: &[Account]) -> Result<usize, Refusal> {
        self.display.about(Some(rp_id), None);
        let choices = accounts
            .iter()
            .map(|it| AccountChoice {
                name: it.name.clone(),
                display_name: it.display_name.clone(),
            })
            .collect();
        let mut shown = self
            .display
            .show(Question::ChooseAccount { accounts: choices });
        loop {
            match shown.answer().await? {
                Answer::Choose { index } => {
                    let index = usize::try_from(index).unwrap_or(usize::MAX);
                    if index < accounts.len() {
                        shown.chose(accounts[index].name.as_deref());
                        return Ok(index);
                    }
                }
                Answer::Decline => return Err(shown.declined()),
                _ => {}
            }
        }
    }
}

impl Person<'_> {
    /// Sets a PIN where there is none, else asks for the old one and then for the new.
    pub(crate) async fn change_pin(&mut self) -> Result<(), Refusal> {
        let state = pin::state(self.vault, self.display.device).map_err(failed)?;
        if state.blocked {
            return Err(self.blocked().await);
        }
        if state.set {
            self.enter_pin().await?;
        }
        self.set_pin(state.set).await
    }

    async fn touch(&mut self, purpose: Purpose, account: Option<&Account>) -> Result<(), Refusal> {
        let question = Question::Touch {
            purpose: match purpose {
                Purpose::CreatePasskey => "createPasskey",
                Purpose::SignIn => "signIn",
                Purpose::Selection => "selection",
                Purpose::Reset => "reset",
            },
            user_name: account.and_then(|it| it.name.clone()),
            user_display_name: account.and_then(|it| it.display_name.clone()),
        };
        let mut shown = self.display.show(question);
        loop {
            match shown.touch().await? {
                Answer::Touch => break,
                Answer::Decline => return Err(shown.declined()),
                _ => {}
            }
        }
        shown.done("touched");
        Ok(())
    }

    async fn enter_pin(&mut self) -> Result<(), Refusal> {
        if self.try_pins().await? {
            Ok(())
        } else {
            Err(self.blocked().await)
        }
    }

    /// Lets the person try until the PIN matches (true) or no try is left (false).
    async fn try_pins(&self) -> Result<bool, Refusal> {
        let (vault, device) = (self.vault, self.display.device);
        let mut tries_left = pin::state(vault, device).map_err(failed)?.tries_left;
        let question = |tries_left| {
            move |problem| Question::EnterPin {
                entered: 0,
                tries_left,
                problem,
            }
        };
        let mut asked = self.display.show(question(tries_left)(None));
        loop {
            let digits = pad::collect(&mut asked, &question(tries_left)).await?;
            let checked = match pin::check(vault, device, &digits).await {
                Err(Error::Blocked) => return Ok(false),
                other => other.map_err(failed)?,
            };
            let body = json!({ "matched": checked.matched, "triesLeft": checked.tries_left });
            self.display.emit(kinds::PIN_CHECKED, body);
            if checked.matched || checked.tries_left == 0 {
                return Ok(checked.matched);
            }
            tries_left = checked.tries_left;
            asked.forget_pressed()?;
            asked.ask(question(tries_left)(Some(wrong_pin(tries_left))));
        }
    }

    async fn set_pin(&mut self, changed: bool) -> Result<(), Refusal> {
        let question = |confirming| {
            move |problem| Question::SetPin {
                entered: 0,
                confirming,
                problem,
            }
        };
        let mut asked = self.display.show(question(false)(None));
        let digits = loop {
            let first = pad::collect(&mut asked, &question(false)).await?;
            asked.ask(question(true)(None));
            let second = pad::collect(&mut asked, &question(true)).await?;
            if first.same_as(&second) {
                break first;
            }
            asked.ask(question(false)(Some(
                "The two PINs differ. Choose one again.".to_owned(),
            )));
        };
        self.store_pin(&digits).await.map_err(failed)?;
        self.display
            .emit(kinds::PIN_SET, json!({ "changed": changed }));
        Ok(())
    }

    async fn store_pin(&self, digits: &Digits) -> Result<(), Error> {
        let salt = self.display.random()?;
        pin::set(self.vault, self.display.device, digits, salt).await
    }

    /// Offers to wipe the device; a touch confirms it.
    async fn blocked(&mut self) -> Refusal {
        if let Err(refusal) = self.offer_wipe().await {
            return refusal;
        }
        if let Err(refusal) = self.touch(Purpose::Reset, None).await {
            return refusal;
        }
        match storage::wipe(self.vault, self.display.device) {
            Ok(()) => {
                self.display.emit(kinds::RESET, json!({}));
                Refusal::Declined
            }
            Err(error) => failed(error.into()),
        }
    }

    async fn offer_wipe(&self) -> Result<(), Refusal> {
        let mut asked = self.display.show(Question::Blocked);
        loop {
            match asked.answer().await? {
                Answer::Wipe => break,
                Answer::Decline => {
                    asked.declined();
                    return Err(Refusal::Blocked);
                }
                _ => {}
            }
        }
        asked.done("wiped");
        Ok(())
    }
}

fn wrong_pin(tries_left: u32) -> String {
    match tries_left {
        1 => "Wrong PIN. 1 try left.".to_owned(),
        left => format!("Wrong PIN. {left} tries left."),
    }
}

fn failed(error: Error) -> Refusal {
    Refusal::Failed(Failure::new(error))
}

/// A draft of the device's own.
pub(crate) fn draft(kind: &'static str, body: serde_json::Value) -> Draft {
    Draft::new(timeline::Party::Device, kind).body(body)
}
