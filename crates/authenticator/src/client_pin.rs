//! authenticatorClientPIN (CTAP 2.3 §6.5.5), each subcommand in the order of its steps.

use ctap::Status;
use ctap::client_pin::{Permissions, Request, Response, Subcommand, unpad};
use ctap::pin_uv_auth::{Protocol, PublicKey, SharedSecret, Token};
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use timeline::{Draft, Party};

use crate::ended::Ended;
use crate::env::{Ask, Env, Failure, Purpose, Store as _, User as _, UserVerification};
use crate::pin_uv_auth::InUse;
use crate::{Authenticator, Method, PIN_RETRIES, Pin, Profile, kinds, verification};

/// Fewest Unicode code points of a PIN.
pub(crate) const MIN_PIN_LENGTH: usize = 4;
/// The permissions that the commands here need.
const OFFERED: Permissions =
    Permissions::from_bits(Permissions::MAKE_CREDENTIAL.bits() | Permissions::GET_ASSERTION.bits());
/// Those that have a name and belong to commands that are not here.
const NOT_OFFERED: [Permissions; 5] = [
    Permissions::CREDENTIAL_MANAGEMENT,
    Permissions::BIO_ENROLLMENT,
    Permissions::LARGE_BLOB_WRITE,
    Permissions::AUTHENTICATOR_CONFIG,
    Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT_READ_ONLY,
];

impl Authenticator {
    pub(crate) async fn client_pin<E: Env>(
        &mut self,
        env: &mut E,
        request: Box<Request>,
    ) -> Result<Vec<u8>, Ended> {
        if !offers(self.profile(), request.subcommand) {
            return Err(Status::InvalidSubcommand.into());
        }
        let response = match request.subcommand {
            Subcommand::GetPinRetries => self.get_pin_retries(env)?,
            Subcommand::GetKeyAgreement => self.get_key_agreement(env, &request)?,
            Subcommand::SetPin => self.set_pin(env, &request)?,
            Subcommand::ChangePin => self.change_pin(env, &request)?,
            Subcommand::GetPinToken => self.get_pin_token(env, &request)?,
            Subcommand::GetTokenUsingPin => self.get_token_using_pin(env, &request)?,
            Subcommand::GetTokenUsingUv => self.get_token_using_uv(env, &request).await?,
            Subcommand::GetUvRetries => Response {
                uv_retries: Some(env.user().tries_left()?.into()),
                ..Response::default()
            },
        };
        Ok(response.encode())
    }

    fn get_pin_retries<E: Env>(&self, env: &mut E) -> Result<Response, Ended> {
        let pin = env.store().pin()?;
        Ok(Response {
            pin_retries: Some(pin.map_or(PIN_RETRIES, |it| it.retries).into()),
            power_cycle_state: Some(self.pin_uv_auth.needs_power_cycle()),
            ..Response::default()
        })
    }

    fn get_key_agreement<E: Env>(
        &mut self,
        env: &mut E,
        request: &Request,
    ) -> Result<Response, Ended> {
        let protocol = protocol(needed(request.pin_uv_auth_protocol)?)?;
        let key = self.pin_uv_auth.key(env.rng(), protocol)?;
        Ok(Response {
            key_agreement: Some(key.public()),
            ..Response::default()
        })
    }

    fn set_pin<E: Env>(&mut self, env: &mut E, request: &Request) -> Result<Response, Ended> {
        let (number, peer) = agreement(request)?;
        let new_pin_enc = needed(request.new_pin_enc.as_deref())?;
        let param = needed(request.pin_uv_auth_param.as_deref())?;
        let protocol = protocol(number)?;
        if env.store().pin()?.is_some() {
            return Err(Status::PinAuthInvalid.into());
        }
        let secret = self.pin_uv_auth.secret(env.rng(), protocol, peer)?;
        if !secret.verify(new_pin_enc, param) {
            return Err(Status::PinAuthInvalid.into());
        }
        self.keep_pin(env, &secret, new_pin_enc, false)
    }

    fn change_pin<E: Env>(&mut self, env: &mut E, request: &Request) -> Result<Response, Ended> {
        let (number, peer) = agreement(request)?;
        let pin_hash_enc = needed(request.pin_hash_enc.as_deref())?;
        let new_pin_enc = needed(request.new_pin_enc.as_deref())?;
        let param = needed(request.pin_uv_auth_param.as_deref())?;
        let protocol = protocol(number)?;
        self.may_try(env)?;
        let secret = self.pin_uv_auth.secret(env.rng(), protocol, peer)?;
        if !secret.verify(&[new_pin_enc, pin_hash_enc].concat(), param) {
            return Err(Status::PinAuthInvalid.into());
        }
        self.check_pin(env, &secret, pin_hash_enc)?;
        self.keep_pin(env, &secret, new_pin_enc, true)
    }

    /// Superseded: a token for makeCredential and getAssertion, bound to no relying party yet.
    fn get_pin_token<E: Env>(&mut self, env: &mut E, request: &Request) -> Result<Response, Ended> {
        let (number, peer) = agreement(request)?;
        let pin_hash_enc = needed(request.pin_hash_enc.as_deref())?;
        let protocol = protocol(number)?;
        if request.permissions.is_some() || request.rp_id.is_some() {
            return Err(Status::InvalidParameter.into());
        }
        self.may_try(env)?;
        let secret = self.pin_uv_auth.secret(env.rng(), protocol, peer)?;
        self.check_pin(env, &secret, pin_hash_enc)?;
        self.verified_by_pin(env, &secret, OFFERED, None)
    }

    fn get_token_using_pin<E: Env>(
        &mut self,
        env: &mut E,
        request: &Request,
    ) -> Result<Response, Ended> {
        let (number, peer) = agreement(request)?;
        let pin_hash_enc = needed(request.pin_hash_enc.as_deref())?;
        let asked = needed(request.permissions)?;
        let protocol = protocol(number)?;
        let (permissions, rp_id) = permitted(asked, request.rp_id.as_deref())?;
        self.may_try(env)?;
        let secret = self.pin_uv_auth.secret(env.rng(), protocol, peer)?;
        self.check_pin(env, &secret, pin_hash_enc)?;
        self.verified_by_pin(env, &secret, permissions, Some(rp_id))
    }

    async fn get_token_using_uv<E: Env>(
        &mut self,
        env: &mut E,
        request: &Request,
    ) -> Result<Response, Ended> {
        let (number, peer) = agreement(request)?;
        let asked = needed(request.permissions)?;
        let protocol = protocol(number)?;
        let (permissions, rp_id) = permitted(asked, request.rp_id.as_deref())?;
        if env.user().verification()? != UserVerification::Configured {
            return Err(Status::NotAllowed.into());
        }
        if env.user().tries_left()? == 0 {
            return Err(Status::UvBlocked.into());
        }
        let secret = self.pin_uv_auth.secret(env.rng(), protocol, peer)?;
        let ask = Ask {
            purpose: match permissions.contains(Permissions::MAKE_CREDENTIAL) {
                true => Purpose::CreatePasskey,
                false => Purpose::SignIn,
            },
            rp_id: Some(rp_id),
            rp_name: None,
            account: None,
        };
        let by = verification::verify(env, ask, rp_id).await?;
        self.give_token(env, &secret, by, permissions, Some(rp_id))
    }

    /// Whether a PIN may be tried at all.
    fn may_try<E: Env>(&self, env: &mut E) -> Result<(), Ended> {
        match env.store().pin()? {
            None => Err(Status::PinNotSet.into()),
            Some(pin) if pin.retries == 0 => Err(Status::PinBlocked.into()),
            Some(_) if self.pin_uv_auth.needs_power_cycle() => Err(Status::PinAuthBlocked.into()),
            Some(_) => Ok(()),
        }
    }

    /// Compares the PIN; the try was counted, where it lasts, before.
    fn check_pin<E: Env>(
        &mut self,
        env: &mut E,
        secret: &SharedSecret,
        pin_hash_enc: &[u8],
    ) -> Result<(), Ended> {
        let pin = env
            .store()
            .count_pin_try()?
            .ok_or(Ended::With(Status::PinBlocked))?;
        let entered = secret.decrypt(pin_hash_enc).unwrap_or_default();
        if entered.ct_eq(pin.hash.as_slice()).into() {
            env.store().restore_pin_retries()?;
            self.pin_uv_auth.matched();
            self.tell_checked(env, true, PIN_RETRIES);
            return Ok(());
        }
        self.pin_uv_auth.mismatched(secret.protocol());
        self.tell_checked(env, false, pin.retries);
        Err(Ended::With(match pin.retries {
            0 => Status::PinBlocked,
            _ if self.pin_uv_auth.needs_power_cycle() => Status::PinAuthBlocked,
            _ => Status::PinInvalid,
        }))
    }

    fn tell_checked<E: Env>(&self, env: &E, matched: bool, tries_left: u32) {
        let needs_power_cycle = self.pin_uv_auth.needs_power_cycle();
        let body = json!({
            "matched": matched, "triesLeft": tries_left, "needsPowerCycle": needs_power_cycle,
        });
        tell(env, kinds::PIN_CHECKED, body);
    }

    /// Keeps a new PIN, if it may be one; tokens for the one before end.
    fn keep_pin<E: Env>(
        &mut self,
        env: &mut E,
        secret: &SharedSecret,
        new_pin_enc: &[u8],
        changed: bool,
    ) -> Result<Response, Ended> {
        let padded = secret
            .decrypt(new_pin_enc)
            .map_err(|_| Status::PinAuthInvalid)?;
        let bytes = unpad(&padded)?;
        let text = std::str::from_utf8(bytes).map_err(|_| Status::PinPolicyViolation)?;
        if text.chars().count() < MIN_PIN_LENGTH {
            return Err(Status::PinPolicyViolation.into());
        }
        env.store().set_pin(&Pin::new(bytes))?;
        self.pin_uv_auth.end_token();
        tell(env, kinds::PIN_SET, json!({ "changed": changed }));
        Ok(Response::default())
    }

    fn verified_by_pin<E: Env>(
        &mut self,
        env: &mut E,
        secret: &SharedSecret,
        permissions: Permissions,
        rp_id: Option<&str>,
    ) -> Result<Response, Ended> {
        let by = Method::ClientPin;
        let rp_ids = rp_id.map(|it| [it]);
        let body = json!({ "method": by.name(), "rpIds": rp_ids });
        tell(env, kinds::VERIFICATION_DONE, body);
        self.give_token(env, secret, by, permissions, rp_id)
    }

    fn give_token<E: Env>(
        &mut self,
        env: &mut E,
        secret: &SharedSecret,
        by: Method,
        permissions: Permissions,
        rp_id: Option<&str>,
    ) -> Result<Response, Ended> {
        let token = Token::generate(env.rng()).map_err(Failure::randomness)?;
        let sealed = token.seal(secret, env.rng())?;
        self.pin_uv_auth.begin_using(InUse {
            protocol: secret.protocol(),
            token,
            by,
            permissions,
            rp_id: rp_id.map(str::to_owned),
            present: by != Method::ClientPin,
            since: env.clock().monotonic(),
            used: false,
        });
        Ok(Response {
            pin_uv_auth_token: Some(sealed),
            ..Response::default()
        })
    }
}

fn offers(profile: &Profile, subcommand: Subcommand) -> bool {
    match subcommand {
        Subcommand::GetKeyAgreement => profile.has_pin_uv_auth(),
        Subcommand::GetPinRetries
        | Subcommand::SetPin
        | Subcommand::ChangePin
        | Subcommand::GetPinToken => profile.client_pin,
        Subcommand::GetTokenUsingPin => profile.client_pin && profile.pin_uv_auth_token,
        Subcommand::GetTokenUsingUv | Subcommand::GetUvRetries => {
            profile.built_in_user_verification && profile.pin_uv_auth_token
        }
    }
}

fn needed<T>(member: Option<T>) -> Result<T, Status> {
    member.ok_or(Status::MissingParameter)
}

/// What every subcommand needs that agrees on a secret.
fn agreement(request: &Request) -> Result<(u64, &PublicKey), Status> {
    let number = needed(request.pin_uv_auth_protocol)?;
    Ok((number, needed(request.key_agreement.as_ref())?))
}

fn protocol(number: u64) -> Result<Protocol, Status> {
    Protocol::from_number(number).ok_or(Status::InvalidParameter)
}

/// The permissions that a token gets, and for whom (§6.5.5.7). Bits without a name are ignored; both
/// permissions that there are need a relying party.
fn permitted(asked: Permissions, rp_id: Option<&str>) -> Result<(Permissions, &str), Status> {
    if asked == Permissions::NONE {
        return Err(Status::InvalidParameter);
    }
    let granted = Permissions::from_bits(asked.bits() & OFFERED.bits());
    if NOT_OFFERED.iter().any(|it| asked.contains(*it)) || granted == Permissions::NONE {
        return Err(Status::UnauthorizedPermission);
    }
    Ok((granted, needed(rp_id)?))
}

fn tell<E: Env>(env: &E, kind: &'static str, body: Value) {
    let draft = Draft::new(Party::Device, kind)
        .at(env.clock().now())
        .body(body);
    env.emit().emit(draft);
}
