//! From an opened bench to one on which a walk can begin.

use bench::{Bench, api::DeviceSummary};

use crate::engine::{Cast, Failure};

/// Adds the cast's devices; the first is in use.
pub(super) async fn with_devices(bench: &Bench, mut cast: Cast) -> Result<Cast, Failure> {
    for player in &mut cast.devices {
        let added = bench.device_add(player.name.clone(), player.profile.clone());
        let DeviceSummary { id, .. } = added.await?;
        player.id = id;
    }
    if let [first, _, ..] = cast.devices.as_slice() {
        bench.device_pick(first.id.clone()).await?;
    }
    Ok(cast)
}
