//! authenticatorMakeCredential (CTAP 2.3 §6.1.2), in the order of its steps.

use ctap::client_pin::Permissions;
use ctap::make_credential::{Request, Response};
use ctap::{Descriptor, Status};
use serde_json::json;
use timeline::{Draft, Party};
use webauthn::authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags};
use webauthn::cbor::Value;
use webauthn::cose::Algorithm;
use webauthn::id::{CredentialId, UserHandle};

use crate::attestation::attest;
use crate::ended::Ended;
use crate::env::{
    Account, Ask, Env, Failure, Purpose, Refusal, Store as _, User as _, UserVerification,
};
use crate::{Authenticator, Credential, PrivateKey, kinds, uvm, verification};

impl Authenticator {
    pub(crate) async fn make_credential<E: Env>(
        &mut self,
        env: &mut E,
        request: Box<Request>,
    ) -> Result<Vec<u8>, Ended> {
        let param = request.pin_uv_auth_param.as_deref();
        let proof = self.proof(env, param, request.pin_uv_auth_protocol).await?;
        if !request.algorithms.contains(&Algorithm::Es256.number()) {
            return Err(Status::UnsupportedAlgorithm.into());
        }
        let requested = proof.is_none() && request.options.uv == Some(true);
        self.check_options(&request, requested)?;
        let verify = proof.is_none() && self.must_verify(env, requested)?;
        if request.enterprise_attestation.is_some() {
            return Err(Status::InvalidParameter.into());
        }
        let account = Account {
            name: request.user.name.clone(),
            display_name: request.user.display_name.clone(),
        };
        let ask = Ask {
            purpose: Purpose::CreatePasskey,
            rp_id: Some(&request.rp.id),
            rp_name: request.rp.name.as_deref(),
            account: Some(&account),
        };
        let (hash, rp_id) = (&request.client_data_hash, &request.rp.id);
        let (verified, present) = match proof {
            Some(proof) => {
                let permission = Permissions::MAKE_CREDENTIAL;
                let granted = self.authorize(env, proof, hash, permission, rp_id)?;
                (Some(granted.by), granted.present)
            }
            None if verify => (Some(verification::verify(env, ask, rp_id).await?), true),
            None => (None, false),
        };
        let known = env.store().credentials_of(&request.rp.id)?;
        if is_excluded(&known, &request.exclude_list) {
            return Err(excluded(env, ask, present).await);
        }
        if !present {
            env.user().presence(ask).await?;
        }
        if proof.is_some() {
            self.pin_uv_auth.end_token();
        }
        let flags = if verified.is_some() {
            Flags::UP.with(Flags::UV)
        } else {
            Flags::UP
        };
        let discoverable = request.options.rk == Some(true);
        let replaced = known.into_iter().find(|it| {
            discoverable
                && it.discoverable
                && it.user_handle.as_bytes() == request.user.id.as_slice()
        });
        self.check_room(env, discoverable, replaced.is_some())?;
        let credential = generate(env, &request, discoverable)?;
        let extensions = uvm::outputs(request.extensions.as_ref(), flags, verified);
        let response = respond(self, &request, &credential, flags, extensions)?;
        env.store()
            .save(&credential, replaced.as_ref().map(|it| &it.id))?;
        announce(env, &credential);
        Ok(response.encode())
    }

    /// Step 5; `verification` is what remains of option uv beside a pinUvAuthParam.
    fn check_options(&self, request: &Request, verification: bool) -> Result<(), Status> {
        if verification && !self.profile().built_in_user_verification {
            return Err(Status::InvalidOption);
        }
        if request.options.up == Some(false) {
            return Err(Status::InvalidOption);
        }
        if !(1..=64).contains(&request.user.id.len()) {
            return Err(Status::InvalidLength);
        }
        Ok(())
    }

    /// Whether the user is to be verified by the device itself (steps 6 to 8), there being no
    /// pinUvAuthParam. A device whose user verification is set up makes no credential without it.
    fn must_verify<E: Env>(&self, env: &mut E, requested: bool) -> Result<bool, Ended> {
        if requested || self.profile().always_verifies_creation {
            return Ok(true);
        }
        if self.pin_is_set(env)? {
            return Err(Status::PuatRequired.into());
        }
        match env.user().verification()? {
            UserVerification::Configured => Err(Status::OperationDenied.into()),
            UserVerification::NotSupported | UserVerification::NotConfigured => Ok(false),
        }
    }

    /// Step 17: a credential that replaces another needs no further room.
    fn check_room<E: Env>(
        &self,
        env: &mut E,
        discoverable: bool,
        replaces: bool,
    ) -> Result<(), Ended> {
        let profile = self.profile();
        let limit = if discoverable {
            profile.max_discoverable
        } else {
            profile.max_non_discoverable
        };
        if !replaces && env.store().count(discoverable)? >= limit {
            return Err(Status::KeyStoreFull.into());
        }
        Ok(())
    }
}

fn is_excluded(known: &[Credential], exclude_list: &[Descriptor]) -> bool {
    known.iter().any(|it| {
        exclude_list
            .iter()
            .any(|excluded| excluded.id == it.id.as_bytes())
    })
}

/// Step 12: the user must be there before anyone learns that the credential is.
async fn excluded<E: Env>(env: &mut E, ask: Ask<'_>, present: bool) -> Ended {
    if present {
        return Status::CredentialExcluded.into();
    }
    match env.user().presence(ask).await {
        Ok(()) | Err(Refusal::TimedOut) => Status::CredentialExcluded.into(),
        Err(refusal) => refusal.into(),
    }
}

/// Step 16.
fn generate<E: Env>(
    env: &mut E,
    request: &Request,
    discoverable: bool,
) -> Result<Credential, Ended> {
    let mut id = [0; 32];
    rand_core::TryRng::try_fill_bytes(env.rng(), &mut id).map_err(Failure::randomness)?;
    Ok(Credential {
        id: CredentialId::new(id),
        private_key: PrivateKey::generate(env.rng())?,
        rp_id: request.rp.id.clone(),
        rp_name: request.rp.name.clone(),
        user_handle: UserHandle::new(request.user.id.clone()),
        user_name: request.user.name.clone(),
        user_display_name: request.user.display_name.clone(),
        created: env.clock().now(),
        sign_count: 0,
        discoverable,
    })
}

/// Step 19: authenticator data and the statement about it.
fn respond(
    authenticator: &Authenticator,
    request: &Request,
    credential: &Credential,
    flags: Flags,
    extensions: Option<Value<'static>>,
) -> Result<Response, Failure> {
    let public_key = credential.private_key.public_key()?.encode();
    let auth_data = AuthenticatorData {
        rp_id_hash: webauthn::sha256(credential.rp_id.as_bytes()),
        flags,
        sign_count: credential.sign_count,
        attested: Some(AttestedCredentialData {
            aaguid: authenticator.profile().aaguid,
            credential_id: credential.id.as_bytes(),
            public_key: &public_key,
        }),
        extensions,
        canonical_order: true,
    }
    .encode();
    let preference = request.attestation_formats_preference.as_deref();
    let (format, statement) = attest(
        preference,
        &credential.private_key,
        &auth_data,
        &request.client_data_hash,
    )?;
    Ok(Response::new(format, auth_data, statement))
}

fn announce<E: Env>(env: &E, credential: &Credential) {
    let body = json!({
        "rpId": credential.rp_id,
        "userName": credential.user_name,
        "credentialId": credential.id,
        "discoverable": credential.discoverable,
    });
    let draft = Draft::new(Party::Device, kinds::PASSKEY_CREATED)
        .at(env.clock().now())
        .body(body);
    env.emit().emit(draft);
}
