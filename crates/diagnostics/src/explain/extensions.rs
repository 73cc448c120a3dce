//! Extensions (0x02): those of CTAP 2.3 §12, and the others of the registry of WebAuthn extension
//! identifiers.

use super::words::{Word, stray, word};

/// All of them, the authenticator's first.
pub(crate) const EXTENSIONS: &[Word] = &[
    word(
        "credProtect",
        "A site can ask that a passkey be used, or even be seen, only after user verification.",
        "CTAP 2.3 §12.1",
    ),
    word(
        "credBlob",
        "A site can have a few bytes stored with a passkey.",
        "CTAP 2.3 §12.2",
    ),
    word(
        "largeBlobKey",
        "A passkey can have a key of its own for larger data, which lie in the key's large-blob room.",
        "CTAP 2.3 §12.3",
    ),
    word(
        "largeBlob",
        "A site can have larger data stored with a passkey, read and written at sign-in.",
        "CTAP 2.3 §12.4",
    ),
    word(
        "minPinLength",
        "Sites on a list learn how short a PIN may be.",
        "CTAP 2.3 §12.5",
    ),
    word(
        "pinComplexityPolicy",
        "Sites on a list learn whether simple PINs are refused.",
        "CTAP 2.3 §12.6",
    ),
    word(
        "hmac-secret",
        "A passkey can give a secret that is always the same for the same input, for example to unlock a disk. Sites reach it as prf.",
        "CTAP 2.3 §12.7; WebAuthn L3 §10.1.4",
    ),
    word(
        "hmac-secret-mc",
        "As hmac-secret, already at registration.",
        "CTAP 2.3 §12.8",
    ),
    word(
        "thirdPartyPayment",
        "A shop may start a payment that is confirmed with the bank's passkey.",
        "CTAP 2.3 §12.9",
    ),
    word(
        "uvm",
        "The key signs how it verified its user, such as by finger or by PIN.",
        "WebAuthn Level 2 §10.3",
    ),
    word(
        "uvi",
        "The key signs an index of the user verification's data. WebAuthn dropped it after Level 1.",
        "WebAuthn Level 1 §10.6",
    ),
    word(
        "loc",
        "The key signs where it is. WebAuthn dropped it after Level 1.",
        "WebAuthn Level 1 §10.7",
    ),
    word(
        "exts",
        "The key signs which extensions it has. WebAuthn dropped it after Level 1.",
        "WebAuthn Level 1 §10.5",
    ),
    word(
        "txAuthSimple",
        "The key shows a text before it signs. WebAuthn dropped it after Level 1.",
        "WebAuthn Level 1 §10.2",
    ),
    word(
        "txAuthGeneric",
        "The key shows a picture before it signs. WebAuthn dropped it after Level 1.",
        "WebAuthn Level 1 §10.3",
    ),
    word(
        "biometricPerfBounds",
        "A site can demand how well biometrics must work. WebAuthn dropped it after Level 1.",
        "WebAuthn Level 1 §10.9",
    ),
    stray(
        "authnSel",
        "A site can choose models of keys. The client alone handles it, so that a key has no reason to list it.",
        "WebAuthn Level 1 §10.4",
    ),
    stray(
        "appid",
        "Signing in with credentials that were registered by U2F. The client alone handles it, so that a key has no reason to list it.",
        "WebAuthn L3 §10.1.1",
    ),
    stray(
        "appidExclude",
        "Not registering a key again that U2F registered. The client alone handles it, so that a key has no reason to list it.",
        "WebAuthn L3 §10.1.2",
    ),
    stray(
        "credProps",
        "Tells the site whether the passkey is discoverable. The client alone handles it, so that a key has no reason to list it.",
        "WebAuthn L3 §10.1.3",
    ),
    stray(
        "prf",
        "The site's name for what a key offers as hmac-secret; a key lists that instead.",
        "WebAuthn L3 §10.1.4",
    ),
    stray(
        "payment",
        "The site's name for what a key offers as thirdPartyPayment; a key lists that instead.",
        "Secure Payment Confirmation §5",
    ),
    stray(
        "devicePubKey",
        "A second key that never leaves the device. Drafts of WebAuthn had it; no Level has.",
        "WebAuthn, drafts of Level 3",
    ),
];
