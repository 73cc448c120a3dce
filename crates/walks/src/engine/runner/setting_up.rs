//! From an opened bench to one on which a walk can begin.

use bench::{
    Bench,
    api::{DeviceSummary, Json},
};
use serde_json::Value;

use crate::engine::{Cast, Failure, Walk};

/// Lays the walk's policy down at every relying party.
pub(super) async fn with_policy(bench: &Bench, walk: &Walk) -> Result<(), Failure> {
    if walk.policy.is_empty() {
        return Ok(());
    }
    for party in std::iter::once(&walk.party).chain(&walk.further) {
        let policy = Json(Value::Object(walk.policy.clone()));
        bench.policy_set(Some(party.rp_id.clone()), policy).await?;
    }
    Ok(())
}

/// Adds the cast's devices and plugs in those that are to be; the first is in use.
pub(super) async fn with_devices(bench: &Bench, mut cast: Cast) -> Result<Cast, Failure> {
    for player in &mut cast.devices {
        let added = bench.device_add(player.name.clone(), player.profile.clone());
        let DeviceSummary { id, .. } = added.await?;
        player.id = id;
    }
    for player in &cast.devices {
        if let Some(way) = player.way {
            bench.device_plug(player.id.clone(), way).await?;
        }
    }
    if let [first, _, ..] = cast.devices.as_slice() {
        bench.device_pick(first.id.clone()).await?;
    }
    Ok(cast)
}
