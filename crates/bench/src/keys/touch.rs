//! Several keys told apart: the one that is touched first is picked.

use std::time::Duration;

use client::KeyChannel;
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
        let usable: Vec<_> = list.iter().filter(|key| key.problem.is_none()).collect();
        if usable.is_empty() {
            return Err(Error::NoKey);
        }
        let (mut waiting, mut failed) = (JoinSet::new(), None);
        let (stop, declined) = (CancellationToken::new(), CancellationToken::new());
        let _stop = stop.clone().drop_guard();
        for found in usable {
            match self.open_key(&found.id).await {
                Ok(channel) => drop(waiting.spawn(selected(channel, stop.clone()))),
                Err(error) => failed = Some(error),
            }
        }
        let clock = &self.0.clocks.client;
        let deadline = clock.now().plus(TIME);
        let _shown = (self.0.prompts).ask_touch(None, "selection", deadline, declined.clone());
        let first = async {
            while let Some(done) = waiting.join_next().await {
                match done {
                    Ok((key, Ok(true))) => return Ok(key),
                    Ok((_, Err(error))) => failed = Some(Error::Key(error)),
                    Ok((_, Ok(false))) | Err(_) => {}
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
}

async fn selected(
    mut channel: KeyChannel,
    stop: CancellationToken,
) -> (String, Result<bool, client::ChannelError>) {
    let chosen = channel.selection(&stop).await;
    (channel.id().to_string(), chosen)
}
