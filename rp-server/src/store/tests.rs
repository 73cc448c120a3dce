mod on_disk;

use std::{path::Path, sync::Arc};

use serde_json::value::RawValue;
use timeline::Timestamp;
use webauthn::id::{Aaguid, Challenge, CredentialId, UserHandle};

use super::*;
use crate::{Data, Limits};

const NOW: Timestamp = Timestamp(1_000);
const LATER: Timestamp = Timestamp(9_000_000);

fn memory() -> Sqlite {
    Sqlite::open(&Data::Memory, Limits::default()).expect("memory")
}

fn on_disk(folder: &Path) -> Result<Sqlite, Error> {
    Sqlite::open(&Data::Folder(folder.to_owned()), Limits::default())
}

fn id(number: u32) -> CeremonyId {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&number.to_be_bytes());
    CeremonyId(id)
}

fn finish(number: u32, kind: Kind) -> Finish {
    Finish {
        ceremony: id(number),
        kind,
        verified: true,
        at: NOW,
        report: report("{}"),
    }
}

fn report(json: &str) -> Arc<RawValue> {
    RawValue::from_string(json.to_owned()).expect("JSON").into()
}

fn session(number: u32) -> NewSession {
    let mut token_hash = [0; 32];
    token_hash[..4].copy_from_slice(&number.to_be_bytes());
    NewSession {
        token_hash,
        expires_at: LATER,
        replaces: None,
    }
}

fn registration(number: u32) -> Registration {
    let account = UserHandle::new(number.to_be_bytes());
    Registration {
        finish: finish(number, Kind::Registration),
        new_account: Some(Account {
            id: account.clone(),
            username: format!("user {number}"),
            username_key: format!("user {number}"),
            display_name: "Somebody".into(),
        }),
        passkey: Passkey {
            id: CredentialId::new(number.to_be_bytes()),
            account,
            public_key: vec![1, 2, 3],
            algorithm: -7,
            sign_count: 0,
            backup_eligible: false,
            backed_up: false,
            uv_initialized: true,
            aaguid: Aaguid::default(),
            transports: vec!["internal".into()],
            label: String::new(),
            created_at: NOW,
            last_used_at: None,
            version: 1,
        },
        session: Some(session(number)),
    }
}

fn sign_in(ceremony: u32, passkey: u32, judged_version: i64, sign_count: u32) -> SignIn {
    SignIn {
        finish: finish(ceremony, Kind::Authentication),
        passkey: CredentialId::new(passkey.to_be_bytes()),
        account: UserHandle::new(passkey.to_be_bytes()),
        judged_version,
        sign_count,
        backed_up: false,
        uv_initialized: true,
        session: Some(session(ceremony)),
    }
}

fn ceremony(number: u32, purpose: Purpose, expires_at: Timestamp) -> Ceremony {
    Ceremony {
        id: id(number),
        challenge: Challenge::new(vec![7; 32]),
        purpose,
        expires_at,
    }
}

#[tokio::test]
async fn passkeys_of_one_moment_are_listed_in_the_order_in_which_they_came() {
    let store = memory();
    let account = UserHandle::new(9u32.to_be_bytes());
    let came = [9, 3, 7, 1];
    for number in came {
        let mut registration = registration(number);
        registration.passkey.account = account.clone();
        registration.new_account = registration.new_account.filter(|_| number == 9);
        store
            .finish_registration(registration)
            .await
            .expect("stored");
    }
    let listed = store.passkeys(&account).await.expect("an answer");
    let ids = came.map(|number| CredentialId::new(number.to_be_bytes()));
    assert_eq!(
        listed
            .into_iter()
            .map(|passkey| passkey.id)
            .collect::<Vec<_>>(),
        ids
    );
}

#[tokio::test]
async fn a_verdict_on_an_older_row_changes_nothing() {
    let store = memory();
    store
        .finish_registration(registration(1))
        .await
        .expect("stored");
    assert_eq!(
        store
            .finish_sign_in(sign_in(10, 1, 1, 5))
            .await
            .expect("an answer"),
        SignedIn::Done
    );
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 1, 3))
            .await
            .expect("an answer"),
        SignedIn::RowChanged
    );
    let (passkey, _) = store
        .passkey(&CredentialId::new(1_u32.to_be_bytes()))
        .await
        .expect("an answer")
        .expect("a passkey");
    assert_eq!((passkey.sign_count, passkey.version), (5, 2));
    assert_eq!(
        store
            .session(session(11).token_hash, NOW)
            .await
            .expect("an answer"),
        None,
        "no session was bound"
    );
    assert_eq!(
        store.finished(id(11)).await.expect("an answer"),
        None,
        "the ceremony may be judged again"
    );
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 2, 6))
            .await
            .expect("an answer"),
        SignedIn::Done
    );
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 3, 7))
            .await
            .expect("an answer"),
        SignedIn::AlreadyUsed
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_that_share_a_transaction_do_not_spoil_each_other() {
    let store = Arc::new(memory());
    store
        .finish_registration(registration(0))
        .await
        .expect("stored");
    let tasks: Vec<_> = (1..=200_u32)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                // Every third one meets a credential that is known, every fifth a used ceremony.
                let mut registration = registration(number);
                if number % 3 == 0 {
                    registration.passkey.id = CredentialId::new(0_u32.to_be_bytes());
                }
                if number % 5 == 0 {
                    registration.finish.ceremony = id(0);
                }
                (
                    number,
                    store
                        .finish_registration(registration)
                        .await
                        .expect("an answer"),
                )
            })
        })
        .collect();
    for task in tasks {
        let (number, registered) = task.await.expect("no panic");
        match (number % 5, number % 3) {
            (0, _) => assert_eq!(registered, Registered::AlreadyUsed, "{number}"),
            (_, 0) => assert_eq!(registered, Registered::CredentialKnown, "{number}"),
            _ => assert!(matches!(registered, Registered::Done { .. }), "{number}"),
        }
        let taken = store
            .username_is_taken(&format!("user {number}"))
            .await
            .expect("an answer");
        assert_eq!(
            taken,
            matches!(registered, Registered::Done { .. }),
            "{number}: all or nothing"
        );
    }
}

#[tokio::test]
async fn an_operation_that_fails_leaves_the_others_of_its_group() {
    let store = memory();
    let broken = store.in_writer(|db| db.execute("INSERT INTO nowhere VALUES (1)", []));
    let good = store.finish_registration(registration(1));
    let (broken, good) = tokio::join!(broken, good);
    assert_eq!(broken.expect_err("no such table").code(), "databaseFailed");
    assert!(matches!(good.expect("stored"), Registered::Done { .. }));
}

#[tokio::test]
async fn keeps_no_more_ladders_than_it_may() {
    let limits = Limits {
        finished_ceremonies: 3,
        ..Limits::default()
    };
    let store = Sqlite::open(&Data::Memory, limits).expect("memory");
    for number in 1..=5 {
        store
            .refuse(finish(number, Kind::Authentication))
            .await
            .expect("stored");
    }
    let mut kept = Vec::new();
    for number in 1..=5 {
        if store
            .finished(id(number))
            .await
            .expect("an answer")
            .is_some()
        {
            kept.push(number);
        }
    }
    assert_eq!(kept, [3, 4, 5]);
}

#[tokio::test]
async fn an_accounts_oldest_open_ceremony_gives_way_but_nobody_elses() {
    let limits = Limits {
        open_ceremonies_per_account: 2,
        ..Limits::default()
    };
    let store = Sqlite::open(&Data::Memory, limits).expect("memory");
    let alice = || Purpose::FurtherPasskey(UserHandle::new([1]));
    let bob = Purpose::FurtherPasskey(UserHandle::new([2]));
    assert!(
        store
            .begin(ceremony(1, bob, LATER), NOW)
            .await
            .expect("an answer")
    );
    for number in 2..=4 {
        assert!(
            store
                .begin(ceremony(number, alice(), LATER), NOW)
                .await
                .expect("an answer")
        );
    }
    let mut open = Vec::new();
    for number in 1..=4 {
        if let Claim::Open(_) = store
            .claim(id(number), Kind::Registration, NOW)
            .await
            .expect("an answer")
        {
            open.push(number);
        }
    }
    assert_eq!(open, [1, 3, 4]);
}

#[test]
fn the_table_of_open_ceremonies_stays_bounded() {
    let mut table = open_ceremonies::OpenCeremonies::new(100, 10);
    for number in 0..5_000 {
        assert!(
            table.insert(ceremony(number, Purpose::SignIn, LATER), NOW),
            "{number}"
        );
        assert!(matches!(
            table.claim(id(number), Kind::Authentication, NOW),
            Claim::Open(_)
        ));
        assert_eq!(
            table.claim(id(number), Kind::Authentication, NOW),
            Claim::Used,
            "one caller only"
        );
        table.close(id(number));
    }
    for number in 0..100 {
        assert!(table.insert(ceremony(number, Purpose::SignIn, Timestamp(2_000)), NOW));
    }
    assert!(
        !table.insert(ceremony(100, Purpose::SignIn, LATER), NOW),
        "all are still good"
    );
    assert!(
        table.insert(ceremony(100, Purpose::SignIn, LATER), Timestamp(2_000)),
        "the expired give way"
    );
}

async fn judged(store: &Sqlite) -> Option<Passkey> {
    let id = CredentialId::new(1_u32.to_be_bytes());
    let found = store.passkey_to_judge(&id).await.expect("an answer");
    found.map(|(passkey, _)| passkey)
}

#[tokio::test]
async fn a_passkey_that_was_used_lately_is_never_judged_on_what_it_no_longer_is() {
    let store = memory();
    store
        .finish_registration(registration(1))
        .await
        .expect("stored");
    let mut further = registration(2);
    further.new_account = None;
    further.passkey.account = UserHandle::new(1_u32.to_be_bytes());
    store.finish_registration(further).await.expect("stored");
    let (account, id) = (
        UserHandle::new(1_u32.to_be_bytes()),
        CredentialId::new(1_u32.to_be_bytes()),
    );
    assert_eq!(judged(&store).await.expect("a passkey").version, 1);
    store
        .finish_sign_in(sign_in(10, 1, 1, 5))
        .await
        .expect("an answer");
    let row = store
        .passkey(&id)
        .await
        .expect("an answer")
        .map(|(passkey, _)| passkey);
    assert_eq!(judged(&store).await, row, "it follows a sign-in");

    store
        .rename_passkey(&account, &id, "Phone".into())
        .await
        .expect("an answer");
    assert_eq!(
        store
            .finish_sign_in(sign_in(11, 1, 2, 6))
            .await
            .expect("an answer"),
        SignedIn::RowChanged,
        "a verdict on the row before its renaming is refused"
    );
    assert_eq!(judged(&store).await.expect("a passkey").label, "Phone");
    store
        .delete_passkey(&account, &id, [0; 32])
        .await
        .expect("an answer");
    assert_eq!(
        store
            .finish_sign_in(sign_in(12, 1, 3, 7))
            .await
            .expect("an answer"),
        SignedIn::RowChanged
    );
    assert_eq!(judged(&store).await, None, "it is gone");
}
