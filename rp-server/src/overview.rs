//! What the relying party holds, to look at from outside: no token, no hash, no key.

use serde::Serialize;

use crate::{Error, PasskeyOverview, PinOverview, Refusal, RelyingParty, store::Held};

/// All accounts, oldest first, and the ceremonies under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// The accounts, oldest first.
    pub accounts: Vec<AccountOverview>,
    /// Ceremonies that were begun and can still be finished.
    pub open_ceremonies: u32,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountOverview {
    /// The user handle, base64url.
    pub id: String,
    /// The name the account is known by.
    pub username: String,
    /// The name people see.
    pub display_name: String,
    /// Its passkeys, oldest first.
    pub passkeys: Vec<PasskeyOverview>,
    /// Sessions whose time is not over.
    pub sessions: u32,
    /// Its PIN.
    pub pin: PinOverview,
}

impl AccountOverview {
    fn new(held: Held, pin: PinOverview) -> Self {
        let Held {
            account,
            passkeys,
            sessions,
        } = held;
        Self {
            id: account.id.to_string(),
            username: account.username,
            display_name: account.display_name,
            passkeys: passkeys.into_iter().map(Into::into).collect(),
            sessions,
            pin,
        }
    }
}

impl RelyingParty {
    /// All accounts with their passkeys and PINs, and how many sessions and ceremonies are open now.
    /// Neither tokens nor hashes are in it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn overview(&self) -> Result<Overview, Error> {
        let (held, open_ceremonies) = self.store.overview(self.now()).await?;
        let mut accounts = Vec::with_capacity(held.len());
        for held in held {
            let pin = self.pin_status(&held.account.id).await;
            match pin {
                Ok(pin) => accounts.push(AccountOverview::new(held, pin)),
                // It has been deleted since.
                Err(Refusal::AccountGone | Refusal::NoSuchAccount) => {}
                Err(Refusal::Room(error)) => return Err(error),
                Err(_) => return Err(Error::Closed),
            }
        }
        Ok(Overview {
            accounts,
            open_ceremonies,
        })
    }
}
