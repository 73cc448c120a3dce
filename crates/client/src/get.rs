//! `get()` (L3 §5.1.4).

use ctap::{Command, Descriptor, Options, client_pin::Permissions, get_assertion, get_info::Info};
use webauthn::{
    authenticator_data::AuthenticatorData,
    client_data::{self, CollectedClientData},
    id::{Base64Url, CredentialId, RpId, UserHandle},
    json::{
        AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
        PublicKeyCredentialRequestOptionsJSON,
    },
};

use crate::{
    Account, Call, Channel, Client, ClientError,
    ceremony::{Ceremony, malformed},
    extensions::Wanted,
    kinds, lists, resolve_rp_id,
    user_verification::{Ask, Means, NoWay, Proof, insists_to_get, run_verified},
};

/// More accounts than any person chooses among; a bound against a device that never stops.
const MAX_ACCOUNTS: u64 = 512;

impl Client {
    /// Gets an assertion (L3 §5.1.4) and returns it as `toJSON()` would.
    pub async fn get(
        &self,
        channel: &mut dyn Channel,
        call: Call<'_>,
    ) -> Result<AuthenticationResponseJSON, ClientError> {
        let mut ceremony = Ceremony::begin(self, channel, call, kinds::GET_CALLED);
        let outcome = get(&mut ceremony, call).await;
        ceremony.end(kinds::GET_RETURNED, outcome)
    }
}

async fn get(
    ceremony: &mut Ceremony<'_>,
    call: Call<'_>,
) -> Result<AuthenticationResponseJSON, ClientError> {
    if call.abort.is_cancelled() {
        return Err(ClientError::Aborted);
    }
    use serde::Deserialize as _;
    let options = PublicKeyCredentialRequestOptionsJSON::deserialize(call.options)
        .map_err(|error| ClientError::Options(error.to_string()))?;
    ceremony.set_timeout(options.timeout);
    let rp_id = resolve_rp_id(call.origin, options.rp_id.as_deref())?;

    let info = ceremony.get_info().await?;
    let way = Means::of(&info)
        .shown(ceremony.channel.asks_user_itself())
        .plan(options.user_verification, insists_to_get(&info))
        .map_err(|NoWay| ClientError::NoUserVerificationToGet)?;
    let wanted = Wanted::of(options.extensions.as_ref(), &info);
    let allow_list = allow_list(ceremony, &rp_id, &options, &info).await?;
    let client_data = CollectedClientData::new(
        client_data::GET,
        options.challenge.as_bytes(),
        call.origin.as_str(),
        None,
    )
    .to_json();
    let request = get_assertion::Request {
        rp_id: rp_id.to_string(),
        client_data_hash: webauthn::sha256(&client_data),
        allow_list: allow_list.clone(),
        extensions: wanted.inputs(),
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    };
    let ask = Ask {
        info: &info,
        rp_id: &rp_id,
        client_data_hash: &request.client_data_hash,
        permission: Permissions::GET_ASSERTION,
    };
    let proven = |proof| proven(&request, proof);
    let decode = get_assertion::Response::decode;
    let (command, first) = run_verified(ceremony, ask, way, proven, decode).await?;
    check(&first, &rp_id).map_err(|why| malformed(&command, why))?;
    let chosen = if allow_list.is_empty() {
        choose(ceremony, &command, &rp_id, first).await?
    } else {
        first
    };
    let auth_data = chosen.auth_data.clone();
    let mut credential = credential(chosen, &allow_list, client_data)
        .map_err(|why| malformed(&command, why.to_owned()))?;
    wanted
        .add_results(&auth_data, &mut credential.client_extension_results)
        .map_err(|why| malformed(&command, why))?;
    credential.authenticator_attachment = Some(ceremony.channel.attachment().as_str().to_owned());
    Ok(credential)
}

fn proven(request: &get_assertion::Request, proof: Proof) -> Command {
    let mut request = request.clone();
    request.options.uv = proof.uv;
    request.pin_uv_auth_param = proof.param;
    request.pin_uv_auth_protocol = proof.protocol;
    Command::GetAssertion(Box::new(request))
}

/// The allow list for the device; empty only when the relying party's is.
async fn allow_list(
    ceremony: &mut Ceremony<'_>,
    rp_id: &RpId,
    options: &PublicKeyCredentialRequestOptionsJSON,
    info: &Info,
) -> Result<Vec<Descriptor>, ClientError> {
    if options.allow_credentials.is_empty() {
        return Ok(Vec::new());
    }
    let usable = lists::usable(&options.allow_credentials, info);
    let list = lists::fit(ceremony, rp_id, usable, info).await?;
    if list.is_empty() {
        Err(ClientError::NoCredentials)
    } else {
        Ok(list)
    }
}

/// The assertion of the account that the user wants, when the device did not ask itself.
async fn choose(
    ceremony: &mut Ceremony<'_>,
    command: &Command,
    rp_id: &RpId,
    first: get_assertion::Response,
) -> Result<get_assertion::Response, ClientError> {
    let count = first.number_of_credentials.unwrap_or(1);
    if count <= 1 || first.user_selected == Some(true) {
        return Ok(first);
    }
    if count > MAX_ACCOUNTS {
        return Err(malformed(command, format!("it claims {count} accounts")));
    }
    let mut assertions = vec![first];
    for _ in 1..count {
        let next = ceremony
            .run(&Command::GetNextAssertion, get_assertion::Response::decode)
            .await?;
        check(&next, rp_id).map_err(|why| malformed(&Command::GetNextAssertion, why))?;
        assertions.push(next);
    }
    let accounts: Option<Vec<Account>> = assertions.iter().map(account).collect();
    let accounts = accounts
        .ok_or_else(|| malformed(command, "one of its accounts has no user handle".to_owned()))?;
    let index = ceremony.choose(rp_id, &accounts).await?;
    Ok(assertions.swap_remove(index))
}

fn account(assertion: &get_assertion::Response) -> Option<Account> {
    assertion.user.as_ref().map(|user| Account {
        user_handle: UserHandle::new(user.id.as_slice()),
        name: user.name.clone(),
        display_name: user.display_name.clone(),
    })
}

fn check(assertion: &get_assertion::Response, rp_id: &RpId) -> Result<(), String> {
    let auth_data =
        AuthenticatorData::parse(&assertion.auth_data).map_err(|error| error.to_string())?;
    if auth_data.rp_id_hash != rp_id.hash() {
        return Err("its authenticator data is for another RP ID".to_owned());
    }
    Ok(())
}

fn credential(
    assertion: get_assertion::Response,
    allow_list: &[Descriptor],
    client_data: Vec<u8>,
) -> Result<AuthenticationResponseJSON, &'static str> {
    let id = match (assertion.credential, allow_list) {
        (Some(credential), []) => credential.id,
        (Some(credential), list) if list.iter().any(|allowed| allowed.id == credential.id) => {
            credential.id
        }
        (Some(_), _) => return Err("it used a credential that is not in the allow list"),
        (None, [only]) => only.id.clone(),
        (None, _) => return Err("it does not say which credential it used"),
    };
    if allow_list.is_empty() && assertion.user.is_none() {
        return Err("its discoverable credential has no user handle");
    }
    let json = AuthenticatorAssertionResponseJSON {
        client_data_json: Base64Url(client_data),
        authenticator_data: Base64Url(assertion.auth_data),
        signature: Base64Url(assertion.signature),
        user_handle: assertion.user.map(|user| Base64Url(user.id)),
    };
    Ok(AuthenticationResponseJSON::new(CredentialId::new(id), json))
}
