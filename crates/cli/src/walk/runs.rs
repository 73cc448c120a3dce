//! Walks, played side by side.

use std::{path::PathBuf, pin::pin, sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use walks::engine::{self, Options, Run, Walk};

use super::{Ended, keep, progress};

/// How long stopped runs may take to end.
const ENDING: Duration = Duration::from_secs(10);

/// Plays `walks`, at most `jobs` at once, and tells how each went. The runs come back in the order
/// of the walks. `homes` has a folder for each walk that is to be kept, or none at all.
pub async fn all(
    walks: &[Arc<Walk>],
    homes: &[PathBuf],
    seed: Option<u64>,
    jobs: usize,
    stopped: impl Future<Output = ()>,
) -> Result<Vec<Run>, Ended> {
    let mut stopped = pin!(stopped);
    let leave = CancellationToken::new();
    let mut ahead = walks.iter().cloned().enumerate();
    let mut playing = JoinSet::new();
    let mut runs: Vec<Option<Run>> = vec![None; walks.len()];
    loop {
        while playing.len() < jobs
            && let Some((at, walk)) = ahead.next()
        {
            let options = Options {
                seed,
                keep: homes.get(at).map(|home| keep::data(home)),
                leave: leave.clone(),
            };
            playing.spawn(async move { (at, engine::run(walk, options).await) });
        }
        let ended = tokio::select! {
            ended = playing.join_next() => ended,
            () = &mut stopped => {
                leave.cancel();
                // They close their benches, which then delete their folders.
                let ending = async { while playing.join_next().await.is_some() {} };
                let _ = tokio::time::timeout(ENDING, ending).await;
                playing.shutdown().await;
                let done = runs.iter().flatten().count();
                return Err(Ended::Stopped(format!(
                    "Stopped; {done} of {} walks had come to their end. No report was written.",
                    walks.len()
                )));
            }
        };
        match ended {
            Some(Ok((at, run))) => {
                progress::tell(&progress::ended(&run));
                runs[at] = Some(run);
            }
            Some(Err(broken)) => return Err(format!("A run broke off: {broken}.").into()),
            None => return Ok(runs.into_iter().flatten().collect()),
        }
    }
}
