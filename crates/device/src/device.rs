//! One device, and what its owner does with it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use authenticator::Authenticator;
use ctap::hid::KeepaliveStatus;
use serde::Serialize;
use serde_json::json;
use timeline::Timestamp;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use vault::Vault;
use webauthn::id::{CredentialId, UserHandle};

use crate::offline::SyncedPins;
use crate::owner::refused;
use crate::pin::{self, PinState};
use crate::storage::{self, Passkeys, Stored};
use crate::synced::{Agent, Ends};
use crate::user::{Display, Person, draft};
use crate::{DeviceId, Error, Info, Model, Prompts, Rng, Seams, kinds};

/// Most characters of a device's name or a passkey's label.
const NAME_LENGTH: usize = 64;

/// A phone or key that is powered up. Clones are the same device.
#[derive(Clone)]
pub struct Device(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) id: DeviceId,
    pub(crate) model: Model,
    pub(crate) vault: Vault,
    pub(crate) seams: Seams,
    pub(crate) prompts: Prompts,
    pub(crate) core: Arc<Mutex<Core>>,
    /// Whether the PIN app waits for a PIN, if it has a lock.
    pub(crate) app_shut: AtomicBool,
    pub(crate) agent: Arc<Agent>,
    _ends: Ends,
    changes: Arc<watch::Sender<u64>>,
    #[cfg(test)]
    pub(crate) synced_instead: std::sync::OnceLock<Box<dyn SyncedPins>>,
}

/// What one command at a time may use.
pub(crate) struct Core {
    pub(crate) authenticator: Authenticator,
    pub(crate) rng: Rng,
    pub(crate) passkeys: Passkeys,
}

/// A passkey on a device, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Passkey {
    /// Its credential ID.
    pub credential_id: CredentialId,
    /// The relying party it is bound to.
    pub rp_id: String,
    /// That party's name, as it gave it.
    pub rp_name: Option<String>,
    /// `user.name`.
    pub user_name: Option<String>,
    /// `user.displayName`.
    pub user_display_name: Option<String>,
    /// `user.id`.
    pub user_handle: UserHandle,
    /// The owner's own name for it.
    pub label: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it last signed.
    pub last_used: Option<Timestamp>,
    /// How many signatures it made.
    pub sign_count: u32,
    /// `ES256`.
    pub algorithm: &'static str,
    /// Whether the RP ID alone finds it.
    pub discoverable: bool,
}

impl From<Stored> for Passkey {
    fn from(stored: Stored) -> Self {
        let it = stored.credential;
        Self {
            credential_id: it.id,
            rp_id: it.rp_id,
            rp_name: it.rp_name,
            user_name: it.user_name,
            user_display_name: it.user_display_name,
            user_handle: it.user_handle,
            label: stored.label,
            created: it.created,
            last_used: stored.last_used,
            sign_count: it.sign_count,
            algorithm: webauthn::cose::Algorithm::Es256.name(),
            discoverable: it.discoverable,
        }
    }
}

impl Device {
    pub(crate) fn power_up(vault: Vault, seams: Seams, info: &Info) -> Self {
        let changes = Arc::new(watch::Sender::new(0));
        let core = Core {
            authenticator: Authenticator::power_up(info.model.profile(), seams.clock.monotonic()),
            rng: (seams.rng)(Some(&info.id)),
            passkeys: Passkeys::new(vault.clone(), info.id.clone()),
        };
        let (agent, ends) = Agent::new(
            vault.clone(),
            info.id.clone(),
            seams.clone(),
            changes.clone(),
        );
        if info.model == Model::Phone {
            agent.start();
        }
        let device = Self(Arc::new(Inner {
            id: info.id.clone(),
            model: info.model,
            vault,
            seams,
            prompts: Prompts::default(),
            core: Arc::new(Mutex::new(core)),
            app_shut: AtomicBool::new(true),
            agent,
            _ends: ends,
            changes,
            #[cfg(test)]
            synced_instead: std::sync::OnceLock::new(),
        }));
        device.shut_app("powerUp");
        device
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &DeviceId {
        &self.0.id
    }

    /// Its kind.
    #[must_use]
    pub fn model(&self) -> Model {
        self.0.model
    }

    /// Its display and buttons.
    #[must_use]
    pub fn prompts(&self) -> &Prompts {
        &self.0.prompts
    }

    /// A number that rises whenever something of the device changed that its owner can see: name,
    /// passkeys, PIN state. Prompts have [`Prompts::watch`].
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// What it is.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`] when it was removed, [`Error::Vault`], [`Error::Damaged`].
    pub fn info(&self) -> Result<Info, Error> {
        storage::read(&self.0.vault, &self.0.id)
    }

    /// Gives it another name of 1 to 64 characters.
    ///
    /// # Errors
    /// [`Error::Name`], [`Error::NoSuchDevice`], [`Error::Vault`].
    pub fn rename(&self, name: &str) -> Result<(), Error> {
        let info = Info {
            name: checked_name(name)?,
            ..self.info()?
        };
        storage::write(&self.0.vault, &info)?;
        self.note_change();
        Ok(())
    }

    /// Its passkeys, the newest first.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn passkeys(&self) -> Result<Vec<Passkey>, Error> {
        Ok(self
            .store()
            .list()?
            .into_iter()
            .map(Passkey::from)
            .collect())
    }

    /// Gives a passkey a label of 1 to 64 characters, or takes it away.
    ///
    /// # Errors
    /// [`Error::Name`], [`Error::NoSuchPasskey`], [`Error::Vault`], [`Error::Damaged`].
    pub fn label_passkey(&self, id: &CredentialId, label: Option<&str>) -> Result<(), Error> {
        let label = label.map(checked_name).transpose()?;
        let done = self
            .store()
            .change(id, |stored| stored.label.clone_from(&label))?;
        done.ok_or_else(|| Error::NoSuchPasskey(id.to_string()))?;
        self.emit(
            kinds::PASSKEY_RENAMED,
            json!({ "device": self.id(), "credentialId": id, "label": label }),
        );
        self.note_change();
        Ok(())
    }

    /// Deletes a passkey; the relying party does not learn of it.
    ///
    /// # Errors
    /// [`Error::NoSuchPasskey`], [`Error::Vault`].
    pub fn delete_passkey(&self, id: &CredentialId) -> Result<(), Error> {
        if !self.store().delete(id)? {
            return Err(Error::NoSuchPasskey(id.to_string()));
        }
        self.emit(
            kinds::PASSKEY_DELETED,
            json!({ "device": self.id(), "credentialId": id }),
        );
        self.note_change();
        Ok(())
    }

    /// Copies its passkeys to `other`, private keys and counters and all, as somebody does who read
    /// its memory: the copies then count on their own. One that is there already is replaced. Says
    /// how many.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`] when `other` was removed, [`Error::Vault`].
    pub fn copy_passkeys(&self, other: &Device) -> Result<usize, Error> {
        let copied = self
            .store()
            .copy(other.id())?
            .ok_or_else(|| Error::NoSuchDevice(other.id().to_string()))?;
        other.note_change();
        Ok(copied)
    }

    /// How its PIN stands: a phone's own, or the one of a key that clients enter.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn pin(&self) -> Result<PinState, Error> {
        match self.model() {
            Model::PinKey => Ok(storage::key_pin(&self.0.vault, &self.0.id)?.into()),
            Model::Phone | Model::Key | Model::FingerprintKey => {
                pin::state(&self.0.vault, &self.0.id)
            }
        }
    }

    /// Sets the PIN, or changes it: the device asks for the old one, then twice for the new one, at
    /// its own prompts.
    ///
    /// # Errors
    /// [`Error::NoPin`] on a key without PIN, [`Error::PinAtClient`] on one with, [`Error::Busy`]
    /// during a ceremony, [`Error::Declined`],
    /// [`Error::TimedOut`], [`Error::Blocked`], [`Error::Vault`].
    pub async fn change_pin(&self) -> Result<(), Error> {
        match self.model() {
            Model::Phone => {}
            Model::Key | Model::FingerprintKey => return Err(Error::NoPin),
            Model::PinKey => return Err(Error::PinAtClient),
        }
        let held = self.hold()?;
        let result = held.person(self).change_pin().await;
        self.note_change();
        result.map_err(refused)
    }

    /// Erases passkeys, PIN, enrolments and settings; the name stays. Asks nobody: the owner was asked.
    ///
    /// # Errors
    /// [`Error::Vault`].
    pub fn wipe(&self) -> Result<(), Error> {
        storage::wipe(&self.0.vault, &self.0.id)?;
        self.0.agent.wiped();
        self.emit(kinds::RESET, json!({ "device": self.id() }));
        self.note_change();
        Ok(())
    }

    /// Takes its power away and gives it back: opens the reset window again, forgets what is under
    /// way, keeps what is stored. Waits for the command under way: cancel that first.
    pub async fn power_cycle(&self) {
        let now = self.0.seams.clock.monotonic();
        self.0.core.lock().await.authenticator.power_cycle(now);
        self.0.agent.note_time().await;
        self.0.agent.power_cycle();
        self.shut_app("powerCycle");
    }

    pub(crate) fn note_change(&self) {
        self.0
            .changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The person, for one command.
    pub(crate) fn person<'a>(
        &'a self,
        cancel: &'a CancellationToken,
        status: &'a watch::Sender<KeepaliveStatus>,
    ) -> Person<'a> {
        let inner = &*self.0;
        Person {
            display: Display::new(&inner.prompts, &inner.id, &inner.seams, cancel, status),
            device: self,
        }
    }

    /// Its enrolments, for whoever verifies its user.
    pub(crate) fn synced(&self) -> &dyn SyncedPins {
        #[cfg(test)]
        if let Some(instead) = self.0.synced_instead.get() {
            return &**instead;
        }
        self
    }

    fn store(&self) -> Passkeys {
        Passkeys::new(self.0.vault.clone(), self.0.id.clone())
    }

    pub(crate) fn emit(&self, kind: &'static str, body: serde_json::Value) {
        self.0
            .seams
            .emit
            .emit(draft(kind, body).at(self.0.seams.clock.now()));
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("id", &self.0.id)
            .field("model", &self.0.model)
            .finish_non_exhaustive()
    }
}

/// The name without space around it, if it has 1 to 64 characters.
pub(crate) fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    match name.chars().count() {
        1..=NAME_LENGTH => Ok(name.to_owned()),
        found => Err(Error::Name {
            max: NAME_LENGTH,
            found,
        }),
    }
}
