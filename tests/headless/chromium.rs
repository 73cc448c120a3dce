//! A real Chromium, driven as a person's browser.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{By, Capabilities, RequestData, SessionId, WebDriver, WebElement};

/// How long anything may take to appear.
fn patience() -> Duration {
    Duration::from_secs(if in_virtual_machine() { 200 } else { 40 })
}

/// How often to look. Each look costs the browser's own time, which is dear where it is slow.
fn pause() -> Duration {
    Duration::from_millis(if in_virtual_machine() { 500 } else { 50 })
}

/// Whether the processor may be a program, too.
fn in_virtual_machine() -> bool {
    std::env::var_os("TOUCHSTONE_VM_EXCHANGE").is_some()
}

/// A Chromium with a profile of its own.
pub struct Chromium {
    pub driver: WebDriver,
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
    /// Starts one, with the site's pages built.
    pub async fn open() -> Self {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/dist/rp/index.html");
        assert!(
            pages.exists(),
            "the relying party's pages are not built: run `cargo xtask test`, which builds them"
        );
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
        if in_virtual_machine() {
            // The driver's own patience with a page is too short there; the tests wait by themselves.
            capabilities
                .set("pageLoadStrategy", "none")
                .expect("a string");
        }
        let deadline = Instant::now() + patience();
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
    pub async fn add_authenticator(&self) -> String {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "isUserConsenting": true,
        });
        let add = WebAuthn(Method::POST, "authenticator".to_owned(), Some(device));
        let answer = self.driver.cmd(add).await.expect("the driver obeys");
        answer.value().expect("an id")
    }

    /// Takes a device away.
    pub async fn remove_authenticator(&self, id: &str) {
        let remove = WebAuthn(Method::DELETE, format!("authenticator/{id}"), None);
        self.driver.cmd(remove).await.expect("the driver obeys");
    }

    /// Waits for what `css` selects.
    pub async fn find(&self, css: &str) -> WebElement {
        let deadline = Instant::now() + patience();
        loop {
            match self.driver.find(By::Css(css)).await {
                Ok(element) => return element,
                Err(error) if Instant::now() > deadline => {
                    let page = self.driver.source().await.unwrap_or_default();
                    panic!("{css}: {error}\n{page}");
                }
                Err(_) => tokio::time::sleep(pause()).await,
            }
        }
    }

    /// Opens an address.
    pub async fn go(&self, address: &str) {
        self.driver.goto(address).await.expect("the page loads");
    }

    /// Presses the control of that `data-action` once it can be pressed.
    pub async fn press(&self, action: &str) {
        self.find(&format!("[data-action='{action}']:not([disabled])"))
            .await
            .click()
            .await
            .expect("it can be pressed");
    }

    /// Types after what stands in the field of that `data-field`.
    pub async fn type_into(&self, field: &str, text: &str) {
        let css = format!("input[data-field='{field}'], [data-field='{field}'] input");
        self.find(&css)
            .await
            .send_keys(text)
            .await
            .expect("it takes text");
    }

    /// Waits until the text of what `css` selects is as wished.
    pub async fn reads(&self, css: &str, wished: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + patience();
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
            tokio::time::sleep(pause()).await;
        }
    }

    /// Presses the switch of that `data-field`.
    pub async fn switch(&self, field: &str) {
        let switch = self.find(&format!("[data-field='{field}']")).await;
        switch.scroll_into_view().await.expect("it is on the page");
        switch.click().await.expect("it can be pressed");
    }

    /// Types over what stands in the field of that `data-field`.
    pub async fn fill(&self, field: &str, text: &str) {
        let input = self.find(&format!("[data-field='{field}']")).await;
        input.clear().await.expect("it can be emptied");
        input.send_keys(text).await.expect("it takes text");
    }

    /// Waits for the text of this `data-role`.
    pub async fn said(&self, role: &str) -> String {
        let css = format!("[data-role='{role}']");
        self.reads(&css, |text| !text.is_empty()).await
    }

    /// Waits until this many passkeys are listed.
    pub async fn shows_passkeys(&self, count: usize) {
        let deadline = Instant::now() + patience();
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
            tokio::time::sleep(pause()).await;
        }
    }
}
