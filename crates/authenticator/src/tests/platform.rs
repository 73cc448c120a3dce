//! The client's side of authenticatorClientPIN.

use ctap::client_pin::{Permissions, Request, Response, Subcommand, pad, pin_hash};
use ctap::pin_uv_auth::{KeyAgreement, Protocol, PublicKey, SharedSecret, Token};
use ctap::{Command, Options, Status, get_assertion, make_credential};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::world::{Bench, HASH, passkey, sign_in};
use crate::Profile;

pub(super) const MC: Permissions = Permissions::MAKE_CREDENTIAL;
pub(super) const GA: Permissions = Permissions::GET_ASSERTION;
pub(super) const RP: Option<&str> = Some("example.org");
pub(super) const BOTH: [Protocol; 2] = [Protocol::One, Protocol::Two];

pub(super) const PIN: &str = "k-1234-canary";
pub(super) const WRONG: &str = "k-0000-canary";

/// A key with a PIN.
pub(super) async fn with_pin() -> Bench {
    let mut bench = Bench::new(Profile::pin_key());
    bench.set_pin(Protocol::Two, PIN).await.expect("a PIN");
    bench
}

/// A key with a PIN and a passkey of each name.
pub(super) async fn enrolled<const N: usize>(names: [&str; N]) -> Bench {
    let mut bench = with_pin().await;
    for name in names {
        let token = bench.token(Protocol::Two, PIN, MC, RP).await;
        let token = token.expect("a token");
        let request = proven_passkey(name, Protocol::Two, &token);
        bench.make(request).await.expect("a passkey");
    }
    bench.world.user.asked.clear();
    bench
}

/// Asks for a token as clients do.
pub(super) async fn enter(bench: &mut Bench, pin: &str) -> Result<(), Status> {
    bench.token(Protocol::Two, pin, GA, RP).await.map(drop)
}

pub(super) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(11)
}

/// A request with what every subcommand needs that agrees on a secret.
pub(super) fn request(subcommand: Subcommand, protocol: Protocol, key: PublicKey) -> Request {
    Request {
        pin_uv_auth_protocol: Some(protocol.number()),
        key_agreement: Some(key),
        ..Request::new(subcommand)
    }
}

/// The new PIN as setPIN and changePIN take it.
pub(super) fn sealed_pin(secret: &SharedSecret, pin: &str) -> Vec<u8> {
    let padded = pad(pin.as_bytes()).expect("short enough");
    secret.encrypt(&mut rng(), &*padded).expect("whole blocks")
}

/// The hash of a PIN as it is sent.
pub(super) fn sealed_hash(secret: &SharedSecret, pin: &str) -> Vec<u8> {
    let hash = pin_hash(pin.as_bytes());
    secret.encrypt(&mut rng(), &*hash).expect("whole blocks")
}

impl Bench {
    pub(super) async fn client_pin(&mut self, request: Request) -> Result<Response, Status> {
        let body = self.run(&Command::ClientPin(Box::new(request))).await?;
        Ok(Response::decode(&body).expect("our own response is well-formed"))
    }

    /// The authenticator's key of a protocol.
    pub(super) async fn key_of(&mut self, protocol: Protocol) -> PublicKey {
        let request = Request {
            pin_uv_auth_protocol: Some(protocol.number()),
            ..Request::new(Subcommand::GetKeyAgreement)
        };
        let response = self.client_pin(request).await.expect("a key");
        response.key_agreement.expect("a key")
    }

    /// Agrees on a secret; the key is the client's own.
    pub(super) async fn agree(&mut self, protocol: Protocol) -> (PublicKey, SharedSecret) {
        let own = KeyAgreement::generate(&mut rng()).expect("a key");
        let peer = self.key_of(protocol).await;
        (own.public(), own.shared_secret(protocol, &peer))
    }

    pub(super) async fn set_pin(&mut self, protocol: Protocol, pin: &str) -> Result<(), Status> {
        let (key, secret) = self.agree(protocol).await;
        let new_pin_enc = sealed_pin(&secret, pin);
        let request = Request {
            pin_uv_auth_param: Some(secret.authenticate(&new_pin_enc)),
            new_pin_enc: Some(new_pin_enc),
            ..request(Subcommand::SetPin, protocol, key)
        };
        self.client_pin(request).await.map(drop)
    }

    pub(super) async fn change_pin(
        &mut self,
        protocol: Protocol,
        old: &str,
        new: &str,
    ) -> Result<(), Status> {
        let (key, secret) = self.agree(protocol).await;
        let new_pin_enc = sealed_pin(&secret, new);
        let pin_hash_enc = sealed_hash(&secret, old);
        let message = [new_pin_enc.as_slice(), &pin_hash_enc].concat();
        let request = Request {
            pin_uv_auth_param: Some(secret.authenticate(&message)),
            new_pin_enc: Some(new_pin_enc),
            pin_hash_enc: Some(pin_hash_enc),
            ..request(Subcommand::ChangePin, protocol, key)
        };
        self.client_pin(request).await.map(drop)
    }

    /// getPinToken, as CTAP 2.0 has it.
    pub(super) async fn pin_token(
        &mut self,
        protocol: Protocol,
        pin: &str,
    ) -> Result<Token, Status> {
        let (key, secret) = self.agree(protocol).await;
        let request = Request {
            pin_hash_enc: Some(sealed_hash(&secret, pin)),
            ..request(Subcommand::GetPinToken, protocol, key)
        };
        let response = self.client_pin(request).await?;
        Ok(opened(&secret, &response))
    }

    pub(super) async fn token(
        &mut self,
        protocol: Protocol,
        pin: &str,
        permissions: Permissions,
        rp_id: Option<&str>,
    ) -> Result<Token, Status> {
        let (key, secret) = self.agree(protocol).await;
        let request = Request {
            pin_hash_enc: Some(sealed_hash(&secret, pin)),
            permissions: Some(permissions),
            rp_id: rp_id.map(str::to_owned),
            ..request(Subcommand::GetTokenUsingPin, protocol, key)
        };
        let response = self.client_pin(request).await?;
        Ok(opened(&secret, &response))
    }

    pub(super) async fn uv_token(
        &mut self,
        permissions: Permissions,
        rp_id: Option<&str>,
    ) -> Result<Token, Status> {
        let (key, secret) = self.agree(Protocol::Two).await;
        let request = Request {
            permissions: Some(permissions),
            rp_id: rp_id.map(str::to_owned),
            ..request(Subcommand::GetTokenUsingUv, Protocol::Two, key)
        };
        let response = self.client_pin(request).await?;
        Ok(opened(&secret, &response))
    }

    /// Tries left, and whether a power cycle is needed.
    pub(super) async fn retries(&mut self) -> (u64, bool) {
        let request = Request::new(Subcommand::GetPinRetries);
        let response = self.client_pin(request).await.expect("they are told");
        let (retries, cycle) = (response.pin_retries, response.power_cycle_state);
        (retries.expect("a number"), cycle.expect("a state"))
    }

    pub(super) fn power_cycle(&mut self) {
        use timeline::Clock as _;
        let now = self.world.clock.monotonic();
        self.authenticator.power_cycle(now);
    }
}

fn opened(secret: &SharedSecret, response: &Response) -> Token {
    let sealed = response.pin_uv_auth_token.as_ref().expect("a token");
    Token::open(secret, sealed).expect("it can be read")
}

/// A request for a passkey with a token's proof.
pub(super) fn proven_passkey(
    name: &str,
    protocol: Protocol,
    token: &Token,
) -> make_credential::Request {
    make_credential::Request {
        pin_uv_auth_param: Some(token.authenticate(protocol, &HASH)),
        pin_uv_auth_protocol: Some(protocol.number()),
        ..passkey(name)
    }
}

/// A request for an assertion with a token's proof.
pub(super) fn proven_sign_in(protocol: Protocol, token: &Token) -> get_assertion::Request {
    get_assertion::Request {
        pin_uv_auth_param: Some(token.authenticate(protocol, &HASH)),
        pin_uv_auth_protocol: Some(protocol.number()),
        ..sign_in()
    }
}

/// The request that platforms send to learn whether a passkey is there.
pub(super) fn preflight(protocol: Protocol, token: &Token) -> get_assertion::Request {
    get_assertion::Request {
        options: Options {
            up: Some(false),
            ..Options::default()
        },
        ..proven_sign_in(protocol, token)
    }
}
