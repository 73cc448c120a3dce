//! The WebAuthn dictionaries that CTAP carries as CBOR maps.

use webauthn::cbor::Value;

use crate::Status;
use crate::members::{FromValue, List, Members, list, optional, required};

/// The one credential type there is.
pub const PUBLIC_KEY: &str = "public-key";

/// PublicKeyCredentialRpEntity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpEntity {
    /// The RP ID, any text.
    pub id: String,
    /// For display.
    pub name: Option<String>,
}

impl FromValue for RpEntity {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        expect_map(value)?;
        Ok(RpEntity {
            id: required(value, "id")?,
            name: optional(value, "name")?,
        })
    }
}

impl<'a> From<&'a RpEntity> for Value<'a> {
    fn from(rp: &'a RpEntity) -> Self {
        Members::default()
            .put("id", rp.id.as_str())
            .put_some("name", rp.name.as_deref())
            .value()
    }
}

/// PublicKeyCredentialUserEntity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserEntity {
    /// The user handle.
    pub id: Vec<u8>,
    /// The account's name.
    pub name: Option<String>,
    /// The person's name, for display.
    pub display_name: Option<String>,
}

impl FromValue for UserEntity {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        expect_map(value)?;
        Ok(UserEntity {
            id: required(value, "id")?,
            name: optional(value, "name")?,
            display_name: optional(value, "displayName")?,
        })
    }
}

impl<'a> From<&'a UserEntity> for Value<'a> {
    fn from(user: &'a UserEntity) -> Self {
        Members::default()
            .put("id", user.id.as_slice())
            .put_some("name", user.name.as_deref())
            .put_some("displayName", user.display_name.as_deref())
            .value()
    }
}

/// PublicKeyCredentialDescriptor of type `public-key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The credential ID.
    pub id: Vec<u8>,
    /// Hints about how to reach its authenticator.
    pub transports: Vec<String>,
}

impl<'a> From<&'a Descriptor> for Value<'a> {
    fn from(descriptor: &'a Descriptor) -> Self {
        Members::default()
            .put("id", descriptor.id.as_slice())
            .put("type", PUBLIC_KEY)
            .put_list(
                "transports",
                descriptor.transports.iter().map(String::as_str),
            )
            .value()
    }
}

impl FromValue for Option<Descriptor> {
    /// `None` for a type this version does not know.
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        expect_map(value)?;
        let kind: String = required(value, "type")?;
        let descriptor = Descriptor {
            id: required(value, "id")?,
            transports: list(value, "transports")?,
        };
        Ok((kind == PUBLIC_KEY).then_some(descriptor))
    }
}

/// An array of descriptors, those of unknown type left out; empty when absent.
pub(crate) fn descriptors(map: &Value<'_>, key: i64) -> Result<Vec<Descriptor>, Status> {
    let all: Vec<Option<Descriptor>> = list(map, key)?;
    Ok(all.into_iter().flatten().collect())
}

/// One entry of pubKeyCredParams: a COSE algorithm, or `None` for an unknown credential type.
struct Parameter(Option<i64>);

impl FromValue for Parameter {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        expect_map(value)?;
        let kind: String = required(value, "type")?;
        if kind != PUBLIC_KEY {
            return Ok(Parameter(None));
        }
        required(value, "alg").map(|algorithm| Parameter(Some(algorithm)))
    }
}

/// The COSE algorithms of an array of PublicKeyCredentialParameters, in order of preference.
pub(crate) fn algorithms(map: &Value<'_>, key: i64) -> Result<Option<Vec<i64>>, Status> {
    let parameters: Option<List<Parameter>> = optional(map, key)?;
    Ok(parameters.map(|list| {
        list.0
            .into_iter()
            .filter_map(|parameter| parameter.0)
            .collect()
    }))
}

pub(crate) fn parameter(algorithm: i64) -> Value<'static> {
    Members::default()
        .put("alg", algorithm)
        .put("type", PUBLIC_KEY)
        .value()
}

/// The `options` member of makeCredential and getAssertion; absent is not the same as false.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Make a discoverable credential.
    pub rk: Option<bool>,
    /// Ask for user presence.
    pub up: Option<bool>,
    /// Verify the user by built-in means.
    pub uv: Option<bool>,
}

impl FromValue for Options {
    fn from_value(value: &Value<'_>) -> Result<Self, Status> {
        expect_map(value)?;
        Ok(Options {
            rk: optional(value, "rk")?,
            up: optional(value, "up")?,
            uv: optional(value, "uv")?,
        })
    }
}

impl Options {
    pub(crate) fn to_value(self) -> Option<Value<'static>> {
        let members = Members::default()
            .put_some("rk", self.rk)
            .put_some("up", self.up)
            .put_some("uv", self.uv);
        (self != Options::default()).then(|| members.value())
    }
}

pub(crate) fn expect_map(value: &Value<'_>) -> Result<(), Status> {
    value.as_map().map(|_| ()).ok_or(Status::CborUnexpectedType)
}
