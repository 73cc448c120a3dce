//! pinUvAuthParam in makeCredential and getAssertion.

use ctap::Status;
use ctap::client_pin::Permissions;
use ctap::pin_uv_auth::Protocol;

use crate::Authenticator;
use crate::ended::Ended;
use crate::env::{Ask, Env, Purpose, Refusal, Store as _, User as _, UserVerification};
use crate::pin_uv_auth::{Granted, Proof};

impl Authenticator {
    /// Steps 1 and 2 of CTAP 2.3 §6.1.2 and §6.2.2. Where there is neither clientPin nor
    /// pinUvAuthToken, a pinUvAuthParam of length zero is nothing special.
    pub(crate) async fn proof<'r, E: Env>(
        &self,
        env: &mut E,
        param: Option<&'r [u8]>,
        protocol: Option<u64>,
    ) -> Result<Option<Proof<'r>>, Ended> {
        let Some(param) = param else {
            return Ok(None);
        };
        let offered = self.profile().has_pin_uv_auth();
        if offered && param.is_empty() {
            return Err(self.tell_pin_state(env).await);
        }
        let number = protocol.ok_or(Status::MissingParameter)?;
        match Protocol::from_number(number) {
            Some(protocol) if offered => Ok(Some(Proof { param, protocol })),
            _ => Err(Status::InvalidParameter.into()),
        }
    }

    /// Step 1: how a client lets somebody choose a key by touching it.
    async fn tell_pin_state<E: Env>(&self, env: &mut E) -> Ended {
        let ask = Ask {
            purpose: Purpose::Selection,
            rp_id: None,
            rp_name: None,
            account: None,
        };
        match env.user().presence(ask).await {
            Ok(()) => match self.pin_is_set(env) {
                Ok(true) => Status::PinInvalid.into(),
                Ok(false) => Status::PinNotSet.into(),
                Err(ended) => ended,
            },
            Err(Refusal::TimedOut) => Status::OperationDenied.into(),
            Err(refusal) => refusal.into(),
        }
    }

    /// Takes the proof for a command. One that comes while nothing can have verified the user speaks
    /// of a PIN that is gone.
    ///
    /// # Errors
    /// CTAP2_ERR_PIN_AUTH_INVALID, CTAP2_ERR_PIN_NOT_SET.
    pub(crate) fn authorize<E: Env>(
        &mut self,
        env: &mut E,
        proof: Proof<'_>,
        client_data_hash: &[u8; 32],
        permission: Permissions,
        rp_id: &str,
    ) -> Result<Granted, Ended> {
        let verifies = env.user().verification()? == UserVerification::Configured;
        if !verifies && !self.pin_is_set(env)? {
            return Err(Status::PinNotSet.into());
        }
        let now = env.clock().monotonic();
        let granted =
            self.pin_uv_auth
                .authorize(now, proof, client_data_hash, permission, rp_id)?;
        Ok(granted)
    }

    /// Whether it takes a PIN from the client and has one.
    pub(crate) fn pin_is_set<E: Env>(&self, env: &mut E) -> Result<bool, Ended> {
        Ok(self.profile().client_pin && env.store().pin()?.is_some())
    }
}
