//! A key with a PIN, or a fingerprint reader, or both.

use std::collections::VecDeque;

use ctap::client_pin::{Request, Response, pin_hash, unpad};
use ctap::pin_uv_auth::{KeyAgreement, PublicKey, SharedSecret, Token};
use getrandom::SysRng;

use super::*;
use crate::tests::create::good;
use crate::tests::get::assertion;

/// Nobody but the key and the client may ever see it.
pub(super) const TOKEN: [u8; 32] = *b"the token of the scripted pinkey";

pub(super) struct PinKey {
    pub info: Info,
    pub pin: Option<&'static str>,
    pub retries: u64,
    pub tells_retries: bool,
    pub uv_retries: Option<u64>,
    /// What it says of itself, if not the truth.
    pub tells: Option<Info>,
    /// It keeps another PIN than the one it was given.
    pub forgets: bool,
    /// What it answers to a subcommand instead of what it should.
    pub instead: Option<(Subcommand, Vec<u8>)>,
    pub must_change: bool,
    /// New PINs that it does not take.
    pub refuses: Vec<&'static str>,
    /// How built-in verification ends, one by one; then it succeeds.
    pub touches: VecDeque<Status>,
    /// What the next makeCredential or getAssertion ends with, whatever it carries.
    pub refusal: Option<Status>,
    pub sent: Vec<Command>,
    pub kept: Option<Vec<u8>>,
    /// It shows its user what it wants.
    pub asks_itself: bool,
    /// Fired when it is pulled out while nothing is asked of it.
    pub pulled_out: CancellationToken,
    wrong_in_a_row: u32,
    agreement: KeyAgreement,
    token: Option<(Token, Permissions)>,
}

impl PinKey {
    /// A key of CTAP 2.1 with this PIN.
    pub fn new(pin: Option<&'static str>) -> Self {
        let mut info = info_of(&[
            ("rk", true),
            ("clientPin", pin.is_some()),
            ("pinUvAuthToken", true),
            ("makeCredUvNotRqd", true),
        ]);
        info.versions = vec!["FIDO_2_0".into(), "FIDO_2_1".into()];
        info.pin_uv_auth_protocols = vec![2, 1];
        PinKey {
            info,
            pin,
            retries: 8,
            tells_retries: true,
            uv_retries: None,
            tells: None,
            forgets: false,
            instead: None,
            must_change: false,
            refuses: Vec::new(),
            touches: VecDeque::new(),
            refusal: None,
            sent: Vec::new(),
            kept: None,
            asks_itself: false,
            pulled_out: CancellationToken::new(),
            wrong_in_a_row: 0,
            agreement: fresh(),
            token: None,
        }
    }

    /// A key of CTAP 2.0 with this PIN: protocol 1, short tokens without permissions.
    pub fn old(pin: Option<&'static str>) -> Self {
        let mut key = Self::new(pin);
        key.info.versions = vec!["U2F_V2".into(), "FIDO_2_0".into()];
        key.info.options.remove("pinUvAuthToken");
        key.info.options.remove("makeCredUvNotRqd");
        key.info.pin_uv_auth_protocols = vec![1];
        key
    }

    pub fn with(mut self, option: &str, on: bool) -> Self {
        self.info.options.insert(option.to_owned(), on);
        self
    }

    pub fn subcommands(&self) -> Vec<Subcommand> {
        let requests = self.sent.iter().filter_map(|command| match command {
            Command::ClientPin(request) => Some(request.subcommand),
            _ => None,
        });
        requests.collect()
    }

    /// What the last command carried for its verification: uv, param, protocol.
    pub fn proof(&self) -> (Option<bool>, Option<Vec<u8>>, Option<u64>) {
        match self.sent.last().expect("a command") {
            Command::MakeCredential(it) => (
                it.options.uv,
                it.pin_uv_auth_param.clone(),
                it.pin_uv_auth_protocol,
            ),
            Command::GetAssertion(it) => (
                it.options.uv,
                it.pin_uv_auth_param.clone(),
                it.pin_uv_auth_protocol,
            ),
            other => panic!("sent {other:?}"),
        }
    }

    fn answer(&mut self, command: &Command) -> Result<Vec<u8>, Status> {
        match command {
            Command::GetInfo => Ok(self.tells.as_ref().unwrap_or(&self.info).encode()),
            Command::ClientPin(request) => self.client_pin(request).map(|it| it.encode()),
            Command::MakeCredential(request) => {
                self.check(command, &request.client_data_hash)?;
                let Reply::Bytes(bytes) = good() else {
                    unreachable!("a good answer is bytes")
                };
                Ok(bytes[1..].to_vec())
            }
            Command::GetAssertion(request) => {
                self.check(command, &request.client_data_hash)?;
                Ok(assertion(1).encode())
            }
            other => panic!("sent {other:?}"),
        }
    }

    fn check(&mut self, command: &Command, hash: &[u8; 32]) -> Result<(), Status> {
        if let Some(status) = self.refusal.take() {
            return Err(status);
        }
        let permission = match command {
            Command::MakeCredential(_) => Permissions::MAKE_CREDENTIAL,
            _ => Permissions::GET_ASSERTION,
        };
        match self.proof_of(command) {
            (Some(true), Some(_), _) => Err(Status::InvalidOption),
            (_, None, _) => Ok(()),
            (_, Some(param), Some(number)) => {
                let protocol = Protocol::from_number(number).ok_or(Status::InvalidParameter)?;
                let (token, permissions) = self.token.take().ok_or(Status::PinTokenExpired)?;
                let fits = token.verify(protocol, hash, &param) && permissions.contains(permission);
                fits.then_some(()).ok_or(Status::PinAuthInvalid)
            }
            (_, Some(_), None) => Err(Status::MissingParameter),
        }
    }

    fn proof_of(&self, command: &Command) -> (Option<bool>, Option<Vec<u8>>, Option<u64>) {
        assert_eq!(self.sent.last(), Some(command));
        self.proof()
    }

    fn client_pin(&mut self, request: &Request) -> Result<Response, Status> {
        let mut response = Response::default();
        match request.subcommand {
            Subcommand::GetPinRetries => {
                // As CTAP 2.0 demands it.
                request
                    .pin_uv_auth_protocol
                    .ok_or(Status::MissingParameter)?;
                response.pin_retries = self.tells_retries.then_some(self.retries);
                response.power_cycle_state = Some(self.wrong_in_a_row >= 3);
                return Ok(response);
            }
            Subcommand::GetUvRetries => {
                response.uv_retries = Some(self.uv_retries.unwrap_or(self.touches.len() as u64));
                return Ok(response);
            }
            _ => {}
        }
        let number = request
            .pin_uv_auth_protocol
            .ok_or(Status::MissingParameter)?;
        if !self.info.pin_uv_auth_protocols.contains(&number) {
            return Err(Status::InvalidParameter);
        }
        let protocol = Protocol::from_number(number).ok_or(Status::InvalidParameter)?;
        if request.subcommand == Subcommand::GetKeyAgreement {
            response.key_agreement = Some(self.agreement.public());
            return Ok(response);
        }
        let peer: &PublicKey = request
            .key_agreement
            .as_ref()
            .ok_or(Status::MissingParameter)?;
        let secret = self.agreement.shared_secret(protocol, peer);
        self.with_secret(request, &secret)
    }

    fn with_secret(
        &mut self,
        request: &Request,
        secret: &SharedSecret,
    ) -> Result<Response, Status> {
        let tokens = self.info.option("pinUvAuthToken") == Some(true);
        match request.subcommand {
            Subcommand::SetPin if self.pin.is_some() => return Err(Status::PinAuthInvalid),
            Subcommand::SetPin => {
                self.check_param(request, secret)?;
                self.keep(request, secret)?;
                return Ok(Response::default());
            }
            Subcommand::ChangePin => {
                self.check_param(request, secret)?;
                self.try_pin(request, secret)?;
                self.keep(request, secret)?;
                self.must_change = false;
                return Ok(Response::default());
            }
            Subcommand::GetPinToken => {
                assert_eq!((request.permissions, &request.rp_id), (None, &None));
                self.try_pin(request, secret)?;
            }
            Subcommand::GetTokenUsingPin if tokens => {
                assert_eq!(request.rp_id.as_deref(), Some("example.com"));
                self.try_pin(request, secret)?;
            }
            Subcommand::GetTokenUsingUv if tokens => {
                assert_eq!(request.rp_id.as_deref(), Some("example.com"));
                if let Some(status) = self.touches.pop_front() {
                    return Err(status);
                }
            }
            _ => return Err(Status::InvalidSubcommand),
        }
        if self.must_change && request.subcommand != Subcommand::GetTokenUsingUv {
            return Err(Status::PinPolicyViolation);
        }
        let all = Permissions::MAKE_CREDENTIAL | Permissions::GET_ASSERTION;
        let length = if tokens { 32 } else { 16 };
        let sealed = secret.encrypt(&mut SysRng, &TOKEN[..length])?;
        self.token = Some((
            Token::open(secret, &sealed)?,
            request.permissions.unwrap_or(all),
        ));
        Ok(Response {
            pin_uv_auth_token: Some(sealed),
            ..Response::default()
        })
    }

    fn check_param(&self, request: &Request, secret: &SharedSecret) -> Result<(), Status> {
        let parts = [&request.new_pin_enc, &request.pin_hash_enc];
        let message: Vec<u8> = parts.into_iter().flatten().flatten().copied().collect();
        let param = request
            .pin_uv_auth_param
            .as_ref()
            .ok_or(Status::MissingParameter)?;
        let fits = secret.verify(&message, param);
        fits.then_some(()).ok_or(Status::PinAuthInvalid)
    }

    fn try_pin(&mut self, request: &Request, secret: &SharedSecret) -> Result<(), Status> {
        if self.retries == 0 {
            return Err(Status::PinBlocked);
        }
        if self.wrong_in_a_row >= 3 {
            return Err(Status::PinAuthBlocked);
        }
        let sent = request
            .pin_hash_enc
            .as_ref()
            .ok_or(Status::MissingParameter)?;
        let sent = secret.decrypt(sent)?;
        let pin = match (&self.kept, self.pin) {
            (Some(kept), _) => kept.as_slice(),
            (None, pin) => pin.ok_or(Status::PinNotSet)?.as_bytes(),
        };
        if *sent == pin_hash(pin).as_slice() {
            (self.retries, self.wrong_in_a_row) = (8, 0);
            return Ok(());
        }
        self.retries -= 1;
        self.wrong_in_a_row += 1;
        self.agreement = fresh();
        Err(match (self.retries, self.wrong_in_a_row) {
            (0, _) => Status::PinBlocked,
            (_, 3) => Status::PinAuthBlocked,
            _ => Status::PinInvalid,
        })
    }

    fn keep(&mut self, request: &Request, secret: &SharedSecret) -> Result<(), Status> {
        let sent = request
            .new_pin_enc
            .as_ref()
            .ok_or(Status::MissingParameter)?;
        let padded = secret.decrypt(sent)?;
        let pin = unpad(&padded)?;
        if self.refuses.iter().any(|refused| refused.as_bytes() == pin) {
            return Err(Status::PinPolicyViolation);
        }
        self.kept = Some(if self.forgets {
            b"other".to_vec()
        } else {
            pin.to_vec()
        });
        Ok(())
    }
}

fn fresh() -> KeyAgreement {
    KeyAgreement::generate(&mut SysRng).expect("random bytes")
}

impl Channel for PinKey {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        _: &'a CancellationToken,
        _: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        let command = Command::decode(command).expect("the client's commands are well-formed");
        self.sent.push(command.clone());
        let bytes = match (&command, &self.instead) {
            (Command::ClientPin(request), Some((subcommand, bytes)))
                if request.subcommand == *subcommand =>
            {
                bytes.clone()
            }
            _ => answer(self.answer(&command)),
        };
        Box::pin(std::future::ready(Ok(bytes)))
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        AuthenticatorAttachment::CrossPlatform
    }

    fn asks_user_itself(&self) -> bool {
        self.asks_itself
    }

    fn gone(&mut self) -> Gone<'_> {
        Box::pin(async {
            self.pulled_out.cancelled().await;
            ChannelError::Gone("it was unplugged".to_owned())
        })
    }
}
