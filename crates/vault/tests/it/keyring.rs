use std::time::{Duration, Instant};

use crate::session::Session;

fn first_word(answer: &str) -> &str {
    answer.split(' ').next().unwrap_or_default()
}

/// A session whose vault holds one note, and is closed.
fn with_a_note() -> Session {
    let session = Session::unlocked();
    let mut actor = session.actor();
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("put greeting hello"), "put");
    assert_eq!(actor.ask("close"), "closed");
    session
}

fn database(session: &Session) -> Vec<u8> {
    std::fs::read(session.folder().join("vault.db")).expect("the vault is there")
}

#[test]
fn makes_a_vault_and_finds_its_records_again() {
    let session = Session::unlocked();
    let mut first = session.actor();
    assert_eq!(first.ask("inspect keyring"), "noVault");
    let left = std::fs::read_dir(session.folder())
        .expect("a folder")
        .count();
    assert_eq!(left, 0, "looking makes nothing");
    assert_eq!(first.ask("open keyring"), "ready");
    assert_eq!(first.ask("put greeting hello"), "put");
    first.kill();

    let mut second = session.actor();
    assert_eq!(second.ask("inspect keyring"), "ready");
    assert_eq!(second.ask("open keyring"), "ready");
    assert_eq!(second.ask("get greeting"), "hello");
    let names = second.ask("item names");
    let parts: Vec<&str> = names.trim_end_matches(';').split('/').collect();
    assert!(
        matches!(parts.as_slice(), ["touchstone", id, "vault-key"] if id.len() == 32),
        "one item, named touchstone/<installation>/vault-key: {names}"
    );
}

#[test]
fn survives_the_keyring_being_restarted() {
    let mut session = with_a_note();
    let mut actor = session.actor();
    assert_eq!(actor.ask("open keyring"), "ready");
    actor.ask("close");
    session.stop_keyring();
    assert_eq!(actor.ask("inspect keyring"), "keyringUnavailable");
    session.unlock_keyring();
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("get greeting"), "hello");
}

#[test]
fn says_quickly_that_the_keyring_is_locked_and_goes_on_when_it_is_not() {
    let mut session = with_a_note();
    let before = database(&session);
    session.lock_keyring();
    let mut actor = session.actor();
    let start = Instant::now();
    assert_eq!(actor.ask("inspect keyring"), "keyringLocked");
    assert_eq!(first_word(&actor.ask("open keyring")), "keyringLocked");
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "it says so quickly"
    );
    assert!(database(&session) == before, "the vault is as it was");
    session.unlock_keyring();
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("get greeting"), "hello");
}

#[test]
fn makes_no_vault_while_the_keyring_is_locked() {
    let mut session = with_a_note();
    for name in ["vault.db", "vault.lock"] {
        std::fs::remove_file(session.folder().join(name)).expect("it is removed");
    }
    session.lock_keyring();
    let mut actor = session.actor();
    assert_eq!(first_word(&actor.ask("open keyring")), "keyringLocked");
    assert_eq!(actor.ask("inspect keyring"), "noVault");
    session.unlock_keyring();
    assert_eq!(actor.ask("open keyring"), "ready");
}

#[test]
fn gives_up_on_a_keyring_that_does_not_answer_and_takes_it_back_when_it_does() {
    let session = with_a_note();
    let mut actor = session.actor();
    session.signal_keyring("STOP");
    assert_eq!(first_word(&actor.ask("open keyring")), "keyringStuck");
    assert_eq!(actor.ask("inspect keyring"), "keyringStuck");
    session.signal_keyring("CONT");
    let start = Instant::now();
    while actor.ask("inspect keyring") != "ready" {
        assert!(start.elapsed() < Duration::from_secs(30), "it comes back");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("get greeting"), "hello");
}

#[test]
fn meets_the_keyring_that_took_the_place_of_one_that_never_answers() {
    let mut session = with_a_note();
    let mut actor = session.actor();
    session.signal_keyring("STOP");
    assert_eq!(first_word(&actor.ask("open keyring")), "keyringStuck");
    session.unlock_keyring();
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("get greeting"), "hello");
}

#[test]
fn says_that_no_keyring_is_on_the_bus_and_opens_once_one_is() {
    let mut session = Session::without_keyring();
    let mut actor = session.actor();
    assert_eq!(first_word(&actor.ask("open keyring")), "keyringUnavailable");
    assert_eq!(actor.ask("inspect keyring"), "noVault");
    session.unlock_keyring();
    assert_eq!(actor.ask("open keyring"), "ready");
}

#[test]
fn says_that_there_is_no_bus() {
    let session = Session::without_bus();
    let mut actor = session.actor();
    assert_eq!(first_word(&actor.ask("open keyring")), "keyringUnavailable");
}

#[test]
fn a_damaged_keyring_file_makes_no_new_key_beside_the_vault() {
    let mut session = with_a_note();
    let before = database(&session);
    session.stop_keyring();
    let kept = std::fs::read(session.keyring_file()).expect("the keyring file");
    std::fs::write(session.keyring_file(), vec![0x5a; kept.len()]).expect("garbage");
    session.start_keyring(&["--unlock"]);
    let mut actor = session.actor();
    let answer = actor.ask("open keyring");
    assert!(
        ["keyMissing", "keyringLocked"].contains(&first_word(&answer)),
        "{answer}"
    );
    assert_eq!(actor.ask("item names"), "", "no new key was made");
    assert!(database(&session) == before, "the vault is as it was");

    session.stop_keyring();
    std::fs::write(session.keyring_file(), kept).expect("the copy is put back");
    session.start_keyring(&["--unlock"]);
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("get greeting"), "hello");
}

#[test]
fn a_deleted_key_is_missing_and_not_made_anew() {
    let session = with_a_note();
    let before = database(&session);
    let mut actor = session.actor();
    assert_eq!(actor.ask("item delete"), "1");
    assert_eq!(first_word(&actor.ask("open keyring")), "keyMissing");
    assert_eq!(actor.ask("inspect keyring"), "keyMissing");
    assert_eq!(actor.ask("item names"), "");
    assert!(database(&session) == before, "the vault is as it was");
}

#[test]
fn another_key_in_the_item_does_not_fit_and_is_not_shown() {
    let session = with_a_note();
    let mut actor = session.actor();
    let canary = "c0ffee".repeat(10) + "beef";
    for replacement in [
        format!("item replace {canary}"),
        format!("item replace bytes {canary}"),
        format!("item replace {canary}-not-a-key"),
    ] {
        assert_eq!(actor.ask(&replacement), "1");
        let answer = actor.ask("open keyring");
        assert_eq!(first_word(&answer), "keyMismatch");
        assert!(!answer.contains("c0ffee"), "{answer}");
        let as_debug = canary.bytes().map(|byte| byte.to_string());
        let as_debug = as_debug.collect::<Vec<_>>().join(", ");
        assert!(!answer.contains(&as_debug), "{answer}");
    }
}

#[test]
fn killed_while_making_a_vault_it_takes_up_the_same_key() {
    let session = Session::unlocked();
    for round in 0..6 {
        let mut actor = session.actor();
        actor.tell("open keyring");
        std::thread::sleep(Duration::from_millis(round * 6));
        actor.kill();
        let mut next = session.actor();
        assert_eq!(next.ask("open keyring"), "ready");
        let items = next.ask("item names");
        assert_eq!(items.matches(';').count(), 1, "one vault, one key: {items}");
        assert_eq!(next.ask("item delete"), "1");
        next.kill();
        std::fs::remove_dir_all(session.folder()).expect("the vault is removed");
    }
}

#[test]
fn keeps_items_beside_the_key_each_under_its_own_name() {
    let mut session = with_a_note();
    let mut actor = session.actor();
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("get-item pin.one"), "nothing");
    assert_eq!(actor.ask("delete-item pin.one"), "deleted", "nothing there");
    assert_eq!(actor.ask("put-item pin.one first"), "put");
    assert_eq!(actor.ask("put-item pin.two other"), "put");
    assert_eq!(actor.ask("put-item pin.one second"), "put");
    let names = actor.ask("item names");
    for name in ["vault-key", "pin.one", "pin.two"] {
        let found = names.matches(&format!("/{name};")).count();
        assert_eq!(found, 1, "one item each: {names}");
    }
    assert!(
        !session.folder().join("items").exists(),
        "nothing of them is beside the vault"
    );
    actor.kill();
    session.unlock_keyring();
    let mut next = session.actor();
    assert_eq!(next.ask("open keyring"), "ready");
    assert_eq!(next.ask("get-item pin.one"), "second");
    assert_eq!(next.ask("delete-item pin.one"), "deleted");
    assert_eq!(next.ask("get-item pin.one"), "nothing");
    assert_eq!(next.ask("get-item pin.two"), "other");
    assert_eq!(next.ask("get greeting"), "hello", "the key is untouched");
}

#[test]
fn an_item_lost_changed_or_locked_away_is_told_apart_and_the_vault_goes_on() {
    let mut session = with_a_note();
    let mut actor = session.actor();
    assert_eq!(actor.ask("open keyring"), "ready");
    assert_eq!(actor.ask("put-item pin.one first"), "put");
    assert_eq!(actor.ask("item delete pin.one"), "1");
    assert_eq!(actor.ask("get-item pin.one"), "nothing");
    assert_eq!(actor.ask("put-item pin.one again"), "put");
    assert_eq!(actor.ask("item replace not+base64url"), "2");
    assert_eq!(first_word(&actor.ask("get-item pin.one")), "itemDamaged");
    assert_eq!(actor.ask("item replace bytes c0ffee"), "2");
    let answer = actor.ask("get-item pin.one");
    assert_eq!(first_word(&answer), "itemDamaged");
    assert!(!answer.contains("c0ffee"), "{answer}");
    session.lock_keyring();
    for order in [
        "get-item pin.one",
        "put-item pin.one x",
        "delete-item pin.one",
    ] {
        assert_eq!(first_word(&actor.ask(order)), "keyringLocked", "{order}");
    }
    session.signal_keyring("STOP");
    assert_eq!(first_word(&actor.ask("put-item pin.one x")), "keyringStuck");
    assert_eq!(
        actor.ask("get greeting"),
        "hello",
        "the vault is open still"
    );
    session.unlock_keyring();
    assert_eq!(first_word(&actor.ask("get-item pin.one")), "itemDamaged");
    assert_eq!(actor.ask("put-item pin.one anew"), "put");
    assert_eq!(actor.ask("get-item pin.one"), "anew");
}
