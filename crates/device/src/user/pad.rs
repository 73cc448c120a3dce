//! The PIN pad.

use authenticator::Refusal;

use super::ask::Asked;
use crate::pin::{Digits, MAX_LENGTH, MIN_LENGTH};
use crate::prompts::{Answer, Question};

/// What a pad asks for; `problem` is what was wrong before.
pub(super) type MakeQuestion<'a> = &'a (dyn Fn(Option<String>) -> Question + Sync);

/// Collects the digits of one PIN. One that is too short is asked for again and costs no try.
pub(super) async fn collect(
    asked: &mut Asked<'_>,
    question: MakeQuestion<'_>,
) -> Result<Digits, Refusal> {
    let mut digits = Digits::empty();
    loop {
        match asked.answer().await? {
            Answer::Digit { digit } => digits.push(digit),
            Answer::Backspace => digits.pop(),
            Answer::Submit if digits.is_long_enough() => break,
            Answer::Submit => {
                digits = Digits::empty();
                let problem = format!("A device PIN has {MIN_LENGTH} to {MAX_LENGTH} digits.");
                asked.ask(question(Some(problem)));
            }
            Answer::Decline => return Err(asked.declined()),
            Answer::Touch | Answer::Choose { .. } | Answer::Wipe => continue,
        }
        asked.show_entered(digits.count());
    }
    asked.done("pinEntered");
    Ok(digits)
}
