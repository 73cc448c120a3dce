//! What the authenticator needs from the world.

use std::future::Future;

use rand_core::TryCryptoRng;
use timeline::{Clock, Emit, Timestamp};
use webauthn::id::CredentialId;

use crate::{Credential, Pin, Verified};

/// The one seam between the authenticator and the world (OpenSK's idea).
pub trait Env: Send {
    /// Randomness for keys and credential IDs.
    type Rng: TryCryptoRng + ?Sized;
    /// What lasts.
    type Store: Store;
    /// The person who holds the device.
    type User: User;

    /// Randomness.
    fn rng(&mut self) -> &mut Self::Rng;
    /// The device's clock.
    fn clock(&self) -> &dyn Clock;
    /// What lasts.
    fn store(&mut self) -> &mut Self::Store;
    /// The person.
    fn user(&mut self) -> &mut Self::User;
    /// The timeline.
    fn emit(&self) -> &dyn Emit;
}

/// Something under the authenticator broke; the command ends with CTAP1_ERR_OTHER.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(Box<dyn std::error::Error + Send + Sync>);

impl Failure {
    /// Wraps what broke; its `Display` is told to the tester.
    pub fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(source.into())
    }

    /// The source of randomness gave none.
    pub(crate) fn randomness(error: impl std::fmt::Display) -> Self {
        Self::new(format!("The system gave no random numbers: {error}."))
    }

    /// What broke.
    #[must_use]
    pub fn into_source(self) -> Box<dyn std::error::Error + Send + Sync> {
        self.0
    }
}

/// Credentials that survive a power cut at any instant: a method that returned has written.
pub trait Store: Send {
    /// The credentials of one relying party, the newest first.
    fn credentials_of(&mut self, rp_id: &str) -> Result<Vec<Credential>, Failure>;

    /// How many credentials are stored that are, or are not, discoverable.
    fn count(&mut self, discoverable: bool) -> Result<usize, Failure>;

    /// Adds a credential and, in the same step, removes the one it replaces.
    fn save(
        &mut self,
        credential: &Credential,
        replaces: Option<&CredentialId>,
    ) -> Result<(), Failure>;

    /// Counts one signature: raises the credential's counter by one and notes the time. Gives the
    /// new counter, or `None` when the credential is gone.
    fn count_use(
        &mut self,
        rp_id: &str,
        id: &CredentialId,
        at: Timestamp,
    ) -> Result<Option<u32>, Failure>;

    /// The PIN that clients enter, if one is set.
    fn pin(&mut self) -> Result<Option<Pin>, Failure>;

    /// Keeps a PIN instead of the one before, if there was one.
    fn set_pin(&mut self, pin: &Pin) -> Result<(), Failure>;

    /// Counts one try at the PIN, before it is compared: takes one off its retries, unless none is
    /// left. Gives the PIN with the retries left after this try; `None` when there was no try left,
    /// or is no PIN.
    fn count_pin_try(&mut self) -> Result<Option<Pin>, Failure>;

    /// The PIN was right: gives it all its retries back.
    fn restore_pin_retries(&mut self) -> Result<(), Failure>;

    /// Erases every credential and whatever verified the user, the PIN included.
    fn reset(&mut self) -> Result<(), Failure>;
}

/// Why the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// authenticatorMakeCredential.
    CreatePasskey,
    /// authenticatorGetAssertion.
    SignIn,
    /// authenticatorSelection: which of several devices to use.
    Selection,
    /// authenticatorReset: everything on the device will be erased.
    Reset,
}

/// What the user is told when asked.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Why.
    pub purpose: Purpose,
    /// The relying party that wants it.
    pub rp_id: Option<&'a str>,
    /// Its name, where it gave one.
    pub rp_name: Option<&'a str>,
    /// The account, where only one can be meant.
    pub account: Option<&'a Account>,
}

/// An account, for the user to recognise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// `user.name`.
    pub name: Option<String>,
    /// `user.displayName`.
    pub display_name: Option<String>,
}

impl From<&Credential> for Account {
    fn from(credential: &Credential) -> Self {
        Self {
            name: credential.user_name.clone(),
            display_name: credential.user_display_name.clone(),
        }
    }
}

/// How built-in user verification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserVerification {
    /// The device cannot verify its user.
    NotSupported,
    /// It could; [`User::verify`] will set it up first, or say how that is done.
    NotConfigured,
    /// It can.
    Configured,
}

/// Why the user did not do what was asked.
#[derive(Debug)]
pub enum Refusal {
    /// The user said no.
    Declined,
    /// The user did nothing for too long.
    TimedOut,
    /// The client cancelled the command.
    Cancelled,
    /// Verification is blocked: the tries are spent.
    Blocked,
    /// Nothing on the device can verify the user now, and the user was told why.
    Unverifiable,
    /// Something broke while asking.
    Failed(Failure),
}

/// The person who holds the device.
pub trait User: Send {
    /// Waits for evidence of user interaction.
    fn presence(&mut self, ask: Ask<'_>) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// How verification stands.
    fn verification(&mut self) -> Result<UserVerification, Failure>;

    /// How often verification may still fail until it is blocked.
    fn tries_left(&mut self) -> Result<u32, Failure>;

    /// Verifies the user, setting verification up when that was never done. What the user does for
    /// it is evidence of user interaction, too (CTAP 2.3 §6.1.2 step 13). Called only when
    /// [`User::verification`] is not [`UserVerification::NotSupported`].
    fn verify(&mut self, ask: Ask<'_>) -> impl Future<Output = Result<Verified, Refusal>> + Send;

    /// Lets the user choose one of at least two accounts; gives its place in `accounts`. Called only
    /// on devices with a display.
    fn choose(
        &mut self,
        rp_id: &str,
        accounts: &[Account],
    ) -> impl Future<Output = Result<usize, Refusal>> + Send;
}
