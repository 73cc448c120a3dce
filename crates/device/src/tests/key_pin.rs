//! A key whose PIN clients enter, on a real vault.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use ctap::client_pin::{Permissions, Request, Response, Subcommand, pad, pin_hash};
use ctap::pin_uv_auth::{KeyAgreement, Protocol, PublicKey, SharedSecret, Token};
use ctap::{Command, Options, RpEntity, Status, UserEntity, get_info, make_credential};
use serde_json::json;

use super::bench::{Bench, in_folder, memory, prompt, status};
use crate::{Answer, Device, DeviceId, Error, Model, PinState, Presence, Question, Settings};

const PIN: &str = "canary-1234";
const WRONG: &str = "canary-0000";
const FOLDER: &str = "KEY_PIN_FOLDER";
const DEVICE: &str = "KEY_PIN_DEVICE";
const MARK: &str = "@ ";

async fn client_pin(device: &Device, request: Request) -> Result<Response, Status> {
    let command = Command::ClientPin(Box::new(request)).encode();
    let answer = device.start(command).answer().await;
    match Status::from(answer[0]) {
        Status::Ok => Ok(Response::decode(&answer[1..]).expect("well-formed")),
        status => Err(status),
    }
}

async fn agree(device: &Device) -> (PublicKey, SharedSecret) {
    let request = Request {
        pin_uv_auth_protocol: Some(2),
        ..Request::new(Subcommand::GetKeyAgreement)
    };
    let response = client_pin(device, request).await.expect("a key");
    let own = KeyAgreement::generate(&mut getrandom::SysRng).expect("a key");
    let peer = response.key_agreement.expect("a key");
    (own.public(), own.shared_secret(Protocol::Two, &peer))
}

fn sealed(secret: &SharedSecret, text: &[u8]) -> Vec<u8> {
    secret
        .encrypt(&mut getrandom::SysRng, text)
        .expect("whole blocks")
}

async fn set_pin(device: &Device, pin: &str) -> Result<(), Status> {
    let (key, secret) = agree(device).await;
    let new_pin_enc = sealed(&secret, &*pad(pin.as_bytes()).expect("short enough"));
    let request = Request {
        pin_uv_auth_protocol: Some(2),
        key_agreement: Some(key),
        pin_uv_auth_param: Some(secret.authenticate(&new_pin_enc)),
        new_pin_enc: Some(new_pin_enc),
        ..Request::new(Subcommand::SetPin)
    };
    client_pin(device, request).await.map(drop)
}

async fn token(device: &Device, pin: &str) -> Result<Token, Status> {
    let (key, secret) = agree(device).await;
    let request = Request {
        pin_uv_auth_protocol: Some(2),
        key_agreement: Some(key),
        pin_hash_enc: Some(sealed(&secret, &*pin_hash(pin.as_bytes()))),
        permissions: Some(Permissions::MAKE_CREDENTIAL),
        rp_id: Some("example.org".to_owned()),
        ..Request::new(Subcommand::GetTokenUsingPin)
    };
    let response = client_pin(device, request).await?;
    let sealed = response.pin_uv_auth_token.expect("a token");
    Ok(Token::open(&secret, &sealed).expect("it can be read"))
}

fn creation(token: Option<&Token>) -> Command {
    Command::MakeCredential(Box::new(make_credential::Request {
        client_data_hash: [7; 32],
        rp: RpEntity {
            id: "example.org".into(),
            name: None,
        },
        user: UserEntity {
            id: b"alice".to_vec(),
            name: Some("alice".into()),
            display_name: None,
        },
        algorithms: vec![-7],
        exclude_list: Vec::new(),
        extensions: None,
        options: Options {
            rk: Some(true),
            ..Options::default()
        },
        pin_uv_auth_param: token.map(|it| it.authenticate(Protocol::Two, &[7; 32])),
        pin_uv_auth_protocol: token.map(|_| 2),
        enterprise_attestation: None,
        attestation_formats_preference: None,
    }))
}

fn pin_key(bench: &Bench) -> Device {
    let shelf = bench.shelf(memory(), Presence::Auto);
    shelf.add("Key", Model::PinKey).expect("a device")
}

fn state(set: bool, tries_left: u32) -> PinState {
    PinState {
        set,
        tries_left,
        blocked: tries_left == 0,
    }
}

#[tokio::test]
async fn the_owner_sees_whether_a_pin_is_set_and_how_many_tries_are_left() {
    let bench = Bench::new();
    let key = pin_key(&bench);
    assert_eq!(key.pin().expect("a state"), state(false, 8));
    set_pin(&key, PIN).await.expect("a PIN");
    assert_eq!(key.pin().expect("a state"), state(true, 8));
    for left in (0..8).rev() {
        let changes = key.changes();
        let refused = token(&key, WRONG).await.expect_err("wrong");
        let expected = match left {
            0 => Status::PinBlocked,
            5 | 2 => Status::PinAuthBlocked,
            _ => Status::PinInvalid,
        };
        assert_eq!(refused, expected);
        assert_eq!(key.pin().expect("a state"), state(true, left));
        assert!(changes.has_changed().expect("the key is there"));
        if refused == Status::PinAuthBlocked {
            key.power_cycle().await;
        }
    }
    let told = bench.notes.of("device.pin.checked");
    assert_eq!(
        told[2],
        json!({ "device": key.id(), "matched": false, "triesLeft": 5, "needsPowerCycle": true })
    );
    assert_eq!(status(&key, &Command::Reset).await, Status::Ok);
    assert_eq!(key.pin().expect("a state"), state(false, 8));
}

#[tokio::test]
async fn other_devices_have_no_such_pin() {
    let bench = Bench::new();
    let settings = Settings::default();
    for (model, why) in [
        (Model::Key, "noPin"),
        (Model::FingerprintKey, "noPin"),
        (Model::PinKey, "pinAtClient"),
    ] {
        let key = bench.device(model);
        assert!(!key.pin().expect("a state").set);
        assert_eq!(key.change_pin().await.expect_err("no pad").code(), why);
        let refused = key.set_settings(settings).expect_err("nothing to set");
        assert_eq!(refused.code(), "noSettings");
    }
    let key = bench.device(Model::Key);
    let none = client_pin(&key, Request::new(Subcommand::GetPinRetries));
    assert_eq!(none.await, Err(Status::InvalidCommand));
}

#[tokio::test]
async fn pin_and_tries_survive_a_restart_and_rest_sealed() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::new();
    let id = {
        let shelf = bench.shelf(in_folder(folder.path()), Presence::Auto);
        let key = shelf.add("Key", Model::PinKey).expect("a device");
        set_pin(&key, PIN).await.expect("a PIN");
        let token = token(&key, PIN).await.expect("a token");
        assert_eq!(status(&key, &creation(Some(&token))).await, Status::Ok);
        for _ in 0..3 {
            self::token(&key, WRONG).await.expect_err("wrong");
        }
        key.id().clone()
    };
    for file in std::fs::read_dir(folder.path()).expect("a folder") {
        let path = file.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("readable");
        let hash = pin_hash(PIN.as_bytes());
        for secret in [PIN.as_bytes(), hash.as_slice()] {
            assert!(
                !bytes.windows(secret.len()).any(|it| it == secret),
                "{path:?}"
            );
        }
    }
    let shelf = bench.shelf(in_folder(folder.path()), Presence::Auto);
    let key = shelf.open(&id).expect("it is there");
    assert_eq!(key.model(), Model::PinKey);
    assert_eq!(key.pin().expect("a state"), state(true, 5));
    assert!(token(&key, PIN).await.is_ok(), "it was without power");
    assert_eq!(key.pin().expect("a state"), state(true, 8));
    assert_eq!(status(&key, &creation(None)).await, Status::PuatRequired);
    let told = serde_json::to_string(&json!(
        bench
            .notes
            .all()
            .iter()
            .map(|it| &it.body)
            .collect::<Vec<_>>()
    ));
    assert!(!told.expect("JSON").contains("canary"));
}

#[tokio::test]
async fn a_wipe_takes_the_pin_and_the_token_with_it() {
    let bench = Bench::new();
    let key = pin_key(&bench);
    set_pin(&key, PIN).await.expect("a PIN");
    let token = token(&key, PIN).await.expect("a token");
    key.wipe().expect("erased");
    assert_eq!(key.pin().expect("a state"), state(false, 8));
    assert_eq!(
        status(&key, &creation(Some(&token))).await,
        Status::PinNotSet
    );
    set_pin(&key, WRONG).await.expect("a new PIN");
    assert_eq!(
        status(&key, &creation(Some(&token))).await,
        Status::PinAuthInvalid
    );
    assert!(key.passkeys().expect("a list").is_empty());
}

#[tokio::test]
async fn a_removed_key_stores_no_pin() {
    let bench = Bench::new();
    let vault = memory();
    let shelf = bench.shelf(vault.clone(), Presence::Auto);
    let key = shelf.add("Key", Model::PinKey).expect("a device");
    shelf.remove(key.id()).expect("removed");
    assert_eq!(set_pin(&key, PIN).await, Err(Status::Other));
    let rows = vault.transaction(|t| t.list("key-pin")).expect("readable");
    assert!(rows.is_empty());
}

#[tokio::test]
async fn a_damaged_pin_record_is_never_taken_for_none() {
    let bench = Bench::new();
    let vault = memory();
    let shelf = bench.shelf(vault.clone(), Presence::Auto);
    let key = shelf.add("Key", Model::PinKey).expect("a device");
    for bytes in [&b""[..], &[1; 17], &[2; 18], &[1; 19]] {
        vault
            .transaction(|t| t.put("key-pin", key.id().as_str(), bytes))
            .expect("written");
        assert!(matches!(key.pin(), Err(Error::Damaged { .. })));
        assert_eq!(status(&key, &Command::GetInfo).await, Status::Other);
        assert_eq!(status(&key, &creation(None)).await, Status::Other);
        assert_eq!(set_pin(&key, PIN).await, Err(Status::Other));
    }
    let spent = [&[1, 200][..], &[0; 16]].concat();
    vault
        .transaction(|t| t.put("key-pin", key.id().as_str(), &spent))
        .expect("written");
    assert_eq!(key.pin().expect("a state"), state(true, 0));
    assert_eq!(token(&key, PIN).await.map(drop), Err(Status::PinBlocked));
    key.wipe().expect("a wipe helps");
    assert_eq!(set_pin(&key, PIN).await, Ok(()));
}

#[tokio::test]
async fn whoever_touches_a_fingerprint_key_is_verified() {
    let bench = Bench::new();
    let key = bench.device(Model::FingerprintKey);
    let answer = key.start(Command::GetInfo.encode()).answer().await;
    let info = get_info::Info::decode(&answer[1..]).expect("well-formed");
    assert_eq!(info.option("uv"), Some(true));
    let command = creation(None);
    let making = status(&key, &command);
    let touching = async {
        let touch = prompt(
            &key,
            |it| matches!(it, Question::Touch { purpose, .. } if *purpose == "createPasskey"),
        )
        .await;
        key.prompts().answer(touch, Answer::Touch).expect("shown");
    };
    let (made, ()) = tokio::join!(making, touching);
    assert_eq!(made, Status::Ok);
    let done = bench.notes.of("device.verification.done");
    assert_eq!(
        done,
        [json!({ "device": key.id(), "method": "fingerprint", "rpIds": null })]
    );
    assert_eq!(bench.notes.of("device.prompt.shown").len(), 1, "one touch");
    let denying = bench
        .shelf(memory(), Presence::Deny)
        .add("Key", Model::FingerprintKey)
        .expect("a device");
    let refused = status(&denying, &creation(None)).await;
    assert_eq!(refused, Status::OperationDenied);
}

/// The process that is killed; nothing in an ordinary run.
#[tokio::test]
async fn enters_wrong_pins_when_told() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let id = std::env::var(DEVICE).expect("the device's id");
    let shelf = Bench::new().shelf(in_folder(&folder), Presence::Auto);
    let key = shelf
        .open(&DeviceId::parse(&id).expect("an id"))
        .expect("it is there");
    for entered in 1.. {
        match token(&key, WRONG).await.map(drop) {
            Err(Status::PinInvalid) => {}
            Err(Status::PinAuthBlocked) => key.power_cycle().await,
            Err(Status::PinBlocked) => return,
            other => panic!("{other:?}"),
        }
        println!("{MARK}{entered}");
    }
}

fn start(folder: &Path, id: &DeviceId) -> Child {
    Process::new(std::env::current_exe().expect("own path"))
        .args([
            "tests::key_pin::enters_wrong_pins_when_told",
            "--exact",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .env(DEVICE, id.as_str())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test program starts again")
}

/// Kills it a random while after it said that it entered `first` wrong PINs; gives how many it said.
fn kill(mut child: Child, first: u32) -> u32 {
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let number = |line: String| Some(line.split_once(MARK)?.1.parse::<u32>().expect("a number"));
    let mut said = 0;
    while said < first {
        let line = lines.next().expect("it goes on").expect("text");
        said = number(line).unwrap_or(said);
    }
    let mut random = [0; 1];
    getrandom::fill(&mut random).expect("random bytes");
    std::thread::sleep(Duration::from_micros(20_000) * u32::from(random[0]) / 255);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let rest = lines.map_while(Result::ok).filter_map(number);
    rest.last().unwrap_or(said)
}

#[tokio::test]
async fn forty_kills_at_random_instants_give_no_try_for_free() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |id: &DeviceId| {
        let shelf = Bench::new().shelf(in_folder(folder.path()), Presence::Auto);
        shelf.open(id).expect("it is there")
    };
    let id = {
        let shelf = Bench::new().shelf(in_folder(folder.path()), Presence::Auto);
        let key = shelf.add("Key", Model::PinKey).expect("a device");
        set_pin(&key, PIN).await.expect("a PIN");
        key.id().clone()
    };
    let mut counted_in_all = 0;
    for round in 0..40 {
        let said = kill(start(folder.path(), &id), round % 3);
        let key = open(&id);
        let counted = 8 - key.pin().expect("a state").tries_left;
        assert!(
            (said..=said + 1).contains(&counted),
            "{counted} were counted, {said} were said, round {round}"
        );
        counted_in_all += counted;
        key.wipe().expect("erased");
        set_pin(&key, PIN).await.expect("a PIN");
    }
    assert!(
        counted_in_all >= 40,
        "the processes got somewhere: {counted_in_all}"
    );
    assert!(token(&open(&id), PIN).await.is_ok());
}
