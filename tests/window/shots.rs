//! The pictures of the README and the docs, taken from the real window.
//!
//! `cargo xtask shots` names the folder; without one this is a test that every
//! page can be shown in both themes.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use thirtyfour::By;

use crate::{
    album::{Album, setting},
    desk::{Desk, Keyring, Window},
    hands::PIN,
};

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_every_page_in_both_themes() {
    let (folder, port, patience) = setting(7780);
    let mut desk = Desk::new(Keyring::Locked);
    let window = desk.open(&["--port", &port.to_string()]).await;
    let album = Album::new(&window, folder, patience);
    window.see("[data-role='vault-problem']").await;
    album.take("vault-shut").await;
    desk.unlock();
    window.press("vault-retry").await;
    window.see("[data-role='idle']").await;
    album.take("start").await;

    window.ask_for_account("alice").await;
    window.prompt("touch").await;
    album.take("touch").await;
    window.finish_account("alice").await;
    window
        .see("[data-role='ladder'][data-verified='true']")
        .await;
    album.take("account").await;

    window.sign_out().await;
    window.enter_site().await;
    window.press("sign-in").await;
    window.step_back().await;
    window.press("prompt-touch").await;
    window.prompt("enterPin").await;
    for digit in PIN.chars().take(4) {
        window.press(&format!("prompt-digit-{digit}")).await;
    }
    window.see("[data-role='pin-dots'][data-entered='4']").await;
    album.take("pin").await;
    for digit in PIN.chars().skip(4) {
        window.press(&format!("prompt-digit-{digit}")).await;
    }
    window.press("prompt-submit").await;
    window.signed_in_as("alice").await;
    window
        .see("[data-role='ladder'] [data-section='7.2']")
        .await;
    album.take("signed-in").await;

    window
        .press_event("[data-kind='client.command.answered'][aria-label*='assertion']")
        .await;
    window.see("[data-role='authenticator-data']").await;
    album.take("inspector").await;

    window.sign_out().await;
    window.create_account("bob").await;
    window.sign_out().await;
    window.start_sign_in().await;
    window.prompt("chooseAccount").await;
    album.take("choose").await;

    let narrow = window.driver.set_window_rect(0, 0, 1000, 700).await;
    narrow.expect("the window can be made smaller");
    window.see("[data-action='tab-device']").await;
    album.take("narrow").await;

    window.press("more").await;
    window.press("about").await;
    window.see("[data-role='about']").await;
    let facts = window.read("[data-role='about']").await;
    assert!(
        facts.contains(env!("CARGO_PKG_VERSION")),
        "the version is there to copy: {facts}"
    );
    assert!(
        window
            .driver
            .find(By::Css("[data-action='about-copy']"))
            .await
            .is_ok()
    );
}

/// A walk of the tester's own that fails at its third step.
const FAILING: &str = r#"title = "The counter begins at five"
why = "Expects too much on purpose, to see what a failure looks like."

[[devices]]
name = "phone"

[[accounts]]
name = "alice"
display-name = "Alice Example"

[[steps]]
title = "Alice asks for an account"
act = "page.create-account"
account = "alice"
expect = [{ prompt = "touch", field = "purpose", is = "createPasskey" }]

[[steps]]
title = "Alice touches her phone"
act = "person.touch"
expect = [{ prompt = "set-pin" }]

[[steps]]
title = "Alice chooses a PIN for it"
act = "person.set-pin"
pin = "secret:alice"
expect = [
  { event = "rp.session.bound", field = "account", is = "alice" },
  { device = "phone", field = "passkeys[0].signCount", is = 5 },
]

[[steps]]
title = "Alice signs out"
act = "page.sign-out"
"#;

impl Window {
    /// Waits until the report that was asked for stands in the export folder.
    async fn saved_report(&self, desk: &Desk) -> PathBuf {
        let folder = desk.bench_folder().join("exports");
        self.until("a report in the export folder", || async {
            let files = std::fs::read_dir(&folder).ok()?.flatten();
            files
                .map(|file| file.path())
                .find(|path| path.extension().is_some_and(|end| end == "html"))
        })
        .await
    }
}

/// Takes a picture of a page as a browser shows it, with its own number for the colour scheme.
fn photograph(page: &Path, scheme: u8, picture: &Path) {
    let profile = tempfile::tempdir().expect("a temporary folder");
    let taken = Command::new("chromium")
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
        ])
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--window-size=1200,900",
        ])
        .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("file://{}", page.display()))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("chromium starts: `cargo xtask test` installs it");
    assert!(
        taken.success() && picture.exists(),
        "the report can be opened and photographed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_walks_in_both_themes() {
    let (folder, port, patience) = setting(7790);
    let desk = Desk::new(Keyring::Unlocked);
    let own = desk.bench_folder().join("walks");
    std::fs::create_dir_all(&own).expect("the folder can be made");
    std::fs::write(own.join("counter-at-five.toml"), FAILING).expect("the walk can be written");
    let misspelt = FAILING.replace("page.sign-out", "page.sing-out");
    std::fs::write(own.join("misspelt.toml"), misspelt).expect("the walk can be written");
    let port = port.to_string();
    let window = desk.open(&["--port", &port, "--pace", "0"]).await;
    let album = Album::new(&window, folder, patience);
    window.see("[data-role='idle']").await;
    album.take("walk-offer").await;

    window.press("walk-chip").await;
    window.see("[data-role='walk-unusable']").await;
    album.take_over("walk-picker").await;
    window.leave().await;

    window.find_walk("Wrong PIN until the phone blocks").await;
    for number in 1..=5 {
        window.step_of_walk(number).await;
    }
    album.take("walk-player").await;
    window.press("walk-mode-you").await;
    window
        .see("[data-role='walk-place'][data-place='device']")
        .await;
    album.take("walk-you-do-it").await;
    window.press("walk-mode-play").await;
    window.press("walk-play").await;
    window
        .see("[data-role='walk-verdict'][data-verdict='passed']")
        .await;
    album.take("walk-passed").await;

    for (chip, inside, name) in [
        ("clock-chip", "clock-skip-6m", "walk-clock"),
        ("network-chip", "network-offline", "walk-network"),
        ("fault-chip", "fault-arm", "walk-faults"),
    ] {
        window.press(chip).await;
        window.see(&format!("[data-action='{inside}']")).await;
        if chip == "clock-chip" {
            window.press(inside).await;
            window
                .see("[data-action='clock-chip'][data-bent='true']")
                .await;
        }
        album.take_over(name).await;
        window.leave().await;
    }

    window.find_walk("The counter begins at five").await;
    window.press("walk-play").await;
    window.see("[data-role='walk-difference']").await;
    window.press("walk-show-event").await;
    album.take("walk-failed").await;
    window.press("walk-save-report").await;
    window.press("walk-save-report-html").await;
    let report = window.saved_report(&desk).await;
    window.dismiss_toasts().await;
    for (theme, scheme) in [("dark", 0), ("light", 1)] {
        photograph(
            &report,
            scheme,
            &album.folder.join(format!("report-{theme}.png")),
        );
    }
    let narrow = window.driver.set_window_rect(0, 0, 720, 560).await;
    narrow.expect("the window can be made smaller");
    window.see("[data-action='more']").await;
    album.take("walk-failed-small").await;
    let wide = window.driver.set_window_rect(0, 0, 1440, 900).await;
    wide.expect("the window can be made larger");
    window.press("walk-close").await;

    window.press("record").await;
    window.confirm("record-start").await;
    window.see("[data-role='recording-strip']").await;
    window.create_account("alice").await;
    window
        .see("[data-role='recording-strip'][data-steps='3']")
        .await;
    album.take("walk-recording").await;
    window.press("record-save").await;
    window
        .type_into("walk-title", "Alice makes a passkey")
        .await;
    album.take_over("walk-save").await;
}
