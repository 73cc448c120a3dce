//! authenticatorGetInfo in sentences (CTAP 2.3 §6.4).

mod extensions;
mod members;
mod numbers;
mod options;
#[cfg(test)]
mod published;
mod read;
pub(crate) mod shown;
#[cfg(test)]
mod tests;
mod words;

use ctap::get_info::Info;
use webauthn::cbor::{self, Level, Value};

use crate::error::Error;
use crate::shapes::{Fact, Standing};
use members::{MEMBERS, Member, REQUIRED};
pub use shown::plain;

/// An answer to authenticatorGetInfo, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Every member of CTAP 2.3, told or not, by number; then those that it does not name.
    pub facts: Vec<Fact>,
    /// What is odd about the answer as a whole, in sentences.
    pub remarks: Vec<String>,
}

/// Explains what was read before.
#[must_use]
pub fn explain(info: &Info) -> Vec<Fact> {
    // What we encode ourselves is readable.
    explain_answer(&info.encode()).map_or_else(|_| Vec::new(), |explained| explained.facts)
}

/// Explains the CBOR after the status byte, as lenient as is safe: a member of the wrong type is
/// shown and said to be wrong, and spoils no other.
///
/// # Errors
/// [`Error::Unreadable`] when it is not one CBOR map.
pub fn explain_answer(cbor: &[u8]) -> Result<Explained, Error> {
    let (value, canonical) = match cbor::decode(cbor, Level::Ctap) {
        Ok(decoded) => (decoded.value, Ok(())),
        Err(why) => match cbor::decode(cbor, Level::Attestation) {
            Ok(decoded) => (decoded.value, Err(why)),
            Err(why) => return Err(Error::Unreadable(why.to_string())),
        },
    };
    let Value::Map(pairs) = &value else {
        return Err(Error::Unreadable(format!(
            "It is {} instead of a map.",
            shown::kind(&value)
        )));
    };
    let mut remarks = Vec::new();
    if let Err(why) = canonical {
        remarks.push(format!(
            "The answer is not in CTAP's canonical form, and strict clients refuse it: {why} The fault is the key's."
        ));
    }
    let told = |number: u64| value.get_int(number as i64);
    let mut facts: Vec<Fact> = MEMBERS
        .iter()
        .map(|member| fact(member, told(member.number)))
        .collect();
    remarks.extend(
        facts
            .iter()
            .filter(|fact| {
                fact.standing == Standing::Absent
                    && fact.number.is_some_and(|number| REQUIRED.contains(&number))
            })
            .map(|fact| {
                format!(
                    "{} is missing, which the specification demands. The fault is the key's.",
                    fact.name
                )
            }),
    );
    facts.extend(pairs.iter().filter_map(|(key, value)| unknown(key, value)));
    Ok(Explained { facts, remarks })
}

fn fact(member: &Member, value: Option<&Value<'_>>) -> Fact {
    let base = Fact {
        number: Some(member.number),
        name: member.name.to_owned(),
        standing: Standing::Told,
        value: value.map_or(serde_json::Value::Null, Value::to_json),
        shown: String::new(),
        sentence: member.told.to_owned(),
        clause: member.clause.to_owned(),
        parts: Vec::new(),
    };
    let Some(value) = value else {
        return Fact {
            standing: Standing::Absent,
            shown: "not told".to_owned(),
            sentence: member.absent.to_owned(),
            parts: read::absent(member.form),
            ..base
        };
    };
    match read::read(member.form, value) {
        Some(read) => Fact {
            shown: read.shown,
            sentence: read.sentence.unwrap_or(member.told).to_owned(),
            parts: read.parts,
            ..base
        },
        None => Fact {
            standing: Standing::Malformed,
            shown: shown::any(value),
            sentence: format!(
                "The specification wants {}, and the key sent {}: clients cannot use it. The fault is the key's. {}",
                member.form.wanted(),
                shown::kind(value),
                member.told
            ),
            ..base
        },
    }
}

/// A member that CTAP 2.3 does not name; none for one that it does.
fn unknown(key: &Value<'_>, value: &Value<'_>) -> Option<Fact> {
    let number = key.as_u64();
    if number.is_some_and(|number| MEMBERS.iter().any(|member| member.number == number)) {
        return None;
    }
    let name = match number {
        Some(number) => format!("member 0x{number:02X}"),
        None => format!("member {}", shown::any(key)),
    };
    Some(Fact {
        number,
        name,
        standing: Standing::Unknown,
        value: value.to_json(),
        shown: shown::any(value),
        sentence: "CTAP 2.3 has no such member: a newer version of the specification may, or it is the maker's own. It is shown as it came."
            .to_owned(),
        clause: "CTAP 2.3 §8".to_owned(),
        parts: Vec::new(),
    })
}
