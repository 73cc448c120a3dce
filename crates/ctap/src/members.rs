//! Reading and writing the maps that CTAP parameters and responses are.

use webauthn::cbor::{self, Level, Value};

use crate::Status;

/// Decodes one canonical CBOR map.
pub(crate) fn read_map(bytes: &[u8]) -> Result<Value<'_>, Status> {
    let decoded = cbor::decode(bytes, Level::Ctap).map_err(|error| match error {
        cbor::Error::TooManyItems(_) => Status::LimitExceeded,
        _ => Status::InvalidCbor,
    })?;
    match decoded.value {
        map @ Value::Map(_) => Ok(map),
        _ => Err(Status::CborUnexpectedType),
    }
}

/// A member's key: an integer in CTAP's own maps, a name in WebAuthn's.
pub(crate) trait Key: Copy {
    fn find<'m, 'a>(self, map: &'m Value<'a>) -> Option<&'m Value<'a>>;
}

impl Key for i64 {
    fn find<'m, 'a>(self, map: &'m Value<'a>) -> Option<&'m Value<'a>> {
        map.get_int(self)
    }
}

impl Key for &str {
    fn find<'m, 'a>(self, map: &'m Value<'a>) -> Option<&'m Value<'a>> {
        map.get_text(self)
    }
}

/// A type that a member can have.
pub(crate) trait FromValue: Sized {
    fn from_value(value: &Value<'_>) -> Result<Self, Status>;
}

/// The member, or `None` when it is absent; `null` is a wrong type.
pub(crate) fn optional<T: FromValue>(map: &Value<'_>, key: impl Key) -> Result<Option<T>, Status> {
    key.find(map).map(T::from_value).transpose()
}

/// The member, or CTAP2_ERR_MISSING_PARAMETER.
pub(crate) fn required<T: FromValue>(map: &Value<'_>, key: impl Key) -> Result<T, Status> {
    optional(map, key)?.ok_or(Status::MissingParameter)
}

fn typed<T>(value: Option<T>) -> Result<T, Status> {
    value.ok_or(Status::CborUnexpectedType)
}

impl FromValue for bool {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_bool())
    }
}

impl FromValue for u64 {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_u64())
    }
}

impl FromValue for i64 {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_i64())
    }
}

impl FromValue for String {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_text()).map(str::to_owned)
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_bytes()).map(<[u8]>::to_vec)
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_bytes())?
            .try_into()
            .map_err(|_| Status::InvalidLength)
    }
}

impl<T: FromValue> FromValue for List<T> {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        typed(value.as_array())?
            .iter()
            .map(T::from_value)
            .collect::<Result<_, _>>()
            .map(List)
    }
}

/// An array of one type.
pub(crate) struct List<T>(pub Vec<T>);

/// The array's items, or none when the member is absent.
pub(crate) fn list<T: FromValue>(map: &Value<'_>, key: impl Key) -> Result<Vec<T>, Status> {
    Ok(optional::<List<T>>(map, key)?.map_or_else(Vec::new, |list| list.0))
}

/// A member that is itself a map, kept as it is.
pub(crate) fn raw_map(map: &Value<'_>, key: impl Key) -> Result<Option<Value<'static>>, Status> {
    match key.find(map) {
        Some(value @ Value::Map(_)) => Ok(Some(value.clone().into_owned())),
        Some(_) => Err(Status::CborUnexpectedType),
        None => Ok(None),
    }
}

/// A map in the making; absent and empty members are left out.
#[derive(Default)]
pub(crate) struct Members<'a>(Vec<(Value<'a>, Value<'a>)>);

impl<'a> Members<'a> {
    pub fn put(mut self, key: impl Into<Value<'a>>, value: impl Into<Value<'a>>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    pub fn put_some(self, key: impl Into<Value<'a>>, value: Option<impl Into<Value<'a>>>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    pub fn put_list<T: Into<Value<'a>>>(
        self,
        key: impl Into<Value<'a>>,
        items: impl IntoIterator<Item = T>,
    ) -> Self {
        let items: Vec<Value<'a>> = items.into_iter().map(Into::into).collect();
        if items.is_empty() {
            self
        } else {
            self.put(key, items)
        }
    }

    pub fn value(self) -> Value<'a> {
        Value::Map(self.0)
    }

    pub fn encode(self) -> Vec<u8> {
        self.value().encode()
    }
}
