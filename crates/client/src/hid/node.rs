//! Reports through a node of the operating system, by hidapi.

use std::{
    ffi::CString,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ctap::hid::{REPORT_LENGTH, Report};
use hidapi::{HidApi, HidDevice, HidResult};

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

/// How far apart reports are written in the long run. A USB key takes at most one a millisecond, but
/// a software key behind uhid takes them as fast as they come, and the kernel keeps 31 for it and drops
/// the rest without a word.
const REPORT_INTERVAL: Duration = Duration::from_millis(4);
/// How many may be written at once.
const BURST: u32 = 16;

/// An open node.
pub(crate) struct NodeReports {
    device: HidDevice,
    start: Instant,
    /// When the next report may be written, had none before it been late.
    due: Instant,
}

impl NodeReports {
    /// Opens the node at `path`.
    ///
    /// Errors: [`ChannelError::NoRights`], [`ChannelError::Gone`].
    pub fn open(path: &str) -> Result<Self, ChannelError> {
        rights::try_open(path)?;
        let node = CString::new(path)
            .map_err(|_| ChannelError::Gone("its name is not a path".to_owned()))?;
        let device = with_hidapi(|api| api.open_path(&node))
            .map_err(|error| ChannelError::Gone(error.to_string()))?;
        Ok(Self {
            device,
            start: Instant::now(),
            due: Instant::now(),
        })
    }

    fn pace(&mut self) {
        let now = Instant::now();
        let burst = now.checked_sub(REPORT_INTERVAL * BURST).unwrap_or(now);
        self.due = self.due.max(burst) + REPORT_INTERVAL;
        std::thread::sleep(self.due.saturating_duration_since(now));
    }
}

impl Reports for NodeReports {
    fn send(&mut self, report: &Report) -> Result<(), ChannelError> {
        self.pace();
        // Report number 0: FIDO's descriptor numbers none.
        let mut numbered = [0; REPORT_LENGTH + 1];
        numbered[1..].copy_from_slice(report);
        match self.device.write(&numbered) {
            // Some systems count the number, others do not.
            Ok(REPORT_LENGTH..) => Ok(()),
            Ok(_) | Err(_) => Err(unplugged()),
        }
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<Report>, ChannelError> {
        let wait = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
        let mut report = [0; REPORT_LENGTH];
        let length = self.device.read_timeout(&mut report, wait);
        let length = length.map_err(|_| unplugged())?;
        Ok((length == REPORT_LENGTH).then_some(report))
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Why a node that was open fails. hidapi's words differ from system to system and say no more.
fn unplugged() -> ChannelError {
    ChannelError::Gone("it was unplugged, or stopped working".to_owned())
}
