//! A desktop session with nobody at it: a bus and a GNOME Keyring of its own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::actor::Actor;

const PASSWORD: &str = "test";
/// Without service folders: nothing on this bus starts by itself.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// Ends with everything in it when dropped.
pub struct Session {
    root: tempfile::TempDir,
    address: Option<String>,
    bus: Option<Child>,
    keyring: Option<Child>,
}

impl Session {
    /// A session without even a bus.
    pub fn without_bus() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        for folder in ["home", "run", "data/keyrings", "cache", "config", "vault"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("a sub-folder");
        }
        let owner_only = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(root.path().join("run"), owner_only).expect("its mode");
        Self {
            root,
            address: None,
            bus: None,
            keyring: None,
        }
    }

    /// A session with a bus and no keyring on it.
    pub fn without_keyring() -> Self {
        let mut session = Self::without_bus();
        let config = session.root.path().join("bus.conf");
        std::fs::write(&config, BUS).expect("the bus's configuration");
        let mut bus = session
            .command("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed (package dbus)");
        let mut line = String::new();
        BufReader::new(bus.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("the bus says its address");
        session.address = Some(line.trim().to_owned());
        session.bus = Some(bus);
        session
    }

    /// A session with an unlocked keyring.
    pub fn unlocked() -> Self {
        let mut session = Self::without_keyring();
        session.start_keyring(&["--unlock"]);
        session
    }

    /// Where this session's vault is.
    pub fn folder(&self) -> PathBuf {
        self.root.path().join("vault")
    }

    /// Where GNOME Keyring keeps its only keyring.
    pub fn keyring_file(&self) -> PathBuf {
        self.root.path().join("data/keyrings/login.keyring")
    }

    /// A process in this session.
    pub fn actor(&self) -> Actor {
        let program = std::env::current_exe().expect("own path");
        Actor::start_as(self.command(&program), &self.folder())
    }

    /// Starts the keyring with `--unlock` or, locked, with `--start`.
    pub fn start_keyring(&mut self, how: &[&str]) {
        let mut daemon = self
            .command("gnome-keyring-daemon")
            .args(how)
            .args(["--foreground", "--components=secrets"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is installed (package gnome-keyring)");
        let mut input = daemon.stdin.take().expect("piped");
        if how.contains(&"--unlock") {
            input.write_all(PASSWORD.as_bytes()).expect("it listens");
        }
        drop(input);
        self.keyring = Some(daemon);
        self.wait_for_keyring();
    }

    pub fn stop_keyring(&mut self) {
        end(&mut self.keyring);
    }

    /// Stops the keyring, so that its file is locked when it starts again.
    pub fn lock_keyring(&mut self) {
        self.stop_keyring();
        self.start_keyring(&["--start"]);
    }

    /// What a person does by typing the password.
    pub fn unlock_keyring(&mut self) {
        self.stop_keyring();
        self.start_keyring(&["--unlock"]);
    }

    /// `STOP`: the keyring is there and does not answer; `CONT`: it goes on.
    pub fn signal_keyring(&self, signal: &str) {
        let daemon = self.keyring.as_ref().expect("a keyring runs");
        let status = Command::new("kill")
            .args([format!("-{signal}"), daemon.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success(), "the keyring can be sent {signal}");
    }

    fn command(&self, program: impl AsRef<Path>) -> Command {
        let path = |name: &str| self.root.path().join(name);
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", path("home"))
            .env("XDG_RUNTIME_DIR", path("run"))
            .env("XDG_DATA_HOME", path("data"))
            .env("XDG_CACHE_HOME", path("cache"))
            .env("XDG_CONFIG_HOME", path("config"))
            .stderr(Stdio::null());
        if let Some(address) = &self.address {
            command.env("DBUS_SESSION_BUS_ADDRESS", address);
        }
        command
    }

    fn wait_for_keyring(&self) {
        let start = Instant::now();
        loop {
            let output = self
                .command("dbus-send")
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/",
                ])
                .args([
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.secrets",
                ])
                .output()
                .expect("dbus-send is installed (package dbus-bin)");
            if String::from_utf8_lossy(&output.stdout).contains("boolean true") {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "the keyring is on the bus"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        end(&mut self.keyring);
        end(&mut self.bus);
    }
}

fn end(process: &mut Option<Child>) {
    if let Some(mut process) = process.take() {
        let _ = process.kill();
        let _ = process.wait();
    }
}

/// Within an actor: what somebody else does to Touchstone's items in the keyring.
pub fn act_on_item(words: &[&str]) -> String {
    let store: std::sync::Arc<keyring_core::CredentialStore> =
        zbus_secret_service_keyring_store::Store::new().expect("the Secret Service answers");
    let items = store
        .search(&[("service", "touchstone")].into())
        .expect("it can be searched");
    match words {
        ["names"] => {
            let names = items.iter().filter_map(|item| item.get_specifiers());
            names
                .map(|(service, user)| format!("{service}/{user};"))
                .collect()
        }
        ["delete"] => {
            for item in &items {
                item.delete_credential().expect("it can be deleted");
            }
            items.len().to_string()
        }
        ["delete", ending] => {
            let is_named = |item: &&keyring_core::Entry| {
                let named = item.get_specifiers();
                named.is_some_and(|(_, user)| user.ends_with(ending))
            };
            let named: Vec<_> = items.iter().filter(is_named).collect();
            for item in &named {
                item.delete_credential().expect("it can be deleted");
            }
            named.len().to_string()
        }
        ["replace", "bytes", text] => {
            for item in &items {
                let bytes = [b"\xff\xfe", text.as_bytes()].concat();
                item.set_secret(&bytes).expect("it can be replaced");
            }
            items.len().to_string()
        }
        ["replace", text] => {
            for item in &items {
                item.set_password(text).expect("it can be replaced");
            }
            items.len().to_string()
        }
        other => panic!("nobody does {other:?}"),
    }
}
