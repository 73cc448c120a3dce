//! authenticatorReset (CTAP 2.3 §6.6).

use std::time::Duration;

use ctap::Status;
use serde_json::json;
use timeline::{Draft, Party};

use crate::ended::Ended;
use crate::env::{Ask, Env, Purpose, Store as _, User as _};
use crate::pin_uv_auth::PinUvAuth;
use crate::{Authenticator, kinds};

/// How long after power-up an authenticator without display accepts a reset.
const WINDOW: Duration = Duration::from_secs(10);

impl Authenticator {
    pub(crate) async fn reset<E: Env>(&mut self, env: &mut E) -> Result<Vec<u8>, Ended> {
        let powered_for = env.clock().monotonic().saturating_sub(self.powered_up);
        if !self.profile().display && powered_for > WINDOW {
            return Err(Status::NotAllowed.into());
        }
        let ask = Ask {
            purpose: Purpose::Reset,
            rp_id: None,
            rp_name: None,
            account: None,
        };
        env.user().presence(ask).await?;
        env.store().reset()?;
        self.pin_uv_auth = PinUvAuth::default();
        let draft = Draft::new(Party::Device, kinds::RESET)
            .at(env.clock().now())
            .body(json!({}));
        env.emit().emit(draft);
        Ok(Vec::new())
    }
}
