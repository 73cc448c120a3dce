//! Nothing secret on disk, in events or in answers; and sealed rows that open in their place alone.

use std::{fs, path::Path, sync::Arc};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use pin_sync::{exchange::Purpose, online::Verdict};
use timeline::ManualClock;

use super::{
    super::fixture::{Bench, HOST, Listener, NOON},
    device::{Phone, World, account},
};
use crate::{Config, Data, Limits, RelyingParty, Seams, Storage, pin::ResetBy, policy::Wanted};

const POLICY: &str = "[pin]\noffline = true\niterations = 1000\ntest-iterations = true\ncharset = \"any\"\nmin-length = 4\nmax-length = 40\n";
const CANARY: &str = "Kanárek-7319-žlutý";
const SECOND: &str = "Canary-4402-second";

async fn on_disk(folder: &Path, heard: &Arc<Listener>) -> World {
    assert!(HOST.ends_with(":8080"));
    let clock = Arc::new(ManualClock::new(NOON));
    let data = Data::Folder(folder.to_owned());
    let storage = Storage::open(&data, Limits::default()).expect("a store");
    let config = Config::local("Acme", "acme.localhost", 8080);
    let seams = Seams::new(heard.clone(), clock.clone());
    let party = RelyingParty::open(config, storage, seams)
        .await
        .expect("open");
    let bench = Bench {
        router: party.router(),
        party,
        clock,
    };
    if bench
        .party
        .overview()
        .await
        .expect("an overview")
        .accounts
        .is_empty()
    {
        for (name, seed) in [("ada", 1), ("bob", 2)] {
            bench.visitor().sign_up(name, seed).await;
        }
        let wanted = Wanted::Text(POLICY.to_owned());
        bench
            .party
            .change_policy(wanted, None, None)
            .await
            .map(drop)
            .expect("a policy");
    }
    let ada = account(&bench.party, "ada").await;
    World {
        bench,
        heard: heard.clone(),
        ada,
    }
}

fn everything_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for file in fs::read_dir(folder).expect("a folder") {
        let file = file.expect("a file");
        let name = file.file_name().to_string_lossy().into_owned();
        found.push((name, fs::read(file.path()).unwrap_or_default()));
    }
    found
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|part| part == needle)
}

/// The secret as it is and in the ways in which bytes are written.
fn ways(secret: &[u8]) -> Vec<Vec<u8>> {
    vec![
        secret.to_vec(),
        BASE64URL_NOPAD.encode(secret).into_bytes(),
        BASE64.encode(secret).into_bytes(),
        HEXLOWER.encode(secret).into_bytes(),
        format!("{secret:?}").into_bytes(),
    ]
}

#[tokio::test]
async fn no_secret_reaches_a_file_or_an_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let heard = Arc::new(Listener::default());
    let world = on_disk(folder.path(), &heard).await;
    let claimed = Phone::claim(&world.bench.router, world.party(), &world.ada, "phone").await;
    let code = claimed.code.as_bytes().to_vec();
    world
        .party()
        .confirm_offer(&world.ada.id, &claimed.offer, None, None)
        .await
        .expect("confirmed");
    assert_eq!(claimed.phone.finish().await.status, 200);
    let mut phone = claimed.phone;
    assert_eq!(phone.set(CANARY).await.verdict, Verdict::Ok);
    let (payload, session) = phone.sync(0).await;
    assert_eq!(
        phone.verify("Kanárek-7319-wrong").await.verdict,
        Verdict::WrongPin
    );
    assert_eq!(phone.verify(CANARY).await.verdict, Verdict::Ok);
    assert_eq!(phone.change(CANARY, SECOND).await.verdict, Verdict::Ok);
    let (second, second_session) = phone.fetch().await;
    let scalar = world
        .party()
        .store
        .pin_enrolment(phone.id())
        .await
        .expect("asked")
        .expect("one");
    let scalar = world.party().server_key(&scalar).expect("Ks").to_bytes();
    let key = fs::read(folder.path().join("seal.key")).expect("the key");
    let secrets: Vec<(&str, Vec<u8>)> = vec![
        ("the PIN", CANARY.as_bytes().to_vec()),
        ("a wrong PIN", "Kanárek-7319-wrong".as_bytes().to_vec()),
        ("the second PIN", SECOND.as_bytes().to_vec()),
        ("its hash", payload.pin_hash.as_bytes().to_vec()),
        ("the second hash", second.pin_hash.as_bytes().to_vec()),
        ("its salt", payload.salt.0.to_vec()),
        ("Kr", session.response_key().as_bytes().to_vec()),
        (
            "the next Kr",
            second_session.response_key().as_bytes().to_vec(),
        ),
        ("Ks", scalar.as_bytes().to_vec()),
        ("the offer's code", code),
        ("the seal key", key),
    ];
    let events = format!("{:?}", heard.drafts()).into_bytes();
    let raw: Vec<u8> = heard
        .drafts()
        .into_iter()
        .filter_map(|draft| draft.raw)
        .flatten()
        .collect();
    let mut places = everything_in(folder.path());
    assert!(
        places.iter().any(|(name, _)| name.ends_with("-wal")),
        "the WAL is looked at too"
    );
    places.retain(|(name, _)| name != "seal.key");
    places.push(("the events".into(), events));
    places.push(("the bytes on the wire".into(), raw));
    for (what, secret) in &secrets {
        for way in ways(secret) {
            for (place, content) in &places {
                assert!(!contains(content, &way), "{what} is in {place}");
            }
        }
    }
    let (_, wire) = places.pop().expect("the wire");
    assert!(
        contains(&wire, phone.id().as_bytes()),
        "the search finds what is there"
    );
}

#[tokio::test]
async fn a_lock_and_all_the_rest_outlive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let heard = Arc::new(Listener::default());
    let world = on_disk(folder.path(), &heard).await;
    let mut phone = world.phone_with_pin("phone").await;
    phone.sync(2).await;
    for _ in 0..4 {
        phone.verify("wrong wrong").await;
    }
    drop(world);
    let router = std::mem::take(&mut phone.router);
    drop(router);
    let world = on_disk(folder.path(), &heard).await;
    phone.router = world.bench.router.clone();
    let status = world.status().await;
    assert_eq!((status.attempts_left, status.phones[0].failures), (1, 2));
    assert_eq!(phone.verify("wrong wrong").await.verdict, Verdict::Locked);
    phone.router = axum::Router::new();
    drop(world);
    let world = on_disk(folder.path(), &heard).await;
    phone.router = world.bench.router.clone();
    assert!(world.status().await.locked);
    assert_eq!(phone.refused(Purpose::Verify).await.as_str(), "pinLocked");
}

#[tokio::test]
async fn sealed_rows_moved_between_accounts_do_not_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let heard = Arc::new(Listener::default());
    let world = on_disk(folder.path(), &heard).await;
    let mut adas = world.phone_with_pin("phone").await;
    let bob = account(world.party(), "bob").await;
    let mut bobs = Phone::enrol(&world.bench.router, world.party(), &bob, "phone").await;
    assert_eq!(bobs.set(CANARY).await.verdict, Verdict::Ok);
    adas.router = axum::Router::new();
    bobs.router = axum::Router::new();
    drop(world);
    let db =
        rusqlite::Connection::open(folder.path().join("relying-party.sqlite")).expect("a database");
    // Whoever writes in the database gives bob the PIN of ada, which is known.
    let moved = db.execute(
        "UPDATE pin_account SET sealed = (SELECT sealed FROM pin_account WHERE account_id = ?1) WHERE account_id = ?2",
        rusqlite::params![account_id(&adas), bob.id.as_bytes()],
    );
    assert_eq!(moved.expect("changed"), 1);
    drop(db);
    let world = on_disk(folder.path(), &heard).await;
    bobs.router = world.bench.router.clone();
    adas.router = world.bench.router.clone();
    let (_, session) = bobs.exchange(Purpose::Verify).await;
    let typed = pin_sync::online::Typed::Pin(super::device::new_pin(super::device::PIN));
    let answer = bobs
        .online(&super::device::second_round(&session, &typed))
        .await;
    assert_eq!((answer.status.as_u16(), answer.code()), (500, "unsealable"));
    let (_, request) = bobs.ask(Purpose::Sync);
    let body = pin_sync::wire::Body::to_json(&request);
    let answer = super::device::send(&bobs.router, "/pin/exchange", &body).await;
    assert_eq!(answer.code(), "unsealable");
    assert_eq!(
        adas.verify(super::device::PIN).await.verdict,
        Verdict::Ok,
        "hers still opens"
    );
    let party = world.party();
    assert!(
        party
            .reset_pin(&bob.id, ResetBy::App, None)
            .await
            .expect("reset")
    );
    assert_eq!(
        bobs.set(SECOND).await.verdict,
        Verdict::Ok,
        "a reset is the way out"
    );
}

fn account_id(phone: &Phone) -> Vec<u8> {
    let id = phone.binding.names().account_id();
    BASE64URL_NOPAD.decode(id.as_bytes()).expect("an id")
}

#[tokio::test]
async fn the_timeline_shows_an_invitation_and_a_workstations_answer_without_their_codes() {
    let world = World::new().await;
    let mut visitor = world.bench.visitor();
    visitor.sign_up("carol", 3).await;
    let made = visitor.post("/api/pin/offers", serde_json::json!({})).await;
    assert!(made.status.is_success(), "{}", made.text);
    let code = made.body["code"].as_str().expect("a code").to_owned();
    let scanned = pin_sync::offer::Offer::from_text(&code).expect("an offer");
    let finish = serde_json::json!({ "session": "none such", "code": "31415926" });
    visitor.post("/api/workstation/logon/finish", finish).await;
    let events = format!("{:?}", world.heard.drafts());
    let raw: Vec<u8> = world
        .heard
        .drafts()
        .into_iter()
        .filter_map(|draft| draft.raw)
        .flatten()
        .collect();
    for secret in [code.as_bytes(), b"31415926", scanned.code.as_bytes()] {
        for way in ways(secret) {
            let place = events.find(&*String::from_utf8_lossy(&way));
            let around = place.map(|place| &events[place.saturating_sub(300)..place]);
            assert_eq!(around, None, "in an event");
            assert!(!contains(&raw, &way), "in the bytes of one");
        }
    }
    let answer = world.events("rp.response");
    let told = answer
        .iter()
        .find(|answer| answer["body"]["code"] == "[secret]");
    let told = told.expect("the answer is shown, its code is not");
    assert_eq!(told["body"]["offer"], made.body["offer"]);
}
