//! A relying party in memory and a visitor who keeps a cookie.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use serde_json::{Value, json};
use timeline::{Draft, Emit, ManualClock, Seq, Silent, Timestamp};
use tower::ServiceExt as _;

use super::authenticator::Authenticator;
use crate::{Config, Data, Limits, RelyingParty, Seams, Storage};

pub(super) const NOON: Timestamp = Timestamp(1_700_000_000_000);
pub(super) const HOST: &str = "acme.localhost:8080";
pub(super) const ORIGIN: &str = "http://acme.localhost:8080";

/// Everything that was emitted, in order.
#[derive(Default)]
pub(super) struct Listener(Mutex<Vec<Draft>>);

impl Emit for Listener {
    fn emit(&self, draft: Draft) -> Seq {
        let mut drafts = self.0.lock().expect("no test panics while it emits");
        drafts.push(draft);
        Seq(drafts.len() as u64)
    }
}

impl Listener {
    pub(super) fn drafts(&self) -> Vec<Draft> {
        self.0
            .lock()
            .expect("no test panics while it emits")
            .clone()
    }
}

pub(super) struct Bench {
    pub(super) party: Arc<RelyingParty>,
    pub(super) router: Router,
    pub(super) clock: Arc<ManualClock>,
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::with(Limits::default(), Arc::new(Silent)).await
    }

    pub(super) async fn with(limits: Limits, emit: Arc<dyn Emit>) -> Self {
        Self::open(limits, |clock| Seams::new(emit, clock)).await
    }

    pub(super) async fn open(
        limits: Limits,
        seams: impl FnOnce(Arc<ManualClock>) -> Seams,
    ) -> Self {
        let clock = Arc::new(ManualClock::new(NOON));
        let storage = Storage::open(&Data::Memory, limits).expect("memory");
        let config = Config::local("Acme", "acme.localhost", 8080);
        let party = RelyingParty::open(config, storage, seams(clock.clone()))
            .await
            .expect("sound settings");
        Self {
            router: party.router(),
            party,
            clock,
        }
    }

    pub(super) fn visitor(&self) -> Visitor {
        Visitor {
            router: self.router.clone(),
            cookie: None,
        }
    }
}

/// Somebody with a browser.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) router: Router,
    pub(super) cookie: Option<String>,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: axum::http::HeaderMap,
    pub(super) text: String,
    pub(super) body: Value,
}

impl Visitor {
    pub(super) async fn send(&mut self, request: Request<Body>) -> Answer {
        let response: Response<Body> = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("it never fails");
        if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
            let pair = cookie
                .to_str()
                .expect("ASCII")
                .split(';')
                .next()
                .expect("a pair")
                .to_owned();
            self.cookie = Some(pair).filter(|pair| !pair.ends_with('='));
        }
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a whole body");
        let text = String::from_utf8(bytes.to_vec()).unwrap_or_default();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer {
            status: head.status,
            headers: head.headers,
            text,
            body,
        }
    }

    pub(super) fn request(&self, method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request.body(body.into()).expect("a request")
    }

    pub(super) async fn call(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        self.send(self.request(method, path, body)).await
    }

    pub(super) async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, Value::Null).await
    }

    pub(super) async fn begin_sign_up(&mut self, username: &str) -> Value {
        let answer = self
            .post(
                "/api/registration/begin",
                json!({ "username": username, "displayName": "" }),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    pub(super) async fn finish_registration(&mut self, begun: &Value, credential: Value) -> Answer {
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.post("/api/registration/finish", body).await
    }

    pub(super) async fn sign_up(&mut self, username: &str, seed: u8) -> Authenticator {
        let mut authenticator = Authenticator::new(seed, ORIGIN, "acme.localhost");
        let begun = self.begin_sign_up(username).await;
        let credential = authenticator.create(&begun["publicKey"]);
        let answer = self.finish_registration(&begun, credential).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        authenticator
    }

    pub(super) async fn begin_sign_in(&mut self) -> Value {
        let answer = self.post("/api/authentication/begin", json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    pub(super) async fn finish_sign_in(&mut self, begun: &Value, credential: Value) -> Answer {
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.post("/api/authentication/finish", body).await
    }

    pub(super) async fn sign_in(&mut self, authenticator: &mut Authenticator) -> Answer {
        let begun = self.begin_sign_in().await;
        let credential = authenticator.get(&begun["publicKey"]);
        self.finish_sign_in(&begun, credential).await
    }
}

impl Answer {
    pub(super) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(super) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// Asserts a refused ceremony: the step by its number, alone or first, in ladder and error alike.
    #[track_caller]
    pub(super) fn refused_at(&self, section: &str, step: u64, says: &str) {
        assert_eq!(self.status, 422, "{}", self.text);
        assert_eq!(self.body["error"]["section"], section, "{}", self.text);
        assert_eq!(self.body["error"]["step"], step, "{}", self.text);
        assert!(
            self.message().contains(says),
            "{} lacks {says:?}",
            self.message()
        );
        let ladder = &self.body["verification"];
        assert_eq!(ladder["verified"], false);
        let steps = ladder["steps"].as_array().expect("steps");
        assert_eq!(steps.len(), if section == "7.1" { 29 } else { 25 });
        let failed: Vec<&Value> = steps
            .iter()
            .filter(|step| step["outcome"] == "failed")
            .map(|step| &step["step"])
            .collect();
        assert_eq!(failed.first(), Some(&&Value::from(step)), "{failed:?}");
    }
}
