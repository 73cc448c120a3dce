//! What acts and subjects say about the cast by name.

/// A name of the cast that an act or a subject uses. The reader checks that the walk has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What the name stands for.
    pub role: Role,
    /// The name.
    pub name: String,
    /// The member that holds it, dotted.
    pub member: &'static str,
    /// True when the act brings it into the walk instead of finding it there.
    pub introduced: bool,
}

/// What a name of the cast stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A device.
    Device,
    /// An account.
    Account,
    /// A throw-away secret, without `secret:`.
    Secret,
    /// A relying party.
    RelyingParty,
}

impl Reference {
    /// `member` names a device.
    #[must_use]
    pub fn device(member: &'static str, name: impl Into<String>) -> Self {
        Self::new(Role::Device, member, name.into())
    }

    /// `member` names an account.
    #[must_use]
    pub fn account(member: &'static str, name: impl Into<String>) -> Self {
        Self::new(Role::Account, member, name.into())
    }

    /// `member` names a secret; `name` goes without `secret:`.
    #[must_use]
    pub fn secret(member: &'static str, name: impl Into<String>) -> Self {
        Self::new(Role::Secret, member, name.into())
    }

    /// `member` names a relying party.
    #[must_use]
    pub fn relying_party(member: &'static str, name: impl Into<String>) -> Self {
        Self::new(Role::RelyingParty, member, name.into())
    }

    /// The act brings the name into the walk: from this step on it may be used.
    #[must_use]
    pub fn introduced(mut self) -> Self {
        self.introduced = true;
        self
    }

    fn new(role: Role, member: &'static str, name: String) -> Self {
        Self {
            role,
            name,
            member,
            introduced: false,
        }
    }
}

impl Role {
    /// `device`, `account`, `secret` or `relying party`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Account => "account",
            Self::Secret => "secret",
            Self::RelyingParty => "relying party",
        }
    }

    /// Several of them.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Device => "devices",
            Self::Account => "accounts",
            Self::Secret => "secrets",
            Self::RelyingParty => "relying parties",
        }
    }
}
