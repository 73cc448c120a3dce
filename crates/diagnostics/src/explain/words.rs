//! Texts that a key may list: versions, transports, attestation statement formats.

/// A text of a vocabulary, with what it means.
pub(crate) struct Word {
    /// As a key writes it.
    pub name: &'static str,
    /// What it means.
    pub sentence: &'static str,
    /// Where the specification says so.
    pub clause: &'static str,
    /// False for one that keys say although the specification does not list it.
    pub listed: bool,
}

/// A text that the specification lists.
pub(crate) const fn word(name: &'static str, sentence: &'static str, clause: &'static str) -> Word {
    Word {
        name,
        sentence,
        clause,
        listed: true,
    }
}

/// A text that keys say, and the specification does not list.
pub(crate) const fn stray(
    name: &'static str,
    sentence: &'static str,
    clause: &'static str,
) -> Word {
    Word {
        name,
        sentence,
        clause,
        listed: false,
    }
}

const INFO: &str = "CTAP 2.3 §6.4";

/// Protocol versions (0x01).
pub(crate) const VERSIONS: &[Word] = &[
    word("FIDO_2_3", "CTAP 2.3, the newest version.", INFO),
    stray(
        "FIDO_2_2",
        "Said by some keys for CTAP 2.2. CTAP 2.3 does not list it; clients go by the options instead.",
        INFO,
    ),
    word(
        "FIDO_2_1",
        "CTAP 2.1, with tokens that are good for one purpose and settings that can be managed.",
        INFO,
    ),
    word(
        "FIDO_2_1_PRE",
        "Prototypes of what became CTAP 2.1: managing passkeys and fingerprints by commands of their own.",
        "CTAP 2.3 §6.12 and §6.13",
    ),
    word(
        "FIDO_2_0",
        "CTAP 2.0: passkeys, and a PIN if the key has one.",
        INFO,
    ),
    word(
        "U2F_V2",
        "U2F, also called CTAP1: a second factor without stored passkeys.",
        "CTAP 2.3 §10",
    ),
];

const TRANSPORT: &str = "WebAuthn L3 §5.8.4";

/// Ways to reach a key (0x09, 0x1A).
pub(crate) const TRANSPORTS: &[Word] = &[
    word("usb", "Plugged into USB.", TRANSPORT),
    word("nfc", "Held against an NFC reader.", TRANSPORT),
    word("ble", "Over Bluetooth Low Energy.", TRANSPORT),
    word("smart-card", "Put into a smart-card reader.", TRANSPORT),
    word(
        "hybrid",
        "From another machine: a QR code is scanned, and both devices must be near each other.",
        TRANSPORT,
    ),
    word("internal", "Built into this machine.", TRANSPORT),
    stray(
        "cable",
        "The former name of hybrid; browsers no longer send it.",
        TRANSPORT,
    ),
];

/// Attestation statement formats (0x16).
pub(crate) const FORMATS: &[Word] = &[
    word(
        "packed",
        "The format made for WebAuthn: a signature by the maker's certificate, or by the passkey itself.",
        "WebAuthn L3 §8.2",
    ),
    word("tpm", "A statement by a TPM.", "WebAuthn L3 §8.3"),
    word(
        "android-key",
        "A statement by the key store of an Android device.",
        "WebAuthn L3 §8.4",
    ),
    word(
        "android-safetynet",
        "A statement by Android's SafetyNet service, which no longer runs.",
        "WebAuthn L3 §8.5",
    ),
    word("fido-u2f", "The format of U2F keys.", "WebAuthn L3 §8.6"),
    stray(
        "none",
        "No statement at all. Every key can leave it out, so that it must not be listed.",
        "WebAuthn L3 §8.7; CTAP 2.3 §6.4",
    ),
    word(
        "apple",
        "An anonymous statement by Apple's service.",
        "WebAuthn L3 §8.8",
    ),
    word("compound", "Several statements in one.", "WebAuthn L3 §8.9"),
];
