use axum::body::Body;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixture::{Bench, Visitor};

const POSTS: [&str; 4] = [
    "/api/registration/begin",
    "/api/registration/finish",
    "/api/authentication/begin",
    "/api/authentication/finish",
];

/// What strangers, phones and workstations may post without a session.
const OPEN_POSTS: [&str; 15] = [
    POSTS[0],
    POSTS[1],
    POSTS[2],
    POSTS[3],
    "/api/workstation/logon/begin",
    "/api/workstation/logon/finish",
    "/pin/enrol/claim",
    "/pin/enrol/finish",
    "/pin/exchange",
    "/pin/online",
    "/pin/sync/ack",
    "/pin/stream/challenge",
    "/pin/stream",
    "/pin/reset/begin",
    "/pin/reset/finish",
];

#[tokio::test]
async fn refuses_bodies_that_are_not_json() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    for path in POSTS {
        for body in [
            "",
            "{",
            "[]",
            " [\"alice\", \"\"]",
            "null",
            "7",
            "{\"a\":1}",
            "{} {}",
            "\u{feff}{}",
        ] {
            let request = visitor.request("POST", path, body.to_owned());
            let answer = visitor.send(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (400, "malformedJson"),
                "{path} {body}"
            );
        }
        let mut request = visitor.request("POST", path, "{}");
        request
            .headers_mut()
            .insert("content-type", "text/plain".parse().expect("a header"));
        let answer = visitor.send(request).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (415, "notJsonType"),
            "{path}"
        );
        let mut request = visitor.request("POST", path, "{}");
        request.headers_mut().remove("content-type");
        assert_eq!(visitor.send(request).await.code(), "notJsonType", "{path}");
    }
    let nested = "[".repeat(30_000);
    let request = visitor.request("POST", "/api/authentication/finish", nested);
    assert_eq!(visitor.send(request).await.code(), "malformedJson");
    let invalid_utf8 = visitor.request(
        "POST",
        "/api/registration/begin",
        b"{\"username\":\"\xff\"}".to_vec(),
    );
    assert_eq!(visitor.send(invalid_utf8).await.code(), "malformedJson");
}

#[tokio::test]
async fn refuses_large_bodies_wherever_they_go() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    for path in POSTS
        .into_iter()
        .chain(["/api/session", "/api/nothing", "/"])
    {
        let large = visitor.request("POST", path, vec![b' '; 64 * 1024 + 1]);
        let answer = visitor.send(large).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (413, "bodyTooLarge"),
            "{path}"
        );
        assert_eq!(answer.headers["connection"], "close");
    }
    let mut just_fits = json!({ "username": "alice" }).to_string().into_bytes();
    just_fits.resize(64 * 1024, b' ');
    let request = visitor.request("POST", "/api/registration/begin", just_fits);
    assert_eq!(visitor.send(request).await.status, 200);
}

#[tokio::test]
async fn answers_in_json_where_there_is_nothing() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    for (method, path, status, code) in [
        ("GET", "/api/nothing", 404, "unknownRoute"),
        ("POST", "/api", 404, "unknownRoute"),
        ("GET", "/api/", 404, "unknownRoute"),
        ("PUT", "/api/session", 405, "methodNotAllowed"),
        ("GET", "/api/registration/begin", 405, "methodNotAllowed"),
        ("POST", "/sign-up", 405, "methodNotAllowed"),
        ("DELETE", "/", 405, "methodNotAllowed"),
        ("GET", "/assets/none.js", 404, "unknownRoute"),
        ("GET", "/api/passkeys", 401, "signedOut"),
        ("PATCH", "/api/passkeys/AAAA", 400, "malformedJson"),
        ("DELETE", "/api/passkeys/AAAA", 401, "signedOut"),
    ] {
        let answer = visitor.call(method, path, Value::Null).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{method} {path}: {}",
            answer.text
        );
        assert!(answer.message().ends_with('.'), "{}", answer.message());
    }
}

#[tokio::test]
async fn every_answer_says_what_the_browser_may_do_with_it() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    for (path, cache, policy) in [
        (
            "/",
            "no-cache",
            "frame-ancestors 'self' tauri://localhost http://tauri.localhost",
        ),
        ("/account", "no-cache", "default-src 'self'"),
        ("/api/session", "no-store", "default-src 'none'"),
        ("/api/relying-party", "no-store", "frame-ancestors 'none'"),
        ("/api/docs/", "no-cache", "style-src 'self' 'unsafe-inline'"),
    ] {
        let answer = visitor.get(path).await;
        let header = |name: &str| answer.headers[name].to_str().expect("ASCII").to_owned();
        assert_eq!(header("cache-control"), cache, "{path}");
        assert!(header("content-security-policy").contains(policy), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    }
}

#[tokio::test]
async fn pages_are_there_or_say_how_to_build_them() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    for path in [
        "/",
        "/sign-up",
        "/account",
        "/no/such/page",
        "/..%2f..%2fCargo.toml",
        "/../Cargo.toml",
    ] {
        let answer = visitor.get(path).await;
        assert!(
            answer.headers["content-type"]
                .to_str()
                .expect("ASCII")
                .starts_with("text/html"),
            "{path}"
        );
        assert!(
            !answer.text.contains("[package]"),
            "{path} leaves the folder of the pages"
        );
        match answer.status.as_u16() {
            200 => assert!(answer.text.contains("<script"), "{path}"),
            503 => assert!(answer.text.contains("cargo xtask run"), "{path}"),
            status => panic!("{path}: {status}"),
        }
    }
}

#[tokio::test]
async fn describes_itself_and_shows_the_description_without_the_internet() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    let description = visitor.get("/api/openapi.json").await;
    assert_eq!(description.status, 200);
    let paths = description.body["paths"].as_object().expect("paths");
    for path in OPEN_POSTS.into_iter().chain([
        "/api/session",
        "/api/passkeys",
        "/api/passkeys/{id}",
        "/api/ceremonies/{id}",
        "/api/relying-party",
    ]) {
        assert!(paths.contains_key(path), "{path}");
    }
    let page = visitor.get("/api/docs/").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.text.contains("https://"),
        "nothing is loaded from elsewhere"
    );
    assert_eq!(
        visitor.get("/api/docs/swagger-ui-bundle.js").await.status,
        200
    );
}

fn statuses(method: &'static str, path: String, body: Vec<u8>) -> (u16, Value) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut visitor: Visitor = Bench::new().await.visitor();
        let request = visitor.request(method, &path, Body::from(body));
        let answer = visitor.send(request).await;
        (answer.status.as_u16(), answer.body)
    })
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        "[A-Za-z0-9_-]{0,60}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let names = prop_oneof![
            Just("ceremony".to_owned()),
            Just("credential".into()),
            Just("username".into()),
            Just("displayName".into()),
            Just("label".into()),
            Just("id".into()),
            Just("rawId".into()),
            Just("type".into()),
            Just("response".into()),
            Just("clientDataJSON".into()),
            Just("attestationObject".into()),
            Just("authenticatorData".into()),
            Just("signature".into()),
            Just("userHandle".into()),
            Just("enrolmentId".into()),
            Just("deviceId".into()),
            Just("syncCounter".into()),
            Just("ciphertext".into()),
            Just("session".into()),
            Just("workstation".into()),
            Just("code".into()),
            "\\PC{0,10}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_json_makes_it_fail(which in 0..OPEN_POSTS.len(), body in json_value()) {
        let (status, answer) = statuses("POST", OPEN_POSTS[which].to_owned(), body.to_string().into_bytes());
        prop_assert!(status < 500, "{status} {answer}");
        prop_assert!(status < 400 || answer["error"]["message"].is_string(), "{answer}");
    }

    #[test]
    fn no_bytes_make_it_fail(which in 0..OPEN_POSTS.len(), body in prop::collection::vec(any::<u8>(), 0..200)) {
        let (status, answer) = statuses("POST", OPEN_POSTS[which].to_owned(), body);
        prop_assert!((400..500).contains(&status), "{status} {answer}");
    }

    #[test]
    fn no_credential_makes_it_fail(credential in json_value(), registration in any::<bool>()) {
        let kind = if registration { "registration" } else { "authentication" };
        let body = json!({ "ceremony": "AAAAAAAAAAAAAAAAAAAAAA", "credential": credential });
        let (status, answer) = statuses("POST", format!("/api/{kind}/finish"), body.to_string().into_bytes());
        prop_assert_eq!(status, 422, "{}", answer);
        prop_assert!(answer["verification"]["steps"].is_array());
    }
}
