//! CBOR as JSON, for a person to read.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value as Json, json};

use super::{Float, Value};

pub(super) fn to_json(value: &Value<'_>) -> Json {
    match value {
        Value::Unsigned(n) => json!(n),
        Value::Negative(n) => match i64::try_from(*n) {
            Ok(n) => json!(-1 - n),
            Err(_) => json!((-1 - i128::from(*n)).to_string()),
        },
        Value::Bytes(bytes) => Json::String(BASE64URL_NOPAD.encode(bytes)),
        Value::Text(text) => Json::String(text.to_string()),
        Value::Array(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(pairs) => Json::Object(
            pairs
                .iter()
                .map(|(key, value)| (key_text(key), to_json(value)))
                .collect(),
        ),
        Value::Tag(tag, item) => json!({ "tag": tag, "item": to_json(item) }),
        Value::Bool(value) => json!(value),
        Value::Null => Json::Null,
        Value::Float(Float::Half(bits)) => json!(format!("float16 0x{bits:04x}")),
        Value::Float(Float::Single(bits)) => number(f64::from(f32::from_bits(*bits))),
        Value::Float(Float::Double(bits)) => number(f64::from_bits(*bits)),
    }
}

fn number(number: f64) -> Json {
    serde_json::Number::from_f64(number).map_or_else(|| json!(number.to_string()), Json::Number)
}

fn key_text(key: &Value<'_>) -> String {
    match key {
        Value::Text(text) => text.to_string(),
        other => match to_json(other) {
            Json::String(text) => text,
            json => json.to_string(),
        },
    }
}
