//! Who may ask: the `Host` a request names (against DNS rebinding) and the `Origin` it comes from.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, header, uri::Authority},
};

use super::headers::Page;
use crate::{Refusal, config::Identity};

/// What happens to a request that was let in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admitted {
    /// It is answered.
    Pass,
    /// It asks for a page by address; WebAuthn works by name only, so the browser is sent there.
    Redirect(HeaderValue),
}

/// Checks the request's host and origin.
pub(super) fn admit(identity: &Identity, request: &Request) -> Result<Admitted, Refusal> {
    let host = host(request);
    let by_address = match judge_host(identity, &host) {
        Some(by_address) => by_address,
        None => {
            return Err(Refusal::HostNotAllowed {
                host: printable(&host),
                home: identity.home().to_string(),
            });
        }
    };
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        check_origin(identity, &host, request.headers())?;
    }
    if by_address && Page::of(request.uri().path()) == Page::Site {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        if let Ok(to) = HeaderValue::from_str(&format!("{}{path}", identity.home())) {
            return Ok(Admitted::Redirect(to));
        }
    }
    Ok(Admitted::Pass)
}

/// The host the request names, in lower case; a request names exactly one.
fn host(request: &Request) -> String {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().unwrap_or_default(),
        (None, None) => request.uri().authority().map_or("", Authority::as_str),
        (_, Some(_)) => "",
    };
    named.to_ascii_lowercase()
}

/// None for a host that is not ours; true for one given as an address.
fn judge_host(identity: &Identity, host: &str) -> Option<bool> {
    if identity.authorities.iter().any(|ours| ours == host) {
        return Some(false);
    }
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => (format!("[{address}]"), rest.strip_prefix(':')),
        None => match host.split_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port)),
            None => (host.to_owned(), None),
        },
    };
    let port_is_ours = match port {
        Some(port) => port == identity.port.to_string(),
        None => identity.port == 80,
    };
    if !port_is_ours {
        return None;
    }
    match name.as_str() {
        "127.0.0.1" | "[::1]" => Some(true),
        "localhost" => Some(false),
        name => name
            .strip_suffix(".localhost")
            .filter(|label| is_name(label))
            .map(|_| false),
    }
}

fn is_name(text: &str) -> bool {
    text.split('.').all(|label| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

/// A browser says where a request comes from; other programs say nothing and carry no cookies
/// that a stranger could ride on.
fn check_origin(identity: &Identity, host: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |origin: &str| {
        Err(Refusal::OriginNotAllowed {
            origin: printable(origin),
            home: identity.home().to_string(),
        })
    };
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => {
            let origin = origin.to_str().unwrap_or_default();
            let configured = identity.origins.iter().any(|ours| ours.as_str() == origin);
            let same = origin
                .strip_prefix("http://")
                .is_some_and(|authority| authority == host);
            if configured || same {
                Ok(())
            } else {
                refuse(origin)
            }
        }
        (Some(_), Some(_)) => refuse("several origins at once"),
        (None, _) => match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => refuse("another site"),
        },
    }
}

/// Text of a stranger, cut short, fit for a sentence.
fn printable(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|letter| letter.is_ascii_graphic())
        .take(80)
        .collect();
    if text.is_empty() {
        "(none)".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests;
