//! The account choice, for authenticators without a display.

use std::{future::Future, pin::Pin};

use timeline::Timestamp;
use webauthn::id::{RpId, UserHandle};

/// An account that the user may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user handle.
    pub user_handle: UserHandle,
    /// The account's name; authenticators keep it back without user verification.
    pub name: Option<String>,
    /// The person's name.
    pub display_name: Option<String>,
}

/// The index of the chosen account, or `None` when the user chose none.
pub type Choice<'a> = Pin<Box<dyn Future<Output = Option<usize>> + Send + 'a>>;

/// Who asks the user which account.
pub trait AccountChooser: Send + Sync {
    /// Asks; `accounts` has at least two entries. The future is dropped on abort and when the
    /// client's clock reaches `deadline`.
    fn choose<'a>(
        &'a self,
        rp_id: &'a RpId,
        accounts: &'a [Account],
        deadline: Timestamp,
    ) -> Choice<'a>;
}
