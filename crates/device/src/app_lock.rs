//! The lock of a phone's PIN app. It keeps from the app whoever holds the phone; passkeys are
//! verified without it, and an open app alone resets no PIN.

use std::sync::atomic::Ordering;

use serde_json::json;

use crate::owner::refused;
use crate::{Device, Error, fingerprint, kinds};

impl Device {
    /// Whether the PIN app waits for a PIN.
    ///
    /// # Errors
    /// [`Error::Vault`], [`Error::Damaged`].
    pub fn app_locked(&self) -> Result<bool, Error> {
        Ok(self.settings()?.app_lock && self.0.app_shut.load(Ordering::SeqCst))
    }

    /// Locks the PIN app.
    ///
    /// # Errors
    /// [`Error::AppLockOff`] when the settings have no lock, [`Error::Vault`], [`Error::Damaged`].
    pub fn lock_app(&self) -> Result<(), Error> {
        if !self.settings()?.app_lock {
            return Err(Error::AppLockOff);
        }
        self.shut_app("owner");
        Ok(())
    }

    /// Unlocks the PIN app: the device asks for a PIN, at its own prompts, and checks it offline. A
    /// phone without any enrolment has no PIN to ask for, and opens.
    ///
    /// # Errors
    /// [`Error::Unverifiable`] when no PIN can be checked now (the display said why),
    /// [`Error::Declined`], [`Error::TimedOut`], [`Error::Busy`] during a ceremony,
    /// [`Error::Vault`], [`Error::Damaged`].
    pub async fn unlock_app(&self) -> Result<(), Error> {
        if !self.app_locked()? {
            return Ok(());
        }
        if !self.synced().any()? {
            self.open_app("noEnrolment");
            return Ok(());
        }
        let held = self.hold()?;
        held.person(self).unlock_app().await.map_err(refused)?;
        self.open_app("syncedPin");
        Ok(())
    }

    /// What needs an open app asks this first.
    ///
    /// # Errors
    /// [`Error::AppLocked`], [`Error::Vault`], [`Error::Damaged`].
    pub(crate) fn needs_open_app(&self) -> Result<(), Error> {
        match self.app_locked()? {
            true => Err(Error::AppLocked),
            false => Ok(()),
        }
    }

    /// A relying party confirmed a PIN that was entered here: opens the app, and lets the fingerprint
    /// reader take fingers again.
    pub(crate) fn pin_confirmed_online(&self) -> Result<(), Error> {
        fingerprint::unlock(&self.0.vault, self.id())?;
        if self.app_locked()? {
            self.open_app("onlinePin");
        }
        self.note_change();
        Ok(())
    }

    /// Locks the app, if it has a lock.
    pub(crate) fn shut_app(&self, by: &'static str) {
        self.0.app_shut.store(true, Ordering::SeqCst);
        // Settings that cannot be read lock nothing; whatever needs an open app says so.
        if self.settings().is_ok_and(|it| it.app_lock) {
            self.emit(kinds::APP_LOCKED, json!({ "device": self.id(), "by": by }));
            self.note_change();
        }
    }

    fn open_app(&self, by: &'static str) {
        self.0.app_shut.store(false, Ordering::SeqCst);
        self.emit(
            kinds::APP_UNLOCKED,
            json!({ "device": self.id(), "by": by }),
        );
        self.note_change();
    }
}
