//! The relying party's pages in a real Chromium, with WebDriver's virtual authenticator.

use crate::chromium::Chromium;
use crate::relying_party::RelyingParty;

const NAME: &str = "[data-role='account-name']";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_browser_signs_up_and_in_and_adds_a_passkey() {
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
