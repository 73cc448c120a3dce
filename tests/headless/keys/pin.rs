//! A key's PIN as `touchstone keys info` tells it, from the first PIN to the last try.

use client::{Channel as _, KeyChannel, Tap};
use ctap::client_pin::{Request, Response, Subcommand, pad, pin_hash};
use ctap::pin_uv_auth::{KeyAgreement, Protocol, SharedSecret};
use ctap::{Command, Status};
use getrandom::SysRng;
use tokio_util::sync::CancellationToken;

use super::{Served, json, printed};

const PIN: &str = "canary-7391-pin";

/// A client that does no more than the PIN.
struct Client {
    channel: KeyChannel,
    ours: KeyAgreement,
    secret: SharedSecret,
}

impl Client {
    async fn open(key: &Served) -> Self {
        let mut channel = KeyChannel::over_udp(key.address, Tap::silent())
            .await
            .expect("it answers");
        let ours = KeyAgreement::generate(&mut SysRng).expect("randomness");
        let request = Request {
            pin_uv_auth_protocol: Some(Protocol::Two.number()),
            ..Request::new(Subcommand::GetKeyAgreement)
        };
        let answer = ask(&mut channel, request).await;
        let theirs = answer.expect("a key").key_agreement.expect("a key");
        let secret = ours.shared_secret(Protocol::Two, &theirs);
        Self {
            channel,
            ours,
            secret,
        }
    }

    fn request(&self, subcommand: Subcommand) -> Request {
        Request {
            pin_uv_auth_protocol: Some(Protocol::Two.number()),
            key_agreement: Some(self.ours.public()),
            ..Request::new(subcommand)
        }
    }

    async fn set_pin(&mut self) {
        let padded = pad(PIN.as_bytes()).expect("it fits");
        let sealed = self.secret.encrypt(&mut SysRng, &*padded).expect("blocks");
        let request = Request {
            pin_uv_auth_param: Some(self.secret.authenticate(&sealed)),
            new_pin_enc: Some(sealed),
            ..self.request(Subcommand::SetPin)
        };
        ask(&mut self.channel, request).await.expect("it is set");
    }

    async fn try_pin(&mut self, pin: &str) -> Status {
        let sealed = self
            .secret
            .encrypt(&mut SysRng, &*pin_hash(pin.as_bytes()))
            .expect("blocks");
        let request = Request {
            pin_hash_enc: Some(sealed),
            ..self.request(Subcommand::GetPinToken)
        };
        ask(&mut self.channel, request)
            .await
            .map_or_else(|status| status, |_| Status::Ok)
    }
}

async fn ask(channel: &mut KeyChannel, request: Request) -> Result<Response, Status> {
    let command = Command::ClientPin(Box::new(request)).encode();
    let never = CancellationToken::new();
    let answer = channel.transact(&command, &never, &mut |_| {}).await;
    let answer = answer.expect("an answer");
    match Status::from(answer[0]) {
        Status::Ok => Response::decode(&answer[1..]),
        status => Err(status),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_are_told_as_they_are_spent_and_the_pin_never() {
    let key = Served::start(&["--profile", "pin-key"]);
    let told = || json(&["info", "--json", "--key", &key.id()]);
    assert_eq!(told()["pin"]["set"], false);
    Client::open(&key).await.set_pin().await;
    let report = told();
    let pin = &report["pin"];
    assert_eq!((&pin["set"], &pin["retries"]), (&true.into(), &8.into()));
    for left in (5..8).rev() {
        let status = Client::open(&key).await.try_pin("wrong-canary-pin").await;
        assert!(!status.is_ok(), "{status}");
        assert_eq!(told()["pin"]["retries"], left);
    }
    let report = told();
    assert_eq!(report["pin"]["powerCycleNeeded"], true, "three in a row");
    let page = printed(&["info", "--explain", "--key", &key.id()]);
    assert!(page.contains("unplugged and put back"), "{page}");
    assert!(page.contains("5 tries left"), "{page}");
    for printed in [page, report.to_string()] {
        assert!(!printed.contains("canary"), "{printed}");
    }
}
