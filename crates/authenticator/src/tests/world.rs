//! A world in memory: the seams filled with things that tests can read and set.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use ctap::{
    Command, Descriptor, Options, RpEntity, Status, UserEntity, get_assertion, make_credential,
};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use timeline::{Clock, Draft, Emit, ManualClock, Seq, Timestamp};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cose::Material;
use webauthn::id::CredentialId;

use crate::{
    Account, Ask, Authenticator, Credential, Env, Failure, Method, PIN_RETRIES, Pin, Profile,
    Purpose, Refusal, Store, User, UserVerification, Verified,
};

pub(super) const HASH: [u8; 32] = [0x5c; 32];

#[derive(Default)]
pub(super) struct Memory {
    pub(super) credentials: Vec<Credential>,
    pub(super) pin: Option<Pin>,
    /// Makes the next writing fail.
    pub(super) broken: bool,
}

impl Memory {
    fn check(&self) -> Result<(), Failure> {
        if self.broken {
            Err(Failure::new("The disk is full."))
        } else {
            Ok(())
        }
    }
}

impl Store for Memory {
    fn credentials_of(&mut self, rp_id: &str) -> Result<Vec<Credential>, Failure> {
        Ok(self
            .credentials
            .iter()
            .rev()
            .filter(|it| it.rp_id == rp_id)
            .cloned()
            .collect())
    }

    fn count(&mut self, discoverable: bool) -> Result<usize, Failure> {
        Ok(self
            .credentials
            .iter()
            .filter(|it| it.discoverable == discoverable)
            .count())
    }

    fn save(
        &mut self,
        credential: &Credential,
        replaces: Option<&CredentialId>,
    ) -> Result<(), Failure> {
        self.check()?;
        self.credentials.retain(|it| Some(&it.id) != replaces);
        self.credentials.push(credential.clone());
        Ok(())
    }

    fn count_use(
        &mut self,
        rp_id: &str,
        id: &CredentialId,
        _: Timestamp,
    ) -> Result<Option<u32>, Failure> {
        self.check()?;
        let found = self
            .credentials
            .iter_mut()
            .find(|it| it.id == *id && it.rp_id == rp_id);
        Ok(found.map(|it| {
            it.sign_count += 1;
            it.sign_count
        }))
    }

    fn reset(&mut self) -> Result<(), Failure> {
        self.check()?;
        self.credentials.clear();
        self.pin = None;
        Ok(())
    }

    fn pin(&mut self) -> Result<Option<Pin>, Failure> {
        Ok(self.pin.clone())
    }

    fn set_pin(&mut self, pin: &Pin) -> Result<(), Failure> {
        self.check()?;
        self.pin = Some(pin.clone());
        Ok(())
    }

    fn count_pin_try(&mut self) -> Result<Option<Pin>, Failure> {
        self.check()?;
        let pin = self.pin.as_mut().filter(|it| it.retries > 0);
        Ok(pin.map(|it| {
            it.retries -= 1;
            it.clone()
        }))
    }

    fn restore_pin_retries(&mut self) -> Result<(), Failure> {
        self.check()?;
        if let Some(pin) = &mut self.pin {
            pin.retries = PIN_RETRIES;
        }
        Ok(())
    }
}

/// What the person was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Presence(Purpose, Option<String>, Option<String>),
    Verify(Purpose),
    Choose(Vec<Option<String>>),
}

/// Does as told, yes by default.
pub(super) struct Obedient {
    pub(super) verification: UserVerification,
    pub(super) verified: Verified,
    pub(super) tries_left: u32,
    pub(super) refusals: VecDeque<Refusal>,
    pub(super) choice: usize,
    pub(super) asked: Vec<Asked>,
}

impl Obedient {
    fn reply(&mut self, asked: Asked) -> Result<(), Refusal> {
        self.asked.push(asked);
        self.refusals.pop_front().map_or(Ok(()), Err)
    }
}

impl User for Obedient {
    async fn presence(&mut self, ask: Ask<'_>) -> Result<(), Refusal> {
        let account = ask.account.and_then(|it| it.name.clone());
        self.reply(Asked::Presence(
            ask.purpose,
            ask.rp_id.map(str::to_owned),
            account,
        ))
    }

    fn verification(&mut self) -> Result<UserVerification, Failure> {
        Ok(self.verification)
    }

    fn tries_left(&mut self) -> Result<u32, Failure> {
        Ok(self.tries_left)
    }

    async fn verify(&mut self, ask: Ask<'_>) -> Result<Verified, Refusal> {
        self.verification = UserVerification::Configured;
        self.reply(Asked::Verify(ask.purpose))?;
        Ok(self.verified.clone())
    }

    async fn choose(&mut self, _: &str, accounts: &[Account]) -> Result<usize, Refusal> {
        self.reply(Asked::Choose(
            accounts.iter().map(|it| it.name.clone()).collect(),
        ))?;
        Ok(self.choice)
    }
}

#[derive(Default, Clone)]
pub(super) struct Notes(pub(super) Arc<Mutex<Vec<Draft>>>);

impl Notes {
    pub(super) fn kinds(&self) -> Vec<&'static str> {
        self.0
            .lock()
            .expect("no test panics while it holds this")
            .iter()
            .map(|it| it.kind)
            .collect()
    }

    /// The bodies of one kind of event.
    pub(super) fn of(&self, kind: &str) -> Vec<serde_json::Value> {
        let drafts = self.0.lock().expect("no test panics while it holds this");
        let of_kind = drafts.iter().filter(|it| it.kind == kind);
        of_kind.map(|it| it.body.clone()).collect()
    }
}

impl Emit for Notes {
    fn emit(&self, draft: Draft) -> Seq {
        self.0
            .lock()
            .expect("no test panics while it holds this")
            .push(draft);
        Seq(1)
    }
}

pub(super) struct World {
    rng: ChaCha20Rng,
    pub(super) store: Memory,
    pub(super) user: Obedient,
    pub(super) clock: ManualClock,
    pub(super) notes: Notes,
}

impl Env for World {
    type Rng = ChaCha20Rng;
    type Store = Memory;
    type User = Obedient;

    fn rng(&mut self) -> &mut ChaCha20Rng {
        &mut self.rng
    }

    fn clock(&self) -> &dyn Clock {
        &self.clock
    }

    fn store(&mut self) -> &mut Memory {
        &mut self.store
    }

    fn user(&mut self) -> &mut Obedient {
        &mut self.user
    }

    fn emit(&self) -> &dyn Emit {
        &self.notes
    }
}

/// An authenticator in its world.
pub(super) struct Bench {
    pub(super) authenticator: Authenticator,
    pub(super) world: World,
}

impl Bench {
    pub(super) fn new(profile: Profile) -> Self {
        let verification = if profile.built_in_user_verification {
            UserVerification::Configured
        } else {
            UserVerification::NotSupported
        };
        let clock = ManualClock::new(Timestamp(1_800_000_000_000));
        let user = Obedient {
            verification,
            verified: Verified::everywhere(Method::DevicePin),
            tries_left: 3,
            refusals: VecDeque::new(),
            choice: 0,
            asked: Vec::new(),
        };
        Self {
            authenticator: Authenticator::power_up(profile, clock.monotonic()),
            world: World {
                rng: ChaCha20Rng::seed_from_u64(7),
                store: Memory::default(),
                user,
                clock,
                notes: Notes::default(),
            },
        }
    }

    pub(super) fn key() -> Self {
        Self::new(Profile::key())
    }

    pub(super) fn phone() -> Self {
        Self::new(Profile::phone())
    }

    pub(super) async fn raw(&mut self, command: &[u8]) -> Vec<u8> {
        self.authenticator.process(&mut self.world, command).await
    }

    /// The body of a success, or the status.
    pub(super) async fn run(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        let response = self.raw(&command.encode()).await;
        match Status::from(response[0]) {
            Status::Ok => Ok(response[1..].to_vec()),
            status => {
                assert_eq!(response.len(), 1, "an error has no body");
                Err(status)
            }
        }
    }

    pub(super) async fn make(&mut self, request: make_credential::Request) -> Result<Made, Status> {
        let body = self
            .run(&Command::MakeCredential(Box::new(request)))
            .await?;
        Ok(Made::read(
            make_credential::Response::decode(&body).expect("our own response is well-formed"),
        ))
    }

    pub(super) async fn get(
        &mut self,
        request: get_assertion::Request,
    ) -> Result<get_assertion::Response, Status> {
        let body = self.run(&Command::GetAssertion(Box::new(request))).await?;
        Ok(get_assertion::Response::decode(&body).expect("our own response is well-formed"))
    }

    pub(super) async fn next(&mut self) -> Result<get_assertion::Response, Status> {
        let body = self.run(&Command::GetNextAssertion).await?;
        Ok(get_assertion::Response::decode(&body).expect("our own response is well-formed"))
    }

    /// Makes one passkey for each name, the user handle being the name.
    pub(super) async fn enrol<const N: usize>(&mut self, names: [&str; N]) -> [Made; N] {
        let mut made = Vec::new();
        for name in names {
            made.push(self.make(passkey(name)).await.expect("there is room"));
        }
        self.world.user.asked.clear();
        made.try_into()
            .unwrap_or_else(|_| unreachable!("one for each name"))
    }
}

/// A new credential, taken apart.
pub(super) struct Made {
    pub(super) response: make_credential::Response,
    pub(super) id: Vec<u8>,
    pub(super) key: VerifyingKey,
}

impl Made {
    fn read(response: make_credential::Response) -> Self {
        let data =
            AuthenticatorData::parse(&response.auth_data).expect("well-formed authenticator data");
        let attested = data
            .attested
            .as_ref()
            .expect("a new credential is attested");
        let cose = attested.key().expect("a usable key");
        let Material::Point { sec1, .. } = cose.material() else {
            panic!("an elliptic-curve key")
        };
        let key = VerifyingKey::from_sec1_bytes(sec1).expect("a point on the curve");
        let id = attested.credential_id.to_vec();
        Self { response, id, key }
    }

    pub(super) fn signed(&self, auth_data: &[u8], hash: &[u8; 32], signature: &[u8]) -> bool {
        let signature = DerSignature::from_bytes(signature).expect("DER");
        self.key
            .verify(&[auth_data, hash.as_slice()].concat(), &signature)
            .is_ok()
    }

    pub(super) fn asserts(&self, response: &get_assertion::Response) -> bool {
        self.signed(&response.auth_data, &HASH, &response.signature)
    }
}

pub(super) fn passkey(name: &str) -> make_credential::Request {
    make_credential::Request {
        client_data_hash: HASH,
        rp: RpEntity {
            id: "example.org".into(),
            name: Some("Example".into()),
        },
        user: UserEntity {
            id: name.as_bytes().to_vec(),
            name: Some(name.into()),
            display_name: Some(format!("{name} the person")),
        },
        algorithms: vec![-8, -7],
        exclude_list: Vec::new(),
        extensions: None,
        options: Options {
            rk: Some(true),
            up: None,
            uv: None,
        },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats_preference: None,
    }
}

pub(super) fn sign_in() -> get_assertion::Request {
    get_assertion::Request {
        rp_id: "example.org".into(),
        client_data_hash: HASH,
        allow_list: Vec::new(),
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }
}

pub(super) fn descriptor(id: &[u8]) -> Descriptor {
    Descriptor {
        id: id.to_vec(),
        transports: Vec::new(),
    }
}

pub(super) fn data(response: &get_assertion::Response) -> AuthenticatorData<'_> {
    AuthenticatorData::parse(&response.auth_data).expect("well-formed authenticator data")
}
