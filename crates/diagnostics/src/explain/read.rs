//! One member's value, read in its form.

use webauthn::cbor::Value;
use webauthn::cose::Algorithm;
use webauthn::id::Aaguid;
use webauthn::uvm::Entry;

use super::members::Form;
use super::numbers::{CERTIFICATES, FIDO, FIDO_LEVELS, Number, OTHER_ALGORITHMS, known_algorithm};
use super::options::OPTIONS;
use super::shown::{counted, hexadecimal, plain};
use super::words::Word;
use crate::shapes::{Part, Standing};

/// The most items of one member that are shown and explained.
const MOST_PARTS: usize = 64;

/// A value in words.
pub(super) struct Read {
    /// The value for a person.
    pub shown: String,
    /// What it means, where the member's own sentence does not fit.
    pub sentence: Option<&'static str>,
    /// Its items.
    pub parts: Vec<Part>,
}

impl Read {
    fn shown(shown: impl Into<String>) -> Self {
        Self {
            shown: shown.into(),
            sentence: None,
            parts: Vec::new(),
        }
    }

    /// A list: the names in a row.
    fn list(mut parts: Vec<Part>, count: usize) -> Self {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let mut shown = names.join(", ");
        if names.is_empty() {
            shown = "none".to_owned();
        }
        if count > parts.len() {
            let rest = format!("… and {} more", count - parts.len());
            shown.push_str(&rest);
            parts.push(Part {
                name: rest,
                standing: Standing::Unknown,
                shown: String::new(),
                sentence:
                    "More than any honest key has; they are left out here, and are in the bytes."
                        .to_owned(),
                clause: String::new(),
            });
        }
        Self {
            shown,
            sentence: None,
            parts,
        }
    }
}

/// The value in words; none when it is not of its form.
pub(super) fn read(form: Form, value: &Value<'_>) -> Option<Read> {
    match form {
        Form::Words(vocabulary) => list(value, |item| Some(word(vocabulary, item.as_text()?))),
        Form::Numbers(vocabulary) => list(value, |item| Some(number(vocabulary, item.as_u64()?))),
        Form::MakersNumbers => list(value, |item| Some(makers_number(item.as_u64()?))),
        Form::Algorithms => list(value, algorithm),
        Form::Aaguid => aaguid(value),
        Form::Options => options(value),
        Form::Count(singular, plural) => {
            Some(Read::shown(counted(value.as_u64()?, singular, plural)))
        }
        Form::Version => value
            .as_u64()
            .map(|version| Read::shown(format!("{version} (0x{version:x})"))),
        Form::Switch(off) => value.as_bool().map(|on| Read {
            sentence: (!on).then_some(off),
            ..Read::shown(yes_or_no(on))
        }),
        Form::Bytes => value
            .as_bytes()
            .map(|bytes| Read::shown(hexadecimal(bytes))),
        Form::Address => std::str::from_utf8(value.as_bytes()?)
            .ok()
            .map(|address| Read::shown(plain(address))),
        Form::Methods => Some(methods(value.as_u64()?)),
        Form::Certificates => certificates(value),
    }
}

/// The items of a member that is not told, where each has a meaning of its own.
pub(super) fn absent(form: Form) -> Vec<Part> {
    match form {
        Form::Options => OPTIONS
            .iter()
            .map(|option| option_part(option, None))
            .collect(),
        _ => Vec::new(),
    }
}

fn list(value: &Value<'_>, part: impl Fn(&Value<'_>) -> Option<Part>) -> Option<Read> {
    let items = value.as_array()?;
    let parts: Option<Vec<Part>> = items.iter().map(part).collect();
    let mut parts = parts?;
    parts.truncate(MOST_PARTS);
    Some(Read::list(parts, items.len()))
}

fn part(name: impl Into<String>, sentence: &str, clause: &str) -> Part {
    Part {
        name: name.into(),
        standing: Standing::Told,
        shown: String::new(),
        sentence: sentence.to_owned(),
        clause: clause.to_owned(),
    }
}

fn unknown(name: impl Into<String>) -> Part {
    Part {
        standing: Standing::Unknown,
        ..part(
            name,
            "Neither CTAP 2.3 nor WebAuthn names it: a newer version may, or it is the maker's own.",
            "",
        )
    }
}

fn word(vocabulary: &[Word], text: &str) -> Part {
    match vocabulary.iter().find(|word| word.name == text) {
        Some(word) => Part {
            standing: if word.listed {
                Standing::Told
            } else {
                Standing::Unknown
            },
            ..part(word.name, word.sentence, word.clause)
        },
        None => unknown(plain(text)),
    }
}

fn number(vocabulary: &[Number], wanted: u64) -> Part {
    match vocabulary
        .iter()
        .find(|known| u64::try_from(known.number) == Ok(wanted))
    {
        Some(known) => Part {
            shown: known.number.to_string(),
            ..part(known.name, known.sentence, known.clause)
        },
        None => unknown(wanted.to_string()),
    }
}

fn makers_number(number: u64) -> Part {
    part(
        format!("0x{number:016x}"),
        "A setting of the maker's own.",
        "CTAP 2.3 §6.11.3",
    )
}

fn algorithm(item: &Value<'_>) -> Option<Part> {
    let number = item.get_text("alg")?.as_i64()?;
    let kind = item.get_text("type")?.as_text()?;
    let known = Algorithm::from_number(number)
        .map(|known| (known.name(), known_algorithm(known)))
        .or_else(|| {
            let mut others = OTHER_ALGORITHMS.iter();
            let other = others.find(|other| other.number == number)?;
            Some((other.name, other.sentence))
        });
    let explained = match known {
        Some((name, sentence)) => part(
            format!("{name} ({number})"),
            sentence,
            "WebAuthn L3 §5.8.5; IANA COSE Algorithms",
        ),
        None => unknown(format!("algorithm {number}")),
    };
    Some(if kind == ctap::PUBLIC_KEY {
        explained
    } else {
        Part {
            standing: Standing::Unknown,
            shown: format!("type {}", plain(kind)),
            sentence: "A type of credential that WebAuthn does not know; clients pass it over."
                .to_owned(),
            ..explained
        }
    })
}

fn aaguid(value: &Value<'_>) -> Option<Read> {
    let bytes = <[u8; 16]>::try_from(value.as_bytes()?).ok()?;
    Some(Read {
        sentence: (bytes == [0; 16])
            .then_some("All zeros: the key does not say which model it is."),
        ..Read::shown(Aaguid(bytes).to_string())
    })
}

fn options(value: &Value<'_>) -> Option<Read> {
    let told = value.as_map()?;
    let known = OPTIONS
        .iter()
        .map(|option| option_part(option, value.get_text(option.id)));
    let strange = told.iter().filter_map(|(key, value)| {
        let name = key.as_text();
        if name.is_some_and(|name| OPTIONS.iter().any(|option| option.id == name)) {
            return None;
        }
        Some(Part {
            shown: super::shown::any(value),
            ..unknown(super::shown::any(key))
        })
    });
    let parts: Vec<Part> = known.chain(strange.take(MOST_PARTS)).collect();
    let listed = parts
        .iter()
        .filter(|part| part.standing != Standing::Absent)
        .map(|part| format!("{} {}", part.name, part.shown))
        .collect::<Vec<_>>();
    Some(Read {
        shown: if listed.is_empty() {
            "none".to_owned()
        } else {
            listed.join(", ")
        },
        sentence: None,
        parts,
    })
}

fn option_part(option: &super::options::OptionId, value: Option<&Value<'_>>) -> Part {
    let (standing, shown, sentence) = match value {
        None => (
            Standing::Absent,
            "not told".to_owned(),
            option.absent.to_owned(),
        ),
        Some(Value::Bool(on)) => (
            Standing::Told,
            yes_or_no(*on).to_owned(),
            if *on { option.on } else { option.off }.to_owned(),
        ),
        Some(other) => (
            Standing::Malformed,
            super::shown::any(other),
            format!(
                "The specification wants true or false, and the key sent {}. The fault is the key's.",
                super::shown::kind(other)
            ),
        ),
    };
    Part {
        standing,
        shown,
        ..part(option.id, &sentence, option.clause)
    }
}

fn methods(bits: u64) -> Read {
    let set = (0..64).map(|at| 1u64 << at).filter(|bit| bits & bit != 0);
    let parts = set.map(method).collect::<Vec<_>>();
    let count = parts.len();
    let listed = Read::list(parts, count);
    Read {
        shown: format!("0x{bits:x}: {}", listed.shown),
        ..listed
    }
}

fn method(bit: u64) -> Part {
    const CLAUSE: &str = "FIDO Registry of Predefined Values §3.1";
    const LAST: u64 = 0x1000;
    match u32::try_from(bit) {
        Ok(method) if bit <= LAST => {
            let entry = Entry {
                method,
                key_protection: 0,
                matcher_protection: 0,
            };
            Part {
                shown: format!("0x{bit:x}"),
                ..part(entry.name(), "A method of the registry.", CLAUSE)
            }
        }
        _ => unknown(format!("method 0x{bit:x}")),
    }
}

fn certificates(value: &Value<'_>) -> Option<Read> {
    let pairs = value.as_map()?;
    let parts = pairs
        .iter()
        .map(|(id, level)| Some(certificate(id.as_text()?, level.as_u64()?)))
        .collect::<Option<Vec<_>>>()?;
    let listed = parts
        .iter()
        .take(MOST_PARTS)
        .map(|part| format!("{} {}", part.name, part.shown))
        .collect::<Vec<_>>();
    Some(Read {
        shown: if listed.is_empty() {
            "none".to_owned()
        } else {
            listed.join(", ")
        },
        sentence: None,
        parts: parts.into_iter().take(MOST_PARTS).collect(),
    })
}

fn certificate(id: &str, level: u64) -> Part {
    const CLAUSE: &str = "CTAP 2.3 §7.3";
    let Some(known) = CERTIFICATES.iter().find(|known| known.id == id) else {
        return Part {
            shown: format!("level {level}"),
            ..unknown(plain(id))
        };
    };
    if level == 0 || level > known.highest {
        return Part {
            standing: Standing::Malformed,
            shown: format!("level {level}"),
            ..part(
                known.id,
                &format!(
                    "{} Its levels are 1 to {}. The fault is the key's.",
                    known.sentence, known.highest
                ),
                CLAUSE,
            )
        };
    }
    let names = (id == FIDO).then_some(FIDO_LEVELS);
    let name = names.and_then(|names| names.into_iter().nth(level as usize - 1));
    Part {
        shown: name.map_or_else(|| format!("level {level}"), str::to_owned),
        ..part(known.id, known.sentence, CLAUSE)
    }
}

fn yes_or_no(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}
