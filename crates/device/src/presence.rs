//! Who touches a device.

use std::{str::FromStr, time::Duration};

use crate::error::{Error, MAX_DELAY};

/// How a device's requests for a touch are answered. Only touches: a PIN is always asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Presence {
    /// By whoever answers its [`crate::Prompts`].
    #[default]
    Ask,
    /// At once, with yes.
    Auto,
    /// At once, with no.
    Deny,
    /// With yes, after this long.
    Delay(Duration),
}

impl FromStr for Presence {
    type Err = Error;

    /// Reads `auto`, `deny` or `delay:MS`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Presence(text.to_owned());
        match text {
            "auto" => Ok(Self::Auto),
            "deny" => Ok(Self::Deny),
            _ => {
                let millis = text.strip_prefix("delay:").ok_or_else(refuse)?;
                let delay = Duration::from_millis(millis.parse().map_err(|_| refuse())?);
                if delay > MAX_DELAY {
                    Err(refuse())
                } else {
                    Ok(Self::Delay(delay))
                }
            }
        }
    }
}
