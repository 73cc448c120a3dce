//! What the window shows of an open walk, and what it may ask of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use timeline::Seq;
use tokio::sync::watch;

use super::{Refused, lock};
use crate::{
    api::{StepState, WalkMode, WalkState},
    engine::{Act, Role, Run, Runner, StepOutcome, StepRun, Verdict, Walk},
};

/// How the last run of each walk ended, by the walk's path.
pub(super) type LastRuns = Arc<Mutex<HashMap<String, Verdict>>>;

/// The state of an open walk, shared between the window's commands and whoever plays it.
pub(super) struct Board {
    shown: Mutex<Shown>,
    changes: watch::Sender<u64>,
    last: LastRuns,
}

struct Shown {
    state: WalkState,
    /// As it stands after the last step, without events.
    run: Option<Run>,
}

impl Board {
    /// A walk whose bench is being set up.
    pub(super) fn new(
        path: String,
        walk: &Walk,
        mode: WalkMode,
        changes: watch::Sender<u64>,
        last: LastRuns,
    ) -> Self {
        let steps = walk.steps.iter().zip(1..).map(|(step, number)| StepState {
            number,
            title: step.title.clone(),
            note: step.note.clone(),
            act: step.act_name.to_owned(),
            device: device_of(step.act.as_ref()),
            instruction: step.act.instruction(&walk.cast),
            line: step.line,
            outcome: StepOutcome::Ahead,
            failure: None,
            sentence: None,
            checks: step.expect.iter().map(|one| one.ahead()).collect(),
            first: None,
            last: None,
        });
        let board = Self {
            shown: Mutex::new(Shown {
                state: WalkState {
                    path,
                    title: walk.title.clone(),
                    why: walk.why.clone(),
                    seed: walk.seed.to_string(),
                    mode,
                    playing: false,
                    preparing: true,
                    busy: false,
                    position: 0,
                    verdict: Verdict::Running,
                    took_millis: 0,
                    steps: steps.collect(),
                    problem: None,
                },
                run: None,
            }),
            changes,
            last,
        };
        board.note_change();
        board
    }

    pub(super) fn state(&self) -> WalkState {
        lock(&self.shown).state.clone()
    }

    pub(super) fn mode(&self) -> WalkMode {
        lock(&self.shown).state.mode
    }

    pub(super) fn playing(&self) -> bool {
        lock(&self.shown).state.playing
    }

    /// The run as it stands, without events; none while its bench is set up.
    pub(super) fn run(&self) -> Option<Run> {
        lock(&self.shown).run.clone()
    }

    /// Changes what is shown, and tells the window.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut WalkState) -> T) -> T {
        let changed = change(&mut lock(&self.shown).state);
        self.note_change();
        changed
    }

    fn note_change(&self) {
        self.changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }

    /// Reserves the next step for whoever asks; nobody else may do it then.
    pub(super) fn take_step(&self, play: bool) -> Result<(), Refused> {
        let mut shown = lock(&self.shown);
        let state = &mut shown.state;
        match state {
            WalkState {
                preparing: true, ..
            } => return Err(Refused::Busy),
            WalkState {
                verdict: Verdict::Passed,
                ..
            } => return Err(Refused::AtEnd("Every step of the walk is done.")),
            WalkState {
                verdict: Verdict::Failed,
                ..
            } => {
                return Err(Refused::AtEnd(
                    "A step of the walk failed, so it ended there.",
                ));
            }
            WalkState { playing: true, .. } => return Err(Refused::Playing),
            WalkState { busy: true, .. } => return Err(Refused::Stepping),
            _ => {}
        }
        state.busy = true;
        if play {
            state.playing = true;
            state.mode = WalkMode::Play;
        }
        drop(shown);
        self.note_change();
        Ok(())
    }

    /// A step begins: done by the walk (`busy`), or by the tester.
    pub(super) fn begin(&self, position: Option<usize>, busy: bool) {
        self.change(|state| {
            state.busy = busy;
            if let Some(step) = position.and_then(|at| state.steps.get_mut(at)) {
                step.outcome = StepOutcome::Current;
            }
        });
    }

    /// Shows how the run stands between two steps.
    pub(super) fn publish(&self, runner: &Runner) {
        let run = runner.run();
        let mut shown = lock(&self.shown);
        let state = &mut shown.state;
        state.preparing = false;
        state.busy = false;
        state.verdict = run.verdict;
        state.took_millis = run.took_millis;
        state.steps = run.steps.iter().zip(&state.steps).map(step_state).collect();
        let done =
            |step: &&StepRun| matches!(step.outcome, StepOutcome::Passed | StepOutcome::Failed);
        let done = run.steps.iter().filter(done).count();
        state.position = u32::try_from(done).unwrap_or(u32::MAX);
        if run.verdict != Verdict::Running {
            state.playing = false;
            lock(&self.last).insert(state.path.clone(), run.verdict);
        }
        shown.run = Some(run);
        drop(shown);
        self.note_change();
    }
}

/// The device that an act names as the one it is about.
fn device_of(act: &dyn Act) -> Option<String> {
    let mut devices = act.refers().into_iter();
    let device = devices.find(|one| one.role == Role::Device && one.member == "device")?;
    Some(device.name)
}

/// How a step stands, with what its file says of it.
fn step_state((step, before): (&StepRun, &StepState)) -> StepState {
    let fault = step.faults().next();
    let events = step.events.filter(|(before, last)| before < last);
    StepState {
        number: step.number,
        title: step.title.clone(),
        note: before.note.clone(),
        act: step.act.clone(),
        device: before.device.clone(),
        instruction: step.instruction.clone(),
        line: step.line,
        outcome: step.outcome,
        failure: step.failure.clone(),
        sentence: fault.map(|fault| fault.sentence.to_owned()),
        checks: step.checks.clone(),
        first: events.map(|(before, _)| Seq(before.0 + 1)),
        last: events.map(|(_, last)| last),
    }
}
