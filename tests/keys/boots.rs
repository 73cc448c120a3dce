//! What runs on the host: each test starts the virtual machine once, or says why it did so twice.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Two machines at once would only be slow, each on the other's account.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A machine, and the tests that run in it.
struct Boot {
    /// MiB.
    memory: u32,
    /// Seconds, several times what it takes on two cores without KVM.
    timeout: u32,
    /// How the names of the tests begin.
    tests: &'static str,
}

#[test]
fn keys_at_real_nodes_serve_our_client_and_everybody_elses() {
    let boot = Boot {
        memory: 1536,
        timeout: 900,
        tests: "guest::",
    };
    if let Err(why) = boot.run() {
        panic!("{why}");
    }
}

#[test]
fn a_real_browser_signs_up_and_in_with_a_key_at_a_real_node() {
    let boot = Boot {
        memory: 4096,
        timeout: 600,
        tests: "browser::",
    };
    // Without KVM the browser runs at a tenth of its speed, and has time limits of its own.
    let Err(why) = boot.run() else { return };
    tell(&format!(
        "The browser failed and gets its second chance. {why}"
    ));
    if let Err(why) = boot.run() {
        panic!("It failed twice. {why}");
    }
}

impl Boot {
    /// Runs the tests in a machine of their own; what they said when not all of them passed.
    fn run(&self) -> Result<(), String> {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let program = std::env::current_exe().expect("this program has a path");
        let expected = self.count(&program);
        assert!(expected > 0, "no test is called {}…", self.tests);
        let begin = Instant::now();
        let Output { status, stdout, .. } = xtask()
            .args(["vm", "--memory", &self.memory.to_string()])
            .args(["--timeout", &self.timeout.to_string(), "--"])
            .arg(program)
            .args(["--ignored", "--test-threads=1", self.tests])
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo starts");
        let said = String::from_utf8_lossy(&stdout);
        tell(&format!(
            "The virtual machine with the tests {}… took {:.0} s.",
            self.tests,
            begin.elapsed().as_secs_f64()
        ));
        let passed = format!("test result: ok. {expected} passed; 0 failed");
        if status.success() && said.contains(&passed) {
            return Ok(());
        }
        Err(format!(
            "Not all {expected} tests passed in the virtual machine ({status}). They said:\n{said}"
        ))
    }

    /// How many tests there are to run.
    fn count(&self, program: &Path) -> usize {
        let listing = Command::new(program)
            .args(["--list", "--ignored", self.tests])
            .output()
            .expect("this program starts");
        let listing = String::from_utf8_lossy(&listing.stdout);
        listing
            .lines()
            .filter(|line| line.ends_with(": test"))
            .count()
    }
}

/// The project's commands, as a person starts them.
fn xtask() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--package", "xtask", "--"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .stdin(Stdio::null());
    command
}

/// Says it at once, also when the test passes.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}
