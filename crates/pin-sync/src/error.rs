//! Everything that can be wrong, one variant each, so that a test can demand the right one.

use crate::cache::CacheState;
use crate::key::PointName;
use crate::wire::Message;

/// Why something was refused. [`Error::code`] is stable; the sentence says what happened and what to
/// do, and never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The random number generator failed.
    #[error("The system gave no random numbers. Try again; if that does not help, restart it.")]
    NoRandomness,
    /// A stored private key is no scalar of P-256.
    #[error("A stored private key is damaged. Remove this enrolment and enrol again.")]
    PrivateKey,
    /// A stored record or cache does not decode.
    #[error("The stored {0} of an enrolment is damaged. Remove this enrolment and enrol again.")]
    Stored(&'static str),
    /// An id or name is empty or longer than 255 bytes.
    #[error("The {0} must have 1 to 255 bytes.")]
    Name(&'static str),

    /// A PIN without a character.
    #[error("The PIN is empty. Type it again.")]
    PinEmpty,
    /// A PIN of more than 63 bytes.
    #[error("The PIN is longer than 63 bytes. Choose a shorter one.")]
    PinTooLong,
    /// A PIN that is no UTF-8.
    #[error("The PIN is not text. Type it again.")]
    PinNotText,
    /// Iterations below what this enrolment allows.
    #[error(
        "{count} iterations are too few to protect a PIN; this enrolment needs {fewest}. Change the PIN online."
    )]
    TooFewIterations {
        /// What came.
        count: u32,
        /// What is needed.
        fewest: u32,
    },
    /// Iterations above [`crate::pin::Iterations::MOST`].
    #[error("{count} iterations would keep the device busy for too long.")]
    TooManyIterations {
        /// What came.
        count: u32,
    },

    /// A body over its bound.
    #[error("The {message} has {length} bytes; at most {most} are accepted.")]
    TooLarge {
        /// What it is.
        message: Message,
        /// What came.
        length: usize,
        /// What is accepted.
        most: usize,
    },
    /// A body that is no JSON of its form.
    #[error("The {message} cannot be read: {why}.")]
    Unreadable {
        /// What it is.
        message: Message,
        /// Part of a sentence; never a value of the message.
        why: String,
    },
    /// A point that is none.
    #[error("The {0} is not a point of P-256 in uncompressed form.")]
    Point(PointName),

    /// The device's signature over `T` is not `Kd`'s.
    #[error("The device did not sign this enrolment with its key. Start the enrolment again.")]
    EnrolmentDeviceSignature,
    /// The server's signature over `T` is not `Ks`'s.
    #[error("The server did not sign this enrolment with its key. Start the enrolment again.")]
    EnrolmentServerSignature,
    /// A new `Ks` that the old one did not sign.
    #[error(
        "The server shows a new key that its old one did not sign. If you trust it, remove the old enrolment on this device first."
    )]
    SuccessorSignature,
    /// The text of an offer does not decode.
    #[error("This is not an enrolment code. Scan the code on the account's page.")]
    OfferMalformed,

    /// No such enrolment, or not this device's. Outside it looks like [`Error::RequestSignature`].
    #[error("The enrolment is unknown, or belongs to another device.")]
    EnrolmentUnknown,
    /// The request's signature is not `Kd`'s.
    #[error("The request was not signed by the enrolled device's key.")]
    RequestSignature,
    /// The counter is not above the last one: a replay, or a restored device.
    #[error(
        "The request carries counter {counter}, and {last} was already used: it was played again, or the device was restored from a copy."
    )]
    RequestCounter {
        /// What came.
        counter: u64,
        /// The last one.
        last: u64,
    },

    /// The answer's signature is not `Ks`'s, or is over something else.
    #[error("The answer was not signed by the server's key for this exchange.")]
    AnswerSignature,
    /// The payload does not open.
    #[error("The answer's payload does not open with this exchange's key.")]
    PayloadSealed,
    /// The payload opens and is not what it should be; names the map's key.
    #[error("The answer's payload is malformed at key {0}.")]
    PayloadMalformed(u8),
    /// A payload for another purpose than the one asked for.
    #[error("The answer carries a payload for another purpose than the one asked for.")]
    PayloadPurpose,
    /// A payload with a lower PIN version than one seen before.
    #[error("The server sent PIN version {got}, older than {seen}, which this device has seen.")]
    OlderPinVersion {
        /// What came.
        got: u64,
        /// The highest seen.
        seen: u64,
    },
    /// A payload with a lower policy version than one seen before.
    #[error("The server sent policy version {got}, older than {seen}, which this device has seen.")]
    OlderPolicyVersion {
        /// What came.
        got: u64,
        /// The highest seen.
        seen: u64,
    },
    /// A payload issued before one seen before.
    #[error("The server sent something issued before what this device has already accepted.")]
    OlderIssuedAt,
    /// A payload with a lower unlock epoch than one seen before.
    #[error("The server sent unlock epoch {got}, older than {seen}, which this device has seen.")]
    OlderUnlockEpoch {
        /// What came.
        got: u64,
        /// The highest seen.
        seen: u64,
    },
    /// A payload that would lead out of locked or expired without a correct online PIN.
    #[error("This enrolment is {0}. Enter the PIN online once; then it can synchronize again.")]
    OnlinePinNeeded(CacheState),

    /// The online part names another exchange.
    #[error("The message belongs to no exchange that is waiting for it. Start again.")]
    ExchangeUnknown,
    /// The online part does not open.
    #[error("The online part does not open with this exchange's key.")]
    OnlineSealed,
    /// The online part opens and is not what its purpose needs.
    #[error("The online part does not hold what its purpose needs.")]
    OnlineMalformed,
    /// The online answer's signature is not `Ks`'s.
    #[error("The online answer was not signed by the server's key for this exchange.")]
    OnlineAnswerSignature,
    /// The online answer does not open.
    #[error("The online answer does not open with this exchange's key.")]
    OnlineAnswerSealed,
    /// The online answer opens and is not what it should be.
    #[error("The online answer is malformed.")]
    OnlineAnswerMalformed,

    /// The acknowledgement is for another PIN version than was sent.
    #[error("The acknowledgement names PIN version {got}; {sent} was sent.")]
    AckPinVersion {
        /// What came.
        got: u64,
        /// What was sent.
        sent: u64,
    },
    /// The acknowledgement is for another policy version than was sent.
    #[error("The acknowledgement names policy version {got}; {sent} was sent.")]
    AckPolicyVersion {
        /// What came.
        got: u64,
        /// What was sent.
        sent: u64,
    },
    /// The acknowledgement's MAC is wrong.
    #[error("The acknowledgement was not made with this exchange's key.")]
    AckMac,

    /// A refusal for another enrolment.
    #[error("The refusal is for another enrolment.")]
    RefusalEnrolment,
    /// A refusal that answers another request.
    #[error("The refusal answers another request.")]
    RefusalNonce,
    /// A refusal not signed by `Ks`.
    #[error("The refusal was not signed by the server's key. It changes nothing.")]
    RefusalSignature,

    /// A beat not signed by `Ks`.
    #[error("The beat was not signed by the server's key. It is ignored.")]
    BeatSignature,
    /// A beat issued before the last one of its stream.
    #[error("The beat is older than the last one. It is ignored.")]
    BeatOld,
    /// A stream's challenge not signed by `Kd`.
    #[error("The stream was not opened with the enrolled device's key.")]
    StreamSignature,

    /// The text of a workstation's challenge does not decode.
    #[error("This is not a workstation's code. Scan the code on the workstation's page.")]
    LogonMalformed,
    /// A challenge for another relying party than the enrolment's.
    #[error("The workstation's code is for another relying party.")]
    LogonRelyingParty,
    /// A challenge for an enrolment that is not on this device.
    #[error("The workstation's code is for an enrolment that is not on this phone.")]
    LogonEnrolment,
    /// A challenge for another device.
    #[error("The workstation's code is for another phone.")]
    LogonDevice,
    /// A challenge not signed by `Ks`.
    #[error("The workstation's code was not signed by the server. Do not answer it.")]
    LogonSignature,
    /// A challenge past its time.
    #[error("The workstation's code has expired. Ask the workstation for a new one.")]
    LogonExpired,
    /// A challenge that expects a later synchronization than this device has.
    #[error("The server knows a later synchronization than this phone has. Connect it once.")]
    LogonCounter,
}

impl Error {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoRandomness => "noRandomness",
            Self::PrivateKey => "privateKey",
            Self::Stored(_) => "stored",
            Self::Name(_) => "name",
            Self::PinEmpty => "pinEmpty",
            Self::PinTooLong => "pinTooLong",
            Self::PinNotText => "pinNotText",
            Self::TooFewIterations { .. } => "tooFewIterations",
            Self::TooManyIterations { .. } => "tooManyIterations",
            Self::TooLarge { .. } => "tooLarge",
            Self::Unreadable { .. } => "unreadable",
            Self::Point(PointName::Kd) => "pointKd",
            Self::Point(PointName::Ks) => "pointKs",
            Self::Point(PointName::Ed) => "pointEd",
            Self::Point(PointName::Es) => "pointEs",
            Self::EnrolmentDeviceSignature => "enrolmentDeviceSignature",
            Self::EnrolmentServerSignature => "enrolmentServerSignature",
            Self::SuccessorSignature => "successorSignature",
            Self::OfferMalformed => "offerMalformed",
            Self::EnrolmentUnknown => "enrolmentUnknown",
            Self::RequestSignature => "requestSignature",
            Self::RequestCounter { .. } => "requestCounter",
            Self::AnswerSignature => "answerSignature",
            Self::PayloadSealed => "payloadSealed",
            Self::PayloadMalformed(_) => "payloadMalformed",
            Self::PayloadPurpose => "payloadPurpose",
            Self::OlderPinVersion { .. } => "olderPinVersion",
            Self::OlderPolicyVersion { .. } => "olderPolicyVersion",
            Self::OlderIssuedAt => "olderIssuedAt",
            Self::OlderUnlockEpoch { .. } => "olderUnlockEpoch",
            Self::OnlinePinNeeded(_) => "onlinePinNeeded",
            Self::ExchangeUnknown => "exchangeUnknown",
            Self::OnlineSealed => "onlineSealed",
            Self::OnlineMalformed => "onlineMalformed",
            Self::OnlineAnswerSignature => "onlineAnswerSignature",
            Self::OnlineAnswerSealed => "onlineAnswerSealed",
            Self::OnlineAnswerMalformed => "onlineAnswerMalformed",
            Self::AckPinVersion { .. } => "ackPinVersion",
            Self::AckPolicyVersion { .. } => "ackPolicyVersion",
            Self::AckMac => "ackMac",
            Self::RefusalEnrolment => "refusalEnrolment",
            Self::RefusalNonce => "refusalNonce",
            Self::RefusalSignature => "refusalSignature",
            Self::BeatSignature => "beatSignature",
            Self::BeatOld => "beatOld",
            Self::StreamSignature => "streamSignature",
            Self::LogonMalformed => "logonMalformed",
            Self::LogonRelyingParty => "logonRelyingParty",
            Self::LogonEnrolment => "logonEnrolment",
            Self::LogonDevice => "logonDevice",
            Self::LogonSignature => "logonSignature",
            Self::LogonExpired => "logonExpired",
            Self::LogonCounter => "logonCounter",
        }
    }
}
