//! The client's side of authenticatorClientPIN (CTAP 2.3 §6.5.5): tokens, and the PINs that they are
//! given for.

mod tries;

use ctap::client_pin::{PIN_MAX_BYTES, Permissions, Request, Response, Subcommand, pad, pin_hash};
use ctap::get_info::Info;
use ctap::pin_uv_auth::{KeyAgreement, Protocol, PublicKey, SharedSecret, Token};
use ctap::{Command, Status};
use getrandom::SysRng;
use webauthn::id::RpId;
use zeroize::Zeroizing;

use crate::ceremony::{Ceremony, malformed};
use crate::{ClientError, KeyPin, PinAsk, PinEntry, PinPurpose};
use tries::Tally;

/// The shortest PIN, in Unicode code points, of a key that does not tell (§6.4, minPINLength).
const MIN_LENGTH: u32 = 4;
/// How often built-in verification is tried when the key does not say
/// (§6.4, preferredPlatformUvAttempts).
const UV_ATTEMPTS: u64 = 3;
/// The most it is tried.
const MAX_UV_ATTEMPTS: u64 = 5;
/// Where getInfo has preferredPlatformUvAttempts.
const PREFERRED_PLATFORM_UV_ATTEMPTS: u64 = 0x11;
/// Where getInfo has maxPINLength, in Unicode code points.
const MAX_PIN_LENGTH: u64 = 0x1D;

/// What a key says to a PIN.
enum Said<T> {
    Yes(T),
    /// The PIN is wrong, and a try is spent.
    WrongPin,
    /// The PIN is right and must be changed first, or the new one keeps its rules not.
    AgainstPolicy,
}

/// A new PIN that keeps the key's rules, and the form in which it travels.
struct NewPin {
    pin: KeyPin,
    padded: Zeroizing<[u8; 64]>,
}

/// What happens between this client and one key to get one token.
pub(crate) struct Exchange<'x, 'a> {
    pub ceremony: &'x mut Ceremony<'a>,
    pub info: &'x Info,
    pub protocol: Protocol,
    /// The relying party that the token is for.
    pub rp_id: &'x RpId,
    /// What the token is for.
    pub permission: Permissions,
}

impl Exchange<'_, '_> {
    /// A token for the key's PIN, which the user is asked for; first changed, if the key wants that.
    pub async fn token_by_pin(&mut self) -> Result<Token, ClientError> {
        let mut tally = Tally::default();
        if self.info.force_pin_change == Some(true) {
            return self.token_by_changed_pin(tally).await;
        }
        loop {
            let tries = self.tries(&tally).await?;
            let PinEntry { pin, .. } = self.ask(PinPurpose::Enter(tries), &mut tally).await?;
            if let Err(problem) = possible(&pin) {
                tally.problem = Some(problem);
                continue;
            }
            match self.token_for(&pin).await? {
                Said::Yes(token) => return Ok(token),
                Said::WrongPin => tally.count_wrong(),
                Said::AgainstPolicy => return self.token_by_changed_pin(tally).await,
            }
        }
    }

    async fn token_by_changed_pin(&mut self, mut tally: Tally) -> Result<Token, ClientError> {
        loop {
            let tries = self.tries(&tally).await?;
            let entry = self.ask(PinPurpose::Change(tries), &mut tally).await?;
            let new = match entry
                .new_pin
                .ok_or_else(|| "Type the new PIN too.".to_owned())
            {
                Ok(new) => possible(&entry.pin).and_then(|()| self.fit(new)),
                Err(problem) => Err(problem),
            };
            let new = match new {
                Ok(new) => new,
                Err(problem) => {
                    tally.problem = Some(problem);
                    continue;
                }
            };
            match self.change(&entry.pin, &new).await? {
                Said::Yes(_) => return self.token_for_new(&new).await,
                Said::WrongPin => tally.count_wrong(),
                Said::AgainstPolicy => tally.problem = Some(not_taken()),
            }
        }
    }

    /// A token for the first PIN of a key that has none, which the user chooses.
    pub async fn token_by_first_pin(&mut self) -> Result<Token, ClientError> {
        let mut tally = Tally::default();
        loop {
            let entry = self.ask(PinPurpose::Set, &mut tally).await?;
            match self.fit(entry.pin) {
                Err(problem) => tally.problem = Some(problem),
                Ok(pin) => match self.set(&pin).await? {
                    Said::Yes(_) => return self.token_for_new(&pin).await,
                    Said::AgainstPolicy | Said::WrongPin => tally.problem = Some(not_taken()),
                },
            }
        }
    }

    /// A token for built-in verification, or why that failed although the key has it: the PIN may
    /// still do.
    pub async fn token_by_uv(&mut self) -> Result<Result<Token, ClientError>, ClientError> {
        let attempts = self
            .told(PREFERRED_PLATFORM_UV_ATTEMPTS)
            .unwrap_or(UV_ATTEMPTS)
            .clamp(1, MAX_UV_ATTEMPTS);
        let mut attempt = 1;
        loop {
            let (secret, key_agreement) = self.agree().await?;
            let request = self.with_permissions(Request {
                key_agreement: Some(key_agreement),
                ..self.request(Subcommand::GetTokenUsingUv)
            });
            let command = Command::ClientPin(Box::new(request));
            let (status, cbor) = self.ceremony.send(&command).await?;
            match status {
                Status::Ok => return self.open(&command, &secret, &cbor).map(Ok),
                Status::UvInvalid if attempt < attempts && self.uv_tries_are_left().await? => {
                    attempt += 1;
                }
                Status::UvInvalid | Status::UvBlocked => {
                    return Ok(Err(ClientError::from_status(command.name(), status)));
                }
                _ => return Err(ClientError::from_status(command.name(), status)),
            }
        }
    }

    async fn uv_tries_are_left(&mut self) -> Result<bool, ClientError> {
        let request = Request::new(Subcommand::GetUvRetries);
        let (_, response) = self.read(request).await?;
        Ok(response.uv_retries != Some(0))
    }

    async fn token_for_new(&mut self, new: &NewPin) -> Result<Token, ClientError> {
        let refused = match self.token_for(&new.pin).await? {
            Said::Yes(token) => return Ok(token),
            Said::WrongPin => Status::PinInvalid,
            Said::AgainstPolicy => Status::PinPolicyViolation,
        };
        let command = Command::ClientPin(Box::new(self.request(self.by_pin())));
        Err(ClientError::from_status(command.name(), refused))
    }

    /// getPinUvAuthTokenUsingPinWithPermissions (§6.5.5.7.2), or what came before it (§6.5.5.7.1).
    async fn token_for(&mut self, pin: &KeyPin) -> Result<Said<Token>, ClientError> {
        let (secret, key_agreement) = self.agree().await?;
        let request = Request {
            key_agreement: Some(key_agreement),
            pin_hash_enc: Some(hash_enc(&secret, pin)?),
            ..self.request(self.by_pin())
        };
        let request = match request.subcommand {
            Subcommand::GetTokenUsingPin => self.with_permissions(request),
            _ => request,
        };
        let command = Command::ClientPin(Box::new(request));
        match self.say(&command).await? {
            Said::Yes(cbor) => self.open(&command, &secret, &cbor).map(Said::Yes),
            Said::WrongPin => Ok(Said::WrongPin),
            Said::AgainstPolicy => Ok(Said::AgainstPolicy),
        }
    }

    fn by_pin(&self) -> Subcommand {
        match self.info.option("pinUvAuthToken") {
            Some(true) => Subcommand::GetTokenUsingPin,
            _ => Subcommand::GetPinToken,
        }
    }

    /// setPIN (§6.5.5.5).
    async fn set(&mut self, new: &NewPin) -> Result<Said<Vec<u8>>, ClientError> {
        let (secret, key_agreement) = self.agree().await?;
        let new_pin_enc = new_enc(&secret, new)?;
        let request = Request {
            key_agreement: Some(key_agreement),
            pin_uv_auth_param: Some(secret.authenticate(&new_pin_enc)),
            new_pin_enc: Some(new_pin_enc),
            ..self.request(Subcommand::SetPin)
        };
        self.say(&Command::ClientPin(Box::new(request))).await
    }

    /// changePIN (§6.5.5.6).
    async fn change(&mut self, pin: &KeyPin, new: &NewPin) -> Result<Said<Vec<u8>>, ClientError> {
        let (secret, key_agreement) = self.agree().await?;
        let new_pin_enc = new_enc(&secret, new)?;
        let pin_hash_enc = hash_enc(&secret, pin)?;
        let both = [new_pin_enc.as_slice(), &pin_hash_enc].concat();
        let request = Request {
            key_agreement: Some(key_agreement),
            pin_uv_auth_param: Some(secret.authenticate(&both)),
            new_pin_enc: Some(new_pin_enc),
            pin_hash_enc: Some(pin_hash_enc),
            ..self.request(Subcommand::ChangePin)
        };
        self.say(&Command::ClientPin(Box::new(request))).await
    }

    /// A secret with the key, for one command: a wrong PIN makes the key choose a new half.
    async fn agree(&mut self) -> Result<(SharedSecret, PublicKey), ClientError> {
        let (command, response) = self.read(self.request(Subcommand::GetKeyAgreement)).await?;
        let peer = response
            .key_agreement
            .ok_or_else(|| malformed(&command, "it has no keyAgreement".to_owned()))?;
        let own = KeyAgreement::generate(&mut SysRng).map_err(|_| ClientError::NoRandomness)?;
        Ok((own.shared_secret(self.protocol, &peer), own.public()))
    }

    fn request(&self, subcommand: Subcommand) -> Request {
        Request {
            pin_uv_auth_protocol: Some(self.protocol.number()),
            ..Request::new(subcommand)
        }
    }

    fn with_permissions(&self, request: Request) -> Request {
        Request {
            permissions: Some(self.permission),
            rp_id: Some(self.rp_id.to_string()),
            ..request
        }
    }

    /// Runs a command that no PIN is sent with.
    async fn read(&mut self, request: Request) -> Result<(Command, Response), ClientError> {
        let command = Command::ClientPin(Box::new(request));
        let response = self.ceremony.run(&command, Response::decode).await?;
        Ok((command, response))
    }

    /// Runs a command that a PIN is sent with; gives the CBOR of its success.
    async fn say(&mut self, command: &Command) -> Result<Said<Vec<u8>>, ClientError> {
        match self.ceremony.send(command).await? {
            (Status::Ok, cbor) => Ok(Said::Yes(cbor)),
            (Status::PinInvalid, _) => Ok(Said::WrongPin),
            (Status::PinPolicyViolation, _) => Ok(Said::AgainstPolicy),
            (status, _) => Err(ClientError::from_status(command.name(), status)),
        }
    }

    fn open(
        &self,
        command: &Command,
        secret: &SharedSecret,
        cbor: &[u8],
    ) -> Result<Token, ClientError> {
        let response = Response::decode(cbor).map_err(|status| {
            malformed(
                command,
                format!("its CBOR does not keep the rules ({status})"),
            )
        })?;
        let sealed = response
            .pin_uv_auth_token
            .ok_or_else(|| malformed(command, "it has no pinUvAuthToken".to_owned()))?;
        Token::open(secret, &sealed)
            .map_err(|_| malformed(command, "its pinUvAuthToken has a wrong length".to_owned()))
    }

    async fn ask(
        &mut self,
        purpose: PinPurpose,
        tally: &mut Tally,
    ) -> Result<PinEntry, ClientError> {
        let ask = PinAsk {
            rp_id: Some(self.rp_id.clone()),
            purpose,
            problem: tally.say(purpose),
            min_length: self.min_length(),
            max_bytes: PIN_MAX_BYTES as u32,
        };
        self.ceremony.ask_pin(ask).await
    }

    /// A number that getInfo has no field of its own for.
    fn told(&self, member: u64) -> Option<u64> {
        self.info.others.get(&member)?.as_u64()
    }

    fn min_length(&self) -> u32 {
        let told = self.info.min_pin_length;
        told.map_or(MIN_LENGTH, |length| {
            u32::try_from(length).unwrap_or(u32::MAX)
        })
    }

    /// A new PIN, if it keeps the rules that the key told (§6.5.1).
    fn fit(&self, pin: KeyPin) -> Result<NewPin, String> {
        possible(&pin)?;
        let (length, least) = (pin.length(), self.min_length());
        let characters = if length == 1 {
            "character"
        } else {
            "characters"
        };
        if (length as u64) < u64::from(least) {
            return Err(format!(
                "The new PIN has {length} {characters}, and the key wants at least {least}."
            ));
        }
        if let Some(most) = self
            .told(MAX_PIN_LENGTH)
            .filter(|most| length as u64 > *most)
        {
            return Err(format!(
                "The new PIN has {length} {characters}, and the key takes at most {most}."
            ));
        }
        if pin.as_bytes().contains(&0) {
            return Err(not_taken());
        }
        let padded = pad(pin.as_bytes()).ok_or_else(too_long)?;
        Ok(NewPin { pin, padded })
    }
}

fn too_long() -> String {
    format!("A key's PIN has at most {PIN_MAX_BYTES} bytes, and this one has more.")
}

fn not_taken() -> String {
    "The key does not take this PIN. Choose another one.".to_owned()
}

/// Says why no key can have this PIN, so that no try is spent on it.
fn possible(pin: &KeyPin) -> Result<(), String> {
    match pin.as_bytes().len() {
        0 => Err("Type the key's PIN.".to_owned()),
        1..=PIN_MAX_BYTES => Ok(()),
        _ => Err(too_long()),
    }
}

fn hash_enc(secret: &SharedSecret, pin: &KeyPin) -> Result<Vec<u8>, ClientError> {
    secret
        .encrypt(&mut SysRng, &*pin_hash(pin.as_bytes()))
        .map_err(|_| ClientError::NoRandomness)
}

fn new_enc(secret: &SharedSecret, new: &NewPin) -> Result<Vec<u8>, ClientError> {
    secret
        .encrypt(&mut SysRng, &*new.padded)
        .map_err(|_| ClientError::NoRandomness)
}
