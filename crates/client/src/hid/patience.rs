//! How long a key may take.

use std::time::Duration;

use ctap::hid::KeepaliveStatus;

use crate::ChannelError;

/// The limits, in real time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    /// For the answer to INIT.
    pub open: Duration,
    /// Between two packets for us; a working key sends a keepalive every 100 ms.
    pub silence: Duration,
    /// For work in all, while no touch is waited for.
    pub processing: Duration,
    /// For a key that serves somebody else.
    pub busy: Duration,
    /// For the answer after CANCEL.
    pub cancel: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(3),
            silence: Duration::from_secs(3),
            processing: Duration::from_secs(30),
            busy: Duration::from_secs(3),
            cancel: Duration::from_secs(3),
        }
    }
}

/// The time left in one exchange.
pub(crate) struct Patience {
    deadlines: Deadlines,
    silent_at: Duration,
    /// Time spent working until `counted_at`.
    worked: Duration,
    counted_at: Duration,
    takes_touch: bool,
    waits_for_touch: bool,
    stop_by: Option<Duration>,
    astray: bool,
}

impl Patience {
    /// `takes_touch`: whether the key may wait for its user at all.
    pub fn new(deadlines: Deadlines, takes_touch: bool, now: Duration) -> Self {
        Self {
            deadlines,
            silent_at: now + deadlines.silence,
            worked: Duration::ZERO,
            counted_at: now,
            takes_touch,
            waits_for_touch: false,
            stop_by: None,
            astray: false,
        }
    }

    /// A packet came that is for somebody else.
    pub fn strayed(&mut self) {
        self.astray = true;
    }

    /// A packet of an answer came that is not whole yet.
    pub fn progressed(&mut self, now: Duration) {
        self.silent_at = now + self.deadlines.silence;
    }

    /// A keepalive came. The time since the one before was spent on what that one said.
    pub fn keepalive(&mut self, status: KeepaliveStatus, now: Duration) {
        self.count(now);
        self.silent_at = now + self.deadlines.silence;
        self.astray = false;
        self.waits_for_touch = self.takes_touch && status == KeepaliveStatus::UpNeeded;
    }

    /// The key was told to stop.
    pub fn cancelled(&mut self, now: Duration) {
        self.stop_by = Some(now + self.deadlines.cancel);
    }

    /// Fails when a limit is passed.
    pub fn check(&mut self, now: Duration) -> Result<(), ChannelError> {
        self.count(now);
        if now >= self.silent_at {
            return Err(if self.astray {
                ChannelError::Astray(self.deadlines.silence)
            } else {
                ChannelError::Silent(self.deadlines.silence)
            });
        }
        if self.worked >= self.deadlines.processing {
            return Err(ChannelError::Stuck(self.deadlines.processing));
        }
        match self.stop_by {
            Some(by) if now >= by => Err(ChannelError::Stuck(self.deadlines.cancel)),
            _ => Ok(()),
        }
    }

    fn count(&mut self, now: Duration) {
        if !self.waits_for_touch {
            self.worked += now.saturating_sub(self.counted_at);
        }
        self.counted_at = now;
    }
}
