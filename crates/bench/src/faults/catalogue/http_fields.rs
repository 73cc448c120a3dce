//! Fields of the API's messages, from its OpenAPI document and the types of crate `webauthn`.

use serde_json::Value as Json;
use webauthn::{
    id::{Base64Url, Challenge, CredentialId, UserHandle},
    json::{
        AuthenticationResponseJSON, AuthenticatorAssertionResponseJSON,
        AuthenticatorAttestationResponseJSON, AuthenticatorSelectionCriteria, Extensions,
        PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialParameters,
        PublicKeyCredentialRequestOptionsJSON, PublicKeyCredentialRpEntity,
        PublicKeyCredentialUserEntityJSON, RegistrationResponseJSON,
    },
};

use super::{Field, Known, Way, ctap_fields::authenticator_data, phones};
use crate::api::Direction;

/// How deep a document's shapes are followed.
const DEPTH: usize = 8;

pub(super) fn messages() -> Vec<Known> {
    let document = serde_json::to_value(rp_server::openapi()).unwrap_or_default();
    let mut known = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let message = format!("{} {path}", method.to_uppercase());
            let request = content(&operation["requestBody"]);
            let responses = operation["responses"].as_object();
            let answers = responses
                .into_iter()
                .flatten()
                .filter_map(|(_, answer)| content(answer));
            for (direction, schemas) in [
                (Direction::Request, request.into_iter().collect::<Vec<_>>()),
                (Direction::Response, answers.collect()),
            ] {
                let mut fields = Fields {
                    document: &document,
                    found: Vec::new(),
                };
                for field in phones::fields(path, direction) {
                    fields.add(Field::closed(*field));
                }
                for schema in schemas {
                    fields.of(schema, "", DEPTH);
                }
                known.push(Known {
                    message: message.clone(),
                    direction,
                    fields: fields.found,
                    way: Way::Http,
                });
            }
        }
    }
    known
}

fn content(body: &Json) -> Option<&Json> {
    body["content"]["application/json"].get("schema")
}

struct Fields<'a> {
    document: &'a Json,
    found: Vec<Field>,
}

impl Fields<'_> {
    /// Adds what lies in a value of this shape under `path`.
    fn of(&mut self, schema: &Json, path: &str, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let mut name = "";
        let mut schema = schema;
        if let Some(reference) = schema["$ref"].as_str() {
            name = reference.rsplit('/').next().unwrap_or_default();
            schema = &self.document["components"]["schemas"][name];
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            for schema in schema[choice].as_array().into_iter().flatten() {
                self.of(schema, path, depth);
            }
        }
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            let path = join(path, member);
            match sample(name, member) {
                Some((sample, is_new)) => {
                    self.add(Field::closed(&path));
                    self.of_sample(&sample, &path, is_new);
                }
                None => {
                    self.add(Field {
                        open: self.is_open(schema),
                        path: path.clone(),
                    });
                    self.of(schema, &path, depth);
                }
            }
        }
    }

    /// Whether the inside of such a value is not described.
    fn is_open(&self, schema: &Json) -> bool {
        let is = |kind: &str| match &schema["type"] {
            Json::String(text) => text == kind,
            Json::Array(kinds) => kinds.iter().any(|known| known == kind),
            _ => false,
        };
        is("array") || (is("object") && schema.get("properties").is_none())
    }

    /// Adds what lies in a WebAuthn dictionary that looks like `sample`.
    fn of_sample(&mut self, sample: &Json, path: &str, is_new: bool) {
        for (member, value) in sample.as_object().into_iter().flatten() {
            let path = join(path, member);
            let open = match value {
                Json::Array(_) => true,
                Json::Object(inside) => inside.is_empty(),
                _ => false,
            };
            self.add(Field {
                path: path.clone(),
                open,
            });
            self.of_sample(value, &path, is_new);
            for field in self.nested(member, &path, is_new) {
                self.add(field);
            }
        }
    }

    /// What lies in the codecs that JSON carries as text.
    fn nested(&self, member: &str, path: &str, is_new: bool) -> Vec<Field> {
        match member {
            "clientDataJSON" => ["type", "challenge", "origin", "crossOrigin", "topOrigin"]
                .map(|name| Field::closed(join(path, name)))
                .into(),
            "authenticatorData" => authenticator_data(path, is_new),
            "attestationObject" => {
                let auth_data = join(path, "authData");
                let mut fields = vec![
                    Field::closed(join(path, "fmt")),
                    Field::open(join(path, "attStmt")),
                    Field::closed(&auth_data),
                ];
                fields.extend(authenticator_data(&auth_data, true));
                fields
            }
            _ => Vec::new(),
        }
    }

    fn add(&mut self, field: Field) {
        if self.found.iter().all(|found| found.path != field.path) {
            self.found.push(field);
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// The WebAuthn dictionary that a member of the API carries, with every member it can have, and
/// whether its authenticator data holds a new credential.
fn sample(schema: &str, member: &str) -> Option<(Json, bool)> {
    let sample = match (schema, member) {
        ("RegistrationBegun", "publicKey") => serde_json::to_value(creation_options()),
        ("RegistrationFinish", "credential") => serde_json::to_value(new_credential()),
        ("AuthenticationBegun", "publicKey") => serde_json::to_value(request_options()),
        ("AuthenticationFinish" | "AppResetFinish", "credential") => {
            serde_json::to_value(assertion())
        }
        _ => return None,
    };
    Some((sample.unwrap_or_default(), schema == "RegistrationFinish"))
}

fn bytes() -> Base64Url {
    Base64Url(vec![0])
}

fn credential_id() -> CredentialId {
    CredentialId::new([0])
}

fn new_credential() -> RegistrationResponseJSON {
    RegistrationResponseJSON {
        id: credential_id(),
        raw_id: Some(credential_id()),
        response: AuthenticatorAttestationResponseJSON {
            client_data_json: bytes(),
            authenticator_data: Some(bytes()),
            transports: vec!["internal".to_owned()],
            public_key: Some(bytes()),
            public_key_algorithm: Some(-7),
            attestation_object: bytes(),
        },
        authenticator_attachment: Some("platform".to_owned()),
        client_extension_results: Extensions::new(),
        kind: webauthn::json::PUBLIC_KEY.to_owned(),
    }
}

fn assertion() -> AuthenticationResponseJSON {
    AuthenticationResponseJSON {
        id: credential_id(),
        raw_id: Some(credential_id()),
        response: AuthenticatorAssertionResponseJSON {
            client_data_json: bytes(),
            authenticator_data: bytes(),
            signature: bytes(),
            user_handle: Some(bytes()),
        },
        authenticator_attachment: Some("platform".to_owned()),
        client_extension_results: Extensions::new(),
        kind: webauthn::json::PUBLIC_KEY.to_owned(),
    }
}

fn creation_options() -> PublicKeyCredentialCreationOptionsJSON {
    use webauthn::json::{
        AttestationConveyancePreference, AuthenticatorAttachment,
        PublicKeyCredentialDescriptorJSON, ResidentKeyRequirement, UserVerificationRequirement,
    };
    PublicKeyCredentialCreationOptionsJSON {
        rp: PublicKeyCredentialRpEntity {
            name: String::new(),
            id: Some(String::new()),
        },
        user: PublicKeyCredentialUserEntityJSON {
            id: UserHandle::new([0]),
            name: String::new(),
            display_name: String::new(),
        },
        challenge: Challenge::new([0]),
        pub_key_cred_params: vec![PublicKeyCredentialParameters {
            kind: webauthn::json::PUBLIC_KEY.to_owned(),
            alg: -7,
        }],
        timeout: Some(1),
        exclude_credentials: vec![PublicKeyCredentialDescriptorJSON {
            kind: webauthn::json::PUBLIC_KEY.to_owned(),
            id: credential_id(),
            transports: None,
        }],
        authenticator_selection: Some(AuthenticatorSelectionCriteria {
            authenticator_attachment: Some(AuthenticatorAttachment::Platform),
            resident_key: Some(ResidentKeyRequirement::Required),
            require_resident_key: true,
            user_verification: Some(UserVerificationRequirement::Required),
        }),
        hints: vec![String::new()],
        attestation: Some(AttestationConveyancePreference::None),
        attestation_formats: vec![String::new()],
        extensions: Some(Extensions::new()),
    }
}

fn request_options() -> PublicKeyCredentialRequestOptionsJSON {
    use webauthn::json::{PublicKeyCredentialDescriptorJSON, UserVerificationRequirement};
    PublicKeyCredentialRequestOptionsJSON {
        challenge: Challenge::new([0]),
        timeout: Some(1),
        rp_id: Some(String::new()),
        allow_credentials: vec![PublicKeyCredentialDescriptorJSON {
            kind: webauthn::json::PUBLIC_KEY.to_owned(),
            id: credential_id(),
            transports: None,
        }],
        user_verification: Some(UserVerificationRequirement::Required),
        hints: vec![String::new()],
        extensions: Some(Extensions::new()),
    }
}
