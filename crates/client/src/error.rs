//! Why a call failed, by the names of L3 §5.1.3.1 and §5.1.4.2, with a sentence for the tester.

use ctap::Status;

use crate::ChannelError;

/// Why `create()` or `get()` failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The options are not an options dictionary.
    #[error(
        "The options are not what WebAuthn lays down: {0}. Correct what the relying party sends."
    )]
    Options(String),
    /// The user handle has no byte, or more than 64.
    #[error("The relying party's user.id has {0} bytes. It must have 1 to 64.")]
    UserHandleLength(usize),
    /// The origin cannot use WebAuthn.
    #[error("{origin} cannot use passkeys: {why}.")]
    Origin {
        /// The page's origin.
        origin: String,
        /// The rule that was not kept.
        why: &'static str,
    },
    /// The page may not use this RP ID.
    #[error(
        "{origin} may not use the RP ID \"{rp_id}\": {why}. Ask for another RP ID, or open the page under it."
    )]
    RpId {
        /// The page's origin.
        origin: String,
        /// The RP ID asked for.
        rp_id: String,
        /// The rule that was not kept.
        why: &'static str,
    },
    /// pubKeyCredParams has no entry of type `public-key`.
    #[error(
        "pubKeyCredParams has no entry of type \"public-key\". Offer at least one algorithm, such as ES256 (-7)."
    )]
    NoCredentialType,
    /// The authenticator knows none of the algorithms.
    #[error(
        "The device supports none of the algorithms in pubKeyCredParams. Offer ES256 (-7), or use another device."
    )]
    NoCommonAlgorithm,
    /// The device already has a passkey of the exclude list.
    #[error(
        "The device already has a passkey for this account. Sign in with it, or use another device."
    )]
    Excluded,
    /// The page's AbortSignal fired.
    #[error("The page aborted the call. Start again.")]
    Aborted,
    /// The call's time is up.
    #[error("Nobody answered within {seconds} s. Start again.", seconds = .0.as_secs())]
    TimedOut(std::time::Duration),
    /// The relying party wants another kind of authenticator.
    #[error(
        "The relying party wants a {wanted} device, and this one is {present}. Pick another device."
    )]
    Attachment {
        /// What authenticatorAttachment says.
        wanted: &'static str,
        /// What the channel says.
        present: &'static str,
    },
    /// Discoverable credentials are required and not offered.
    #[error(
        "The relying party requires a discoverable passkey, and the device cannot store any. Pick another device."
    )]
    NoResidentKey,
    /// User verification is required at registration and not offered.
    #[error(
        "The relying party requires user verification, and the device offers none. Pick another device."
    )]
    NoUserVerificationToCreate,
    /// User verification is required at sign-in and not offered.
    #[error(
        "The relying party requires user verification, and the device offers none. Pick another device."
    )]
    NoUserVerificationToGet,
    /// No credential of the allow list, or none for the RP ID.
    #[error(
        "The device has no passkey for this relying party that fits. Register one first, or pick another device."
    )]
    NoCredentials,
    /// The user chose no account.
    #[error("No account was chosen. Start again and choose one.")]
    NoAccountChosen,
    /// The user gave no PIN for the key.
    #[error("No PIN was given for the key. Start again and type it.")]
    NoKeyPin,
    /// Every try at the key's PIN is spent (CTAP2_ERR_PIN_BLOCKED).
    #[error(
        "The key's PIN is blocked after too many wrong tries. A reset is the only way on; it erases the key's passkeys."
    )]
    KeyPinBlocked,
    /// Three wrong PINs in a row (CTAP2_ERR_PIN_AUTH_BLOCKED).
    #[error(
        "The key takes no more PINs after three wrong ones. Unplug the key, put it back, then start again."
    )]
    KeyNeedsPowerCycle,
    /// The user gave the call up while the key waited.
    #[error("The request was given up while the key waited. Start again.")]
    GivenUp,
    /// The operating system gave no random bytes.
    #[error("This computer gave no random bytes to talk to the key with. Start again.")]
    NoRandomness,
    /// The device refused.
    #[error("{sentence} (The device answered {command} with {status}.)")]
    Device {
        /// The command's name.
        command: &'static str,
        /// The device's answer.
        status: Status,
        /// What happened and what to do.
        sentence: &'static str,
    },
    /// The device's answer breaks the specification.
    #[error("The device's answer to {command} is not valid: {why}. The fault is the device's.")]
    Malformed {
        /// The command's name.
        command: &'static str,
        /// What is wrong.
        why: String,
    },
    /// The request is longer than the device takes.
    #[error(
        "The request has {length} bytes, and the device takes {limit}. Shorten the relying party's credential lists."
    )]
    TooLong {
        /// The request's length, in bytes.
        length: usize,
        /// The device's maxMsgSize.
        limit: u64,
    },
    /// No answer came through.
    #[error("{0}")]
    Channel(#[from] ChannelError),
}

impl ClientError {
    /// The name of the DOMException (or of the JavaScript error `TypeError`) that the page sees.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Options(_) | Self::UserHandleLength(_) => "TypeError",
            Self::Origin { .. } | Self::RpId { .. } => "SecurityError",
            Self::NoCredentialType | Self::NoCommonAlgorithm => "NotSupportedError",
            Self::Excluded => "InvalidStateError",
            Self::Aborted => "AbortError",
            Self::NoResidentKey | Self::NoUserVerificationToCreate => "ConstraintError",
            Self::TimedOut(_)
            | Self::Attachment { .. }
            | Self::NoUserVerificationToGet
            | Self::NoCredentials
            | Self::NoAccountChosen
            | Self::NoKeyPin
            | Self::KeyPinBlocked
            | Self::KeyNeedsPowerCycle
            | Self::GivenUp
            | Self::NoRandomness
            | Self::Device { .. }
            | Self::Malformed { .. }
            | Self::TooLong { .. }
            | Self::Channel(_) => "NotAllowedError",
        }
    }

    /// A stable name for programs, finer than [`ClientError::name`].
    pub fn code(&self) -> &'static str {
        match self {
            Self::Options(_) => "optionsMalformed",
            Self::UserHandleLength(_) => "userHandleLength",
            Self::Origin { .. } => "originNotAllowed",
            Self::RpId { .. } => "rpIdNotAllowed",
            Self::NoCredentialType => "noCredentialType",
            Self::NoCommonAlgorithm => "noCommonAlgorithm",
            Self::Excluded => "credentialExcluded",
            Self::Aborted => "aborted",
            Self::TimedOut(_) => "timedOut",
            Self::Attachment { .. } => "attachmentMismatch",
            Self::NoResidentKey => "noResidentKey",
            Self::NoUserVerificationToCreate | Self::NoUserVerificationToGet => {
                "noUserVerification"
            }
            Self::NoCredentials => "noCredentials",
            Self::NoAccountChosen => "noAccountChosen",
            Self::NoKeyPin => "noKeyPin",
            Self::KeyPinBlocked => "keyPinBlocked",
            Self::KeyNeedsPowerCycle => "keyNeedsPowerCycle",
            Self::GivenUp => "givenUp",
            Self::NoRandomness => "noRandomness",
            Self::Device { .. } => "deviceRefused",
            Self::Malformed { .. } => "deviceAnswerMalformed",
            Self::TooLong { .. } => "requestTooLong",
            Self::Channel(error) => error.code(),
        }
    }

    /// What a device's refusal means to the page and to the tester.
    pub(crate) fn from_status(command: &'static str, status: Status) -> Self {
        let sentence = match status {
            Status::CredentialExcluded => return Self::Excluded,
            Status::UnsupportedAlgorithm => return Self::NoCommonAlgorithm,
            Status::NoCredentials => return Self::NoCredentials,
            Status::PinBlocked => return Self::KeyPinBlocked,
            Status::PinAuthBlocked => return Self::KeyNeedsPowerCycle,
            Status::KeepaliveCancel => "The request was cancelled on the device. Start again.",
            Status::OperationDenied => {
                "The request was declined on the device, or the device could not verify its user. Look at what it \
                 showed, then start again."
            }
            Status::UserActionTimeout | Status::ActionTimeout | Status::Timeout => {
                "Nobody answered the device in time. Start again."
            }
            Status::PinInvalid | Status::UvInvalid | Status::PinAuthInvalid => {
                "The device could not verify the user. Start again."
            }
            Status::UvBlocked => {
                "The device has blocked its own user verification after wrong tries. Unblock or wipe it."
            }
            Status::PinNotSet => {
                "The key has no PIN yet. Start again with user verification required, and set one."
            }
            Status::PuatRequired => {
                "The device wants its user verified. Start again with user verification required."
            }
            Status::PinPolicyViolation => {
                "The key does not take this PIN by its own rules. Start again and choose another one."
            }
            Status::PinTokenExpired => {
                "What the PIN opened on the key has lapsed. Start again and type the PIN again."
            }
            Status::KeyStoreFull => {
                "The device has no room for another passkey. Delete one on the device."
            }
            Status::RequestTooLarge | Status::LimitExceeded | Status::InvalidLength => {
                "The request is larger than the device takes. Shorten the relying party's credential lists."
            }
            Status::ChannelBusy
            | Status::Processing
            | Status::UserActionPending
            | Status::OperationPending => {
                "The device is busy with another request. Finish that one, then start again."
            }
            Status::InvalidCommand => {
                "The device does not know this command; it may speak CTAP1 only."
            }
            Status::InvalidOption | Status::UnsupportedOption => {
                "The device does not offer what the relying party asked for. Pick another device."
            }
            Status::NotAllowed => "The device does not allow this now. Start again.",
            _ => {
                "The device refused the request. Look at the message before this one in the timeline."
            }
        };
        Self::Device {
            command,
            status,
            sentence,
        }
    }
}
