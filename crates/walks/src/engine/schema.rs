//! The shape of a walk's file as JSON Schema, draft 2020-12: what the reader checks and what is
//! published for editors.

mod tidy;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Operator, Registry};

/// Members of every step, whatever its act.
pub(super) const STEP_MEMBERS: [&str; 4] = ["title", "act", "note", "expect"];
/// Members of every expectation, whatever its subject.
pub(super) const EXPECTATION_MEMBERS: [&str; 6] =
    ["field", "is", "matches", "at-least", "absent", "within"];

const MAX_STEPS: usize = 1000;

/// The highest seed: a report and the window keep no larger whole number.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// A walk: who takes part, what they do, and what must be so after each step.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, inline)]
#[expect(
    dead_code,
    reason = "only its shape counts; the reader keeps places beside values"
)]
struct WalkShape {
    /// What the walk shows, in a few words.
    #[schemars(length(min = 1, max = 200))]
    title: String,
    /// Why it is worth walking, for a stakeholder.
    #[schemars(length(max = 2000))]
    why: Option<String>,
    /// Where the run's randomness starts from; 1 unless it says otherwise. The same seed gives the
    /// same keys, challenges and PINs.
    #[schemars(range(min = 0, max = MAX_SEED))]
    seed: Option<u64>,
    /// When every clock of the bench stands still at the start, as `2026-03-02T09:00:00Z` (which is
    /// also the default).
    start: Option<String>,
    /// Real time that the whole run may take: `"90s"`, `"2m"`; one minute unless it says otherwise.
    deadline: Option<String>,
    /// The devices; the first is in use at the start.
    #[schemars(length(max = 16))]
    devices: Option<Vec<DeviceShape>>,
    /// The relying party.
    relying_party: Option<PartyShape>,
    /// Relying parties beside the first one.
    #[schemars(length(max = 8))]
    relying_parties: Option<Vec<FurtherShape>>,
    /// What every relying party's policy says at the start: members as its file has them, such as
    /// `[policy.pin]` with `offline = true`. Those left out have their defaults.
    policy: Option<Map<String, Value>>,
    /// The accounts that the walk speaks of. They exist once a step creates them.
    #[schemars(length(max = 100))]
    accounts: Option<Vec<AccountShape>>,
    /// Names of throw-away secrets. Without this list every `secret:NAME` is one; with it, a name
    /// that is not in it is refused.
    #[schemars(length(max = 100))]
    secrets: Option<Vec<String>>,
}

/// A device.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, inline)]
#[expect(dead_code, reason = "only its shape counts")]
struct DeviceShape {
    /// Its name in the walk and on the bench.
    #[schemars(length(min = 1, max = 64))]
    name: String,
    /// What it is; a phone unless it says otherwise.
    profile: Option<ProfileShape>,
    /// How the client reaches it; in the same process unless it says otherwise. `hid` needs Linux and
    /// its uhid: elsewhere the walk is refused before its first step.
    way: Option<WayShape>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
#[expect(dead_code, reason = "only its shape counts")]
enum WayShape {
    /// In the same process.
    InProcess,
    /// Plugged in over UDP.
    Udp,
    /// Plugged in as a USB key.
    Hid,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
#[expect(dead_code, reason = "only its shape counts")]
enum ProfileShape {
    /// A phone: a display, a PIN of its own.
    Phone,
    /// A security key: a light and a touch, no user verification.
    Key,
    /// A security key whose PIN is typed at the client.
    PinKey,
    /// A security key with a fingerprint reader.
    FingerprintKey,
}

/// The relying party.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, inline)]
#[expect(dead_code, reason = "only its shape counts")]
struct PartyShape {
    /// The name that people see; `Acme` unless it says otherwise.
    #[schemars(length(min = 1, max = 64))]
    name: Option<String>,
    /// How long a challenge is good: `"5m"`, which is also the default.
    ceremony_lifetime: Option<String>,
}

/// A relying party beside the first one.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, inline)]
#[expect(dead_code, reason = "only its shape counts")]
struct FurtherShape {
    /// The name that people see, by which steps call it. Its RP ID is made of it: `bank.localhost`
    /// of `Bank`.
    #[schemars(length(min = 1, max = 63))]
    name: String,
}

/// An account.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, inline)]
#[expect(dead_code, reason = "only its shape counts")]
struct AccountShape {
    /// Its user name.
    #[schemars(length(min = 1, max = 64))]
    name: String,
    /// What people call it; the user name unless it says otherwise.
    #[schemars(length(min = 1, max = 64))]
    display_name: Option<String>,
}

/// The shapes of all that a file may hold.
pub(super) struct Shapes {
    /// What `$ref` points to.
    pub(super) definitions: Map<String, Value>,
    /// The walk without the shapes of its steps.
    pub(super) walk: Value,
    /// A step with each act, in the registry's order.
    pub(super) steps: Vec<Value>,
    /// An expectation of each subject, in the registry's order.
    pub(super) expectations: Vec<Value>,
}

impl Shapes {
    /// The shapes with every act and subject of `registry`.
    pub(super) fn of(registry: &Registry) -> Self {
        let mut generator = SchemaSettings::draft2020_12()
            .for_deserialize()
            .into_generator();
        let mut walk = WalkShape::json_schema(&mut generator).to_value();
        walk["properties"]["steps"] = json!({
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_STEPS,
            "description": "What is done, in order.",
        });
        if let Some(required) = walk["required"].as_array_mut() {
            required.push("steps".into());
        }
        let steps = registry
            .acts
            .iter()
            .map(|kind| step(kind.name, (kind.schema)(&mut generator).to_value()))
            .collect();
        let expectations = registry
            .subjects
            .iter()
            .map(|kind| expectation((kind.schema)(&mut generator).to_value()))
            .collect();
        let mut shapes = Self {
            definitions: generator.take_definitions(true),
            walk,
            steps,
            expectations,
        };
        shapes.definitions.values_mut().for_each(tidy::tidy);
        shapes.steps.iter_mut().for_each(tidy::tidy);
        shapes.expectations.iter_mut().for_each(tidy::tidy);
        tidy::tidy(&mut shapes.walk);
        shapes
    }
}

/// The published schema: one document with every act and subject of `registry`.
#[must_use]
pub fn json_schema(registry: &Registry) -> Value {
    let shapes = Shapes::of(registry);
    let acts = registry
        .acts
        .iter()
        .map(|kind| format!("act:{}", kind.name));
    let acts: Vec<_> = acts.zip(shapes.steps).collect();
    let subjects = registry
        .subjects
        .iter()
        .map(|kind| format!("about:{}", kind.name));
    let subjects: Vec<_> = subjects.zip(shapes.expectations).collect();
    let mut step = step_of_any();
    step["properties"]["act"] = json!({
        "type": "string",
        "enum": registry.acts.iter().map(|kind| kind.name).collect::<Vec<_>>(),
        "description": "What is done: the name of an act.",
    });
    step["oneOf"] = references(&acts);
    let mut expectation = expectation_of_any();
    expectation["anyOf"] = references(&subjects);
    let mut definitions = shapes.definitions;
    for (shapes, common) in [
        (acts, &STEP_MEMBERS[..]),
        (subjects, &EXPECTATION_MEMBERS[..]),
    ] {
        definitions.extend(
            shapes
                .into_iter()
                .map(|(name, shape)| (name, own(shape, common))),
        );
    }
    definitions.insert("step".to_owned(), step);
    definitions.insert("expectation".to_owned(), expectation);
    let mut walk = shapes.walk;
    walk["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    walk["title"] = "A walk".into();
    walk["properties"]["steps"]["items"] = json!({"$ref": "#/$defs/step"});
    walk["$defs"] = Value::Object(definitions);
    walk
}

fn references(shapes: &[(String, Value)]) -> Value {
    let references = shapes
        .iter()
        .map(|(name, _)| json!({"$ref": format!("#/$defs/{name}")}));
    references.collect()
}

/// What only this act or subject has. The common members are checked once, beside it, so that a
/// validator points at them and not at the whole; here they are only allowed.
fn own(mut shape: Value, common: &[&str]) -> Value {
    for name in common.iter().filter(|name| **name != "act") {
        shape["properties"][*name] = true.into();
    }
    if let Some(shape) = shape.as_object_mut() {
        shape.remove("oneOf");
    }
    shape
}

/// A step with one act: the act's members and those of every step.
fn step(name: &str, mut shape: Value) -> Value {
    shape["type"] = "object".into();
    shape["additionalProperties"] = false.into();
    let about = shape.get("description").cloned().unwrap_or_default();
    let act = json!({"const": name, "type": "string", "description": about});
    add(&mut shape, json!({ "act": act }));
    add(&mut shape, step_of_any()["properties"].take());
    let required = shape.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().cloned();
    shape["required"] = std::iter::once("act".into()).chain(required).collect();
    shape
}

/// The members of every step but `act`.
fn step_of_any() -> Value {
    json!({
        "type": "object",
        "required": ["act"],
        "properties": {
            "title": {"type": "string", "maxLength": 200, "description": "What happens, in your own words; without it, what the act says."},
            "note": {"type": "string", "maxLength": 2000, "description": "A remark for who reads or watches."},
            "expect": {
                "type": "array",
                "maxItems": 100,
                "description": "What must be so after the step.",
                "items": {"$ref": "#/$defs/expectation"},
            },
        },
    })
}

/// An expectation of one subject: its members, a field and one operator.
fn expectation(mut shape: Value) -> Value {
    let mut any = expectation_of_any();
    shape["type"] = "object".into();
    shape["additionalProperties"] = false.into();
    shape["oneOf"] = any["oneOf"].take();
    add(&mut shape, any["properties"].take());
    shape
}

/// The members of every expectation: a field of its subject, and one operator; without a field it
/// may be none.
fn expectation_of_any() -> Value {
    let written = |name: &&str| json!({"required": [name]});
    let any = ["field"].iter().chain(&Operator::NAMES).map(written);
    let none = json!({"not": {"anyOf": any.collect::<Vec<_>>()}});
    let one = Operator::NAMES.iter().map(written).chain([none]);
    json!({
        "type": "object",
        "properties": {
            "field": {"type": "string", "description": "Which field, as a path: `account`, `passkeys[0].signCount`, `passkeys.length`, `passkeys[label=Phone].signCount`, `accounts[last]`."},
            "is": {"description": "The same value. Numbers by what they amount to, text letter by letter, arrays and tables member by member; a number is never the text that spells it."},
            "matches": {"type": "string", "description": "Text in which this regular expression finds something; `^…$` for the whole text. A number never matches."},
            "at-least": {"type": "number", "description": "A number that is not lower."},
            "absent": {"type": "boolean", "description": "`true`: it is not there. `false`: it is there, whatever it is."},
            "within": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2, "description": "A number from the first to the second, both included."},
        },
        "oneOf": one.collect::<Vec<_>>(),
    })
}

/// Adds properties to a shape that may have none.
fn add(shape: &mut Value, more: Value) {
    if !shape["properties"].is_object() {
        shape["properties"] = json!({});
    }
    if let (Some(own), Value::Object(more)) = (shape["properties"].as_object_mut(), more) {
        own.extend(more);
    }
}
