//! The example as the page lists it.

use serde_json::Value;

use super::{Example, project, writes};

/// The sections in the order in which they happen, and in each the values worth a line.
const LISTED: [(&str, &[&str]); 7] = [
    (
        "enrolment",
        &[
            "rpId",
            "accountId",
            "deviceId",
            "enrolmentId",
            "kdPrivate",
            "kd",
            "ksPrivate",
            "ks",
            "code",
            "offerText",
            "codeFingerprint",
            "t",
            "digits",
            "signatureByKd",
            "signatureByKs",
        ],
    ),
    (
        "pin",
        &[
            "composed",
            "salt",
            "iterations",
            "pinHash",
            "kv",
            "verifier",
        ],
    ),
    (
        "sync",
        &[
            "syncCounter",
            "nonceD",
            "edPrivate",
            "ed",
            "m",
            "requestSignature",
            "nonceS",
            "esPrivate",
            "es",
            "transcript",
            "z",
            "hkdfSalt",
            "payloadKey",
            "online",
            "confirm",
            "response",
            "payload",
            "gcmNonce",
            "ciphertext",
            "signed",
            "answerSignature",
            "failures",
            "ackMac",
        ],
    ),
    (
        "change",
        &[
            "syncCounter",
            "transcript",
            "online",
            "oldPin",
            "newPin",
            "onlinePlain",
            "onlineNonce",
            "onlineCiphertext",
            "outcomePlain",
            "outcomeNonce",
            "outcomeCiphertext",
            "outcomeSignature",
        ],
    ),
    (
        "refusal",
        &["reason", "nonceD", "policyVersion", "issuedAt", "signature"],
    ),
    (
        "stream",
        &[
            "challenge",
            "streamSignature",
            "pinVersion",
            "policyVersion",
            "issuedAt",
            "beatSignature",
        ],
    ),
    ("logon", &["challenge", "text", "suite", "key", "answer"]),
];

fn listing(all: &Value) -> String {
    let line = |section: &str, name: &&str| match &all[section][*name] {
        Value::String(text) => format!("{name} = {text}\n"),
        Value::Null => panic!("{section}.{name} is not in the example"),
        other => format!("{name} = {other}\n"),
    };
    let block = |(section, names): &(&str, &[&str])| {
        let lines: String = names.iter().map(|name| line(section, name)).collect();
        format!("\n#### {section}\n```text\n{lines}```\n")
    };
    LISTED.iter().map(block).collect()
}

#[test]
fn the_page_lists_the_worked_example() {
    const BEGIN: &str = "<!-- listing begins -->\n";
    const END: &str = "<!-- listing ends -->";
    let path = project("docs/pin-sync.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("the listing's begin");
    let (kept, after) = rest.split_once(END).expect("the listing's end");
    let ours = listing(&Example::new().all());
    if writes() {
        let page = [before, BEGIN, &ours, END, after].concat();
        std::fs::write(&path, page).expect("the page");
        return;
    }
    assert_eq!(ours, kept, "TOUCHSTONE_WRITE_VECTORS=1 writes it anew");
}
