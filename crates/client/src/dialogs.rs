//! What the client itself asks and tells the user, as a browser does in its own dialogs.

use std::{fmt, future::Future, pin::Pin};

use icu_normalizer::ComposingNormalizerBorrowed;
use timeline::Timestamp;
use tokio_util::sync::CancellationToken;
use webauthn::id::{RpId, UserHandle};
use zeroize::Zeroizing;

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

/// The PINs that were typed, or `None` when the user gave none.
pub type Typed<'a> = Pin<Box<dyn Future<Output = Option<PinEntry>> + Send + 'a>>;

/// Who asks and tells the user.
pub trait Dialogs: Send + Sync {
    /// Asks which account, for authenticators without a display; `accounts` has at least two
    /// entries. The future is dropped on abort and when the client's clock reaches `deadline`.
    fn choose<'a>(
        &'a self,
        rp_id: &'a RpId,
        accounts: &'a [Account],
        deadline: Timestamp,
    ) -> Choice<'a>;

    /// Asks for a key's PIN. The future is dropped on abort and at `deadline`, as in
    /// [`Dialogs::choose`], and when the key is gone.
    fn pin(&self, ask: PinAsk, deadline: Timestamp) -> Typed<'_>;

    /// Tells what the key is waiting for, whenever that changes; `None` when its command ended.
    /// Firing `cancel` gives the call up for the user.
    fn waiting(&self, waiting: Option<Waiting>, cancel: &CancellationToken);
}

/// What a key that shows nothing itself does, by its keepalives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It wants to be touched.
    TouchNeeded,
    /// It works.
    Processing,
}

/// A question for a key's PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinAsk {
    /// For whom the key is used, when it is used for a relying party.
    pub rp_id: Option<RpId>,
    /// Which PIN.
    pub purpose: PinPurpose,
    /// What is wrong with the last entry, and then also what the next one may cost: a few sentences
    /// to show.
    pub problem: Option<String>,
    /// The shortest PIN, in Unicode code points.
    pub min_length: u32,
    /// The longest, in bytes of UTF-8.
    pub max_bytes: u32,
}

/// What a PIN is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinPurpose {
    /// The PIN that the key has.
    Enter(Tries),
    /// The first PIN of a key that has none, and must have one for this.
    Set,
    /// The PIN that the key has, and a new one: the key wants another PIN before it is used.
    Change(Tries),
}

/// How the tries at a PIN stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How many are left, if the key says.
    pub left: Option<u32>,
    /// The try before this one was wrong.
    pub wrong: bool,
    /// A wrong PIN now blocks the key (one try is left), or bars it until it was unplugged: to be said
    /// before the PIN is typed.
    pub last: bool,
}

/// What was typed.
#[derive(Debug)]
pub struct PinEntry {
    /// The PIN asked for: the key's own, or its first one.
    pub pin: KeyPin,
    /// The new one, for [`PinPurpose::Change`].
    pub new_pin: Option<KeyPin>,
}

/// A PIN as it was typed, in NFC. `Debug` shows nothing of it; wiped when dropped.
#[derive(Clone)]
pub struct KeyPin(Zeroizing<String>);

impl KeyPin {
    /// Takes what was typed, of any length.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        // Composing never makes a text more than three times as long in UTF-8. With room for all,
        // growing leaves no copy behind.
        let mut pin = Zeroizing::new(String::with_capacity(3 * typed.len()));
        ComposingNormalizerBorrowed::new_nfc()
            .normalize_iter(typed.chars())
            .for_each(|character| pin.push(character));
        Self(pin)
    }

    /// How long it is, in Unicode code points.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pin_typed_in_two_ways_is_one_pin() {
        let composed = KeyPin::new("caf\u{e9}");
        let decomposed = KeyPin::new("cafe\u{301}");
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
        assert_eq!((decomposed.length(), decomposed.as_bytes().len()), (4, 5));
        assert_eq!(KeyPin::new(" 12 ").length(), 4, "nothing is trimmed");
    }

    #[test]
    fn debug_shows_no_pin() {
        let entry = PinEntry {
            pin: KeyPin::new("canary"),
            new_pin: Some(KeyPin::new("canary")),
        };
        assert!(!format!("{entry:?}").contains("canary"));
    }
}
