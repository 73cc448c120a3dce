//! The PINs of accounts at the display, checked offline.

use authenticator::Refusal;
use serde_json::json;

use super::pad::{self, PinAsk, PinPurpose};
use super::{Person, failed, tries};
use crate::kinds;
use crate::offline::{Enrolled, Matched, OfflinePurpose};
use crate::pin::Bounds;
use crate::prompts::{Answer, Question};

impl Person<'_> {
    /// Unlocks the PIN app: any PIN that can be checked now will do.
    pub(crate) async fn unlock_app(&self) -> Result<(), Refusal> {
        self.enter_synced_pin(OfflinePurpose::AppUnlock, None)
            .await?;
        Ok(())
    }

    /// Ends where no PIN can be checked now, before anything else is asked.
    pub(super) async fn needs_usable_pin(&self) -> Result<(), Refusal> {
        let enrolled = self.device.synced().enrolled().await.map_err(failed)?;
        if enrolled.iter().any(|it| it.usable.is_ok()) {
            Ok(())
        } else {
            let purpose = OfflinePurpose::UserVerification;
            Err(self.unverifiable(&enrolled, purpose).await)
        }
    }

    /// Lets the person try until a PIN matches somewhere; gives all places where it did. Ends when no
    /// PIN can be checked any more. `problem` is shown first.
    pub(super) async fn enter_synced_pin(
        &self,
        purpose: OfflinePurpose,
        problem: Option<String>,
    ) -> Result<Vec<Matched>, Refusal> {
        let synced = self.device.synced();
        let mut enrolled = synced.enrolled().await.map_err(failed)?;
        let Some(mut ask) = ask(&enrolled, purpose, problem) else {
            return Err(self.unverifiable(&enrolled, purpose).await);
        };
        let mut asked = self.display.show(ask.entry());
        loop {
            let digits = pad::enter(&mut asked, &ask).await?;
            let checked = synced.check_offline(purpose, digits).await;
            let matched = checked.map_err(failed)?;
            if !matched.is_empty() {
                self.pin_verified()?;
                return Ok(matched);
            }
            let now = synced.enrolled().await.map_err(failed)?;
            let problem = wrong(&enrolled, &now);
            enrolled = now;
            asked.forget_pressed()?;
            match self::ask(&enrolled, purpose, Some(problem)) {
                Some(next) => ask = next,
                None => break,
            }
            asked.ask(ask.entry());
        }
        drop(asked);
        Err(self.unverifiable(&enrolled, purpose).await)
    }

    /// Says why nothing can verify the person, and what to do. No assertion leaves the device: this
    /// comes before a credential is chosen.
    async fn unverifiable(&self, enrolled: &[Enrolled], purpose: OfflinePurpose) -> Refusal {
        let locked = match self.device.settings() {
            Ok(settings) => settings.fingerprint,
            Err(error) => return failed(error),
        };
        let message = message(enrolled, purpose, locked);
        let reason = match enrolled {
            [] => "noEnrolment",
            _ => "noneUsable",
        };
        let body = json!({
            "rpId": self.display.rp_id(),
            "method": "syncedPin",
            "reason": reason,
            "message": message,
        });
        self.display.emit(kinds::VERIFICATION_IMPOSSIBLE, body);
        let mut asked = self.display.show(Question::Unverifiable { message });
        loop {
            match asked.answer().await {
                Ok(Answer::Decline) => break,
                Ok(_) => {}
                Err(Refusal::TimedOut) => return Refusal::Unverifiable,
                Err(refusal) => return refusal,
            }
        }
        asked.done("closed");
        Refusal::Unverifiable
    }
}

/// What the pad asks: the PIN of any enrolment that can be used now; none when there is none.
fn ask(enrolled: &[Enrolled], purpose: OfflinePurpose, problem: Option<String>) -> Option<PinAsk> {
    let usable = || enrolled.iter().filter_map(|it| it.usable.as_ref().ok());
    let tries_left = usable().map(|it| it.tries_left).min()?;
    let mut pin_of: Vec<String> = Vec::new();
    for one in enrolled.iter().filter(|it| it.usable.is_ok()) {
        if !pin_of.contains(&one.rp_name) {
            pin_of.push(one.rp_name.clone());
        }
    }
    Some(PinAsk {
        purpose: match purpose {
            OfflinePurpose::UserVerification => PinPurpose::Synced,
            OfflinePurpose::AppUnlock => PinPurpose::AppUnlock,
            OfflinePurpose::Workstation => PinPurpose::Workstation,
        },
        pin_of,
        bounds: Bounds::around(usable().map(|it| Bounds::new(it.min_length, it.max_length))),
        tries_left: Some(tries_left),
        problem,
    })
}

/// What a PIN that matched nowhere cost: `before` it was entered, and `now`.
fn wrong(before: &[Enrolled], now: &[Enrolled]) -> String {
    let asked = |it: &&Enrolled| {
        let earlier = before
            .iter()
            .find(|old| old.enrolment_id == it.enrolment_id);
        earlier.is_some_and(|old| old.usable.is_ok())
    };
    let asked: Vec<&Enrolled> = now.iter().filter(asked).collect();
    let mut sentence = "Wrong PIN.".to_owned();
    for one in &asked {
        match &one.usable {
            Ok(usable) if asked.len() == 1 => {
                sentence += &format!(" {}.", tries(usable.tries_left));
            }
            Ok(usable) => sentence += &format!(" {}: {}.", one.rp_name, tries(usable.tries_left)),
            Err(why) => sentence += &of_party(one, why),
        }
    }
    sentence
}

/// Why nothing can verify the user, each enrolment by itself, and what to do.
fn message(enrolled: &[Enrolled], purpose: OfflinePurpose, reader_locked: bool) -> String {
    let mut message = match enrolled {
        [] => "This phone has no synced PIN. Enrol it for one on a relying party's account page, \
               or let the phone verify by its own PIN, in its settings."
            .to_owned(),
        _ => "No PIN can be checked on this phone now.".to_owned(),
    };
    if purpose == OfflinePurpose::AppUnlock {
        // A locked app sets none.
        message += " A PIN entered online opens the app. Where the account has none any more, \
                    forget it here and set it up again on the account's page.";
    }
    for one in enrolled {
        if let Err(why) = &one.usable {
            message += &of_party(one, why);
        }
    }
    if reader_locked {
        message += " The fingerprint reader stays locked until a PIN verifies.";
    }
    message
}

/// A sentence that names its relying party, once.
fn of_party(one: &Enrolled, why: &str) -> String {
    if why.contains(&one.rp_name) {
        format!(" {why}")
    } else {
        format!(" {}: {why}", one.rp_name)
    }
}
