//! The tester: opens a bench, answers prompts, and plays the page.

use std::{path::Path, sync::Arc, time::Duration};

use reqwest::cookie::{CookieStore as _, Jar};
use serde_json::{Value, json};
use timeline::{Event, Seq};

use crate::{
    Bench, Config, HomeChoice, Setting,
    api::{
        BenchState, CredentialsAnswer, CredentialsCall, CredentialsMethod, Prompt, PromptAnswer,
        Question,
    },
};

/// The PIN tests use; also a canary that must show up nowhere.
pub(super) const PIN: &str = "80418041";

const PATIENCE: Duration = Duration::from_secs(60);

/// A bench in `folder` whose vault key is in a file.
pub(super) async fn open(folder: &Path) -> Bench {
    open_with(folder, HomeChoice::File).await
}

pub(super) async fn open_with(folder: &Path, home: HomeChoice) -> Bench {
    let bench = Bench::open(config(folder, home, Setting::default()));
    // What failed to open is what some tests are about.
    let _ = tokio::time::timeout(PATIENCE, bench.opened())
        .await
        .expect("the bench opens in time");
    bench
}

/// A bench in `folder` that looks for keys at these addresses.
pub(super) async fn open_looking_at(folder: &Path, udp: Vec<std::net::SocketAddr>) -> Bench {
    let mut config = config(folder, HomeChoice::Memory, Setting::default());
    config.keys.udp = udp;
    let bench = Bench::open(config);
    bench.opened().await.expect("it opens");
    bench
}

/// A bench in `folder` whose vault is in memory, in a world of its own.
pub(super) async fn open_in(folder: &Path, setting: Setting) -> Bench {
    let bench = Bench::open(config(folder, HomeChoice::Memory, setting));
    bench.opened().await.expect("it opens");
    bench
}

fn config(folder: &Path, home: HomeChoice, setting: Setting) -> Config {
    Config {
        data: folder.to_owned(),
        home: Some(home),
        port: None,
        web_view: None,
        keys: crate::KeysSetting::default(),
        setting,
    }
}

/// Waits until the bench's state is as wished.
pub(super) async fn until(bench: &Bench, wished: impl Fn(&BenchState) -> bool) -> BenchState {
    let mut changes = bench.changes();
    let waiting = async {
        loop {
            changes.borrow_and_update();
            let state = bench.bench_state().await.expect("the bench lives");
            if wished(&state) {
                return state;
            }
            changes.changed().await.expect("the bench lives");
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("the bench reaches the wished state in time")
}

/// Waits for a prompt that `fits`.
pub(super) async fn asked(bench: &Bench, fits: impl Fn(&Question) -> bool) -> Prompt {
    let state = until(bench, |state| {
        state
            .prompt
            .as_ref()
            .is_some_and(|prompt| fits(&prompt.question))
    })
    .await;
    state.prompt.expect("just seen")
}

pub(super) async fn press(bench: &Bench, prompt: &Prompt, answer: PromptAnswer) {
    let id = u32::try_from(prompt.id).expect("prompts are numbered from 1");
    bench
        .prompt_answer(id, answer)
        .await
        .expect("the prompt is still shown");
}

pub(super) async fn enter(bench: &Bench, prompt: &Prompt, pin: &str) {
    for digit in pin.bytes() {
        press(
            bench,
            prompt,
            PromptAnswer::Digit {
                digit: digit - b'0',
            },
        )
        .await;
    }
    press(bench, prompt, PromptAnswer::Submit).await;
}

/// Touches and verifies with [`PIN`], setting it where there is none.
pub(super) async fn touch_and_verify(bench: &Bench) {
    let touch = asked(bench, |question| matches!(question, Question::Touch { .. })).await;
    press(bench, &touch, PromptAnswer::Touch).await;
    let pin = |question: &Question| {
        matches!(
            question,
            Question::EnterPin { .. }
                | Question::SetPin {
                    confirming: false,
                    ..
                }
        )
    };
    let prompt = asked(bench, pin).await;
    enter(bench, &prompt, PIN).await;
    if matches!(prompt.question, Question::SetPin { .. }) {
        let again = asked(bench, |question| {
            matches!(
                question,
                Question::SetPin {
                    confirming: true,
                    ..
                }
            )
        })
        .await;
        enter(bench, &again, PIN).await;
    }
}

/// A call from a page of `origin`.
pub(super) async fn call(
    bench: &Bench,
    origin: &str,
    method: CredentialsMethod,
    options: Value,
) -> CredentialsAnswer {
    let name = options["challenge"].to_string();
    let call = CredentialsCall {
        call: name,
        origin: origin.to_owned(),
        method,
        public_key: options,
        mediation: None,
    };
    bench
        .credentials_call(call)
        .await
        .expect("the call makes sense")
}

/// The credential of an answer, or a panic with the exception.
pub(super) fn credential(answer: CredentialsAnswer) -> Value {
    match answer {
        CredentialsAnswer::Credential { credential } => credential,
        CredentialsAnswer::Exception { name, message } => panic!("{name}: {message}"),
    }
}

/// The relying party's page: HTTP with a cookie jar.
pub(super) struct Page {
    http: reqwest::Client,
    jar: Arc<Jar>,
    pub(super) origin: String,
}

impl Page {
    pub(super) async fn of(bench: &Bench) -> Self {
        let state = bench.bench_state().await.expect("the bench lives");
        Self::at(&state.relying_parties[0].origin)
    }

    /// A page of the relying party at this origin.
    pub(super) fn at(origin: &str) -> Self {
        let jar = Arc::new(Jar::default());
        let host = origin.trim_start_matches("http://");
        let host = host.split(':').next().expect("a host");
        let http = reqwest::Client::builder()
            .cookie_provider(jar.clone())
            .resolve(host, ([127, 0, 0, 1], 0).into())
            .build()
            .expect("a client");
        Self {
            http,
            jar,
            origin: origin.to_owned(),
        }
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.try_post(path, body).await;
        answer.expect("the relying party answers")
    }

    /// As [`Page::post`], on a network that may lose it.
    pub(super) async fn try_post(&self, path: &str, body: Value) -> reqwest::Result<(u16, Value)> {
        let url = format!("{}/api/{path}", self.origin);
        let request = self
            .http
            .post(url)
            .header("origin", &self.origin)
            .json(&body);
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.json().await?))
    }

    /// As [`Page::post`], where the answer may have no body.
    pub(super) async fn post_any(&self, path: &str, body: Value) -> (u16, String) {
        let url = format!("{}/api/{path}", self.origin);
        let request = self
            .http
            .post(url)
            .header("origin", &self.origin)
            .json(&body);
        let response = request.send().await.expect("the relying party answers");
        let status = response.status().as_u16();
        (status, response.text().await.expect("text"))
    }

    /// The session's token, which only the cookie holds.
    pub(super) fn token(&self) -> String {
        let url = self.origin.parse().expect("an address");
        let cookies = self.jar.cookies(&url).expect("somebody is signed in");
        let cookies = cookies.to_str().expect("text");
        let (_, token) = cookies.split_once('=').expect("a name and a value");
        token.to_owned()
    }

    pub(super) async fn sign_out(&self) {
        let url = format!("{}/api/session", self.origin);
        let response = self
            .http
            .delete(url)
            .header("origin", &self.origin)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 204);
    }

    /// Registers an account; the person answers the phone's prompts.
    pub(super) async fn register(&self, bench: &Bench, name: &str) -> Value {
        let (status, begun) = self
            .post(
                "registration/begin",
                json!({ "username": name, "displayName": name }),
            )
            .await;
        assert_eq!(status, 200, "{begun}");
        let made = call(
            bench,
            &self.origin,
            CredentialsMethod::Create,
            begun["publicKey"].clone(),
        );
        let (made, ()) = tokio::join!(made, touch_and_verify(bench));
        let finish = json!({ "ceremony": begun["ceremony"], "credential": credential(made) });
        let (status, finished) = self.post("registration/finish", finish).await;
        assert_eq!(status, 201, "{finished}");
        finished
    }

    /// Signs in without a user name; `person` answers the phone's prompts.
    pub(super) async fn sign_in(
        &self,
        bench: &Bench,
        person: impl Future<Output = ()>,
    ) -> (u16, Value) {
        let finish = self.sign_in_until_finish(bench, person).await;
        self.post("authentication/finish", finish).await
    }

    /// The body of the finish with which [`Page::sign_in`] would end.
    pub(super) async fn sign_in_until_finish(
        &self,
        bench: &Bench,
        person: impl Future<Output = ()>,
    ) -> Value {
        let (status, begun) = self.post("authentication/begin", json!({})).await;
        assert_eq!(status, 200, "{begun}");
        let signed = call(
            bench,
            &self.origin,
            CredentialsMethod::Get,
            begun["publicKey"].clone(),
        );
        let (signed, ()) = tokio::join!(signed, person);
        json!({ "ceremony": begun["ceremony"], "credential": credential(signed) })
    }
}

/// Every event so far.
pub(super) fn events(bench: &Bench) -> Vec<Arc<Event>> {
    bench
        .timeline()
        .range(Seq(0), 100_000)
        .expect("the timeline can be read")
}

/// The events of this kind so far.
pub(super) fn told(bench: &Bench, kind: &str) -> Vec<Arc<Event>> {
    let mut events = events(bench);
    events.retain(|event| event.kind == kind);
    events
}
