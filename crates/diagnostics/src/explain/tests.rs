use proptest::prelude::*;
use serde_json::json;
use webauthn::cbor::Value;
use webauthn::cose::Algorithm;
use webauthn::id::Aaguid;

use super::extensions::EXTENSIONS;
use super::members::MEMBERS;
use super::numbers::{CERTIFICATES, OTHER_ALGORITHMS, PROTOCOLS, SETTINGS, known_algorithm};
use super::options::OPTIONS;
use super::words::{FORMATS, TRANSPORTS, VERSIONS};
use super::*;
use crate::shapes::Part;

/// A sentence as this project writes them.
fn is_a_sentence(text: &str) -> bool {
    let opens = text
        .chars()
        .next()
        .is_some_and(|first| !first.is_lowercase());
    let ends = text.ends_with('.');
    opens && ends && !text.contains('!') && !text.contains("  ")
}

#[test]
fn no_member_is_without_a_name_sentences_and_a_clause() {
    let numbers: Vec<u64> = MEMBERS.iter().map(|member| member.number).collect();
    assert_eq!(numbers, (0x01..=0x1F).collect::<Vec<_>>());
    for member in MEMBERS {
        assert!(!member.name.is_empty());
        assert!(
            is_a_sentence(member.told),
            "{}: {}",
            member.name,
            member.told
        );
        assert!(
            is_a_sentence(member.absent),
            "{}: {}",
            member.name,
            member.absent
        );
        assert!(member.clause.starts_with("CTAP 2.3 §"), "{}", member.name);
    }
}

#[test]
fn no_option_word_or_number_is_without_a_sentence_and_a_clause() {
    for option in OPTIONS {
        for sentence in [option.on, option.off, option.absent] {
            assert!(is_a_sentence(sentence), "{}: {sentence}", option.id);
        }
        assert!(option.clause.starts_with("CTAP 2.3 §6.4"), "{}", option.id);
        assert_ne!(option.on, option.off, "{}", option.id);
    }
    for word in [VERSIONS, EXTENSIONS, TRANSPORTS, FORMATS]
        .into_iter()
        .flatten()
    {
        assert!(
            is_a_sentence(word.sentence),
            "{}: {}",
            word.name,
            word.sentence
        );
        assert!(!word.clause.is_empty(), "{}", word.name);
    }
    for number in [PROTOCOLS, SETTINGS, OTHER_ALGORITHMS]
        .into_iter()
        .flatten()
    {
        assert!(is_a_sentence(number.sentence), "{}", number.name);
        assert!(!number.clause.is_empty(), "{}", number.name);
    }
    for certificate in CERTIFICATES {
        assert!(is_a_sentence(certificate.sentence), "{}", certificate.id);
    }
    for algorithm in Algorithm::ALL {
        assert!(is_a_sentence(known_algorithm(*algorithm)), "{algorithm}");
    }
}

#[test]
fn nothing_is_explained_twice() {
    let mut ids: Vec<&str> = OPTIONS.iter().map(|option| option.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), OPTIONS.len());
    for vocabulary in [VERSIONS, EXTENSIONS, TRANSPORTS, FORMATS] {
        let mut names: Vec<&str> = vocabulary.iter().map(|word| word.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), vocabulary.len());
    }
    for other in OTHER_ALGORITHMS {
        assert_eq!(Algorithm::from_number(other.number), None, "{}", other.name);
    }
}

fn number(number: u64) -> Value<'static> {
    Value::Unsigned(number)
}

fn texts(items: &[&'static str]) -> Value<'static> {
    Value::Array(items.iter().map(|item| Value::text(*item)).collect())
}

/// What a key with these members and the two required ones is said to be.
fn explained(members: Vec<(u64, Value<'static>)>) -> Explained {
    let mut all = vec![
        (number(0x01), texts(&["FIDO_2_0"])),
        (number(0x03), Value::bytes(vec![7; 16])),
    ];
    for (key, value) in members {
        all.retain(|(known, _)| known.as_u64() != Some(key));
        all.push((number(key), value));
    }
    explain_answer(&Value::Map(all).encode()).expect("it is a map")
}

fn fact(explained: &Explained, name: &str) -> Fact {
    let mut facts = explained.facts.iter();
    let fact = facts.find(|fact| fact.name == name);
    fact.unwrap_or_else(|| panic!("no {name}")).clone()
}

fn part(fact: &Fact, name: &str) -> Part {
    let mut parts = fact.parts.iter();
    let part = parts.find(|part| part.name == name);
    part.unwrap_or_else(|| panic!("no {name} in {:?}", fact.parts))
        .clone()
}

#[test]
fn what_a_key_does_not_tell_is_there_with_what_follows_from_it() {
    let explained = explained(vec![]);
    assert_eq!(explained.facts.len(), MEMBERS.len());
    assert_eq!(explained.remarks, Vec::<String>::new());
    let longest = fact(&explained, "maxMsgSize");
    assert_eq!(
        (longest.standing, longest.shown.as_str(), &longest.value),
        (Standing::Absent, "not told", &json!(null))
    );
    assert!(
        longest.sentence.contains("1024 bytes"),
        "{}",
        longest.sentence
    );
    let options = fact(&explained, "options");
    assert_eq!(options.parts.len(), OPTIONS.len());
    assert!(part(&options, "up").sentence.contains("default"));
}

#[test]
fn an_options_three_states_have_three_meanings() {
    let with = |value: Option<bool>| {
        let map = value.map(|on| (Value::text("clientPin"), Value::Bool(on)));
        let explained = explained(vec![(0x04, Value::Map(map.into_iter().collect()))]);
        part(&fact(&explained, "options"), "clientPin")
    };
    let (set, unset, none) = (with(Some(true)), with(Some(false)), with(None));
    assert_eq!((set.shown.as_str(), unset.shown.as_str()), ("yes", "no"));
    assert!(set.sentence.starts_with("A PIN is set"));
    assert!(unset.sentence.starts_with("Can have a PIN"));
    assert_eq!(none.standing, Standing::Absent);
    assert_eq!(none.sentence, "Has no PIN.");
}

#[test]
fn values_have_their_units_and_names() {
    let algorithm = |number: Value<'static>, kind: &'static str| {
        Value::map([
            (Value::text("alg"), number),
            (Value::text("type"), Value::text(kind)),
        ])
    };
    let explained = explained(vec![
        (0x05, number(1200)),
        (0x0D, number(1)),
        (
            0x0A,
            Value::Array(vec![
                algorithm(Value::Negative(6), "public-key"),
                algorithm(Value::Negative(47), "public-key"),
                algorithm(Value::Negative(4_000), "public-key"),
                algorithm(Value::Negative(6), "other-key"),
            ]),
        ),
        (0x0E, number(0x0005_0700)),
        (0x12, number(0x0202)),
        (
            0x13,
            Value::map([
                (Value::text("FIDO"), number(4)),
                (Value::text("CC-EAL"), number(9)),
                (Value::text("HOUSE"), number(1)),
            ]),
        ),
        (0x1C, Value::bytes(&b"https://example.com/pins"[..])),
        (0x1F, Value::Array(vec![number(3), number(255), number(99)])),
    ]);
    let shown = |name: &str| fact(&explained, name).shown;
    assert_eq!(shown("maxMsgSize"), "1200 bytes");
    assert_eq!(shown("minPINLength"), "1 character");
    assert_eq!(
        shown("algorithms"),
        "ES256 (-7), ML-DSA-44 (-48), algorithm -4001, ES256 (-7)"
    );
    let kinds: Vec<Standing> = fact(&explained, "algorithms")
        .parts
        .iter()
        .map(|part| part.standing)
        .collect();
    use Standing::{Malformed, Told, Unknown};
    assert_eq!(kinds, [Told, Told, Unknown, Unknown]);
    assert_eq!(shown("firmwareVersion"), "329472 (0x50700)");
    assert_eq!(shown("uvModality"), "0x202: fingerprint, none");
    let certificates = fact(&explained, "certifications");
    assert_eq!(part(&certificates, "FIDO").shown, "L2+");
    assert_eq!(part(&certificates, "CC-EAL").standing, Malformed);
    assert_eq!(part(&certificates, "HOUSE").standing, Unknown);
    assert_eq!(shown("pinComplexityPolicyURL"), "https://example.com/pins");
    assert_eq!(
        shown("authenticatorConfigCommands"),
        "setMinPINLength, vendorPrototype, 99"
    );
}

#[test]
fn a_model_of_zeros_is_said_to_be_none() {
    let explained = explained(vec![(0x03, Value::bytes(vec![0; 16]))]);
    let model = fact(&explained, "aaguid");
    assert_eq!(model.shown, Aaguid([0; 16]).to_string());
    assert!(model.sentence.starts_with("All zeros"));
}

#[test]
fn a_false_switch_is_not_explained_as_a_true_one() {
    let sentence = |on: bool| {
        let explained = explained(vec![(0x0C, Value::Bool(on))]);
        fact(&explained, "forcePINChange").sentence
    };
    assert!(sentence(true).contains("must be changed"));
    assert!(!sentence(false).contains("must be changed"));
}

#[test]
fn what_the_specification_does_not_name_is_shown_and_said_to_be_unknown() {
    let answer = Value::Map(vec![
        (number(0x01), texts(&["FIDO_9_9", "FIDO_2_2", "FIDO_2_1"])),
        (number(0x02), texts(&["credProtect", "prf", "houseSpecial"])),
        (number(0x03), Value::bytes(vec![7; 16])),
        (
            number(0x04),
            Value::map([
                (Value::text("rk"), Value::Bool(true)),
                (Value::text("zz"), number(3)),
            ]),
        ),
        (number(0x20), Value::text("later")),
        (Value::Negative(0), Value::Bool(true)),
        (Value::text("own"), Value::bytes(vec![0xAB])),
    ]);
    let explained = explain_answer(&answer.encode()).expect("it is a map");
    let standing = |fact: &Fact, name: &str| part(fact, name).standing;
    let versions = fact(&explained, "versions");
    assert_eq!(standing(&versions, "FIDO_9_9"), Standing::Unknown);
    assert_eq!(standing(&versions, "FIDO_2_2"), Standing::Unknown);
    assert!(part(&versions, "FIDO_2_2").sentence.contains("CTAP 2.2"));
    assert_eq!(standing(&versions, "FIDO_2_1"), Standing::Told);
    let extensions = fact(&explained, "extensions");
    assert_eq!(standing(&extensions, "credProtect"), Standing::Told);
    assert_eq!(standing(&extensions, "prf"), Standing::Unknown);
    assert_eq!(standing(&extensions, "houseSpecial"), Standing::Unknown);
    let options = fact(&explained, "options");
    assert_eq!(
        options.standing,
        Standing::Told,
        "one odd option spoils no other"
    );
    assert_eq!(part(&options, "zz").shown, "3");
    for (name, shown) in [
        ("member 0x20", "later"),
        ("member -1", "true"),
        ("member own", "ab"),
    ] {
        let fact = fact(&explained, name);
        assert_eq!(
            (fact.standing, fact.shown.as_str()),
            (Standing::Unknown, shown)
        );
    }
    let order: Vec<&str> = explained.facts[31..]
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(order, ["member 0x20", "member -1", "member own"]);
}

#[test]
fn a_member_of_the_wrong_type_is_shown_and_spoils_no_other() {
    let explained = explained(vec![
        (0x02, Value::Bool(true)),
        (0x04, Value::map([(Value::text("rk"), number(1))])),
        (0x05, Value::text("big")),
        (0x09, Value::Array(vec![Value::text("usb"), number(1)])),
        (0x0E, number(4)),
    ]);
    for name in ["extensions", "maxMsgSize", "transports"] {
        let fact = fact(&explained, name);
        assert_eq!(fact.standing, Standing::Malformed, "{name}");
        assert!(
            fact.sentence.contains("The fault is the key's"),
            "{}",
            fact.sentence
        );
    }
    assert_eq!(fact(&explained, "maxMsgSize").shown, "big");
    assert_eq!(
        part(&fact(&explained, "options"), "rk").standing,
        Standing::Malformed
    );
    assert_eq!(fact(&explained, "firmwareVersion").standing, Standing::Told);
}

#[test]
fn missing_required_members_and_another_order_are_remarked() {
    let explained = explain_answer(&[0xA0]).expect("an empty map is a map");
    assert_eq!(explained.remarks.len(), 2, "{:?}", explained.remarks);
    // {3: 16 bytes, 1: ["FIDO_2_0"]}: the keys stand in the wrong order.
    let mut answer = vec![0xA2, 0x03, 0x50];
    answer.extend([7; 16]);
    answer.extend([0x01, 0x81, 0x68]);
    answer.extend(b"FIDO_2_0");
    let explained = explain_answer(&answer).expect("it is a map");
    assert_eq!(explained.remarks.len(), 1, "{:?}", explained.remarks);
    assert!(explained.remarks[0].contains("canonical"));
    assert_eq!(fact(&explained, "versions").shown, "FIDO_2_0");
}

#[test]
fn what_is_no_map_is_refused_in_a_sentence() {
    for answer in [
        &[][..],
        &[0x80],
        &[0xA1, 0x01],
        &[0xFF],
        &[0xA0, 0x00],
        &[0x01],
    ] {
        let error = explain_answer(answer).expect_err("it is no map");
        assert_eq!(error.code(), "infoUnreadable");
        assert!(
            error.to_string().ends_with("The fault is the key's."),
            "{error}"
        );
    }
}

#[test]
fn a_strangers_text_moves_no_cursor_and_fills_no_screen() {
    let nasty = "\u{1b}[2J\u{202e}drowssap\r\n\u{200b}";
    let long = "x".repeat(5_000);
    let explained = explained(vec![
        (
            0x02,
            Value::Array(vec![Value::text(nasty), Value::text(long.clone())]),
        ),
        (0x09, Value::Array(vec![Value::text("usb"); 3_000])),
        (0x19, Value::bytes(vec![0xFF; 4_000])),
    ]);
    let extensions = fact(&explained, "extensions");
    assert_eq!(
        extensions.parts[0].name,
        "\\u{1b}[2J\\u{202e}drowssap\\u{d}\\u{a}\\u{200b}"
    );
    assert!(extensions.parts[1].name.ends_with("… and 4800 more"));
    let transports = fact(&explained, "transports");
    assert_eq!(transports.parts.len(), 65);
    assert!(
        transports.shown.ends_with("… and 2936 more"),
        "{}",
        transports.shown
    );
    assert!(fact(&explained, "encIdentifier").shown.len() < 200);
    for fact in &explained.facts {
        assert!(
            fact.shown.chars().count() < 2_000,
            "{}: {}",
            fact.name,
            fact.shown.len()
        );
    }
}

#[test]
fn what_the_typed_reader_read_is_explained_as_well() {
    let info = Info {
        versions: vec!["FIDO_2_1".into()],
        aaguid: Aaguid([7; 16]),
        max_msg_size: Some(2048),
        ..Info::default()
    };
    let facts = explain(&info);
    assert_eq!(facts.len(), MEMBERS.len());
    let told: Vec<&str> = facts
        .iter()
        .filter(|fact| fact.standing == Standing::Told)
        .map(|fact| fact.name.as_str())
        .collect();
    assert_eq!(told, ["versions", "aaguid", "maxMsgSize"]);
}

/// Any value that a key can send in canonical form.
fn any_value() -> impl Strategy<Value = Value<'static>> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::Unsigned),
        any::<u64>().prop_map(Value::Negative),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::bytes),
        any::<String>().prop_map(Value::text),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Null),
    ];
    leaf.prop_recursive(2, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-zA-Z]{0,9}", inner, 0..6).prop_map(|map| Value::Map(
                map.into_iter()
                    .map(|(key, value)| (Value::text(key), value))
                    .collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_of_any_member_is_explained_on_lines_that_can_be_printed(
        key in 0x01..0x28u64,
        value in any_value(),
    ) {
        let answer = Value::Map(vec![(number(key), value)]);
        let explained = explain_answer(&answer.encode()).expect("it is a map");
        let member = explained.facts.iter().find(|fact| fact.number == Some(key)).expect("it is told");
        prop_assert_ne!(member.standing, Standing::Absent);
        prop_assert_eq!(member.standing == Standing::Unknown, key > 0x1F);
        for fact in &explained.facts {
            let lines = fact.parts.iter().flat_map(|part| [&part.name, &part.shown, &part.sentence]);
            for line in lines.chain([&fact.name, &fact.shown, &fact.sentence]) {
                prop_assert!(!line.chars().any(char::is_control), "{:?}", line);
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = explain_answer(&bytes);
    }
}
