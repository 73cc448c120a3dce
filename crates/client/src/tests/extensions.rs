use ctap::{Descriptor, UserEntity, get_assertion, make_credential};
use webauthn::cbor::Value;

use super::*;

fn with_outputs(auth_data: &[u8], outputs: Option<Value<'_>>) -> Vec<u8> {
    let mut data = AuthenticatorData::parse(auth_data).expect("our own");
    data.extensions = outputs;
    data.encode()
}

fn made(outputs: Option<Value<'_>>) -> Reply {
    let data = with_outputs(&attested("example.com", AAGUID, &[7; 16]), outputs);
    let response = make_credential::Response::new("none", data, Value::Map(Vec::new()));
    Reply::Bytes(answer(Ok(response.encode())))
}

fn got(outputs: Option<Value<'_>>) -> Reply {
    let data = with_outputs(&auth_data("example.com", None), outputs);
    let descriptor = Descriptor {
        id: vec![7; 16],
        transports: vec![],
    };
    let mut response = get_assertion::Response::new(descriptor, data, vec![0x30; 70]);
    response.user = Some(UserEntity {
        id: vec![1],
        name: None,
        display_name: None,
    });
    Reply::Bytes(answer(Ok(response.encode())))
}

/// A device that knows the extensions `known`.
fn device(known: &[&str], reply: Reply) -> Scripted {
    let mut info = info_of(&[("uv", true), ("rk", true)]);
    info.extensions = known.iter().map(|it| (*it).to_owned()).collect();
    Scripted::new([Reply::Bytes(answer(Ok(info.encode()))), reply])
}

fn uvm(entries: &[[u64; 3]]) -> Option<Value<'static>> {
    let entry = |it: &[u64; 3]| Value::from(it.map(Value::from).to_vec());
    let entries: Vec<Value<'_>> = entries.iter().map(entry).collect();
    Some(Value::map([("uvm", Value::from(entries))]))
}

fn asking(options: Json, value: Json) -> Json {
    patched(options, json!({ "extensions": { "uvm": value } }))
}

/// What was sent as extensions, and the results, of a create() and of a get().
async fn both(
    known: &[&str],
    asked: Json,
    outputs: Option<Value<'static>>,
) -> Result<[(Option<Value<'static>>, Json); 2], ClientError> {
    let page = Page::new(Chooser::MustNotBeAsked);
    let mut one = device(known, made(outputs.clone()));
    let created = page
        .create(&mut one, &asking(creation_options(), asked.clone()))
        .await?;
    let mut other = device(known, got(outputs));
    let asserted = page
        .get(&mut other, &asking(request_options(), asked))
        .await?;
    let (Command::MakeCredential(make), Command::GetAssertion(get)) = (one.last(), other.last())
    else {
        panic!("the two commands");
    };
    Ok([
        (
            make.extensions,
            Json::from(created.client_extension_results),
        ),
        (
            get.extensions,
            Json::from(asserted.client_extension_results),
        ),
    ])
}

#[tokio::test]
async fn hands_uvm_on_and_its_output_back() {
    let results = both(&["uvm"], json!(true), uvm(&[[2, 1, 1], [2048, 2, 4]])).await;
    for (sent, result) in results.expect("credentials") {
        assert_eq!(sent, Some(Value::map([("uvm", Value::from(true))])));
        assert_eq!(result, json!({ "uvm": [[2, 1, 1], [2048, 2, 4]] }));
    }
}

#[tokio::test]
async fn asks_no_device_for_what_it_does_not_know() {
    let results = both(&["credProtect"], json!(true), None).await;
    for (sent, result) in results.expect("credentials") {
        assert_eq!((sent, result), (None, json!({})));
    }
}

#[tokio::test]
async fn an_input_other_than_true_asks_for_nothing() {
    for asked in [
        json!(false),
        json!(null),
        json!("true"),
        json!(1),
        json!({}),
    ] {
        let results = both(&["uvm"], asked, uvm(&[[2, 1, 1]])).await;
        for (sent, result) in results.expect("credentials") {
            assert_eq!((sent, result), (None, json!({})));
        }
    }
}

#[tokio::test]
async fn a_device_may_leave_its_output_out() {
    let results = both(&["uvm"], json!(true), None).await;
    for (sent, result) in results.expect("credentials") {
        assert!(sent.is_some());
        assert_eq!(result, json!({}));
    }
}

#[tokio::test]
async fn an_output_of_another_form_is_the_devices_fault() {
    let malformed = [
        uvm(&[]),
        uvm(&[[2, 1, 1]; 4]),
        uvm(&[[1 << 33, 1, 1]]),
        Some(Value::map([("uvm", Value::from(true))])),
    ];
    for outputs in malformed {
        let outcome = both(&["uvm"], json!(true), outputs).await;
        assert_eq!(
            verdict(outcome),
            ("NotAllowedError", "deviceAnswerMalformed")
        );
    }
}
