//! CTAP messages as JSON, for the timeline.

use ctap::Command;
use serde_json::{Map, Value as Json, json};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::{self, Level, Value};
use webauthn::id::{Aaguid, Base64Url};

use crate::PinPurpose;

/// The body of `client.command.sent`.
pub(crate) fn sent(command: &Command, request: &[u8]) -> Json {
    let decoded = match request {
        [_, cbor @ ..] if !cbor.is_empty() => decode(cbor, command.request_members()).1,
        _ => Json::Null,
    };
    let mut body = json!({ "command": command.name(), "code": command.code(), "request": decoded });
    if let Command::ClientPin(request) = command {
        body["subcommand"] = json!(request.subcommand.name());
    }
    body
}

/// The body of `client.command.answered`, without the duration.
pub(crate) fn answered(command: &Command, response: &[u8]) -> Json {
    let Some((&code, cbor)) = response.split_first() else {
        return json!({ "command": command.name(), "status": null, "code": null, "response": null });
    };
    let status = ctap::Status::from(code);
    let mut body = json!({ "command": command.name(), "status": status.to_string(), "code": code });
    if cbor.is_empty() {
        body["response"] = Json::Null;
        return body;
    }
    let (value, decoded) = decode(cbor, command.response_members());
    body["response"] = decoded;
    let is_credential = matches!(
        command,
        Command::MakeCredential(_) | Command::GetAssertion(_) | Command::GetNextAssertion
    );
    let auth_data = value
        .as_ref()
        .and_then(|map| map.get_int(2))
        .and_then(Value::as_bytes);
    if let Some(auth_data) = auth_data.filter(|_| is_credential) {
        body["authenticatorData"] = authenticator_data(auth_data);
    }
    body
}

/// The body of `client.key-pin.asked`.
pub(crate) fn asked(purpose: PinPurpose) -> Json {
    let (name, tries) = match purpose {
        PinPurpose::Enter(tries) => ("enter", tries),
        PinPurpose::Change(tries) => ("change", tries),
        PinPurpose::Set => return json!({ "purpose": "set" }),
    };
    json!({ "purpose": name, "retries": tries.left, "wrong": tries.wrong, "last": tries.last })
}

fn decode<'a>(bytes: &'a [u8], names: &[&str]) -> (Option<Value<'a>>, Json) {
    match cbor::decode(bytes, Level::Attestation) {
        Ok(decoded) => {
            let json = name_members(&decoded.value, names);
            (Some(decoded.value), json)
        }
        Err(error) => (None, json!({ "undecodable": error.to_string() })),
    }
}

fn name_members(value: &Value<'_>, names: &[&str]) -> Json {
    let Json::Object(members) = value.to_json() else {
        return value.to_json();
    };
    let name_of = |key: String| {
        let number = key.parse::<usize>().ok().filter(|number| *number > 0);
        number
            .and_then(|number| names.get(number - 1))
            .filter(|name| !name.is_empty())
            .map_or(key, |name| (*name).to_owned())
    };
    Json::Object(
        members
            .into_iter()
            .map(|(key, value)| (name_of(key), value))
            .collect::<Map<_, _>>(),
    )
}

fn authenticator_data(bytes: &[u8]) -> Json {
    let data = match AuthenticatorData::parse(bytes) {
        Ok(data) => data,
        Err(error) => return json!({ "undecodable": error.to_string() }),
    };
    let mut decoded = json!({
        "rpIdHash": Base64Url(data.rp_id_hash.to_vec()),
        "flags": data.flags.names().collect::<Vec<_>>(),
        "signCount": data.sign_count,
    });
    if let Some(attested) = &data.attested {
        let Aaguid(aaguid) = attested.aaguid;
        decoded["aaguid"] = json!(Aaguid(aaguid).to_string());
        decoded["credentialId"] = json!(Base64Url(attested.credential_id.to_vec()));
        decoded["credentialPublicKey"] = decode(attested.public_key, &[]).1;
    }
    if let Some(extensions) = &data.extensions {
        decoded["extensions"] = extensions.to_json();
    }
    decoded
}
