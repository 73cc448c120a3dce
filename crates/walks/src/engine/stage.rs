//! Where a run takes place.

use std::sync::{Arc, Mutex};

use bench::{
    Bench,
    api::{BenchState, DeviceSummary, PromptAnswer},
};
use timeline::Seq;
use tokio::{sync::watch, task::JoinSet};

use super::{Cast, Failure, Page, Secrets};
use crate::lock;

/// The fresh bench of a run, with its page and its secrets.
pub struct Stage {
    /// The bench; nothing of the tester's own is on it.
    pub bench: Bench,
    /// The relying party's page.
    pub page: Arc<dyn Page>,
    /// Who takes part.
    pub cast: Cast,
    /// Throw-away secrets by their names.
    pub secrets: Secrets,
    /// The last event before the last answer to a prompt: what was asked up to there is answered.
    answered: Mutex<Seq>,
    errands: Errands,
}

/// What acts set going beside the page.
struct Errands {
    under_way: watch::Sender<u32>,
    tasks: Mutex<JoinSet<()>>,
}

/// Counts an errand until it is dropped.
struct UnderWay(watch::Sender<u32>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

impl Stage {
    /// A stage on which nothing was done yet.
    #[must_use]
    pub fn new(bench: Bench, page: Arc<dyn Page>, cast: Cast, secrets: Secrets) -> Self {
        Self {
            bench,
            page,
            cast,
            secrets,
            answered: Mutex::new(Seq(0)),
            errands: Errands {
                under_way: watch::Sender::new(0),
                tasks: Mutex::default(),
            },
        }
    }

    /// How the bench stands.
    ///
    /// # Errors
    /// [`Failure::Bench`] when it is closing.
    pub async fn state(&self) -> Result<BenchState, Failure> {
        Ok(self.bench.bench_state().await?)
    }

    /// A device by its name in the walk, or, for one that came later, on the bench.
    ///
    /// # Errors
    /// [`Failure::Missing`] when the bench has none of that name.
    pub async fn device(&self, name: &str) -> Result<DeviceSummary, Failure> {
        let id = self.cast.device(name).map(|device| device.id.as_str());
        let fits = |device: &DeviceSummary| match id {
            Some(id) => device.id == id,
            None => device.name == name,
        };
        let found = self.state().await?.devices.into_iter().find(fits);
        found.ok_or_else(|| {
            Failure::Missing(format!(
                "There is no device \"{name}\" on the bench (any more)."
            ))
        })
    }

    /// Answers a prompt. The run then waits until that had its effect.
    ///
    /// # Errors
    /// [`Failure::Bench`] when the prompt is gone.
    pub async fn answer(&self, prompt: u64, answers: &[PromptAnswer]) -> Result<(), Failure> {
        let id = u32::try_from(prompt).map_err(|_| {
            Failure::NotAsked("The prompt has a number that no prompt has.".to_owned())
        })?;
        *lock(&self.answered) = self.bench.timeline().last();
        for answer in answers {
            self.bench.prompt_answer(id, answer.clone()).await?;
        }
        Ok(())
    }

    /// The last event before the last answer.
    pub(crate) fn answered(&self) -> Seq {
        *lock(&self.answered)
    }

    /// Sets something going beside the page; the run waits for it, and it ends with the run.
    pub fn set_going(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.errands.under_way.send_modify(|count| *count += 1);
        let under_way = UnderWay(self.errands.under_way.clone());
        let mut tasks = lock(&self.errands.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            work.await;
            drop(under_way);
        });
    }

    /// How many such things are under way, and every change of that.
    pub(crate) fn errands(&self) -> watch::Receiver<u32> {
        self.errands.under_way.subscribe()
    }
}
