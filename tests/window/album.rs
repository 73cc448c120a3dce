//! Pictures of the window in both themes.

use std::{path::PathBuf, time::Duration};

use thirtyfour::{By, Key};

use crate::desk::{Window, free_port};

/// Lets two frames be drawn, and has a dot that nobody sees change from then on: the driver takes
/// its picture with the next frame, which comes only when something changed.
const PAINT: &str = r"const done = arguments[0];
const dot = document.querySelector('#dot') ?? document.body.appendChild(document.createElement('i'));
dot.id = 'dot';
Object.assign(dot.style, { position: 'fixed', top: 0, left: 0, width: '1px', height: '1px', pointerEvents: 'none' });
let turn = 0;
clearInterval(window.dotted);
window.dotted = setInterval(() => (dot.style.background = `rgb(0 0 0 / 0.00${1 + (turn ^= 1)})`), 50);
requestAnimationFrame(() => requestAnimationFrame(done));";

/// How long a picture may take before another try is made.
const FRAME: Duration = Duration::from_secs(10);

/// Where pictures of one window go.
pub struct Album<'a> {
    window: &'a Window,
    pub folder: PathBuf,
    /// How often to look again until the picture stays the same.
    patience: usize,
}

impl<'a> Album<'a> {
    /// An album for pictures of `window`, as [`setting`] gives folder and patience.
    pub fn new(window: &'a Window, folder: PathBuf, patience: usize) -> Self {
        Self {
            window,
            folder,
            patience,
        }
    }

    /// What the window shows once two more frames were drawn.
    async fn painted(&self) -> Vec<u8> {
        self.window
            .driver
            .execute_async(PAINT, Vec::new())
            .await
            .expect("frames are drawn");
        self.window
            .until("a picture to be taken", || async {
                let taken = self.window.driver.screenshot_as_png();
                let taken = tokio::time::timeout(FRAME, taken).await;
                taken.ok()?.ok()
            })
            .await
    }

    /// One picture in each theme, chosen in the menu.
    pub async fn take(&self, name: &str) {
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
    pub async fn take_over(&self, name: &str) {
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
pub fn setting(kept_port: u16) -> (PathBuf, u16, usize) {
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

impl Window {
    /// Searches the picker for the walk with this title and opens it.
    pub async fn find_walk(&self, title: &str) {
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
    pub async fn leave(&self) {
        let keys = self.driver.action_chain().send_keys(Key::Escape);
        keys.perform().await.expect("keys are taken");
        self.closed().await;
    }

    /// Has the next step of the walk done and waits until it held.
    pub async fn step_of_walk(&self, number: usize) {
        self.press("walk-step").await;
        self.see(&format!(
            "[data-role='walk-card'][data-number='{number}'][data-outcome='passed']"
        ))
        .await;
    }
}
