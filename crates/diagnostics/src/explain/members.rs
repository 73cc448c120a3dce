//! Every member of authenticatorGetInfo that CTAP 2.3 §6.4 names.

use super::extensions::EXTENSIONS;
use super::numbers::{Number, PROTOCOLS, SETTINGS};
use super::words::{FORMATS, TRANSPORTS, VERSIONS, Word};

/// One member.
pub(crate) struct Member {
    /// Its number in the map.
    pub number: u64,
    /// The specification's name.
    pub name: &'static str,
    /// What its value must be.
    pub form: Form,
    /// What the value means.
    pub told: &'static str,
    /// What its absence means.
    pub absent: &'static str,
    /// Where the specification says so.
    pub clause: &'static str,
}

/// What a member's value must be, and how it is shown.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A list of texts of a vocabulary.
    Words(&'static [Word]),
    /// A list of numbers of a vocabulary.
    Numbers(&'static [Number]),
    /// A list of numbers that only the maker knows.
    MakersNumbers,
    /// 16 bytes.
    Aaguid,
    /// A map of option IDs to truth values.
    Options,
    /// A number of these, in singular and plural.
    Count(&'static str, &'static str),
    /// A number that counts nothing.
    Version,
    /// A truth value; the sentence for `false`.
    Switch(&'static str),
    /// Bytes.
    Bytes,
    /// Bytes that hold an address in UTF-8.
    Address,
    /// A list of maps with `alg` and `type`.
    Algorithms,
    /// A number with a bit for every method.
    Methods,
    /// A map of names to levels.
    Certificates,
}

impl Form {
    /// The form in words, after "wants".
    pub(crate) const fn wanted(self) -> &'static str {
        match self {
            Self::Words(_) => "a list of texts",
            Self::Numbers(_) | Self::MakersNumbers => "a list of numbers",
            Self::Aaguid => "16 bytes",
            Self::Options => "a map of texts to true or false",
            Self::Count(..) | Self::Version | Self::Methods => "a number that is not negative",
            Self::Switch(_) => "true or false",
            Self::Bytes => "bytes",
            Self::Address => "bytes that are UTF-8",
            Self::Algorithms => "a list of maps, each with alg and type",
            Self::Certificates => "a map of texts to numbers",
        }
    }
}

const fn member(
    number: u64,
    name: &'static str,
    form: Form,
    [told, absent]: [&'static str; 2],
    clause: &'static str,
) -> Member {
    Member {
        number,
        name,
        form,
        told,
        absent,
        clause,
    }
}

const INFO: &str = "CTAP 2.3 §6.4";
const BYTES: Form = Form::Count("byte", "bytes");
const CHARACTERS: Form = Form::Count("character", "characters");

/// The members that a key must tell.
pub(crate) const REQUIRED: [u64; 2] = [0x01, 0x03];

/// All of them, by number.
pub(crate) const MEMBERS: &[Member] = &[
    member(
        0x01,
        "versions",
        Form::Words(VERSIONS),
        [
            "The protocol versions that the key speaks. Clients choose their commands by them.",
            "The specification demands this member. Without it, clients cannot tell how to talk to the key.",
        ],
        INFO,
    ),
    member(
        0x02,
        "extensions",
        Form::Words(EXTENSIONS),
        [
            "What the key can do beyond plain passkeys, when a site or a client asks for it.",
            "The key offers nothing beyond plain passkeys.",
        ],
        "CTAP 2.3 §6.4 and §12",
    ),
    member(
        0x03,
        "aaguid",
        Form::Aaguid,
        [
            "Names the model, and no single key: all keys of a model share it. Its maker's statement is found under it in the FIDO Metadata Service.",
            "The specification demands this member. Without it, nobody can tell the model.",
        ],
        INFO,
    ),
    member(
        0x04,
        "options",
        Form::Options,
        [
            "What the key is able to do, and what is switched on.",
            "Every option has its default.",
        ],
        INFO,
    ),
    member(
        0x05,
        "maxMsgSize",
        BYTES,
        [
            "The longest request that the key takes. A client that has more to send, such as a long list of credentials, sends it in pieces or leaves some out.",
            "Clients may count on 1024 bytes and no more.",
        ],
        INFO,
    ),
    member(
        0x06,
        "pinUvAuthProtocols",
        Form::Numbers(PROTOCOLS),
        [
            "How a client and the key agree on a secret before a PIN travels, the key's favourite first. Clients take the first that they know.",
            "Without a PIN and tokens there is nothing to agree on. With them, clients take protocol 1, the only one of CTAP 2.0, whose keys may leave the list out.",
        ],
        "CTAP 2.3 §6.4 and §6.5.4",
    ),
    member(
        0x07,
        "maxCredentialCountInList",
        Form::Count("credential", "credentials"),
        [
            "How many credentials one allow list or exclude list may hold. Clients ask in several rounds when a site lists more.",
            "The key sets no limit of its own; the longest request does.",
        ],
        INFO,
    ),
    member(
        0x08,
        "maxCredentialIdLength",
        BYTES,
        [
            "A credential ID that is longer is none of the key's. Clients leave it out of what they send.",
            "The key sets no limit: clients send every credential ID that a site lists.",
        ],
        INFO,
    ),
    member(
        0x09,
        "transports",
        Form::Words(TRANSPORTS),
        [
            "The ways in which the key can be reached. A site stores them at registration, so that the browser can say at the next sign-in what to do.",
            "The key does not say in which ways it can be reached.",
        ],
        "CTAP 2.3 §6.4; WebAuthn L3 §5.8.4",
    ),
    member(
        0x0A,
        "algorithms",
        Form::Algorithms,
        [
            "The kinds of signature that the key makes, its favourite first. A site must accept one of them.",
            "The key does not say which kinds of signature it makes; a registration shows it.",
        ],
        INFO,
    ),
    member(
        0x0B,
        "maxSerializedLargeBlobArray",
        BYTES,
        [
            "The room for larger data, for all sites together (option largeBlobs).",
            "There is no room for larger data (option largeBlobs).",
        ],
        "CTAP 2.3 §6.4 and §6.10",
    ),
    member(
        0x0C,
        "forcePINChange",
        Form::Switch("The PIN can be used as it is."),
        [
            "The PIN must be changed first; until then, the key gives nothing for it.",
            "The PIN can be used as it is.",
        ],
        "CTAP 2.3 §6.4 and §7.4",
    ),
    member(
        0x0D,
        "minPINLength",
        CHARACTERS,
        [
            "The shortest PIN that the key takes, counted in Unicode code points.",
            "A PIN has at least 4 characters (Unicode code points).",
        ],
        "CTAP 2.3 §6.4 and §7.4",
    ),
    member(
        0x0E,
        "firmwareVersion",
        Form::Version,
        [
            "The firmware's version as a number of the maker's own; newer firmware has a higher one.",
            "The key does not tell the version of its firmware here; CTAPHID's device version may.",
        ],
        INFO,
    ),
    member(
        0x0F,
        "maxCredBlobLength",
        BYTES,
        [
            "How much a site may have stored with each passkey (extension credBlob).",
            "A site can have nothing stored with a passkey (extension credBlob).",
        ],
        "CTAP 2.3 §6.4 and §12.2",
    ),
    member(
        0x10,
        "maxRPIDsForSetMinPINLength",
        Form::Count("site", "sites"),
        [
            "How many sites can be put on the list of those that learn the shortest PIN (extension minPinLength).",
            "No list can be set of sites that learn the shortest PIN.",
        ],
        "CTAP 2.3 §6.4 and §7.4",
    ),
    member(
        0x11,
        "preferredPlatformUvAttempts",
        Form::Count("time", "times"),
        [
            "How often a client should let the key verify its user itself, such as by a finger, before it asks for the PIN instead.",
            "Clients decide for themselves when to ask for the PIN instead of the key's own verification.",
        ],
        "CTAP 2.3 §6.4 and §6.5.5.7.3",
    ),
    member(
        0x12,
        "uvModality",
        Form::Methods,
        [
            "How the key verifies its user itself; each bit is a method.",
            "The key does not say how it verifies its user; the option uv says whether it does.",
        ],
        "CTAP 2.3 §6.4; FIDO Registry of Predefined Values §3.1",
    ),
    member(
        0x13,
        "certifications",
        Form::Certificates,
        [
            "Certificates that the key claims to have. This is a hint; the FIDO Metadata Service is where to check it.",
            "The key claims no certificates.",
        ],
        "CTAP 2.3 §6.4 and §7.3",
    ),
    member(
        0x14,
        "remainingDiscoverableCredentials",
        Form::Count("passkey", "passkeys"),
        [
            "How many more fit, by a cautious estimate: their sizes differ.",
            "The key does not say how many passkeys fit; it refuses one when it is full.",
        ],
        INFO,
    ),
    member(
        0x15,
        "vendorPrototypeConfigCommands",
        Form::MakersNumbers,
        [
            "Settings of the maker's own, by numbers that only the maker explains.",
            "The key names no settings of its maker's own.",
        ],
        "CTAP 2.3 §6.4 and §6.11.3",
    ),
    member(
        0x16,
        "attestationFormats",
        Form::Words(FORMATS),
        [
            "In which forms the key vouches for its model, its favourite first.",
            "The key does not say in which forms it vouches for its model; packed is the usual one.",
        ],
        "CTAP 2.3 §6.4; WebAuthn L3 §8",
    ),
    member(
        0x17,
        "uvCountSinceLastPinEntry",
        Form::Count("time", "times"),
        [
            "How often the key verified its user itself since the PIN was typed last. Clients can ask for the PIN now and then, so that nobody forgets it.",
            "The key does not count how long the PIN was not needed.",
        ],
        INFO,
    ),
    member(
        0x18,
        "longTouchForReset",
        Form::Switch("A reset takes a touch like any other."),
        [
            "A reset takes a long touch, so that nobody resets the key by mistake.",
            "A reset takes a touch like any other.",
        ],
        "CTAP 2.3 §6.4 and §6.6",
    ),
    member(
        0x19,
        "encIdentifier",
        Form::Bytes,
        [
            "Names this very key to clients that hold a lasting token from it, and to nobody else. It is encrypted anew each time.",
            "Clients have nothing to know this very key again by.",
        ],
        INFO,
    ),
    member(
        0x1A,
        "transportsForReset",
        Form::Words(TRANSPORTS),
        [
            "The only ways in which the key can be reset.",
            "The key does not restrict in which ways it can be reset.",
        ],
        "CTAP 2.3 §6.4 and §6.6",
    ),
    member(
        0x1B,
        "pinComplexityPolicy",
        Form::Switch("A PIN only has to be long enough."),
        [
            "A PIN that is long enough is still refused when it is too simple, by rules of the maker's.",
            "The key does not say that a PIN must be more than long enough.",
        ],
        "CTAP 2.3 §6.4 and §7.5",
    ),
    member(
        0x1C,
        "pinComplexityPolicyURL",
        Form::Address,
        [
            "Where the rules for PINs are explained.",
            "No page is named that explains rules for PINs.",
        ],
        "CTAP 2.3 §6.4 and §7.5",
    ),
    member(
        0x1D,
        "maxPINLength",
        CHARACTERS,
        [
            "The longest PIN that the key takes, counted in Unicode code points.",
            "A PIN may have 63 bytes in UTF-8.",
        ],
        "CTAP 2.3 §6.4 and §6.5.1",
    ),
    member(
        0x1E,
        "encCredStoreState",
        Form::Bytes,
        [
            "Tells clients that hold a lasting token whether passkeys were added, changed or removed. It is encrypted anew each time.",
            "Clients must read the list of passkeys again to see whether it changed.",
        ],
        "CTAP 2.3 §6.4 and §6.8",
    ),
    member(
        0x1F,
        "authenticatorConfigCommands",
        Form::Numbers(SETTINGS),
        [
            "Which settings clients can change (authenticatorConfig).",
            "The key does not list which settings clients can change; the options say some of it.",
        ],
        "CTAP 2.3 §6.4 and §6.11",
    ),
];
