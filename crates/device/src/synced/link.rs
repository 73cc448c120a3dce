//! HTTP from a device to a relying party on this machine, across the [`crate::Network`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Response, Url, redirect};
use timeline::Seq;

use super::news::News;
use crate::network::Passage;
use crate::{DeviceId, Fate, Seams};

/// How long a relying party may take for one answer, in real time.
const DEADLINE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const MOST: usize = 16 * 1024;

/// Where a relying party answers: `http`, this machine, a port; nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin(Url);

impl Origin {
    /// Reads an origin such as `http://acme.localhost:7001`. Without TLS it is one of this machine,
    /// so that a scanned code sends a device nowhere else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let host = url.host_str()?;
        let is_local = host == "localhost"
            || host.ends_with(".localhost")
            || matches!(host, "127.0.0.1" | "[::1]");
        let is_origin = url.origin().ascii_serialization() == text.trim_end_matches('/');
        (url.scheme() == "http" && is_local && is_origin).then_some(Self(url))
    }

    /// Whether whoever answers there may speak for this RP ID: the host itself, or one above it that is
    /// not the machine's (WebAuthn L3 §5.1.2: a registrable domain suffix).
    pub(crate) fn speaks_for(&self, rp_id: &str) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let is_above = rp_id != "localhost"
            && host
                .strip_suffix(rp_id)
                .is_some_and(|rest| rest.ends_with('.'));
        host == rp_id || is_above && rp_id.ends_with(".localhost")
    }

    /// Its text, without a slash at the end.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

/// The relying party was not reached, or gave nothing that counts; in words that end a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Away(pub(crate) String);

/// What a relying party answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) path: &'static str,
    pub(crate) cause: Option<Seq>,
}

/// A device's way to relying parties.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    client: Client,
    device: DeviceId,
    seams: Seams,
}

impl Link {
    pub(crate) fn new(device: DeviceId, seams: Seams) -> Self {
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            // A request is never sent anew, unasked, because an idle connection was gone.
            .pool_max_idle_per_host(0)
            .connect_timeout(DEADLINE)
            .dns_resolver(ThisMachine)
            .build()
            // It fails only where TLS cannot be set up, and there is none here.
            .unwrap_or_default();
        Self {
            client,
            device,
            seams,
        }
    }

    /// Posts a JSON body and waits for the answer.
    pub(crate) async fn post(&self, call: Call<'_>, body: Vec<u8>) -> Result<Reply, Away> {
        self.crosses(call, Way::Out).await?;
        let exchange = async {
            let mut response = self.send(call, body).await?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(away)? {
                if body.len() + chunk.len() > MOST {
                    return Err(Away("its answer was too large".to_owned()));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Reply { status, body })
        };
        let reply = tokio::time::timeout(DEADLINE, exchange)
            .await
            .map_err(|_| late())??;
        self.crosses(call, Way::In).await?;
        Ok(reply)
    }

    /// Posts a JSON body that asks for a stream of events.
    pub(crate) async fn open(
        &self,
        call: Call<'_>,
        body: Vec<u8>,
    ) -> Result<Result<News, Reply>, Away> {
        self.crosses(call, Way::Out).await?;
        let response = tokio::time::timeout(DEADLINE, self.send(call, body))
            .await
            .map_err(|_| late())??;
        let status = response.status().as_u16();
        if status != 200 {
            return Ok(Err(Reply {
                status,
                body: Vec::new(),
            }));
        }
        self.crosses(call, Way::In).await?;
        Ok(Ok(News::new(response)))
    }

    async fn send(&self, call: Call<'_>, body: Vec<u8>) -> Result<Response, Away> {
        let url = call
            .origin
            .0
            .join(call.path)
            .map_err(|_| Away("its address is malformed".to_owned()))?;
        self.client
            .post(url)
            .header("content-type", "application/json")
            .body(body)
            .send()
            .await
            .map_err(away)
    }

    async fn crosses(&self, call: Call<'_>, way: Way) -> Result<(), Away> {
        let passage = Passage {
            device: &self.device,
            origin: call.origin.as_str(),
            path: call.path,
            cause: call.cause,
        };
        let network = &self.seams.network;
        let fate = match way {
            Way::Out => network.sends(passage).await,
            Way::In => network.receives(passage).await,
        };
        match fate {
            Fate::Deliver => Ok(()),
            Fate::Lose { why } => Err(Away(why)),
        }
    }
}

#[derive(Clone, Copy)]
enum Way {
    Out,
    In,
}

/// `localhost` and every name under it are this machine, whatever the system's resolver knows
/// (RFC 6761 §6.3); no other name is asked for.
struct ThisMachine;

impl Resolve for ThisMachine {
    fn resolve(&self, name: Name) -> Resolving {
        let is_local = name.as_str() == "localhost" || name.as_str().ends_with(".localhost");
        Box::pin(std::future::ready(if is_local {
            let loopback: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            let addresses = loopback.map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(addresses.into_iter()) as Addrs)
        } else {
            Err("only names of this machine are looked up".into())
        }))
    }
}

/// What went wrong, without the library's words: they name addresses and no reason.
pub(super) fn away(error: reqwest::Error) -> Away {
    Away(
        if error.is_connect() {
            "nobody answers there"
        } else if error.is_timeout() {
            return late();
        } else {
            "the connection was closed before an answer came"
        }
        .to_owned(),
    )
}

fn late() -> Away {
    Away(format!(
        "no answer came within {} seconds",
        DEADLINE.as_secs()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relying_party_speaks_for_its_own_host_and_no_other() {
        let origin = |host| Origin::parse(&format!("http://{host}:7001")).expect("an origin");
        assert!(origin("localhost").speaks_for("localhost"));
        assert!(origin("bank.localhost").speaks_for("bank.localhost"));
        assert!(origin("pay.bank.localhost").speaks_for("bank.localhost"));
        assert!(!origin("evil.localhost").speaks_for("localhost"));
        assert!(!origin("evil.localhost").speaks_for("bank.localhost"));
        assert!(!origin("evilbank.localhost").speaks_for("bank.localhost"));
        assert!(!origin("bank.localhost").speaks_for("pay.bank.localhost"));
        assert!(!origin("bank.localhost").speaks_for(""));
    }

    #[test]
    fn only_origins_of_this_machine_are_taken() {
        for text in [
            "http://localhost:7001",
            "http://acme.localhost:7001",
            "http://127.0.0.1:80",
            "http://[::1]:7001",
            "http://localhost:7001/",
        ] {
            let origin = Origin::parse(text);
            let taken = origin.as_ref().map(Origin::as_str);
            let kept = text.trim_end_matches('/');
            assert!(
                taken == Some(kept) || text.ends_with(":80"),
                "{text}: {taken:?}"
            );
        }
        for text in [
            "https://localhost:7001",
            "http://example.org",
            "http://localhost.example.org",
            "http://evillocalhost",
            "http://192.168.0.1",
            "http://localhost:7001/path",
            "http://user@localhost:7001",
            "http://localhost:7001?x",
            "file:///etc/passwd",
            "",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
