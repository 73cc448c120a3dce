//! The writer of CTAP2 canonical CBOR.

use super::{Float, Value};

/// Writes items one after the other. Whoever writes a map by hand gives its keys in order;
/// [`Encoder::value`] sorts.
#[derive(Debug, Default, Clone)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// A writer with room for `bytes`: one that never grows leaves no copy of a secret behind.
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
        }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The head of an array of `length` items, which must follow.
    pub fn array(&mut self, length: usize) -> &mut Self {
        self.head(4, length as u64)
    }

    /// The head of a map of `length` pairs, which must follow in canonical order.
    pub fn map(&mut self, length: usize) -> &mut Self {
        self.head(5, length as u64)
    }

    /// An integer.
    pub fn int(&mut self, n: i64) -> &mut Self {
        match u64::try_from(n) {
            Ok(n) => self.head(0, n),
            Err(_) => self.head(1, n.unsigned_abs() - 1),
        }
    }

    /// An integer that is not negative.
    pub fn uint(&mut self, n: u64) -> &mut Self {
        self.head(0, n)
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.head(2, bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A text string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.head(3, text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
        self
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.bytes.push(if value { 0xf5 } else { 0xf4 });
        self
    }

    /// Any value, maps sorted.
    pub fn value(&mut self, value: &Value<'_>) -> &mut Self {
        match value {
            Value::Unsigned(n) => self.head(0, *n),
            Value::Negative(n) => self.head(1, *n),
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::Text(text) => self.text(text),
            Value::Array(items) => {
                self.array(items.len());
                items.iter().fold(self, |encoder, item| encoder.value(item))
            }
            Value::Map(pairs) => self.sorted_map(pairs),
            Value::Tag(tag, item) => self.head(6, *tag).value(item),
            Value::Bool(value) => self.bool(*value),
            Value::Null => {
                self.bytes.push(0xf6);
                self
            }
            Value::Float(float) => self.float(*float),
        }
    }

    fn sorted_map(&mut self, pairs: &[(Value<'_>, Value<'_>)]) -> &mut Self {
        let mut encoded: Vec<(Vec<u8>, &Value<'_>)> = pairs
            .iter()
            .map(|(key, value)| (key.encode(), value))
            .collect();
        encoded.sort_by(|(left, _), (right, _)| left.cmp(right));
        self.map(encoded.len());
        for (key, value) in encoded {
            self.bytes.extend_from_slice(&key);
            self.value(value);
        }
        self
    }

    fn float(&mut self, float: Float) -> &mut Self {
        match float {
            Float::Half(bits) => {
                self.bytes.push(0xf9);
                self.bytes.extend_from_slice(&bits.to_be_bytes());
            }
            Float::Single(bits) => {
                self.bytes.push(0xfa);
                self.bytes.extend_from_slice(&bits.to_be_bytes());
            }
            Float::Double(bits) => {
                self.bytes.push(0xfb);
                self.bytes.extend_from_slice(&bits.to_be_bytes());
            }
        }
        self
    }

    fn head(&mut self, major: u8, argument: u64) -> &mut Self {
        let major = major << 5;
        if let Ok(byte) = u8::try_from(argument) {
            if byte < 24 {
                self.bytes.push(major | byte);
            } else {
                self.bytes.extend_from_slice(&[major | 24, byte]);
            }
        } else if let Ok(short) = u16::try_from(argument) {
            self.bytes.push(major | 25);
            self.bytes.extend_from_slice(&short.to_be_bytes());
        } else if let Ok(word) = u32::try_from(argument) {
            self.bytes.push(major | 26);
            self.bytes.extend_from_slice(&word.to_be_bytes());
        } else {
            self.bytes.push(major | 27);
            self.bytes.extend_from_slice(&argument.to_be_bytes());
        }
        self
    }
}
