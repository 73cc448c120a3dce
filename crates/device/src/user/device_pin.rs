//! The device's own PIN at the display.

use authenticator::{Purpose, Refusal};
use serde_json::json;

use super::pad::{self, PinAsk};
use super::{Person, failed, storage, tries};
use crate::prompts::{Answer, Question};
use crate::{Error, kinds, pin};

impl Person<'_> {
    /// Sets a PIN where there is none, else asks for the old one and then for the new.
    pub(crate) async fn change_pin(&mut self) -> Result<(), Refusal> {
        let state = pin::state(self.vault(), self.device.id()).map_err(failed)?;
        if state.blocked {
            return Err(self.blocked().await);
        }
        if state.set {
            self.enter_pin(None).await?;
        }
        self.set_pin(state.set).await
    }

    /// Asks for the PIN until it matches; `problem` is shown first.
    pub(super) async fn enter_pin(&self, problem: Option<String>) -> Result<(), Refusal> {
        if self.try_pins(problem).await? {
            self.pin_verified()
        } else {
            Err(self.blocked().await)
        }
    }

    /// Lets the person try until the PIN matches (true) or no try is left (false).
    async fn try_pins(&self, problem: Option<String>) -> Result<bool, Refusal> {
        let (vault, device) = (self.vault(), self.device.id());
        let tries_left = pin::state(vault, device).map_err(failed)?.tries_left;
        let mut ask = PinAsk::device(Some(tries_left), problem);
        let mut asked = self.display.show(ask.entry());
        loop {
            let digits = pad::enter(&mut asked, &ask).await?;
            let checked = match pin::check(vault, device, &digits).await {
                Err(Error::Blocked) => return Ok(false),
                other => other.map_err(failed)?,
            };
            let body = json!({ "matched": checked.matched, "triesLeft": checked.tries_left });
            self.display.emit(kinds::PIN_CHECKED, body);
            if checked.matched || checked.tries_left == 0 {
                return Ok(checked.matched);
            }
            asked.forget_pressed()?;
            let problem = format!("Wrong PIN. {}.", tries(checked.tries_left));
            ask = PinAsk::device(Some(checked.tries_left), Some(problem));
            asked.ask(ask.entry());
        }
    }

    pub(super) async fn set_pin(&self, changed: bool) -> Result<(), Refusal> {
        let digits = self.ask_new_pin(&PinAsk::device(None, None)).await?;
        let salt = self.display.random().map_err(failed)?;
        pin::set(self.vault(), self.device.id(), &digits, salt)
            .await
            .map_err(failed)?;
        self.display
            .emit(kinds::PIN_SET, json!({ "changed": changed }));
        Ok(())
    }

    /// Offers to wipe the device; a touch confirms it.
    pub(super) async fn blocked(&self) -> Refusal {
        if let Err(refusal) = self.offer_wipe().await {
            return refusal;
        }
        if let Err(refusal) = self.touch(Purpose::Reset, None).await {
            return refusal;
        }
        match storage::wipe(self.vault(), self.device.id()) {
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
