//! Keys that open a channel as they should, and answer authenticatorGetInfo as they should not.

use std::net::{SocketAddr, UdpSocket};
use std::thread;

use ctap::hid::{
    Assembler, Capabilities, ChannelId, Command, InitResponse, PROTOCOL_VERSION, Packet,
    REPORT_LENGTH, fragment,
};
use webauthn::cbor::Value;

use super::{assert_fits_a_screen, keys, text};

/// Serves, until the test's process ends, a key that gives this answer to every command; to none,
/// when there is none.
fn key_that_answers(answer: Option<Vec<u8>>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    thread::spawn(move || serve(&socket, answer.as_deref()));
    address
}

fn serve(socket: &UdpSocket, answer: Option<&[u8]>) {
    let mut report = [0; REPORT_LENGTH];
    let mut assembler = Assembler::default();
    while let Ok((_, client)) = socket.recv_from(&mut report) {
        let Ok(Some(message)) = assembler.push(Packet::read(&report)) else {
            continue;
        };
        let reply = match (message.command, answer) {
            (Command::Init, _) => Some(init(&message.payload)),
            (Command::Cbor, Some(answer)) => Some(answer.to_vec()),
            _ => None,
        };
        let reports = reply.map(|reply| fragment(message.channel, message.command, &reply));
        for report in reports.into_iter().flatten().flatten() {
            let _ = socket.send_to(&report, client);
        }
    }
}

fn init(nonce: &[u8]) -> Vec<u8> {
    InitResponse {
        nonce: nonce.try_into().expect("a nonce"),
        channel: ChannelId(7),
        protocol_version: PROTOCOL_VERSION,
        device_version: [9, 9, 9],
        capabilities: Capabilities(Capabilities::CBOR),
    }
    .encode()
}

fn with_status(mut cbor: Vec<u8>) -> Vec<u8> {
    cbor.insert(0, 0x00);
    cbor
}

fn info(arguments: &[&str], answer: Option<Vec<u8>>) -> (Option<i32>, String, String) {
    let id = format!("udp:{}", key_that_answers(answer));
    let output = keys(&[&["info", "--key", &id], arguments].concat());
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn a_hostile_answer_is_shown_without_harm() {
    let number = Value::Unsigned;
    let nasty = "\u{1b}]0;owned\u{7}\u{202e}gnirts\n\nudp:127.0.0.1:1  Trusted";
    let answer = Value::Map(vec![
        (number(0x01), Value::Array(vec![Value::text(nasty)])),
        (number(0x02), Value::Bool(true)),
        (number(0x03), Value::bytes(vec![1; 4])),
        (
            number(0x04),
            Value::map([(Value::text(nasty), Value::text(nasty))]),
        ),
        (number(0x05), Value::Unsigned(u64::MAX)),
        (number(0x09), Value::Array(vec![Value::text("usb"); 700])),
        (number(0x99), Value::bytes(vec![0xEE; 3_000])),
        (Value::text(nasty), Value::Null),
    ]);
    for explain in [&[][..], &["--explain"]] {
        let (code, page, complaint) = info(explain, Some(with_status(answer.encode())));
        assert_eq!((code, complaint.as_str()), (Some(0), ""));
        let harmless = |it: char| it == '\n' || !(it.is_control() || it == '\u{202e}');
        assert!(page.chars().all(harmless), "{page}");
        assert!(
            !page
                .lines()
                .any(|line| line.starts_with("udp:127.0.0.1:1 ")),
            "a key adds no line: {page}"
        );
        for words in [
            "(wrong)",
            "(unknown)",
            "member 0x99",
            "18446744073709551615 bytes",
        ] {
            assert!(page.contains(words), "no {words} in {page}");
        }
        assert!(page.lines().count() < 400, "{} lines", page.lines().count());
    }
    let (code, json, _) = info(&["--json"], Some(with_status(answer.encode())));
    assert_eq!(code, Some(0));
    let report: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(report["facts"][1]["standing"], "malformed");
}

#[test]
fn an_answer_that_is_none_is_the_keys_fault_in_one_sentence() {
    for answer in [
        vec![],
        vec![0x00],
        vec![0x01],
        vec![0xF3],
        vec![0x00, 0xA1, 0x01],
        vec![0x00, 0x80],
        vec![0xFF; 7_609],
        with_status(vec![0x9F; 7_000]),
    ] {
        let (code, page, complaint) = info(&[], Some(answer.clone()));
        assert_eq!((code, page.as_str()), (Some(1), ""), "{answer:02x?}");
        assert!(complaint.starts_with("touchstone: "), "{complaint}");
        assert!(complaint.ends_with(".\n"), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

#[test]
fn a_key_that_falls_silent_is_given_up() {
    let (code, page, complaint) = info(&[], None);
    assert_eq!((code, page.as_str()), (Some(1), ""));
    assert!(complaint.contains("silent"), "{complaint}");
}

#[test]
fn a_smallest_answer_leaves_every_default_explained() {
    let answer = Value::map([
        (
            Value::Unsigned(1),
            Value::Array(vec![Value::text("FIDO_2_0")]),
        ),
        (Value::Unsigned(3), Value::bytes(vec![0; 16])),
    ]);
    let (code, page, _) = info(&["--explain"], Some(with_status(answer.encode())));
    assert_eq!(code, Some(0));
    assert_fits_a_screen(&page);
    for words in ["All zeros", "1024 bytes", "this is the default"] {
        assert!(page.contains(words), "no {words} in {page}");
    }
}
