//! `touchstone walk`: plays walks without a window and says how they went.

mod files;
mod keep;
mod progress;
mod reports;
mod runs;

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bench::api::PlugWay;
use walks::{
    acts,
    engine::{MAX_SEED, Run, Verdict, Walk},
    report::{LeftOut, Summary, counted, duration},
};

use crate::serving::told_to_stop;

/// What `touchstone walk` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Walks, and folders of them
    #[arg(required = true, value_name = "FILE|DIR")]
    walks: Vec<PathBuf>,
    /// Write a report: junit=PATH, json=PATH or html=PATH; may be given several times
    #[arg(long = "report", value_name = "FORMAT=PATH")]
    reports: Vec<reports::Wanted>,
    /// Start all randomness from this number instead of the walks' own seeds
    #[arg(long, value_name = "N", value_parser = seed)]
    seed: Option<u64>,
    /// Keep every bench's data and its timeline in this new folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Play only walks with this text in their title or their path below the folder given
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How many walks are played at once; without it as many as there are processors
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// A seed that a walk's file can have, too: a report names it, and JSON keeps no larger one.
fn seed(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|seed| *seed <= MAX_SEED);
    number.ok_or_else(|| format!("a seed is a whole number of at most {MAX_SEED}"))
}

/// What ended it early.
enum Ended {
    /// The input cannot be used, or the machine refused; one sentence or several.
    Unusable(Vec<String>),
    /// Somebody pressed ctrl-c.
    Stopped(String),
}

impl From<String> for Ended {
    fn from(sentence: String) -> Self {
        Self::Unusable(vec![sentence])
    }
}

/// Exit code 0: every walk passed; 1: one failed; 2: the input cannot be used, there is nothing
/// to play, or a report cannot be written; 130: stopped by ctrl-c.
pub fn run(arguments: Arguments) -> ExitCode {
    let told = |sentences: Vec<String>| {
        sentences
            .iter()
            .for_each(|sentence| progress::tell(&format!("touchstone: {sentence}")));
        ExitCode::from(2)
    };
    match play(arguments) {
        Ok((runs, problems)) if problems.is_empty() => {
            let failed = runs.iter().any(|run| run.verdict != Verdict::Passed);
            ExitCode::from(u8::from(failed))
        }
        Ok((_, problems)) => told(problems),
        Err(Ended::Unusable(sentences)) => told(sentences),
        Err(Ended::Stopped(sentence)) => {
            told(vec![sentence]);
            ExitCode::from(130)
        }
    }
}

/// The runs in the order of their files, and what could not be written.
fn play(arguments: Arguments) -> Result<(Vec<Run>, Vec<String>), Ended> {
    let (walks, left_out) = walks(&arguments)?;
    let unwritable = reports::unwritable(&arguments.reports);
    if !unwritable.is_empty() {
        return Err(Ended::Unusable(unwritable));
    }
    let homes = match &arguments.keep {
        Some(folder) => keep::homes(folder, &walks)?,
        None => Vec::new(),
    };
    let jobs = arguments
        .jobs
        .or_else(|| std::thread::available_parallelism().ok())
        .map_or(1, NonZeroUsize::get);
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| format!("No threads could be started: {error}."))?;
    let stopped = {
        let _runtime = runtime.enter();
        told_to_stop()
    };
    let played = runtime.block_on(runs::all(&walks, &homes, arguments.seed, jobs, stopped));
    // What a stopped run still does ends before its folder is looked for.
    runtime.shutdown_timeout(Duration::from_secs(5));
    let runs = played?;
    let mut problems = reports::write(&arguments.reports, &runs, &left_out);
    problems.extend(keep::timelines(&homes, &runs));
    let summary = Summary::of(&runs);
    let took = duration(summary.took_millis);
    // Whoever started it may have closed the other end; the exit code says it, too.
    let _ = writeln!(
        io::stdout().lock(),
        "{} {}, {}, {took}.{}",
        summary.sentence(),
        counted(summary.steps, "step"),
        counted(summary.checks, "expectation"),
        match left_out.len() {
            0 => String::new(),
            left_out => format!(" {} left out.", counted(left_out, "walk")),
        },
    );
    Ok((runs, problems))
}

/// The walks to be played, and those that are left out; nothing is played when one cannot be used.
fn walks(arguments: &Arguments) -> Result<(Vec<Arc<Walk>>, Vec<LeftOut>), Ended> {
    let files = files::find(&arguments.walks).map_err(Ended::Unusable)?;
    let registry = acts::registry();
    let mut walks = Vec::new();
    let mut unusable = Vec::new();
    for file in &files {
        match Walk::read(file, &registry) {
            Ok(walk) => walks.push(Arc::new(walk)),
            Err(error) => unusable.push(error.to_string()),
        }
    }
    if !unusable.is_empty() {
        return Err(Ended::Unusable(unusable));
    }
    let walks = match &arguments.filter {
        Some(text) => files::filtered(walks, &arguments.walks, text)?,
        None => walks,
    };
    possible_here(walks, &arguments.walks)
}

/// Leaves out, and says so, what came with a folder and needs a USB port that this machine does not
/// have. What was named itself stays, and is refused when it is played. Nothing that could be
/// played is no success.
fn possible_here(
    walks: Vec<Arc<Walk>>,
    named: &[PathBuf],
) -> Result<(Vec<Arc<Walk>>, Vec<LeftOut>), Ended> {
    let Err(missing) = bench::can_plug(PlugWay::Hid) else {
        return Ok((walks, Vec::new()));
    };
    let (left_out, played): (Vec<_>, Vec<_>) = walks
        .into_iter()
        .partition(|walk| walk.plugs(PlugWay::Hid) && !named.contains(&walk.file));
    if played.is_empty() {
        return Err(format!(
            "Nothing was played: {} left out, which cannot be played on this computer. {}",
            files::titles(&left_out),
            missing.message
        )
        .into());
    }
    let left_out = left_out.iter().map(|walk| {
        progress::tell(&format!("left out {}: {}", walk.title, missing.message));
        LeftOut::new(walk, missing.message.clone())
    });
    Ok((played, left_out.collect()))
}
