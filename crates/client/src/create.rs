//! `create()` (L3 §5.1.3).

use ctap::{
    Command, Options, RpEntity, UserEntity, client_pin::Permissions, get_info::Info,
    make_credential,
};
use serde_json::json;
use webauthn::{
    attestation::AttestationObject,
    authenticator_data::{AttestedCredentialData, AuthenticatorData},
    cbor::{self, Level, Value},
    client_data::{self, CollectedClientData},
    id::{Base64Url, CredentialId, Origin, RpId},
    json::{
        AttestationConveyancePreference, AuthenticatorAttestationResponseJSON,
        AuthenticatorSelectionCriteria, PublicKeyCredentialCreationOptionsJSON,
        RegistrationResponseJSON, ResidentKeyRequirement,
    },
};

use crate::{
    Call, Channel, Client, ClientError,
    ceremony::{Ceremony, malformed},
    extensions::Wanted,
    kinds, lists, resolve_rp_id,
    user_verification::{Ask, Means, NoWay, Proof, insists_to_create, run_verified},
};

impl Client {
    /// Makes a credential (L3 §5.1.3) and returns it as `toJSON()` would.
    pub async fn create(
        &self,
        channel: &mut dyn Channel,
        call: Call<'_>,
    ) -> Result<RegistrationResponseJSON, ClientError> {
        let mut ceremony = Ceremony::begin(self, channel, call, kinds::CREATE_CALLED);
        let outcome = create(&mut ceremony, call).await;
        ceremony.end(kinds::CREATE_RETURNED, outcome)
    }
}

async fn create(
    ceremony: &mut Ceremony<'_>,
    call: Call<'_>,
) -> Result<RegistrationResponseJSON, ClientError> {
    if call.abort.is_cancelled() {
        return Err(ClientError::Aborted);
    }
    let options = parse(call.options)?;
    ceremony.set_timeout(options.timeout);
    let rp_id = resolve_rp_id(call.origin, options.rp.id.as_deref())?;
    let algorithms = algorithms(&options)?;
    let selection = options.authenticator_selection.clone().unwrap_or_default();
    check_attachment(&selection, ceremony.channel)?;

    let info = ceremony.get_info().await?;
    let discoverable = discoverable(&selection, &info)?;
    let way = Means::of(&info)
        .shown(ceremony.channel.asks_user_itself())
        .plan(
            selection.user_verification,
            insists_to_create(&info, discoverable),
        )
        .map_err(|NoWay| ClientError::NoUserVerificationToCreate)?;
    let wanted = Wanted::of(options.extensions.as_ref(), &info);
    let client_data = client_data(&options, call.origin);
    let mut request = request(&options, &rp_id, &client_data, algorithms);
    let excluded = lists::usable(&options.exclude_credentials, &info);
    request.exclude_list = lists::fit(ceremony, &rp_id, excluded, &info).await?;
    request.extensions = wanted.inputs();
    request.options.rk = discoverable.then_some(true);
    request.attestation_formats_preference = formats(&options, &info);
    let ask = Ask {
        info: &info,
        rp_id: &rp_id,
        client_data_hash: &request.client_data_hash,
        permission: Permissions::MAKE_CREDENTIAL,
    };
    let proven = |proof| proven(&request, proof);
    let decode = make_credential::Response::decode;
    let (command, response) = run_verified(ceremony, ask, way, proven, decode).await?;
    let auth_data = response.auth_data.clone();
    let mut credential = credential(&options, &rp_id, client_data, response, &info)
        .map_err(|why| malformed(&command, why))?;
    wanted
        .add_results(&auth_data, &mut credential.client_extension_results)
        .map_err(|why| malformed(&command, why))?;
    credential.authenticator_attachment = Some(ceremony.channel.attachment().as_str().to_owned());
    if options
        .extensions
        .is_some_and(|inputs| inputs.get("credProps") == Some(&json!(true)))
    {
        let props = json!({ "rk": discoverable });
        credential
            .client_extension_results
            .insert("credProps".to_owned(), props);
    }
    Ok(credential)
}

fn parse(
    options: &serde_json::Value,
) -> Result<PublicKeyCredentialCreationOptionsJSON, ClientError> {
    use serde::Deserialize as _;
    let options = PublicKeyCredentialCreationOptionsJSON::deserialize(options)
        .map_err(|error| ClientError::Options(error.to_string()))?;
    if !options.user.id.is_within_limits() {
        return Err(ClientError::UserHandleLength(
            options.user.id.as_bytes().len(),
        ));
    }
    Ok(options)
}

/// The COSE algorithms asked for; ES256 and RS256 when the list is empty (§5.1.3 step 10).
fn algorithms(options: &PublicKeyCredentialCreationOptionsJSON) -> Result<Vec<i64>, ClientError> {
    if options.pub_key_cred_params.is_empty() {
        return Ok(vec![-7, -257]);
    }
    let known = options
        .pub_key_cred_params
        .iter()
        .filter(|parameter| parameter.kind == ctap::PUBLIC_KEY);
    let algorithms: Vec<i64> = known.map(|parameter| parameter.alg).collect();
    if algorithms.is_empty() {
        Err(ClientError::NoCredentialType)
    } else {
        Ok(algorithms)
    }
}

fn check_attachment(
    selection: &AuthenticatorSelectionCriteria,
    channel: &dyn Channel,
) -> Result<(), ClientError> {
    let present = channel.attachment();
    match selection.authenticator_attachment {
        Some(wanted) if wanted != present => Err(ClientError::Attachment {
            wanted: wanted.as_str(),
            present: present.as_str(),
        }),
        _ => Ok(()),
    }
}

/// Whether to make a discoverable credential (§5.1.3 step 26, "requireResidentKey").
fn discoverable(
    selection: &AuthenticatorSelectionCriteria,
    info: &Info,
) -> Result<bool, ClientError> {
    let can_store = info.option("rk") == Some(true);
    match selection.effective_resident_key() {
        ResidentKeyRequirement::Required if !can_store => Err(ClientError::NoResidentKey),
        ResidentKeyRequirement::Required => Ok(true),
        ResidentKeyRequirement::Preferred => Ok(can_store),
        ResidentKeyRequirement::Discouraged => Ok(false),
    }
}

/// What the relying party alone says of the request.
fn request(
    options: &PublicKeyCredentialCreationOptionsJSON,
    rp_id: &RpId,
    client_data: &[u8],
    algorithms: Vec<i64>,
) -> make_credential::Request {
    make_credential::Request {
        client_data_hash: webauthn::sha256(client_data),
        rp: RpEntity {
            id: rp_id.to_string(),
            name: Some(options.rp.name.clone()),
        },
        user: UserEntity {
            id: options.user.id.as_bytes().to_vec(),
            name: Some(options.user.name.clone()),
            display_name: Some(options.user.display_name.clone()),
        },
        algorithms,
        exclude_list: Vec::new(),
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats_preference: None,
    }
}

fn proven(request: &make_credential::Request, proof: Proof) -> Command {
    let mut request = request.clone();
    request.options.uv = proof.uv;
    request.pin_uv_auth_param = proof.param;
    request.pin_uv_auth_protocol = proof.protocol;
    Command::MakeCredential(Box::new(request))
}

fn client_data(options: &PublicKeyCredentialCreationOptionsJSON, origin: &Origin) -> Vec<u8> {
    CollectedClientData::new(
        client_data::CREATE,
        options.challenge.as_bytes(),
        origin.as_str(),
        None,
    )
    .to_json()
}

fn formats(options: &PublicKeyCredentialCreationOptionsJSON, info: &Info) -> Option<Vec<String>> {
    let both = !options.attestation_formats.is_empty() && !info.attestation_formats.is_empty();
    both.then(|| options.attestation_formats.clone())
}

fn credential(
    options: &PublicKeyCredentialCreationOptionsJSON,
    rp_id: &RpId,
    client_data: Vec<u8>,
    response: make_credential::Response,
    info: &Info,
) -> Result<RegistrationResponseJSON, String> {
    let auth_data =
        AuthenticatorData::parse(&response.auth_data).map_err(|error| error.to_string())?;
    if auth_data.rp_id_hash != rp_id.hash() {
        return Err("its authenticator data is for another RP ID".to_owned());
    }
    let attested = auth_data
        .attested
        .as_ref()
        .ok_or("its authenticator data has no credential")?;
    if !(1..=1023).contains(&attested.credential_id.len()) {
        return Err(format!(
            "its credential ID has {} bytes instead of 1 to 1023",
            attested.credential_id.len()
        ));
    }
    let keep = options
        .attestation
        .unwrap_or(AttestationConveyancePreference::None)
        != AttestationConveyancePreference::None;
    let (format, statement) = if keep || is_anonymous_self_attestation(&response, attested) {
        (response.format.as_str(), response.statement.clone())
    } else {
        ("none", Value::Map(Vec::new()))
    };
    let object = AttestationObject {
        format: format.into(),
        statement,
        auth_data: response.auth_data.as_slice(),
        canonical_order: true,
    };
    let json = AuthenticatorAttestationResponseJSON {
        client_data_json: Base64Url(client_data),
        authenticator_data: Some(Base64Url(response.auth_data.clone())),
        transports: transports(info),
        public_key: attested.key().ok().map(|key| Base64Url(key.to_spki())),
        public_key_algorithm: algorithm(attested),
        attestation_object: Base64Url(object.encode()),
    };
    Ok(RegistrationResponseJSON::new(
        CredentialId::new(attested.credential_id),
        json,
    ))
}

/// §5.1.3, attestation "none": self attestation without a model tells nothing and stays. The AAGUID
/// stays in every case.
fn is_anonymous_self_attestation(
    response: &make_credential::Response,
    attested: &AttestedCredentialData<'_>,
) -> bool {
    attested.aaguid.0 == [0; 16]
        && response.format == "packed"
        && response.statement.get_text("x5c").is_none()
}

/// The transports in lexicographical order without repetition (§5.2.1).
fn transports(info: &Info) -> Vec<String> {
    let mut transports = info.transports.clone();
    transports.sort();
    transports.dedup();
    transports
}

fn algorithm(attested: &AttestedCredentialData<'_>) -> Option<i64> {
    let key = cbor::decode(attested.public_key, Level::Attestation).ok()?;
    key.value.get_int(3)?.as_i64()
}
