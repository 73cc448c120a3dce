//! authenticatorSelection (CTAP 2.3 §6.9).

use crate::Authenticator;
use crate::ended::Ended;
use crate::env::{Ask, Env, Purpose, User as _};

impl Authenticator {
    pub(crate) async fn selection<E: Env>(&mut self, env: &mut E) -> Result<Vec<u8>, Ended> {
        let ask = Ask {
            purpose: Purpose::Selection,
            rp_id: None,
            rp_name: None,
            account: None,
        };
        env.user().presence(ask).await?;
        Ok(Vec::new())
    }
}
