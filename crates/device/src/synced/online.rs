//! A PIN entered for its relying party: checked, set or changed there. Where the PIN was right, or is
//! set now, a synchronization follows in the same turn.

use std::sync::Arc;
use std::time::Duration;

use pin_sync::exchange::Purpose;
use pin_sync::online::{Outcome, Typed, Verdict};
use pin_sync::payload::Pad;
use pin_sync::pin::Pin;

use super::agent::Agent;
use super::exchange::{Party, Round, Turn};
use crate::owner::refused;
use crate::pin::{Bounds, Digits};
use crate::user::{Person, PinAsk, PinPurpose};
use crate::{Device, Error};

/// An answered exchange waits a minute for its second round at the relying party; one that has
/// waited this long for its person is not used any more.
const FRESH: Duration = Duration::from_secs(45);
/// A PIN that is there already may be from a time with other rules: the pad takes these as well.
const OLD_PINS: (u32, u32) = (4, 12);
/// What a relying party says besides of a PIN that is right and that it will not take any longer.
const MUST_CHANGE: &str = "mustChange";
/// Most characters of a relying party's sentence that the device shows.
const LONGEST: usize = 200;

impl Device {
    /// Synchronizes an enrolment now.
    ///
    /// # Errors
    /// [`Error::AppLocked`], [`Error::NoSuchEnrolment`], [`Error::Unreachable`], [`Error::Refused`],
    /// [`Error::PinSync`] where the answer was wrong or a PIN online is needed first,
    /// [`Error::Vault`].
    pub async fn sync(&self, enrolment: &str) -> Result<(), Error> {
        self.needs_open_app()?;
        let agent = self.agent(enrolment).await?;
        let turn = agent.turn(enrolment, Purpose::Sync).await;
        let turn = turn.begun(Some(Purpose::Sync));
        agent.synchronize(&turn).await?;
        Ok(())
    }

    /// Asks for the PIN until the relying party finds it right, then synchronizes: the way out of
    /// locked and expired. Where that PIN must be changed, the device asks for a new one at once.
    ///
    /// # Errors
    /// As [`Device::sync`]; [`Error::Verdict`] where the relying party checks no PIN;
    /// [`Error::Busy`], [`Error::Declined`], [`Error::TimedOut`].
    pub async fn verify_online(&self, enrolment: &str) -> Result<(), Error> {
        self.enter_online(enrolment, Purpose::Verify, Some(Purpose::Verify))
            .await
    }

    /// Asks twice for a new PIN and sets it at the relying party, where there is none; then
    /// synchronizes.
    ///
    /// # Errors
    /// As [`Device::verify_online`]; [`Error::AppLocked`].
    pub async fn set_pin_online(&self, enrolment: &str) -> Result<(), Error> {
        self.needs_open_app()?;
        self.enter_online(enrolment, Purpose::Set, Some(Purpose::Set))
            .await
    }

    /// Asks for the PIN and twice for a new one, changes it at the relying party and synchronizes.
    ///
    /// # Errors
    /// As [`Device::verify_online`]; [`Error::AppLocked`].
    pub async fn change_pin_online(&self, enrolment: &str) -> Result<(), Error> {
        self.needs_open_app()?;
        self.enter_online(enrolment, Purpose::Change, Some(Purpose::Change))
            .await
    }

    /// The agent, if the enrolment is here.
    pub(super) async fn agent(&self, enrolment: &str) -> Result<&Arc<Agent>, Error> {
        let (agent, id) = (&self.0.agent, enrolment.to_owned());
        agent.start();
        agent.blocking(move |it| it.enrolments.one(&id)).await?;
        Ok(agent)
    }

    /// Sets the first PIN as part of something else that the owner began.
    ///
    /// # Errors
    /// As [`Device::verify_online`].
    pub(super) async fn set_first_pin(&self, enrolment: &str) -> Result<(), Error> {
        self.enter_online(enrolment, Purpose::Set, None).await
    }

    async fn enter_online(
        &self,
        enrolment: &str,
        purpose: Purpose,
        pressed: Option<Purpose>,
    ) -> Result<(), Error> {
        let agent = self.agent(enrolment).await?;
        let held = self.hold()?;
        let turn = agent.turn(enrolment, purpose).await.begun(pressed);
        let mut entry = Entry {
            person: held.person(self),
            agent,
            turn: &turn,
            purpose,
            attempts_left: None,
            problem: None,
            old: None,
            is_too_old: false,
        };
        while !entry.is_done().await? {}
        let changed = match entry.is_too_old {
            true => entry.change().await,
            false => Ok(()),
        };
        drop(held);
        // Whoever only chooses a PIN has shown none.
        if purpose != Purpose::Set {
            self.pin_confirmed_online()?;
        }
        agent.synchronize(&turn).await?;
        changed
    }
}

/// A person at the pad and a relying party that judges.
struct Entry<'a> {
    person: Person<'a>,
    agent: &'a Arc<Agent>,
    turn: &'a Turn,
    purpose: Purpose,
    attempts_left: Option<u32>,
    /// What was wrong with the last one.
    problem: Option<String>,
    /// The old PIN, where only the new one was wrong.
    old: Option<Digits>,
    /// Whether the PIN was right and must be changed.
    is_too_old: bool,
}

impl Entry<'_> {
    /// Asks for a new PIN in the place of the one that was just right.
    async fn change(&mut self) -> Result<(), Error> {
        self.purpose = Purpose::Change;
        self.agent
            .running(&self.turn.id, |it| it.busy = Some(Purpose::Change));
        self.problem = Some("This PIN is too old. Choose a new one now.".to_owned());
        while !self.is_done().await? {}
        Ok(())
    }

    /// One exchange, one entry, one verdict.
    async fn is_done(&mut self) -> Result<bool, Error> {
        let mut round = self.agent.exchange(self.turn, self.purpose).await?;
        let (typed, old) = self.ask(&round).await?;
        if self.agent.seams.clock.now().since(round.at) > FRESH {
            round = self.agent.exchange(self.turn, self.purpose).await?;
        }
        let outcome = self.agent.second_round(self.turn, &round, &typed).await?;
        self.attempts_left = outcome.attempts_left;
        self.old = old;
        let sentence = sentence(&outcome, round.delivery.pad());
        match outcome.verdict {
            Verdict::Ok => {
                self.is_too_old = outcome.detail.as_deref() == Some(MUST_CHANGE);
                return Ok(true);
            }
            Verdict::WrongPin => self.old = None,
            Verdict::TooShort
            | Verdict::TooLong
            | Verdict::Charset
            | Verdict::Blocklisted
            | Verdict::InHistory
            | Verdict::SamePin => {}
            verdict => {
                if verdict == Verdict::Locked {
                    // The phone learns it under signature, and locks what it keeps.
                    let _ = self.agent.synchronize(self.turn).await;
                }
                return Err(Error::Verdict {
                    rp_name: round.party.rp_name,
                    verdict,
                    sentence,
                });
            }
        }
        self.problem = Some(sentence);
        Ok(false)
    }

    /// Asks for what the purpose needs; gives the present PIN as well, for a change with it.
    async fn ask(&mut self, round: &Round) -> Result<(Typed, Option<Digits>), Error> {
        let pad = round.delivery.pad();
        match self.purpose {
            Purpose::Set => {
                let new = self.ask_new(round, pad, self.problem.clone()).await?;
                Ok((Typed::Pin(pin(&new)?), None))
            }
            Purpose::Change => {
                let (old, problem) = match &self.old {
                    Some(old) => (old.clone(), self.problem.clone()),
                    None => (self.ask_old(round, PinPurpose::OldPin).await?, None),
                };
                let new = self.ask_new(round, pad, problem).await?;
                let typed = Typed::Change {
                    old: pin(&old)?,
                    new: pin(&new)?,
                };
                Ok((typed, Some(old)))
            }
            Purpose::Verify | Purpose::Sync => {
                let digits = self.ask_old(round, PinPurpose::Online).await?;
                Ok((Typed::Pin(pin(&digits)?), Some(digits)))
            }
        }
    }

    async fn ask_old(&mut self, round: &Round, purpose: PinPurpose) -> Result<Digits, Error> {
        let pad = round.delivery.pad();
        let (fewest, most) = OLD_PINS;
        let bounds = Bounds::new(
            fewest.min(pad.min_length.into()),
            most.max(pad.max_length.into()),
        );
        let ask = self.pad(round, purpose, bounds, self.problem.clone());
        self.about(&round.party);
        self.person.ask_pin(&ask).await.map_err(refused)
    }

    async fn ask_new(
        &mut self,
        round: &Round,
        pad: &Pad,
        problem: Option<String>,
    ) -> Result<Digits, Error> {
        let bounds = Bounds::new(pad.min_length.into(), pad.max_length.into());
        let ask = self.pad(round, PinPurpose::NewPin, bounds, problem);
        self.about(&round.party);
        self.person.ask_new_pin(&ask).await.map_err(refused)
    }

    fn about(&mut self, party: &Party) {
        let display = &mut self.person.display;
        display.about(Some(&party.rp_id), Some(&party.rp_name));
    }

    fn pad(
        &self,
        round: &Round,
        purpose: PinPurpose,
        bounds: Bounds,
        problem: Option<String>,
    ) -> PinAsk {
        PinAsk {
            purpose,
            pin_of: vec![round.party.rp_name.clone()],
            bounds,
            tries_left: self.attempts_left,
            problem,
        }
    }
}

fn pin(digits: &Digits) -> Result<Pin, Error> {
    Ok(Pin::from_utf8(digits.as_bytes())?)
}

/// What a verdict means for the person.
fn sentence(outcome: &Outcome, pad: &Pad) -> String {
    if let Some(detail) = &outcome.detail {
        return detail.chars().take(LONGEST).collect();
    }
    match outcome.verdict {
        Verdict::Ok => "The PIN is right.".to_owned(),
        Verdict::WrongPin => match outcome.attempts_left {
            Some(1) => "Wrong PIN. 1 online try left.".to_owned(),
            Some(left) => format!("Wrong PIN. {left} online tries left."),
            None => "Wrong PIN.".to_owned(),
        },
        Verdict::Locked => {
            "The PIN is locked there. Reset it on your account's page, or ask an administrator."
                .to_owned()
        }
        Verdict::NoPin => "There is no PIN. Set one first.".to_owned(),
        Verdict::AlreadySet => "There is a PIN already. Change it instead.".to_owned(),
        Verdict::TooShort => format!("Too short. Choose at least {} digits.", pad.min_length),
        Verdict::TooLong => format!("Too long. Choose at most {} digits.", pad.max_length),
        Verdict::Charset => "Only digits are allowed. Choose another PIN.".to_owned(),
        Verdict::Blocklisted => "Too easy to guess. Choose another PIN.".to_owned(),
        Verdict::InHistory => "You had this PIN before. Choose another one.".to_owned(),
        Verdict::SamePin => "This is the PIN you have. Choose another one.".to_owned(),
        Verdict::OffNow => "PINs are switched off there. Nothing was changed.".to_owned(),
    }
}
