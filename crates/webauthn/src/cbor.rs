//! Strict CBOR (RFC 8949) at the two levels that CTAP and WebAuthn need.
//!
//! Both levels refuse duplicate map keys, integers and lengths longer than needed, indefinite
//! lengths, trailing bytes, text that is not UTF-8, map keys that are neither integer nor string,
//! and simple values other than `false`, `true` and `null`.

mod decode;
mod encode;
mod render;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use decode::{Decoded, decode, decode_prefix};
pub use encode::Encoder;

/// How strictly CBOR is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// CTAP2 canonical CBOR (CTAP 2.3 §8): keys in order, at most four levels of maps and arrays,
    /// no tags.
    Ctap,
    /// What real platforms send as attestation objects: any key order, which is noted in
    /// [`Decoded::canonical_order`], and at most eight levels.
    Attestation,
}

impl Level {
    /// How many maps, arrays and tags may stand inside each other.
    pub const fn max_depth(self) -> usize {
        match self {
            Self::Ctap => 4,
            Self::Attestation => 8,
        }
    }
}

/// Items (numbers, strings, containers…) that one object may hold; a bound on memory, far over
/// anything that CTAP can carry.
pub const MAX_ITEMS: usize = 16_384;

/// One CBOR data item; strings borrow from the input where they can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// A non-negative integer.
    Unsigned(u64),
    /// A negative integer, −1 − `n`.
    Negative(u64),
    /// A byte string.
    Bytes(Cow<'a, [u8]>),
    /// A text string.
    Text(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// A map, in the order read; the encoder sorts.
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// A tagged item.
    Tag(u64, Box<Value<'a>>),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A floating-point number, with its width kept.
    Float(Float),
}

/// The bits of a floating-point number as they were on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Float {
    /// IEEE 754 binary16.
    Half(u16),
    /// IEEE 754 binary32.
    Single(u32),
    /// IEEE 754 binary64.
    Double(u64),
}

impl<'a> Value<'a> {
    /// A text string.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// A byte string.
    pub fn bytes(bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// A map from pairs in any order; keys must be distinct.
    pub fn map<K: Into<Value<'a>>>(pairs: impl IntoIterator<Item = (K, Value<'a>)>) -> Self {
        Self::Map(
            pairs
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// The integer, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Unsigned(n) => i64::try_from(*n).ok(),
            Self::Negative(n) => i64::try_from(*n).ok().map(|n| -1 - n),
            _ => None,
        }
    }

    /// The integer, if it is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(n) => Some(*n),
            _ => None,
        }
    }

    /// The bytes of a byte string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The characters of a text string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs of a map.
    pub fn as_map(&self) -> Option<&[(Value<'a>, Value<'a>)]> {
        match self {
            Self::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// The value under an integer key, if this is a map that has it.
    pub fn get_int(&self, key: i64) -> Option<&Value<'a>> {
        self.get(|candidate| candidate.as_i64() == Some(key))
    }

    /// The value under a text key, if this is a map that has it.
    pub fn get_text(&self, key: &str) -> Option<&Value<'a>> {
        self.get(|candidate| candidate.as_text() == Some(key))
    }

    fn get(&self, is_key: impl Fn(&Value<'a>) -> bool) -> Option<&Value<'a>> {
        self.as_map()?
            .iter()
            .find(|(key, _)| is_key(key))
            .map(|(_, value)| value)
    }

    /// The same value without a borrow from the input.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Unsigned(n) => Value::Unsigned(n),
            Self::Negative(n) => Value::Negative(n),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Self::Map(pairs) => Value::Map(
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.into_owned(), value.into_owned()))
                    .collect(),
            ),
            Self::Tag(tag, item) => Value::Tag(tag, Box::new(item.into_owned())),
            Self::Bool(value) => Value::Bool(value),
            Self::Null => Value::Null,
            Self::Float(float) => Value::Float(float),
        }
    }

    /// The CTAP2 canonical encoding: maps sorted, everything as short as it can be.
    pub fn encode(&self) -> Vec<u8> {
        let mut encoder = Encoder::default();
        encoder.value(self);
        encoder.into_bytes()
    }

    /// The value as JSON for a person to read: bytes as unpadded base64url, integer keys as text.
    pub fn to_json(&self) -> serde_json::Value {
        render::to_json(self)
    }
}

impl From<u64> for Value<'_> {
    fn from(n: u64) -> Self {
        Self::Unsigned(n)
    }
}

impl From<u32> for Value<'_> {
    fn from(n: u32) -> Self {
        Self::Unsigned(n.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(n: i64) -> Self {
        match u64::try_from(n) {
            Ok(n) => Self::Unsigned(n),
            Err(_) => Self::Negative(n.unsigned_abs() - 1),
        }
    }
}

impl From<i32> for Value<'_> {
    fn from(n: i32) -> Self {
        i64::from(n).into()
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl<'a> From<Vec<Value<'a>>> for Value<'a> {
    fn from(items: Vec<Value<'a>>) -> Self {
        Self::Array(items)
    }
}

/// Why bytes are not CBOR of the level asked for. Positions count from the first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The input ends inside an item.
    #[error("The CBOR ends in the middle of an item, at byte {0}.")]
    Truncated(usize),
    /// Bytes follow the item.
    #[error("The CBOR is followed by bytes that belong to nothing, from byte {0}.")]
    TrailingBytes(usize),
    /// An integer or length uses more bytes than it needs.
    #[error("The CBOR has a number longer than it needs to be, at byte {0}.")]
    NotMinimal(usize),
    /// A string or container without its length in front.
    #[error("The CBOR has an item of indefinite length, at byte {0}.")]
    IndefiniteLength(usize),
    /// A reserved initial byte.
    #[error("The CBOR has a reserved initial byte, at byte {0}.")]
    Reserved(usize),
    /// A simple value other than false, true and null.
    #[error("The CBOR has a simple value other than false, true and null, at byte {0}.")]
    SimpleValue(usize),
    /// A tag at the CTAP level.
    #[error("The CBOR has a tag, which CTAP does not allow, at byte {0}.")]
    Tag(usize),
    /// A text string that is not UTF-8.
    #[error("The CBOR has text that is not valid UTF-8, at byte {0}.")]
    Utf8(usize),
    /// Maps and arrays nested too deep.
    #[error("The CBOR is nested too deep, at byte {0}.")]
    TooDeep(usize),
    /// More items than any honest object has.
    #[error("The CBOR has too many items, at byte {0}.")]
    TooManyItems(usize),
    /// A map key that is neither an integer nor a string.
    #[error("The CBOR has a map key that is neither an integer nor a string, at byte {0}.")]
    MapKey(usize),
    /// The same key twice in one map.
    #[error("The CBOR has the same map key twice, at byte {0}.")]
    DuplicateKey(usize),
    /// Keys out of CTAP2 canonical order.
    #[error("The CBOR has map keys out of canonical order, at byte {0}.")]
    KeyOrder(usize),
}

impl Error {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Truncated(_) => "cborTruncated",
            Self::TrailingBytes(_) => "cborTrailingBytes",
            Self::NotMinimal(_) => "cborNotMinimal",
            Self::IndefiniteLength(_) => "cborIndefiniteLength",
            Self::Reserved(_) => "cborReserved",
            Self::SimpleValue(_) => "cborSimpleValue",
            Self::Tag(_) => "cborTag",
            Self::Utf8(_) => "cborUtf8",
            Self::TooDeep(_) => "cborTooDeep",
            Self::TooManyItems(_) => "cborTooManyItems",
            Self::MapKey(_) => "cborMapKey",
            Self::DuplicateKey(_) => "cborDuplicateKey",
            Self::KeyOrder(_) => "cborKeyOrder",
        }
    }
}
