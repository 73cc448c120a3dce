//! Starting programs: in the project's folder, without Cargo's own variables, loudly or quietly.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::Failure;
use crate::project;

/// A command line for `program`, started in the project's folder.
///
/// `cargo run` describes this crate to us in `CARGO_PKG_*` and the like. Build scripts that watch
/// those would run anew in every inner cargo, so they are taken away.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project::root());
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(describes_this_crate) {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that started us.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end with our own output; anything but success is a failure.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status();
    judged(command, status)
}

/// The same, and what it printed on its standard output.
pub fn run_and_keep(command: &mut Command) -> (Result<(), Failure>, String) {
    let mut kept = String::new();
    let ended = command
        .stdout(Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            for line in child
                .stdout
                .take()
                .map(BufReader::new)
                .into_iter()
                .flat_map(BufRead::lines)
            {
                let line = line?;
                println!("{line}");
                kept += &line;
                kept.push('\n');
            }
            child.wait()
        });
    (judged(command, ended), kept)
}

fn judged(command: &Command, ended: io::Result<ExitStatus>) -> Result<(), Failure> {
    let status = ended.map_err(|cause| Failure::NotStarted {
        program: command.get_program().to_string_lossy().into_owned(),
        cause,
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Exited {
        line: line(command),
        status: status.to_string(),
    })
}

/// What a program prints, or `None` when it is absent or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program of this name is on the search path.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// The command as a person would type it, for messages.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_stem()
        .unwrap_or(command.get_program());
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| match word.to_string_lossy() {
            word if word.contains(' ') => format!("\"{word}\""),
            word => word.into_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn describes_this_crate(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
        || matches!(
            variable,
            "CARGO_CRATE_NAME" | "CARGO_BIN_NAME" | "CARGO_PRIMARY_PACKAGE"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_away_what_describes_this_crate_and_keeps_what_the_user_set() {
        for variable in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_BIN_NAME"] {
            assert!(
                describes_this_crate(variable),
                "{variable} would make ring build anew"
            );
        }
        for variable in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "PATH"] {
            assert!(
                !describes_this_crate(variable),
                "{variable} belongs to the user"
            );
        }
    }

    #[test]
    fn writes_a_command_as_a_person_would_type_it() {
        let mut command = Command::new("/usr/bin/xvfb-run");
        command.args(["-a", "-s", "-screen 0 1x1x24"]);
        assert_eq!(line(&command), "xvfb-run -a -s \"-screen 0 1x1x24\"");
    }

    #[test]
    fn names_the_program_that_could_not_be_started() {
        let failure = run(&mut Command::new("touchstone-no-such-program")).unwrap_err();
        assert!(
            failure.to_string().contains("touchstone-no-such-program"),
            "{failure}"
        );
    }
}
