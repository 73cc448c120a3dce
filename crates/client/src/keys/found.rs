//! What is known of a key before anybody opens it.

use std::{fmt, net::SocketAddr, str::FromStr};

use serde::{Deserialize, Serialize};

/// Names a key while it stays plugged in: `hid:` and the node, or `udp:` and the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct KeyId(String);

const HID: &str = "hid:";
const UDP: &str = "udp:";

impl KeyId {
    /// A key at a node of the operating system, such as `/dev/hidraw3`.
    #[must_use]
    pub fn hid(path: &str) -> Self {
        Self(format!("{HID}{path}"))
    }

    /// A key that speaks CTAPHID over UDP.
    #[must_use]
    pub fn udp(address: SocketAddr) -> Self {
        Self(format!("{UDP}{address}"))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of a key over UDP.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.strip_prefix(UDP)?.parse().ok()
    }

    /// The node of a key that the operating system knows.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        self.0.strip_prefix(HID)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" names no key. Write hid: and its node, or udp: and its address, such as udp:127.0.0.1:8111."
)]
pub struct NotAKeyId(String);

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let id = Self(text.to_owned());
        let names_a_node = id.node().is_some_and(|node| !node.is_empty());
        if names_a_node || id.address().is_some() {
            Ok(id)
        } else {
            Err(NotAKeyId(text.to_owned()))
        }
    }
}

/// How a key is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(rename = "KeyBus"))]
#[serde(rename_all = "camelCase")]
pub enum Bus {
    /// USB.
    Usb,
    /// Bluetooth.
    Bluetooth,
    /// I²C.
    I2c,
    /// SPI.
    Spi,
    /// The operating system does not say, as for a key made through uhid.
    Unknown,
    /// Datagrams.
    Udp,
}

/// Why a key that is plugged in cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct KeyProblem {
    /// A stable name for programs.
    pub code: String,
    /// What happened and what to do.
    pub message: String,
    /// The shell command that helps, where there is one.
    pub command: Option<String>,
}

/// A key that is plugged in.
///
/// One made through uhid has [`Bus::Unknown`] and no manufacturer; its product and serial number
/// are what its maker chose. One over UDP has an address and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FoundKey {
    /// Its name for programs.
    pub id: KeyId,
    /// Its name for people: the product, else "Security key".
    pub name: String,
    /// The manufacturer, as the key says.
    pub manufacturer: Option<String>,
    /// The product, as the key says.
    pub product: Option<String>,
    /// The serial number; most keys have none.
    pub serial: Option<String>,
    /// The USB vendor's number.
    pub vendor_id: Option<u16>,
    /// The USB product's number.
    pub product_id: Option<u16>,
    /// How it is connected.
    pub bus: Bus,
    /// Its node or address.
    pub path: String,
    /// Why it cannot be used, if it cannot.
    pub problem: Option<KeyProblem>,
}

impl FoundKey {
    /// A key over UDP, which says nothing about itself before it is opened.
    pub(crate) fn over_udp(address: SocketAddr) -> Self {
        Self {
            id: KeyId::udp(address),
            name: UNNAMED.to_owned(),
            manufacturer: None,
            product: None,
            serial: None,
            vendor_id: None,
            product_id: None,
            bus: Bus::Udp,
            path: address.to_string(),
            problem: None,
        }
    }
}

/// Whether a character of a stranger's text may be shown as it is: it moves no cursor, turns no line
/// round and hides nothing.
#[must_use]
pub fn is_harmless(character: char) -> bool {
    let turns_or_hides = matches!(
        character,
        '\u{AD}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}'
    );
    !character.is_control() && !turns_or_hides
}

/// The name of a key that has none.
pub(crate) const UNNAMED: &str = "Security key";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_id_is_read_as_it_is_written_and_nothing_else_is_taken() {
        for text in [
            "hid:/dev/hidraw3",
            "udp:127.0.0.1:8111",
            "udp:[::1]:8111",
            "hid:DevSrvsID:1",
        ] {
            let id: KeyId = text.parse().expect(text);
            assert_eq!(id.to_string(), text);
        }
        let id: KeyId = "udp:127.0.0.1:8111".parse().expect("an address");
        assert_eq!(
            (id.address().map(|at| at.port()), id.node()),
            (Some(8111), None)
        );
        for text in [
            "",
            "hid:",
            "udp:",
            "udp:localhost:8111",
            "/dev/hidraw3",
            "usb:1",
            "udp:1.2.3.4",
        ] {
            let refused = text.parse::<KeyId>().expect_err(text);
            assert!(refused.to_string().contains("names no key"), "{text}");
        }
    }
}
