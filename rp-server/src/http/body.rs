//! Bodies: bounded in size and time, and JSON where JSON is asked for.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequestParts, Request},
    http::{HeaderMap, Method, header, request::Parts},
};
use serde::de::DeserializeOwned;

use super::api::CeremonyText;
use crate::Refusal;

/// The largest body that is read.
const LARGEST: usize = 64 * 1024;
/// How much of a larger one is thrown away unread, so that its sender lives to see the answer.
const LARGEST_DISCARDED: usize = 16 * 1024 * 1024;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request whose body has arrived.
#[derive(Clone)]
pub(super) struct Collected {
    pub head: Parts,
    pub body: Bytes,
}

impl From<Collected> for Request {
    /// The body travels beside the head, whole, for [`Arrived`] to pick up.
    fn from(Collected { mut head, body }: Collected) -> Self {
        head.extensions.insert(Whole(body));
        Request::from_parts(head, Body::empty())
    }
}

/// A body among a request's extensions.
#[derive(Clone)]
struct Whole(Bytes);

/// The body that arrived, and whether its sender calls it JSON.
pub(super) struct Arrived {
    bytes: Bytes,
    is_json: bool,
}

impl Arrived {
    /// The bytes as they came, for a reader that judges them itself.
    pub(super) fn json_bytes(self) -> Result<Bytes, Refusal> {
        match self.is_json {
            true => Ok(self.bytes),
            false => Err(Refusal::NotJsonType),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Arrived {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let Whole(bytes) = head.extensions.remove().ok_or(Refusal::BodyBroken)?;
        Ok(Self {
            bytes,
            is_json: is_json(&head.headers),
        })
    }
}

/// Reads the body; gives the head back with the refusal when the body is no good.
pub(super) async fn collect(request: Request) -> Result<Collected, (Box<Parts>, Refusal)> {
    let (head, body) = request.into_parts();
    if matches!(head.method, Method::GET | Method::HEAD) || body.is_end_stream() {
        return Ok(Collected {
            head,
            body: Bytes::new(),
        });
    }
    let waits_for_leave = head.headers.contains_key(header::EXPECT);
    match tokio::time::timeout(PATIENCE, read(body, &head.headers, waits_for_leave)).await {
        Ok(Ok(body)) => Ok(Collected { head, body }),
        Ok(Err(refusal)) => Err((Box::new(head), refusal)),
        Err(_) => Err((Box::new(head), Refusal::BodyLate)),
    }
}

async fn read(
    mut body: Body,
    headers: &HeaderMap,
    waits_for_leave: bool,
) -> Result<Bytes, Refusal> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if waits_for_leave && declared.is_some_and(|length| length > LARGEST as u64) {
        return Err(Refusal::BodyTooLarge);
    }
    let mut arrived = 0_usize;
    let mut kept = Vec::new();
    while let Some(chunk) = next_chunk(&mut body).await? {
        arrived = arrived.saturating_add(chunk.len());
        if arrived > LARGEST_DISCARDED {
            return Err(Refusal::BodyTooLarge);
        }
        if arrived <= LARGEST {
            if kept.is_empty() && body.is_end_stream() {
                return Ok(chunk);
            }
            kept.extend_from_slice(&chunk);
        }
    }
    if arrived > LARGEST {
        Err(Refusal::BodyTooLarge)
    } else {
        Ok(kept.into())
    }
}

async fn next_chunk(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    loop {
        let frame =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context))
                .await;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(Refusal::BodyBroken),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// A JSON body, refused in the API's own words when it is not one.
pub(super) struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let arrived = Arrived::from_request_parts(head, state).await?;
        json(&arrived).map(Self)
    }
}

/// Reads a JSON body, which is always an object.
pub(super) fn json<T: DeserializeOwned>(
    Arrived { bytes, is_json }: &Arrived,
) -> Result<T, Refusal> {
    if !is_json {
        return Err(Refusal::NotJsonType);
    }
    // Left to itself, serde would take an array for the members in their order.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::MalformedJson(
            "an array stands where an object should".into(),
        ));
    }
    serde_json::from_slice(bytes).map_err(|error| Refusal::MalformedJson(without_values(&error)))
}

/// What is wrong with a body, and where, without the value that is wrong: that may be a code.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if let Some((what, value)) = text.split_once(": ")
        && matches!(what, "invalid type" | "invalid value")
        && let Some((value, expected)) = value.rsplit_once(", expected ")
    {
        let kind = value.split(['`', '"']).next().unwrap_or_default();
        return format!("{what}: {}, expected {expected}", kind.trim_end());
    }
    match text.starts_with("unknown variant ") {
        true => format!(
            "an unknown word at line {} column {}",
            error.line(),
            error.column()
        ),
        false => text,
    }
}

/// A finish of which only the credential is not in its form; else `refusal` stands.
///
/// Such a finish is judged, so that its ladder says what was wrong with the credential.
pub(super) fn unreadable_credential(
    arrived: &Arrived,
    refusal: Refusal,
) -> Result<(CeremonyText, String), Refusal> {
    #[derive(serde::Deserialize)]
    struct Finish {
        ceremony: CeremonyText,
        #[serde(rename = "credential")]
        _credential: serde::de::IgnoredAny,
    }
    let Refusal::MalformedJson(why) = refusal else {
        return Err(refusal);
    };
    match serde_json::from_slice::<Finish>(&arrived.bytes) {
        Ok(finish) => Ok((finish.ceremony, why)),
        Err(_) => Err(Refusal::MalformedJson(why)),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
