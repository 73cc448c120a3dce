//! The relying party's own pages, built by `ui/rp` and carried inside the binary.

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::headers::Page;
use crate::Refusal;

#[derive(RustEmbed)]
#[folder = "../ui/dist/rp"]
#[allow_missing = true]
struct Built;

const INDEX: &str = "index.html";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Pages not built</title>\
     <h1>The pages are not built yet</h1>\
     <p>The relying party runs, and its API is described at <a href=\"/api/docs/\">/api/docs</a>. \
     To build its pages, run <code>cargo xtask run</code> in the project's folder, then start it again.</p></html>\n";

/// Answers whatever no route of the API answers.
pub(super) async fn serve(method: Method, uri: Uri) -> Response {
    let page = Page::of(uri.path());
    if page == Page::Api || page == Page::Docs {
        return Refusal::UnknownRoute(uri.path().chars().take(100).collect()).into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return Refusal::MethodNotAllowed(method.to_string()).into_response();
    }
    let name = uri.path().trim_start_matches('/');
    match (Built::get(name).filter(|_| !name.is_empty()), page) {
        (Some(file), Page::Asset) => whole(name, file, "public, max-age=31536000, immutable"),
        (Some(file), _) => whole(name, file, "no-cache"),
        (None, Page::Asset) => {
            Refusal::UnknownRoute(uri.path().chars().take(100).collect()).into_response()
        }
        (None, _) => match Built::get(INDEX) {
            Some(file) => whole(INDEX, file, "no-cache"),
            None => not_built(),
        },
    }
}

fn whole(name: &str, file: EmbeddedFile, cache: &'static str) -> Response {
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(content_type(name)),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn not_built() -> Response {
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::SERVICE_UNAVAILABLE, html, NOT_BUILT).into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
