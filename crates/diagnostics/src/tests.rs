//! Reports of our own devices over UDP, and of keys that answer something else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use client::{
    Bus, Channel, ChannelError, FoundKey, KeepaliveStatus, KeyChannel, KeyId, Tap, Transact,
};
use ctap::client_pin::Response;
use ctap::get_info::Info;
use ctap::hid::{Capabilities, ChannelId, InitResponse};
use ctap::{Command, Status, answer};
use device::{Model, Presence, Seams, Shelf, udp};
use timeline::{ManualClock, Silent, Timestamp};
use tokio_util::sync::CancellationToken;
use vault::{KeyHome, Vault};
use webauthn::json::AuthenticatorAttachment;

use crate::{Error, Fact, Report, Standing, report};

fn key(address: SocketAddr) -> FoundKey {
    FoundKey {
        id: KeyId::udp(address),
        name: "Security key".into(),
        manufacturer: None,
        product: None,
        serial: None,
        vendor_id: None,
        product_id: None,
        bus: Bus::Udp,
        path: address.to_string(),
        problem: None,
    }
}

/// The report of one of our own devices, reached as any key over UDP.
async fn report_of(model: Model) -> Report {
    let clock = Arc::new(ManualClock::new(Timestamp(0)));
    let seams = Seams::new(clock.clone(), Arc::new(Silent)).presence(Presence::Deny);
    let vault = Vault::open(std::path::Path::new(""), KeyHome::Memory).expect("in memory");
    let device = Shelf::new(vault, seams)
        .add("A key", model)
        .expect("it is made");
    let socket = udp::bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    let served = tokio::spawn(udp::serve(device, socket, udp::Options::default()));
    let mut channel = KeyChannel::over_udp(address, Tap::silent())
        .await
        .expect("it answers");
    let init = *channel.init_response();
    let never = CancellationToken::new();
    let report = report(key(address), Some(&init), &mut channel, &*clock, &never)
        .await
        .expect("it answers");
    served.abort();
    report
}

fn fact<'a>(report: &'a Report, name: &str) -> &'a Fact {
    let mut facts = report.facts.iter();
    facts.find(|fact| fact.name == name).expect(name)
}

#[tokio::test]
async fn every_key_of_ours_is_known_to_the_last_word() {
    for model in Model::ALL.into_iter().filter(|model| model.is_key()) {
        let report = report_of(model).await;
        assert_eq!(report.remarks, Vec::<String>::new(), "{model:?}");
        for fact in &report.facts {
            assert!(
                matches!(fact.standing, Standing::Told | Standing::Absent),
                "{model:?}: {fact:?}"
            );
            for part in &fact.parts {
                assert!(
                    matches!(part.standing, Standing::Told | Standing::Absent),
                    "{model:?}: {part:?}"
                );
            }
        }
        let init = report.init.as_ref().expect("CTAPHID was spoken");
        assert_eq!(init.protocol_version, 2);
        assert_eq!(report.took[0].command, "authenticatorGetInfo");
        assert!(report.bytes.starts_with('a'), "a map: {}", report.bytes);
        serde_json::to_string(&report).expect("it is JSON");
    }
}

#[tokio::test]
async fn a_keys_pin_is_told_by_its_model() {
    let plain = report_of(Model::Key).await;
    assert!(!plain.pin.supported);
    assert!(
        plain.pin.sentence.contains("cannot verify its user"),
        "{}",
        plain.pin.sentence
    );
    let with_pin = report_of(Model::PinKey).await;
    assert!(with_pin.pin.supported && !with_pin.pin.set);
    assert!(
        with_pin.pin.sentence.starts_with("No PIN is set."),
        "{}",
        with_pin.pin.sentence
    );
    let finger = report_of(Model::FingerprintKey).await;
    assert!(
        finger.pin.sentence.contains("verifies its user itself"),
        "{}",
        finger.pin.sentence
    );
    assert_eq!(fact(&finger, "options").standing, Standing::Told);
}

/// A key that gives the answers it was given, in order, and takes its time; then it is gone.
struct Scripted {
    answers: Vec<Vec<u8>>,
    asked: Vec<Vec<u8>>,
    clock: Arc<ManualClock>,
}

impl Channel for Scripted {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        _: &'a CancellationToken,
        _: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        self.asked.push(command.to_vec());
        self.clock.advance(Duration::from_micros(1_500));
        let answer = match self.answers.is_empty() {
            true => Err(ChannelError::Gone("unplugged".into())),
            false => Ok(self.answers.remove(0)),
        };
        Box::pin(async { answer })
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        AuthenticatorAttachment::CrossPlatform
    }
}

async fn scripted(
    init: Option<Capabilities>,
    answers: Vec<Vec<u8>>,
) -> (Result<Report, Error>, Vec<Vec<u8>>) {
    let clock = Arc::new(ManualClock::new(Timestamp(0)));
    let mut channel = Scripted {
        answers,
        asked: Vec::new(),
        clock: clock.clone(),
    };
    let init = init.map(|capabilities| InitResponse {
        nonce: [0; 8],
        channel: ChannelId(1),
        protocol_version: 2,
        device_version: [5, 7, 1],
        capabilities,
    });
    let address = "127.0.0.1:9".parse().expect("an address");
    let never = CancellationToken::new();
    let outcome = report(key(address), init.as_ref(), &mut channel, &*clock, &never).await;
    (outcome, channel.asked)
}

fn info(options: &[(&str, bool)]) -> Vec<u8> {
    let info = Info {
        versions: vec!["FIDO_2_1".into()],
        options: options
            .iter()
            .map(|(id, on)| ((*id).to_owned(), *on))
            .collect(),
        pin_uv_auth_protocols: vec![2, 1],
        ..Info::default()
    };
    answer(Ok(info.encode()))
}

fn pin_answer(response: &Response) -> Vec<u8> {
    answer(Ok(response.encode()))
}

#[tokio::test]
async fn tries_are_asked_for_and_told_before_the_last_is_spent() {
    let with = |retries: u64, power_cycle_state: Option<bool>| {
        pin_answer(&Response {
            pin_retries: Some(retries),
            power_cycle_state,
            ..Response::default()
        })
    };
    for (response, retries, says) in [
        (with(8, None), 8, "8 tries left."),
        (with(1, Some(false)), 1, "one more wrong PIN blocks the key"),
        (with(5, Some(true)), 5, "unplugged and put back"),
        (with(0, Some(true)), 0, "Resetting the key is the only way"),
    ] {
        let (outcome, asked) = scripted(None, vec![info(&[("clientPin", true)]), response]).await;
        let report = outcome.expect("it answers");
        assert_eq!(report.pin.retries, Some(retries));
        assert!(
            report.pin.sentence.contains(says),
            "{}",
            report.pin.sentence
        );
        let Command::ClientPin(request) = Command::decode(&asked[1]).expect("a command") else {
            panic!("another command: {asked:?}");
        };
        assert_eq!(request.pin_uv_auth_protocol, Some(2));
        let took: Vec<(&str, u64)> = report
            .took
            .iter()
            .map(|took| (took.command.as_str(), took.micros))
            .collect();
        assert_eq!(
            took,
            [("authenticatorGetInfo", 1_500), ("getPINRetries", 1_500)]
        );
    }
}

#[tokio::test]
async fn tries_of_its_own_verification_are_asked_for_where_the_version_has_them() {
    let uv = pin_answer(&Response {
        uv_retries: Some(3),
        ..Response::default()
    });
    let options = [("uv", true), ("pinUvAuthToken", true)];
    let (outcome, _) = scripted(None, vec![info(&options), uv]).await;
    let pin = outcome.expect("it answers").pin;
    assert_eq!((pin.supported, pin.uv_retries), (false, Some(3)));
    assert!(pin.sentence.contains("3 tries left"), "{}", pin.sentence);
    let (outcome, asked) = scripted(None, vec![info(&[("uv", true)])]).await;
    assert_eq!(outcome.expect("it answers").pin.uv_retries, None);
    assert_eq!(asked.len(), 1, "CTAP 2.0 has no getUVRetries");
}

#[tokio::test]
async fn blocked_verification_comes_with_the_way_out_that_there_is() {
    let spent = |pin_retries: Option<u64>, uv_retries: Option<u64>| {
        pin_answer(&Response {
            pin_retries,
            uv_retries,
            ..Response::default()
        })
    };
    let options = [("uv", true), ("pinUvAuthToken", true), ("clientPin", true)];
    let answers = vec![info(&options), spent(Some(8), None), spent(None, Some(0))];
    let (outcome, _) = scripted(None, answers).await;
    let with_pin = outcome.expect("it answers").pin.sentence;
    assert!(with_pin.contains("the right PIN opens it"), "{with_pin}");
    let answers = vec![info(&options[..2]), spent(None, Some(0))];
    let (outcome, _) = scripted(None, answers).await;
    let without = outcome.expect("it answers").pin.sentence;
    assert!(without.ends_with("verification is blocked."), "{without}");
}

#[tokio::test]
async fn a_key_that_will_not_count_its_tries_still_has_a_report() {
    let refused = answer(Err(Status::InvalidCommand));
    for odd in [
        refused,
        vec![],
        vec![0x00, 0xFF],
        vec![0x00, 0xA1, 0x03, 0x61, 0x38],
    ] {
        let (outcome, _) = scripted(None, vec![info(&[("clientPin", true)]), odd]).await;
        let report = outcome.expect("getInfo was answered");
        assert_eq!(report.pin.retries, None);
        assert_eq!(report.remarks.len(), 1, "{:?}", report.remarks);
        assert!(
            report.pin.sentence.contains("did not say"),
            "{}",
            report.pin.sentence
        );
    }
    let absurd = pin_answer(&Response {
        pin_retries: Some(u64::MAX),
        ..Response::default()
    });
    let (outcome, _) = scripted(None, vec![info(&[("clientPin", true)]), absurd]).await;
    assert_eq!(outcome.expect("it answers").pin.retries, None);
}

#[tokio::test]
async fn a_key_that_does_not_say_who_it_is_has_none_and_the_fault_is_named() {
    for (answers, code) in [
        (vec![answer(Err(Status::InvalidCommand))], "infoRefused"),
        (vec![vec![]], "infoEmpty"),
        (vec![vec![0x00]], "infoUnreadable"),
        (vec![vec![0x00, 0xA1, 0x01]], "infoUnreadable"),
        (vec![vec![0x00; 7_609]], "infoUnreadable"),
        (vec![], "deviceGone"),
    ] {
        let (outcome, _) = scripted(None, answers).await;
        let error = outcome.expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().ends_with('.'), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_speaks_u2f_only_is_asked_nothing() {
    let (outcome, asked) = scripted(Some(Capabilities(Capabilities::WINK | 0x40)), vec![]).await;
    let report = outcome.expect("nothing was asked");
    assert_eq!((asked.len(), report.facts.len()), (0, 0));
    assert!(report.remarks[0].contains("U2F only"));
    let init = report.init.expect("it was given");
    assert_eq!(init.device_version, "5.7.1");
    let said: Vec<(&str, &str, Standing)> = init
        .explained
        .iter()
        .map(|part| (part.name.as_str(), part.shown.as_str(), part.standing))
        .collect();
    assert_eq!(
        said,
        [
            ("CBOR", "no", Standing::Told),
            ("MSG", "yes", Standing::Told),
            ("WINK", "yes", Standing::Told),
            ("0x40", "yes", Standing::Unknown)
        ]
    );
}

#[tokio::test]
async fn who_the_key_is_stays_known_when_it_does_not_tell_its_tries() {
    let options = [("clientPin", true), ("uv", true), ("pinUvAuthToken", true)];
    let (outcome, asked) = scripted(None, vec![info(&options)]).await;
    let report = outcome.expect("getInfo was answered");
    assert_eq!(asked.len(), 2, "who is gone is not asked again");
    assert_eq!(fact(&report, "options").standing, Standing::Told);
    assert!(report.pin.set && report.pin.retries.is_none());
    let [remark] = report.remarks.as_slice() else {
        panic!("one remark: {:?}", report.remarks);
    };
    assert!(
        remark.starts_with("How many tries at the PIN are left is not known: The device is gone")
    );
}

#[tokio::test]
async fn a_key_of_ctap_2_0_that_names_no_protocol_is_asked_under_its_only_one() {
    let old = Info {
        versions: vec!["FIDO_2_0".into()],
        options: [("clientPin".to_owned(), true)].into(),
        ..Info::default()
    };
    let (_, asked) = scripted(None, vec![answer(Ok(old.encode()))]).await;
    let Command::ClientPin(request) = Command::decode(&asked[1]).expect("a command") else {
        panic!("another command: {asked:?}");
    };
    assert_eq!(request.pin_uv_auth_protocol, Some(1));
}

#[tokio::test]
async fn a_key_that_takes_no_pin_before_it_is_unplugged_says_so_without_a_number_too() {
    let response = pin_answer(&Response {
        power_cycle_state: Some(true),
        ..Response::default()
    });
    let (outcome, _) = scripted(None, vec![info(&[("clientPin", true)]), response]).await;
    let sentence = outcome.expect("it answers").pin.sentence;
    assert!(sentence.contains("unplugged and put back"), "{sentence}");
}

/// A key that answers nothing after these.
struct Hanging(Vec<Vec<u8>>);

impl Channel for Hanging {
    fn transact<'a>(
        &'a mut self,
        _: &'a [u8],
        _: &'a CancellationToken,
        _: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        match self.0.pop() {
            Some(answer) => Box::pin(async { Ok(answer) }),
            None => Box::pin(std::future::pending()),
        }
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        AuthenticatorAttachment::CrossPlatform
    }
}

#[tokio::test]
async fn a_report_does_not_wait_for_ever() {
    for (answers, is_told) in [(vec![], false), (vec![info(&[("clientPin", true)])], true)] {
        let clock = ManualClock::new(Timestamp(0));
        let mut channel = Hanging(answers);
        let never = CancellationToken::new();
        let address = "127.0.0.1:9".parse().expect("an address");
        let asking = report(key(address), None, &mut channel, &clock, &never);
        let (outcome, ()) = tokio::join!(asking, async {
            tokio::task::yield_now().await;
            clock.advance(Duration::from_secs(60));
        });
        match outcome {
            Ok(report) => assert!(is_told && report.remarks.len() == 1, "{:?}", report.remarks),
            Err(error) => assert!(!is_told && error.code() == "deviceStuck", "{error}"),
        }
    }
}
