//! A run: a fresh bench, step after step, and what came of it.

mod blank;
mod looking;
mod setting_up;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, sync::Arc, time::Duration};

use bench::{Bench, Config, HomeChoice, KeysSetting, Setting, api::PlugWay, clock::SystemClock};
use serde_json::{Value, json};
use timeline::{Clock as _, Draft, Event, Party, Seq, Timestamp};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::{
    blank::{ahead, blank, failed},
    setting_up::{with_devices, with_policy},
};
use super::{
    Failure, Page, PageAct, Run, Secrets, Stage, StepOutcome, StepRun, Verdict, Walk,
    folder::Folder, quiet,
};
use crate::{http_page::HttpPage, kinds};

/// How a walk is run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Instead of the walk's own seed.
    pub seed: Option<u64>,
    /// Keeps the bench's data in this folder, which is made when it is not there.
    pub keep: Option<PathBuf>,
    /// Cancelled when nobody wants the run any more: [`Runner::start`] then gives up, [`run`] ends
    /// in the middle of a step. Both close the bench before its folder goes, which dropping them
    /// does not.
    pub leave: CancellationToken,
}

/// What the tester does on a page is seen on the wire before the page has said that it is busy.
const WORD: Duration = Duration::from_millis(150);

/// A walk on its stage.
pub struct Runner {
    walk: Arc<Walk>,
    seed: u64,
    stage: Stage,
    folder: Folder,
    clock: SystemClock,
    began: Timestamp,
    steps: Vec<StepRun>,
    /// How long its own work took so far; the time that a person thinks does not count.
    spent: Duration,
    /// The step under way.
    current: Option<Current>,
    /// The event that showed the last act which the tester did; what came after it was not
    /// looked at yet.
    shown: Seq,
}

/// A step under way.
#[derive(Clone, Copy)]
struct Current {
    since: Seq,
    began: Duration,
    /// True when its act is done.
    acted: bool,
}

impl Runner {
    /// Sets a fresh bench up, adds the cast's devices, and opens the site's front page: the page
    /// gets [`PageAct::Open`] for `/` before the first step, and is waited for. What a bench cannot
    /// do without is here: a folder, a port.
    ///
    /// # Errors
    /// [`Failure::Machine`] when the bench cannot be set up, [`Failure::Deadline`] when that takes
    /// longer than the walk may, [`Failure::Bench`] when nobody wants it any more.
    pub async fn start(
        walk: Arc<Walk>,
        options: Options,
        page: impl FnOnce(&Bench) -> Arc<dyn Page>,
    ) -> Result<Self, Failure> {
        let clock = SystemClock::new();
        let began = clock.now();
        let seed = options.seed.unwrap_or(walk.seed);
        let Options { keep, leave, .. } = options;
        let hid = walk.plugs(PlugWay::Hid);
        if hid {
            bench::can_plug(PlugWay::Hid).map_err(|missing| {
                Failure::Machine(format!(
                    "This walk plugs a device in as a USB key, which cannot be done here. {}",
                    missing.message
                ))
            })?;
        }
        let folder = Folder::new(keep)?;
        let bench = Bench::open(Config {
            data: folder.path().to_owned(),
            home: Some(HomeChoice::Memory),
            port: None,
            web_view: None,
            keys: KeysSetting {
                hid,
                ..KeysSetting::default()
            },
            setting: Setting {
                relying_party: walk.party.clone(),
                further: walk.further.clone(),
                seed: Some(seed),
                start: walk.cast.start,
                empty: true,
                ..Setting::default()
            },
        });
        let limit = walk.deadline;
        let setting_up = async {
            let opened = bench.opened().await;
            opened.map_err(|problem| Failure::Machine(problem.message))?;
            tell(
                &bench,
                kinds::WALK_STARTED,
                json!({ "title": walk.title, "seed": seed }),
            );
            with_policy(&bench, &walk).await?;
            let cast = with_devices(&bench, walk.cast.clone()).await?;
            let secrets = Secrets::made(seed, &walk.secrets);
            let stage = Stage::new(bench.clone(), page(&bench), cast, secrets);
            let front = PageAct::Open {
                path: "/".to_owned(),
                rp_id: None,
            };
            stage.page.act(&front).await?;
            quiet::quiet(&stage).await?;
            Ok(stage)
        };
        let set_up = tokio::select! {
            set_up = tokio::time::timeout(limit, setting_up) => {
                set_up.unwrap_or_else(|_| Err(late(limit, "the bench to open".to_owned())))
            }
            () = leave.cancelled() => Err(bench::Error::Closing.into()),
        };
        let stage = match set_up {
            Ok(stage) => stage,
            Err(failure) => {
                bench.close().await;
                return Err(failure);
            }
        };
        let steps = walk.steps.iter().zip(1..);
        let steps = steps.map(|(step, number)| ahead(step, number, &stage.cast));
        Ok(Self {
            seed,
            steps: steps.collect(),
            shown: stage.bench.timeline().last(),
            stage,
            folder,
            spent: clock.monotonic(),
            clock,
            began,
            current: None,
            walk,
        })
    }

    /// The stage.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The bench of the stage.
    #[must_use]
    pub fn bench(&self) -> &Bench {
        &self.stage.bench
    }

    /// The next step, or the one under way, from 0; none after the last and after a failure.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        let next =
            |step: &StepRun| matches!(step.outcome, StepOutcome::Ahead | StepOutcome::Current);
        self.steps.iter().position(next)
    }

    /// The run as it stands, without its events.
    #[must_use]
    pub fn run(&self) -> Run {
        Run {
            took_millis: millis(self.spent),
            verdict: self.verdict(),
            steps: self.steps.clone(),
            ..blank(&self.walk, self.seed, self.began)
        }
    }

    fn verdict(&self) -> Verdict {
        let every = |outcome| self.steps.iter().all(|step| step.outcome == outcome);
        if self
            .steps
            .iter()
            .any(|step| step.outcome == StepOutcome::Failed)
        {
            Verdict::Failed
        } else if every(StepOutcome::Passed) {
            Verdict::Passed
        } else {
            Verdict::Running
        }
    }

    /// Does the next step, or the rest of the one under way: its act, unless the tester did it,
    /// then waits until all is quiet, then looks. Says how it ended; how the last one did when
    /// there is none left.
    pub async fn step(&mut self) -> StepOutcome {
        let Some(at) = self.begin() else {
            return self.last_outcome();
        };
        let (walk, began) = (self.walk.clone(), self.clock.monotonic());
        let step = &walk.steps[at];
        let limit = self.walk.deadline.saturating_sub(self.spent);
        let done = self.current.is_some_and(|current| current.acted);
        let working = async {
            if !done {
                step.act.perform(&self.stage).await?;
            }
            quiet::quiet(&self.stage).await
        };
        let outcome = match tokio::time::timeout(limit, working).await {
            Ok(outcome) => outcome,
            Err(_) => Err(late(walk.deadline, quiet::awaited(&self.stage).await)),
        };
        if !done {
            // What the act showed is not the tester's doing: the next step waits for that.
            self.shown = self.stage.bench.timeline().last();
        }
        let outcome = self.look(at, step, outcome, began).await;
        self.spent += self.clock.monotonic().saturating_sub(began);
        outcome
    }

    /// "You do it": waits until the tester has done the next step's act, then as
    /// [`Runner::step`]. May be dropped at any time and called again, or [`Runner::step`] instead.
    pub async fn watch(&mut self) -> StepOutcome {
        let Some(at) = self.begin() else {
            return self.last_outcome();
        };
        if self.current.is_some_and(|current| !current.acted) {
            let act = &self.walk.steps[at].act;
            let mut live = self.stage.bench.timeline().subscribe();
            let mut looked_at = self.shown;
            loop {
                let events = self.stage.bench.timeline().range(looked_at, usize::MAX);
                let events = events.unwrap_or_default();
                let before = &self.walk.steps[..at];
                let shows = |event: &&Arc<Event>| {
                    act.shown_by(event, &self.stage.cast) && !act.slipped(event, before)
                };
                if let Some(event) = events.iter().find(shows) {
                    self.shown = event.seq;
                    break;
                }
                looked_at = events.last().map_or(looked_at, |event| event.seq);
                // Told or fallen behind: either way there is more to read.
                let _ = live.recv().await;
            }
            if let Some(current) = &mut self.current {
                current.acted = true;
            }
            tokio::time::sleep(WORD).await;
        }
        self.step().await
    }

    /// Begins the next step, unless one is under way; its place.
    fn begin(&mut self) -> Option<usize> {
        let at = self.position()?;
        if self.current.is_none() {
            let StepRun {
                number, title, act, ..
            } = &self.steps[at];
            let body = json!({ "number": number, "title": title, "act": act });
            self.current = Some(Current {
                since: tell(&self.stage.bench, kinds::WALK_STEP, body),
                began: self.clock.monotonic(),
                acted: false,
            });
            self.steps[at].outcome = StepOutcome::Current;
        }
        Some(at)
    }

    /// Ends the run, closes the bench, and deletes its folder unless that is to be kept.
    pub async fn finish(self) -> Run {
        let mut run = self.run();
        let bench = self.stage.bench.clone();
        let ended =
            |step: &&StepRun| matches!(step.outcome, StepOutcome::Passed | StepOutcome::Failed);
        let done = run.steps.iter().filter(ended).count();
        tell(
            &bench,
            kinds::WALK_ENDED,
            json!({ "verdict": run.verdict, "steps": done }),
        );
        // With the stage goes what the page and the acts still have under way.
        drop(self.stage);
        bench.close().await;
        let events = bench
            .timeline()
            .range(Seq(0), usize::MAX)
            .unwrap_or_default();
        run.events = events.into_iter().map(Arc::unwrap_or_clone).collect();
        drop(bench);
        self.folder.close();
        run
    }
}

/// Runs a walk without a window. A run that breaks off has failed, and keeps no other from its end.
pub async fn run(walk: Arc<Walk>, options: Options) -> Run {
    let (clock, seed) = (SystemClock::new(), options.seed.unwrap_or(walk.seed));
    let began = clock.now();
    // Dropped with this future, and with it what it runs.
    let mut playing = JoinSet::new();
    playing.spawn(played(walk.clone(), options));
    let why = match playing.join_next().await {
        Some(Ok(Ok(run))) => return run,
        Some(Ok(Err(failure))) => failure.to_string(),
        Some(Err(broken)) => format!(
            "Touchstone itself broke off somewhere in this walk: {broken}. That is a fault of the program; please report it with the walk."
        ),
        None => "The run was not begun.".to_owned(),
    };
    Run {
        took_millis: millis(clock.monotonic()),
        ..failed(&walk, seed, began, why)
    }
}

/// The run; why it could not begin.
async fn played(walk: Arc<Walk>, options: Options) -> Result<Run, Failure> {
    let leave = options.leave.clone();
    let mut runner = Runner::start(walk, options, |bench| Arc::new(HttpPage::new(bench))).await?;
    let playing = async {
        while runner.position().is_some() {
            runner.step().await;
        }
    };
    tokio::select! {
        () = playing => {}
        () = leave.cancelled() => {}
    }
    Ok(runner.finish().await)
}

fn tell(bench: &Bench, kind: &'static str, body: Value) -> Seq {
    bench.emit(Draft::new(Party::Bench, kind).body(body))
}

fn late(limit: Duration, awaited: String) -> Failure {
    Failure::Deadline {
        seconds: limit.as_secs(),
        awaited,
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
