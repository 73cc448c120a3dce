//! The relying party's page, whoever plays it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Doing;

/// What a person does on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum PageAct {
    /// Opens a path of the site: `/`, `/sign-up`, `/account`.
    Open {
        /// The path.
        path: String,
        /// The relying party whose site it is; none for the one that is shown, which is the first
        /// one's at the start.
        #[serde(default)]
        rp_id: Option<String>,
    },
    /// Fills the sign-up form in and presses its button.
    CreateAccount {
        /// The user name.
        username: String,
        /// The display name.
        display_name: String,
    },
    /// Presses "Sign in with a passkey".
    SignIn,
    /// Presses "Sign out".
    SignOut,
    /// Presses "Add a passkey".
    AddPasskey,
    /// Gives a passkey of the account another name.
    RenamePasskey {
        /// Its place in the list, from 0.
        index: usize,
        /// The new name.
        label: String,
    },
    /// Deletes a passkey of the account, and confirms that.
    DeletePasskey {
        /// Its place in the list, from 0.
        index: usize,
    },
    /// Presses "Cancel" beside a running ceremony.
    Cancel,
    /// Presses "Set up PIN on a phone": the page shows a code to scan.
    SetUpPin,
    /// Presses "Continue" below the code, once a phone has scanned it.
    ContinuePin,
    /// Confirms the phone that scanned the code: with a passkey, or by its digits.
    ConfirmPin,
    /// Presses "Reset PIN" and confirms with a passkey.
    ResetPin,
    /// Removes a phone from the account, and confirms that.
    RemovePhone {
        /// Its place in the list, from 0.
        index: usize,
    },
    /// Fills in who signs in at the workstation, and asks for a challenge.
    BeginLogon {
        /// The user name.
        username: String,
        /// The workstation's name.
        workstation: String,
    },
    /// Types the digits that the phone shows.
    FinishLogon {
        /// Eight digits.
        code: String,
    },
}

/// What the page shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    /// Where it is.
    pub path: String,
    /// Who is signed in, by user name.
    pub signed_in_as: Option<String>,
    /// The error it shows.
    pub error: Option<String>,
    /// Labels of the account's passkeys, as listed.
    pub passkeys: Vec<String>,
    /// The codes it shows for a phone to scan.
    #[serde(default)]
    pub scan_codes: Vec<String>,
    /// The digits of an enrolment, to compare with the phone's.
    #[serde(default)]
    pub digits: Option<String>,
    /// How the account's PIN stands: `none`, `active`, `expiring`, `expired`, `locked` or `off`.
    #[serde(default)]
    pub pin: Option<String>,
    /// Names of the account's phones, as listed.
    #[serde(default)]
    pub phones: Vec<String>,
}

/// The relying party's page.
pub trait Page: Send + Sync {
    /// Sets an act going. Returns once it has begun, and a cancel once the bench was told of it;
    /// fails when the page does not offer it.
    fn act<'a>(&'a self, act: &'a PageAct) -> Doing<'a>;

    /// True while a request or a ceremony of the page is under way.
    fn busy(&self) -> bool;

    /// Returns when [`Page::busy`] or [`Page::waits_for`] may have changed since this call (not since
    /// the first poll).
    fn changed(&self) -> Doing<'_>;

    /// What it shows.
    fn view(&self) -> Doing<'_, PageView>;

    /// What it waits for that comes without the person, in a few words: `the answer to POST
    /// /api/authentication/finish`. None when it waits for nothing, or for the person.
    fn waits_for(&self) -> Option<String> {
        None
    }
}
