//! The relying party's pages in a real Chromium, with WebDriver's virtual authenticator.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{By, Capabilities, RequestData, SessionId, WebDriver, WebElement};

use crate::relying_party::RelyingParty;

const PATIENCE: Duration = Duration::from_secs(40);

/// A Chromium with a profile of its own.
struct Chromium {
    driver: WebDriver,
    _profile: tempfile::TempDir,
    _process: Chromedriver,
}

/// The process group of the driver and its browser.
struct Chromedriver(Child);

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// A WebDriver command of WebAuthn Level 3 §11: method, address and parameters.
#[derive(Debug)]
struct WebAuthn(Method, String, Option<Value>);

impl FormatRequestData for WebAuthn {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let Self(method, address, parameters) = self;
        let request = RequestData::new(
            method.clone(),
            format!("/session/{session}/webauthn/{address}"),
        );
        match parameters {
            Some(parameters) => request.add_body(parameters.clone()),
            None => request,
        }
    }
}

impl Chromium {
    async fn open() -> Self {
        use std::os::unix::process::CommandExt as _;
        let profile = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .expect("a free port")
            .port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("chromedriver starts: `cargo xtask test` installs it");
        let process = Chromedriver(process);
        let data = format!("--user-data-dir={}", profile.path().display());
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &data,
        ];
        let mut capabilities = Capabilities::new();
        capabilities
            .set("goog:chromeOptions", json!({ "args": flags }))
            .expect("JSON");
        capabilities
            .set("webauthn:virtualAuthenticators", true)
            .expect("JSON");
        let deadline = Instant::now() + PATIENCE;
        let driver = loop {
            match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities.clone()).await {
                Ok(driver) => break driver,
                Err(error) => assert!(Instant::now() < deadline, "no WebDriver session: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        Self {
            driver,
            _profile: profile,
            _process: process,
        }
    }

    /// Brings a device into reach; its user is always there and always verified.
    async fn add_authenticator(&self) -> String {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "isUserConsenting": true,
        });
        let add = WebAuthn(Method::POST, "authenticator".to_owned(), Some(device));
        let answer = self.driver.cmd(add).await.expect("the driver obeys");
        answer.value().expect("an id")
    }

    /// Takes a device away.
    async fn remove_authenticator(&self, id: &str) {
        let remove = WebAuthn(Method::DELETE, format!("authenticator/{id}"), None);
        self.driver.cmd(remove).await.expect("the driver obeys");
    }

    /// Waits for what `css` selects.
    async fn find(&self, css: &str) -> WebElement {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.driver.find(By::Css(css)).await {
                Ok(element) => return element,
                Err(error) if Instant::now() > deadline => {
                    let page = self.driver.source().await.unwrap_or_default();
                    panic!("{css}: {error}\n{page}");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn press(&self, action: &str) {
        self.find(&format!("[data-action='{action}']:not([disabled])"))
            .await
            .click()
            .await
            .expect("it can be pressed");
    }

    async fn type_into(&self, field: &str, text: &str) {
        let css = format!("input[data-field='{field}'], [data-field='{field}'] input");
        self.find(&css)
            .await
            .send_keys(text)
            .await
            .expect("it takes text");
    }

    /// Waits until the text of what `css` selects is as wished.
    async fn reads(&self, css: &str, wished: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = match self.driver.find(By::Css(css)).await {
                Ok(element) => element.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if wished(&text) {
                return text;
            }
            if Instant::now() > deadline {
                panic!(
                    "{css} reads {text:?}\n{}",
                    self.driver.source().await.unwrap_or_default()
                );
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn shows_passkeys(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let rows = self
                .driver
                .find_all(By::Css("[data-role='passkeys'] > li"))
                .await
                .unwrap_or_default();
            if rows.len() == count {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{} passkeys are listed, not {count}",
                rows.len()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

const NAME: &str = "[data-role='account-name']";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_signs_up_and_in_and_adds_a_passkey() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist/rp/index.html");
    assert!(
        pages.exists(),
        "the relying party's pages are not built: run `cargo xtask test`, which builds them"
    );
    let party = RelyingParty::start(&[]);
    let chromium = Chromium::open().await;
    let first = chromium.add_authenticator().await;
    // By address: WebAuthn works by name only, so the browser is sent there.
    chromium
        .driver
        .goto(format!("http://127.0.0.1:{}/", party.port()))
        .await
        .expect("the page loads");
    chromium.press("go-sign-up").await;
    chromium.type_into("username", "alice").await;
    chromium.press("create-account").await;
    chromium.reads(NAME, |text| text == "alice").await;
    let address = chromium.driver.current_url().await.expect("an address");
    assert_eq!(address.origin().ascii_serialization(), party.origin);
    chromium.shows_passkeys(1).await;

    chromium.press("sign-out").await;
    chromium.press("sign-in").await;
    chromium.reads(NAME, |text| text == "alice").await;

    chromium.press("add-passkey").await;
    let said = chromium
        .reads("[data-role='error']", |text| !text.is_empty())
        .await;
    assert!(
        said.contains("already has a passkey for this account"),
        "{said}"
    );
    chromium.shows_passkeys(1).await;

    chromium.remove_authenticator(&first).await;
    chromium.add_authenticator().await;
    chromium.press("add-passkey").await;
    chromium.shows_passkeys(2).await;
    chromium.press("sign-out").await;
    chromium.press("sign-in").await;
    chromium.reads(NAME, |text| text == "alice").await;
    chromium
        .reads("[data-role='session-passkey']", |text| text == "Passkey 2")
        .await;
}
