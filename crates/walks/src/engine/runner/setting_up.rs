//! From an opened bench to one on which a walk can begin.

use bench::{
    Bench,
    api::{BenchState, DeviceSummary},
};

use crate::engine::{Cast, Failure};

/// Waits until the bench can be used, or says why it cannot.
pub(super) async fn ready(bench: &Bench) -> Result<(), Failure> {
    let mut changes = bench.changes();
    loop {
        changes.borrow_and_update();
        let BenchState {
            vault,
            relying_parties,
            ..
        } = bench.bench_state().await?;
        if let Some(problem) = vault.problem {
            return Err(Failure::Machine(problem));
        }
        let parties = relying_parties.iter();
        if let Some(problem) = parties.clone().find_map(|party| party.problem.clone()) {
            return Err(Failure::Machine(problem.message));
        }
        if vault.state == "ready" && parties.clone().all(|party| !party.origin.is_empty()) {
            return Ok(());
        }
        changes.changed().await.map_err(|_| bench::Error::Closing)?;
    }
}

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
