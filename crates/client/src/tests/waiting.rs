//! What the user is told while a key waits.

use super::key_pin::hands::Hands;
use super::*;

/// Says these keepalives, then answers, unless it is cancelled before.
struct Slow {
    inner: Scripted,
    says: Vec<KeepaliveStatus>,
    asks_itself: bool,
}

impl Slow {
    fn new(says: &[KeepaliveStatus], asks_itself: bool, waits: bool) -> Self {
        let last = if waits {
            Reply::Waits
        } else {
            super::create::good()
        };
        Slow {
            inner: Scripted::device(&[], last),
            says: says.to_vec(),
            asks_itself,
        }
    }
}

impl Channel for Slow {
    fn transact<'a>(
        &'a mut self,
        command: &'a [u8],
        cancel: &'a CancellationToken,
        on_keepalive: &'a mut (dyn FnMut(KeepaliveStatus) + Send),
    ) -> Transact<'a> {
        if !self.inner.sent.is_empty() {
            self.says.drain(..).for_each(&mut *on_keepalive);
        }
        self.inner.transact(command, cancel, on_keepalive)
    }

    fn attachment(&self) -> AuthenticatorAttachment {
        self.inner.attachment()
    }

    fn asks_user_itself(&self) -> bool {
        self.asks_itself
    }
}

const WORKS: KeepaliveStatus = KeepaliveStatus::Processing;
const TOUCH: KeepaliveStatus = KeepaliveStatus::UpNeeded;

#[tokio::test]
async fn each_change_is_told_once_and_the_end_of_the_command_too() {
    let hands = Hands::typing([]);
    let mut key = Slow::new(&[WORKS, WORKS, TOUCH, TOUCH, WORKS], false, false);
    let page = Page::with(hands.clone());
    page.create(&mut key, &creation_options())
        .await
        .expect("a passkey");
    assert_eq!(
        hands.waits(),
        [
            Some(Waiting::Processing),
            Some(Waiting::TouchNeeded),
            Some(Waiting::Processing),
            None,
        ]
    );
}

#[tokio::test]
async fn a_key_that_never_waits_and_one_that_shows_it_itself_are_not_told() {
    for mut key in [
        Slow::new(&[], false, false),
        Slow::new(&[WORKS, TOUCH], true, false),
    ] {
        let hands = Hands::typing([]);
        let page = Page::with(hands.clone());
        page.create(&mut key, &creation_options())
            .await
            .expect("a passkey");
        assert_eq!(hands.waits(), []);
    }
}

#[tokio::test]
async fn whoever_gives_up_ends_the_command_on_the_key() {
    let hands = Hands::giving_up();
    let mut key = Slow::new(&[], false, true);
    let page = Page::with(hands.clone());
    let outcome = page.create(&mut key, &creation_options()).await;
    assert_eq!(verdict(outcome), ("NotAllowedError", "givenUp"));
    assert_eq!(key.inner.cancelled, 1);
    assert_eq!(hands.waits(), [Some(Waiting::TouchNeeded), None]);
}

#[tokio::test]
async fn the_wait_is_taken_back_when_the_call_is_dropped() {
    let hands = Hands::typing([]);
    let mut key = Slow::new(&[], false, true);
    let page = Page::with(hands.clone());
    let options = creation_options();
    tokio::select! {
        biased;
        _ = page.create(&mut key, &options) => panic!("the key never answers"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(hands.waits(), [Some(Waiting::TouchNeeded), None]);
}
