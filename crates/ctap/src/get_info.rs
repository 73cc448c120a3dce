//! authenticatorGetInfo (CTAP 2.3 §6.4).

use std::collections::BTreeMap;

use webauthn::cbor::Value;
use webauthn::id::Aaguid;

use crate::Status;
use crate::entity::{algorithms, expect_map, parameter};
use crate::members::{FromValue, Members, list, optional, read_map, required};

/// What an authenticator says about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Info {
    /// `FIDO_2_0`, `FIDO_2_1`, `FIDO_2_3`, `U2F_V2` (0x01).
    pub versions: Vec<String>,
    /// Extension identifiers (0x02).
    pub extensions: Vec<String>,
    /// The model (0x03).
    pub aaguid: Aaguid,
    /// Option IDs; an absent one has the default of §6.4 (0x04).
    pub options: BTreeMap<String, bool>,
    /// The longest message, in bytes (0x05).
    pub max_msg_size: Option<u64>,
    /// PIN/UV auth protocols in order of preference (0x06).
    pub pin_uv_auth_protocols: Vec<u64>,
    /// How many credentials an allow or exclude list may hold (0x07).
    pub max_credential_count_in_list: Option<u64>,
    /// The longest credential ID, in bytes (0x08).
    pub max_credential_id_length: Option<u64>,
    /// `usb`, `nfc`, `ble`, `hybrid`, `internal` (0x09).
    pub transports: Vec<String>,
    /// COSE algorithms in order of preference (0x0A); absent says nothing.
    pub algorithms: Option<Vec<i64>>,
    /// The PIN must be changed before it can be used (0x0C).
    pub force_pin_change: Option<bool>,
    /// The shortest PIN, in Unicode code points (0x0D).
    pub min_pin_length: Option<u64>,
    /// The firmware's version (0x0E).
    pub firmware_version: Option<u64>,
    /// How many more discoverable credentials fit (0x14).
    pub remaining_discoverable_credentials: Option<u64>,
    /// Attestation statement formats, never `none` (0x16).
    pub attestation_formats: Vec<String>,
    /// Every other member by its number, as it came; 0x1F is the last that CTAP 2.3 names.
    pub others: BTreeMap<u64, Value<'static>>,
}

/// The numbers with a field of their own in [`Info`].
const TYPED: [u64; 15] = [
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x0E, 0x14, 0x16,
];

impl Info {
    /// The longest message when getInfo does not tell (§6.4).
    pub const DEFAULT_MAX_MSG_SIZE: u64 = 1024;

    /// An option's value, or `None` when it is absent.
    pub fn option(&self, id: &str) -> Option<bool> {
        self.options.get(id).copied()
    }

    /// Reads the CBOR after the status byte.
    pub fn decode(cbor: &[u8]) -> Result<Self, Status> {
        let map = read_map(cbor)?;
        required::<Versions>(&map, 0x01)?;
        Ok(Info {
            versions: list(&map, 0x01)?,
            extensions: list(&map, 0x02)?,
            aaguid: Aaguid(required(&map, 0x03)?),
            options: optional::<OptionIds>(&map, 0x04)?
                .map(|ids| ids.0)
                .unwrap_or_default(),
            max_msg_size: optional(&map, 0x05)?,
            pin_uv_auth_protocols: list(&map, 0x06)?,
            max_credential_count_in_list: optional(&map, 0x07)?,
            max_credential_id_length: optional(&map, 0x08)?,
            transports: list(&map, 0x09)?,
            algorithms: algorithms(&map, 0x0A)?,
            force_pin_change: optional(&map, 0x0C)?,
            min_pin_length: optional(&map, 0x0D)?,
            firmware_version: optional(&map, 0x0E)?,
            remaining_discoverable_credentials: optional(&map, 0x14)?,
            attestation_formats: list(&map, 0x16)?,
            others: others(&map),
        })
    }

    /// The canonical CBOR after the status byte.
    pub fn encode(&self) -> Vec<u8> {
        let options: Vec<_> = self
            .options
            .iter()
            .map(|(id, on)| (id.as_str().into(), (*on).into()))
            .collect();
        let algorithms: Option<Vec<Value<'_>>> = self
            .algorithms
            .as_ref()
            .map(|list| list.iter().copied().map(parameter).collect());
        let mut members = Members::default()
            .put(0x01, texts(&self.versions))
            .put_list(0x02, texts(&self.extensions))
            .put(0x03, self.aaguid.0.as_slice())
            .put_some(0x04, (!options.is_empty()).then_some(Value::Map(options)))
            .put_some(0x05, self.max_msg_size)
            .put_list(0x06, self.pin_uv_auth_protocols.iter().copied())
            .put_some(0x07, self.max_credential_count_in_list)
            .put_some(0x08, self.max_credential_id_length)
            .put_list(0x09, texts(&self.transports))
            .put_some(0x0A, algorithms)
            .put_some(0x0C, self.force_pin_change)
            .put_some(0x0D, self.min_pin_length)
            .put_some(0x0E, self.firmware_version)
            .put_some(0x14, self.remaining_discoverable_credentials)
            .put_list(0x16, texts(&self.attestation_formats));
        for (number, value) in &self.others {
            members = members.put(*number, value.clone());
        }
        members.encode()
    }
}

fn texts(items: &[String]) -> Vec<Value<'_>> {
    items
        .iter()
        .map(|item| Value::from(item.as_str()))
        .collect()
}

fn others(map: &Value<'_>) -> BTreeMap<u64, Value<'static>> {
    let members = map.as_map().unwrap_or_default().iter();
    members
        .filter_map(|(key, value)| key.as_u64().map(|number| (number, value)))
        .filter(|(number, _)| !TYPED.contains(number))
        .map(|(number, value)| (number, value.clone().into_owned()))
        .collect()
}

type Versions = crate::members::List<String>;

struct OptionIds(BTreeMap<String, bool>);

impl FromValue for OptionIds {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        expect_map(value)?;
        let pairs = value.as_map().unwrap_or_default().iter();
        pairs
            .map(|(id, on)| Ok((String::from_value(id)?, bool::from_value(on)?)))
            .collect::<Result<_, _>>()
            .map(OptionIds)
    }
}
