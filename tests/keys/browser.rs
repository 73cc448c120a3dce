//! Chromium inside the virtual machine, with a key that was plugged in before it started.

use crate::chromium::Chromium;
use crate::guest::inside;
use crate::guest::plugged::Plugged;
use crate::relying_party::RelyingParty;

const NAME: &str = "[data-role='account-name']";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn a_real_browser_signs_up_and_in_without_a_user_name() {
    inside();
    let _key = Plugged::of_kind("fingerprint-key");
    let party = RelyingParty::start(&[]);
    let chromium = Chromium::open().await;
    chromium.go(&party.origin).await;
    chromium.press("go-sign-up").await;
    chromium.type_into("username", "alice").await;
    chromium.press("create-account").await;
    chromium.reads(NAME, |text| text == "alice").await;
    chromium.shows_passkeys(1).await;

    chromium.press("sign-out").await;
    chromium.press("sign-in").await;
    chromium.reads(NAME, |text| text == "alice").await;
}
