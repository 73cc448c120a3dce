//! The client's channel to keys outside the process, against whole devices over UDP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use client::{
    Call, Channel as _, ChannelError, KeepaliveStatus, KeyChannel, KeyId, Keys, KeysSetting, Tap,
    kinds,
};
use ctap::{Command as Ctap, Status};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use webauthn::id::Origin;

use super::bench::{Bench, Habits, creation, memory, prompt, somebody, verified};
use crate::udp::{Options, bind, serve};
use crate::{Answer, Device, Error, Model, Presence};

/// A device that is plugged in over UDP; aborting pulls it out.
struct Plugged {
    device: Device,
    address: SocketAddr,
    server: JoinHandle<Result<(), Error>>,
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn plug_in(bench: &Bench) -> Plugged {
    let device = bench
        .shelf(memory(), Presence::Ask)
        .add("Key", Model::Key)
        .expect("a device");
    let socket = bind("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("a free port");
    let address = socket.local_addr().expect("it is bound");
    let server = tokio::spawn(serve(device.clone(), socket, Options::default()));
    Plugged {
        device,
        address,
        server,
    }
}

fn watch(plugged: &[&Plugged]) -> Keys {
    Keys::watch(KeysSetting {
        hid: false,
        udp: plugged.iter().map(|key| key.address).collect(),
    })
}

async fn open(bench: &Bench, key: &Plugged) -> KeyChannel {
    let tap = Tap::new(Arc::new(bench.notes.clone()), bench.clock.clone());
    watch(&[key])
        .open(&KeyId::udp(key.address), tap)
        .await
        .expect("a channel")
}

async fn create(bench: &Bench, channel: &mut KeyChannel) -> Result<Value, client::ClientError> {
    let origin = Origin::parse("https://example.org").expect("an origin");
    let options = creation("alice", "discouraged");
    let call = Call {
        origin: &origin,
        options: &options,
        abort: &CancellationToken::new(),
        cause: None,
    };
    let created = bench.client(None).create(channel, call).await?;
    Ok(serde_json::to_value(created).expect("a JSON form"))
}

#[tokio::test]
async fn a_registration_goes_through_and_its_reports_hang_on_their_commands() {
    let bench = Bench::new();
    let key = plug_in(&bench).await;
    let owner = somebody(&key.device, Habits::default());
    let mut channel = open(&bench, &key).await;
    let created = create(&bench, &mut channel).await.expect("a passkey");
    verified("registration", &created, "discouraged", None);
    owner.abort();

    let events = bench.notes.all();
    let of = |kind: &str| {
        let numbered = events.iter().zip(1u64..);
        numbered
            .filter(|(event, _)| event.kind == kind)
            .map(|(event, seq)| (event.clone(), seq))
            .collect::<Vec<_>>()
    };
    let commands = of(kinds::COMMAND_SENT);
    assert_eq!(commands.len(), 2, "getInfo and makeCredential");
    for (command, seq) in &commands {
        let sent = of(kinds::HID_SENT);
        let mine = sent
            .iter()
            .filter(|(frame, _)| frame.cause.map(|it| it.0) == Some(*seq));
        let carried: Vec<u8> = mine
            .flat_map(|(frame, _)| {
                let report = frame.raw.clone().expect("the report");
                let skip = if frame.body["command"] == "CBOR" {
                    7
                } else {
                    5
                };
                report[skip..].to_vec()
            })
            .collect();
        let request = command.raw.as_ref().expect("the request");
        assert!(
            carried.starts_with(request),
            "the reports carry the command"
        );
    }
    let (_, make) = &commands[1];
    let touched = of(kinds::HID_RECEIVED).iter().any(|(frame, _)| {
        frame.cause.map(|it| it.0) == Some(*make) && frame.body["status"] == "upNeeded"
    });
    assert!(touched, "the wait for a touch is seen");
}

#[tokio::test]
async fn pulling_the_key_out_while_it_waits_for_a_touch_ends_the_call_and_the_next_key_works() {
    let bench = Bench::new();
    let (key, next) = (plug_in(&bench).await, plug_in(&bench).await);
    let mut channel = open(&bench, &key).await;
    let creating = async {
        let created = create(&bench, &mut channel).await;
        created.expect_err("the key is gone")
    };
    let pulling = async {
        prompt(&key.device, |_| true).await;
        key.server.abort();
    };
    let (error, ()) = tokio::join!(creating, pulling);
    assert_eq!(
        (error.name(), error.code()),
        ("NotAllowedError", "deviceGone")
    );
    assert_eq!(key.device.passkeys().expect("a list"), []);

    let owner = somebody(&next.device, Habits::default());
    let mut channel = open(&bench, &next).await;
    create(&bench, &mut channel).await.expect("a passkey");
    owner.abort();
}

#[tokio::test]
async fn the_key_that_is_touched_is_the_one_that_is_meant() {
    let bench = Bench::new();
    let (one, two) = (plug_in(&bench).await, plug_in(&bench).await);
    let keys = watch(&[&one, &two]);
    assert_eq!(keys.look().await.len(), 2);
    let (mut first, mut second) = (open(&bench, &one).await, open(&bench, &two).await);
    let cancel = CancellationToken::new();
    let touching = async {
        prompt(&one.device, |_| true).await;
        let id = prompt(&two.device, |_| true).await;
        two.device
            .prompts()
            .answer(id, Answer::Touch)
            .expect("taken");
    };
    let asking = async {
        let second = async {
            let touched = second.selection(&cancel).await.expect("an answer");
            cancel.cancel();
            touched
        };
        tokio::join!(first.selection(&cancel), second)
    };
    let ((first, second), ()) = tokio::join!(asking, touching);
    assert_eq!((first.expect("an answer"), second), (false, true));
    assert_eq!(
        one.device.prompts().current(),
        None,
        "nobody is asked any more"
    );
}

#[tokio::test]
async fn a_dropped_command_leaves_neither_a_prompt_nor_an_answer_behind() {
    let bench = Bench::new();
    let key = plug_in(&bench).await;
    let mut channel = open(&bench, &key).await;
    let never = CancellationToken::new();
    let mut heard = Vec::new();
    {
        let selection = Ctap::Selection.encode();
        let mut on_keepalive = |status| heard.push(status);
        let waiting = channel.transact(&selection, &never, &mut on_keepalive);
        tokio::select! {
            answer = waiting => panic!("nobody touched it: {answer:?}"),
            _ = async {
                prompt(&key.device, |_| true).await;
                tokio::time::sleep(Duration::from_millis(250)).await;
            } => {}
        }
    }
    assert!(heard.contains(&KeepaliveStatus::UpNeeded), "{heard:?}");
    let answer = channel
        .transact(&Ctap::GetInfo.encode(), &never, &mut |_| {})
        .await
        .expect("its own answer");
    assert_eq!(answer[0], Status::Ok.code());
    ctap::get_info::Info::decode(&answer[1..]).expect("of getInfo");
    assert_eq!(key.device.prompts().current(), None);
}

#[tokio::test]
async fn a_key_that_serves_somebody_else_is_busy_and_free_again_afterwards() {
    let bench = Bench::new();
    let key = plug_in(&bench).await;
    let (mut one, mut two) = (open(&bench, &key).await, open(&bench, &key).await);
    let never = CancellationToken::new();
    let selecting = one.selection(&never);
    let meanwhile = async {
        let id = prompt(&key.device, |_| true).await;
        let busy = two.selection(&never).await.expect_err("it is busy");
        assert!(matches!(busy, ChannelError::Busy), "{busy}");
        key.device
            .prompts()
            .answer(id, Answer::Touch)
            .expect("taken");
        two.ping(b"free?").await
    };
    let (touched, free) = tokio::join!(selecting, meanwhile);
    assert!(touched.expect("an answer"));
    free.expect("free again");
}
