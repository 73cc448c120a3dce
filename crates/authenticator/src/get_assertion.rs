//! authenticatorGetAssertion (CTAP 2.3 §6.2.2), in the order of its steps.

use ctap::client_pin::Permissions;
use ctap::get_assertion::{Request, Response};
use ctap::{Descriptor, Status, UserEntity};
use serde_json::json;
use timeline::{Draft, Party};
use webauthn::authenticator_data::{AuthenticatorData, Flags};
use webauthn::cbor::Value;

use crate::ended::Ended;
use crate::env::{Account, Ask, Env, Purpose, Store as _, User as _, UserVerification};
use crate::get_next_assertion::Remaining;
use crate::{Authenticator, Credential, Method, kinds, uvm, verification};

/// What every assertion of one getAssertion shares.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) client_data_hash: [u8; 32],
    pub(crate) flags: Flags,
    /// Extension outputs, a map.
    pub(crate) extensions: Option<Value<'static>>,
}

impl Authenticator {
    pub(crate) async fn get_assertion<E: Env>(
        &mut self,
        env: &mut E,
        request: Box<Request>,
    ) -> Result<Vec<u8>, Ended> {
        let param = request.pin_uv_auth_param.as_deref();
        let proof = self.proof(env, param, request.pin_uv_auth_protocol).await?;
        let requested = proof.is_none() && request.options.uv == Some(true);
        self.check_assertion_options(&request, requested)?;
        let applicable = applicable(env, &request)?;
        let account = match applicable.as_slice() {
            [only] => Some(Account::from(only)),
            _ => None,
        };
        let ask = Ask {
            purpose: Purpose::SignIn,
            rp_id: Some(&request.rp_id),
            rp_name: applicable.first().and_then(|it| it.rp_name.as_deref()),
            account: account.as_ref(),
        };
        let (hash, rp_id) = (&request.client_data_hash, &request.rp_id);
        let (verified, present) = match proof {
            Some(proof) => {
                let permission = Permissions::GET_ASSERTION;
                let granted = self.authorize(env, proof, hash, permission, rp_id)?;
                (Some(granted.by), granted.present)
            }
            None if requested => {
                let nothing_to_sign = applicable.is_empty();
                let by = verify_for_assertion(env, ask, rp_id, nothing_to_sign).await?;
                (by, by.is_some())
            }
            None => (None, false),
        };
        if applicable.is_empty() {
            return Err(Status::NoCredentials.into());
        }
        let wants_presence = request.options.up != Some(false);
        if wants_presence && !present {
            env.user().presence(ask).await?;
        }
        if wants_presence && proof.is_some() {
            self.pin_uv_auth.end_token();
        }
        let mut flags = Flags::default();
        if wants_presence || (proof.is_none() && verified.is_some()) {
            flags = flags.with(Flags::UP);
        }
        if verified.is_some() {
            flags = flags.with(Flags::UV);
        }
        let terms = Terms {
            client_data_hash: request.client_data_hash,
            flags,
            extensions: uvm::outputs(request.extensions.as_ref(), flags, verified),
        };
        self.answer(env, &request, applicable, terms).await
    }

    /// Step 4; `verification` is what remains of option uv beside a pinUvAuthParam.
    fn check_assertion_options(&self, request: &Request, verification: bool) -> Result<(), Status> {
        if verification && !self.profile().built_in_user_verification {
            return Err(Status::InvalidOption);
        }
        if request.options.rk.is_some() {
            return Err(Status::UnsupportedOption);
        }
        Ok(())
    }

    /// Steps 11 to 13: which credential, and its assertion.
    async fn answer<E: Env>(
        &mut self,
        env: &mut E,
        request: &Request,
        mut applicable: Vec<Credential>,
        terms: Terms,
    ) -> Result<Vec<u8>, Ended> {
        let flags = terms.flags;
        let several = request.allow_list.is_empty() && applicable.len() > 1;
        let chosen = if several && self.profile().display && flags != Flags::default() {
            let accounts: Vec<Account> = applicable.iter().map(Account::from).collect();
            env.user().choose(&request.rp_id, &accounts).await?
        } else {
            0
        };
        let user_selected = several && self.profile().display && flags != Flags::default();
        if chosen >= applicable.len() {
            return Err(Status::OperationDenied.into());
        }
        let first = applicable.remove(chosen);
        let tell_account = several && !user_selected && flags.has(Flags::UV);
        let mut response = assert(env, &first, &terms, tell_account)?;
        if user_selected {
            response.user_selected = Some(true);
        } else if several {
            response.number_of_credentials = u64::try_from(applicable.len() + 1).ok();
            let now = env.clock().monotonic();
            self.remaining = Some(Remaining::new(applicable, terms, now));
        }
        Ok(response.encode())
    }
}

/// Step 6.2. A device whose verification was never set up does not set it up to say that it has no
/// credential.
async fn verify_for_assertion<E: Env>(
    env: &mut E,
    ask: Ask<'_>,
    rp_id: &str,
    nothing_to_sign: bool,
) -> Result<Option<Method>, Ended> {
    if nothing_to_sign && env.user().verification()? == UserVerification::NotConfigured {
        return Ok(None);
    }
    Ok(Some(verification::verify(env, ask, rp_id).await?))
}

/// Step 7: what could sign, the newest first.
fn applicable<E: Env>(env: &mut E, request: &Request) -> Result<Vec<Credential>, Ended> {
    let mut credentials = env.store().credentials_of(&request.rp_id)?;
    if request.allow_list.is_empty() {
        credentials.retain(|it| it.discoverable);
    } else {
        credentials.retain(|it| {
            request
                .allow_list
                .iter()
                .any(|allowed| allowed.id == it.id.as_bytes())
        });
        credentials.truncate(1);
    }
    Ok(credentials)
}

/// Signs with one credential (step 13). The counter is raised on disk before the signature exists.
pub(crate) fn assert<E: Env>(
    env: &mut E,
    credential: &Credential,
    terms: &Terms,
    tell_account: bool,
) -> Result<Response, Ended> {
    let now = env.clock().now();
    let sign_count = env
        .store()
        .count_use(&credential.rp_id, &credential.id, now)?
        .ok_or(Status::NoCredentials)?;
    let auth_data = AuthenticatorData {
        rp_id_hash: webauthn::sha256(credential.rp_id.as_bytes()),
        flags: terms.flags,
        sign_count,
        attested: None,
        extensions: terms.extensions.clone(),
        canonical_order: true,
    }
    .encode();
    let signature = credential
        .private_key
        .sign(&[auth_data.as_slice(), &terms.client_data_hash].concat())?;
    let body =
        json!({ "rpId": credential.rp_id, "credentialId": credential.id, "signCount": sign_count });
    env.emit().emit(
        Draft::new(Party::Device, kinds::PASSKEY_USED)
            .at(now)
            .body(body),
    );
    let descriptor = Descriptor {
        id: credential.id.as_bytes().to_vec(),
        transports: Vec::new(),
    };
    let mut response = Response::new(descriptor, auth_data, signature);
    response.user = credential
        .discoverable
        .then(|| user(credential, tell_account));
    Ok(response)
}

/// `user` of the response: what identifies a person only after verification, and only when the
/// client must ask which account (§6.2.2 step 12).
fn user(credential: &Credential, tell_account: bool) -> UserEntity {
    let told = |text: &Option<String>| text.clone().filter(|_| tell_account);
    UserEntity {
        id: credential.user_handle.as_bytes().to_vec(),
        name: told(&credential.user_name),
        display_name: told(&credential.user_display_name),
    }
}
