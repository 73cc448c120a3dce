//! The pictures of the README and the docs, taken from the real window.
//!
//! `cargo xtask shots` names the folder; without one this is a test that every
//! page can be shown in both themes.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use thirtyfour::{By, Key};

use crate::{
    desk::{Desk, Keyring, Window, free_port},
    hands::PIN,
};

struct Album<'a> {
    window: &'a Window,
    folder: PathBuf,
    /// How often to look again until the picture stays the same.
    patience: usize,
}

impl Album<'_> {
    /// What the window shows once two more frames were drawn.
    async fn painted(&self) -> Vec<u8> {
        let script = "requestAnimationFrame(() => requestAnimationFrame(arguments[0]))";
        self.window
            .driver
            .execute_async(script, Vec::new())
            .await
            .expect("frames are drawn");
        self.window
            .driver
            .screenshot_as_png()
            .await
            .expect("a picture can be taken")
    }

    /// One picture in each theme, chosen in the menu.
    async fn take(&self, name: &str) {
        for theme in ["light", "dark"] {
            // A narrow window keeps the themes behind its last button.
            self.window
                .press_in_view("[data-action='theme'], [data-action='more']")
                .await;
            self.window.press(&format!("theme-{theme}")).await;
            self.keep(name, theme).await;
        }
    }

    /// One picture in each theme while a dialog or a popover keeps the menu out of reach.
    async fn take_over(&self, name: &str) {
        for theme in ["light", "dark"] {
            self.window
                .driver
                .execute(
                    "document.documentElement.dataset.theme = arguments[0]",
                    vec![theme.into()],
                )
                .await
                .expect("the theme can be set");
            self.keep(name, theme).await;
        }
    }

    async fn keep(&self, name: &str, theme: &str) {
        let picture = self.folder.join(format!("{name}-{theme}.png"));
        // The web view hands out its last painted frame, which on a busy machine is an older
        // one: the picture is right when it stays the same.
        let mut shown = Vec::new();
        for _ in 0..self.patience {
            tokio::time::sleep(Duration::from_millis(250)).await;
            let before = std::mem::replace(&mut shown, self.painted().await);
            if before == shown {
                break;
            }
        }
        std::fs::write(&picture, shown).expect("the picture can be written");
    }
}

/// Where pictures go, the relying party's port in them, and how patiently they are taken.
fn setting(kept_port: u16) -> (PathBuf, u16, usize) {
    // The address stays the same in every picture that is kept.
    let (folder, port, patience) = match std::env::var_os("TOUCHSTONE_SHOTS") {
        Some(folder) => (PathBuf::from(folder), kept_port, 5),
        None => (
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shots"),
            free_port(),
            1,
        ),
    };
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    (folder, port, patience)
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_every_page_in_both_themes() {
    let (folder, port, patience) = setting(7780);
    let mut desk = Desk::new(Keyring::Locked);
    let window = desk.open(&["--port", &port.to_string()]).await;
    let album = Album {
        window: &window,
        folder,
        patience,
    };
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
        .press_in_view("[data-kind='client.command.answered'][aria-label*='assertion']")
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
    /// Searches the picker for the walk with this title and opens it.
    async fn find_walk(&self, title: &str) {
        self.press("walk-chip").await;
        self.see("[data-role='walk-picker']").await;
        self.type_into("walk-search", title).await;
        self.until("the search to leave one walk", || async {
            let found = self.driver.find_all(By::Css("[data-action='walk-item']"));
            (found.await.ok()?.len() == 1).then_some(())
        })
        .await;
        self.confirm("walk-item").await;
        self.see("[data-role='walk-strip']").await;
    }

    /// Closes what is open over the window.
    async fn leave(&self) {
        let keys = self.driver.action_chain().send_keys(Key::Escape);
        keys.perform().await.expect("keys are taken");
        self.until("the window behind to take presses", || async {
            let script = "return document.body.style.pointerEvents !== 'none' && !document.querySelector('[role$=dialog]')";
            let closed = self.driver.execute(script, Vec::new()).await.ok()?;
            closed.json().as_bool()?.then_some(())
        })
        .await;
    }

    /// Has the next step of the walk done and waits until it held.
    async fn step_of_walk(&self, number: usize) {
        self.press("walk-step").await;
        self.see(&format!(
            "[data-role='walk-card'][data-number='{number}'][data-outcome='passed']"
        ))
        .await;
    }
}

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
    let album = Album {
        window: &window,
        folder,
        patience,
    };
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
    window.press("toast-dismiss").await;
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
