//! Two keys at once.

use std::path::Path;
use std::sync::Arc;

use bench::clock::SystemClock;
use client::KeyId;
use device::{Answer, Device, Model, Question, Seams, Shelf, uhid};
use serde_json::Value;
use timeline::{Recorder, Seq};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vault::{KeyHome, Vault};

use super::inside;
use super::plugged::{PATIENCE, gone};
use super::visitor::open;

/// A key of this program, so that a test can see it blink and touch it.
struct Own {
    device: Device,
    id: KeyId,
    serving: JoinHandle<()>,
}

impl Own {
    async fn plug(shelf: &Shelf, name: &str) -> Self {
        let device = shelf.add(name, Model::Key).expect("a key");
        let plugged = uhid::plug(device.clone()).await.expect("a node");
        let id = KeyId::hid(plugged.path().to_str().expect("UTF-8"));
        let serving = tokio::spawn(async move {
            uhid::serve(plugged).await.expect("the kernel goes along");
        });
        Self {
            device,
            id,
            serving,
        }
    }

    /// Waits until it asks which key is meant, then touches it.
    async fn touch(&self) {
        let mut display = self.device.prompts().watch();
        let asks = display.wait_for(|prompt| {
            let question = prompt.as_ref().map(|prompt| &prompt.question);
            matches!(
                question,
                Some(Question::Touch {
                    purpose: "selection",
                    ..
                })
            )
        });
        let prompt = asks.await.expect("it asks").clone().expect("it asks");
        let answered = self.device.prompts().answer(prompt.id, Answer::Touch);
        answered.expect("it takes the touch");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "runs in the virtual machine"]
async fn two_keys_are_told_apart_by_their_blinking_and_by_a_touch() {
    inside();
    let clock = Arc::new(SystemClock::new());
    let recorder = Arc::new(Recorder::new(clock.clone(), 1_000));
    let vault = Vault::open(Path::new(""), KeyHome::Memory).expect("memory");
    let shelf = Shelf::new(vault, Seams::new(clock, recorder.clone()));
    let left = Own::plug(&shelf, "left").await;
    let right = Own::plug(&shelf, "right").await;
    assert_ne!(left.id, right.id);

    let (mut to_left, mut to_right) = (open(&left.id).await, open(&right.id).await);
    to_right.wink().await.expect("it blinks");
    let winked = |event: &&Arc<timeline::Event>| event.kind == device::kinds::WINKED;
    let events = recorder.range(Seq(0), 1_000).expect("in memory");
    let blinked: Vec<&Value> = events
        .iter()
        .filter(winked)
        .map(|event| &event.body["device"])
        .collect();
    assert_eq!(blinked, [right.device.id().as_str()]);

    let touched = CancellationToken::new();
    let never = CancellationToken::new();
    let both = async {
        tokio::join!(
            to_left.selection(&touched),
            async {
                let outcome = to_right.selection(&never).await;
                touched.cancel();
                outcome
            },
            right.touch(),
        )
    };
    let (at_left, at_right, ()) = tokio::time::timeout(PATIENCE, both).await.expect("an end");
    assert!(at_right.expect("an answer"), "it was touched");
    assert!(!at_left.expect("an answer"), "it was not");
    assert_eq!(left.device.prompts().current(), None, "it no longer waits");

    for key in [left, right] {
        key.serving.abort();
        let node = Path::new(key.id.node().expect("a node")).to_owned();
        tokio::task::spawn_blocking(move || gone(&node))
            .await
            .expect("it goes");
    }
}
