//! A phone that is enrolled, its owner's hands, and what is around them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use timeline::ManualClock;
use tokio::sync::watch;
use vault::Vault;

use super::party::Party;
use crate::network::{Crossing, Fate, Network, Passage};
use crate::offline::{Matched, OfflinePurpose, SyncedPins as _};
use crate::pin::{Bounds, Digits};
use crate::tests::bench::{Bench, memory, typed};
use crate::tests::owners::hands;
use crate::{Answer, CacheState, Device, DeviceId, EnrolmentInfo, Error, Model, Seams, Shelf};

/// A network that a test switches.
pub(super) struct Switch {
    online: watch::Sender<bool>,
    /// Loses the answers of this path.
    pub loses: std::sync::Mutex<Option<&'static str>>,
}

impl Switch {
    pub(super) fn set(&self, online: bool) {
        self.online.send_replace(online);
    }
}

impl Network for Switch {
    fn sends<'a>(&'a self, _: Passage<'a>) -> Crossing<'a> {
        let fate = if *self.online.borrow() {
            Fate::Deliver
        } else {
            Fate::Lose {
                why: "the phone is offline".to_owned(),
            }
        };
        Box::pin(std::future::ready(fate))
    }

    fn receives<'a>(&'a self, passage: Passage<'a>) -> Crossing<'a> {
        let is_lost = *self.loses.lock().expect("no panic") == Some(passage.path);
        let fate = if is_lost {
            Fate::Lose {
                why: "the answer was lost".to_owned(),
            }
        } else {
            Fate::Deliver
        };
        Box::pin(std::future::ready(fate))
    }

    fn online(&self, _: &DeviceId) -> watch::Receiver<bool> {
        self.online.subscribe()
    }
}

/// Everything around a phone.
pub(super) struct World {
    pub bench: Bench,
    pub network: Arc<Switch>,
    pub shelf: Shelf,
    pub phone: Device,
    pub party: Party,
}

impl World {
    /// A phone and a relying party that do not know each other.
    pub(super) async fn new() -> Self {
        Self::over(memory()).await
    }

    pub(super) async fn over(vault: Vault) -> Self {
        let bench = Bench::new();
        let network = Arc::new(Switch {
            online: watch::Sender::new(true),
            loses: std::sync::Mutex::new(None),
        });
        let shelf = shelf(&bench, &network, vault);
        let phone = shelf.add("Alice's phone", Model::Phone).expect("a phone");
        let party = Party::new("acme", &bench.clock).await;
        Self {
            bench,
            network,
            shelf,
            phone,
            party,
        }
    }

    /// A phone enrolled and synchronized, whose agent has nothing more to do.
    pub(super) async fn enrolled() -> Self {
        let world = Self::new().await;
        enrol(&world.phone, &world.party).await;
        world.quiet().await;
        world
    }

    pub(super) fn clock(&self) -> &ManualClock {
        &self.bench.clock
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.clock().advance(Duration::from_secs(seconds));
    }

    /// Waits until the agent has nothing to do.
    pub(super) async fn quiet(&self) {
        quiet(&self.phone).await;
    }

    pub(super) fn of(&self, kind: &str) -> Vec<Value> {
        self.bench.notes.of(kind)
    }

    pub(super) fn info(&self) -> EnrolmentInfo {
        self.phone.enrolments().expect("readable").remove(0)
    }

    pub(super) fn id(&self) -> String {
        self.info().enrolment_id
    }

    pub(super) fn state(&self) -> CacheState {
        self.info().state
    }

    /// `from→to` of every transition told.
    pub(super) fn transitions(&self) -> Vec<String> {
        let told = self.of(crate::kinds::PIN_STATE);
        let text = |body: &Value| {
            let word = |name: &str| body[name].as_str().expect("a word").to_owned();
            format!("{}→{} {}", word("from"), word("to"), word("reason"))
        };
        told.iter().map(text).collect()
    }

    pub(super) async fn check(&self, pin: &str) -> Result<Vec<Matched>, Error> {
        check(&self.phone, pin).await
    }

    /// Verifies online with these PINs, one after another.
    pub(super) async fn verify(&self, pins: &[&str]) -> Result<(), Error> {
        let owner = hands(&self.phone, &[], pins);
        let result = self.phone.verify_online(&self.id()).await;
        owner.abort();
        result
    }
}

pub(super) fn shelf(bench: &Bench, network: &Arc<Switch>, vault: Vault) -> Shelf {
    let seams = Seams::new(bench.clock.clone(), Arc::new(bench.notes.clone()));
    Shelf::new(vault, seams.network(network.clone()))
}

pub(super) async fn enrol(phone: &Device, party: &Party) {
    phone.scan(&party.offer()).await.expect("it is claimed");
    phone.continue_pairing().await.expect("it is enrolled");
}

pub(super) async fn check(phone: &Device, pin: &str) -> Result<Vec<Matched>, Error> {
    phone
        .check_offline(OfflinePurpose::UserVerification, digits(pin))
        .await
}

pub(super) fn digits(pin: &str) -> Digits {
    let mut digits = Digits::empty(Bounds::new(1, 63));
    for answer in typed(pin) {
        if let Answer::Digit { digit } = answer {
            digits.push(digit);
        }
    }
    digits
}

/// Waits until a phone's agent has nothing to do, twice in a row.
pub(super) async fn quiet(phone: &Device) {
    let wait = async {
        let mut calm = 0;
        while calm < 3 {
            calm = if phone.agent_busy() { 0 } else { calm + 1 };
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.expect("the agent comes to rest");
}

/// Waits until something is so.
pub(super) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    assert!(waited.is_ok(), "{what}");
}
