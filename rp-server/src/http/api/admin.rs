//! The administration: for whoever has the token, or a session opened with it.

use std::sync::Arc;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{Refusal, RelyingParty, http::pin::Peer};

pub(in crate::http) mod accounts;
pub(in crate::http) mod audit;
pub(in crate::http) mod policy;
pub(in crate::http) mod session;

/// That the administrator asks; everybody else is refused before anything else is looked at.
pub(in crate::http) struct Administrator;

impl FromRequestParts<Arc<RelyingParty>> for Administrator {
    type Rejection = Refusal;

    async fn from_request_parts(
        head: &mut Parts,
        party: &Arc<RelyingParty>,
    ) -> Result<Self, Refusal> {
        let peer = head.extensions.get().map(|Peer(address)| *address);
        party
            .administrator(&head.headers, peer)
            .await
            .map(|()| Self)
    }
}
