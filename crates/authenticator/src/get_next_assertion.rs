//! authenticatorGetNextAssertion (CTAP 2.3 §6.3).

use std::collections::VecDeque;
use std::time::Duration;

use ctap::Status;
use webauthn::authenticator_data::Flags;

use crate::ended::Ended;
use crate::env::Env;
use crate::get_assertion::{Terms, assert};
use crate::{Authenticator, Credential};

/// How long the client may take to ask for the next one.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a getAssertion left to be fetched. Any other command drops it.
#[derive(Debug)]
pub(crate) struct Remaining {
    credentials: VecDeque<Credential>,
    terms: Terms,
    since: Duration,
}

impl Remaining {
    /// `now` is monotonic time.
    pub(crate) fn new(credentials: Vec<Credential>, terms: Terms, now: Duration) -> Self {
        Self {
            credentials: credentials.into(),
            terms,
            since: now,
        }
    }
}

impl Authenticator {
    pub(crate) fn get_next_assertion<E: Env>(
        &mut self,
        env: &mut E,
        remaining: Option<Remaining>,
    ) -> Result<Vec<u8>, Ended> {
        let now = env.clock().monotonic();
        let mut remaining = remaining
            .filter(|it| now.saturating_sub(it.since) <= PATIENCE)
            .ok_or(Status::NotAllowed)?;
        let next = remaining
            .credentials
            .pop_front()
            .ok_or(Status::NotAllowed)?;
        let tell_account = remaining.terms.flags.has(Flags::UV);
        let response = assert(env, &next, &remaining.terms, tell_account)?;
        remaining.since = now;
        self.remaining = Some(remaining);
        Ok(response.encode())
    }
}
