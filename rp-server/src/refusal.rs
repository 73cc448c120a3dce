//! What a visitor is told when the answer is no.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::value::RawValue;

use crate::{Error, policy::Problem};

/// Why a request was refused.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("The {what} cannot be used: {why}. Choose another.")]
    NameUnusable {
        what: &'static str,
        why: &'static str,
    },
    #[error("This user name is taken. Choose another, or sign in.")]
    UsernameTaken,
    #[error("Nobody is signed in. Sign in and try again.")]
    SignedOut,
    #[error("This account has no such passkey. Reload the list.")]
    NoSuchPasskey,
    #[error(
        "This is the account's last passkey; without it nobody could sign in. Add another passkey first."
    )]
    LastPasskey,
    #[error(
        "Nothing is known of this ceremony. It was never finished here, or so long ago that it is forgotten."
    )]
    NoSuchCeremony,
    #[error("Too many sign-ins and registrations are under way. Wait a minute and try again.")]
    CeremoniesFull,
    #[error("The relying party has as many accounts as it may hold. Use an account that exists.")]
    AccountsFull,
    #[error("This account has as many passkeys as it may hold. Delete one first.")]
    PasskeysFull,
    #[error("The account of this registration no longer exists. Start again.")]
    AccountGone,
    #[error("Other sign-ins with this passkey kept coming first. Start again.")]
    Contended,
    #[error("{}", .0.message)]
    NotVerified(Box<NotVerified>),

    #[error("PINs are switched off by the policy. Ask the administrator.")]
    PinOff,
    #[error("As many invitations as are allowed are open. Wait a few minutes and try again.")]
    OffersFull,
    #[error("This invitation is unknown, used or too old. Make a new one on the account page.")]
    OfferUnknown,
    #[error("No phone has taken this invitation yet. Scan the code with the phone first.")]
    NotClaimed,
    #[error(
        "The account's owner has not confirmed this phone yet. Confirm it on the account page."
    )]
    NotConfirmed,
    #[error("This account has as many phones as it may have. Remove one first.")]
    PhonesFull,
    /// An unknown enrolment, another device's, or a signature that is not the device's: nobody
    /// outside can tell which.
    #[error("The request was not accepted. Enrol this phone again if that does not change.")]
    NotAccepted,
    #[error("Too many requests in too short a time. Wait a minute and try again.")]
    RateLimited,
    /// A phone's request in which something is wrong that its sender may know.
    #[error("{0}")]
    Phone(pin_sync::Error),
    /// A phone's request refused under signature.
    #[error("{}", .0.error.message)]
    Signed(Box<pin_sync::wire::Refused>),

    #[error(
        "Only the administrator may do this. Sign in with the token from the file admin-token in the relying party's data folder."
    )]
    NotAdministrator,
    #[error(
        "Too many wrong tokens came from here. Copy the token from the file admin-token in the relying party's data folder, or wait {seconds} seconds before the next try."
    )]
    TooManyWrongTokens { seconds: u64 },
    #[error("{}", .0.message)]
    PolicyUnusable(Box<Problem>),
    #[error(
        "Another policy is in force than the one this was made from. Load it and make the change again."
    )]
    PolicyMoved,
    #[error("Give the policy once: as its text, as a whole, or as changes.")]
    PolicyNotOnce,
    #[error("There is no such account. Reload the list.")]
    NoSuchAccount,
    #[error("There is no such phone. Reload the list.")]
    NoSuchEnrolment,
    #[error("The code was confirmed already, or its time is over. Make another one.")]
    OfferOver,
    #[error("A phone is enrolled with a passkey here. Confirm with your passkey.")]
    PasskeyNeeded,
    #[error("{}", .0.message)]
    FactorRefused(Box<FactorRefused>),
    #[error(
        "This question was answered already, or its two minutes are over. Ask for another one and scan it again."
    )]
    LogonOver,
    #[error("Too many workstations are asking at once. Wait two minutes and try again.")]
    LogonsFull,
    #[error("The code has eight digits. Type those that the phone shows.")]
    LogonCodeForm,
    #[error(
        "The code is wrong, and each question takes one answer. Ask for another one and scan it with the phone. {attempts_left} wrong codes left this hour."
    )]
    LogonWrong { attempts_left: u32 },
    #[error(
        "Too many wrong codes were typed at workstations. Sign in once with a passkey; after that, workstations take codes again."
    )]
    LogonLocked,

    #[error("The relying party does not answer to the host name {host}. Open {home} instead.")]
    HostNotAllowed { host: String, home: String },
    #[error(
        "Requests from {origin} are not accepted. Use the relying party's own pages at {home}."
    )]
    OriginNotAllowed { origin: String, home: String },
    #[error("The request's body is larger than 64 KiB. Send a smaller one.")]
    BodyTooLarge,
    #[error("The request's body did not arrive in time. Send it again.")]
    BodyLate,
    #[error("The request's body broke off. Send it again.")]
    BodyBroken,
    #[error("The request's body must be JSON, with the header Content-Type: application/json.")]
    NotJsonType,
    #[error("The request's body is not the JSON it should be: {0}. Correct it and send it again.")]
    MalformedJson(String),
    #[error("The part of the address after ? is not as it should be: {0}. Correct it.")]
    QueryUnusable(String),
    #[error("There is nothing at {0}. The list of what there is stands at /api/docs.")]
    UnknownRoute(String),
    #[error(
        "This address does not take {0} requests. The list of what there is stands at /api/docs."
    )]
    MethodNotAllowed(String),

    #[error(transparent)]
    Room(#[from] Error),
}

/// A ceremony whose list has a failed step.
#[derive(Debug, Clone)]
pub(crate) struct NotVerified {
    /// The failed step's stable name.
    pub code: &'static str,
    /// One plain sentence or two.
    pub message: String,
    /// `7.1` or `7.2`.
    pub section: &'static str,
    /// The first step that failed.
    pub step: u8,
    /// The ladder as JSON.
    pub report: Arc<RawValue>,
}

impl From<pin_sync::Error> for Refusal {
    fn from(error: pin_sync::Error) -> Self {
        match error {
            pin_sync::Error::EnrolmentUnknown
            | pin_sync::Error::RequestSignature
            | pin_sync::Error::EnrolmentDeviceSignature
            | pin_sync::Error::StreamSignature
            | pin_sync::Error::AckMac => Self::NotAccepted,
            error => Self::Phone(error),
        }
    }
}

/// A ceremony whose steps all held, by a factor that does not do here.
#[derive(Debug, Clone)]
pub(crate) struct FactorRefused {
    pub code: &'static str,
    pub message: String,
    /// The ladder as JSON.
    pub report: Arc<RawValue>,
}

impl Refusal {
    /// A stable name for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NameUnusable { .. } => "nameUnusable",
            Self::UsernameTaken => "usernameTaken",
            Self::SignedOut => "signedOut",
            Self::NoSuchPasskey => "noSuchPasskey",
            Self::LastPasskey => "lastPasskey",
            Self::NoSuchCeremony => "noSuchCeremony",
            Self::CeremoniesFull => "ceremoniesFull",
            Self::AccountsFull => "accountsFull",
            Self::PasskeysFull => "passkeysFull",
            Self::AccountGone => "accountGone",
            Self::Contended => "contended",
            Self::NotVerified(judged) => judged.code,
            Self::PinOff => "pinSyncOff",
            Self::OffersFull => "offersFull",
            Self::OfferUnknown => "offerUnknown",
            Self::NotClaimed => "notClaimed",
            Self::NotConfirmed => "notConfirmed",
            Self::PhonesFull => "phonesFull",
            Self::NotAccepted => "notAccepted",
            Self::RateLimited => "rateLimited",
            Self::Phone(error) => error.code(),
            Self::Signed(refused) => refused.refusal.reason.as_str(),
            Self::NotAdministrator => "notAdministrator",
            Self::TooManyWrongTokens { .. } => "rateLimited",
            Self::PolicyUnusable(_) => "policyUnusable",
            Self::PolicyMoved => "policyMoved",
            Self::PolicyNotOnce => "policyNotOnce",
            Self::NoSuchAccount => "noSuchAccount",
            Self::NoSuchEnrolment => "noSuchEnrolment",
            Self::OfferOver => "offerOver",
            Self::PasskeyNeeded => "passkeyNeeded",
            Self::FactorRefused(refused) => refused.code,
            Self::LogonOver => "logonOver",
            Self::LogonsFull => "logonsFull",
            Self::LogonCodeForm => "logonCodeForm",
            Self::LogonWrong { .. } => "logonWrong",
            Self::LogonLocked => "logonLocked",
            Self::HostNotAllowed { .. } => "hostNotAllowed",
            Self::OriginNotAllowed { .. } => "originNotAllowed",
            Self::BodyTooLarge => "bodyTooLarge",
            Self::BodyLate => "bodyLate",
            Self::BodyBroken => "bodyBroken",
            Self::NotJsonType => "notJsonType",
            Self::MalformedJson(_) => "malformedJson",
            Self::QueryUnusable(_) => "queryUnusable",
            Self::UnknownRoute(_) => "unknownRoute",
            Self::MethodNotAllowed(_) => "methodNotAllowed",
            Self::Room(error) => error.code(),
        }
    }

    /// The HTTP status that says the same.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NameUnusable { .. }
            | Self::NotVerified(_)
            | Self::FactorRefused(_)
            | Self::PolicyUnusable(_)
            | Self::PolicyNotOnce
            | Self::LogonCodeForm
            | Self::LogonWrong { .. }
            | Self::LogonLocked
            | Self::LogonOver => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotAdministrator => StatusCode::UNAUTHORIZED,
            Self::TooManyWrongTokens { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::PolicyMoved | Self::OfferOver | Self::PasskeyNeeded => StatusCode::CONFLICT,
            Self::NoSuchAccount | Self::NoSuchEnrolment => StatusCode::NOT_FOUND,
            Self::LogonsFull => StatusCode::SERVICE_UNAVAILABLE,
            Self::UsernameTaken
            | Self::LastPasskey
            | Self::AccountGone
            | Self::Contended
            | Self::PasskeysFull
            | Self::PinOff
            | Self::NotClaimed
            | Self::NotConfirmed
            | Self::PhonesFull
            | Self::Signed(_)
            | Self::Phone(pin_sync::Error::ExchangeUnknown) => StatusCode::CONFLICT,
            Self::NotAccepted => StatusCode::FORBIDDEN,
            Self::OfferUnknown => StatusCode::NOT_FOUND,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Phone(pin_sync::Error::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Phone(pin_sync::Error::NoRandomness) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Phone(_) => StatusCode::BAD_REQUEST,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NoSuchPasskey | Self::NoSuchCeremony | Self::UnknownRoute(_) => {
                StatusCode::NOT_FOUND
            }
            Self::CeremoniesFull | Self::AccountsFull | Self::OffersFull => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::HostNotAllowed { .. } | Self::OriginNotAllowed { .. } => StatusCode::FORBIDDEN,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyLate => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken | Self::MalformedJson(_) | Self::QueryUnusable(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::NotJsonType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Room(Error::DiskFull { .. }) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Room(Error::Closed | Error::DatabaseInUse { .. }) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Room(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
