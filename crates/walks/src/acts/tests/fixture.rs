//! The walks of `fixtures/walks`, and runs of them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bench::api::PlugWay;

use crate::{
    acts::registry,
    engine::{Options, Run, StepRun, Walk, run},
};

/// Every walk of the house, in the order of their names.
pub(super) fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/walks");
    let mut files = within(&folder);
    files.extend(within(&folder.join("pin-sync")));
    files.extend(within(&folder.join("keys")));
    files.retain(|file| here(file));
    files.sort();
    files
}

/// False for a walk with a USB key where no such key can be made: a test of its own sees to it that
/// it is refused there.
pub(super) fn here(file: &Path) -> bool {
    !read(file).plugs(PlugWay::Hid) || bench::can_plug(PlugWay::Hid).is_ok()
}

pub(super) fn within(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect()
}

pub(super) fn read(path: &Path) -> Walk {
    match Walk::read(path, &registry()) {
        Ok(walk) => walk,
        Err(unusable) => panic!("{unusable}"),
    }
}

/// A walk from its text.
pub(super) fn walk(text: &str) -> Walk {
    match Walk::parse(text, "a.toml", &registry()) {
        Ok(walk) => walk,
        Err(unusable) => panic!("{unusable}"),
    }
}

pub(super) async fn played(walk: Walk) -> Run {
    run(Arc::new(walk), Options::default()).await
}

/// Every walk of the house with a run of it, played once for all tests that only read.
pub(super) fn runs() -> &'static [(Walk, Run)] {
    static RUNS: OnceLock<Vec<(Walk, Run)>> = OnceLock::new();
    RUNS.get_or_init(|| {
        let playing = std::thread::spawn(|| {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let play = |file: PathBuf| async move { (read(&file), played(read(&file)).await) };
            runtime.block_on(for_each(files(), play))
        });
        playing.join().expect("no panic")
    })
}

/// Does `work` for every item, a few at a time.
pub(super) async fn for_each<T: Send + 'static, R: Send + 'static, F>(
    items: Vec<T>,
    work: impl Fn(T) -> F,
) -> Vec<R>
where
    F: Future<Output = R> + Send + 'static,
{
    let turns = Arc::new(tokio::sync::Semaphore::new(4));
    let mut tasks = Vec::new();
    for item in items {
        let turn = turns.clone().acquire_owned().await.expect("never closed");
        let working = work(item);
        tasks.push(tokio::spawn(async move {
            let _turn = turn;
            working.await
        }));
    }
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("no panic"));
    }
    done
}

/// What made a run fail, in lines.
pub(super) fn told(run: &Run) -> String {
    let line = |step: &StepRun| {
        let faults: Vec<String> = step
            .faults()
            .map(|fault| format!("  line {}: {}", fault.line, fault.sentence))
            .collect();
        (!faults.is_empty()).then(|| {
            format!(
                "{} step {} ({}):\n{}",
                run.file,
                step.number,
                step.act,
                faults.join("\n")
            )
        })
    };
    run.steps
        .iter()
        .filter_map(line)
        .collect::<Vec<_>>()
        .join("\n")
}
