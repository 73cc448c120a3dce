//! What can go wrong outside a ceremony. Within one, CTAP's status codes speak.

use std::{net::SocketAddr, time::Duration};

/// Why a device did not do what its owner asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// No such device in this vault.
    #[error("There is no device {0} in this vault. Pick another device.")]
    NoSuchDevice(String),
    /// No such passkey on this device.
    #[error("There is no passkey {0} on this device. It may have been deleted meanwhile.")]
    NoSuchPasskey(String),
    /// A name or label is empty or too long.
    #[error("A name needs 1 to {max} characters. This one has {found}.")]
    Name {
        /// The most characters.
        max: usize,
        /// How many there were.
        found: usize,
    },
    /// A stored record is not what this version writes.
    #[error(
        "The stored {what} {id} is damaged or from another version of Touchstone. Delete it, or wipe the device."
    )]
    Damaged {
        /// What kind of record.
        what: &'static str,
        /// Its row.
        id: String,
    },
    /// The prompt is not (or no longer) the one on the display.
    #[error("The device no longer shows this prompt. Answer the one it shows now.")]
    PromptGone,
    /// A ceremony is under way.
    #[error("The device is busy with a request. Finish or cancel that first.")]
    Busy,
    /// The person gave up.
    #[error("Nothing was changed: the prompt was declined.")]
    Declined,
    /// The person did nothing.
    #[error("Nothing was changed: nobody answered the prompt in time. Start again.")]
    TimedOut,
    /// The device PIN is blocked.
    #[error("The device PIN is blocked after {tries} wrong tries. Wipe the device to use it again.", tries = crate::PIN_TRIES)]
    Blocked,
    /// This model has no PIN.
    #[error("This device is a key without PIN.")]
    NoPin,
    /// A key's PIN is the client's business.
    #[error(
        "The PIN of this key is entered on the computer: a sign-in that needs it asks for it there."
    )]
    PinAtClient,
    /// A key has no settings.
    #[error("This device is a key without display: it has nothing to set.")]
    NoSettings,
    /// The phone's PIN app waits for a PIN.
    #[error("The PIN app on this phone is locked. Unlock it with a PIN first.")]
    AppLocked,
    /// The app is not to be locked.
    #[error(
        "The PIN app on this phone is never locked. Switch its lock on in the phone's settings first."
    )]
    AppLockOff,
    /// Nothing on the device can verify the user now.
    #[error(
        "No PIN can be checked on this device now. Check one online or synchronize it, then try again."
    )]
    Unverifiable,
    /// No such enrolment on this device.
    #[error("There is no enrolment {0} on this device. It may have been deleted meanwhile.")]
    NoSuchEnrolment(String),
    /// A key cannot be enrolled for a PIN.
    #[error("This device is a key without display: no PIN can be entered on it. Use a phone.")]
    NoEnrolments,
    /// A scanned text is no code of ours.
    #[error(
        "This is no code for a phone. Scan the one on the account's page, or on the workstation."
    )]
    NoCode,
    /// A code leads off this machine, or its relying party speaks for another one.
    #[error(
        "The code of {0} leads elsewhere than to a relying party on this computer. Nothing was sent."
    )]
    Elsewhere(String),
    /// No enrolment is under way.
    #[error("No enrolment is under way on this phone. Scan the code on the account's page first.")]
    NoPairing,
    /// A relying party calls a new enrolment by the name of one that is here.
    #[error(
        "{0} called the new enrolment by the name of one that is on this phone already. Nothing was changed; scan a new code."
    )]
    EnrolmentTaken(String),
    /// The person has not confirmed the enrolment on the relying party's page.
    #[error(
        "{0} is waiting for you: confirm this phone on the account's page, then continue here."
    )]
    NotConfirmed(String),
    /// The relying party did not take an enrolment up.
    #[error("{rp_name} did not enrol this phone ({code}). Scan a new code and try again.")]
    NotEnrolled {
        /// The party.
        rp_name: String,
        /// Its word for why.
        code: String,
    },
    /// A relying party was not reached, or gave nothing that counts.
    #[error("{rp_name} was not reached: {why}. Nothing changed on this phone; try again later.")]
    Unreachable {
        /// The party.
        rp_name: String,
        /// Why, in words that end a sentence.
        why: String,
    },
    /// A relying party refused an exchange, under its signature.
    #[error("{rp_name} refused: {sentence}", sentence = .reason.sentence())]
    Refused {
        /// The party.
        rp_name: String,
        /// Why.
        reason: pin_sync::refusal::Reason,
    },
    /// A relying party said no to a PIN, for another reason than that it was wrong.
    #[error("{rp_name}: {sentence}")]
    Verdict {
        /// The party.
        rp_name: String,
        /// Its word.
        verdict: pin_sync::online::Verdict,
        /// What it means and what to do.
        sentence: String,
    },
    /// PIN synchronization found something wrong.
    #[error(transparent)]
    PinSync(#[from] pin_sync::Error),
    /// An enrolment's PIN cannot be checked offline now; the sentence says why and what to do.
    #[error("{0}")]
    NotUsable(String),
    /// Nothing was kept that could be restored.
    #[error("Nothing of this device's enrolments was kept. Keep its stores first, then restore.")]
    NothingKept,
    /// The operating system gave no randomness.
    #[error("The system gave no random numbers: {0}. Try again.")]
    Randomness(String),
    /// The UDP way in is for this machine only.
    #[error(
        "{0} is not a loopback address. A software device answers everyone who reaches it: use 127.0.0.1 or [::1]."
    )]
    NotLoopback(SocketAddr),
    /// The UDP port is taken.
    #[error("Port {} on {} is in use by another program. Stop that program, or give another port (0 picks a free one).", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// The UDP socket failed.
    #[error("The UDP socket at {address} failed: {source}.")]
    Socket {
        /// Where it listens, or was to listen.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// This computer cannot make a USB key out of a device.
    #[error(transparent)]
    Uhid(#[from] crate::uhid::Missing),
    /// The kernel broke off with a key that is, or was to be, plugged in.
    #[error("The kernel broke off with the software key: {0}. Plug the device in again.")]
    UhidFailed(std::io::Error),
    /// Something under the device broke that has no variant of its own.
    #[error("The device failed: {0} Try again.")]
    Failed(String),
    /// `--presence` is not understood.
    #[error("\"{0}\" is no presence policy. Use auto, deny, or delay:MS with milliseconds up to {max}.", max = MAX_DELAY.as_millis())]
    Presence(String),
}

/// The longest delay that [`crate::Presence::Delay`] reads.
pub(crate) const MAX_DELAY: Duration = Duration::from_secs(3_600);

impl Error {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Vault(error) => error.code(),
            Self::NoSuchDevice(_) => "noSuchDevice",
            Self::NoSuchPasskey(_) => "noSuchPasskey",
            Self::Name { .. } => "nameLength",
            Self::Damaged { .. } => "recordDamaged",
            Self::PromptGone => "promptGone",
            Self::Busy => "deviceBusy",
            Self::Declined => "declined",
            Self::TimedOut => "timedOut",
            Self::Blocked => "pinBlocked",
            Self::NoPin => "noPin",
            Self::PinAtClient => "pinAtClient",
            Self::NoSettings => "noSettings",
            Self::AppLocked => "appLocked",
            Self::AppLockOff => "appLockOff",
            Self::Unverifiable => "unverifiable",
            Self::NoSuchEnrolment(_) => "noSuchEnrolment",
            Self::NoEnrolments => "noEnrolments",
            Self::NoCode => "noCode",
            Self::Elsewhere(_) => "elsewhere",
            Self::NoPairing => "noPairing",
            Self::EnrolmentTaken(_) => "enrolmentTaken",
            Self::NotConfirmed(_) => "notConfirmed",
            Self::NotEnrolled { .. } => "notEnrolled",
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { reason, .. } => reason.as_str(),
            Self::Verdict { verdict, .. } => verdict.as_str(),
            Self::PinSync(error) => error.code(),
            Self::NotUsable(_) => "notUsable",
            Self::NothingKept => "nothingKept",
            Self::Randomness(_) => "randomness",
            Self::NotLoopback(_) => "notLoopback",
            Self::PortInUse(_) => "portInUse",
            Self::Socket { .. } => "socket",
            Self::Uhid(missing) => missing.code(),
            Self::UhidFailed(_) => "uhidFailed",
            Self::Failed(_) => "deviceFailed",
            Self::Presence(_) => "presencePolicy",
        }
    }
}
