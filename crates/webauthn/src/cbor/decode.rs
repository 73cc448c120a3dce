//! The strict reader.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Error, Float, Level, MAX_ITEMS, Value};

/// A value and what was noted while it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The value.
    pub value: Value<'a>,
    /// Whether every map had its keys in CTAP2 canonical order; always true at [`Level::Ctap`].
    pub canonical_order: bool,
}

/// Reads exactly one item that fills `bytes`.
pub fn decode(bytes: &[u8], level: Level) -> Result<Decoded<'_>, Error> {
    let (decoded, read) = decode_prefix(bytes, level)?;
    if read < bytes.len() {
        return Err(Error::TrailingBytes(read));
    }
    Ok(decoded)
}

/// Reads one item from the front of `bytes`; also says how many bytes it took.
pub fn decode_prefix(bytes: &[u8], level: Level) -> Result<(Decoded<'_>, usize), Error> {
    let mut reader = Reader {
        bytes,
        at: 0,
        level,
        items: 0,
        canonical_order: true,
    };
    let value = reader.item(0)?;
    Ok((
        Decoded {
            value,
            canonical_order: reader.canonical_order,
        },
        reader.at,
    ))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    level: Level,
    items: usize,
    canonical_order: bool,
}

impl<'a> Reader<'a> {
    fn item(&mut self, depth: usize) -> Result<Value<'a>, Error> {
        let start = self.at;
        self.items += 1;
        if self.items > MAX_ITEMS {
            return Err(Error::TooManyItems(start));
        }
        let initial = self.take(1)?[0];
        let (major, info) = (initial >> 5, initial & 0x1f);
        if major == 7 {
            return self.simple_or_float(info, start);
        }
        let argument = self.argument(info, start)?;
        match major {
            0 => Ok(Value::Unsigned(argument)),
            1 => Ok(Value::Negative(argument)),
            2 => Ok(Value::Bytes(Cow::Borrowed(self.string(argument)?))),
            3 => std::str::from_utf8(self.string(argument)?)
                .map(|text| Value::Text(Cow::Borrowed(text)))
                .map_err(|_| Error::Utf8(start)),
            4 => self.array(argument, self.deeper(depth, start)?),
            5 => self.map(argument, self.deeper(depth, start)?),
            _ if self.level == Level::Ctap => Err(Error::Tag(start)),
            _ => {
                let item = self.item(self.deeper(depth, start)?)?;
                Ok(Value::Tag(argument, Box::new(item)))
            }
        }
    }

    fn deeper(&self, depth: usize, start: usize) -> Result<usize, Error> {
        if depth == self.level.max_depth() {
            return Err(Error::TooDeep(start));
        }
        Ok(depth + 1)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let taken = self
            .at
            .checked_add(count)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(Error::Truncated(self.bytes.len()))?;
        self.at += count;
        Ok(taken)
    }

    fn string(&mut self, length: u64) -> Result<&'a [u8], Error> {
        let length = usize::try_from(length).map_err(|_| Error::Truncated(self.bytes.len()))?;
        self.take(length)
    }

    fn big_endian(&mut self, count: usize) -> Result<u64, Error> {
        Ok(self
            .take(count)?
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn argument(&mut self, info: u8, start: usize) -> Result<u64, Error> {
        let (argument, least) = match info {
            0..=23 => return Ok(info.into()),
            24 => (self.big_endian(1)?, 24),
            25 => (self.big_endian(2)?, 1 << 8),
            26 => (self.big_endian(4)?, 1 << 16),
            27 => (self.big_endian(8)?, 1 << 32),
            31 => return Err(Error::IndefiniteLength(start)),
            _ => return Err(Error::Reserved(start)),
        };
        if argument < least {
            return Err(Error::NotMinimal(start));
        }
        Ok(argument)
    }

    fn simple_or_float(&mut self, info: u8, start: usize) -> Result<Value<'a>, Error> {
        match info {
            20 => Ok(Value::Bool(false)),
            21 => Ok(Value::Bool(true)),
            22 => Ok(Value::Null),
            25 => Ok(Value::Float(Float::Half(self.big_endian(2)? as u16))),
            26 => Ok(Value::Float(Float::Single(self.big_endian(4)? as u32))),
            27 => Ok(Value::Float(Float::Double(self.big_endian(8)?))),
            28..=30 => Err(Error::Reserved(start)),
            31 => Err(Error::IndefiniteLength(start)),
            _ => Err(Error::SimpleValue(start)),
        }
    }

    /// How many items to make room for: never more than the rest of the input could hold.
    fn room(&self, claimed: u64, bytes_each: usize) -> Result<usize, Error> {
        let possible = (self.bytes.len() - self.at) / bytes_each;
        match usize::try_from(claimed) {
            Ok(claimed) if claimed <= possible => Ok(claimed.min(MAX_ITEMS)),
            _ => Err(Error::Truncated(self.bytes.len())),
        }
    }

    fn array(&mut self, length: u64, depth: usize) -> Result<Value<'a>, Error> {
        let mut items = Vec::with_capacity(self.room(length, 1)?);
        for _ in 0..length {
            items.push(self.item(depth)?);
        }
        Ok(Value::Array(items))
    }

    fn map(&mut self, length: u64, depth: usize) -> Result<Value<'a>, Error> {
        let mut pairs = Vec::with_capacity(self.room(length, 2)?);
        let mut previous: Option<&'a [u8]> = None;
        let mut in_order = true;
        let first_key = self.at;
        for _ in 0..length {
            let start = self.at;
            let key = self.item(depth)?;
            if !matches!(
                key,
                Value::Unsigned(_) | Value::Negative(_) | Value::Bytes(_) | Value::Text(_)
            ) {
                return Err(Error::MapKey(start));
            }
            let encoded = &self.bytes[start..self.at];
            match previous.map(|previous| key_order(previous, encoded)) {
                None | Some(Ordering::Less) => {}
                Some(Ordering::Equal) => return Err(Error::DuplicateKey(start)),
                Some(Ordering::Greater) if self.level == Level::Ctap => {
                    return Err(Error::KeyOrder(start));
                }
                Some(Ordering::Greater) => in_order = false,
            }
            previous = Some(encoded);
            pairs.push((key, self.item(depth)?));
        }
        if !in_order {
            self.canonical_order = false;
            refuse_duplicates(&pairs, first_key)?;
        }
        Ok(Value::Map(pairs))
    }
}

/// CTAP2 order of encoded keys: lower major type, then shorter, then bytewise. Among minimal
/// integers and strings that is the order of the bytes themselves.
fn key_order(left: &[u8], right: &[u8]) -> Ordering {
    left.cmp(right)
}

/// For maps read out of order, where equal keys need not be neighbours.
fn refuse_duplicates(pairs: &[(Value<'_>, Value<'_>)], at: usize) -> Result<(), Error> {
    let mut keys: Vec<Vec<u8>> = pairs.iter().map(|(key, _)| key.encode()).collect();
    keys.sort_unstable();
    match keys.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err(Error::DuplicateKey(at)),
        false => Ok(()),
    }
}
