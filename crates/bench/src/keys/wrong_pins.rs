//! Wrong PINs in a row, over all calls on a key: at the third one it takes no more until it was
//! unplugged (CTAP 2.3 §6.5.2). A client that knows its own call alone cannot tell.

use std::collections::HashMap;

use client::Tries;

/// After so many wrong PINs in a row a key takes no more until it was unplugged.
const IN_A_ROW: u32 = 3;

/// What is known of each key since it was plugged in.
#[derive(Default)]
pub(crate) struct WrongPins(HashMap<String, Row>);

/// How a key's tries stood when its PIN was last asked for.
#[derive(Default)]
struct Row {
    left: Option<u32>,
    wrong: u32,
}

impl WrongPins {
    /// Takes note of how a key's tries stand; true when the next wrong PIN is the third in a row.
    /// Each one costs a try, whoever typed it, and a right one gives all tries back (§6.5.5.2).
    pub(crate) fn next_bars(&mut self, key: &str, tries: Tries) -> bool {
        let row = self.0.entry(key.to_owned()).or_default();
        row.wrong = match (row.left, tries.left) {
            (Some(before), Some(now)) if now > before => 0,
            (Some(before), Some(now)) => row.wrong.saturating_add(before - now),
            _ => row.wrong.saturating_add(tries.wrong.into()),
        };
        row.left = tries.left;
        row.wrong.saturating_add(1) >= IN_A_ROW
    }

    /// Begins anew with each key that is not among those that stayed plugged in.
    pub(crate) fn keep(&mut self, stayed: impl Fn(&str) -> bool) {
        self.0.retain(|key, _| stayed(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(left: u32) -> Tries {
        Tries {
            left: Some(left),
            wrong: false,
            last: false,
        }
    }

    #[test]
    fn the_third_wrong_pin_in_a_row_is_known_whoever_typed_the_two_before() {
        let mut pins = WrongPins::default();
        let told = [8, 7, 6].map(|left| pins.next_bars("one", tries(left)));
        assert_eq!(told, [false, false, true]);
        assert!(!pins.next_bars("other", tries(6)), "each key has its own");
        assert!(
            pins.next_bars("one", tries(6)),
            "a cancelled prompt costs nothing"
        );
        assert!(!pins.next_bars("other", tries(5)));
        assert!(pins.next_bars("other", tries(4)));
    }

    #[test]
    fn a_right_pin_and_unplugging_begin_a_new_row() {
        let mut pins = WrongPins::default();
        for left in [8, 6] {
            pins.next_bars("one", tries(left));
        }
        assert!(!pins.next_bars("one", tries(8)), "the right one came");
        assert!(pins.next_bars("one", tries(6)));
        pins.keep(|key| key == "other");
        assert!(!pins.next_bars("one", tries(6)), "it was unplugged");
    }

    #[test]
    fn a_key_that_does_not_count_its_tries_is_believed_what_it_calls_wrong() {
        let mut pins = WrongPins::default();
        let wrong = |wrong| Tries {
            left: None,
            wrong,
            last: false,
        };
        let told = [false, true, true].map(|it| pins.next_bars("one", wrong(it)));
        assert_eq!(told, [false, false, true]);
        let strange = [u32::MAX, 0, 0].map(|left| pins.next_bars("two", tries(left)));
        assert_eq!(strange, [false, true, true]);
    }
}
