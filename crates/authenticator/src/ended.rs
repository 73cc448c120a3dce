//! How a command ends without a body.

use ctap::Status;

use crate::env::{Failure, Refusal};

/// A command that did not succeed.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The specification names the status.
    With(Status),
    /// Something under the authenticator broke.
    Broken(Failure),
}

impl From<Status> for Ended {
    fn from(status: Status) -> Self {
        Self::With(status)
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Broken(failure)
    }
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Declined => Self::With(Status::OperationDenied),
            Refusal::TimedOut => Self::With(Status::UserActionTimeout),
            Refusal::Cancelled => Self::With(Status::KeepaliveCancel),
            Refusal::Blocked => Self::With(Status::UvBlocked),
            Refusal::Failed(failure) => Self::Broken(failure),
        }
    }
}
