//! `test`: every check and every test, on a machine that may be bare.

use std::process::Command;

use crate::commands::check::{form, lints, prepare};
use crate::failure::Failure;
use crate::phases::Phases;
use crate::{setup, shell, vm};

/// The test programs that stand beside the rooms' own tests, but for the window's.
const PROGRAMS: [&str; 3] = ["headless", "it", "keys"];

/// The window's tests, built with the same features as all others.
const WINDOW: [&str; 4] = ["test", "--workspace", "--test", "window"];

/// So many of the window's tests may have a second try: more than that is no mishap.
const SECOND_TRIES: usize = 2;

/// Sets up, checks, runs all tests. The last lines printed are cargo's own.
pub fn test() -> Result<(), Failure> {
    let mut phases = Phases::default();
    let outcome = before_the_tests(&mut phases).and_then(|()| {
        eprint!("\n{}", phases.table());
        let window = phases.run("tests in the window", window_tests);
        let others = phases.run("all other tests", || {
            let mut words = others();
            words.push("--no-fail-fast");
            shell::run(on_own_display(&words).env("TOUCHSTONE_PYTHON", setup::test_python()))
        });
        window.and(others)
    });
    let kept = phases.keep();
    outcome.and(kept)
}

/// A web view on a busy machine now and then takes longer than any patience: what failed is tried
/// once more by itself, and said so.
fn window_tests() -> Result<(), Failure> {
    if !HAS_WINDOW_TESTS {
        eprintln!("They run on Linux only; all others run here.");
        return Ok(());
    }
    let (outcome, printed) = shell::run_and_keep(&mut on_own_display(&WINDOW));
    let Err(failure) = outcome else {
        return Ok(());
    };
    let failed = failed_tests(&printed);
    if failed.is_empty() || failed.len() > SECOND_TRIES {
        return Err(failure);
    }
    let names = failed.join(", ");
    eprintln!("\nFailed at the first try, now once more by itself: {names}");
    let words = [&WINDOW[..], &["--", "--test-threads=1", "--exact"], &failed].concat();
    shell::run(&mut on_own_display(&words))?;
    eprintln!("\nPassed at the second try only: {names}");
    Ok(())
}

/// The names in the list that closes a test program's output.
fn failed_tests(printed: &str) -> Vec<&str> {
    let Some((_, list)) = printed.rsplit_once("\nfailures:\n") else {
        return Vec::new();
    };
    list.lines()
        .map_while(|line| line.strip_prefix("    "))
        .collect()
}

/// Everything up to the built test programs, what fails soonest first.
fn before_the_tests(phases: &mut Phases) -> Result<(), Failure> {
    prepare(phases, &[setup::WINDOW, setup::TEST])?;
    phases.run("Python for the tests", setup::make_test_python)?;
    phases.run("virtual machine for the tests", vm::prepare)?;
    form(phases)?;
    phases.run("tests of the front end", || {
        shell::run(setup::npm()?.args(["run", "test"]))
    })?;
    lints(phases)?;
    phases.run("build of the tests", || {
        shell::run(shell::cargo().args(others()).arg("--no-run"))?;
        if HAS_WINDOW_TESTS {
            shell::run(shell::cargo().args(WINDOW).arg("--no-run"))?;
        }
        Ok(())
    })
}

/// Linux has the only web view that can be driven without a display.
const HAS_WINDOW_TESTS: bool = cfg!(target_os = "linux");

/// The arguments for all tests but the window's.
fn others() -> Vec<&'static str> {
    let mut words = vec!["test", "--workspace", "--lib", "--bins"];
    words.extend(PROGRAMS.iter().flat_map(|program| ["--test", program]));
    if !HAS_WINDOW_TESTS {
        words.extend(["--exclude", "touchstone"]);
    }
    words
}

/// Cargo with a display and a session bus of its own, where the system has such things.
pub fn on_own_display(words: &[&str]) -> Command {
    let mut cargo = shell::cargo();
    if !HAS_WINDOW_TESTS {
        cargo.args(words);
        return cargo;
    }
    let mut command = shell::command("xvfb-run");
    command.args([
        "-a",
        "-s",
        "-screen 0 1440x900x24",
        "dbus-run-session",
        "--",
    ]);
    command.arg(cargo.get_program()).args(words);
    command
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::project;

    #[test]
    fn leaves_no_test_program_out() {
        let root = project::root();
        let rooms = std::fs::read_dir(root.join("crates")).unwrap();
        let folders = rooms.map(|room| room.unwrap().path().join("tests"));
        let mut found = BTreeSet::new();
        for folder in folders.chain([root.join("tests"), root.join("rp-server/tests")]) {
            let Ok(programs) = std::fs::read_dir(folder) else {
                continue;
            };
            for program in programs {
                let program = program.unwrap().path();
                found.insert(program.file_stem().unwrap().to_string_lossy().into_owned());
            }
        }
        let run = PROGRAMS.iter().chain(&["window"]).map(|&name| name.into());
        assert_eq!(found, run.collect(), "of these, some would never run");
    }

    #[test]
    fn reads_the_failed_tests_from_the_list_at_the_end() {
        let printed = "\nrunning 3 tests\ntest a::b ... FAILED\n\nfailures:\n\n---- a::b stdout ----\n\
                       failures:\n    c::never\n\n\nfailures:\n    a::b\n    a::d\n\n\
                       test result: FAILED. 1 passed; 2 failed\n";
        assert_eq!(failed_tests(printed), ["a::b", "a::d"]);
        assert!(
            failed_tests("\nrunning 1 test\n").is_empty(),
            "a program that never came to its list has no second try"
        );
    }
}
