//! Option IDs (0x04), with what each of their three states means.

/// An option of CTAP 2.3 §6.4.
pub(crate) struct OptionId {
    /// As a key writes it.
    pub id: &'static str,
    /// What `true` means.
    pub on: &'static str,
    /// What `false` means.
    pub off: &'static str,
    /// What its absence means.
    pub absent: &'static str,
    /// Where the specification says so.
    pub clause: &'static str,
}

const fn option(
    id: &'static str,
    [on, off, absent]: [&'static str; 3],
    clause: &'static str,
) -> OptionId {
    OptionId {
        id,
        on,
        off,
        absent,
        clause,
    }
}

const INFO: &str = "CTAP 2.3 §6.4";

/// Every option of the specification, in the order of its table.
pub(crate) const OPTIONS: &[OptionId] = &[
    option(
        "plat",
        [
            "Built into this machine: it cannot be taken to another one.",
            "Not part of a machine: it can be used with any.",
            "Not part of a machine: it can be used with any.",
        ],
        INFO,
    ),
    option(
        "rk",
        [
            "Stores passkeys itself, so that nobody needs to type a user name (discoverable credentials).",
            "Stores no passkeys: a site must know the user first and name the credentials it wants.",
            "Stores no passkeys: a site must know the user first and name the credentials it wants.",
        ],
        INFO,
    ),
    option(
        "clientPin",
        [
            "A PIN is set; clients ask for it.",
            "Can have a PIN, and none is set. The first site that requires user verification makes the client ask for a new one.",
            "Has no PIN.",
        ],
        "CTAP 2.3 §6.4 and §6.5",
    ),
    option(
        "up",
        [
            "Can test that somebody is there, such as by a touch.",
            "Cannot test that somebody is there.",
            "Can test that somebody is there, such as by a touch: this is the default.",
        ],
        INFO,
    ),
    option(
        "uv",
        [
            "Verifies its user itself, such as by a finger, and is set up for it.",
            "Could verify its user itself, such as by a finger, and is not set up for it yet.",
            "Cannot verify its user itself.",
        ],
        INFO,
    ),
    option(
        "pinUvAuthToken",
        [
            "For a PIN or its own verification it gives a token that is good for one purpose only (permissions).",
            "Gives no tokens with permissions; with a PIN, clients use the way of CTAP 2.0.",
            "Gives no tokens with permissions; with a PIN, clients use the way of CTAP 2.0.",
        ],
        "CTAP 2.3 §6.4 and §6.5.5.7",
    ),
    option(
        "noMcGaPermissionsWithClientPin",
        [
            "A PIN alone is not good for registering and signing in: these need the key's own verification.",
            "A PIN is good for registering and signing in.",
            "A PIN, where there is one, is good for registering and signing in.",
        ],
        "CTAP 2.3 §6.4 and §6.5.5.7.2",
    ),
    option(
        "largeBlobs",
        [
            "Has room for larger data of sites.",
            "Has no room for larger data of sites.",
            "Has no room for larger data of sites.",
        ],
        "CTAP 2.3 §6.4 and §6.10",
    ),
    option(
        "ep",
        [
            "Enterprise attestation is on: to sites that may know, it names this very key.",
            "Enterprise attestation is there and switched off.",
            "Has no enterprise attestation: no site learns which single key it is.",
        ],
        "CTAP 2.3 §6.4 and §7.1",
    ),
    option(
        "bioEnroll",
        [
            "A finger (or another biometric) is enrolled; clients can add, rename and remove more.",
            "Clients can enrol fingers (or other biometrics), and none is enrolled yet.",
            "Clients cannot enrol biometrics here.",
        ],
        "CTAP 2.3 §6.4 and §6.7",
    ),
    option(
        "userVerificationMgmtPreview",
        [
            "As bioEnroll, by the prototype command: a biometric is enrolled.",
            "As bioEnroll, by the prototype command: none is enrolled yet.",
            "Has no prototype command for biometrics.",
        ],
        "CTAP 2.3 §6.4 and §6.12",
    ),
    option(
        "uvBioEnroll",
        [
            "Its own verification, without the PIN, is enough to manage biometrics.",
            "Managing biometrics takes the PIN.",
            "Managing biometrics, where it can be done, takes the PIN.",
        ],
        "CTAP 2.3 §6.4 and §6.7",
    ),
    option(
        "authnrCfg",
        [
            "Clients can change its settings (authenticatorConfig).",
            "Clients cannot change its settings.",
            "Clients cannot change its settings.",
        ],
        "CTAP 2.3 §6.4 and §6.11",
    ),
    option(
        "uvAcfg",
        [
            "Its own verification, without the PIN, is enough to change settings.",
            "Changing settings takes the PIN.",
            "Changing settings, where it can be done, takes the PIN.",
        ],
        "CTAP 2.3 §6.4 and §6.11",
    ),
    option(
        "credMgmt",
        [
            "Clients can list, rename and delete its passkeys.",
            "Clients cannot list its passkeys.",
            "Clients cannot list its passkeys.",
        ],
        "CTAP 2.3 §6.4 and §6.8",
    ),
    option(
        "perCredMgmtRO",
        [
            "Gives a token that stays good for listing its passkeys, so that a client need not ask for the PIN each time.",
            "Gives no token that stays good for listing its passkeys.",
            "Gives no token that stays good for listing its passkeys.",
        ],
        "CTAP 2.3 §6.4 and §6.8",
    ),
    option(
        "credentialMgmtPreview",
        [
            "As credMgmt, by the prototype command.",
            "Has no prototype command for managing passkeys.",
            "Has no prototype command for managing passkeys.",
        ],
        "CTAP 2.3 §6.4 and §6.13",
    ),
    option(
        "setMinPINLength",
        [
            "Clients can raise the length that a PIN must have.",
            "The length that a PIN must have cannot be raised.",
            "The length that a PIN must have cannot be raised.",
        ],
        "CTAP 2.3 §6.4 and §7.4",
    ),
    option(
        "makeCredUvNotRqd",
        [
            "Registers passkeys that it does not store without verifying its user, unless the site asks for that.",
            "Once it has a PIN or its own verification, every registration verifies the user.",
            "Once it has a PIN or its own verification, every registration verifies the user.",
        ],
        INFO,
    ),
    option(
        "alwaysUv",
        [
            "Verifies its user at every use, whatever the site asks for.",
            "Can be told to verify its user at every use, and is not.",
            "Verifies its user when a site asks for it.",
        ],
        "CTAP 2.3 §6.4 and §7.2",
    ),
];
