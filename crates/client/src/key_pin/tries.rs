//! The tries at a PIN: counted, and told before the last one is spent (CTAP 2.3 §6.5.2).

use ctap::client_pin::Subcommand;

use super::Exchange;
use crate::{ClientError, PinPurpose, Tries};

/// After so many wrong PINs in a row a key takes no more until it was unplugged.
const IN_A_ROW: u32 = 3;

/// How the entries of one call went so far.
#[derive(Default)]
pub(super) struct Tally {
    wrong: u32,
    /// The last entry was tried, and was wrong.
    just_now: bool,
    /// What was wrong with the last entry, when it was not even tried.
    pub problem: Option<String>,
}

impl Tally {
    pub fn count_wrong(&mut self) {
        self.wrong += 1;
        self.just_now = true;
    }

    /// What was wrong with the last entry and what the next one may cost, said once; none when
    /// nothing was wrong.
    pub fn say(&mut self, purpose: PinPurpose) -> Option<String> {
        self.just_now = false;
        let problem = self.problem.take();
        let (PinPurpose::Enter(tries) | PinPurpose::Change(tries)) = purpose else {
            return problem;
        };
        let wrong = tries.wrong.then(|| "Wrong PIN.".to_owned());
        let slip = problem.or(wrong)?;
        let left = match tries.left.filter(|_| tries.wrong || tries.last) {
            Some(1) => Some("1 try left.".to_owned()),
            left => left.map(|left| format!("{left} tries left.")),
        };
        let cost = tries.last.then_some(match tries.left {
            Some(1) => {
                "Another wrong PIN blocks the key: then only a reset, which erases its passkeys, helps."
            }
            _ => "Another wrong PIN bars the key until it is unplugged and put back.",
        });
        let parts = [Some(slip), left, cost.map(str::to_owned)];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }
}

impl Exchange<'_, '_> {
    /// How the tries stand (getPINRetries, §6.5.5.2); the error when none is left. CTAP 2.0 demands the
    /// protocol of every subcommand; later versions pass it over here.
    pub(super) async fn tries(&mut self, tally: &Tally) -> Result<Tries, ClientError> {
        let (_, response) = self.read(self.request(Subcommand::GetPinRetries)).await?;
        if response.pin_retries == Some(0) {
            return Err(ClientError::KeyPinBlocked);
        }
        if response.power_cycle_state == Some(true) {
            return Err(ClientError::KeyNeedsPowerCycle);
        }
        let left = response
            .pin_retries
            .map(|left| u32::try_from(left).unwrap_or(u32::MAX));
        Ok(Tries {
            left,
            wrong: tally.just_now,
            last: left == Some(1) || tally.wrong + 1 == IN_A_ROW,
        })
    }
}
