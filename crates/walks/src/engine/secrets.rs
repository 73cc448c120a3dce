//! Throw-away secrets.

use std::{collections::HashMap, fmt};

use sha2::{Digest as _, Sha256};

use super::Failure;

/// How many digits a secret has: as many as a device PIN may have.
const DIGITS: u32 = 8;

/// Throw-away secrets, made anew for every run; a walk only names them (`secret:alice`).
#[derive(Default)]
pub struct Secrets(HashMap<String, String>);

impl Secrets {
    /// Secrets of these names: the same for the same seed, and each unlike all others.
    #[must_use]
    pub fn made(seed: u64, names: &[String]) -> Self {
        let mut made: HashMap<String, String> = HashMap::new();
        for name in names {
            if made.contains_key(name) {
                continue;
            }
            let unlike = |digits: &String| !made.values().any(|other| other == digits);
            let digits = (0_u64..).map(|turn| digits(seed, name, turn)).find(unlike);
            made.extend(digits.map(|digits| (name.clone(), digits)));
        }
        Self(made)
    }

    /// The digits that this name stands for.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the walk names no such secret.
    pub fn digits(&self, name: &str) -> Result<&str, Failure> {
        self.0.get(name).map(String::as_str).ok_or_else(|| {
            Failure::Missing(format!("The walk has no secret of the name \"{name}\"."))
        })
    }
}

fn digits(seed: u64, name: &str, turn: u64) -> String {
    let hash = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update(turn.to_be_bytes())
        .chain_update(name)
        .finalize();
    let number = hash
        .iter()
        .take(8)
        .fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    format!(
        "{:0width$}",
        number % 10_u64.pow(DIGITS),
        width = DIGITS as usize
    )
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn secrets_differ_from_each_other_and_from_seed_to_seed_and_come_back_under_a_seed() {
        let names: Vec<String> = (0..2_000).map(|number| format!("name-{number}")).collect();
        let (one, again, other) = (
            Secrets::made(1, &names),
            Secrets::made(1, &names),
            Secrets::made(2, &names),
        );
        let all: HashSet<&str> = names
            .iter()
            .map(|name| one.digits(name).expect("made"))
            .collect();
        assert_eq!(all.len(), names.len(), "each is unlike all others");
        for name in &names {
            assert_eq!(one.digits(name).ok(), again.digits(name).ok());
            let digits = one.digits(name).expect("made");
            assert!(digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        }
        let differ = names
            .iter()
            .filter(|name| one.digits(name).ok() != other.digits(name).ok());
        assert_eq!(differ.count(), names.len());
    }

    #[test]
    fn a_secret_of_no_name_in_the_walk_is_missing_and_none_is_ever_shown() {
        let secrets = Secrets::made(1, &["alice".to_owned()]);
        let failure = secrets.digits("bob").expect_err("nobody named it");
        assert_eq!(failure.code(), "missing");
        let digits = secrets.digits("alice").expect("made");
        assert!(!format!("{secrets:?} {failure:?} {failure}").contains(digits));
    }
}
