//! What hands and eyes do at the window.

use std::{
    future::Future,
    path::Path,
    time::{Duration, Instant},
};

use thirtyfour::prelude::*;

use crate::desk::{PATIENCE, Window};

/// Brings an element into the middle of what is shown, waits until it stands still there (the web
/// view presses where an element was), and watches for the press to arrive at it.
const BRING: &str = r"const [element, done] = arguments;
element.scrollIntoViewIfNeeded(true);
window.arrived = false;
window.unwatch?.();
const watch = new AbortController();
window.unwatch = () => watch.abort();
for (const kind of ['pointerdown', 'click'])
  addEventListener(kind, (event) => {
    if (event.composedPath().includes(element)) window.arrived = true;
  }, { capture: true, signal: watch.signal });
const place = () => { const { x, y, width, height } = element.getBoundingClientRect(); return [x, y, width, height].join(); };
let before = place();
let still = 0;
let looks = 0;
const look = () => {
  const now = place();
  still = now === before ? still + 1 : 0;
  before = now;
  if (still === 3 || ++looks === 60) done();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);";

/// Whether the press arrived. A page that the press led away from knows nothing of it any more.
const ARRIVED: &str = "return window.arrived !== false";

/// Goes up the wire by half of what is shown, from its top to its end.
const LOOK_UP: &str = "const list = document.querySelector('#wire');
list.scrollTop = list.scrollTop === 0 ? list.scrollHeight : list.scrollTop - list.clientHeight / 2";

/// The PIN a test gives its phones.
pub const PIN: &str = "271828";

impl Window {
    /// Waits until the element is there and shown.
    pub async fn see(&self, selector: &str) -> WebElement {
        self.until(&format!("`{selector}` to show"), || async {
            let found = self.driver.find(By::Css(selector)).await.ok()?;
            found.is_displayed().await.ok()?.then_some(found)
        })
        .await
    }

    /// Waits until `probe` gives something.
    pub async fn until<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        mut probe: impl FnMut() -> F,
    ) -> T {
        let deadline = Instant::now() + PATIENCE;
        // Each look costs the page time that what is waited for needs as well.
        let mut pause = Duration::from_millis(40);
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            if Instant::now() > deadline {
                self.fail(what).await;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 5 / 4).min(Duration::from_millis(250));
        }
    }

    /// Ends the test with what the window shows, as text and as a picture.
    async fn fail(&self, what: &str) -> ! {
        let _ = self.driver.enter_default_frame().await;
        let shown = self
            .driver
            .find(By::Tag("body"))
            .await
            .expect("a page")
            .text()
            .await
            .unwrap_or_default();
        let name = std::thread::current()
            .name()
            .unwrap_or("window")
            .replace("::", "-");
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        let _ = self.driver.screenshot(&picture).await;
        panic!(
            "waited in vain for {what}; picture: {}; the window shows:\n{shown}",
            picture.display()
        );
    }

    /// Presses the control with this action in the bench's own window.
    pub async fn press(&self, action: &str) {
        self.press_in_view(&format!("[data-action='{action}']"))
            .await;
    }

    /// Presses what the selector names, once it can be pressed.
    pub async fn press_in_view(&self, selector: &str) {
        self.until(&format!("`{selector}` to take a press"), || async {
            let control = self.driver.find(By::Css(selector)).await.ok()?;
            self.hit(&control).await
        })
        .await;
    }

    /// Presses the element where it stands; `None` when the press did not arrive at it.
    async fn hit(&self, control: &WebElement) -> Option<()> {
        control.is_enabled().await.ok()?.then_some(())?;
        let it = vec![control.to_json().ok()?];
        self.driver.execute_async(BRING, it).await.ok()?;
        // The driver may call a press failed that was made.
        let _ = control.click().await;
        let arrived = self.driver.execute(ARRIVED, Vec::new()).await.ok()?;
        arrived.json().as_bool()?.then_some(())
    }

    /// Selects the newest event on the wire that the selector names; the list keeps only the rows
    /// about the reader's place.
    pub async fn press_event(&self, row: &str) {
        let row = format!("[data-role='wire-event']{row}");
        self.follow().await;
        self.until(&format!("`{row}` to be selected"), || async {
            let found = self.driver.find_all(By::Css(&row)).await.ok()?;
            let Some(newest) = found.last() else {
                let _ = self.driver.execute(LOOK_UP, Vec::new()).await;
                return None;
            };
            self.hit(newest).await?;
            let selected = By::Css(format!("{row}[aria-selected='true']"));
            self.driver.find(selected).await.ok().map(drop)
        })
        .await;
    }

    /// Goes to the newest event, where the reader's place is further up.
    pub async fn follow(&self) {
        let down = By::Css("[data-action='wire-newest']");
        if let Ok(down) = self.driver.find(down).await {
            // It goes by itself where the end is reached meanwhile.
            let _ = self.hit(&down).await;
        }
    }

    /// The text of the element, once it is shown.
    pub async fn read(&self, selector: &str) -> String {
        self.see(selector)
            .await
            .text()
            .await
            .expect("an element has text")
    }

    /// Waits until the element's text holds `words`.
    pub async fn read_until(&self, selector: &str, words: &str) -> String {
        self.until(&format!("`{selector}` to say \"{words}\""), || async {
            // Clipped text counts as hidden for `text()`.
            let found = self.driver.find(By::Css(selector)).await.ok()?;
            let text = found.prop("textContent").await.ok()??;
            text.contains(words).then_some(text)
        })
        .await
    }

    /// Confirms in a dialog and waits until the page behind it takes presses again.
    pub async fn confirm(&self, action: &str) {
        self.press(action).await;
        self.closed().await;
    }

    /// Waits until no dialog and no menu keeps presses from what is behind it, the frame too.
    pub async fn closed(&self) {
        self.until("what is open to close", || async {
            let script = "return getComputedStyle(document.body).pointerEvents !== 'none' && !document.querySelector('[role$=dialog], [role=menu]')";
            let closed = self.driver.execute(script, Vec::new()).await.ok()?;
            closed.json().as_bool()?.then_some(())
        })
        .await;
    }

    /// Looks into the relying party's frame; [`Window::step_back`] leaves it.
    pub async fn enter_site(&self) {
        self.driver
            .enter_default_frame()
            .await
            .expect("the bench's own page");
        self.dismiss_toasts().await;
        let frame = self.see("[data-role='rp-frame']").await;
        frame.enter_frame().await.expect("the frame can be entered");
    }

    /// Takes the toasts away: what one lies over takes no presses.
    pub async fn dismiss_toasts(&self) {
        let toasts = self
            .driver
            .find_all(By::Css("[data-action='toast-dismiss']"));
        for toast in toasts.await.expect("a list") {
            // It may go by itself meanwhile.
            let _ = toast.click().await;
        }
    }

    /// Back to the bench's own page.
    pub async fn step_back(&self) {
        self.driver
            .enter_default_frame()
            .await
            .expect("the bench's own page");
    }

    /// Types into an empty field.
    pub async fn type_into(&self, field: &str, text: &str) {
        let input = self.see(&format!("[data-field='{field}']")).await;
        input.send_keys(text).await.expect("keys are taken");
    }

    /// Waits for a prompt of this kind on the device.
    pub async fn prompt(&self, kind: &str) {
        self.see(&format!("[data-role='prompt'][data-kind='{kind}']"))
            .await;
    }

    /// Presses digits and confirms.
    pub async fn enter_pin(&self, pin: &str) {
        for digit in pin.chars() {
            self.press(&format!("prompt-digit-{digit}")).await;
        }
        self.press("prompt-submit").await;
    }

    /// Fills the sign-up page and presses its button.
    pub async fn ask_for_account(&self, name: &str) {
        self.enter_site().await;
        self.press("go-sign-up").await;
        self.type_into("username", name).await;
        self.press("create-account").await;
        self.step_back().await;
    }

    /// Creates an account with a passkey on the phone in use, whose PIN is set or set now.
    pub async fn create_account(&self, name: &str) {
        self.ask_for_account(name).await;
        self.finish_account(name).await;
    }

    /// Touches and verifies after [`Window::ask_for_account`].
    pub async fn finish_account(&self, name: &str) {
        self.prompt("touch").await;
        self.press("prompt-touch").await;
        self.verify_user().await;
        self.enter_site().await;
        self.read_until("[data-role='account-name']", name).await;
        self.step_back().await;
    }

    /// Enters the PIN, or sets it where the phone has none yet.
    pub async fn verify_user(&self) {
        let kind = self
            .until("a PIN prompt", || async {
                let prompt = self
                    .driver
                    .find(By::Css("[data-role='prompt']"))
                    .await
                    .ok()?;
                let kind = prompt.attr("data-kind").await.ok()??;
                ["setPin", "enterPin"]
                    .contains(&kind.as_str())
                    .then_some(kind)
            })
            .await;
        self.enter_pin(PIN).await;
        if kind == "setPin" {
            self.read_until("[data-role='prompt-title']", "Repeat")
                .await;
            self.enter_pin(PIN).await;
        }
    }

    /// Chooses an account on the phone.
    pub async fn choose_account(&self, name: &str) {
        self.until(&format!("the phone to offer {name}"), || async {
            for choice in self
                .driver
                .find_all(By::Css("[data-action='prompt-choose']"))
                .await
                .ok()?
            {
                if choice.prop("textContent").await.ok()??.contains(name) {
                    return self.hit(&choice).await;
                }
            }
            None
        })
        .await;
    }

    /// Signs out at the site.
    pub async fn sign_out(&self) {
        self.enter_site().await;
        self.press("sign-out").await;
        self.see("[data-action='sign-in']").await;
        self.step_back().await;
    }

    /// Presses "Sign in with a passkey", touches and enters the PIN; an account choice may follow.
    pub async fn start_sign_in(&self) {
        self.enter_site().await;
        self.press("sign-in").await;
        self.step_back().await;
        self.prompt("touch").await;
        self.press("prompt-touch").await;
        self.verify_user().await;
    }

    /// The name on the account page, once it shows.
    pub async fn signed_in_as(&self, name: &str) {
        self.enter_site().await;
        self.read_until("[data-role='account-name']", name).await;
        self.step_back().await;
    }
}
