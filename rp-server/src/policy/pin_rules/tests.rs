use proptest::prelude::*;

use super::*;

/// Digits of any length, and no kind of PIN refused.
fn open() -> Pin {
    Pin {
        min_length: 1,
        max_length: 63,
        refuse: Vec::new(),
        ..Pin::default()
    }
}

fn refusing(kind: Refuse) -> Pin {
    Pin {
        refuse: vec![kind],
        ..open()
    }
}

#[test]
fn counts_characters_not_bytes_up_to_what_a_pin_can_hold() {
    let rules = Pin {
        min_length: 4,
        max_length: 40,
        charset: Charset::Any,
        refuse: Vec::new(),
        ..Pin::default()
    };
    assert_eq!(check("äöü", &rules), Err(Refused::TooShort(4)));
    assert_eq!(check("äöüß", &rules), Ok(()));
    assert_eq!(check(&"a".repeat(40), &rules), Ok(()));
    assert_eq!(check(&"a".repeat(41), &rules), Err(Refused::TooLong(40)));
    assert_eq!(check(&"ä".repeat(31), &rules), Ok(()));
    assert_eq!(
        check(&"ä".repeat(32), &rules),
        Err(Refused::TooLong(40)),
        "64 bytes"
    );
}

#[test]
fn takes_ascii_digits_alone_where_digits_are_asked_for() {
    for pin in ["12a456", "١٢٣٤٥٦", " 123456", "123456 ", "12-456"] {
        assert_eq!(check(pin, &open()), Err(Refused::NotDigits), "{pin}");
    }
    let any = Pin {
        charset: Charset::Any,
        ..open()
    };
    for pin in ["12a456", "١٢٣٤٥٦", " 123456"] {
        assert_eq!(check(pin, &any), Ok(()), "{pin}");
    }
    assert_eq!(check("12\u{7}456", &any), Err(Refused::Unseen));
}

#[test]
fn refuses_what_is_on_the_blocklist_in_whatever_form_it_was_written() {
    let rules = Pin {
        charset: Charset::Any,
        blocklist: vec!["2580".into(), "cafe\u{301}".into()],
        ..open()
    };
    assert_eq!(check("2580", &rules), Err(Refused::Blocklisted));
    assert_eq!(check("caf\u{e9}", &rules), Err(Refused::Blocklisted));
    assert_eq!(check("25801", &rules), Ok(()));
}

#[test]
fn refuses_each_kind_by_its_own_name() {
    let table: [(Refuse, Refused, &[&str], &[&str]); 4] = [
        (
            Refuse::Mirrored,
            Refused::Mirrored,
            &["123321", "12321", "77", "4554"],
            &["123312", "1232", "7"],
        ),
        (
            Refuse::Sequences,
            Refused::Sequence,
            &["123456", "654321", "7890", "8901", "3210", "0987"],
            &["123457", "124", "12", "1357", "121212"],
        ),
        (
            Refuse::Repeated,
            Refused::Repeated,
            &["111111", "121212", "123123", "11"],
            &["111112", "12121", "123124", "1"],
        ),
        (
            Refuse::Birthdays,
            Refused::Birthday,
            &[
                "2405", "0524", "1986", "2099", "240586", "052486", "860524", "24051986",
                "05241986", "19860524", "290200",
            ],
            &[
                "3205", "1899", "2100", "993199", "24058", "24052150", "31029931",
            ],
        ),
    ];
    for (kind, refused, bad, good) in table {
        let rules = refusing(kind);
        for pin in bad {
            assert_eq!(check(pin, &rules), Err(refused), "{pin}");
            assert_eq!(check(pin, &open()), Ok(()), "{pin} where nobody refuses it");
        }
        for pin in good {
            assert_eq!(check(pin, &rules), Ok(()), "{pin} is not {kind:?}");
        }
    }
}

#[test]
fn says_no_pin_in_its_sentences() {
    let rules = Pin {
        blocklist: vec!["90817263".into()],
        ..Pin::default()
    };
    let refused = check("90817263", &rules).expect_err("on the list");
    assert!(!format!("{refused} {refused:?}").contains("90817263"));
}

proptest! {
    #[test]
    fn a_pin_and_its_mirror_image_are_mirrored(half in "[0-9]{1,20}") {
        let pin = format!("{half}{}", half.chars().rev().collect::<String>());
        prop_assert_eq!(check(&pin, &refusing(Refuse::Mirrored)), Err(Refused::Mirrored));
    }

    #[test]
    fn a_group_over_and_over_is_repeated(group in "[0-9]{1,8}", times in 2_usize..6) {
        let pin = group.repeat(times);
        prop_assert_eq!(check(&pin, &refusing(Refuse::Repeated)), Err(Refused::Repeated));
    }

    #[test]
    fn counting_from_anywhere_is_a_sequence(from in 0_u32..10, length in 3_u32..12, down: bool) {
        let pin: String = (0..length)
            .filter_map(|at| {
                let digit = if down { from + 20 - at } else { from + at };
                char::from_digit(digit % 10, 10)
            })
            .collect();
        prop_assert_eq!(check(&pin, &refusing(Refuse::Sequences)), Err(Refused::Sequence));
    }

    #[test]
    fn no_text_makes_it_panic_and_bounds_hold(pin in "\\PC{0,80}", least in 0_u32..10, more in 0_u32..70) {
        let rules = Pin {
            min_length: least,
            max_length: least + more,
            charset: Charset::Any,
            ..Pin::default()
        };
        let letters = pin.chars().count();
        if check(&pin, &rules).is_ok() {
            prop_assert!(letters >= least as usize && letters <= (least + more) as usize);
            prop_assert!(pin.len() <= MOST_BYTES);
        }
    }
}
