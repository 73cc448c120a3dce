//! The person at a device: shows prompts, waits, and lets what the owner chose verify.

mod ask;
mod device_pin;
mod finger;
mod pad;
mod synced_pin;

use authenticator::{
    Account, Ask, Failure, Method, Purpose, Refusal, User, UserVerification, Verified,
};
use timeline::Draft;
use vault::Vault;

pub(crate) use ask::Display;
pub(crate) use pad::{PinAsk, PinPurpose};

use crate::offline::OfflinePurpose;
use crate::prompts::{AccountChoice, Answer, Question};
use crate::{Device, Error, Model, Settings, Verification, fingerprint, pin, storage};

/// One command's view of the person.
pub(crate) struct Person<'a> {
    pub(crate) display: Display<'a>,
    pub(crate) device: &'a Device,
}

impl User for Person<'_> {
    async fn presence(&mut self, ask: Ask<'_>) -> Result<(), Refusal> {
        self.display.about(ask.rp_id, ask.rp_name);
        self.touch(ask.purpose, ask.account).await
    }

    /// Configured once there is anything to verify by, whether or not it can be used now
    /// (CTAP 2.3 §6.4, option `uv`).
    fn verification(&mut self) -> Result<UserVerification, Failure> {
        Ok(match self.device.model() {
            Model::Key | Model::PinKey => UserVerification::NotSupported,
            Model::FingerprintKey => UserVerification::Configured,
            Model::Phone if self.can_verify().map_err(Failure::new)? => {
                UserVerification::Configured
            }
            Model::Phone => UserVerification::NotConfigured,
        })
    }

    fn tries_left(&mut self) -> Result<u32, Failure> {
        let (vault, device) = (self.vault(), self.device.id());
        let left = match self.device.model() {
            Model::Phone => pin::state(vault, device).map(|it| it.tries_left),
            Model::Key | Model::PinKey => Ok(0),
            Model::FingerprintKey => {
                storage::settings(vault, device).map(|it| fingerprint::tries_left(&it))
            }
        };
        left.map_err(Failure::new)
    }

    async fn verify(&mut self, ask: Ask<'_>) -> Result<Verified, Refusal> {
        self.display.about(ask.rp_id, ask.rp_name);
        if self.device.model() == Model::FingerprintKey {
            self.touch(ask.purpose, ask.account).await?;
            return Ok(Verified::everywhere(Method::Fingerprint));
        }
        let settings = self.device.settings().map_err(failed)?;
        match settings.verification {
            Verification::DevicePin => self.verify_by_device_pin(ask, settings).await,
            Verification::SyncedPin => self.verify_by_synced_pin(ask, settings).await,
        }
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

impl<'a> Person<'a> {
    fn vault(&self) -> &'a Vault {
        &self.device.0.vault
    }

    fn can_verify(&self) -> Result<bool, Error> {
        let settings = self.device.settings()?;
        match settings.verification {
            Verification::DevicePin => Ok(pin::state(self.vault(), self.device.id())?.set),
            Verification::SyncedPin => Ok(settings.fingerprint || self.device.synced().any()?),
        }
    }

    /// The device's own PIN verifies, behind the fingerprint where one is enrolled. Before there is a
    /// PIN the fingerprint counts for nothing: what unlocks its reader would be missing.
    async fn verify_by_device_pin(
        &mut self,
        ask: Ask<'_>,
        settings: Settings,
    ) -> Result<Verified, Refusal> {
        let state = pin::state(self.vault(), self.device.id()).map_err(failed)?;
        if state.blocked {
            return Err(self.blocked().await);
        }
        self.touch(ask.purpose, ask.account).await?;
        if !state.set {
            self.set_pin(false).await?;
        } else if settings.fingerprint && self.finger_matches().await? {
            return Ok(Verified::everywhere(Method::Fingerprint));
        } else {
            self.enter_pin(self.reader_problem(settings)?).await?;
        }
        Ok(Verified::everywhere(Method::DevicePin))
    }

    /// A synced PIN verifies, behind the fingerprint where one is enrolled. It counts for the relying
    /// parties where it matched.
    async fn verify_by_synced_pin(
        &mut self,
        ask: Ask<'_>,
        settings: Settings,
    ) -> Result<Verified, Refusal> {
        let finger = settings.fingerprint && !self.device.fingerprint_locked().map_err(failed)?;
        if !finger {
            self.needs_usable_pin().await?;
        }
        self.touch(ask.purpose, ask.account).await?;
        if finger && self.finger_matches().await? {
            return Ok(Verified::everywhere(Method::Fingerprint));
        }
        let problem = self.reader_problem(settings)?;
        let matched = self
            .enter_synced_pin(OfflinePurpose::UserVerification, problem)
            .await?;
        let mut rps: Vec<String> = matched.into_iter().map(|it| it.rp_id).collect();
        rps.sort();
        rps.dedup();
        Ok(Verified {
            by: Method::SyncedPin,
            rps: (!settings.any_enrolment).then_some(rps),
        })
    }

    /// Why a PIN is asked for where the owner would expect the fingerprint.
    fn reader_problem(&self, settings: Settings) -> Result<Option<String>, Refusal> {
        let locked = settings.fingerprint && self.device.fingerprint_locked().map_err(failed)?;
        Ok(locked.then(|| {
            format!(
                "The fingerprint reader is locked after {} wrong fingers. Enter the PIN.",
                fingerprint::TRIES
            )
        }))
    }

    /// A PIN verified the person.
    fn pin_verified(&self) -> Result<(), Refusal> {
        fingerprint::unlock(self.vault(), self.device.id()).map_err(failed)
    }

    async fn touch(&self, purpose: Purpose, account: Option<&Account>) -> Result<(), Refusal> {
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
}

/// `1 try left`.
fn tries(left: u32) -> String {
    match left {
        1 => "1 try left".to_owned(),
        left => format!("{left} tries left"),
    }
}

fn failed(error: Error) -> Refusal {
    Refusal::Failed(Failure::new(error))
}

/// A draft of the device's own.
pub(crate) fn draft(kind: &'static str, body: serde_json::Value) -> Draft {
    Draft::new(timeline::Party::Device, kind).body(body)
}
