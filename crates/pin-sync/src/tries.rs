//! The count of wrong tries. It only goes up, but for two things: a correct offline PIN while not
//! locked, and a payload with a higher unlock epoch.

/// Wrong tries within one unlock epoch. Ordered: a later epoch stands above every count of an earlier
/// one, and within an epoch more tries stand above fewer. Each store keeps a copy; the higher one
/// counts, so that setting one store back gives nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tries {
    /// The unlock epoch in which they were counted.
    pub epoch: u64,
    /// How many.
    pub failures: u32,
}

impl Tries {
    /// What counts, of the copy in the vault and the copy in the keyring.
    #[must_use]
    pub fn effective(vault: Self, keyring: Self) -> Self {
        vault.max(keyring)
    }

    /// One more.
    #[must_use]
    pub fn spent(self) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            ..self
        }
    }

    /// None, after a correct offline PIN.
    #[must_use]
    pub fn cleared(self) -> Self {
        Self {
            failures: 0,
            ..self
        }
    }

    /// After a payload with `epoch`: none if that is higher, else as they were.
    #[must_use]
    pub fn in_epoch(self, epoch: u64) -> Self {
        match epoch > self.epoch {
            true => Self { epoch, failures: 0 },
            false => self,
        }
    }

    /// How many are left of `most`.
    #[must_use]
    pub fn left(self, most: u32) -> u32 {
        most.saturating_sub(self.failures)
    }
}
