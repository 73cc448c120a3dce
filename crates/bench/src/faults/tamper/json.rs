//! JSON whose untouched parts keep their bytes.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap as _,
};
use serde_json::{Value as Json, value::RawValue};

use super::{
    Outcome, Step, Tampered, absent, authenticator_data, bytes_of, cbor, flip_bytes, flip_text,
    is_bytes, no_members, not_flippable, text_of,
};
use crate::api::Change;

/// An object's members in their order, each as it was written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Changes what `path` leads to in `text`, which is the value of `container`.
pub(super) fn edit(text: &str, container: &str, path: &[&str], change: &Change) -> Outcome<String> {
    let Some((name, rest)) = path.split_first() else {
        return Err(absent(container));
    };
    let step = Step { container, name };
    if let Ok(Members(mut members)) = serde_json::from_str(text) {
        let place = members.iter().position(|(member, _)| member == name);
        let old = place.map(|place| members[place].1);
        let tampered = member(step, old, rest, change)?;
        return tampered.try_map(|new| match (place, old, new) {
            (_, Some(old), Some(new)) => Ok(spliced(text, old.get(), new.get())),
            (Some(place), ..) => {
                members.remove(place);
                write(&Members(members))
            }
            (None, _, Some(new)) => {
                let added = std::iter::once(((*name).to_owned(), &*new));
                write(&Members(members.into_iter().chain(added).collect()))
            }
            (None, _, None) => Ok(text.to_owned()),
        });
    }
    if let Ok(mut items) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let place = name.parse::<usize>().ok();
        let place = place.filter(|place| *place < items.len());
        let place = place.ok_or_else(|| absent(name))?;
        let tampered = member(step, Some(items[place]), rest, change)?;
        return tampered.try_map(|new| match new {
            Some(new) => Ok(spliced(text, items[place].get(), new.get())),
            None => {
                items.remove(place);
                write(&items)
            }
        });
    }
    Err(if container.is_empty() {
        "its body is not JSON".to_owned()
    } else {
        no_members(container)
    })
}

/// `text` with `part`, a slice of it, replaced.
fn spliced(text: &str, part: &str, new: &str) -> String {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    [&text[..start], new, &text[start + part.len()..]].concat()
}

fn member(
    step: Step<'_>,
    old: Option<&RawValue>,
    rest: &[&str],
    change: &Change,
) -> Outcome<Option<Box<RawValue>>> {
    if rest.is_empty() {
        return leaf(step, old, change);
    }
    let old = old.ok_or_else(|| absent(step.name))?.get();
    inside(step.name, old, rest, change)?.try_map(|text| raw(text).map(Some))
}

/// Changes something inside a member: in what its base64url holds, or in its JSON.
fn inside(name: &str, old: &str, rest: &[&str], change: &Change) -> Outcome<String> {
    let Ok(text) = serde_json::from_str::<String>(old) else {
        return edit(old, name, rest, change);
    };
    let tampered = match name {
        "clientDataJSON" => {
            let json = String::from_utf8(bytes_of(name, &text)?)
                .map_err(|_| "the client data is not UTF-8".to_owned())?;
            edit(&json, name, rest, change)?.map(String::into_bytes)
        }
        "authenticatorData" => authenticator_data::edit(&bytes_of(name, &text)?, rest, change)?,
        "attestationObject" => cbor::edit(&bytes_of(name, &text)?, &[], rest, change)?,
        _ => return Err(no_members(name)),
    };
    tampered.try_map(|bytes| write(&text_of(bytes)))
}

fn leaf(step: Step<'_>, old: Option<&RawValue>, change: &Change) -> Outcome<Option<Box<RawValue>>> {
    let before: Option<Json> = old.and_then(|old| serde_json::from_str(old.get()).ok());
    let after = match (change, &before) {
        (Change::Set { value }, _) => Some(value.clone()),
        (_, None) => return Err(absent(step.name)),
        (Change::Remove, _) => None,
        (Change::Flip, Some(before)) => Some(flipped(step, before)?),
    };
    let whole = after.as_ref().map(|after| write(after).and_then(raw));
    Ok(Tampered {
        whole: whole.transpose()?,
        before,
        after,
    })
}

fn flipped(step: Step<'_>, value: &Json) -> Result<Json, String> {
    match value {
        Json::Bool(value) => Ok(Json::Bool(!value)),
        Json::String(text) if is_bytes(step) => {
            flip_bytes(step.name, bytes_of(step.name, text)?).map(text_of)
        }
        Json::String(text) => flip_text(step.name, text).map(Json::String),
        Json::Number(number) => {
            let next = match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => number.checked_add(1).map(Json::from),
                (_, Some(number), _) => Some(Json::from(number + 1)),
                (.., Some(number)) => Some(Json::from(number + 1.0)),
                _ => None,
            };
            next.ok_or_else(|| format!("{} has no next number", step.name))
        }
        Json::Null | Json::Array(_) | Json::Object(_) => Err(not_flippable(step.name)),
    }
}

fn write(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

fn raw(text: String) -> Result<Box<RawValue>, String> {
    RawValue::from_string(text).map_err(|error| error.to_string())
}
