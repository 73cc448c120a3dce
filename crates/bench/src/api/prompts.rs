//! What a device or the client asks the person, and the answers.

use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use ts_rs::TS;
use zeroize::Zeroizing;

/// What a device asks the person. It never carries a PIN, only how many digits stand on the pad.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Prompt {
    /// Names this prompt in [`PromptAnswer`]s; a late answer to an older one is ignored.
    #[ts(type = "number")]
    pub id: u64,
    /// Who asks.
    pub asker: Asker,
    /// The device that asks; none when the client does.
    pub device: Option<String>,
    /// The key that the client asks for, as [`super::KeySummary::id`].
    pub key: Option<String>,
    /// The relying party the request came from.
    pub rp_id: Option<String>,
    /// When the device stops waiting.
    pub deadline: Timestamp,
    /// What is asked.
    pub question: Question,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Asker {
    /// The device, on its own display or by its light.
    Device,
    /// The client, as a browser's dialog: which account, where the device has no display; and for a
    /// key, its touch and its PIN.
    Client,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum Question {
    /// Touch the device to go on.
    Touch {
        /// `createPasskey`, `signIn`, `selection` or `reset`.
        purpose: String,
        /// The account concerned, where it is known already.
        user_name: Option<String>,
    },
    /// Choose a PIN: first time, then again to confirm.
    SetPin {
        /// `device`, or `newPin` for the account's PIN at its relying party.
        purpose: String,
        /// The relying party whose PIN it is, by its name; none for the device's own.
        pin_of: Vec<String>,
        /// Digits on the pad.
        entered: u32,
        /// True at the second entry.
        confirming: bool,
        /// Fewest digits.
        min_length: u32,
        /// Most digits.
        max_length: u32,
        /// What was wrong with the last entry.
        problem: Option<String>,
    },
    /// Enter a PIN.
    EnterPin {
        /// Which and what for: `device`, `synced` (the account's, to use a passkey), `online` (the
        /// relying party checks it), `oldPin`, `appUnlock` or `workstation`.
        purpose: String,
        /// The relying parties whose PINs will do, by their names; none for the device's own.
        pin_of: Vec<String>,
        /// Digits on the pad.
        entered: u32,
        /// Tries left, where the device knows; the fewest, where several PINs will do.
        tries_left: Option<u32>,
        /// Fewest digits.
        min_length: u32,
        /// Most digits.
        max_length: u32,
        /// What was wrong with the last entry, such as "Wrong PIN. 2 tries left."
        problem: Option<String>,
    },
    /// Choose who signs in.
    ChooseAccount {
        /// One entry an account, the newest first.
        accounts: Vec<AccountChoice>,
    },
    /// The tries are spent: wipe the device or leave it.
    Blocked,
    /// Lay a finger on the reader.
    Fingerprint {
        /// Tries left before only a PIN will do.
        tries_left: u32,
        /// What was wrong with the last one.
        problem: Option<String>,
    },
    /// Nothing on this device can verify the user now: the request goes no further.
    Unverifiable {
        /// Why, and what to do, in sentences.
        message: String,
    },
    /// The key waits for its touch. Nothing on the screen stands for that; declining cancels.
    KeyTouch {
        /// `createPasskey`, `signIn`, or `selection`, where each key that is plugged in waits.
        purpose: String,
    },
    /// A PIN of the key, in the client's own dialog. Answers: [`PromptAnswer::KeyPin`],
    /// [`PromptAnswer::Decline`].
    KeyPin {
        /// What it is asked for.
        purpose: KeyPinPurpose,
        /// Tries left before the key blocks, where it says.
        tries_left: Option<u32>,
        /// True when one more wrong PIN blocks the key, or leaves it to be unplugged first.
        last: bool,
        /// What was wrong with the last one, such as "Wrong PIN. 2 tries left."
        problem: Option<String>,
        /// Fewest characters.
        min_length: u32,
        /// Most bytes of UTF-8.
        max_bytes: u32,
    },
}

/// What a key's PIN is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KeyPinPurpose {
    /// The PIN it has.
    Enter,
    /// A first PIN.
    Set,
    /// The PIN it has and a new one, which the key demands before anything else.
    Change,
}

/// An account to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountChoice {
    /// Account name.
    pub name: Option<String>,
    /// Display name.
    pub display_name: Option<String>,
}

/// What the person does at a prompt. At a device digits come one by one; only a key's PIN, which can
/// have any characters, comes as a whole.
#[derive(Clone, Deserialize, TS)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "kind"
)]
pub enum PromptAnswer {
    /// Touches the device.
    Touch,
    /// Presses a digit, 0 to 9.
    Digit {
        /// 0 to 9.
        digit: u8,
    },
    /// Takes the last digit back.
    Backspace,
    /// Confirms the digits on the pad.
    Submit,
    /// Chooses an account by its place in the list.
    Choose {
        /// From 0.
        index: u32,
    },
    /// Wipes the blocked device.
    Wipe,
    /// Lays a finger on the reader.
    Finger {
        /// Whether it is one that the device knows.
        matches: bool,
    },
    /// Takes the PIN instead of the fingerprint.
    UsePin,
    /// Gives the PIN of a key that is asked for.
    KeyPin {
        /// The PIN it has, or its first one.
        #[ts(type = "string")]
        pin: Zeroizing<String>,
        /// The new one, for [`KeyPinPurpose::Change`].
        #[serde(default)]
        #[ts(type = "string | null")]
        new_pin: Option<Zeroizing<String>>,
    },
    /// Says no.
    Decline,
}
