//! A person's desk for one test: a home folder of its own, a message bus, a
//! keyring, and the window driven through WebDriver.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use thirtyfour::{Capabilities, WebDriver};

/// The desktop program under test.
pub const APP: &str = env!("CARGO_BIN_EXE_touchstone-bench");

/// Longest wait for anything on this desk.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// How the keyring stands when the program starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    Unlocked,
    Locked,
    Absent,
}

/// A bus that starts nothing by itself: the keyring is there when the desk has one.
const BUS: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>"#;

/// A process group that ends with its owner.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// Home folder, bus and keyring; they outlive any one start of the program.
pub struct Desk {
    home: TempDir,
    bus: String,
    keyring: Option<Group>,
    _bus: Group,
}

impl Desk {
    /// A fresh desk.
    pub fn new(keyring: Keyring) -> Self {
        let home = TempDir::new().expect("a temporary folder");
        let runtime = home.path().join("run");
        fs::create_dir(&runtime).expect("a runtime folder");
        fs::set_permissions(
            &runtime,
            std::os::unix::fs::PermissionsExt::from_mode(0o700),
        )
        .expect("0700");
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS).expect("the home can be written");
        let mut bus = command("dbus-daemon", home.path())
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon starts: `cargo xtask test` installs it");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("its output is piped"))
            .read_line(&mut address)
            .expect("an address");
        let mut desk = Self {
            bus: address.trim().to_owned(),
            keyring: None,
            _bus: Group(bus),
            home,
        };
        match keyring {
            Keyring::Absent => {}
            Keyring::Unlocked => desk.unlock(),
            Keyring::Locked => desk.lock(),
        }
        desk
    }

    /// Starts the keyring unlocked; makes its default collection at the first time.
    pub fn unlock(&mut self) {
        self.start_keyring("--unlock");
    }

    /// Starts the keyring without its password, on a home that has a default collection.
    pub fn lock(&mut self) {
        if !self.data_home().join("keyrings/login.keyring").exists() {
            self.unlock();
        }
        self.start_keyring("--start");
    }

    /// Ends the keyring.
    pub fn stop_keyring(&mut self) {
        self.keyring = None;
        self.until_keyring(false);
    }

    fn start_keyring(&mut self, how: &str) {
        self.stop_keyring();
        let mut child = command("gnome-keyring-daemon", self.home.path())
            .args([how, "--foreground", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env_remove("DISPLAY")
            .stdin(Stdio::piped())
            .spawn()
            .expect("gnome-keyring-daemon starts: `cargo xtask test` installs it");
        let mut password = child.stdin.take().expect("its input is piped");
        if how == "--unlock" {
            password
                .write_all(b"test")
                .expect("the keyring reads its password");
        }
        drop(password);
        self.keyring = Some(Group(child));
        self.until_keyring(true);
    }

    fn until_keyring(&self, there: bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = Command::new("dbus-send")
                .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
                .args([
                    "--session",
                    "--print-reply",
                    "--dest=org.freedesktop.DBus",
                    "/org/freedesktop/DBus",
                ])
                .args([
                    "org.freedesktop.DBus.NameHasOwner",
                    "string:org.freedesktop.secrets",
                ])
                .output()
                .expect("dbus-send runs");
            if String::from_utf8_lossy(&found.stdout).contains(if there { "true" } else { "false" })
            {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "the keyring did not come or go in time"
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Where programs on this desk keep their data.
    pub fn data_home(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The person's home folder: all that is ever written lies below it.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The program's own folder.
    pub fn bench_folder(&self) -> PathBuf {
        self.home.path().join("bench")
    }

    /// Opens the window with further arguments.
    pub async fn open(&self, arguments: &[&str]) -> Window {
        Window::open(self, arguments).await
    }
}

fn command(program: &str, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home.join("run"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("GTK_A11Y", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command
}

/// The open window.
pub struct Window {
    /// Speaks to it.
    pub driver: WebDriver,
    data: PathBuf,
    _driver: Group,
}

impl Window {
    async fn open(desk: &Desk, arguments: &[&str]) -> Self {
        assert!(
            std::env::var_os("DISPLAY").is_some(),
            "the window needs a display: run `cargo xtask test`, which brings one"
        );
        let port = free_port();
        let driver = command("WebKitWebDriver", desk.home.path())
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // Xvfb has no graphics card, and drawing as if it had one takes most of the time of a
            // test; its threads crash now and then, besides.
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("DBUS_SESSION_BUS_ADDRESS", &desk.bus)
            .spawn()
            .expect("WebKitWebDriver starts: `cargo xtask test` installs it");
        let group = Group(driver);
        let data = desk.bench_folder();
        let mut all = vec!["--data".to_owned(), data.display().to_string()];
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        let mut capabilities = Capabilities::new();
        capabilities
            .set(
                "webkitgtk:browserOptions",
                serde_json::json!({ "binary": APP, "args": all }),
            )
            .expect("the options are JSON");
        let deadline = Instant::now() + PATIENCE;
        let driver = loop {
            match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities.clone()).await {
                Ok(driver) => break driver,
                Err(error) => assert!(Instant::now() < deadline, "no WebDriver session: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        Self {
            driver,
            data,
            _driver: group,
        }
    }

    /// SIGKILL, as a crash or a power cut would end it.
    pub fn kill(self) {
        let data = self.data.display().to_string();
        for process in fs::read_dir("/proc").expect("Linux has /proc").flatten() {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            let mut words = line.split(|byte| *byte == 0);
            if words.next() == Some(APP.as_bytes()) && words.any(|word| word == data.as_bytes()) {
                let pid = process.file_name().into_string().expect("a number");
                let killed = Command::new("kill")
                    .args(["-KILL", &pid])
                    .status()
                    .expect("kill runs");
                assert!(killed.success(), "the program was running");
            }
        }
    }
}

/// A port nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
