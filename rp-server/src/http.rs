//! The front door: pages and API over HTTP, and the checks every request passes.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware::{self, Next},
    response::Response,
};
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};
use utoipa_swagger_ui::SwaggerUi;

use crate::{Refusal, RelyingParty};

mod answer;
mod api;
mod arrival;
mod body;
mod crossing;
mod guard;
mod headers;
mod listen;
mod pages;
mod pin;
mod record;
#[cfg(test)]
mod tests;

pub use api::Passkey as PasskeyOverview;
use arrival::Arrival;
pub use listen::Listeners;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Touchstone relying party",
        description = "Registers passkeys and signs people in with them, as WebAuthn Level 3 lays down. Binary members are base64url without padding."
    ),
    tags(
        (name = "relying party"), (name = "registration"), (name = "authentication"),
        (name = "session"), (name = "passkeys"), (name = "ceremonies"),
        (name = "pin"), (name = "workstation"), (name = "administration"), (name = "phones")
    )
)]
struct Description;

fn described_routes() -> OpenApiRouter<Arc<RelyingParty>> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(api::relying_party::show))
        .routes(routes!(api::registration::begin))
        .routes(routes!(api::registration::finish))
        .routes(routes!(api::authentication::begin))
        .routes(routes!(api::authentication::finish))
        .routes(routes!(api::session::show, api::session::end))
        .routes(routes!(api::passkeys::list))
        .routes(routes!(api::passkeys::rename, api::passkeys::delete))
        .routes(routes!(api::ceremonies::show))
        .routes(routes!(api::pin::show))
        .routes(routes!(api::pin::remove_phone))
        .routes(routes!(api::pin::offers::make))
        .routes(routes!(api::pin::offers::show))
        .routes(routes!(api::pin::offers::begin))
        .routes(routes!(api::pin::offers::finish))
        .routes(routes!(api::pin::offers::confirm))
        .routes(routes!(api::pin::reset::begin))
        .routes(routes!(api::pin::reset::finish))
        .routes(routes!(api::pin::reset::begin_in_app))
        .routes(routes!(api::pin::reset::finish_in_app))
        .routes(routes!(api::workstation::begin))
        .routes(routes!(api::workstation::finish))
        .routes(routes!(
            api::admin::session::begin,
            api::admin::session::end
        ))
        .routes(routes!(api::admin::policy::show, api::admin::policy::put))
        .routes(routes!(api::admin::accounts::list))
        .routes(routes!(api::admin::accounts::reset_pin))
        .routes(routes!(api::admin::accounts::revoke))
        .routes(routes!(api::admin::audit::list))
        .routes(routes!(pin::claim))
        .routes(routes!(pin::finish))
        .routes(routes!(pin::exchange))
        .routes(routes!(pin::online))
        .routes(routes!(pin::acknowledge))
        .routes(routes!(pin::challenge))
        .routes(routes!(pin::stream))
}

/// The API's description, generated from the code.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described_routes().into_openapi()
}

pub(crate) fn router(party: Arc<RelyingParty>) -> Router {
    let (routes, description) = described_routes().split_for_parts();
    routes
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", description))
        .fallback(pages::serve)
        .method_not_allowed_fallback(async |method: Method| {
            Refusal::MethodNotAllowed(method.to_string())
        })
        .layer(middleware::from_fn_with_state(party.clone(), front_door))
        .with_state(party)
}

/// What every request passes: host and origin, the body's bounds, the network, the timeline, and
/// the headers of the answer.
async fn front_door(
    State(party): State<Arc<RelyingParty>>,
    request: Request,
    next: Next,
) -> Response {
    let arrival = Arrival::of(&party.identity, request).await;
    let page = arrival.page;
    let mut response = if party.seams.network.is_direct() {
        arrival::direct(&party, arrival, next).await
    } else {
        // Boxed, so that requests on a direct network do not carry the room it needs.
        Box::pin(crossing::cross(&party, arrival, next)).await
    };
    headers::add(page, response.headers_mut());
    response
}
