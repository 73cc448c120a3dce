mod api;
mod arming;
mod device;

use serde_json::{Value, json};

use super::person::*;
use crate::{
    Bench,
    api::{Change, Direction, Effect, Fault},
    kinds,
};
use Direction::{Request, Response};

const FINISH: &str = "POST /api/authentication/finish";
const BEGIN: &str = "POST /api/authentication/begin";
const ASSERTION: &str = "authenticatorGetAssertion";

fn tamper(field: &str, change: Change) -> Effect {
    Effect::Tamper {
        field: field.to_owned(),
        change,
    }
}

async fn arm(bench: &Bench, message: &str, direction: Direction, effect: Effect) -> u32 {
    let fault = Fault {
        message: message.to_owned(),
        direction,
        times: 1,
        effect,
    };
    bench.fault_arm(fault).await.expect("it can happen").id
}

/// A bench on which alice is registered and signed out.
async fn with_alice(folder: &std::path::Path) -> (Bench, Page) {
    let bench = open(folder).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    (bench, page)
}

fn step(answer: &(u16, Value)) -> (u16, &Value) {
    (answer.0, &answer.1["error"]["step"])
}

/// The one fault so far was told from arming to its end, as deliberate.
fn told_whole(bench: &Bench, id: u32) -> Value {
    let armed = told(bench, kinds::FAULT_ARMED);
    let applied = told(bench, kinds::FAULT_APPLIED);
    let gone = told(bench, kinds::FAULT_DISARMED);
    assert!(armed[0].deliberate && applied[0].deliberate);
    assert_eq!(
        (&armed[0].body["id"], &applied[0].body["id"]),
        (&json!(id), &json!(id))
    );
    assert_eq!(gone[0].body["why"], "spent");
    assert!(armed[0].seq < applied[0].seq && applied[0].seq < gone[0].seq);
    applied[0].body.clone()
}
