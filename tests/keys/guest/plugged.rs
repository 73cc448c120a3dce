//! `touchstone device --uhid` as a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use client::KeyId;

/// How long the kernel may take for what it does at once.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A key that is plugged in; dropped, it is pulled out.
pub struct Plugged {
    child: Child,
    /// `/dev/hidraw0`.
    pub node: PathBuf,
}

impl Plugged {
    /// Starts one and waits for its node.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(touchstone())
            .args(["device", "--uhid"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("touchstone starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let ready = std::iter::from_fn(|| lines.next()?.ok())
            .find_map(|line| line.strip_prefix("plugged in as ").map(str::to_owned));
        let Some(ready) = ready else {
            let mut why = String::new();
            let mut errors = child.stderr.take().expect("it is piped");
            errors.read_to_string(&mut why).expect("UTF-8");
            panic!("touchstone device --uhid {arguments:?} did not start: {why}");
        };
        let node = ready.split(' ').next().map(PathBuf::from);
        let key = Self {
            child,
            node: node.expect("it names the node"),
        };
        assert!(key.node.exists(), "{ready}");
        key
    }

    /// One of this kind that is touched at once.
    pub fn of_kind(profile: &str) -> Self {
        Self::start(&["--profile", profile])
    }

    /// One of this kind that waits for a touch until it is pulled out.
    pub fn waiting(profile: &str) -> Self {
        Self::start(&["--profile", profile, "--presence", "delay:600000"])
    }

    /// Its name for our client.
    pub fn id(&self) -> KeyId {
        KeyId::hid(self.path())
    }

    /// Its node, for other programs.
    pub fn path(&self) -> &str {
        self.node.to_str().expect("UTF-8")
    }

    /// Ends the process as nothing else does, and waits until its node is gone.
    pub fn pull_out(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it ended");
        gone(&self.node);
    }

    /// Sends it SIGTERM and waits for its end.
    pub fn told_to_stop(mut self) -> ExitStatus {
        let told = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(told.expect("kill runs").success());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a node is gone.
pub fn gone(node: &Path) {
    let deadline = Instant::now() + PATIENCE;
    while node.exists() {
        assert!(Instant::now() < deadline, "{} stays", node.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The program under test.
pub fn touchstone() -> &'static str {
    env!("CARGO_BIN_EXE_touchstone")
}
