//! The workstation's page: a question, an offline phone's answer, a session.

use std::time::Duration;

use pin_sync::{exchange::device::Session, logon::Scanned, payload::Payload};
use serde_json::{Value, json};

use super::{
    super::fixture::{Answer, Visitor},
    device::{PIN, POLICY, Phone, World, account, new_pin},
};
use crate::kinds;

/// ada's phone after a synchronization, and a workstation.
struct Desk {
    world: World,
    phone: Phone,
    payload: Box<Payload>,
    session: Session,
    page: Visitor,
}

impl Desk {
    async fn new() -> Self {
        Self::with(POLICY).await
    }

    async fn with(policy: &str) -> Self {
        let world = World::with(crate::Limits::default(), policy).await;
        let mut phone = world.phone_with_pin("phone").await;
        let (payload, session) = phone.sync(0).await;
        let page = world.bench.visitor();
        Self {
            world,
            phone,
            payload,
            session,
            page,
        }
    }

    async fn begin(&mut self) -> Value {
        let begun = begin(&mut self.page, "Ada", "front desk").await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        begun.body
    }

    /// What the phone shows for the question.
    fn code(&self, begun: &Value) -> String {
        let text = begun["phones"][0]["code"].as_str().expect("text");
        let scanned = Scanned::from_text(text).expect("a question");
        let counter = self.session.sync_counter();
        let accepted = scanned
            .check(&self.phone.binding, self.world.party().now(), counter)
            .expect("for this phone");
        let hash = new_pin(PIN).hash(&self.payload.salt, self.payload.iterations);
        let key = self.session.response_key();
        let code = accepted.challenge().answer_of(key, counter, &hash);
        code.as_str().to_owned()
    }

    async fn finish(&mut self, begun: &Value, code: &str) -> Answer {
        let body = json!({ "session": begun["session"], "code": code });
        self.page.post("/api/workstation/logon/finish", body).await
    }

    fn refusals(&self) -> Vec<Value> {
        let refused = self.world.events(kinds::LOGON_REFUSED);
        refused.iter().map(|body| body["reason"].clone()).collect()
    }
}

async fn begin(page: &mut Visitor, username: &str, workstation: &str) -> Answer {
    let body = json!({ "username": username, "workstation": workstation });
    page.post("/api/workstation/logon/begin", body).await
}

fn refused(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.code())
}

/// Another code than this.
fn wrong(code: &str) -> String {
    let first = u32::from(code.starts_with('0'));
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn a_right_code_signs_in_once() {
    let mut desk = Desk::new().await;
    let begun = desk.begin().await;
    assert_eq!(begun["phones"][0]["deviceName"], "Ada's phone");
    let code = desk.code(&begun);
    let spaced = format!(" {} {}", &code[..4], &code[4..]);
    let done = desk.finish(&begun, &spaced).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(done.body["account"]["username"], "ada");
    assert_eq!(done.body["workstation"], "front desk");
    let session = desk.page.get("/api/session").await;
    assert_eq!(session.status, 200);
    assert_eq!(session.body["passkey"], Value::Null, "no passkey signed in");
    let again = desk.finish(&begun, &code).await;
    assert_eq!(refused(&again), (422, "logonOver"));
    let finished = desk.world.events(kinds::LOGON_FINISHED);
    assert_eq!(finished[0]["enrolmentId"], desk.phone.id());
    assert_eq!(finished[0]["workstation"], "front desk");
    let events = format!("{:?}", desk.world.events(kinds::LOGON_FINISHED));
    assert!(!events.contains(&code));
}

#[tokio::test]
async fn a_question_takes_one_answer_right_or_wrong() {
    let mut desk = Desk::new().await;
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    let missed = desk.finish(&begun, &wrong(&code)).await;
    assert_eq!(refused(&missed), (422, "logonWrong"));
    assert!(
        missed.message().contains("9 wrong codes left"),
        "{}",
        missed.text
    );
    let late = desk.finish(&begun, &code).await;
    assert_eq!(refused(&late), (422, "logonOver"));
    assert_eq!(desk.page.get("/api/session").await.status, 401);
    assert_eq!(desk.refusals(), ["logonWrong"]);
}

#[tokio::test]
async fn what_is_no_code_spends_neither_the_question_nor_a_try() {
    let mut desk = Desk::new().await;
    let begun = desk.begin().await;
    for code in [
        "",
        "1234567",
        "123456789",
        "1234567x",
        "١٢٣٤٥٦٧٨",
        "+1234567",
    ] {
        let answer = desk.finish(&begun, code).await;
        assert_eq!(refused(&answer), (422, "logonCodeForm"), "{code}");
    }
    let code = desk.code(&begun);
    assert_eq!(desk.finish(&begun, &code).await.status, 200);
}

#[tokio::test]
async fn a_question_is_good_for_two_minutes() {
    let mut desk = Desk::new().await;
    let begun = desk.begin().await;
    assert_eq!(begun["expiresAt"], "2023-11-14T22:15:20Z");
    let code = desk.code(&begun);
    desk.world.clock().advance(Duration::from_secs(120));
    let late = desk.finish(&begun, &code).await;
    assert_eq!(refused(&late), (422, "logonOver"));
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    desk.world.clock().advance(Duration::from_millis(119_999));
    assert_eq!(desk.finish(&begun, &code).await.status, 200);
}

#[tokio::test]
async fn a_code_counts_for_its_own_question_only() {
    let mut desk = Desk::new().await;
    let (first, second) = (desk.begin().await, desk.begin().await);
    let code = desk.code(&first);
    let crossed = desk.finish(&second, &code).await;
    assert_eq!(refused(&crossed), (422, "logonWrong"));
    assert_eq!(desk.finish(&first, &code).await.status, 200);
}

#[tokio::test]
async fn ten_wrong_codes_lock_across_questions_until_a_sign_in_with_a_passkey() {
    let desk = Desk::new().await;
    let mut browser = desk.world.bench.visitor();
    let mut passkey = browser.sign_up("grace", 31).await;
    let grace = account(desk.world.party(), "grace").await;
    let router = &desk.world.bench.router;
    let mut phone = Phone::enrol(router, desk.world.party(), &grace, "grace's").await;
    phone.set(PIN).await;
    let (payload, session) = phone.sync(0).await;
    let mut desk = Desk {
        phone,
        payload,
        session,
        ..desk
    };
    for left in (0..10).rev() {
        let begun = begin(&mut desk.page, "grace", "front desk").await.body;
        let code = desk.code(&begun);
        let answer = desk.finish(&begun, &wrong(&code)).await;
        let expected = if left == 0 {
            "logonLocked"
        } else {
            "logonWrong"
        };
        assert_eq!(refused(&answer), (422, expected), "{left} left");
        desk.world.clock().advance(Duration::from_secs(60));
    }
    let locked = begin(&mut desk.page, "grace", "front desk").await;
    assert_eq!(refused(&locked), (422, "logonLocked"));
    assert!(locked.message().contains("Sign in once with a passkey"));
    assert_eq!(
        desk.begin().await["phones"].as_array().map(Vec::len),
        Some(1),
        "other accounts are not concerned"
    );
    assert_eq!(browser.sign_in(&mut passkey).await.status, 200);
    let begun = begin(&mut desk.page, "grace", "front desk").await.body;
    let code = desk.code(&begun);
    assert_eq!(desk.finish(&begun, &code).await.status, 200);
}

#[tokio::test]
async fn a_thousand_questions_are_bounded_and_the_last_can_be_answered() {
    let mut desk = Desk::new().await;
    let first = desk.begin().await;
    let code = desk.code(&first);
    for _ in 0..998 {
        desk.world.clock().advance(Duration::from_secs(1));
        desk.begin().await;
    }
    let last = desk.begin().await;
    let gone = desk.finish(&first, &code).await;
    assert_eq!(refused(&gone), (422, "logonOver"), "the oldest gave way");
    let code = desk.code(&last);
    assert_eq!(desk.finish(&last, &code).await.status, 200);
}

#[tokio::test]
async fn questions_come_at_a_bounded_rate_whether_or_not_there_is_such_an_account() {
    let mut desk = Desk::new().await;
    for username in ["ada", "nobody"] {
        let mut asked = 0;
        let limited = loop {
            let begun = begin(&mut desk.page, username, "front desk").await;
            if begun.status != 200 {
                break begun;
            }
            asked += 1;
            assert!(asked < 1_000, "{username} is asked for without end");
        };
        assert_eq!(refused(&limited), (429, "rateLimited"), "{username}");
        assert_eq!(asked, 60, "{username}");
    }
    desk.world.clock().advance(Duration::from_secs(1));
    assert_eq!(
        begin(&mut desk.page, "ADA", "front desk").await.status,
        200,
        "one more in every second, however the name is written"
    );
    assert_eq!(begin(&mut desk.page, "Ada", "front desk").await.status, 429);
}

#[tokio::test]
async fn a_code_in_the_wrong_form_is_not_repeated() {
    let mut desk = Desk::new().await;
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    let number: u32 = format!("1{}", &code[1..]).parse().expect("digits");
    for (code, shown) in [
        (json!(number), number.to_string()),
        (json!([code]), code.clone()),
        (json!({ "is": code }), code.clone()),
    ] {
        let body = json!({ "session": begun["session"], "code": code });
        let answer = desk.page.post("/api/workstation/logon/finish", body).await;
        assert_eq!(refused(&answer), (400, "malformedJson"));
        assert!(!answer.text.contains(&shown), "{}", answer.text);
        assert!(answer.text.contains("expected a string"), "{}", answer.text);
    }
    let told = format!("{:?}", desk.world.heard.drafts());
    assert!(!told.contains(&number.to_string()) && !told.contains(&code));
}

#[tokio::test]
async fn nobody_learns_whether_there_is_such_an_account() {
    let mut desk = Desk::new().await;
    desk.world.bench.visitor().sign_up("no-phone", 41).await;
    let mut shapes = Vec::new();
    for username in ["nobody", "no-phone"] {
        let begun = begin(&mut desk.page, username, "front desk").await;
        assert_eq!(begun.status, 200);
        assert_eq!(begun.body["phones"], json!([]));
        let finished = desk.finish(&begun.body, "12345678").await;
        shapes.push((refused(&finished).0, finished.text.clone()));
    }
    assert_eq!(shapes[0], shapes[1]);
    assert_eq!(desk.refusals(), ["noPhone"]);
}

#[tokio::test]
async fn names_that_cannot_be_are_refused() {
    let mut desk = Desk::new().await;
    let long = "x".repeat(65);
    for (username, workstation) in [
        ("", "desk"),
        ("ada", ""),
        ("ada", " "),
        ("ada", "a\u{202e}b"),
        ("ada", &long),
    ] {
        let answer = begin(&mut desk.page, username, workstation).await;
        assert_eq!(
            refused(&answer),
            (422, "nameUnusable"),
            "{username} {workstation}"
        );
    }
}

#[tokio::test]
async fn a_session_at_the_workstation_replaces_the_one_before() {
    let mut desk = Desk::new().await;
    let mut before = desk.page.clone();
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    desk.finish(&begun, &code).await;
    before.cookie.clone_from(&desk.page.cookie);
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    assert_eq!(desk.finish(&begun, &code).await.status, 200);
    assert_eq!(before.get("/api/session").await.status, 401);
    assert_eq!(desk.page.get("/api/session").await.status, 200);
}

#[tokio::test]
async fn a_pin_beyond_its_age_signs_in_no_more_often_than_the_policy_says() {
    let policy = format!("{POLICY}validity = \"90d\"\nage-days = 30\nextra-sign-ins = 1\n");
    let mut desk = Desk::with(&policy).await;
    desk.world
        .clock()
        .advance(Duration::from_secs(40 * 24 * 60 * 60));
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    assert_eq!(desk.finish(&begun, &code).await.status, 200);
    assert_eq!(desk.world.status().await.extra_uses_left, 0, "that was it");
    assert_eq!(desk.begin().await["phones"], json!([]));
}

#[tokio::test]
async fn a_question_that_was_asked_before_the_pin_ended_is_not_answered_after() {
    let policy = format!("{POLICY}age-days = 1\nextra-sign-ins = 0\nvalidity = \"90d\"\n");
    let mut desk = Desk::with(&policy).await;
    let day = Duration::from_secs(24 * 60 * 60);
    desk.world.clock().advance(day - Duration::from_secs(60));
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    desk.world.clock().advance(Duration::from_secs(60));
    let late = desk.finish(&begun, &code).await;
    assert_eq!(refused(&late), (422, "logonWrong"));
}

#[tokio::test]
async fn a_phone_whose_last_sync_is_older_than_the_validity_is_not_asked() {
    let mut desk = Desk::with(&format!("{POLICY}validity = \"2h\"\n")).await;
    desk.world
        .clock()
        .advance(Duration::from_secs(2 * 60 * 60 - 1));
    let begun = desk.begin().await;
    let code = desk.code(&begun);
    assert_eq!(begun["phones"].as_array().map(Vec::len), Some(1));
    desk.world.clock().advance(Duration::from_secs(1));
    assert_eq!(desk.begin().await["phones"], json!([]));
    let late = desk.finish(&begun, &code).await;
    assert_eq!(
        refused(&late),
        (422, "logonWrong"),
        "nor by an older question"
    );
}

#[tokio::test]
async fn a_code_counts_for_the_phone_whose_question_was_shown() {
    let mut desk = Desk::new().await;
    desk.world.phone("tablet").await.sync(0).await;
    for (shown, status) in [(1, 422), (0, 200)] {
        let begun = desk.begin().await;
        let code = desk.code(&begun);
        let body = json!({
            "session": begun["session"],
            "code": code,
            "enrolmentId": begun["phones"][shown]["enrolmentId"],
        });
        let answer = desk.page.post("/api/workstation/logon/finish", body).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
}
