//! authenticatorGetAssertion (CTAP 2.3 §6.2) and authenticatorGetNextAssertion (§6.3).

use webauthn::cbor::Value;

use crate::Status;
use crate::entity::{Descriptor, Options, UserEntity, descriptors};
use crate::members::{Members, optional, raw_map, read_map, required};

/// What the client asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The RP ID, any text (0x01).
    pub rp_id: String,
    /// SHA-256 of the client data (0x02).
    pub client_data_hash: [u8; 32],
    /// The credentials to use; empty asks for discoverable ones (0x03).
    pub allow_list: Vec<Descriptor>,
    /// Extension inputs, a map (0x04).
    pub extensions: Option<Value<'static>>,
    /// up, uv (0x05).
    pub options: Options,
    /// Proof of a PIN or built-in verification (0x06).
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// The protocol of that proof (0x07).
    pub pin_uv_auth_protocol: Option<u64>,
}

impl Request {
    /// An allow list of unknown credential types alone fits no credential, and must not be taken for
    /// an empty one, which fits every discoverable credential.
    pub(crate) fn decode(parameters: &[u8]) -> Result<Self, Status> {
        let map = read_map(parameters)?;
        let allow_list = descriptors(&map, 0x03)?;
        let listed = map.get_int(0x03).and_then(Value::as_array);
        if allow_list.is_empty() && listed.is_some_and(|listed| !listed.is_empty()) {
            return Err(Status::NoCredentials);
        }
        Ok(Request {
            rp_id: required(&map, 0x01)?,
            client_data_hash: required(&map, 0x02)?,
            allow_list,
            extensions: raw_map(&map, 0x04)?,
            options: optional(&map, 0x05)?.unwrap_or_default(),
            pin_uv_auth_param: optional(&map, 0x06)?,
            pin_uv_auth_protocol: optional(&map, 0x07)?,
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        Members::default()
            .put(0x01, self.rp_id.as_str())
            .put(0x02, self.client_data_hash.as_slice())
            .put_list(0x03, &self.allow_list)
            .put_some(0x04, self.extensions.clone())
            .put_some(0x05, self.options.to_value())
            .put_some(0x06, self.pin_uv_auth_param.as_deref())
            .put_some(0x07, self.pin_uv_auth_protocol)
            .encode()
    }
}

/// One assertion.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Which credential signed (0x01); may be absent when the allow list had one entry.
    pub credential: Option<Descriptor>,
    /// Authenticator data (0x02).
    pub auth_data: Vec<u8>,
    /// The signature over authenticator data and client data hash (0x03).
    pub signature: Vec<u8>,
    /// The account, for discoverable credentials (0x04).
    pub user: Option<UserEntity>,
    /// How many credentials match; only in the first of several (0x05).
    pub number_of_credentials: Option<u64>,
    /// The user chose the account on the authenticator's own display (0x06).
    pub user_selected: Option<bool>,
    /// The large-blob key (0x07).
    pub large_blob_key: Option<Vec<u8>>,
    /// Extension outputs that nothing signs, a map (0x08).
    pub unsigned_extension_outputs: Option<Value<'static>>,
}

impl Response {
    /// A response with the members that every assertion has.
    pub fn new(credential: Descriptor, auth_data: Vec<u8>, signature: Vec<u8>) -> Self {
        Response {
            credential: Some(credential),
            auth_data,
            signature,
            user: None,
            number_of_credentials: None,
            user_selected: None,
            large_blob_key: None,
            unsigned_extension_outputs: None,
        }
    }

    /// Reads the CBOR after the status byte.
    pub fn decode(cbor: &[u8]) -> Result<Self, Status> {
        let map = read_map(cbor)?;
        let credential: Option<Option<Descriptor>> = optional(&map, 0x01)?;
        Ok(Response {
            credential: credential
                .map(|known| known.ok_or(Status::InvalidCredential))
                .transpose()?,
            auth_data: required(&map, 0x02)?,
            signature: required(&map, 0x03)?,
            user: optional(&map, 0x04)?,
            number_of_credentials: optional(&map, 0x05)?,
            user_selected: optional(&map, 0x06)?,
            large_blob_key: optional(&map, 0x07)?,
            unsigned_extension_outputs: raw_map(&map, 0x08)?,
        })
    }

    /// The canonical CBOR after the status byte.
    pub fn encode(&self) -> Vec<u8> {
        Members::default()
            .put_some(0x01, self.credential.as_ref())
            .put(0x02, self.auth_data.as_slice())
            .put(0x03, self.signature.as_slice())
            .put_some(0x04, self.user.as_ref())
            .put_some(0x05, self.number_of_credentials)
            .put_some(0x06, self.user_selected)
            .put_some(0x07, self.large_blob_key.as_deref())
            .put_some(0x08, self.unsigned_extension_outputs.clone())
            .encode()
    }
}
