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
            // For one that cannot verify its user: CTAP 2.3 §6.1.2 step 11.2 and §6.2.2 step 6.2.
            Refusal::Declined | Refusal::Unverifiable => Self::With(Status::OperationDenied),
            Refusal::TimedOut => Self::With(Status::UserActionTimeout),
            Refusal::Cancelled => Self::With(Status::KeepaliveCancel),
            Refusal::Blocked => Self::With(Status::UvBlocked),
            Refusal::Failed(failure) => Self::Broken(failure),
        }
    }
}
