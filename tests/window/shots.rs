//! The pictures of the README and the docs, taken from the real window.
//!
//! `cargo xtask shots` names the folder; without one this is a test that every
//! page can be shown in both themes.

use std::{path::PathBuf, time::Duration};

use thirtyfour::By;

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

    /// One picture in each theme.
    async fn take(&self, name: &str) {
        for theme in ["light", "dark"] {
            self.window.press("theme").await;
            self.window.press(&format!("theme-{theme}")).await;
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
}

#[tokio::test(flavor = "multi_thread")]
async fn shots_of_every_page_in_both_themes() {
    // The address stays the same in every picture that is kept.
    let (folder, port, patience) = match std::env::var_os("TOUCHSTONE_SHOTS") {
        Some(folder) => (PathBuf::from(folder), 7780, 5),
        None => (
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("shots"),
            free_port(),
            1,
        ),
    };
    std::fs::create_dir_all(&folder).expect("the folder can be made");
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
        .press_in_view("[data-role='wire-event'][data-kind='client.command.answered']")
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
