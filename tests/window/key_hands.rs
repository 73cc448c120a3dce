//! What hands and eyes do with keys: plugging in, picking, the client's own prompts, the Keys page.

use thirtyfour::prelude::*;

use crate::desk::Window;

/// What a test sets as PIN of its keys: with letters, which no phone's pad has, and long enough to
/// stand nowhere by chance.
pub const KEY_PIN: &str = "corvid-Münze-4417";

/// Never the right one.
pub const WRONG_KEY_PIN: &str = "magpie-Münze-4418";

impl Window {
    /// Adds a software device of this kind; it is in use then.
    pub async fn add_device(&self, profile: &str) {
        self.press("device-menu").await;
        self.press("device-add").await;
        self.press_in_view(&format!("[data-field='device-profile'][value='{profile}']"))
            .await;
        self.confirm("device-add-confirm").await;
    }

    /// Plugs the device in use in over UDP.
    pub async fn plug_in(&self) {
        self.press("device-menu").await;
        self.press("device-plug").await;
        self.press("device-plug-udp").await;
        self.see("[data-role='plugged'][data-way='udp']").await;
        self.closed().await;
    }

    /// Picks a key in the head's switcher, once it is there.
    pub async fn pick_key(&self, key: &str) {
        self.press("device-switch").await;
        self.press_in_view(&format!("[data-action='key-pick'][data-key='{key}']"))
            .await;
        self.closed().await;
    }

    /// Waits until the browser itself asks so.
    pub async fn browser_asks(&self, kind: &str) {
        self.see(&format!(
            "[data-role='prompt'][data-asker='client'][data-kind='{kind}']"
        ))
        .await;
    }

    /// Types the PIN of a key into the browser's dialog and confirms.
    pub async fn give_key_pin(&self, pin: &str) {
        self.browser_asks("keyPin").await;
        self.type_into("key-pin", pin).await;
        self.press("key-pin-submit").await;
    }

    /// Sets a first PIN in the browser's dialog.
    pub async fn set_key_pin(&self, pin: &str) {
        self.browser_asks("keyPin").await;
        self.type_into("key-pin-new", pin).await;
        self.type_into("key-pin-again", pin).await;
        self.press("key-pin-submit").await;
    }

    /// Touches the software key in the device's pane.
    pub async fn touch_key(&self) {
        self.prompt("touch").await;
        self.press("prompt-touch").await;
    }

    /// What the page says went wrong; looks away from the page again.
    pub async fn page_says(&self) -> String {
        self.enter_site().await;
        let said = self.read("[data-role='error']").await;
        self.step_back().await;
        said
    }

    /// Presses keys wherever the focus is.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        let keys = self.driver.action_chain().send_keys(keys);
        keys.perform().await.expect("keys are taken");
    }

    /// Opens the Keys page by its key.
    pub async fn open_keys(&self) {
        let keys = self
            .driver
            .action_chain()
            .key_down(Key::Alt)
            .send_keys("5")
            .key_up(Key::Alt);
        keys.perform().await.expect("keys are taken");
        self.see("[data-role='keys-page']").await;
    }
}
