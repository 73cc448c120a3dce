//! Numbers that a key may list: PIN/UV auth protocols, algorithms, settings, certificates.

use webauthn::cose::Algorithm;

/// A number with its name and what it means.
pub(crate) struct Number {
    /// As a key writes it.
    pub number: i64,
    /// The specification's name.
    pub name: &'static str,
    /// What it means.
    pub sentence: &'static str,
    /// Where the specification says so.
    pub clause: &'static str,
}

const fn number(
    number: i64,
    name: &'static str,
    sentence: &'static str,
    clause: &'static str,
) -> Number {
    Number {
        number,
        name,
        sentence,
        clause,
    }
}

/// PIN/UV auth protocols (0x06).
pub(crate) const PROTOCOLS: &[Number] = &[
    number(
        1,
        "protocol 1",
        "The protocol of CTAP 2.0: AES-256-CBC under SHA-256 of the shared point, codes of 16 bytes.",
        "CTAP 2.3 §6.5.6",
    ),
    number(
        2,
        "protocol 2",
        "Separate keys for encrypting and authenticating, a random start value, codes of 32 bytes.",
        "CTAP 2.3 §6.5.7",
    ),
];

/// Subcommands of authenticatorConfig (0x1F).
pub(crate) const SETTINGS: &[Number] = &[
    number(
        0x01,
        "enableEnterpriseAttestation",
        "Switches enterprise attestation on, until the next reset.",
        "CTAP 2.3 §6.11.1",
    ),
    number(
        0x02,
        "toggleAlwaysUv",
        "Switches user verification at every use on or off.",
        "CTAP 2.3 §6.11.2",
    ),
    number(
        0x03,
        "setMinPINLength",
        "Raises the length that a PIN must have, or demands a new PIN.",
        "CTAP 2.3 §6.11.4",
    ),
    number(
        0x04,
        "enableLongTouchForReset",
        "Makes a reset take a long touch.",
        "CTAP 2.3 §6.11",
    ),
    number(
        0xFF,
        "vendorPrototype",
        "Settings of the maker's own.",
        "CTAP 2.3 §6.11.3",
    ),
];

const ALGORITHM: &str = "WebAuthn L3 §5.8.5; IANA COSE Algorithms";

/// What each algorithm of [`Algorithm`] is; the name is there.
pub(crate) const fn known_algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Es256 => {
            "ECDSA on the curve P-256, with SHA-256: what nearly every site and key has in common."
        }
        Algorithm::EdDsa => "EdDSA on the curve Ed25519.",
        Algorithm::Es384 => "ECDSA on the curve P-384, with SHA-384.",
        Algorithm::Es512 => "ECDSA on the curve P-521, with SHA-512.",
        Algorithm::Rs256 => "RSA with PKCS #1 v1.5 and SHA-256, as TPMs sign.",
        Algorithm::Rs384 => "RSA with PKCS #1 v1.5 and SHA-384.",
        Algorithm::Rs512 => "RSA with PKCS #1 v1.5 and SHA-512.",
        Algorithm::Ps256 => "RSA with PSS and SHA-256.",
        Algorithm::Ps384 => "RSA with PSS and SHA-384.",
        Algorithm::Ps512 => "RSA with PSS and SHA-512.",
    }
}

/// Algorithms that keys may offer and this bench cannot verify.
pub(crate) const OTHER_ALGORITHMS: &[Number] = &[
    number(
        -9,
        "ESP256",
        "ES256 under its newer number, which also names the curve.",
        ALGORITHM,
    ),
    number(
        -19,
        "Ed25519",
        "EdDSA on the curve Ed25519, under its newer number.",
        ALGORITHM,
    ),
    number(-47, "ES256K", "ECDSA on the curve secp256k1.", ALGORITHM),
    number(
        -48,
        "ML-DSA-44",
        "A signature that quantum computers do not break, the smallest of three sizes.",
        ALGORITHM,
    ),
    number(
        -49,
        "ML-DSA-65",
        "A signature that quantum computers do not break, the middle of three sizes.",
        ALGORITHM,
    ),
    number(
        -50,
        "ML-DSA-87",
        "A signature that quantum computers do not break, the largest of three sizes.",
        ALGORITHM,
    ),
    number(
        -51,
        "ESP384",
        "ES384 under its newer number, which also names the curve.",
        ALGORITHM,
    ),
    number(
        -52,
        "ESP512",
        "ES512 under its newer number, which also names the curve.",
        ALGORITHM,
    ),
    number(-53, "Ed448", "EdDSA on the curve Ed448.", ALGORITHM),
    number(
        -65535,
        "RS1",
        "RSA with PKCS #1 v1.5 and SHA-1, which is no longer safe.",
        ALGORITHM,
    ),
];

/// A certificate that a key may claim (0x13), with the levels it can have.
pub(crate) struct Certificate {
    /// As a key writes it.
    pub id: &'static str,
    /// What it is.
    pub sentence: &'static str,
    /// The highest level; the lowest is 1.
    pub highest: u64,
}

/// The certificates of CTAP 2.3 §7.3.
pub(crate) const CERTIFICATES: &[Certificate] = &[
    Certificate {
        id: "FIPS-CMVP-2",
        sentence: "FIPS 140-2, the overall level.",
        highest: 4,
    },
    Certificate {
        id: "FIPS-CMVP-3",
        sentence: "FIPS 140-3, the overall level.",
        highest: 4,
    },
    Certificate {
        id: "FIPS-CMVP-2-PHY",
        sentence: "FIPS 140-2, the level of physical security.",
        highest: 4,
    },
    Certificate {
        id: "FIPS-CMVP-3-PHY",
        sentence: "FIPS 140-3, the level of physical security.",
        highest: 4,
    },
    Certificate {
        id: "CC-EAL",
        sentence: "Common Criteria, the evaluation assurance level.",
        highest: 7,
    },
    Certificate {
        id: FIDO,
        sentence: "The FIDO Alliance's certificate for authenticators.",
        highest: 6,
    },
    Certificate {
        id: "CCN-CPSTIC",
        sentence: "Listed in the catalogue of Spain's national cryptologic centre.",
        highest: 1,
    },
];

/// The certificate whose levels have names.
pub(crate) const FIDO: &str = "FIDO";

/// The names of the FIDO Alliance's levels, the first one being 1.
pub(crate) const FIDO_LEVELS: [&str; 6] = ["L1", "L1+", "L2", "L2+", "L3", "L3+"];
