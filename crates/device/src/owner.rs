//! A device's display, held for something that its owner does there and no client asked for.

use authenticator::Refusal;
use ctap::hid::KeepaliveStatus;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio_util::sync::CancellationToken;

use crate::device::Core;
use crate::user::Person;
use crate::{Device, Error};

/// The display; as long as it is held, no command runs.
pub(crate) struct Held {
    _core: OwnedMutexGuard<Core>,
    cancel: CancellationToken,
    status: watch::Sender<KeepaliveStatus>,
}

impl Device {
    /// Holds the display.
    ///
    /// # Errors
    /// [`Error::Busy`] during a ceremony, or while its owner does something else.
    pub(crate) fn hold(&self) -> Result<Held, Error> {
        let core = self.0.core.clone().try_lock_owned();
        Ok(Held {
            _core: core.map_err(|_| Error::Busy)?,
            cancel: CancellationToken::new(),
            status: watch::Sender::new(KeepaliveStatus::Processing),
        })
    }
}

impl Held {
    /// The person at the device that was held.
    pub(crate) fn person<'a>(&'a self, device: &'a Device) -> Person<'a> {
        device.person(&self.cancel, &self.status)
    }
}

/// What a refusal at the display is outside a ceremony.
pub(crate) fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Declined | Refusal::Cancelled => Error::Declined,
        Refusal::TimedOut => Error::TimedOut,
        Refusal::Blocked => Error::Blocked,
        Refusal::Unverifiable => Error::Unverifiable,
        Refusal::Failed(failure) => match failure.into_source().downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => Error::Failed(other.to_string()),
        },
    }
}
