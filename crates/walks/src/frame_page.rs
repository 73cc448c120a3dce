//! The relying party's page in the window's frame.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    desk::{FrameLink, Told},
    engine::{Doing, Failure, Page, PageAct, PageView},
};

/// How long the page may take to load, or to begin what it is told.
const PATIENCE: Duration = Duration::from_secs(15);

/// After this time [`Page::changed`] returns in any case: a change may fall between two looks.
const GLANCE: Duration = Duration::from_millis(50);

/// The page of a bench that the window shows.
pub(crate) struct FramePage {
    link: Arc<FrameLink>,
    generation: u32,
    /// False until the front page was asked for.
    opened: AtomicBool,
}

impl FramePage {
    /// The page of the bench that is, or will be, shown as this generation.
    pub(crate) fn new(link: Arc<FrameLink>, generation: u32) -> Self {
        Self {
            link,
            generation,
            opened: AtomicBool::new(false),
        }
    }

    fn told(&self) -> Option<Told> {
        let told = self.link.reports().borrow().clone();
        (told.ready && told.generation == self.generation).then_some(told)
    }

    async fn loaded(&self) -> Result<(), Failure> {
        let mut reports = self.link.reports();
        let generation = self.generation;
        let spoken = reports.wait_for(|told| told.ready && told.generation == generation);
        match tokio::time::timeout(PATIENCE, spoken).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(Failure::Page(format!(
                "The page in the frame did not load within {} s. Load it again, then start the \
                 walk anew.",
                PATIENCE.as_secs()
            ))),
        }
    }
}

impl Page for FramePage {
    fn act<'a>(&'a self, act: &'a PageAct) -> Doing<'a> {
        Box::pin(async move {
            self.loaded().await?;
            let front = matches!(act, PageAct::Open { path, rp_id: None } if path == "/");
            if !self.opened.swap(true, Ordering::Relaxed) && front {
                // The window itself opens the front page of the bench that it shows.
                return Ok(());
            }
            let begun = self.link.order(self.generation, act.clone());
            match tokio::time::timeout(PATIENCE, begun).await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(Some(why))) => Err(Failure::Page(why)),
                Ok(Err(None)) => Err(gone()),
                Err(_) => Err(Failure::Page(format!(
                    "The page in the frame did not answer within {} s. Load it again, then start \
                     the walk anew.",
                    PATIENCE.as_secs()
                ))),
            }
        })
    }

    fn busy(&self) -> bool {
        self.link.ordered() || self.told().is_none_or(|told| told.busy)
    }

    fn changed(&self) -> Doing<'_> {
        Box::pin(async move {
            let mut reports = self.link.reports();
            match tokio::time::timeout(GLANCE, reports.changed()).await {
                Ok(Err(_)) => Err(gone()),
                Ok(Ok(())) | Err(_) => Ok(()),
            }
        })
    }

    fn view(&self) -> Doing<'_, PageView> {
        Box::pin(async move {
            self.loaded().await?;
            Ok(self.told().map(|told| told.view).unwrap_or_default())
        })
    }
}

fn gone() -> Failure {
    Failure::Page("The page in the frame is gone: another bench is shown.".to_owned())
}
