//! Identifiers, each a type of its own, parsed once at the edge.

use std::borrow::Cow;
use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::Error;

/// Bytes that travel in JSON as base64url without padding.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Base64Url(pub Vec<u8>);

impl Base64Url {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Decodes unpadded base64url; surplus bits must be zero.
    pub fn parse(text: &str) -> Result<Self, Error> {
        BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map(Self)
            .map_err(|_| Error::Identifier {
                what: "The text",
                why: "it is not base64url without padding",
            })
    }
}

impl fmt::Display for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&BASE64URL_NOPAD.encode_display(&self.0), f)
    }
}

impl fmt::Debug for Base64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Vec<u8>> for Base64Url {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8]> for Base64Url {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Base64Url;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("base64url without padding")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64Url, E> {
                BASE64URL_NOPAD
                    .decode(text.as_bytes())
                    .map(Base64Url)
                    .map_err(|_| E::custom("the text is not base64url without padding"))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

macro_rules! byte_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Base64Url);

        impl $name {
            /// Takes the bytes as they are.
            pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
                Self(Base64Url(bytes.into()))
            }

            /// Reads unpadded base64url.
            pub fn parse(text: &str) -> Result<Self, Error> {
                Base64Url::parse(text).map(Self)
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0.0
            }

            /// The bytes, given up.
            pub fn into_bytes(self) -> Vec<u8> {
                self.0.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                self.as_bytes()
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(Base64Url(bytes))
            }
        }
    };
}

byte_identifier! {
    /// A credential ID (L3 §4): at most 1023 bytes, which the relying party judges.
    CredentialId
}
byte_identifier! {
    /// A user handle (L3 §5.4.3): 1 to 64 bytes, without personal data; see [`UserHandle::is_within_limits`].
    UserHandle
}
byte_identifier! {
    /// A challenge (L3 §13.4.3): at least 16 random bytes.
    Challenge
}

impl UserHandle {
    /// Whether the handle has 1 to 64 bytes.
    pub fn is_within_limits(&self) -> bool {
        (1..=64).contains(&self.as_bytes().len())
    }
}

/// An authenticator's model, 16 bytes; text form is a UUID's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Aaguid(pub [u8; 16]);

impl Aaguid {
    /// Reads the UUID form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        const NOT_A_UUID: Error = Error::Identifier {
            what: "The AAGUID",
            why: "it is not a UUID",
        };
        let groups: Vec<&str> = text.split('-').collect();
        if !groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) {
            return Err(NOT_A_UUID);
        }
        let bytes = data_encoding::HEXLOWER_PERMISSIVE
            .decode(groups.concat().as_bytes())
            .map_err(|_| NOT_A_UUID)?;
        bytes.try_into().map(Self).map_err(|_| NOT_A_UUID)
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aaguid({self})")
    }
}

/// A relying party's identifier: a domain name in ASCII, lower case (L3 §5.1.2 "RP ID").
///
/// CTAP itself takes any text as RP ID; only client and relying party hold it to this form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RpId(String);

impl RpId {
    /// Reads a domain name; refuses addresses, empty labels, upper case and over-long names.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why| {
            Err(Error::Identifier {
                what: "The RP ID",
                why,
            })
        };
        if text.is_empty() || text.len() > 253 {
            return refuse("it must have 1 to 253 characters");
        }
        let label_is_good = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
        };
        if !text.split('.').all(label_is_good) {
            return refuse(
                "it must be a domain name in lower-case ASCII, without scheme, port or final dot",
            );
        }
        if text
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
        {
            return refuse("it must be a domain name, not an address");
        }
        Ok(Self(text.to_owned()))
    }

    /// The domain name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the name, as authenticator data carries it.
    pub fn hash(&self) -> [u8; 32] {
        crate::sha256(self.0.as_bytes())
    }
}

/// An origin: a web origin in its ASCII serialisation (`https://example.org`,
/// `http://localhost:8080`), or a native app's (`android:apk-key-hash:…`).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin; a web origin must be written exactly as browsers write it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why| {
            Err(Error::Identifier {
                what: "The origin",
                why,
            })
        };
        let Ok(url) = url::Url::parse(text) else {
            return refuse("it is not an origin such as https://example.org");
        };
        if matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() != text {
            return refuse(
                "a web origin is written scheme://host[:port], lower case, without path or default port",
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// The origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first colon.
    pub fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// A web origin's host, without port; an IPv6 address keeps its brackets.
    pub fn host(&self) -> Option<Cow<'_, str>> {
        let url = url::Url::parse(&self.0).ok()?;
        url.host_str().map(|host| Cow::Owned(host.to_owned()))
    }

    /// A web origin's port, given or by default.
    pub fn port(&self) -> Option<u16> {
        url::Url::parse(&self.0).ok()?.port_or_known_default()
    }
}

macro_rules! text_identifier {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        serialize_as_text!($name);
    )*};
}

macro_rules! serialize_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
    };
}

text_identifier!(RpId, Origin);
serialize_as_text!(Aaguid);

#[cfg(test)]
mod tests;
