//! Several keys told apart: the one that is touched first is picked.

use std::time::Duration;

use client::KeyId;
use timeline::Clock as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Bench, Error};

/// How long the person may take, by the client's clock.
const TIME: Duration = Duration::from_secs(30);

impl Bench {
    /// Lets every key that is plugged in wait for a touch, picks the one that is touched first, and
    /// says which. The others stop waiting.
    ///
    /// # Errors
    /// [`Error::NoKey`] when none is plugged in that can be used, [`Error::NotTouched`] when the
    /// person declined or took too long, [`Error::Key`] when each of them failed; [`Error::Closing`].
    pub async fn keys_touch(&self) -> Result<String, Error> {
        let touched = self.until_closed(self.touched()).await?;
        self.pick_key(touched.clone()).await?;
        Ok(touched)
    }

    async fn touched(&self) -> Result<String, Error> {
        let list = self.0.keys.list();
        let usable = list.into_iter().filter(|key| key.problem.is_none());
        let (stop, declined) = (CancellationToken::new(), CancellationToken::new());
        let _stop = stop.clone().drop_guard();
        let mut waiting = JoinSet::new();
        for found in usable {
            // Each is opened beside the others: a silent one delays none.
            waiting.spawn(self.clone().selected(found.id, stop.clone()));
        }
        if waiting.is_empty() {
            return Err(Error::NoKey);
        }
        let clock = &self.0.clocks.client;
        let deadline = clock.now().plus(TIME);
        let cancel = declined.clone();
        let _shown = (self.0.prompts).ask_touch(None, None, "selection", deadline, cancel);
        let mut failed = None;
        let first = async {
            while let Some(done) = waiting.join_next().await {
                match done {
                    Ok(Ok(Some(key))) => return Ok(key),
                    Ok(Err(error)) => failed = Some(error),
                    Ok(Ok(None)) | Err(_) => {}
                }
            }
            Err(failed.unwrap_or(Error::NotTouched))
        };
        let first = tokio::select! {
            biased;
            first = first => first,
            () = declined.cancelled() => Err(Error::NotTouched),
            () = clock.sleep_until(deadline) => Err(Error::NotTouched),
        };
        stop.cancel();
        // The others say that they stopped; one that hangs is left to its own deadline.
        while waiting.join_next().await.is_some() {}
        first
    }

    /// The key itself when it was touched; none when it was not, or `stop` fired.
    async fn selected(self, key: KeyId, stop: CancellationToken) -> Result<Option<String>, Error> {
        let opened = tokio::select! {
            opened = self.open_key(&key) => opened,
            () = stop.cancelled() => return Ok(None),
        };
        let touched = opened?.selection(&stop).await?;
        Ok(touched.then(|| key.to_string()))
    }
}
