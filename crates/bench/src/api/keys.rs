//! Keys: authenticators outside the program, real ones and software devices that are plugged in.

use client::{Bus, KeyProblem};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A key that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeySummary {
    /// `hid:/dev/hidraw3` or `udp:127.0.0.1:8111`; [`crate::Bench::device_pick`] takes it.
    pub id: String,
    /// What it calls itself, else `Security key`.
    pub name: String,
    /// Who made it, as it says.
    pub manufacturer: Option<String>,
    /// Its product name, as it says.
    pub product: Option<String>,
    /// Its serial number, as it says.
    pub serial: Option<String>,
    /// USB vendor id.
    pub vendor_id: Option<u16>,
    /// USB product id.
    pub product_id: Option<u16>,
    /// How it is connected.
    pub bus: Bus,
    /// Its node or address: `/dev/hidraw3`, `127.0.0.1:8111`.
    pub path: String,
    /// Why it cannot be used, when it cannot.
    pub problem: Option<KeyProblem>,
    /// The software device that is plugged in there.
    pub device: Option<String>,
}

/// How a software device is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PlugWay {
    /// As a USB key, through /dev/uhid; on Linux.
    Hid,
    /// Over UDP, at an address of this machine.
    Udp,
}

/// A software device that is plugged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Plugged {
    /// How.
    pub way: PlugWay,
    /// The key it is there: a [`KeySummary::id`].
    pub key: String,
}
