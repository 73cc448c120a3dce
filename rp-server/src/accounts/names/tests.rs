use proptest::prelude::*;

use super::*;

#[test]
fn names_that_look_the_same_are_the_same() {
    for (one, other) in [
        ("alice", "ALICE"),
        (" alice ", "alice"),
        ("José", "Jose\u{301}"),
        ("ÉMILE", "e\u{301}mile"),
        ("ΣΑΣ", "σας"),
    ] {
        let (one, other) = (
            Username::parse(one).expect(one),
            Username::parse(other).expect(other),
        );
        assert_eq!(one.key, other.key, "{one:?} and {other:?}");
    }
    assert_ne!(
        Username::parse("alice").expect("fine").key,
        Username::parse("alicé").expect("fine").key
    );
}

#[test]
fn refuses_names_that_are_empty_or_too_long_or_hide_something() {
    let long = "a".repeat(65);
    let huge = "e\u{301}".repeat(100_000);
    for name in [
        "",
        "   ",
        "\t\n",
        "a\u{200b}b",
        "a\u{200d}b",
        "a\u{202e}b",
        "a\nb",
        "a\0b",
        &long,
        &huge,
    ] {
        let refusal = Username::parse(name).expect_err("it must be refused");
        assert_eq!(refusal.code(), "nameUnusable", "{name:.20}");
    }
    assert!(
        Username::parse(&"é".repeat(64)).is_ok(),
        "characters count, not bytes"
    );
}

#[test]
fn an_empty_display_name_becomes_the_user_name() {
    let username = Username::parse(" Alice ").expect("fine");
    assert_eq!(display_name("  ", &username).expect("fine"), "Alice");
    assert_eq!(
        display_name("Alice A.", &username).expect("fine"),
        "Alice A."
    );
}

#[test]
fn a_label_may_be_a_joined_pictograph() {
    assert_eq!(label("👩‍🚀 key").expect("fine"), "👩‍🚀 key");
}

proptest! {
    #[test]
    fn a_name_that_was_accepted_is_accepted_again_unchanged(text in "\\PC{0,80}") {
        if let Ok(name) = Username::parse(&text) {
            let again = Username::parse(&name.shown).expect("it was accepted");
            prop_assert_eq!(&again, &name);
            prop_assert!((1..=64).contains(&name.shown.chars().count()));
        }
    }
}
