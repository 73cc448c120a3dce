//! A hostile page in the relying party's frame.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

use serde_json::Value;
use thirtyfour::By;

use crate::desk::{Desk, Keyring};

/// Tries every door a framed page can find and writes down what happened.
const HOSTILE: &str = r#"<!doctype html><title>hostile</title><pre id="log"></pre><script>
const log = {};
const note = (name, value) => { log[name] = String(value); document.getElementById("log").textContent = JSON.stringify(log); };
const attempt = async (name, act) => {
  const patience = new Promise((resolve) => setTimeout(() => resolve("no answer"), 1500));
  try { note(name, JSON.stringify(await Promise.race([act(), patience])) ?? "undefined"); }
  catch (error) { note(name, "refused: " + error.name); }
};
const add = { name: "planted by a page", profile: "phone" };
(async () => {
  await attempt("invoke", async () => window.__TAURI_INTERNALS__.invoke("device_add", add));
  await attempt("invokeWithKey", async () => window.__TAURI_INTERNALS__.postMessage(
    { cmd: "device_add", callback: 1, error: 2, payload: add, options: {}, __TAURI_INVOKE_KEY__: "guess" }));
  await attempt("handler", async () => window.webkit.messageHandlers.ipc.postMessage(
    JSON.stringify({ cmd: "device_add", callback: 1, error: 2, payload: add, options: {}, __TAURI_INVOKE_KEY__: "guess" })));
  await attempt("protocol", async () => (await fetch("ipc://localhost/device_add", {
    method: "POST", body: JSON.stringify(add), headers: { "Tauri-Callback": "1", "Tauri-Error": "2", "Tauri-Invoke-Key": "guess" } })).status);
  await attempt("parent", async () => window.parent.document.body.textContent);
  await attempt("top", async () => { window.top.location = "about:blank"; return "tried"; });
  await attempt("passkey", async () => navigator.credentials.get({ publicKey: { challenge: new Uint8Array(32), rpId: "localhost" } }));
  window.parent.postMessage({ touchstone: "credentials", id: 77, method: "get", origin: "http://localhost",
    publicKey: { challenge: "AAAA", rpId: "localhost" }, mediation: null }, "*");
  note("done", true);
})();
</script>"#;

/// Serves the hostile page to whoever asks, until the test ends.
fn serve_hostile_page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length";
            let _ = write!(stream, "{head}: {}\r\n\r\n{HOSTILE}", HOSTILE.len());
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_framed_page_can_call_no_command_and_use_no_other_sites_passkey() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    let port = serve_hostile_page();
    let go = format!(
        "document.querySelector('[data-role=\"rp-frame\"]').src = 'http://evil.localhost:{port}/'"
    );
    window
        .driver
        .execute(go, Vec::new())
        .await
        .expect("the frame is sent there");

    let log: Value = window
        .until("the hostile page to have tried everything", || async {
            window.driver.enter_default_frame().await.ok()?;
            window
                .driver
                .find(By::Css("[data-role='rp-frame']"))
                .await
                .ok()?
                .enter_frame()
                .await
                .ok()?;
            let text = window
                .driver
                .find(By::Id("log"))
                .await
                .ok()?
                .text()
                .await
                .ok()?;
            let log: Value = serde_json::from_str(&text).ok()?;
            log.get("done").is_some().then_some(log)
        })
        .await;
    window.step_back().await;

    for door in ["invoke", "protocol", "parent", "top", "passkey"] {
        let outcome = log[door].as_str().unwrap_or_default();
        let closed = ["refused", "\"no answer\"", "500"]
            .iter()
            .any(|closed| outcome.starts_with(closed));
        assert!(closed, "{door} was open: {log}");
    }
    // Whatever the handlers answered, nothing was added and no prompt was raised.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    window.press("device-menu").await;
    window.see("[data-action='device-add']").await;
    let shown = window.read("body").await;
    assert!(
        !shown.contains("planted"),
        "a framed page added a device: {shown}"
    );
    let prompts = window
        .driver
        .find_all(By::Css("[data-role='prompt']"))
        .await
        .expect("a list");
    assert!(
        prompts.is_empty(),
        "a page of another origin raised a prompt for localhost"
    );
}
