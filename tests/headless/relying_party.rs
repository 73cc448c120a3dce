//! `touchstone rp` as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The running program; it is killed when dropped.
pub struct RelyingParty {
    child: Child,
    /// Where it says the data is.
    pub data: String,
    /// Where it says that policy and token are.
    pub said: Vec<String>,
    /// Its origin.
    pub origin: String,
}

impl RelyingParty {
    /// Starts it and waits until it listens.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).spawn().expect("touchstone starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut line = || lines.next().and_then(Result::ok);
        let data = line();
        let mut said = Vec::new();
        let ready = std::iter::from_fn(line).find(|line| {
            said.push(line.clone());
            line.starts_with("relying party at ")
        });
        said.pop();
        let (Some(data), Some(ready)) = (data, ready) else {
            let mut why = String::new();
            let mut errors = child.stderr.take().expect("it is piped");
            errors.read_to_string(&mut why).expect("UTF-8");
            child.wait().expect("it ended");
            panic!("touchstone rp {arguments:?} did not start: {why}");
        };
        let origin = ready
            .strip_prefix("relying party at ")
            .unwrap_or_else(|| panic!("not ready: {ready}"))
            .to_owned();
        Self {
            child,
            data,
            said,
            origin,
        }
    }

    pub fn in_folder(folder: &Path) -> Self {
        Self::start(&["--data", folder.to_str().expect("UTF-8")])
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.origin
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .expect("a port")
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ended");
    }

    /// SIGTERM; true when it ended as one that was asked to.
    pub fn terminate(mut self) -> bool {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(told.success(), "it was running");
        self.child.wait().expect("it ended").success()
    }
}

impl Drop for RelyingParty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, not yet started.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchstone"));
    command
        .arg("rp")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What it says when it refuses to start.
pub fn refusal(mut command: Command) -> String {
    let Output { status, stderr, .. } = command.output().expect("touchstone starts");
    assert_eq!(status.code(), Some(1), "it was meant to refuse");
    String::from_utf8(stderr).expect("UTF-8")
}
