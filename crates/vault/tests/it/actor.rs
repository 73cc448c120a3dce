//! This test program once more, as a process of its own that does with a vault what it is told, one
//! line at a time. A process can be killed, can live on another bus, and can be somebody else.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use touchstone_vault::{Error, KeyHome, Vault, VaultState};
use zeroize::Zeroizing;

const FOLDER: &str = "VAULT_ACTOR_FOLDER";
const MARK: &str = "@ ";
const PATIENCE: Duration = Duration::from_secs(60);

/// The process, killed when dropped.
pub struct Actor {
    child: Child,
    orders: ChildStdin,
    answers: Receiver<String>,
}

impl Actor {
    /// Starts one for the vault in `folder`, with this process's environment.
    pub fn start(folder: &Path) -> Self {
        Self::start_as(
            Command::new(std::env::current_exe().expect("own path")),
            folder,
        )
    }

    /// Starts one with what `command` says of environment and user; its program is this test program.
    pub fn start_as(mut command: Command, folder: &Path) -> Self {
        let mut child = command
            .args(["actor::acts_when_told", "--exact", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the test program starts again");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some((_, answer)) = line.split_once(MARK) {
                    let _ = sender.send(answer.to_owned());
                }
            }
        });
        Self {
            orders: child.stdin.take().expect("piped"),
            answers,
            child,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Gives an order without waiting for the answer.
    pub fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").expect("the actor listens");
    }

    /// Gives an order and waits for its answer.
    pub fn ask(&mut self, order: &str) -> String {
        self.tell(order);
        self.next().expect("the actor answers")
    }

    /// The next answer, `None` when the process is gone.
    pub fn next(&self) -> Option<String> {
        match self.answers.recv_timeout(PATIENCE) {
            Ok(answer) => Some(answer),
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => None,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("no answer in {PATIENCE:?}"),
        }
    }

    /// SIGKILL, and every answer that came before it.
    pub fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
        std::iter::from_fn(|| self.next()).collect()
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The actor's own side; nothing in an ordinary run.
#[test]
fn acts_when_told() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let mut open = None;
    for order in std::io::stdin().lines().map_while(Result::ok) {
        let words: Vec<&str> = order.split(' ').collect();
        let answer = match words.as_slice() {
            ["inspect", home] => {
                Vault::inspect(&folder, &self::home(home)).map(|state| state.code().to_owned())
            }
            ["open", home] => Vault::open(&folder, self::home(home)).map(|vault| {
                open = Some(vault);
                VaultState::Ready.code().to_owned()
            }),
            ["close"] => {
                open = None;
                Ok("closed".to_owned())
            }
            ["put", id, text] => with(&open, |vault| {
                vault.transaction(|t| t.put("note", id, text.as_bytes()))?;
                Ok("put".to_owned())
            }),
            ["get", id] => with(&open, |vault| {
                let bytes = vault.transaction(|t| t.get("note", id))?;
                Ok(bytes.map_or("nothing".to_owned(), |bytes| {
                    String::from_utf8_lossy(&bytes).into_owned()
                }))
            }),
            ["put-item", name, text] => with(&open, |vault| {
                vault.items().put(name, text.as_bytes())?;
                Ok("put".to_owned())
            }),
            ["get-item", name] => with(&open, |vault| {
                Ok(vault.items().get(name)?.map_or("nothing".to_owned(), |it| {
                    String::from_utf8_lossy(&it).into_owned()
                }))
            }),
            ["delete-item", name] => with(&open, |vault| {
                vault.items().delete(name)?;
                Ok("deleted".to_owned())
            }),
            ["count"] => with(&open, count),
            #[cfg(target_os = "linux")]
            ["item", rest @ ..] => Ok(crate::session::act_on_item(rest)),
            other => panic!("the actor does not know {other:?}"),
        };
        match answer {
            Ok(answer) => println!("{MARK}{answer}"),
            Err(error) => println!("{MARK}{} {}", error.code(), words_of(&error)),
        }
    }
}

fn with(
    open: &Option<Vault>,
    act: impl FnOnce(&Vault) -> Result<String, Error>,
) -> Result<String, Error> {
    act(open.as_ref().expect("the vault is open"))
}

/// Everything a log or a window could show of an error.
fn words_of(error: &Error) -> String {
    format!("{error} {error:?}").replace('\n', " ")
}

/// Raises a counter for ever, and says each number once it is stored.
fn count(vault: &Vault) -> Result<String, Error> {
    loop {
        let number = vault.transaction(|t| {
            let held = t.get("counter", "signatures")?;
            let next = held.map_or(0, |bytes| number_of(&bytes)) + 1;
            t.put("counter", "signatures", next.to_string().as_bytes())?;
            Ok(next)
        })?;
        println!("{MARK}{number}");
    }
}

/// A stored counter's value.
pub fn number_of(bytes: &[u8]) -> u64 {
    String::from_utf8_lossy(bytes).parse().expect("a number")
}

fn home(text: &str) -> KeyHome {
    match text.split_once(':') {
        None if text == "keyring" => KeyHome::Keyring {
            service: "touchstone".to_owned(),
            deadline: Duration::from_secs(5),
        },
        Some(("file", path)) => KeyHome::File(path.into()),
        Some(("passphrase", words)) => KeyHome::Passphrase(Zeroizing::new(words.to_owned())),
        _ => panic!("no such home: {text}"),
    }
}
