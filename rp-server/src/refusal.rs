//! What a visitor is told when the answer is no.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::value::RawValue;

use crate::Error;

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
            Self::HostNotAllowed { .. } => "hostNotAllowed",
            Self::OriginNotAllowed { .. } => "originNotAllowed",
            Self::BodyTooLarge => "bodyTooLarge",
            Self::BodyLate => "bodyLate",
            Self::BodyBroken => "bodyBroken",
            Self::NotJsonType => "notJsonType",
            Self::MalformedJson(_) => "malformedJson",
            Self::UnknownRoute(_) => "unknownRoute",
            Self::MethodNotAllowed(_) => "methodNotAllowed",
            Self::Room(error) => error.code(),
        }
    }

    /// The HTTP status that says the same.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NameUnusable { .. } | Self::NotVerified(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::UsernameTaken
            | Self::LastPasskey
            | Self::AccountGone
            | Self::Contended
            | Self::PasskeysFull => StatusCode::CONFLICT,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NoSuchPasskey | Self::NoSuchCeremony | Self::UnknownRoute(_) => {
                StatusCode::NOT_FOUND
            }
            Self::CeremoniesFull | Self::AccountsFull => StatusCode::SERVICE_UNAVAILABLE,
            Self::HostNotAllowed { .. } | Self::OriginNotAllowed { .. } => StatusCode::FORBIDDEN,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyLate => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken | Self::MalformedJson(_) => StatusCode::BAD_REQUEST,
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
