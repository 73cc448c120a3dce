//! Any sequence of events, held against what must never happen.

use std::time::Duration;

use proptest::prelude::*;
use timeline::Timestamp;

use super::enter;
use crate::beat::Beat;
use crate::cache::CacheState;
use crate::entry::Entry;
use crate::holding::Holding;
use crate::refusal::{Reason, Refusal};
use crate::seen::Reading;
use crate::world::{NOW, VALIDITY, World, at, pin};

#[derive(Debug, Clone)]
enum Event {
    Pass(u64),
    SetWall(i64),
    Reboot,
    Right,
    Wrong,
    Sync,
    Unlock,
    ChangePin,
    ChangePolicy,
    Refuse(Reason),
    Beat,
    LoseKeyring,
    KeepStores,
    RestoreKeyring,
    RestoreVault,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (0u64..2_000).prop_map(Event::Pass),
        1 => (-10_000i64..10_000).prop_map(Event::SetWall),
        1 => Just(Event::Reboot),
        3 => Just(Event::Right),
        6 => Just(Event::Wrong),
        6 => Just(Event::Sync),
        2 => Just(Event::Unlock),
        1 => Just(Event::ChangePin),
        1 => Just(Event::ChangePolicy),
        2 => proptest::sample::select(Reason::ALL.to_vec()).prop_map(Event::Refuse),
        1 => Just(Event::Beat),
        1 => Just(Event::LoseKeyring),
        1 => Just(Event::KeepStores),
        1 => Just(Event::RestoreKeyring),
        1 => Just(Event::RestoreVault),
    ];
    proptest::collection::vec(event, 1..25)
}

struct Model {
    world: World,
    now: Reading,
    /// Real seconds since the last sync; no clock of the device.
    real: u64,
    rebooted: bool,
    kept: Option<Holding>,
}

impl Model {
    fn server_time(&mut self, seconds: u64) {
        let issued = self.world.payload.pad.issued_at;
        self.world.payload.pad.issued_at = issued.plus(Duration::from_secs(seconds));
    }

    /// Plays one event; true when the tries may go down by it.
    fn play(&mut self, event: &Event) -> bool {
        let before = self.world.holding.clone();
        match event {
            Event::Pass(seconds) => {
                self.server_time(*seconds);
                self.real += seconds;
                self.now.wall = self.now.wall.plus(Duration::from_secs(*seconds));
                self.now.since_boot += Duration::from_secs(*seconds);
            }
            Event::SetWall(seconds) => self.now.wall = Timestamp(NOW.0 + seconds * 1_000),
            Event::Reboot => {
                self.rebooted = true;
                self.now.boot[0] = self.now.boot[0].wrapping_add(1);
                self.now.since_boot = Duration::ZERO;
            }
            Event::Right | Event::Wrong => return self.enter(matches!(event, Event::Right)),
            Event::Sync => {
                let taken = self.world.sync(&self.now).is_ok();
                if taken {
                    (self.real, self.rebooted) = (0, false);
                }
                let epoch = |holding: &Holding| holding.tries().epoch;
                return taken && epoch(&self.world.holding) > epoch(&before);
            }
            Event::Unlock => self.world.payload.unlock_epoch += 1,
            Event::ChangePin => self.world.payload.pin_version += 1,
            Event::ChangePolicy => self.world.payload.pad.policy_version += 1,
            Event::Refuse(reason) => {
                let refusal = Refusal {
                    reason: *reason,
                    policy_version: self.world.payload.pad.policy_version,
                    issued_at: self.world.payload.pad.issued_at,
                };
                self.world.holding = before.refused(&refusal);
            }
            Event::Beat => {
                let payload = &self.world.payload;
                let beat = Beat {
                    pin_version: payload.pin_version,
                    policy_version: payload.pad.policy_version,
                    issued_at: payload.pad.issued_at,
                };
                self.world.holding = before.beat(&beat).unwrap_or(before);
            }
            Event::LoseKeyring => self.world.holding.cache = None,
            Event::KeepStores => self.kept = Some(before),
            Event::RestoreKeyring => {
                if let Some(kept) = &self.kept {
                    self.world.holding.cache.clone_from(&kept.cache);
                    // An older sync: its age is not the model's.
                    self.real = 0;
                    self.rebooted = true;
                }
            }
            Event::RestoreVault => {
                if let Some(kept) = &self.kept {
                    self.world.holding.record.clone_from(&kept.record);
                }
            }
        }
        false
    }

    fn enter(&mut self, right: bool) -> bool {
        let usable = self.world.holding.judge(&self.now).answers();
        let typed = pin(if right { "2580" } else { "0000" });
        let entry = Entry::begin([&self.world.holding], &self.now);
        assert_eq!(entry.is_empty(), !usable, "only what answers is asked");
        self.world.holding = enter(&self.world.holding, &typed, &self.now);
        right && usable
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn whatever_happens_tries_only_go_up_but_for_the_two_ways(events in events()) {
        let mut model = Model {
            world: World::synced(),
            now: at(0),
            real: 0,
            rebooted: false,
            kept: None,
        };
        // Two stores set back one after the other are both set back: only the server can tell.
        let mut restored = [false; 2];
        // What both stores held when the tries last changed, whatever one of them was set to since.
        let mut floor = model.world.holding.tries();
        for event in events {
            let before = model.world.holding.clone();
            let lowers = model.play(&event);
            match event {
                Event::RestoreKeyring | Event::LoseKeyring => restored[0] = true,
                Event::RestoreVault => restored[1] = true,
                _ => {}
            }
            if restored == [true; 2] {
                break;
            }
            let after = model.world.holding.tries();
            match event {
                Event::RestoreKeyring | Event::LoseKeyring | Event::RestoreVault => {
                    prop_assert!(after >= floor, "{event:?}: {floor:?} to {after:?}");
                }
                _ => {
                    prop_assert!(lowers || after >= before.tries(), "{event:?}: {before:?}");
                    if after != before.tries() {
                        (floor, restored) = (after, [false; 2]);
                    }
                }
            }
            let judged = model.world.holding.judge(&model.now);
            let state = judged.state;
            prop_assert_eq!(judged.answers(), matches!(state, CacheState::Valid | CacheState::Expiring));
            if judged.answers() {
                prop_assert!(judged.tries_left > Some(0));
                prop_assert!(judged.remaining > Some(Duration::ZERO));
                prop_assert!(model.rebooted || model.real < VALIDITY.as_secs(), "{} s", model.real);
            }
            let noted = model.world.holding.noted(&model.now);
            if let (Some(old), Some(new)) = (model.world.holding.synced(), noted.synced()) {
                prop_assert!(new.seen.age >= old.seen.age);
                prop_assert!(new.seen.server_time(&model.now) >= old.seen.issued_at.plus(old.seen.age));
            }
            model.world.holding = noted;
        }
    }
}
