//! `touchstone keys` against keys over UDP: our own, and some that say what they should not.

mod odd;
mod pin;

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// `touchstone device` on a free port.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_touchstone"))
            .args(["device", "--udp", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("touchstone starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let address = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on udp ")?.parse().ok())
            .expect("it listens");
        Self { child, address }
    }

    fn id(&self) -> String {
        format!("udp:{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keys(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_touchstone"))
        .arg("keys")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("touchstone starts")
}

/// What it printed, having succeeded.
fn printed(arguments: &[&str]) -> String {
    let output = keys(arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    assert_eq!(text(&output.stderr), "", "{arguments:?}");
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).expect("it is JSON")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A port where nobody answers.
fn silent() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    (socket, address)
}

/// The names of a map's members, sorted.
fn members(value: &Value) -> Vec<&str> {
    let members = value.as_object().into_iter().flatten();
    let mut names: Vec<&str> = members.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Lines that a person reads without scrolling sideways; a command to copy has one line.
fn assert_fits_a_screen(page: &str) {
    for line in page.lines().filter(|line| !line.contains("$ ")) {
        assert!(line.chars().count() <= 100, "too wide: {line}");
        assert_eq!(line.trim_end(), line);
    }
}

#[test]
fn keys_are_listed_in_columns_and_as_json() {
    let (one, other) = (Served::start(&[]), Served::start(&["--profile", "pin-key"]));
    let udp = [one.address.to_string(), other.address.to_string()];
    let asked = ["list", "--udp", &udp[0], "--udp", &udp[1]];
    let page = printed(&asked);
    assert_fits_a_screen(&page);
    for line in ["KEY", &one.id(), &other.id()] {
        assert!(page.lines().any(|it| it.starts_with(line)), "{page}");
    }
    let list = json(&[&asked[..], &["--json"]].concat());
    let ours: Vec<&Value> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter(|key| key["bus"] == "udp")
        .collect();
    assert_eq!(ours.len(), 2);
    assert_eq!(
        members(ours[0]),
        [
            "bus",
            "id",
            "manufacturer",
            "name",
            "path",
            "problem",
            "product",
            "productId",
            "serial",
            "vendorId"
        ]
    );
    assert_eq!(ours[0]["id"], one.id());
}

#[test]
fn an_address_where_nobody_answers_is_named_with_what_to_start_there() {
    let (_socket, address) = silent();
    let served = Served::start(&[]);
    let (dead, alive) = (address.to_string(), served.address.to_string());
    for (arguments, still_listed) in [
        (vec!["list", "--udp", &dead, "--udp", &alive], true),
        (vec!["info", "--key", &format!("udp:{dead}")], false),
    ] {
        let output = keys(&arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let complaint = text(&output.stderr);
        assert!(
            complaint.contains(&format!("touchstone device --udp {dead}")),
            "{complaint}"
        );
        assert_eq!(text(&output.stdout).contains(&served.id()), still_listed);
    }
}

#[test]
fn a_key_says_who_it_is_on_one_screen() {
    let served = Served::start(&["--profile", "fingerprint-key"]);
    let page = printed(&["info", "--key", &served.id()]);
    assert_fits_a_screen(&page);
    assert!(page.lines().count() <= 40, "{page}");
    for words in [
        &served.id(),
        "CTAPHID 2",
        "verifies its user itself",
        "aaguid",
        "52af4a5f-6dc2-4b65-8b5a-50d8c62c867f",
        "ES256 (-7)",
        "authenticatorGetInfo",
    ] {
        assert!(page.contains(words), "no {words} in {page}");
    }
    let longest = page.lines().find(|line| line.starts_with("  maxMsgSize "));
    assert!(
        longest.is_some_and(|line| line.ends_with(" bytes")),
        "{page}"
    );
    let address = served.address.to_string();
    let by_address = printed(&["info", "--udp", &address]);
    let without_times = |page: &str| {
        let lines = page.lines().filter(|line| !line.starts_with("Took: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        without_times(&by_address),
        without_times(&page),
        "a single key need not be named"
    );
}

#[test]
fn every_member_is_explained_with_its_clause_on_demand() {
    let served = Served::start(&[]);
    let page = printed(&["info", "--explain", "--key", &served.id()]);
    assert_fits_a_screen(&page);
    for number in 0x01..=0x1F {
        assert!(
            page.contains(&format!("\n0x{number:02X}  ")),
            "0x{number:02X}"
        );
    }
    let clauses = page.matches("[CTAP 2.3 §").count() + page.matches("[WebAuthn L").count();
    assert!(clauses > 31 + 20, "{clauses} clauses");
}

#[test]
fn the_json_of_a_report_keeps_its_shape() {
    let served = Served::start(&[]);
    let report = json(&["info", "--json", "--key", &served.id()]);
    assert_eq!(
        members(&report),
        ["bytes", "facts", "init", "key", "pin", "remarks", "took"]
    );
    assert_eq!(
        members(&report["init"]),
        [
            "capabilities",
            "deviceVersion",
            "explained",
            "protocolVersion"
        ]
    );
    assert_eq!(
        members(&report["pin"]),
        [
            "powerCycleNeeded",
            "retries",
            "sentence",
            "set",
            "supported",
            "uvRetries"
        ]
    );
    assert_eq!(members(&report["took"][0]), ["command", "micros"]);
    let facts = report["facts"].as_array().expect("a list");
    assert_eq!(facts.len(), 0x1F);
    for (number, fact) in (0x01..).zip(facts) {
        assert_eq!(
            members(fact),
            [
                "clause", "name", "number", "parts", "sentence", "shown", "standing", "value"
            ]
        );
        assert_eq!(fact["number"], number);
    }
    let options = &facts[3];
    assert_eq!(
        (&options["name"], &options["value"]["rk"]),
        (&"options".into(), &true.into())
    );
    assert_eq!(
        members(&options["parts"][0]),
        ["clause", "name", "sentence", "shown", "standing"]
    );
    assert!(facts[3]["parts"].as_array().expect("a list").len() >= 20);
}

#[test]
fn among_several_keys_one_must_be_named() {
    let (one, other) = (Served::start(&[]), Served::start(&[]));
    let udp = [one.address.to_string(), other.address.to_string()];
    let both = ["info", "--udp", &udp[0], "--udp", &udp[1]];
    let output = keys(&both);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let complaint = text(&output.stderr);
    assert!(
        complaint.contains(&one.id()) && complaint.contains(&other.id()),
        "{complaint}"
    );
    let id = other.id();
    let named = [&both[..], &["--key", &id, "--json"]].concat();
    assert_eq!(json(&named)["key"]["id"], id);
}

#[test]
fn names_that_are_none_are_refused_before_anything_is_asked() {
    for name in ["", "hidraw0", "udp:localhost", "usb:1"] {
        let output = keys(&["info", "--key", name]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(text(&output.stderr).contains("names no key"), "{name}");
    }
    let output = keys(&["info", "--key", "hid:/dev/hidraw999"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("touchstone keys list"));
}

#[test]
fn the_doctor_says_what_it_found_and_what_to_type() {
    let output = keys(&["doctor", "--json"]);
    let findings: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let findings = findings.as_array().expect("a list");
    let page = text(&keys(&["doctor"]).stdout);
    assert_fits_a_screen(&page);
    let mut problems = 0;
    for finding in findings {
        assert_eq!(
            members(finding),
            ["command", "sentence", "state", "title", "what"]
        );
        let said = |member: &str| finding[member].as_str().unwrap_or_default();
        assert!(["ok", "problem", "optional", "unknown"].contains(&said("state")));
        problems += i32::from(said("state") == "problem");
        assert!(page.contains(said("title")), "{page}");
        if let Some(command) = finding["command"].as_str() {
            assert!(
                page.lines()
                    .any(|line| line.trim_start() == format!("$ {command}")),
                "{command} can be copied from {page}"
            );
        }
    }
    assert_eq!(output.status.code(), Some(problems.min(1)));
}

#[test]
fn the_doctor_tries_the_addresses_it_is_given() {
    let served = Served::start(&[]);
    let (_socket, address) = silent();
    let (alive, dead) = (served.address.to_string(), address.to_string());
    let output = keys(&["doctor", "--json", "--udp", &alive, "--udp", &dead]);
    assert_eq!(
        output.status.code(),
        Some(1),
        "nobody answers at one of them"
    );
    let findings: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let udp: Vec<&Value> = findings
        .as_array()
        .expect("a list")
        .iter()
        .filter(|finding| finding["what"] == "udp")
        .collect();
    assert_eq!(
        (&udp[0]["state"], &udp[1]["state"]),
        (&"ok".into(), &"problem".into())
    );
    assert_eq!(udp[1]["command"], format!("touchstone device --udp {dead}"));
}
