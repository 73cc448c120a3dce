//! A length of time, written `"8h"` or as seconds.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How long a synchronized PIN may be used offline, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Validity(u64);

impl Validity {
    /// This many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// In seconds; 0 switches offline use off.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            f.write_str("0")
        } else {
            humantime::format_duration(Duration::from_secs(self.0)).fmt(f)
        }
    }
}

impl Serialize for Validity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Validity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl de::Visitor<'_> for Written {
            type Value = Validity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as \"8h\", or a number of seconds")
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Validity, E> {
                Ok(Validity(seconds))
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Validity, E> {
                u64::try_from(seconds)
                    .map(Validity)
                    .map_err(|_| E::custom("a length of time cannot be negative"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Validity, E> {
                if text.trim() == "0" {
                    return Ok(Validity(0));
                }
                let length = humantime::parse_duration(text)
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))?;
                if length.subsec_nanos() != 0 {
                    return Err(E::custom("a length of time is counted in whole seconds"));
                }
                Ok(Validity(length.as_secs()))
            }
        }
        deserializer.deserialize_any(Written)
    }
}
