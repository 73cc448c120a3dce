//! How the user of a device is verified for one command: by the device itself, by a token for its
//! built-in verification, or by a token for its PIN (L3 §5.1.3, §5.1.4; CTAP 2.3 §6.1.1, §6.2.1).

use ctap::client_pin::Permissions;
use ctap::get_info::Info;
use ctap::pin_uv_auth::Protocol;
use ctap::{Command, Status};
use webauthn::id::RpId;
use webauthn::json::UserVerificationRequirement;

use crate::ClientError;
use crate::ceremony::Ceremony;
use crate::key_pin::Exchange;

/// A way to verify the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The option `uv` of the command itself.
    Option,
    /// A token for built-in verification.
    TokenByUv(Protocol),
    /// A token for the PIN that the device has.
    TokenByPin(Protocol),
    /// A first PIN, then a token for it.
    FirstPin(Protocol),
}

/// What a device has to verify its user with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    built_in: Option<bool>,
    pin: Option<bool>,
    tokens: bool,
    protocol: Option<Protocol>,
    sets_up_when_asked: bool,
}

impl Means {
    pub fn of(info: &Info) -> Self {
        let mut numbers = info.pin_uv_auth_protocols.iter().copied();
        let protocol = if info.pin_uv_auth_protocols.is_empty() {
            // CTAP 2.0 lets a device with a PIN leave its only protocol out.
            Some(Protocol::One)
        } else {
            numbers.find_map(Protocol::from_number)
        };
        let of_no_use = info.option("noMcGaPermissionsWithClientPin") == Some(true);
        Self {
            built_in: info.option("uv"),
            pin: info
                .option("clientPin")
                .filter(|_| protocol.is_some() && !of_no_use),
            tokens: info.option("pinUvAuthToken") == Some(true),
            protocol,
            sets_up_when_asked: false,
        }
    }

    /// The same where the device shows its user what it wants: it may let them set its verification up
    /// when it is first asked for it.
    pub fn shown(mut self, asks_user_itself: bool) -> Self {
        self.sets_up_when_asked = asks_user_itself;
        self
    }

    /// The way that is ready, the best one first.
    fn ready(self) -> Option<Way> {
        match (self.built_in, self.pin, self.protocol) {
            (Some(true), _, Some(protocol)) if self.tokens => Some(Way::TokenByUv(protocol)),
            (Some(true), _, _) => Some(Way::Option),
            (Some(false), None, _) if self.sets_up_when_asked => Some(Way::Option),
            _ => self.by_pin(),
        }
    }

    fn by_pin(self) -> Option<Way> {
        let protocol = self.protocol.filter(|_| self.pin == Some(true));
        protocol.map(Way::TokenByPin)
    }

    fn to_be_set_up(self) -> Option<Way> {
        let protocol = self.protocol.filter(|_| self.pin == Some(false));
        protocol.map(Way::FirstPin)
    }

    /// The way for a requirement; `None` is without verification. `insists` says whether the device
    /// would refuse that.
    ///
    /// # Errors
    /// When verification is required and the device has none.
    pub fn plan(
        self,
        requirement: Option<UserVerificationRequirement>,
        insists: bool,
    ) -> Result<Option<Way>, NoWay> {
        let any = || self.ready().or_else(|| self.to_be_set_up());
        match requirement.unwrap_or(UserVerificationRequirement::Preferred) {
            UserVerificationRequirement::Required => any().map(Some).ok_or(NoWay),
            _ if insists => Ok(any()),
            UserVerificationRequirement::Preferred => Ok(self.ready()),
            UserVerificationRequirement::Discouraged => Ok(None),
        }
    }
}

/// The device cannot verify its user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoWay;

/// Whether makeCredential without verification would be refused (CTAP 2.3 §6.1.2 steps 5 to 10;
/// CTAP 2.0 refuses it from a device with a PIN).
pub(crate) fn insists_to_create(info: &Info, discoverable: bool) -> bool {
    let is_on = |option| info.option(option) == Some(true);
    let since_2_1 = info
        .versions
        .iter()
        .any(|version| matches!(version.as_str(), "FIDO_2_1" | "FIDO_2_2" | "FIDO_2_3"));
    let protected = is_on("clientPin") || since_2_1 && is_on("uv");
    let excused = is_on("makeCredUvNotRqd") && !discoverable;
    is_on("alwaysUv") || protected && !excused
}

/// Whether getAssertion without verification would be refused (CTAP 2.3 §6.2.2 step 5).
pub(crate) fn insists_to_get(info: &Info) -> bool {
    info.option("alwaysUv") == Some(true)
}

/// What a command carries to show that the user was, or is to be, verified.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    /// The option `uv`.
    pub uv: Option<bool>,
    /// pinUvAuthParam.
    pub param: Option<Vec<u8>>,
    /// pinUvAuthProtocol.
    pub protocol: Option<u64>,
}

/// The command that the verification is for.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub info: &'a Info,
    pub rp_id: &'a RpId,
    pub client_data_hash: &'a [u8; 32],
    /// What a token is asked for.
    pub permission: Permissions,
}

/// Verifies the user by `way` and runs the command that `make` makes with the proof. A device that
/// then wants its PIN after all gets it, and the command once more.
pub(crate) async fn run_verified<T>(
    ceremony: &mut Ceremony<'_>,
    ask: Ask<'_>,
    way: Option<Way>,
    make: impl Fn(Proof) -> Command,
    decode: impl Fn(&[u8]) -> Result<T, Status>,
) -> Result<(Command, T), ClientError> {
    let proof = match way {
        Some(way) => prove(ceremony, ask, way).await?,
        None => Proof::default(),
    };
    let without_token = proof.param.is_none();
    let command = make(proof);
    let error = match ceremony.run(&command, &decode).await {
        Ok(response) => return Ok((command, response)),
        Err(error) => error,
    };
    let by_pin = Means::of(ask.info).by_pin();
    match by_pin.filter(|_| without_token && wants_pin(&error)) {
        None => Err(error),
        Some(way) => {
            let command = make(prove(ceremony, ask, way).await?);
            let response = ceremony.run(&command, decode).await?;
            Ok((command, response))
        }
    }
}

/// Whether the device refused for want of a PIN: it insists on one, or its own verification failed.
fn wants_pin(error: &ClientError) -> bool {
    use Status::{PuatRequired, UvBlocked, UvInvalid};
    matches!(
        error,
        ClientError::Device {
            status: PuatRequired | UvBlocked | UvInvalid,
            ..
        }
    )
}

async fn prove(ceremony: &mut Ceremony<'_>, ask: Ask<'_>, way: Way) -> Result<Proof, ClientError> {
    let protocol = match way {
        Way::Option => {
            return Ok(Proof {
                uv: Some(true),
                ..Proof::default()
            });
        }
        Way::TokenByUv(protocol) | Way::TokenByPin(protocol) | Way::FirstPin(protocol) => protocol,
    };
    let mut exchange = Exchange {
        ceremony,
        info: ask.info,
        protocol,
        rp_id: ask.rp_id,
        permission: ask.permission,
    };
    let token = match way {
        Way::FirstPin(_) => exchange.token_by_first_pin().await?,
        Way::TokenByUv(_) => match exchange.token_by_uv().await? {
            Ok(token) => token,
            Err(_) if Means::of(ask.info).by_pin().is_some() => exchange.token_by_pin().await?,
            Err(failed) => return Err(failed),
        },
        Way::Option | Way::TokenByPin(_) => exchange.token_by_pin().await?,
    };
    Ok(Proof {
        uv: None,
        param: Some(token.authenticate(protocol, ask.client_data_hash)),
        protocol: Some(protocol.number()),
    })
}
