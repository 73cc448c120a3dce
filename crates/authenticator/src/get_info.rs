//! authenticatorGetInfo (CTAP 2.3 §6.4).

use std::collections::BTreeMap;

use ctap::get_info::Info;
use ctap::pin_uv_auth::Protocol;
use webauthn::cose::Algorithm;

use crate::Authenticator;
use crate::attestation::FORMATS;
use crate::client_pin::MIN_PIN_LENGTH;
use crate::ended::Ended;
use crate::env::{Env, Store as _, User as _, UserVerification};

impl Authenticator {
    pub(crate) fn get_info<E: Env>(&mut self, env: &mut E) -> Result<Vec<u8>, Ended> {
        let profile = self.profile();
        let stored = env.store().count(true)?;
        let mut options = BTreeMap::from([("rk".to_owned(), true), ("up".to_owned(), true)]);
        match env.user().verification()? {
            UserVerification::NotSupported => {}
            UserVerification::NotConfigured => _ = options.insert("uv".to_owned(), false),
            UserVerification::Configured => _ = options.insert("uv".to_owned(), true),
        }
        if profile.client_pin {
            options.insert("clientPin".to_owned(), env.store().pin()?.is_some());
        }
        if profile.pin_uv_auth_token {
            options.insert("pinUvAuthToken".to_owned(), true);
        }
        let protocols = profile
            .has_pin_uv_auth()
            .then_some([Protocol::Two, Protocol::One]);
        let info = Info {
            versions: profile.versions.clone(),
            extensions: vec![webauthn::uvm::UVM.to_owned()],
            aaguid: profile.aaguid,
            options,
            max_msg_size: Some(profile.max_message),
            pin_uv_auth_protocols: protocols
                .into_iter()
                .flatten()
                .map(Protocol::number)
                .collect(),
            min_pin_length: profile.client_pin.then_some(MIN_PIN_LENGTH as u64),
            max_credential_count_in_list: Some(profile.max_list.0),
            max_credential_id_length: Some(profile.max_list.1),
            transports: profile.transports.clone(),
            algorithms: Some(vec![Algorithm::Es256.number()]),
            remaining_discoverable_credentials: u64::try_from(
                profile.max_discoverable.saturating_sub(stored),
            )
            .ok(),
            attestation_formats: FORMATS.map(str::to_owned).to_vec(),
            ..Info::default()
        };
        Ok(info.encode())
    }
}
