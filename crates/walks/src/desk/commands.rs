//! The window's commands.

use bench::api::SavedFile;

use super::{Desk, Refused, files, lock, player::Player, recording::Recording};
use crate::{
    api::{DeskState, PageReport, ReportFormat, SavedWalk, Showing, WalkMode, WalkSummary},
    engine::Walk,
    report,
};

impl Desk {
    /// Which bench is shown, and what is played or recorded on it.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn desk_state(&self) -> Result<DeskState, Refused> {
        let recording = lock(&self.0.recording).as_ref().map(Recording::state);
        let walk = lock(&self.0.walk).as_ref().map(|open| open.board.state());
        let shown = lock(&self.0.shown);
        Ok(DeskState {
            generation: shown.generation,
            showing: shown.showing,
            walk,
            recording,
        })
    }

    /// Every walk there is.
    ///
    /// # Errors
    /// [`Refused::Bench`] when the program is closing.
    pub async fn walk_list(&self) -> Result<Vec<WalkSummary>, Refused> {
        let last = lock(&self.0.last).clone();
        let desk = self.clone();
        blocking(move || Ok(desk.0.library.list(&last))).await
    }

    /// Opens a walk on a fresh bench and shows that; closes the one that was open.
    ///
    /// # Errors
    /// [`Refused::UnknownWalk`], [`Refused::Unusable`]; [`Refused::Recording`] while one with acts
    /// is recorded; [`Refused::Failed`] when the bench cannot be set up; [`Refused::Closed`],
    /// [`Refused::Busy`], [`Refused::Machine`].
    pub async fn walk_open(&self, path: String) -> Result<(), Refused> {
        let _turn = self.turn()?;
        let recorded = lock(&self.0.recording)
            .as_ref()
            .is_some_and(|recording| !recording.state().steps.is_empty());
        if recorded {
            return Err(Refused::Recording);
        }
        let walk = self.read(path.clone()).await?;
        self.open_walk(path, walk, WalkMode::default()).await
    }

    async fn read(&self, path: String) -> Result<Walk, Refused> {
        let desk = self.clone();
        blocking(move || desk.0.library.open(&path)).await
    }

    /// Does the next step.
    ///
    /// # Errors
    /// [`Refused::NoWalk`], [`Refused::Stepping`], [`Refused::Playing`], [`Refused::AtEnd`],
    /// [`Refused::Busy`].
    pub async fn walk_step(&self) -> Result<(), Refused> {
        self.with_player(Player::step)?
    }

    /// Does one step after the other until one fails or none is left.
    ///
    /// # Errors
    /// As [`Desk::walk_step`].
    pub async fn walk_play(&self) -> Result<(), Refused> {
        self.with_player(Player::play)?
    }

    /// Stops after the step that is being done.
    ///
    /// # Errors
    /// [`Refused::NoWalk`], [`Refused::Busy`].
    pub async fn walk_pause(&self) -> Result<(), Refused> {
        self.with_player(Player::pause)
    }

    /// Chooses who does the steps.
    ///
    /// # Errors
    /// [`Refused::NoWalk`], [`Refused::Busy`].
    pub async fn walk_mode(&self, mode: WalkMode) -> Result<(), Refused> {
        self.with_player(|player| player.mode(mode))
    }

    fn with_player<T>(&self, work: impl FnOnce(&Player) -> T) -> Result<T, Refused> {
        let walk = lock(&self.0.walk);
        let open = walk.as_ref().ok_or(Refused::NoWalk)?;
        open.player.as_ref().map(work).ok_or(Refused::Busy)
    }

    /// Reads the walk's file again and opens it on a fresh bench. When the file cannot be used any
    /// more, the run stays as it is and [`crate::api::WalkState::problem`] says why.
    ///
    /// # Errors
    /// [`Refused::NoWalk`], and as [`Desk::walk_open`].
    pub async fn walk_restart(&self) -> Result<(), Refused> {
        let _turn = self.turn()?;
        let (path, board) = {
            let walk = lock(&self.0.walk);
            let open = walk.as_ref().ok_or(Refused::NoWalk)?;
            (open.path.clone(), open.board.clone())
        };
        match self.read(path.clone()).await {
            Ok(walk) => self.open_walk(path, walk, board.mode()).await,
            Err(refused) => {
                let told = refused.to_string();
                let code = refused.code().to_owned();
                board.change(|state| {
                    let message = told;
                    state.problem = Some(bench::api::Problem { code, message });
                });
                Err(refused)
            }
        }
    }

    /// Closes the walk with its bench, in the middle of a step too, and shows the tester's own again.
    ///
    /// # Errors
    /// [`Refused::NoWalk`].
    pub async fn walk_close(&self) -> Result<(), Refused> {
        self.leave_opening();
        if lock(&self.0.walk).is_none() {
            return Err(Refused::NoWalk);
        }
        let _turn = self.0.turn.lock().await;
        self.end_walk().await;
        Ok(())
    }

    /// Writes a report of the run as it stands to the export folder.
    ///
    /// # Errors
    /// [`Refused::NoWalk`], [`Refused::Busy`], [`Refused::Bench`] when its timeline cannot be read,
    /// [`Refused::Machine`] when the file cannot be written.
    pub async fn walk_save_report(&self, format: ReportFormat) -> Result<SavedFile, Refused> {
        let run = self.with_player(Player::run)??;
        let folder = self.0.config.data.join("exports");
        blocking(move || {
            let stem = format!("{}-{}", files::slug(&run.title), files::time_for_a_name());
            let events = run.events.len();
            let runs = [run];
            let (extension, text) = match format {
                ReportFormat::Html => ("html", report::html(&runs)?),
                ReportFormat::Json => ("json", report::json(&runs)?),
                ReportFormat::Junit => ("xml", report::junit(&runs, &[])?),
            };
            let path = files::write_new(&folder, &stem, extension, &text)?;
            Ok(SavedFile {
                path: path.display().to_string(),
                events: u64::try_from(events).unwrap_or(u64::MAX),
            })
        })
        .await
    }

    /// Shows a fresh bench with one device of this profile, as [`bench::Bench::device_add`] takes it,
    /// and records what the tester does on it; closes the walk that was open.
    ///
    /// # Errors
    /// [`Refused::Recording`] while one is recorded, [`Refused::Busy`], [`Refused::Bench`] for an
    /// unknown profile, [`Refused::Machine`].
    pub async fn recording_start(&self, profile: String) -> Result<(), Refused> {
        let _turn = self.turn()?;
        if lock(&self.0.recording).is_some() {
            return Err(Refused::Recording);
        }
        self.end_walk().await;
        let (config, changes) = (&self.0.config, self.0.changes.clone());
        let recording = Recording::start(config, &self.0.rooms, &profile, changes).await?;
        let bench = recording.bench().clone();
        *lock(&self.0.recording) = Some(recording);
        self.show(Showing::Recording, bench);
        Ok(())
    }

    /// The walk that was recorded so far, as its file will be.
    ///
    /// # Errors
    /// [`Refused::NoRecording`], [`Refused::NothingRecorded`].
    pub async fn recording_preview(&self) -> Result<String, Refused> {
        let recording = lock(&self.0.recording);
        let recording = recording.as_ref().ok_or(Refused::NoRecording)?;
        recording.toml("A recorded walk", "", self.0.library.registry())
    }

    /// Saves the recording as a walk in the tester's folder, and shows the tester's own bench again.
    ///
    /// # Errors
    /// [`Refused::NoRecording`], [`Refused::NothingRecorded`], [`Refused::NoTitle`],
    /// [`Refused::Machine`] when the file cannot be written, [`Refused::Busy`].
    pub async fn recording_save(&self, title: String, why: String) -> Result<SavedWalk, Refused> {
        let _turn = self.turn()?;
        let title = title.trim().to_owned();
        let (text, state) = {
            let recording = lock(&self.0.recording);
            let recording = recording.as_ref().ok_or(Refused::NoRecording)?;
            if title.is_empty() {
                return Err(Refused::NoTitle);
            }
            let text = recording.toml(&title, why.trim(), self.0.library.registry())?;
            (text, recording.state())
        };
        let desk = self.clone();
        let path = blocking(move || {
            let folder = desk.0.library.own();
            files::write_new(folder, &files::slug(&title), "toml", &text)
        })
        .await?;
        self.end_recording().await;
        Ok(SavedWalk {
            path: path.display().to_string(),
            steps: u32::try_from(state.steps.len()).unwrap_or(u32::MAX),
            ignored: state.ignored,
        })
    }

    /// Forgets the recording and shows the tester's own bench again.
    ///
    /// # Errors
    /// [`Refused::NoRecording`], [`Refused::Busy`].
    pub async fn recording_discard(&self) -> Result<(), Refused> {
        let _turn = self.turn()?;
        if lock(&self.0.recording).is_none() {
            return Err(Refused::NoRecording);
        }
        self.end_recording().await;
        Ok(())
    }

    /// Takes what the framed page says of itself.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn page_told(&self, report: PageReport) -> Result<(), Refused> {
        self.0.link.told(report);
        Ok(())
    }
}

/// Runs what waits for the disk off the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| bench::Error::Closing)?
}
