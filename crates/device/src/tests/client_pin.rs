//! The client types PINs into whole keys, in this process and over UDP.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use client::{
    Account, Call, Channel, Choice, Client, ClientError, Dialogs, KeepaliveStatus, KeyId, KeyPin,
    Keys, KeysSetting, PinAsk, PinEntry, PinPurpose, Tap, Transact, Typed, Waiting,
};
use ctap::client_pin::pin_hash;
use ctap::get_info::Info;
use serde_json::Value;
use timeline::Timestamp;
use tokio_util::sync::CancellationToken;
use webauthn::id::{Base64Url, Origin, RpId};
use webauthn::json::AuthenticatorAttachment;

use super::bench::{Bench, Habits, creation, memory, request, somebody, verified};
use crate::udp::{Options, bind, serve};
use crate::{Device, InProcessChannel, Model, Presence};

const PIN: &str = "canary-1234";
const WRONG: &str = "canary-0000";

/// Types these PINs, one a question.
#[derive(Default)]
struct Hands {
    pins: Mutex<VecDeque<&'static str>>,
    asks: Mutex<Vec<PinAsk>>,
    waits: Mutex<Vec<Option<Waiting>>>,
}

impl Hands {
    fn typing(pins: &[&'static str]) -> Arc<Self> {
        Arc::new(Hands {
            pins: Mutex::new(pins.iter().copied().collect()),
            ..Hands::default()
        })
    }

    fn asks(&self) -> Vec<PinAsk> {
        self.asks.lock().expect("no test panics with it").clone()
    }

    fn waits(&self) -> Vec<Option<Waiting>> {
        self.waits.lock().expect("no test panics with it").clone()
    }
}

impl Dialogs for Hands {
    fn choose<'a>(&'a self, _: &'a RpId, _: &'a [Account], _: Timestamp) -> Choice<'a> {
        Box::pin(std::future::ready(Some(0)))
    }

    fn pin(&self, ask: PinAsk, _: Timestamp) -> Typed<'_> {
        let mut pins = self.pins.lock().expect("no test panics with it");
        let pin = pins
            .pop_front()
            .unwrap_or_else(|| panic!("a question too many: {ask:?}"));
        self.asks.lock().expect("no test panics with it").push(ask);
        let pin = KeyPin::new(pin);
        Box::pin(std::future::ready(Some(PinEntry { pin, new_pin: None })))
    }

    fn waiting(&self, waiting: Option<Waiting>, _: &CancellationToken) {
        let mut waits = self.waits.lock().expect("no test panics with it");
        waits.push(waiting);
    }
}

/// The device, with another getInfo.
struct Disguised<C> {
    channel: C,
    disguise: fn(&mut Info),
}

impl<C: Channel> Channel for Disguised<C> {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        Box::pin(async move {
            let answer = self.channel.transact(command, cancel, on_keepalive).await?;
            if command != [0x04] {
                return Ok(answer);
            }
            let mut info = Info::decode(&answer[1..]).expect("well-formed");
            (self.disguise)(&mut info);
            Ok([vec![0], info.encode()].concat())
        })
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        self.channel.attachment()
    }
}

fn call<'a>(origin: &'a Origin, options: &'a Value, abort: &'a CancellationToken) -> Call<'a> {
    Call {
        origin,
        options,
        abort,
        cause: None,
    }
}

fn client(bench: &Bench, hands: &Arc<Hands>) -> Client {
    Client::new(
        Arc::new(bench.notes.clone()),
        bench.clock.clone(),
        hands.clone(),
    )
}

async fn create(
    bench: &Bench,
    channel: &mut dyn Channel,
    hands: &Arc<Hands>,
) -> Result<Value, ClientError> {
    let origin = Origin::parse("https://example.org").expect("an origin");
    let (options, abort) = (creation("alice", "required"), CancellationToken::new());
    let created = client(bench, hands)
        .create(channel, call(&origin, &options, &abort))
        .await?;
    Ok(serde_json::to_value(created).expect("a JSON form"))
}

async fn get(
    bench: &Bench,
    channel: &mut dyn Channel,
    hands: &Arc<Hands>,
) -> Result<Value, ClientError> {
    let origin = Origin::parse("https://example.org").expect("an origin");
    let (options, abort) = (request("required"), CancellationToken::new());
    let got = client(bench, hands)
        .get(channel, call(&origin, &options, &abort))
        .await?;
    Ok(serde_json::to_value(got).expect("a JSON form"))
}

fn here(device: &Device) -> InProcessChannel {
    InProcessChannel::new(device.clone())
}

/// A first PIN, a registration and a sign-in, each up to the relying party's ladder.
async fn enrol_and_sign_in(bench: &Bench, channel: &mut dyn Channel) {
    let hands = Hands::typing(&[PIN, WRONG, PIN]);
    let created = create(bench, channel, &hands).await.expect("a passkey");
    let credential = verified("registration", &created, "required", None);
    let got = get(bench, channel, &hands).await.expect("an assertion");
    verified("authentication", &got, "required", Some(&credential));
    let [set, enter, again] = hands.asks().try_into().expect("three questions");
    assert_eq!(set.purpose, PinPurpose::Set);
    assert!(matches!(enter.purpose, PinPurpose::Enter(tries) if tries.left == Some(8)));
    assert!(matches!(again.purpose, PinPurpose::Enter(tries) if tries.left == Some(7)));
    assert_eq!(again.problem.as_deref(), Some("Wrong PIN. 7 tries left."));
}

#[tokio::test]
async fn a_pin_is_set_and_signs_in_by_either_protocol_and_with_tokens_of_2_0() {
    let disguises: [fn(&mut Info); 4] = [
        |_| {},
        |info| info.pin_uv_auth_protocols = vec![1],
        |info| info.options.retain(|id, _| id != "pinUvAuthToken"),
        |info| {
            info.pin_uv_auth_protocols = vec![1];
            info.options.retain(|id, _| id != "pinUvAuthToken");
        },
    ];
    for disguise in disguises {
        let bench = Bench::new();
        let device = bench.device(Model::PinKey);
        let owner = somebody(&device, Habits::default());
        let mut channel = Disguised {
            channel: here(&device),
            disguise,
        };
        enrol_and_sign_in(&bench, &mut channel).await;
        owner.abort();
    }
}

#[tokio::test]
async fn three_wrong_pins_bar_the_key_until_it_was_unplugged() {
    let bench = Bench::new();
    let device = bench.device(Model::PinKey);
    let owner = somebody(&device, Habits::default());
    let mut channel = here(&device);
    let hands = Hands::typing(&[PIN, WRONG, WRONG, WRONG]);
    create(&bench, &mut channel, &hands)
        .await
        .expect("a passkey");
    let barred = get(&bench, &mut channel, &hands).await.expect_err("barred");
    assert_eq!(barred.code(), "keyNeedsPowerCycle");
    let warned = hands.asks().pop().expect("a question").purpose;
    assert!(matches!(warned, PinPurpose::Enter(tries) if tries.last && tries.left == Some(6)));
    let still = get(&bench, &mut channel, &Hands::typing(&[])).await;
    assert_eq!(still.expect_err("barred").code(), "keyNeedsPowerCycle");
    device.power_cycle().await;
    let hands = Hands::typing(&[PIN]);
    get(&bench, &mut channel, &hands)
        .await
        .expect("an assertion");
    owner.abort();
}

#[tokio::test]
async fn eight_wrong_pins_block_the_key_and_the_last_one_was_told() {
    let bench = Bench::new();
    let device = bench.device(Model::PinKey);
    let owner = somebody(&device, Habits::default());
    let mut channel = here(&device);
    create(&bench, &mut channel, &Hands::typing(&[PIN]))
        .await
        .expect("a passkey");
    let mut codes = Vec::new();
    for wrong in [3, 3, 2] {
        let hands = Hands::typing(&vec![WRONG; wrong]);
        let outcome = get(&bench, &mut channel, &hands).await;
        codes.push(outcome.expect_err("a wrong PIN").code());
        device.power_cycle().await;
        let last = hands.asks().pop().expect("a question").purpose;
        assert!(matches!(last, PinPurpose::Enter(tries) if tries.last));
    }
    assert_eq!(
        codes,
        ["keyNeedsPowerCycle", "keyNeedsPowerCycle", "keyPinBlocked"]
    );
    let blocked = get(&bench, &mut channel, &Hands::typing(&[])).await;
    assert_eq!(blocked.expect_err("blocked").code(), "keyPinBlocked");
    owner.abort();
}

#[tokio::test]
async fn a_fingerprint_key_needs_no_pin() {
    let bench = Bench::new();
    let device = bench.device(Model::FingerprintKey);
    let owner = somebody(&device, Habits::default());
    let mut channel = here(&device);
    let hands = Hands::typing(&[]);
    let created = create(&bench, &mut channel, &hands)
        .await
        .expect("a passkey");
    let credential = verified("registration", &created, "required", None);
    let got = get(&bench, &mut channel, &hands)
        .await
        .expect("an assertion");
    verified("authentication", &got, "required", Some(&credential));
    assert_eq!(hands.waits(), [], "the device shows its own prompt");
    owner.abort();
}

#[tokio::test]
async fn a_key_over_udp_takes_the_pin_tells_its_wait_and_keeps_the_secret() {
    let bench = Bench::new();
    let device = bench
        .shelf(memory(), Presence::Ask)
        .add("Key", Model::PinKey)
        .expect("a device");
    let socket = bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    let server = tokio::spawn(serve(device.clone(), socket, Options::default()));
    let keys = Keys::watch(KeysSetting {
        hid: false,
        udp: vec![address],
    });
    let tap = Tap::new(Arc::new(bench.notes.clone()), bench.clock.clone());
    let mut channel = keys
        .open(&KeyId::udp(address), tap)
        .await
        .expect("a channel");
    let owner = somebody(&device, Habits::default());
    enrol_and_sign_in(&bench, &mut channel).await;
    let hands = Hands::typing(&[PIN]);
    get(&bench, &mut channel, &hands)
        .await
        .expect("an assertion");
    assert!(hands.waits().contains(&Some(Waiting::TouchNeeded)));
    assert_eq!(hands.waits().last(), Some(&None), "the wait is taken back");
    owner.abort();
    server.abort();
    assert_no_pin(&bench);
}

/// Fails when a PIN or its hash stands anywhere on the timeline, the 64-byte reports included.
fn assert_no_pin(bench: &Bench) {
    let events = bench.notes.all();
    assert!(events.len() > 50, "the reports are there too");
    for event in events {
        let text = format!("{event:?} {}", event.body);
        let raw = event.raw.unwrap_or_default();
        for pin in [PIN, WRONG, "canary"] {
            let hash = pin_hash(pin.as_bytes());
            let forms = [
                pin.to_owned(),
                Base64Url(pin.as_bytes().to_vec()).to_string(),
                Base64Url(hash.to_vec()).to_string(),
            ];
            for form in forms {
                assert!(!text.contains(&form), "{form} in {text}");
            }
            for secret in [pin.as_bytes(), hash.as_slice()] {
                assert!(!raw.windows(secret.len()).any(|it| it == secret), "{text}");
            }
        }
    }
}
