//! Reports through a node of the operating system, by hidapi.

use std::{
    ffi::CString,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ctap::hid::{REPORT_LENGTH, Report};
use hidapi::{HidApi, HidDevice, HidError, HidResult};

use super::Reports;
use crate::{ChannelError, keys::rights};

/// hidapi keeps its last error in a place that all threads share, so enumerating and opening take
/// turns. Reading and writing an open node do not touch it.
static HIDAPI: Mutex<Option<HidApi>> = Mutex::new(None);

/// Runs `work` with hidapi's context, alone.
pub(crate) fn with_hidapi<T>(work: impl FnOnce(&mut HidApi) -> HidResult<T>) -> HidResult<T> {
    let mut api = HIDAPI.lock().unwrap_or_else(PoisonError::into_inner);
    let api = match api.as_mut() {
        Some(api) => api,
        None => api.insert(HidApi::new()?),
    };
    work(api)
}

/// An open node.
pub(crate) struct NodeReports {
    device: HidDevice,
    start: Instant,
}

impl NodeReports {
    /// Opens the node at `path`.
    ///
    /// Errors: [`ChannelError::NoRights`], [`ChannelError::Gone`].
    pub fn open(path: &str) -> Result<Self, ChannelError> {
        rights::try_open(path)?;
        let node = CString::new(path)
            .map_err(|_| ChannelError::Gone("its name is not a path".to_owned()))?;
        let device = with_hidapi(|api| api.open_path(&node)).map_err(gone)?;
        Ok(Self {
            device,
            start: Instant::now(),
        })
    }
}

impl Reports for NodeReports {
    fn send(&mut self, report: &Report) -> Result<(), ChannelError> {
        // Report number 0: FIDO's descriptor numbers none.
        let mut numbered = [0; REPORT_LENGTH + 1];
        numbered[1..].copy_from_slice(report);
        match self.device.write(&numbered).map_err(gone)? {
            // Some systems count the number, others do not.
            REPORT_LENGTH.. => Ok(()),
            _ => Err(ChannelError::Gone(
                "it took only part of a report".to_owned(),
            )),
        }
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<Report>, ChannelError> {
        let wait = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        let mut report = [0; REPORT_LENGTH];
        let length = self.device.read_timeout(&mut report, wait).map_err(gone)?;
        Ok((length == REPORT_LENGTH).then_some(report))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

fn gone(error: HidError) -> ChannelError {
    match error {
        HidError::HidApiError { message } => ChannelError::Gone(message),
        other => ChannelError::Gone(other.to_string()),
    }
}
