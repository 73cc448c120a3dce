//! A recording: a fresh bench on which the tester acts.

use bench::{Bench, Config, HomeChoice};

use super::{
    Refused,
    rooms::{Room, Rooms},
};
use crate::api::RecordingState;

/// A recording under way.
pub(super) struct Recording {
    bench: Bench,
    _room: Room,
}

impl Recording {
    /// A fresh bench with one device of this profile.
    pub(super) async fn start(
        config: &Config,
        rooms: &Rooms,
        profile: String,
    ) -> Result<Self, Refused> {
        let room = rooms.room()?;
        let bench = Bench::open(Config {
            data: room.folder().to_owned(),
            home: Some(HomeChoice::Memory),
            port: None,
            ..config.clone()
        });
        let recording = Self { bench, _room: room };
        let added = recording.add_device(profile).await;
        if added.is_err() {
            recording.bench.close().await;
        }
        added.map(|()| recording)
    }

    async fn add_device(&self, profile: String) -> Result<(), Refused> {
        let mut changes = self.bench.changes();
        while self.bench.bench_state().await?.vault.state == "opening" {
            if changes.changed().await.is_err() {
                break;
            }
        }
        self.bench.device_add(profile.clone(), profile).await?;
        Ok(())
    }

    pub(super) fn bench(&self) -> &Bench {
        &self.bench
    }

    pub(super) fn state(&self) -> RecordingState {
        RecordingState::default()
    }

    pub(super) async fn close(self) {
        self.bench.close().await;
    }
}
