//! The first PIN of a key, and one that must be changed.

use super::*;

#[tokio::test]
async fn a_key_without_a_pin_gets_its_first_one_when_verification_is_required() {
    let mut key = PinKey::new(None);
    key.info.min_pin_length = Some(6);
    key.refuses = vec!["123456"];
    let hands = Hands::typing([
        Entry::Pin("12345"),
        Entry::Pin("0123456789012345678901234567890123456789012345678901234567890123"),
        Entry::Pin("12345\0"),
        Entry::Pin("123456"),
        Entry::Pin("cafe\u{301}-12"),
    ]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    assert_eq!(hands.purposes(), [PinPurpose::Set; 5]);
    assert!(hands.asks().iter().all(|ask| ask.min_length == 6));
    let not_taken = Some("The key does not take this PIN. Choose another one.");
    assert_eq!(
        hands
            .problems()
            .iter()
            .map(Option::as_deref)
            .collect::<Vec<_>>(),
        [
            None,
            Some("The new PIN has 5 characters, and the key wants at least 6."),
            Some("A key's PIN has at most 63 bytes, and this one has more."),
            not_taken,
            not_taken,
        ]
    );
    assert_eq!(key.kept.as_deref(), Some("caf\u{e9}-12".as_bytes()), "NFC");
    let set = Subcommand::SetPin;
    let sets = key.subcommands().into_iter().filter(|it| *it == set);
    assert_eq!(sets.count(), 2, "the others never left");
    assert!(matches!(key.proof(), (None, Some(_), Some(2))));
}

#[tokio::test]
async fn characters_are_counted_and_not_bytes() {
    let mut key = PinKey::new(None);
    key.info.others.insert(0x1D, 5u64.into());
    let hands = Hands::typing([Entry::Pin("ä1ö"), Entry::Pin("ä1öß-6"), Entry::Pin("ä1öß")]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    assert_eq!(
        hands.problems()[1].as_deref(),
        Some("The new PIN has 3 characters, and the key wants at least 4.")
    );
    assert_eq!(
        hands.problems()[2].as_deref(),
        Some("The new PIN has 6 characters, and the key takes at most 5.")
    );
}

#[tokio::test]
async fn a_pin_that_must_be_changed_is_changed_first() {
    let mut key = PinKey::new(Some("0000"));
    key.info.force_pin_change = Some(true);
    key.must_change = true;
    key.refuses = vec!["0000"];
    let hands = Hands::typing([
        Entry::Unchanged("0000"),
        Entry::Change("0000", "1"),
        Entry::Change("9999", PIN),
        Entry::Change("0000", "0000"),
        Entry::Change("0000", PIN),
    ]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    assert_eq!(key.kept.as_deref(), Some(PIN.as_bytes()));
    let change = |left, wrong| PinPurpose::Change(tries(left, wrong, false));
    assert_eq!(
        hands.purposes(),
        [
            change(8, false),
            change(8, false),
            change(8, false),
            change(7, true),
            change(8, false),
        ]
    );
    assert_eq!(
        hands
            .problems()
            .iter()
            .map(Option::as_deref)
            .collect::<Vec<_>>(),
        [
            None,
            Some("Type the new PIN too."),
            Some("The new PIN has 1 character, and the key wants at least 4."),
            Some("Wrong PIN. 7 tries left."),
            Some("The key does not take this PIN. Choose another one."),
        ]
    );
}

#[tokio::test]
async fn a_key_that_tells_only_now_that_its_pin_must_be_changed_is_believed() {
    let mut key = PinKey::new(Some("0000"));
    key.must_change = true;
    let hands = Hands::typing([Entry::Pin("0000"), Entry::Change("0000", PIN)]);
    assert_eq!(create(&mut key, &hands).await, DONE);
    assert_eq!(
        hands.purposes(),
        [
            PinPurpose::Enter(tries(8, false, false)),
            PinPurpose::Change(tries(8, false, false)),
        ]
    );
}

#[tokio::test]
async fn a_key_that_forgets_its_new_pin_ends_the_call() {
    let mut key = PinKey::new(None);
    key.forgets = true;
    let outcome = create(&mut key, &Hands::typing([Entry::Pin(PIN)])).await;
    assert_eq!(outcome, ("NotAllowedError", "deviceRefused"));
}
