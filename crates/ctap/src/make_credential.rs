//! authenticatorMakeCredential (CTAP 2.3 §6.1).

use webauthn::cbor::Value;

use crate::Status;
use crate::entity::{
    Descriptor, Options, RpEntity, UserEntity, algorithms, descriptors, parameter,
};
use crate::members::{List, Members, optional, raw_map, read_map, required};

/// What the client asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// SHA-256 of the client data (0x01).
    pub client_data_hash: [u8; 32],
    /// The relying party (0x02).
    pub rp: RpEntity,
    /// The account (0x03).
    pub user: UserEntity,
    /// COSE algorithms in order of preference (0x04); entries of unknown type are left out.
    pub algorithms: Vec<i64>,
    /// Credentials that must not be on this authenticator already (0x05).
    pub exclude_list: Vec<Descriptor>,
    /// Extension inputs, a map (0x06).
    pub extensions: Option<Value<'static>>,
    /// rk, up, uv (0x07).
    pub options: Options,
    /// Proof of a PIN or built-in verification (0x08).
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// The protocol of that proof (0x09).
    pub pin_uv_auth_protocol: Option<u64>,
    /// 1 or 2 (0x0A).
    pub enterprise_attestation: Option<u64>,
    /// Attestation formats in order of preference (0x0B); absent is not the same as empty.
    pub attestation_formats_preference: Option<Vec<String>>,
}

impl Request {
    pub(crate) fn decode(parameters: &[u8]) -> Result<Self, Status> {
        let map = read_map(parameters)?;
        Ok(Request {
            client_data_hash: required(&map, 0x01)?,
            rp: required(&map, 0x02)?,
            user: required(&map, 0x03)?,
            algorithms: algorithms(&map, 0x04)?.ok_or(Status::MissingParameter)?,
            exclude_list: descriptors(&map, 0x05)?,
            extensions: raw_map(&map, 0x06)?,
            options: optional(&map, 0x07)?.unwrap_or_default(),
            pin_uv_auth_param: optional(&map, 0x08)?,
            pin_uv_auth_protocol: optional(&map, 0x09)?,
            enterprise_attestation: optional(&map, 0x0A)?,
            attestation_formats_preference: optional(&map, 0x0B)?.map(|List(formats)| formats),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let algorithms: Vec<Value<'_>> = self.algorithms.iter().copied().map(parameter).collect();
        let formats: Option<Vec<Value<'_>>> =
            self.attestation_formats_preference.as_ref().map(|formats| {
                formats
                    .iter()
                    .map(|format| format.as_str().into())
                    .collect()
            });
        Members::default()
            .put(0x01, self.client_data_hash.as_slice())
            .put(0x02, &self.rp)
            .put(0x03, &self.user)
            .put(0x04, algorithms)
            .put_list(0x05, &self.exclude_list)
            .put_some(0x06, self.extensions.clone())
            .put_some(0x07, self.options.to_value())
            .put_some(0x08, self.pin_uv_auth_param.as_deref())
            .put_some(0x09, self.pin_uv_auth_protocol)
            .put_some(0x0A, self.enterprise_attestation)
            .put_some(0x0B, formats)
            .encode()
    }
}

/// The new credential.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The attestation statement format (0x01).
    pub format: String,
    /// Authenticator data with the attested credential (0x02).
    pub auth_data: Vec<u8>,
    /// The attestation statement, a map (0x03).
    pub statement: Value<'static>,
    /// Whether enterprise attestation was given (0x04).
    pub enterprise_attestation: Option<bool>,
    /// The large-blob key (0x05).
    pub large_blob_key: Option<Vec<u8>>,
    /// Extension outputs that nothing signs, a map (0x06).
    pub unsigned_extension_outputs: Option<Value<'static>>,
}

impl Response {
    /// A response with the three members that are always there.
    pub fn new(format: impl Into<String>, auth_data: Vec<u8>, statement: Value<'static>) -> Self {
        Response {
            format: format.into(),
            auth_data,
            statement,
            enterprise_attestation: None,
            large_blob_key: None,
            unsigned_extension_outputs: None,
        }
    }

    /// Reads the CBOR after the status byte. An absent statement is an empty one.
    pub fn decode(cbor: &[u8]) -> Result<Self, Status> {
        let map = read_map(cbor)?;
        Ok(Response {
            format: required(&map, 0x01)?,
            auth_data: required(&map, 0x02)?,
            statement: raw_map(&map, 0x03)?.unwrap_or(Value::Map(Vec::new())),
            enterprise_attestation: optional(&map, 0x04)?,
            large_blob_key: optional(&map, 0x05)?,
            unsigned_extension_outputs: raw_map(&map, 0x06)?,
        })
    }

    /// The canonical CBOR after the status byte.
    pub fn encode(&self) -> Vec<u8> {
        Members::default()
            .put(0x01, self.format.as_str())
            .put(0x02, self.auth_data.as_slice())
            .put(0x03, self.statement.clone())
            .put_some(0x04, self.enterprise_attestation)
            .put_some(0x05, self.large_blob_key.as_deref())
            .put_some(0x06, self.unsigned_extension_outputs.clone())
            .encode()
    }
}
