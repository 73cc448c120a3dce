//! `touchstone walk`, run as a tester or a build server runs it.

mod ended;
mod kept;
mod repeated;
mod reports;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The project's own walks.
const WALKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/walks");

/// Passes: one step, and what it expects is so.
const GREEN: &str = r#"
title = "The page opens"
why = "Without a page there is no passkey."

[[devices]]
name = "phone"
profile = "phone"

[[steps]]
title = "Somebody visits"
act = "page.open"
path = "/"
expect = [
  { event = "rp.session.bound", absent = true },
]
"#;

/// Fails at its second step, on line 24.
const RED: &str = r#"title = "The wrong name is expected"
why = "This walk fails, to show how that looks."

[[devices]]
name = "phone"
profile = "phone"

[[accounts]]
name = "alice"
display-name = "Alice <b>Example</b>"

[[steps]]
title = "Alice asks for an account"
act = "page.create-account"
account = "alice"
expect = [
  { event = "rp.request", where = { path = "/api/registration/begin" }, field = "method", is = "POST" },
]

[[steps]]
title = "She says no"
act = "person.decline"
expect = [
  { event = "client.failed", field = "name", is = "AbortError" },
]

[[steps]]
title = "She tries again"
act = "page.create-account"
account = "alice"
"#;

/// Hangs: the page waits for an answer that is five minutes late.
const HANGING: &str = r#"
title = "An answer that does not come"
deadline = "2s"

[[devices]]
name = "phone"
profile = "phone"

[[accounts]]
name = "alice"
display-name = "Alice Example"

[[steps]]
title = "The network slows down"
act = "network.slow"
by = "5m"

[[steps]]
title = "Alice asks for an account"
act = "page.create-account"
account = "alice"
"#;

/// A folder with walks of the test's own.
struct Folder(TempDir);

impl Folder {
    fn with(walks: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in walks {
            fs::write(folder.path().join(name), text).expect("it can be written");
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// What the program said and how it ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs `touchstone walk` within `folder`.
fn walk(folder: &Path, arguments: &[&str]) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command(folder, arguments).output().expect("it runs");
    Said {
        code: status.code(),
        out: String::from_utf8(stdout).expect("UTF-8"),
        err: String::from_utf8(stderr).expect("UTF-8"),
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_touchstone"));
    command
        .arg("walk")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("it was written");
    serde_json::from_str(&text).expect("it is JSON")
}

fn runs(report: &Value) -> &[Value] {
    report["runs"].as_array().expect("a list of runs")
}
