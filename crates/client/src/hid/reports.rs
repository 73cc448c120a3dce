//! What lies under CTAPHID.

use std::time::Duration;

use ctap::hid::Report;

use crate::ChannelError;

/// Reports each way, and the time by which deadlines are kept.
pub(crate) trait Reports {
    /// Sends one report.
    ///
    /// Errors: [`ChannelError::Gone`].
    fn send(&mut self, report: &Report) -> Result<(), ChannelError>;

    /// The next report, or `None` when none came within `wait`.
    ///
    /// Errors: [`ChannelError::Gone`], as soon as it is known.
    fn receive(&mut self, wait: Duration) -> Result<Option<Report>, ChannelError>;

    /// Monotonic time since a fixed point.
    fn now(&self) -> Duration;
}
