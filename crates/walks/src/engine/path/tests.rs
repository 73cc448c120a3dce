use proptest::prelude::*;
use serde_json::json;

use super::*;

fn path(text: &str) -> Path {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> String {
    text.parse::<Path>().expect_err(text).to_string()
}

fn found(text: &str, value: &Value) -> Option<Value> {
    path(text).find(value).map(Cow::into_owned)
}

#[test]
fn finds_members_and_elements() {
    let device = json!({"passkeys": [{"signCount": 3, "rp": {"id": "a"}}, {"signCount": 7}]});
    assert_eq!(found("passkeys[0].signCount", &device), Some(json!(3)));
    assert_eq!(found("passkeys[last].signCount", &device), Some(json!(7)));
    assert_eq!(found("passkeys[0].rp.id", &device), Some(json!("a")));
    assert_eq!(found("passkeys[2]", &device), None);
    assert_eq!(found("passkeys.signCount", &device), None);
    assert_eq!(found("[last]", &device), None, "an object has no last");
}

#[test]
fn finds_the_first_element_that_holds_a_value() {
    let list =
        json!([{"n": 1, "k": "a"}, {"n": 2, "k": "b"}, {"n": 3, "k": "b"}, {"k": {"d": true}}]);
    assert_eq!(found("[k=b].n", &list), Some(json!(2)));
    assert_eq!(found("[n=3].k", &list), Some(json!("b")));
    assert_eq!(found("[k.d=true]", &list), Some(json!({"k": {"d": true}})));
    assert_eq!(found("[k=c]", &list), None);
    let odd = json!([{"k": "a]b"}]);
    assert_eq!(found(r#"[k="a]b"].k"#, &odd), Some(json!("a]b")));
}

#[test]
fn counts_what_an_array_holds_but_prefers_a_member_of_that_name() {
    assert_eq!(found("a.length", &json!({"a": [1, 2]})), Some(json!(2)));
    assert_eq!(
        found("a.length", &json!({"a": {"length": 9}})),
        Some(json!(9))
    );
    assert_eq!(found("a.length", &json!({"a": "text"})), None);
    assert_eq!(found("a.length.more", &json!({"a": [1]})), None);
}

#[test]
fn takes_null_for_not_there() {
    assert_eq!(found("a", &json!({"a": null})), None);
}

#[test]
fn names_what_is_wrong_with_a_path() {
    assert_eq!(refused(""), "A path names at least one member.");
    assert_eq!(refused("a."), "A path does not end with a dot.");
    assert_eq!(
        refused("a..b"),
        "A member's name does not begin with \".\"."
    );
    assert_eq!(refused("a[0"), "A bracket is not closed.");
    assert_eq!(
        refused("a[0]b"),
        "A dot or a bracket is missing before \"b\"."
    );
    assert_eq!(refused("a[\"b]"), "A quotation mark is not closed.");
    assert_eq!(
        refused("a[=b]"),
        "\"\" before the equals sign is no member."
    );
    assert!(
        refused("a[first]").contains("[last]"),
        "it shows what to write"
    );
    assert!(
        refused("a[-1]").contains("no selector"),
        "places count from 0"
    );
    assert!(refused("a[99999999999999999999999]").contains("no place"));
    assert!(refused(&"a".repeat(501)).contains("at most 500"));
    assert!(refused(&"a[0]".repeat(17).replace("]a", "].a")).contains("at most 32"));
    assert_eq!(refused("a[]"), "\"[]\" is no place in an array.");
}

proptest! {
    #[test]
    fn never_panics_on_any_text(text in ".{0,60}", dense in "[\\[\\]=.\"a0]{0,20}") {
        for text in [text, dense] {
            if let Ok(path) = text.parse::<Path>() {
                let _ = path.find(&json!({"a": [{"a": 0}, [0]], "0": {"a": "x"}}));
            }
        }
    }

    #[test]
    fn is_written_as_it_is_read(dense in "[\\[\\]=.\"a0]{1,20}", segments in segments()) {
        if let Ok(read) = dense.parse::<Path>() {
            prop_assert_eq!(&read.to_string().parse::<Path>().unwrap(), &read);
        }
        let made = Path(segments);
        prop_assert_eq!(made.to_string().parse::<Path>().unwrap(), made);
    }

    #[test]
    fn finds_every_member_whatever_its_name(name in ".{0,30}", place in 0usize..5) {
        let mut elements = vec![Value::Null; place];
        elements.push(json!({&name: 1}));
        let path = Path(vec![Segment::Place(place), Segment::Member(name)]);
        let read: Path = path.to_string().parse().unwrap();
        prop_assert_eq!(read.find(&Value::Array(elements)).map(Cow::into_owned), Some(json!(1)));
    }
}

fn segments() -> impl Strategy<Value = Vec<Segment>> {
    let segment = prop_oneof![
        ".{0,8}".prop_map(Segment::Member),
        (0usize..1000).prop_map(Segment::Place),
        Just(Segment::Last),
        (proptest::collection::vec("[a-z]{1,3}", 1..3), ".{0,8}")
            .prop_map(|(member, text)| Segment::Where { member, text }),
    ];
    proptest::collection::vec(segment, 1..8)
}
