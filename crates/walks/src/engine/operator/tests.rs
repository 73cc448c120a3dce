use proptest::prelude::*;
use serde_json::json;

use super::*;

fn is(value: Value) -> Operator {
    Operator::Is(value)
}

fn number(value: f64) -> Number {
    Number::from_f64(value).expect("finite")
}

#[test]
fn compares_numbers_by_what_they_amount_to_and_never_with_text() {
    assert!(is(json!(1)).holds(Some(&json!(1.0))));
    assert!(!is(json!(1)).holds(Some(&json!("1"))));
    assert!(!is(json!("1")).holds(Some(&json!(1))));
    assert!(!is(json!(1)).holds(Some(&json!(true))));
    let (low, high) = (
        json!(9_007_199_254_740_992_u64),
        json!(9_007_199_254_740_993_u64),
    );
    assert!(!is(low).holds(Some(&high)), "as floats they would be one");
    assert!(is(json!(u64::MAX)).holds(Some(&json!(u64::MAX))));
}

#[test]
fn compares_arrays_and_tables_member_by_member() {
    assert!(is(json!([1, {"a": 2}])).holds(Some(&json!([1.0, {"a": 2, "b": null}]))));
    assert!(
        !is(json!([1, 2])).holds(Some(&json!([2, 1]))),
        "order counts"
    );
    assert!(
        !is(json!([1])).holds(Some(&json!([1, 2]))),
        "a part is not the whole"
    );
    assert!(!is(json!({"a": 1})).holds(Some(&json!({"a": 1, "b": 2}))));
    assert!(!is(json!({"a": 1, "b": 2})).holds(Some(&json!({"a": 1}))));
    assert!(!is(json!({})).holds(Some(&json!([]))));
}

#[test]
fn a_table_covers_the_members_that_are_named_however_deep() {
    let whole = json!({"kind": "set", "fault": {"message": "m", "times": 1}, "list": [{"a": 1}]});
    for part in [
        json!({}),
        json!({"fault": {"times": 1.0}}),
        json!({"kind": "set", "list": [{"a": 1}]}),
        json!({"absent": null}),
    ] {
        assert!(covers(&whole, &part), "{part}");
    }
    for part in [
        json!({"fault": {"times": 2}}),
        json!({"fault": {"field": "x"}}),
        json!({"list": [{}]}),
        json!({"kind": {"set": true}}),
        json!([]),
    ] {
        assert!(!covers(&whole, &part), "{part}");
    }
}

#[test]
fn matches_text_only() {
    let operator = Operator::Matches(Regex::new("^a+$").expect("valid"));
    assert!(operator.holds(Some(&json!("aaa"))));
    assert!(!operator.holds(Some(&json!("aab"))));
    let any = Operator::Matches(Regex::new("").expect("valid"));
    assert!(any.holds(Some(&json!(""))));
    for other in [json!(1), json!(true), json!([]), json!({})] {
        assert!(!any.holds(Some(&other)), "{other} is no text");
    }
}

#[test]
fn bounds_include_themselves_and_refuse_what_is_no_number() {
    let within = Operator::Within(1.into(), number(2.5));
    for (value, holds) in [
        (json!(1), true),
        (json!(2.5), true),
        (json!(0.99), false),
        (json!(3), false),
    ] {
        assert_eq!(within.holds(Some(&value)), holds, "{value}");
    }
    assert!(!within.holds(Some(&json!("2"))));
    assert!(Operator::AtLeast(3.into()).holds(Some(&json!(3))));
    assert!(!Operator::AtLeast(3.into()).holds(Some(&json!(2))));
    assert!(!Operator::AtLeast(3.into()).holds(Some(&json!([1, 2, 3]))));
}

#[test]
fn absent_is_nothing_or_null_and_only_absent_holds_of_nothing() {
    let any = Operator::Matches(Regex::new("").expect("valid"));
    for nothing in [None, Some(&Value::Null)] {
        assert!(Operator::Absent(true).holds(nothing));
        assert!(!Operator::Absent(false).holds(nothing));
        assert!(!is(json!(0)).holds(nothing));
        assert!(!is(Value::Null).holds(nothing));
        assert!(!Operator::AtLeast((-1).into()).holds(nothing));
        assert!(!any.holds(nothing));
    }
    assert!(!Operator::Absent(true).holds(Some(&json!(false))));
    assert!(Operator::Absent(false).holds(Some(&json!(""))));
}

proptest! {
    #[test]
    fn every_value_is_itself_and_nothing_else(left in value(), right in value()) {
        prop_assert!(same(&left, &left));
        prop_assert_eq!(same(&left, &right), same(&right, &left));
        prop_assert!(!same(&left, &right) || covers(&left, &right));
        let bare = |value: &Value| without_null(value);
        if bare(&left) == bare(&right) {
            prop_assert!(same(&left, &right));
        }
    }

    #[test]
    fn within_is_at_least_the_low_and_at_most_the_high(low in -50i64..50, high in -50i64..50, number in -60i64..60) {
        let within = Operator::Within(low.into(), high.into()).holds(Some(&json!(number)));
        prop_assert_eq!(within, low <= number && number <= high);
        prop_assert_eq!(Operator::AtLeast(low.into()).holds(Some(&json!(number))), low <= number);
    }

    #[test]
    fn exactly_one_of_absent_and_present_holds(value in proptest::option::of(value())) {
        let held = |absent| Operator::Absent(absent).holds(value.as_ref());
        prop_assert_ne!(held(true), held(false));
    }
}

fn without_null(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(without_null).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_null(value)))
            .collect(),
        _ => value.clone(),
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..3).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "[a-c]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map("[a-c]", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
