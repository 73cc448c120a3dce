//! Reading the inner maps: CTAP2-canonical CBOR, keys 1, 2, 3… and no others.

use webauthn::cbor::{Level, Value, decode};

/// A map read whole; every access names its key, so that an error can.
pub(crate) struct Map<'a> {
    pairs: Vec<(Value<'a>, Value<'a>)>,
}

/// The key at which a map is not what it should be; 0 for the map itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At(pub u8);

impl<'a> Map<'a> {
    /// Reads a map whose keys are all among `1..=last`.
    pub fn read(bytes: &'a [u8], last: u8) -> Result<Self, At> {
        let value = decode(bytes, Level::Ctap).map_err(|_| At(0))?.value;
        let Value::Map(pairs) = value else {
            return Err(At(0));
        };
        let known = |key: &Value<'_>| matches!(key, Value::Unsigned(n) if (1..=u64::from(last)).contains(n));
        match pairs.iter().all(|(key, _)| known(key)) {
            true => Ok(Self { pairs }),
            false => Err(At(0)),
        }
    }

    pub fn get(&self, key: u8) -> Option<&Value<'a>> {
        self.pairs
            .iter()
            .find(|(candidate, _)| candidate.as_u64() == Some(key.into()))
            .map(|(_, value)| value)
    }

    pub fn has(&self, key: u8) -> bool {
        self.get(key).is_some()
    }

    pub fn u64(&self, key: u8) -> Result<u64, At> {
        self.get(key).and_then(Value::as_u64).ok_or(At(key))
    }

    pub fn u32(&self, key: u8) -> Result<u32, At> {
        u32::try_from(self.u64(key)?).map_err(|_| At(key))
    }

    pub fn i64(&self, key: u8) -> Result<i64, At> {
        self.get(key).and_then(Value::as_i64).ok_or(At(key))
    }

    pub fn bool(&self, key: u8) -> Result<bool, At> {
        self.get(key).and_then(Value::as_bool).ok_or(At(key))
    }

    pub fn text(&self, key: u8) -> Result<&str, At> {
        self.get(key).and_then(Value::as_text).ok_or(At(key))
    }

    pub fn bytes(&self, key: u8) -> Result<&[u8], At> {
        self.get(key).and_then(Value::as_bytes).ok_or(At(key))
    }

    pub fn array<const N: usize>(&self, key: u8) -> Result<[u8; N], At> {
        self.bytes(key)?.try_into().map_err(|_| At(key))
    }

    pub fn optional_u64(&self, key: u8) -> Result<Option<u64>, At> {
        self.has(key).then(|| self.u64(key)).transpose()
    }
}
