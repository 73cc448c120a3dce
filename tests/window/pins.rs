//! What a tester does with an account's PIN: enrols a phone, uses the PIN without a network, spends
//! its tries, finds the way back, and takes it away again as an administrator.

use thirtyfour::By;

use crate::{
    desk::{Desk, Keyring},
    pin_hands::{ACCOUNT_PIN, WRONG_PIN, files_with},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_synced_pin_signs_in_offline_locks_after_wrong_ones_and_opens_again_online() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window
        .read_until("[data-role='no-enrolments']", "No PIN enrolled")
        .await;
    window.ready_phone("alice").await;
    window.tries(5).await;
    let synced = window.read("[data-role='enrolment-synced']").await;
    assert!(
        !synced.contains("never") && !synced.contains("acknowledged"),
        "{synced}"
    );
    window.verify_by_synced_pin().await;
    window.sign_out().await;
    window.phone_network("offline").await;

    window.sign_in_up_to_verification().await;
    window.prompt("enterPin").await;
    window
        .read_until("[data-role='prompt-title']", "Enter your PIN of")
        .await;
    window.enter_pin(ACCOUNT_PIN).await;
    window.signed_in_as("alice").await;
    window.sign_out().await;

    // Its tries are spent one by one; card and pad agree on what is left.
    window.sign_in_up_to_verification().await;
    window.prompt("enterPin").await;
    for left in (1..5).rev() {
        window.enter_pin(WRONG_PIN).await;
        let tries = if left == 1 { "try" } else { "tries" };
        window
            .read_until(
                "[data-role='prompt-problem']",
                &format!("Wrong PIN. {left} {tries} left."),
            )
            .await;
        window.tries(left).await;
    }
    window.enter_pin(WRONG_PIN).await;
    window.prompt("unverifiable").await;
    let why = window.read("[data-role='unverifiable-message']").await;
    let card = window.read("[data-role='enrolment-reason']").await;
    for said in [&why, &card] {
        assert!(
            said.contains("Locked offline after 5 wrong PINs."),
            "{said}"
        );
        assert!(said.contains("Go online and enter the PIN once."), "{said}");
    }
    window.card("locked").await;
    window.tries(0).await;
    window.press("prompt-decline").await;
    window.enter_site().await;
    window
        .read_until("[data-role='error']", "The passkey was not used")
        .await;
    window.step_back().await;

    // Locked is locked for the right PIN too, before anything is touched.
    window.ask_to_sign_in().await;
    window.prompt("unverifiable").await;
    window.press("prompt-decline").await;

    // Out of reach the way back says so before it asks for anything.
    window
        .see("[data-action='enrolment-way'][data-act='verify']")
        .await;
    window.press("enrolment-way").await;
    window
        .read_until(
            "[data-role='toast']",
            "was not reached: the device is offline",
        )
        .await;
    window.press("toast-dismiss").await;
    window.card("locked").await;

    window.phone_network("online").await;
    window.press("enrolment-way").await;
    window.prompt("enterPin").await;
    window
        .read_until("[data-role='prompt-lead']", "over the network")
        .await;
    window.enter_pin(ACCOUNT_PIN).await;
    window.card("valid").await;
    window.tries(5).await;
    window.sign_in_up_to_verification().await;
    window.prompt("enterPin").await;
    window.enter_pin(ACCOUNT_PIN).await;
    window.signed_in_as("alice").await;

    // The PIN was typed six times: it stands nowhere that can be read.
    let (_, timeline) = window.saved_timeline(&desk).await;
    assert!(timeline.contains("device.pin.offline"));
    assert!(!timeline.contains(ACCOUNT_PIN), "the export holds the PIN");
    assert!(!window.document().await.contains(ACCOUNT_PIN));
    window.enter_site().await;
    let page = window.document().await;
    assert!(page.contains("alice") && !page.contains(ACCOUNT_PIN));
    window.step_back().await;
    window.kill();
    let (found, read) = files_with(desk.home(), ACCOUNT_PIN);
    assert!(read > 5, "the data folder was looked through: {read} files");
    assert!(found.is_empty(), "the PIN stands in {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finger_verifies_or_leads_to_the_pin_and_without_either_no_assertion_leaves_the_phone() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.ready_phone("alice").await;
    window.verify_by_synced_pin().await;
    window
        .change_setting(
            "[data-field='setting-fingerprint']",
            "[data-field='setting-fingerprint']:checked",
        )
        .await;
    window.sign_out().await;

    window.sign_in_up_to_verification().await;
    window.prompt("fingerprint").await;
    window.press("prompt-finger").await;
    window.signed_in_as("alice").await;
    window.sign_out().await;

    window.sign_in_up_to_verification().await;
    window.prompt("fingerprint").await;
    for left in ["2 tries left", "1 try left"] {
        window.press("prompt-finger-other").await;
        window
            .read_until("[data-role='prompt-problem']", left)
            .await;
    }
    window.press("prompt-finger-other").await;
    window.prompt("enterPin").await;
    window
        .read_until(
            "[data-role='prompt-problem']",
            "locked after 3 wrong fingers",
        )
        .await;
    window.enter_pin(ACCOUNT_PIN).await;
    window.signed_in_as("alice").await;
    window
        .change_setting(
            "[data-field='setting-fingerprint']",
            "[data-field='setting-fingerprint']:not(:checked)",
        )
        .await;

    // Neither fingers nor PINs offline would leave nobody a way in: the form says so at the field.
    window.administer().await;
    for setting in ["passkeys.biometrics", "pin.offline"] {
        window.turn(setting, false).await;
    }
    window.press("admin-policy-save").await;
    window
        .read_until(
            "[data-setting='passkeys.required'] [data-role='error']",
            "nobody could verify themselves",
        )
        .await;
    window.see("[data-role='policy-version']").await;
    window.turn("passkeys.biometrics", true).await;
    window.save_policy().await;
    window.step_back().await;
    window.card("disabled").await;

    // The barrier: asked to verify, the phone says why it cannot, and nothing leaves it.
    window.open_account().await;
    window.sign_out().await;
    window.ask_to_sign_in().await;
    window.prompt("unverifiable").await;
    window
        .read_until(
            "[data-role='unverifiable-message']",
            "does not allow its PIN offline. Use it online.",
        )
        .await;
    window.press("prompt-decline").await;
    window.enter_site().await;
    window
        .read_until("[data-role='error']", "The passkey was not used")
        .await;
    window.step_back().await;

    let (events, _) = window.saved_timeline(&desk).await;
    let kind_of = |at: usize| events[at]["kind"].as_str().unwrap_or_default();
    let barrier = (0..events.len())
        .rfind(|&at| kind_of(at) == "device.verification.impossible")
        .expect("the timeline shows the barrier");
    let body = &events[barrier]["body"];
    assert_eq!(body["reason"], "noneUsable", "{body}");
    let called = (0..barrier)
        .rfind(|&at| kind_of(at) == "client.get.called")
        .expect("a page asked for an assertion");
    let since: Vec<&str> = (called..events.len()).map(kind_of).collect();
    for never in ["rp.verification", "rp.session.bound", "device.passkey.used"] {
        assert!(
            !since.contains(&never),
            "{never} after the barrier: {since:?}"
        );
    }
    let posted = events[called..].iter().any(|event| {
        event["kind"] == "rp.request" && event["body"]["path"] == "/api/authentication/finish"
    });
    assert!(!posted, "an assertion reached the relying party: {since:?}");
    // The same events do tell of the sign-ins before: the look above could have found one.
    let earlier = events[..called].iter().any(|event| {
        event["kind"] == "rp.request" && event["body"]["path"] == "/api/authentication/finish"
    });
    assert!(earlier, "the sign-ins before are on the timeline");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offline_phone_unlocks_a_workstation_once_and_an_administrator_takes_the_pin_away() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.ready_phone("alice").await;
    window.sign_out().await;
    window.phone_network("offline").await;

    window.open_workstation().await;
    let code = window.answer_workstation("alice").await;
    window.enter_site().await;
    window.type_into("logon-code", &code).await;
    window.press("logon-finish").await;
    window
        .read_until("[data-role='logon-result']", "alice")
        .await;
    window.press("logon-lock").await;

    // The digits are good for the challenge that they answered, and once.
    window.type_into("logon-username", "alice").await;
    window.press("logon-begin").await;
    window.type_into("logon-code", &code).await;
    window.press("logon-finish").await;
    window.see("[data-role='error']").await;
    let signed_in = window.driver.find(By::Css("[data-role='logon-result']"));
    assert!(signed_in.await.is_err(), "the digits were good twice");
    window.step_back().await;

    window.administer().await;
    window.step_back().await;
    let address = window
        .read_until("[data-role='rp-address']", "/admin")
        .await;
    assert!(address.trim().ends_with("/admin"), "{address}");
    window.enter_site().await;
    window.press("admin-tab-accounts").await;
    window
        .read_until("[data-role='admin-pin-state']", "Active")
        .await;
    window.press("admin-reset-pin").await;
    window.confirm("confirm-admin-reset-pin").await;
    window
        .read_until("[data-role='admin-pin-state']", "No PIN")
        .await;
    window.press("admin-tab-audit").await;
    for (what, detail) in [
        ("PIN reset", "by administrator"),
        ("Logon", "WORKSTATION-1"),
    ] {
        let log = window.read_until("[data-role='admin-audit']", what).await;
        assert!(log.contains(detail), "{detail} is in {log}");
    }
    window.step_back().await;

    // Out of reach the phone keeps its copy until the policy's validity ends; in reach it learns.
    window.card("valid").await;
    window.phone_network("online").await;
    window.card("empty").await;
    window
        .see("[data-action='enrolment-way'][data-act='set']")
        .await;

    // With the session that is there the administration opens at once, and nothing is asked.
    window.administer().await;
    window.step_back().await;
    let toasts = window.driver.find_all(By::Css("[data-role='toast']")).await;
    assert!(toasts.expect("they can be looked for").is_empty());
}
