//! CBOR, written canonically again.

use serde_json::Value as Json;
use webauthn::cbor::{self, Level, Value};

use super::{
    Outcome, Step, Tampered, absent, authenticator_data, bytes_of, flip_bytes, flip_text, is_bytes,
    no_members, not_flippable,
};
use crate::api::Change;

/// Changes what `path` leads to. `names` are those of the outermost map's integer keys, from 1.
pub(super) fn edit(
    bytes: &[u8],
    names: &[&str],
    path: &[&str],
    change: &Change,
) -> Outcome<Vec<u8>> {
    let decoded = cbor::decode(bytes, Level::Attestation).map_err(|error| {
        let sentence = error.to_string();
        sentence
            .trim_end_matches('.')
            .replacen("The CBOR", "its CBOR", 1)
    })?;
    let mut value = decoded.value.into_owned();
    let tampered = within(&mut value, "", names, path, change)?;
    Ok(tampered.map(|()| value.encode()))
}

fn within(
    value: &mut Value<'static>,
    container: &str,
    names: &[&str],
    path: &[&str],
    change: &Change,
) -> Outcome<()> {
    let Some((name, rest)) = path.split_first() else {
        return Err(absent(container));
    };
    let step = Step { container, name };
    match value {
        Value::Map(pairs) => {
            let place = pairs.iter().position(|(key, _)| is_key(key, name, names));
            match place {
                Some(place) if rest.is_empty() && *change == Change::Remove => {
                    let (_, old) = pairs.remove(place);
                    Ok(taken_away(&old))
                }
                Some(place) => deeper(&mut pairs[place].1, step, rest, change),
                None => {
                    let (new, tampered) = added(step, rest, change)?;
                    pairs.push((key(name, names), new));
                    Ok(tampered)
                }
            }
        }
        Value::Array(items) => {
            let place = name.parse::<usize>().ok();
            let place = place.filter(|place| *place < items.len());
            let place = place.ok_or_else(|| absent(name))?;
            if rest.is_empty() && *change == Change::Remove {
                return Ok(taken_away(&items.remove(place)));
            }
            deeper(&mut items[place], step, rest, change)
        }
        _ => Err(if container.is_empty() {
            "it is not a map".to_owned()
        } else {
            no_members(container)
        }),
    }
}

fn taken_away(old: &Value<'_>) -> Tampered<()> {
    Tampered {
        whole: (),
        before: Some(old.to_json()),
        after: None,
    }
}

fn deeper(
    value: &mut Value<'static>,
    step: Step<'_>,
    rest: &[&str],
    change: &Change,
) -> Outcome<()> {
    if rest.is_empty() {
        let before = value.to_json();
        *value = changed(value, step, change)?;
        return Ok(Tampered {
            whole: (),
            before: Some(before),
            after: Some(value.to_json()),
        });
    }
    match value {
        Value::Bytes(bytes) if step.name == "authData" => {
            let tampered = authenticator_data::edit(bytes, rest, change)?;
            Ok(tampered.map(|bytes| *value = Value::bytes(bytes)))
        }
        _ => within(value, step.name, &[], rest, change),
    }
}

/// A member that was not there.
fn added(
    step: Step<'_>,
    rest: &[&str],
    change: &Change,
) -> Result<(Value<'static>, Tampered<()>), String> {
    let Change::Set { value } = change else {
        return Err(absent(step.name));
    };
    if !rest.is_empty() {
        return Err(absent(step.name));
    }
    let new = from_json(value, step, is_bytes(step))?;
    let tampered = Tampered {
        whole: (),
        before: None,
        after: Some(new.to_json()),
    };
    Ok((new, tampered))
}

fn changed(value: &Value<'_>, step: Step<'_>, change: &Change) -> Result<Value<'static>, String> {
    let name = step.name;
    match (change, value) {
        (Change::Set { value: new }, old) => from_json(new, step, matches!(old, Value::Bytes(_))),
        (Change::Remove, _) => Err(absent(name)),
        (Change::Flip, Value::Bytes(bytes)) => flip_bytes(name, bytes.to_vec()).map(Value::bytes),
        (Change::Flip, Value::Text(text)) => flip_text(name, text).map(Value::text),
        (Change::Flip, Value::Bool(value)) => Ok(Value::Bool(!value)),
        (Change::Flip, Value::Unsigned(n)) => match n.checked_add(1) {
            Some(next) => Ok(Value::Unsigned(next)),
            None => Err(format!("{name} has no next number")),
        },
        (Change::Flip, Value::Negative(0)) => Ok(Value::Unsigned(0)),
        (Change::Flip, Value::Negative(n)) => Ok(Value::Negative(n - 1)),
        (Change::Flip, _) => Err(not_flippable(name)),
    }
}

fn is_key(key: &Value<'_>, name: &str, names: &[&str]) -> bool {
    match key {
        Value::Text(text) => text == name,
        key => key.as_i64().is_some_and(|number| {
            let named = usize::try_from(number - 1)
                .ok()
                .and_then(|at| names.get(at));
            named.is_some_and(|known| *known == name) || number.to_string() == name
        }),
    }
}

fn key(name: &str, names: &[&str]) -> Value<'static> {
    let known = names.iter().position(|known| *known == name);
    match known.and_then(|at| i64::try_from(at + 1).ok()) {
        Some(number) => number.into(),
        None => match name.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => Value::text(name.to_owned()),
        },
    }
}

fn from_json(value: &Json, step: Step<'_>, as_bytes: bool) -> Result<Value<'static>, String> {
    let nested = |name: &str, value: &Json| {
        let step = Step {
            container: step.name,
            name,
        };
        from_json(value, step, is_bytes(step))
    };
    match value {
        Json::Null => Ok(Value::Null),
        Json::Bool(value) => Ok(Value::Bool(*value)),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Ok(number.into()),
            (_, Some(number)) => Ok(number.into()),
            _ => Err(format!("{} takes whole numbers only", step.name)),
        },
        Json::String(text) if as_bytes => bytes_of(step.name, text).map(Value::bytes),
        Json::String(text) => Ok(Value::text(text.clone())),
        Json::Array(items) => items
            .iter()
            .map(|item| nested("", item))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| Ok((Value::text(name.clone()), nested(name, value)?)))
            .collect::<Result<_, _>>()
            .map(Value::Map),
    }
}
