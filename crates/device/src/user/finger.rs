//! A finger on the reader.

use authenticator::Refusal;
use serde_json::json;

use super::{Person, failed, tries};
use crate::prompts::{Answer, Question};
use crate::{fingerprint, kinds, storage};

impl Person<'_> {
    /// Lets the person try fingers until one matches (true), or a PIN is to do it instead (false):
    /// because the reader is locked, or because the person wants it so.
    pub(super) async fn finger_matches(&self) -> Result<bool, Refusal> {
        let (vault, device) = (self.vault(), self.device.id());
        let record = storage::settings(vault, device).map_err(failed)?;
        let mut tries_left = fingerprint::tries_left(&record);
        if tries_left == 0 {
            return Ok(false);
        }
        let question = |problem, tries_left| Question::Fingerprint {
            problem,
            tries_left,
        };
        let mut asked = self.display.show(question(None, tries_left));
        loop {
            let matches = match asked.answer().await? {
                Answer::Finger { matches } => matches,
                Answer::UsePin => {
                    asked.done("pinInstead");
                    return Ok(false);
                }
                Answer::Decline => return Err(asked.declined()),
                _ => continue,
            };
            asked.done("fingerLaid");
            tries_left = fingerprint::note(vault, device, matches).map_err(failed)?;
            let locked = tries_left == 0;
            let matched = matches && !locked;
            let body = json!({ "matched": matched, "triesLeft": tries_left, "locked": locked });
            self.display.emit(kinds::FINGERPRINT_CHECKED, body);
            if matched || locked {
                return Ok(matched);
            }
            asked.forget_pressed()?;
            let problem = format!(
                "That finger is not the one enrolled. {}.",
                tries(tries_left)
            );
            asked.ask(question(Some(problem), tries_left));
        }
    }
}
