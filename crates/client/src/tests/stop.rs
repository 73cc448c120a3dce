//! Abort and time-out.

use std::time::Duration;

use ctap::{Descriptor, UserEntity, get_assertion::Response};

use super::*;
use crate::kinds;

#[tokio::test]
async fn an_aborted_signal_stops_the_call_before_any_command() {
    let page = Page::new(Chooser::MustNotBeAsked);
    page.abort.cancel();
    let outcome = page
        .create(&mut Scripted::new([]), &creation_options())
        .await;
    assert_eq!(verdict(outcome), ("AbortError", "aborted"));
    let outcome = page.get(&mut Scripted::new([]), &request_options()).await;
    assert_eq!(verdict(outcome), ("AbortError", "aborted"));
}

#[tokio::test]
async fn abort_cancels_the_command_on_the_device() {
    let page = Page::new(Chooser::MustNotBeAsked);
    let mut device = Scripted::device(&[], Reply::Waits);
    let options = creation_options();
    let (outcome, ()) = tokio::join!(page.create(&mut device, &options), async {
        tokio::task::yield_now().await;
        page.abort.cancel();
    });
    assert_eq!(verdict(outcome), ("AbortError", "aborted"));
    assert_eq!(device.cancelled, 1);
    let events = page.events();
    let [.., answered, failed] = events.as_slice() else {
        panic!("too few events")
    };
    assert_eq!(answered.body["status"], "CTAP2_ERR_KEEPALIVE_CANCEL");
    assert_eq!(
        (failed.kind, &failed.body["name"]),
        (kinds::FAILED, &json!("AbortError"))
    );
}

#[tokio::test]
async fn abort_does_not_wait_for_a_device_that_is_dead() {
    let page = Page::new(Chooser::MustNotBeAsked);
    let mut device = Scripted::device(&[], Reply::Dead);
    let options = request_options();
    let (outcome, ()) = tokio::join!(page.get(&mut device, &options), async {
        tokio::task::yield_now().await;
        page.abort.cancel();
    });
    assert_eq!(verdict(outcome), ("AbortError", "aborted"));
    let kinds: Vec<_> = page.events().iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds[kinds.len() - 2..],
        [kinds::COMMAND_SENT, kinds::FAILED],
        "there was no answer to show"
    );
}

/// How long the call of `options` lasts, in seconds, when nobody answers.
async fn lasts(options: Json, is_get: bool) -> u64 {
    let page = Page::new(Chooser::MustNotBeAsked);
    let mut device = Scripted::device(&[], Reply::Waits);
    let call = async {
        let outcome = match is_get {
            true => page.get(&mut device, &options).await.map(drop),
            false => page.create(&mut device, &options).await.map(drop),
        };
        assert_eq!(verdict(outcome), ("NotAllowedError", "timedOut"));
    };
    tokio::pin!(call);
    let mut seconds = 0;
    loop {
        tokio::select! {
            biased;
            () = &mut call => return seconds,
            () = tokio::task::yield_now() => {
                seconds += 1;
                page.clock.advance(Duration::from_secs(1));
            }
        }
    }
}

#[tokio::test]
async fn a_call_lasts_as_long_as_the_relying_party_says_within_bounds() {
    for (timeout, expected) in [
        (json!(null), 300),
        (json!(60_000), 60),
        (json!(0), 10),
        (json!(1), 10),
        (json!(9_999), 10),
        (json!(600_000), 600),
        (json!(u64::MAX), 600),
    ] {
        let patch = json!({ "timeout": timeout });
        assert_eq!(
            lasts(patched(creation_options(), patch.clone()), false).await,
            expected,
            "create {timeout}"
        );
        assert_eq!(
            lasts(patched(request_options(), patch), true).await,
            expected,
            "get {timeout}"
        );
    }
}

#[tokio::test]
async fn abort_and_time_out_end_the_account_choice() {
    let account = |id: u8, count| {
        let descriptor = Descriptor {
            id: vec![id; 16],
            transports: vec![],
        };
        let mut response = Response::new(descriptor, auth_data("example.com", None), vec![0; 70]);
        response.user = Some(UserEntity {
            id: vec![id],
            name: None,
            display_name: None,
        });
        response.number_of_credentials = count;
        Reply::Bytes(answer(Ok(response.encode())))
    };
    for (abort, expected) in [
        (true, ("AbortError", "aborted")),
        (false, ("NotAllowedError", "timedOut")),
    ] {
        let page = Page::new(Chooser::Waits);
        let mut device = Scripted::new([
            Reply::Bytes(info(&[])),
            account(1, Some(2)),
            account(2, None),
        ]);
        let options = request_options();
        let (outcome, ()) = tokio::join!(page.get(&mut device, &options), async {
            tokio::task::yield_now().await;
            if abort {
                page.abort.cancel();
            } else {
                page.clock.advance(Duration::from_secs(300));
            }
        });
        assert_eq!(verdict(outcome), expected);
    }
}
