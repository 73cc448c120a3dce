//! The administration: who is let in, and what they see and do.

use std::{fs, sync::Arc, time::Duration};

use axum::http::{HeaderMap, header};
use serde_json::{Value, json};
use timeline::{ManualClock, Silent};

use super::{
    super::fixture::{Answer, Bench, Listener, NOON, Visitor},
    device::{PIN, Phone, World},
};
use crate::{Config, Data, Limits, RelyingParty, Seams, Storage, http::pin::Peer};

/// Every address of the administration, with a body that it would take.
fn addresses() -> [(&'static str, &'static str, Value); 6] {
    [
        ("GET", "/api/admin/policy", Value::Null),
        ("PUT", "/api/admin/policy", json!({ "text": "" })),
        ("GET", "/api/admin/accounts", Value::Null),
        ("POST", "/api/admin/accounts/AAAA/pin/reset", Value::Null),
        ("DELETE", "/api/admin/enrolments/AAAA", Value::Null),
        ("GET", "/api/admin/audit", Value::Null),
    ]
}

async fn bearing(visitor: &mut Visitor, token: &str, method: &str, path: &str) -> Answer {
    let mut request = visitor.request(method, path, "{}");
    let value = format!("Bearer {token}").parse().expect("a header");
    request.headers_mut().insert(header::AUTHORIZATION, value);
    visitor.send(request).await
}

/// A browser in which the administrator is signed in.
async fn administrator(bench: &Bench) -> Visitor {
    let mut visitor = bench.visitor();
    let token = bench.party.admin_token();
    let answer = bearing(&mut visitor, &token, "POST", "/api/admin/session").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    visitor
}

#[tokio::test]
async fn everybody_else_is_refused_everywhere() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    alice.sign_up("alice", 1).await;
    let mut forger = bench.visitor();
    forger.cookie = Some(format!("touchstone_admin={}", "A".repeat(43)));
    let mut mixed_up = bench.visitor();
    mixed_up.cookie = Some(format!("touchstone_admin={}", *bench.party.admin_token()));
    for visitor in [&mut bench.visitor(), &mut alice, &mut forger, &mut mixed_up] {
        for (method, path, body) in addresses() {
            let answer = visitor.call(method, path, body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (401, "notAdministrator"),
                "{method} {path}"
            );
        }
    }
    assert_eq!(bench.party.policy().policy_version, 1);
}

#[tokio::test]
async fn the_token_opens_every_address_and_a_session() {
    let bench = Bench::new().await;
    let token = bench.party.admin_token();
    let mut program = bench.visitor();
    for (method, path, _) in addresses() {
        let answer = bearing(&mut program, &token, method, path).await;
        assert_ne!(answer.status, 401, "{method} {path}");
    }
    let mut browser = administrator(&bench).await;
    for (method, path, body) in addresses() {
        let answer = browser.call(method, path, body).await;
        assert_ne!(answer.status, 401, "{method} {path}");
    }
    let mut elsewhere = browser.clone();
    let out = browser
        .call("DELETE", "/api/admin/session", Value::Null)
        .await;
    assert_eq!(out.status, 204);
    assert_eq!(browser.cookie, None);
    assert_eq!(
        elsewhere.get("/api/admin/policy").await.status,
        401,
        "the session is over, not only the cookie gone"
    );
    let again = elsewhere
        .call("DELETE", "/api/admin/session", Value::Null)
        .await;
    assert_eq!(again.status, 204);
}

#[tokio::test]
async fn the_cookie_is_for_the_administration_alone_and_ends() {
    let bench = Bench::new().await;
    let mut visitor = bench.visitor();
    let token = bench.party.admin_token();
    let answer = bearing(&mut visitor, &token, "POST", "/api/admin/session").await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().expect("ASCII");
    for part in [
        "Path=/api/admin;",
        "HttpOnly",
        "SameSite=Strict",
        "Max-Age=28800",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(&**token));
    assert_eq!(answer.body["expiresAt"], "2023-11-15T06:13:20Z");
    bench.clock.advance(Duration::from_secs(8 * 60 * 60 - 1));
    assert_eq!(visitor.get("/api/admin/policy").await.status, 200);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(visitor.get("/api/admin/policy").await.status, 401);
}

#[tokio::test]
async fn the_oldest_of_too_many_sessions_gives_way() {
    let bench = Bench::new().await;
    let mut browsers = Vec::new();
    for _ in 0..17 {
        browsers.push(administrator(&bench).await);
    }
    let mut statuses = Vec::new();
    for browser in &mut browsers {
        statuses.push(browser.get("/api/admin/policy").await.status.as_u16());
    }
    assert_eq!(statuses[0], 401);
    assert!(statuses[1..].iter().all(|status| *status == 200));
}

#[tokio::test]
async fn wrong_tokens_are_counted_by_address_and_the_right_one_is_never_refused() {
    let bench = Bench::new().await;
    let mut inside = administrator(&bench).await;
    let mut stranger = bench.visitor();
    let token = bench.party.admin_token();
    let wrong = ["", "x", &"A".repeat(43), &"A".repeat(44), &token[1..]];
    for guess in wrong.iter().cycle().take(10) {
        let answer = bearing(&mut stranger, guess, "GET", "/api/admin/policy").await;
        assert_eq!(answer.status, 401, "{guess}");
    }
    let answer = bearing(&mut stranger, "x", "POST", "/api/admin/session").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (429, "rateLimited")
    );
    assert!(answer.message().contains("60 seconds"), "{}", answer.text);
    let mut elsewhere = bench.visitor();
    let mut request = elsewhere.request("GET", "/api/admin/policy", "{}");
    let value = "Bearer x".parse().expect("a header");
    request.headers_mut().insert(header::AUTHORIZATION, value);
    request.extensions_mut().insert(Peer([10, 0, 0, 1].into()));
    let answer = elsewhere.send(request).await;
    assert_eq!(answer.status, 401, "another address is not concerned");
    assert_eq!(
        inside.get("/api/admin/policy").await.status,
        200,
        "whoever is in stays in"
    );
    let mut program = bench.visitor();
    let answer = bearing(&mut program, &token, "GET", "/api/admin/policy").await;
    assert_eq!(answer.status, 200, "whoever has the token comes in");
    bench.clock.advance(Duration::from_secs(59));
    let answer = bearing(&mut stranger, "x", "GET", "/api/admin/policy").await;
    assert_eq!(answer.status, 429);
    bench.clock.advance(Duration::from_secs(1));
    let answer = bearing(&mut stranger, "x", "GET", "/api/admin/policy").await;
    assert_eq!(answer.status, 401);
}

/// What the log says, with how often.
async fn audited(admin: &mut Visitor) -> Vec<(String, u64)> {
    let log = admin.get("/api/admin/audit").await.body;
    let entries = log["entries"].as_array().expect("a list");
    let line = |entry: &Value| {
        let what = entry["what"].as_str().expect("a name").to_owned();
        (what, entry["detail"]["times"].as_u64().unwrap_or(1))
    };
    entries.iter().map(line).collect()
}

#[tokio::test]
async fn who_administers_and_who_tries_to_is_logged() {
    let bench = Bench::new().await;
    let mut stranger = bench.visitor();
    for _ in 0..30 {
        bearing(&mut stranger, "x", "GET", "/api/admin/policy").await;
    }
    let mut first = administrator(&bench).await;
    let out = first.call("DELETE", "/api/admin/session", Value::Null);
    assert_eq!(out.await.status, 204);
    let mut admin = administrator(&bench).await;
    let expected = [
        ("tokenRefused", 30),
        ("administrationBegun", 2),
        ("administrationEnded", 1),
    ];
    let expected = expected.map(|(what, times)| (what.to_owned(), times));
    assert_eq!(audited(&mut admin).await, expected);
}

#[tokio::test]
async fn a_policy_is_shown_changed_and_told() {
    let heard = Arc::new(Listener::default());
    let bench = Bench::with(Limits::default(), heard.clone()).await;
    let mut admin = administrator(&bench).await;
    let shown = admin.get("/api/admin/policy").await.body;
    assert_eq!(
        (&shown["version"], &shown["problem"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(shown["policy"]["pin"]["min-length"], 6);
    assert!(shown["text"].as_str().expect("text").starts_with("# What"));
    let put = json!({ "version": 1, "changes": { "pin": { "offline": true, "validity": "90s" } } });
    let answer = admin.call("PUT", "/api/admin/policy", put).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body["version"], 2);
    assert_eq!(answer.body["policy"]["pin"]["validity"], "1m 30s");
    let text = answer.body["text"].as_str().expect("text");
    assert!(text.contains("\noffline = true\n") && text.starts_with("# What"));
    let mut whole = answer.body["policy"].clone();
    whole["pin"]["history"] = json!(7);
    let put = json!({ "version": 2, "policy": whole });
    assert_eq!(
        admin.call("PUT", "/api/admin/policy", put).await.body["version"],
        3
    );
    let put = json!({ "text": "[pin]\nhistory = 7\n" });
    assert_eq!(
        admin
            .call("PUT", "/api/admin/policy", put.clone())
            .await
            .body["version"],
        4
    );
    assert_eq!(
        admin.call("PUT", "/api/admin/policy", put).await.body["version"],
        4,
        "the same again is no change"
    );
    let drafts = heard.drafts();
    let told: Vec<_> = drafts
        .iter()
        .filter(|draft| draft.kind == crate::kinds::POLICY_CHANGED)
        .collect();
    assert_eq!(told.len(), 3);
    assert!(told[0].cause.is_some());
    assert_eq!(
        told[0].body,
        json!({ "version": 2, "changes": [
            { "member": "pin.offline", "from": false, "to": true },
            { "member": "pin.validity", "from": "7days", "to": "1m 30s" }
        ] })
    );
    let log = admin.get("/api/admin/audit").await.body;
    let versions: Vec<_> = log["entries"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|entry| entry["what"] == "policyChanged" && entry["who"] == "administrator")
        .map(|entry| entry["detail"]["version"].clone())
        .collect();
    assert_eq!(versions, [2, 3, 4]);
}

#[tokio::test]
async fn a_policy_that_cannot_be_is_refused_with_its_place() {
    let bench = Bench::new().await;
    let mut admin = administrator(&bench).await;
    let table = [
        (
            json!({ "text": "[pin]\nofline = true" }),
            422,
            "policyUnusable",
            Value::Null,
            json!(2),
        ),
        (
            json!({ "changes": { "pin": { "validity": "soon" } } }),
            422,
            "policyUnusable",
            json!("pin.validity"),
            json!(18),
        ),
        (
            json!({ "changes": { "passkeys": { "biometrics": false } } }),
            422,
            "policyUnusable",
            json!("passkeys.required"),
            json!(8),
        ),
        (
            json!({ "policy": { "pin": { "min-length": 9, "max-length": 8 } } }),
            422,
            "policyUnusable",
            json!("pin.min-length"),
            Value::Null,
        ),
        (
            json!({ "version": 2, "text": "" }),
            409,
            "policyMoved",
            Value::Null,
            Value::Null,
        ),
        (json!({}), 422, "policyNotOnce", Value::Null, Value::Null),
        (
            json!({ "text": "", "changes": {} }),
            422,
            "policyNotOnce",
            Value::Null,
            Value::Null,
        ),
        (
            json!({ "text": 3 }),
            400,
            "malformedJson",
            Value::Null,
            Value::Null,
        ),
        (
            json!({ "txt": "" }),
            400,
            "malformedJson",
            Value::Null,
            Value::Null,
        ),
    ];
    for (put, status, code, field, line) in table {
        let answer = admin.call("PUT", "/api/admin/policy", put.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{put}"
        );
        assert_eq!(answer.body["error"]["field"], field, "{}", answer.text);
        if !line.is_null() {
            assert_eq!(answer.body["error"]["line"], line, "{}", answer.text);
        }
    }
    assert_eq!(bench.party.policy().policy_version, 1);
    let log = audited(&mut admin).await;
    assert_eq!(log[0].0, "administrationBegun");
    assert!(log.len() > 1 && log[1..].iter().all(|(what, _)| what == "policyRefused"));
}

#[tokio::test]
async fn accounts_are_listed_with_their_pins_and_reset() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    phone.sync(2).await;
    for _ in 0..5 {
        phone.verify("555123").await;
    }
    let mut admin = administrator(&world.bench).await;
    let listed = admin.get("/api/admin/accounts").await.body;
    let ada = &listed["accounts"][0];
    assert_eq!(ada["account"]["username"], "ada");
    assert_eq!(ada["pin"]["status"], "locked");
    assert_eq!(ada["pin"]["locked"], true);
    assert_eq!(ada["pin"]["attemptsLeft"], 0);
    let listed_phone = &ada["pin"]["phones"][0];
    assert_eq!(listed_phone["enrolmentId"], phone.id());
    assert_eq!(listed_phone["failures"], 2);
    assert_eq!(listed_phone["lastSyncAt"], "2023-11-14T22:13:20Z");
    let id = ada["account"]["id"].as_str().expect("text");
    let path = format!("/api/admin/accounts/{id}/pin/reset");
    assert_eq!(admin.post(&path, Value::Null).await.status, 204);
    let listed = admin.get("/api/admin/accounts").await.body;
    assert_eq!(listed["accounts"][0]["pin"]["status"], "none");
    let reset = world.events(crate::kinds::PIN_RESET);
    assert_eq!(reset, [json!({ "account": "ada", "by": "administrator" })]);
    for unknown in ["AAAA", "not base64url!"] {
        let path = format!(
            "/api/admin/accounts/{}/pin/reset",
            unknown.replace(' ', "%20")
        );
        let answer = admin.post(&path, Value::Null).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "noSuchAccount")
        );
    }
}

#[tokio::test]
async fn an_enrolment_is_taken_away_once() {
    let world = World::new().await;
    let phone = world.phone_with_pin("phone").await;
    let mut admin = administrator(&world.bench).await;
    let path = format!("/api/admin/enrolments/{}", phone.id());
    let answer = admin.call("DELETE", &path, Value::Null).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let answer = admin.call("DELETE", &path, Value::Null).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (404, "noSuchEnrolment")
    );
    assert!(world.status().await.phones.is_empty());
}

#[tokio::test]
async fn the_log_comes_in_pages_and_by_account() {
    let world = World::new().await;
    let mut phone = world.phone_with_pin("phone").await;
    let other = super::device::account(world.party(), "ada").await;
    assert_eq!(other.id, world.ada.id);
    let mut admin = administrator(&world.bench).await;
    let all = admin.get("/api/admin/audit").await.body;
    let all = all["entries"].as_array().expect("a list").clone();
    assert!(all.len() >= 3, "{all:?}");
    let number = |entry: &Value| entry["number"].as_i64().expect("a number");
    assert!(
        all.windows(2)
            .all(|pair| number(&pair[0]) < number(&pair[1]))
    );
    let path = format!("/api/admin/audit?after={}", number(&all[1]));
    let rest = admin.get(&path).await.body;
    assert_eq!(rest["entries"].as_array().expect("a list")[..], all[2..]);
    let account = webauthn::id::Base64Url(world.ada.id.as_bytes().to_vec()).to_string();
    let path = format!("/api/admin/audit?account={account}");
    let of_ada = admin.get(&path).await.body;
    let of_ada = of_ada["entries"].as_array().expect("a list");
    assert!(!of_ada.is_empty() && of_ada.iter().all(|entry| entry["account"] == "ada"));
    phone.verify(PIN).await;
    for (query, status, code) in [
        ("after=x", 400, "queryUnusable"),
        ("before=1", 400, "queryUnusable"),
        ("account=!", 404, "noSuchAccount"),
    ] {
        let answer = admin.get(&format!("/api/admin/audit?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (status, code),
            "{query}"
        );
    }
    let none = admin.get("/api/admin/audit?account=AAAA").await.body;
    assert_eq!(none["entries"], json!([]));
}

#[tokio::test]
async fn the_token_is_in_no_event_answer_or_row() {
    let heard = Arc::new(Listener::default());
    let bench = Bench::with(Limits::default(), heard.clone()).await;
    let mut admin = administrator(&bench).await;
    let session = admin.cookie.clone().expect("a cookie");
    let session = session.split_once('=').expect("a pair").1.to_owned();
    let token = bench.party.admin_token().to_string();
    let mut texts = vec![format!("{:?}", bench.party.policy())];
    for (method, path, body) in addresses() {
        let answer = admin.call(method, path, body.clone()).await;
        texts.push(format!(
            "{}{:?}",
            answer.text,
            without_cookie(&answer.headers)
        ));
        texts.push(
            bearing(&mut bench.visitor(), &token, method, path)
                .await
                .text,
        );
    }
    bearing(&mut bench.visitor(), &token, "POST", "/api/admin/session").await;
    texts.push(format!("{:?}", heard.drafts()));
    for text in texts {
        for secret in [&token, &session] {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
}

fn without_cookie(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    headers.remove(header::SET_COOKIE);
    headers
}

async fn on_disk(folder: &std::path::Path) -> Arc<RelyingParty> {
    let storage = Storage::open(&Data::Folder(folder.to_owned()), Limits::default());
    let seams = Seams::new(Arc::new(Silent), Arc::new(ManualClock::new(NOON)));
    let config = Config::local("Acme", "acme.localhost", 8080);
    RelyingParty::open(config, storage.expect("a folder"), seams)
        .await
        .expect("sound settings")
}

#[tokio::test]
async fn the_token_stays_with_its_file_and_is_only_its_owners() {
    let folder = tempfile::tempdir().expect("a folder");
    let party = on_disk(folder.path()).await;
    let file = party.admin_token_file().expect("a file");
    let first = party.admin_token().to_string();
    assert_eq!(
        fs::read_to_string(&file).expect("text"),
        format!("{first}\n")
    );
    drop(party);
    private(&file);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
    }
    let party = on_disk(folder.path()).await;
    assert_eq!(*party.admin_token(), first, "a restart keeps it");
    private(&file);
    drop(party);
    for entry in fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let holds = fs::read(&path).expect("bytes");
        let holds = holds.windows(first.len()).any(|at| at == first.as_bytes());
        assert_eq!(holds, path == file, "{}", path.display());
    }
    fs::remove_file(&file).expect("gone");
    let second = on_disk(folder.path()).await.admin_token().to_string();
    assert_ne!(second, first, "who deletes the file gets another");
    fs::write(&file, &first).expect("written");
    let third = on_disk(folder.path()).await.admin_token().to_string();
    assert!(
        third != first && third != second,
        "an old token opens nothing"
    );
}

#[cfg(unix)]
fn private(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let rights = fs::metadata(file).expect("there").permissions().mode();
    assert_eq!(rights & 0o777, 0o600);
}

#[cfg(not(unix))]
fn private(_: &std::path::Path) {}

#[tokio::test]
async fn the_seeded_randomness_of_a_test_does_not_foretell_the_token() {
    struct Same;
    impl crate::Random for Same {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), crate::Error> {
            bytes.fill(7);
            Ok(())
        }
    }
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let seams =
            |clock: Arc<ManualClock>| Seams::new(Arc::new(Silent), clock).random(Arc::new(Same));
        let bench = Bench::open(Limits::default(), seams).await;
        tokens.push(bench.party.admin_token().to_string());
    }
    assert_ne!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn a_phone_of_another_account_is_not_a_persons_to_remove() {
    let world = World::new().await;
    let phone = world.phone_with_pin("phone").await;
    let mut eve = world.bench.visitor();
    eve.sign_up("eve", 9).await;
    let path = format!("/api/pin/phones/{}", phone.id());
    let answer = eve.call("DELETE", &path, Value::Null).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code()),
        (404, "noSuchEnrolment")
    );
    assert_eq!(world.status().await.phones.len(), 1);
    let own = Phone::enrol(
        &world.bench.router,
        world.party(),
        &super::device::account(world.party(), "eve").await,
        "eve's",
    )
    .await;
    let path = format!("/api/pin/phones/{}", own.id());
    assert_eq!(eve.call("DELETE", &path, Value::Null).await.status, 204);
}
