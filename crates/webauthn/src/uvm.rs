//! The extension `uvm` (WebAuthn Level 2 §10.3): by which method the authenticator verified the
//! user. The values are those of the FIDO Registry of Predefined Values §3.1 to §3.3.

use crate::Error;
use crate::cbor::Value;

/// The extension's identifier.
pub const UVM: &str = "uvm";
/// The most entries an output may have.
pub const MOST_ENTRIES: usize = 3;

/// One method by which the user was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// How: one bit of `USER_VERIFY_*`.
    pub method: u32,
    /// How the key is protected: `KEY_PROTECTION_*`.
    pub key_protection: u16,
    /// How whatever compares is protected: `MATCHER_PROTECTION_*`.
    pub matcher_protection: u16,
}

impl Entry {
    /// `USER_VERIFY_FINGERPRINT_INTERNAL`.
    pub const FINGERPRINT_INTERNAL: u32 = 0x0000_0002;
    /// `USER_VERIFY_PASSCODE_INTERNAL`.
    pub const PASSCODE_INTERNAL: u32 = 0x0000_0004;
    /// `USER_VERIFY_PASSCODE_EXTERNAL`.
    pub const PASSCODE_EXTERNAL: u32 = 0x0000_0800;
    /// `KEY_PROTECTION_SOFTWARE`.
    pub const KEY_PROTECTION_SOFTWARE: u16 = 0x0001;
    /// `MATCHER_PROTECTION_SOFTWARE`.
    pub const MATCHER_PROTECTION_SOFTWARE: u16 = 0x0001;
    /// Fingerprint, voice, face, eye and hand.
    const BIOMETRIC: u32 = 0x0002 | 0x0008 | 0x0010 | 0x0040 | 0x0100;

    /// Whether a part of the user's body was compared.
    #[must_use]
    pub fn is_biometric(&self) -> bool {
        self.method & Self::BIOMETRIC != 0
    }

    /// The method in words; `method 0x…` for one without a word here.
    #[must_use]
    pub fn name(&self) -> String {
        let known = match self.method {
            0x0001 => "presence",
            Self::FINGERPRINT_INTERNAL => "fingerprint",
            Self::PASSCODE_INTERNAL => "authenticator's PIN",
            0x0008 => "voice",
            0x0010 => "face",
            0x0020 => "location",
            0x0040 => "eye",
            0x0080 => "pattern",
            0x0100 => "hand",
            0x0200 => "none",
            0x0400 => "all methods at once",
            Self::PASSCODE_EXTERNAL => "PIN kept outside the authenticator",
            0x1000 => "pattern kept outside the authenticator",
            other => return format!("method {other:#06x}"),
        };
        known.to_owned()
    }

    /// Reads the authenticator's output, `[[method, keyProtection, matcherProtection], …]`.
    ///
    /// # Errors
    /// [`Error::AuthenticatorData`] for no entry, more than three, or one that is not three numbers
    /// of their size.
    pub fn parse_all(output: &Value<'_>) -> Result<Vec<Self>, Error> {
        const FORM: Error =
            Error::AuthenticatorData("its extension uvm is not a list of one to three methods");
        let entries = output.as_array().ok_or(FORM)?;
        if entries.is_empty() || entries.len() > MOST_ENTRIES {
            return Err(FORM);
        }
        entries
            .iter()
            .map(|entry| {
                let [method, key, matcher] = entry.as_array()? else {
                    return None;
                };
                Some(Self {
                    method: method.as_u64()?.try_into().ok()?,
                    key_protection: key.as_u64()?.try_into().ok()?,
                    matcher_protection: matcher.as_u64()?.try_into().ok()?,
                })
            })
            .collect::<Option<_>>()
            .ok_or(FORM)
    }

    /// The authenticator's output for these entries.
    #[must_use]
    pub fn output(entries: &[Self]) -> Value<'static> {
        let number = |number: u32| Value::Unsigned(number.into());
        Value::Array(
            entries
                .iter()
                .map(|entry| {
                    Value::Array(vec![
                        number(entry.method),
                        number(entry.key_protection.into()),
                        number(entry.matcher_protection.into()),
                    ])
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests;
