//! Opening the vault, and the ways out when it stays shut.

use zeroize::Zeroizing;

use crate::{
    Bench, Error, HomeChoice,
    api::WayOut,
    bench::{blocking, lock},
    vault_slot::{self, Obstacle, VaultSlot},
};

impl Bench {
    /// Does what the tester chose when the vault is shut, and returns when that is done or has failed.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when the vault is not shut, [`Error::PassphraseMissing`], and what
    /// setting the old vault aside met.
    pub async fn vault_way_out(
        &self,
        way: WayOut,
        passphrase: Option<String>,
    ) -> Result<(), Error> {
        let passphrase = passphrase.map(Zeroizing::new);
        if way == WayOut::UsePassphrase && passphrase.is_none() {
            return Err(Error::PassphraseMissing);
        }
        let (home, obstacle) = lock(&self.0.vault).begin_opening()?;
        self.note_change();
        let (home, passphrase) = match way {
            WayOut::Retry => (home, None),
            WayOut::UseFile => (HomeChoice::File, None),
            WayOut::UseMemory => (HomeChoice::Memory, None),
            WayOut::UsePassphrase => (HomeChoice::Passphrase, passphrase),
            WayOut::StartOver => {
                if let Err(error) = self.set_vault_aside().await {
                    *lock(&self.0.vault) = VaultSlot::Shut(home, obstacle);
                    self.note_change();
                    return Err(error);
                }
                (home, None)
            }
        };
        self.open_vault(home, passphrase).await;
        Ok(())
    }

    async fn set_vault_aside(&self) -> Result<(), Error> {
        let (folder, now) = (self.vault_folder(), self.0.clock.now().0);
        blocking(move || {
            vault::Vault::set_aside(&folder, now).map_err(device::Error::from)?;
            Ok(())
        })
        .await
    }

    pub(crate) async fn open_vault(&self, home: HomeChoice, passphrase: Option<Zeroizing<String>>) {
        *lock(&self.0.vault) = VaultSlot::Opening(home);
        self.note_change();
        let bench = self.clone();
        let opened = blocking(move || {
            let opened = vault_slot::open(&bench.vault_folder(), home, passphrase);
            Ok(opened.and_then(|vault| Ok((vault.clone(), bench.shelf_of(vault)?))))
        })
        .await;
        let slot = match opened {
            Ok(Ok((vault, shelf))) => {
                self.remember_home(home);
                VaultSlot::Open(home, vault, shelf)
            }
            Ok(Err(obstacle)) => VaultSlot::Shut(home, obstacle),
            Err(error) => VaultSlot::Shut(home, Obstacle::interrupted(&error)),
        };
        let mut vault = lock(&self.0.vault);
        // A bench that was closed meanwhile stays so.
        if !self.0.closed.is_cancelled() {
            *vault = slot;
        }
        drop(vault);
        self.note_change();
    }

    fn remember_home(&self, home: HomeChoice) {
        // Memory is for now; the next start asks again.
        if home != HomeChoice::Memory && self.0.config.home.is_none() {
            lock(&self.0.settings).vault_home = home;
            self.save_settings();
        }
    }
}
