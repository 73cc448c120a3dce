//! A browser's HTTP: cookies, the `Origin` header, and what becomes of a request.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{
    Client, Method, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};
use serde_json::Value;

use crate::engine::Failure;

/// How long the site's pages wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the page did not get what it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The relying party said no, in a sentence.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The sentence.
        message: String,
    },
    /// No answer came.
    Unreachable,
    /// An answer came that is not this API's.
    Unreadable(u16),
    /// A `DOMException` of the browser.
    Exception {
        /// Its name.
        name: String,
        /// What it says.
        message: String,
    },
}

impl Trouble {
    /// True when it says that nobody is signed in.
    pub(crate) fn is_signed_out(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. })
    }
}

/// Every `*.localhost` name is this machine (RFC 6761 §6.3), whatever its resolver thinks.
struct Loopback;

impl Resolve for Loopback {
    fn resolve(&self, _: Name) -> Resolving {
        let here: Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], 0))));
        Box::pin(std::future::ready(Ok(here)))
    }
}

/// A browser with its cookies, at a site.
pub(crate) struct Browser {
    http: Client,
    site: String,
    /// What it says of where a request comes from; a program that is no browser says nothing.
    origin: Option<String>,
}

impl Browser {
    /// A browser that shows the site at this origin.
    pub(crate) fn at(site: &str) -> Result<Self, Failure> {
        Self::new(site, Some(site.to_owned()))
    }

    /// A program that speaks to the site without being a browser.
    pub(crate) fn program(site: &str) -> Result<Self, Failure> {
        Self::new(site, None)
    }

    fn new(site: &str, origin: Option<String>) -> Result<Self, Failure> {
        let http = Client::builder()
            .cookie_store(true)
            .dns_resolver(Arc::new(Loopback))
            .no_proxy()
            // One connection a request: what is lost on it is lost, and nothing is sent anew unasked.
            .pool_max_idle_per_host(0)
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| {
                Failure::Machine(format!("The page cannot use the network: {error}."))
            })?;
        Ok(Self {
            http,
            site: site.to_owned(),
            origin,
        })
    }

    /// The site's origin.
    pub(crate) fn site(&self) -> &str {
        &self.site
    }

    /// Loads the document at a path.
    pub(crate) async fn document(&self, path: &str) -> Result<(), Trouble> {
        let request = self.http.get(format!("{}{path}", self.site));
        let loaded = async { request.send().await?.bytes().await };
        match loaded.await {
            Ok(_) => Ok(()),
            Err(_) => Err(Trouble::Unreachable),
        }
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, Trouble> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// One call of the API; an answer without content is `null`.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let from_page = method != Method::GET;
        let mut request = self.http.request(method, format!("{}{path}", self.site));
        if let Some(origin) = &self.origin {
            request = request.header("sec-fetch-site", "same-origin");
            if from_page {
                request = request.header(header::ORIGIN, origin);
            }
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answered = async {
            let response = request.send().await?;
            Ok::<_, reqwest::Error>((response.status(), response.bytes().await?))
        };
        let (status, text) = answered.await.map_err(|_| Trouble::Unreachable)?;
        read(status, &text)
    }
}

fn read(status: StatusCode, text: &[u8]) -> Result<Value, Trouble> {
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    let unreadable = || Trouble::Unreadable(status.as_u16());
    let answer: Value = serde_json::from_slice(text).map_err(|_| unreadable())?;
    if status.is_success() {
        return Ok(answer);
    }
    let said = |member: &str| answer.get("error")?.get(member)?.as_str();
    match (said("code"), said("message")) {
        (Some(_), Some(message)) => Err(Trouble::Refused {
            status: status.as_u16(),
            message: message.to_owned(),
        }),
        _ => Err(unreadable()),
    }
}
