//! Enrolment and sign-in without a user name.

use thirtyfour::By;

use crate::desk::{Desk, Keyring};

#[tokio::test(flavor = "multi_thread")]
async fn a_tester_enrols_signs_in_without_a_name_and_finds_everything_again_after_a_crash() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window
        .see("[data-role='wire-event'][data-kind='rp.verification']")
        .await;
    window.sign_out().await;
    window.start_sign_in().await;
    window.signed_in_as("alice").await;

    // With nothing selected the inspector shows the newest verdict: all 25 steps, none failed.
    window
        .see("[data-role='wire-event'][data-kind='rp.session.bound']")
        .await;
    window
        .see("[data-role='ladder'][data-verified='true']")
        .await;
    let count = async |selector: &str| {
        window
            .driver
            .find_all(By::Css(selector))
            .await
            .expect("a list")
            .len()
    };
    assert_eq!(
        count("[data-role='ladder-step'][data-section='7.2']").await,
        25
    );
    assert_eq!(
        count("[data-role='ladder-step'][data-outcome='failed']").await,
        0
    );
    window.sign_out().await;
    window.kill();

    let window = desk.open(&[]).await;
    window.start_sign_in().await;
    window.signed_in_as("alice").await;
    window.sign_out().await;

    window.create_account("bob").await;
    window.sign_out().await;
    window.start_sign_in().await;
    window.choose_account("alice").await;
    window.signed_in_as("alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_is_counted_and_a_declined_prompt_leaves_nothing_behind() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.ask_for_account("carol").await;
    window.prompt("touch").await;
    window.press("prompt-decline").await;
    window.enter_site().await;
    window.read_until("[data-role='error']", "cancelled").await;
    window.press("create-account").await;
    window.step_back().await;
    window.finish_account("carol").await;
    window.sign_out().await;
    window.enter_site().await;
    window.press("sign-in").await;
    window.step_back().await;
    window.prompt("touch").await;
    // A double click is one touch, and no problem.
    let twice = "const touch = document.querySelector('[data-action=\"prompt-touch\"]'); touch.click(); touch.click()";
    window
        .driver
        .execute(twice, Vec::new())
        .await
        .expect("the page runs it");
    window.prompt("enterPin").await;
    window.enter_pin("000000").await;
    window
        .read_until("[data-role='prompt']", "Wrong PIN. 4 tries left.")
        .await;
    window.verify_user().await;
    window.signed_in_as("carol").await;
    let problems = window
        .driver
        .find_all(By::Css("[data-role='toast'][data-tone='problem']"))
        .await
        .expect("a list");
    assert!(problems.is_empty(), "the second click was a problem");
}
