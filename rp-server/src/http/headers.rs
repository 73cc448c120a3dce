//! The headers of every answer: what the browser may do with it.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

/// Pages may be framed by themselves and by the bench's window, by nobody else.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'self' tauri://localhost http://tauri.localhost",
);
/// Swagger UI sets styles in line and loads nothing from elsewhere.
const DOCS_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self' tauri://localhost http://tauri.localhost",
);
const API_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// What kind of thing lies at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// The JSON API, of pages and of phones.
    Api,
    /// The API's browsable description.
    Docs,
    /// The relying party's own pages.
    Site,
    /// Built files whose name changes with their content.
    Asset,
}

impl Page {
    pub(super) fn of(path: &str) -> Self {
        if path.starts_with("/api/docs") {
            Self::Docs
        } else if path == "/api" || path.starts_with("/api/") || path.starts_with("/pin/") {
            Self::Api
        } else if path.starts_with("/assets/") {
            Self::Asset
        } else {
            Self::Site
        }
    }
}

/// Adds what the kind of page asks for.
pub(super) fn add(page: Page, headers: &mut HeaderMap) {
    let (policy, cache) = match page {
        Page::Api => (API_POLICY, "no-store"),
        Page::Docs => (DOCS_POLICY, "no-cache"),
        Page::Site | Page::Asset => (PAGE_POLICY, "no-cache"),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(cache));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
}

/// Sends the browser to `to`, keeping method and body.
pub(super) fn redirect(to: &HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
    response.headers_mut().insert(header::LOCATION, to.clone());
    response
}
