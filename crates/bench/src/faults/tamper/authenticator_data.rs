//! Authenticator data (L3 §6.1), byte for byte.

use std::ops::Range;

use serde_json::json;
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::id::Aaguid;

use super::{Outcome, Tampered, absent, bytes_of, cbor, flip_bytes, no_members, text_of};
use crate::api::Change;

const RP_ID_HASH: Range<usize> = 0..32;
const FLAGS: usize = 32;
const SIGN_COUNT: Range<usize> = 33..37;
const AAGUID: Range<usize> = 37..53;
const ID_LENGTH: Range<usize> = 53..55;

/// The names of the flags, as a path has them.
const FLAG_NAMES: [(&str, Flags); 6] = [
    ("up", Flags::UP),
    ("uv", Flags::UV),
    ("be", Flags::BE),
    ("bs", Flags::BS),
    ("at", Flags::AT),
    ("ed", Flags::ED),
];

/// Changes what `path` leads to.
pub(super) fn edit(bytes: &[u8], path: &[&str], change: &Change) -> Outcome<Vec<u8>> {
    if bytes.len() < SIGN_COUNT.end {
        return Err("the authenticator data is shorter than 37 bytes".to_owned());
    }
    match path {
        ["rpIdHash"] => fixed(bytes, "rpIdHash", RP_ID_HASH, change),
        ["flags"] => all_flags(bytes, change),
        ["flags", name] => {
            let flag = FLAG_NAMES.iter().find(|(known, _)| known == name);
            let (_, flag) = flag.ok_or_else(|| absent(name))?;
            one_flag(bytes, name, *flag, change)
        }
        ["signCount"] => sign_count(bytes, change),
        ["aaguid"] if Layout::of(bytes)?.id.is_some() => aaguid(bytes, change),
        ["credentialId"] => credential_id(bytes, change),
        ["credentialPublicKey", rest @ ..] => {
            let range = Layout::of(bytes)?.public_key;
            let range = range.ok_or_else(|| absent("credentialPublicKey"))?;
            if rest.is_empty() {
                return replaced(bytes, "credentialPublicKey", range, change);
            }
            let key = cbor::edit(&bytes[range.clone()], &[], rest, change)?;
            Ok(key.map(|key| spliced(bytes, range, &key)))
        }
        ["extensions", rest @ ..] => extensions(bytes, rest, change),
        [name, ..] => Err(match *name {
            "rpIdHash" | "signCount" | "aaguid" | "credentialId" | "flags" => no_members(name),
            _ => absent(name),
        }),
        [] => Err(absent("authenticatorData")),
    }
}

/// Where the parts of variable length stand.
struct Layout {
    id: Option<Range<usize>>,
    public_key: Option<Range<usize>>,
    extensions: Option<Range<usize>>,
}

impl Layout {
    fn of(bytes: &[u8]) -> Result<Self, String> {
        let data = AuthenticatorData::parse(bytes)
            .map_err(|error| error.to_string().trim_end_matches('.').to_owned())?;
        let mut end = SIGN_COUNT.end;
        let (mut id, mut public_key) = (None, None);
        if let Some(attested) = &data.attested {
            let start = ID_LENGTH.end;
            end = start + attested.credential_id.len();
            id = Some(start..end);
            public_key = Some(end..end + attested.public_key.len());
            end += attested.public_key.len();
        }
        Ok(Self {
            id,
            public_key,
            extensions: data.extensions.map(|_| end..bytes.len()),
        })
    }
}

fn spliced(bytes: &[u8], range: Range<usize>, new: &[u8]) -> Vec<u8> {
    [&bytes[..range.start], new, &bytes[range.end..]].concat()
}

fn kept(name: &str) -> String {
    format!("{name} is a fixed part of the authenticator data and cannot be taken away")
}

/// Bytes whose number is fixed.
fn fixed(bytes: &[u8], name: &str, range: Range<usize>, change: &Change) -> Outcome<Vec<u8>> {
    let length = range.len();
    let tampered = replaced(bytes, name, range, change)?;
    if tampered.whole.len() == bytes.len() {
        Ok(tampered)
    } else {
        Err(format!("{name} has {length} bytes"))
    }
}

fn replaced(bytes: &[u8], name: &str, range: Range<usize>, change: &Change) -> Outcome<Vec<u8>> {
    let old = bytes[range.clone()].to_vec();
    let new = match change {
        Change::Remove => return Err(kept(name)),
        Change::Flip => flip_bytes(name, old.clone())?,
        Change::Set { value } => match value.as_str() {
            Some(text) => bytes_of(name, text)?,
            None => return Err(format!("{name} must be base64url without padding")),
        },
    };
    Ok(Tampered {
        whole: spliced(bytes, range, &new),
        before: Some(text_of(old)),
        after: Some(text_of(new)),
    })
}

fn all_flags(bytes: &[u8], change: &Change) -> Outcome<Vec<u8>> {
    let new = match change {
        Change::Remove => return Err(kept("flags")),
        Change::Flip => bytes[FLAGS] ^ 1,
        Change::Set { value } => value
            .as_u64()
            .and_then(|value| u8::try_from(value).ok())
            .ok_or("flags is one byte, a number from 0 to 255")?,
    };
    Ok(Tampered {
        whole: spliced(bytes, FLAGS..FLAGS + 1, &[new]),
        before: Some(json!(bytes[FLAGS])),
        after: Some(json!(new)),
    })
}

fn one_flag(bytes: &[u8], name: &str, flag: Flags, change: &Change) -> Outcome<Vec<u8>> {
    let old = Flags(bytes[FLAGS]);
    let set = match change {
        Change::Remove => return Err(kept(name)),
        Change::Flip => !old.has(flag),
        Change::Set { value } => value
            .as_bool()
            .ok_or_else(|| format!("the flag {name} is true or false"))?,
    };
    let new = if set {
        old.with(flag)
    } else {
        old.without(flag)
    };
    Ok(Tampered {
        whole: spliced(bytes, FLAGS..FLAGS + 1, &[new.0]),
        before: Some(json!(old.has(flag))),
        after: Some(json!(set)),
    })
}

fn sign_count(bytes: &[u8], change: &Change) -> Outcome<Vec<u8>> {
    let mut old = [0; 4];
    old.copy_from_slice(&bytes[SIGN_COUNT]);
    let old = u32::from_be_bytes(old);
    let new = match change {
        Change::Remove => return Err(kept("signCount")),
        Change::Flip => old.wrapping_add(1),
        Change::Set { value } => value
            .as_u64()
            .and_then(|value| u32::try_from(value).ok())
            .ok_or("signCount is a number from 0 to 4294967295")?,
    };
    Ok(Tampered {
        whole: spliced(bytes, SIGN_COUNT, &new.to_be_bytes()),
        before: Some(json!(old)),
        after: Some(json!(new)),
    })
}

/// An AAGUID reads as a UUID everywhere else, so it does here.
fn aaguid(bytes: &[u8], change: &Change) -> Outcome<Vec<u8>> {
    let mut old = [0; 16];
    old.copy_from_slice(&bytes[AAGUID]);
    let mut new = old;
    match change {
        Change::Remove => return Err(kept("aaguid")),
        Change::Flip => new[15] ^= 1,
        Change::Set { value } => {
            let parsed = value.as_str().and_then(|text| Aaguid::parse(text).ok());
            new = parsed.ok_or("aaguid must be a UUID")?.0;
        }
    }
    Ok(Tampered {
        whole: spliced(bytes, AAGUID, &new),
        before: Some(json!(Aaguid(old).to_string())),
        after: Some(json!(Aaguid(new).to_string())),
    })
}

fn credential_id(bytes: &[u8], change: &Change) -> Outcome<Vec<u8>> {
    let range = Layout::of(bytes)?.id;
    let range = range.ok_or_else(|| absent("credentialId"))?;
    let old_length = range.len();
    let tampered = replaced(bytes, "credentialId", range, change)?;
    let length = tampered.whole.len() + old_length - bytes.len();
    tampered.try_map(|bytes| {
        let length =
            u16::try_from(length).map_err(|_| "a credential ID has at most 65535 bytes")?;
        Ok(spliced(&bytes, ID_LENGTH, &length.to_be_bytes()))
    })
}

fn extensions(bytes: &[u8], rest: &[&str], change: &Change) -> Outcome<Vec<u8>> {
    let range = Layout::of(bytes)?.extensions;
    let range = range.ok_or_else(|| absent("extensions"))?;
    if !rest.is_empty() {
        let changed = cbor::edit(&bytes[range.clone()], &[], rest, change)?;
        return Ok(changed.map(|new| spliced(bytes, range, &new)));
    }
    if *change != Change::Remove {
        return replaced(bytes, "extensions", range, change);
    }
    let before = text_of(bytes[range.clone()].to_vec());
    let mut whole = spliced(bytes, range, &[]);
    whole[FLAGS] = Flags(whole[FLAGS]).without(Flags::ED).0;
    Ok(Tampered {
        whole,
        before: Some(before),
        after: None,
    })
}
