//! Fields of what phones send and get, which the API's document does not describe: crate `pin_sync`
//! does.

use crate::api::Direction;

/// The fields of a message's half; none of a message that the document describes.
pub(super) fn fields(path: &str, direction: Direction) -> &'static [&'static str] {
    match (path, direction) {
        ("/pin/enrol/claim", Direction::Request) => &["code", "deviceId", "deviceName", "kd"],
        ("/pin/enrol/claim", Direction::Response) => &[
            "enrolmentId",
            "rpId",
            "rpName",
            "accountId",
            "username",
            "ks",
            "testIterations",
            "previous",
            "previous.enrolmentId",
            "previous.signature",
        ],
        ("/pin/enrol/finish", Direction::Request) => &["enrolmentId", "deviceId", "signature"],
        ("/pin/enrol/finish", Direction::Response) => &["signature"],
        ("/pin/exchange", Direction::Request) => &[
            "enrolmentId",
            "deviceId",
            "syncCounter",
            "nonceD",
            "ed",
            "purpose",
            "signature",
        ],
        ("/pin/exchange", Direction::Response) => &[
            "nonceS",
            "es",
            "gcmNonce",
            "ciphertext",
            "signature",
            "refusal",
            "refusal.reason",
            "refusal.enrolmentId",
            "refusal.nonceD",
            "refusal.policyVersion",
            "refusal.issuedAt",
        ],
        ("/pin/online", Direction::Request) => &[
            "enrolmentId",
            "deviceId",
            "syncCounter",
            "gcmNonce",
            "ciphertext",
        ],
        ("/pin/online", Direction::Response) => &["gcmNonce", "ciphertext", "signature"],
        ("/pin/sync/ack", Direction::Request) => &[
            "enrolmentId",
            "deviceId",
            "syncCounter",
            "pinVersion",
            "policyVersion",
            "failures",
            "mac",
        ],
        ("/pin/stream/challenge", Direction::Request) => &["enrolmentId"],
        ("/pin/stream/challenge", Direction::Response) => &["challenge"],
        ("/pin/stream", Direction::Request) => {
            &["enrolmentId", "deviceId", "challenge", "signature"]
        }
        _ => &[],
    }
}
