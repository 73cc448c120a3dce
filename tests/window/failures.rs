//! What stands in the way is said in the window, with a way out, and nothing is lost.

use std::{fs, net::TcpListener};

use crate::desk::{Desk, Keyring, free_port};

const PROBLEM: &str = "[data-role='vault-problem']";

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_is_said_and_everything_works_once_it_is_unlocked() {
    let mut desk = Desk::new(Keyring::Locked);
    let window = desk.open(&[]).await;
    window.read_until(PROBLEM, "keyring").await;
    window
        .see("[data-role='vault-problem'][data-state^='keyring']")
        .await;
    desk.unlock();
    window.press("vault-retry").await;
    window.create_account("alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_the_tester_may_keep_the_key_in_a_file() {
    let desk = Desk::new(Keyring::Absent);
    let window = desk.open(&[]).await;
    window
        .see("[data-role='vault-problem'][data-state='keyringUnavailable']")
        .await;
    window.press("vault-useFile").await;
    window.create_account("alice").await;
    window.sign_out().await;
    window.kill();

    let window = desk.open(&[]).await;
    window.start_sign_in().await;
    window.signed_in_as("alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_keyring_never_costs_the_vault() {
    let mut desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window.sign_out().await;
    window.kill();
    let keyring = desk.data_home().join("keyrings/login.keyring");
    let sound = fs::read(&keyring).expect("the keyring has a file");
    desk.stop_keyring();
    fs::write(&keyring, b"not a keyring").expect("the file can be damaged");
    desk.unlock();

    let window = desk.open(&[]).await;
    window.see(PROBLEM).await;
    window.kill();
    desk.stop_keyring();
    fs::write(&keyring, sound).expect("the file can be mended");
    desk.unlock();

    let window = desk.open(&[]).await;
    window.start_sign_in().await;
    window.signed_in_as("alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_said_and_starting_over_sets_it_aside() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window.kill();
    let folder = desk.bench_folder().join("vault");
    let garbage = b"this is no database".repeat(400);
    fs::write(folder.join("vault.db"), &garbage).expect("the file can be damaged");

    let window = desk.open(&[]).await;
    window.read_until(PROBLEM, "damaged").await;
    window.press("vault-startOver").await;
    window.confirm("vault-startOver-confirm").await;
    window.see("[data-role='device-name']").await;
    let aside = fs::read_dir(&folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.is_dir())
        .expect("the old vault was set aside");
    assert_eq!(
        fs::read(aside.join("vault.db")).expect("it is there"),
        garbage,
        "nothing of it was changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_site_database_is_said_and_starting_over_sets_it_aside() {
    let desk = Desk::new(Keyring::Unlocked);
    let window = desk.open(&[]).await;
    window.create_account("alice").await;
    window.kill();
    let folder = desk.bench_folder().join("rp");
    let name = "relying-party.sqlite";
    let database = folder.join("localhost").join(name);
    // The log may hold every page, and would mend the damage.
    fs::remove_file(database.with_extension("sqlite-wal"))
        .expect("a killed program leaves its log");
    let garbage = b"this is no database".repeat(400);
    fs::write(&database, &garbage).expect("the file can be damaged");

    let window = desk.open(&[]).await;
    window
        .see("[data-role='rp-problem'][data-code='databaseCorrupt']")
        .await;
    window.press("rp-start-over").await;
    window.confirm("rp-start-over-confirm").await;
    window.create_account("alice").await;
    let aside = fs::read_dir(&folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| !path.ends_with("localhost"))
        .expect("the old data was set aside");
    assert_eq!(
        fs::read(aside.join(name)).expect("it is there"),
        garbage,
        "nothing of it was changed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_said_and_another_one_serves() {
    let desk = Desk::new(Keyring::Unlocked);
    let port = free_port();
    let _taken = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    let window = desk.open(&["--port", &port.to_string()]).await;
    window
        .read_until("[data-role='rp-problem']", &format!("Port {port}"))
        .await;
    window.press("rp-another-port").await;
    window.create_account("alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_one_folder_is_told_so() {
    let desk = Desk::new(Keyring::Unlocked);
    let first = desk.open(&[]).await;
    first.create_account("alice").await;
    let second = desk.open(&[]).await;
    second
        .see("[data-role='vault-problem'][data-state='inUse']")
        .await;
    second
        .read_until("[data-role='rp-problem']", "Another")
        .await;
    first.sign_out().await;
    first.start_sign_in().await;
    first.signed_in_as("alice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_said() {
    let desk = Desk::new(Keyring::Unlocked);
    // A file stands where the folder should be: nobody, root included, can write there.
    fs::write(desk.bench_folder(), b"").expect("the home can be written");
    let window = desk.open(&[]).await;
    window.see(PROBLEM).await;
    window.see("[data-role='rp-problem']").await;
    window.press("vault-useMemory").await;
    window.see("[data-role='device-name']").await;
}
