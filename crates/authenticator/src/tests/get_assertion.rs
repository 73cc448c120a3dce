use std::time::Duration;

use ctap::{Command, Options, Status};
use webauthn::authenticator_data::Flags;

use super::world::{Asked, Bench, data, descriptor, passkey, sign_in};
use crate::{Purpose, Refusal, UserVerification, kinds};

fn with_uv() -> ctap::get_assertion::Request {
    ctap::get_assertion::Request {
        options: Options {
            uv: Some(true),
            ..Options::default()
        },
        ..sign_in()
    }
}

#[tokio::test]
async fn signs_in_without_a_user_name() {
    let mut bench = Bench::key();
    let [alice] = bench.enrol(["alice"]).await;
    let response = bench.get(sign_in()).await.expect("an assertion");
    assert!(alice.asserts(&response));
    assert_eq!(
        response.credential.as_ref().expect("always told").id,
        alice.id
    );
    let user = response
        .user
        .as_ref()
        .expect("a discoverable credential tells its user");
    assert_eq!(
        (user.id.as_slice(), &user.name, &user.display_name),
        (b"alice".as_slice(), &None, &None)
    );
    assert_eq!(data(&response).flags, Flags::UP);
    assert_eq!(
        (response.number_of_credentials, response.user_selected),
        (None, None)
    );
    let asked = Asked::Presence(
        Purpose::SignIn,
        Some("example.org".into()),
        Some("alice".into()),
    );
    assert_eq!(bench.world.user.asked, [asked]);
    assert_eq!(bench.world.notes.kinds().last(), Some(&kinds::PASSKEY_USED));
}

#[tokio::test]
async fn the_counter_rises_with_every_signature_and_before_it() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    for expected in 1..=5 {
        let response = bench.get(sign_in()).await.expect("an assertion");
        assert_eq!(data(&response).sign_count, expected);
        assert_eq!(bench.world.store.credentials[0].sign_count, expected);
    }
    bench.world.store.broken = true;
    assert_eq!(
        bench.get(sign_in()).await.err(),
        Some(Status::Other),
        "no count, no signature"
    );
}

#[tokio::test]
async fn a_key_gives_several_accounts_one_after_the_other_the_newest_first() {
    let mut bench = Bench::key();
    let made = bench.enrol(["alice", "bob", "carol"]).await;
    let first = bench.get(sign_in()).await.expect("an assertion");
    assert_eq!(first.number_of_credentials, Some(3));
    assert_eq!(first.user_selected, None);
    assert!(made[2].asserts(&first));
    for earlier in [1, 0] {
        let next = bench.next().await.expect("another");
        assert!(made[earlier].asserts(&next));
        assert_eq!(next.number_of_credentials, None);
        assert_eq!(
            next.user.expect("its user").name,
            None,
            "names only after verification"
        );
    }
    assert_eq!(bench.next().await.err(), Some(Status::NotAllowed));
    assert_eq!(bench.world.user.asked.len(), 1, "one touch for all");
}

#[tokio::test]
async fn the_next_assertion_must_be_asked_for_within_thirty_seconds() {
    let mut bench = Bench::key();
    bench.enrol(["alice", "bob", "carol"]).await;
    bench.get(sign_in()).await.expect("an assertion");
    bench.world.clock.advance(Duration::from_secs(30));
    bench.next().await.expect("just in time");
    bench.world.clock.advance(Duration::from_millis(30_001));
    assert_eq!(bench.next().await.err(), Some(Status::NotAllowed));
    bench.world.clock.set(timeline::Timestamp(0));
    assert_eq!(
        bench.next().await.err(),
        Some(Status::NotAllowed),
        "what is dropped stays dropped"
    );
}

#[tokio::test]
async fn any_other_command_drops_the_next_assertion() {
    let mut bench = Bench::key();
    bench.enrol(["alice", "bob"]).await;
    assert_eq!(
        bench.next().await.err(),
        Some(Status::NotAllowed),
        "nothing before it"
    );
    for between in [
        Command::GetInfo.encode(),
        Command::Selection.encode(),
        vec![0x44],
        vec![],
    ] {
        bench.get(sign_in()).await.expect("an assertion");
        bench.raw(&between).await;
        assert_eq!(
            bench.next().await.err(),
            Some(Status::NotAllowed),
            "after {between:02x?}"
        );
    }
    bench.get(sign_in()).await.expect("an assertion");
    bench.authenticator.power_cycle(Duration::ZERO);
    assert_eq!(
        bench.next().await.err(),
        Some(Status::NotAllowed),
        "after a power cycle"
    );
}

#[tokio::test]
async fn a_passkey_deleted_in_between_is_not_given_next() {
    let mut bench = Bench::key();
    bench.enrol(["alice", "bob"]).await;
    bench.get(sign_in()).await.expect("an assertion");
    bench.world.store.credentials.clear();
    assert_eq!(bench.next().await.err(), Some(Status::NoCredentials));
}

#[tokio::test]
async fn a_phone_asks_which_account_and_gives_only_that() {
    let mut bench = Bench::phone();
    let made = bench.enrol(["alice", "bob", "carol"]).await;
    bench.world.user.choice = 2;
    let response = bench.get(with_uv()).await.expect("an assertion");
    let names = ["carol", "bob", "alice"]
        .map(|it| Some(it.to_owned()))
        .to_vec();
    assert_eq!(
        bench.world.user.asked,
        [Asked::Verify(Purpose::SignIn), Asked::Choose(names)]
    );
    assert!(made[0].asserts(&response));
    assert_eq!(
        (response.user_selected, response.number_of_credentials),
        (Some(true), None)
    );
    assert_eq!(data(&response).flags, Flags::UP.with(Flags::UV));
    assert_eq!(
        response.user.as_ref().expect("its user").name,
        None,
        "the client need not ask"
    );
    assert_eq!(bench.next().await.err(), Some(Status::NotAllowed));
}

#[tokio::test]
async fn a_phone_with_one_account_does_not_ask_which() {
    let mut bench = Bench::phone();
    bench.enrol(["alice"]).await;
    let response = bench.get(with_uv()).await.expect("an assertion");
    assert_eq!(bench.world.user.asked, [Asked::Verify(Purpose::SignIn)]);
    assert_eq!(response.user_selected, None);
}

#[tokio::test]
async fn a_refused_choice_signs_nothing() {
    for (refusals, choice) in [
        (vec![Refusal::Declined], 0),
        (vec![], 2),
        (vec![], usize::MAX),
    ] {
        let mut bench = Bench::phone();
        bench.enrol(["alice", "bob"]).await;
        bench.world.user.refusals.extend(refusals);
        bench.world.user.choice = choice;
        assert_eq!(
            bench.get(sign_in()).await.err(),
            Some(Status::OperationDenied)
        );
        assert!(
            bench
                .world
                .store
                .credentials
                .iter()
                .all(|it| it.sign_count == 0)
        );
    }
}

#[tokio::test]
async fn a_phone_that_is_asked_silently_does_not_show_anything() {
    let mut bench = Bench::phone();
    bench.enrol(["alice", "bob"]).await;
    let mut request = sign_in();
    request.options.up = Some(false);
    let response = bench.get(request).await.expect("an assertion");
    assert!(bench.world.user.asked.is_empty());
    assert_eq!(response.number_of_credentials, Some(2));
    assert_eq!(data(&response).flags, Flags::default());
}

#[tokio::test]
async fn an_allow_list_limits_who_signs() {
    let mut bench = Bench::key();
    let made = bench.enrol(["alice", "bob", "carol"]).await;
    let mut request = sign_in();
    request.allow_list = vec![
        descriptor(b"foreign"),
        descriptor(&made[0].id),
        descriptor(&made[1].id),
    ];
    let response = bench.get(request.clone()).await.expect("an assertion");
    assert!(made[1].asserts(&response), "the newer of the two");
    assert_eq!(
        response.number_of_credentials, None,
        "one is enough with an allow list"
    );
    request.allow_list = vec![descriptor(b"foreign")];
    assert_eq!(
        bench.get(request.clone()).await.err(),
        Some(Status::NoCredentials)
    );
    request.allow_list = vec![descriptor(&made[0].id)];
    request.rp_id = "other.example".into();
    assert_eq!(
        bench.get(request).await.err(),
        Some(Status::NoCredentials),
        "another relying party's"
    );
}

#[tokio::test]
async fn a_credential_that_is_not_discoverable_answers_only_to_its_id() {
    let mut bench = Bench::key();
    let mut request = passkey("alice");
    request.options.rk = None;
    let made = bench.make(request).await.expect("a credential");
    assert_eq!(
        bench.get(sign_in()).await.err(),
        Some(Status::NoCredentials)
    );
    let mut request = sign_in();
    request.allow_list = vec![descriptor(&made.id)];
    let response = bench.get(request).await.expect("an assertion");
    assert!(made.asserts(&response));
    assert!(response.user.is_none(), "its user is not told");
}

#[tokio::test]
async fn says_that_there_is_nothing_without_bothering_anyone() {
    let mut bench = Bench::key();
    assert_eq!(
        bench.get(sign_in()).await.err(),
        Some(Status::NoCredentials)
    );
    assert!(bench.world.user.asked.is_empty());
    let mut bench = Bench::phone();
    bench.world.user.verification = UserVerification::NotConfigured;
    assert_eq!(
        bench.get(with_uv()).await.err(),
        Some(Status::NoCredentials)
    );
    assert!(
        bench.world.user.asked.is_empty(),
        "no PIN is set up to learn that there is nothing"
    );
}

#[tokio::test]
async fn refuses_assertion_options_it_cannot_meet() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    assert_eq!(
        bench.get(with_uv()).await.err(),
        Some(Status::InvalidOption)
    );
    for rk in [true, false] {
        let mut request = sign_in();
        request.options.rk = Some(rk);
        assert_eq!(
            bench.get(request).await.err(),
            Some(Status::UnsupportedOption)
        );
    }
}

#[tokio::test]
async fn a_refused_touch_signs_nothing() {
    let mut bench = Bench::key();
    bench.enrol(["alice"]).await;
    for (refusal, status) in [
        (Refusal::Declined, Status::OperationDenied),
        (Refusal::TimedOut, Status::UserActionTimeout),
        (Refusal::Cancelled, Status::KeepaliveCancel),
    ] {
        bench.world.user.refusals.push_back(refusal);
        assert_eq!(bench.get(sign_in()).await.err(), Some(status));
    }
    assert_eq!(bench.world.store.credentials[0].sign_count, 0);
}
