//! What `touchstone rp` leaves behind of a PIN, its hash, `Z` and `Kr`: nothing, on disk, in what it
//! prints, in what `ps` shows, in its answers, and in its memory once the connections are closed.

mod phone;
mod search;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use pin_sync::exchange::Purpose;
use pin_sync::online::{Typed, Verdict};
use serde_json::{Value, json};

use crate::relying_party::command;
use crate::rp_http::Visitor;
use phone::Phone;
use search::Canaries;

const POLICY: &str = r#"
[pin]
enabled = true
offline = true
charset = "any"
max-length = 63
history = 3
iterations = 20000
test-iterations = true
enrolment = "digits"
"#;
/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// `touchstone rp`, with everything that it prints in files; killed when dropped.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    origin: String,
    /// Its sockets while nobody is connected.
    sockets: usize,
}

impl Server {
    async fn start(log: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("a folder");
        fs::write(data.join("policy.toml"), POLICY).expect("written");
        let printed = |name| File::create(folder.path().join(name)).expect("a file");
        let mut command = command(&["--data", data.to_str().expect("UTF-8")]);
        command.stdout(printed("stdout")).stderr(printed("stderr"));
        match log {
            Some(level) => command.env("RUST_LOG", level),
            None => command.env_remove("RUST_LOG"),
        };
        let child = command.spawn().expect("touchstone starts");
        let mut server = Self {
            child,
            folder,
            origin: String::new(),
            sockets: 0,
        };
        server.origin = until("it listens", || {
            let said = fs::read_to_string(server.folder.path().join("stdout")).ok()?;
            let line = said
                .lines()
                .find_map(|line| line.strip_prefix("relying party at "))?;
            said.ends_with('\n').then(|| line.to_owned())
        })
        .await;
        server.sockets = server.open_sockets();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// None where there is no `/proc`.
    fn open_sockets(&self) -> usize {
        let links = fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        links.map_or(0, |links| {
            links
                .flatten()
                .filter_map(|link| fs::read_link(link.path()).ok())
                .filter(|target| target.to_string_lossy().starts_with("socket:"))
                .count()
        })
    }

    /// Until every connection is closed.
    async fn alone(&self) {
        until("the connections are closed", || {
            (self.open_sockets() <= self.sockets).then_some(())
        })
        .await;
    }

    /// SIGTERM, and the end in good order.
    fn end(&mut self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(told.expect("kill runs").success(), "it was running");
        assert!(self.child.wait().expect("it ended").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn until<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(it) = done() {
            return it;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited in vain until {what}");
}

/// An account, and a phone enrolled for its PIN.
async fn enrolled(visitor: &Visitor, server: &Server, username: &str) -> Phone {
    visitor.sign_up(username).await;
    let (status, made) = visitor
        .post("pin/offers", &json!({}))
        .await
        .expect("an answer");
    assert_eq!(status, 201, "{made}");
    let mut phone = Phone::claim(&server.origin, made["code"].as_str().expect("a text")).await;
    let offer = made["offer"].as_str().expect("a name");
    let confirm = format!("{}/api/pin/offers/{offer}/confirm", server.origin);
    let request = visitor.http.post(confirm).header("origin", &server.origin);
    let answer = request.json(&json!({})).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 204);
    phone.finish().await;
    phone
}

/// Everything that is done with PINs.
async fn play(server: &Server, username: &str) -> Phone {
    let visitor = Visitor::new(&server.origin);
    let mut phone = enrolled(&visitor, server, username).await;
    let first = phone.make_pin("the first PIN");
    let second = phone.make_pin("the second PIN");
    let third = phone.make_pin("the third PIN");
    let wrong = phone.make_pin("the wrong PIN");
    let set = phone
        .type_online(Purpose::Set, &Typed::Pin(first.clone()))
        .await;
    assert_eq!(set.verdict, Verdict::Ok);
    let said = phone
        .type_online(Purpose::Verify, &Typed::Pin(wrong.clone()))
        .await;
    assert_eq!(said.verdict, Verdict::WrongPin);
    waits_with_its_key(server, &mut phone, Typed::Pin(first.clone())).await;
    phone.sync(true).await;
    let change = |old, new| Typed::Change { old, new };
    for (old, new, verdict) in [
        (&wrong, &second, Verdict::WrongPin),
        (&first, &second, Verdict::Ok),
        (&second, &first, Verdict::InHistory),
    ] {
        let typed = change(old.clone(), new.clone());
        let said = phone.type_online(Purpose::Change, &typed).await;
        assert_eq!(said.verdict, verdict);
    }
    phone.sync(true).await;
    sign_in_at_a_workstation(&visitor, &phone, username).await;
    reset(server, phone.account()).await;
    let (status, done) = visitor.sign_in().await.expect("an answer");
    assert_eq!(status, 200, "{done}");
    let set = phone.type_online(Purpose::Set, &Typed::Pin(third)).await;
    assert_eq!(set.verdict, Verdict::Ok);
    // A synchronization whose acknowledgement is lost: its key may have to answer all the same.
    phone.sync(false).await;
    sign_in_at_a_workstation(&visitor, &phone, username).await;
    phone.sync(true).await;
    phone.beat().await;
    phone.hash_all();
    phone
}

/// Types a PIN online, and looks at the memory before: a secret that must be there is found there.
async fn waits_with_its_key(server: &Server, phone: &mut Phone, typed: Typed) {
    let round = phone.exchange(Purpose::Verify).await;
    if cfg!(target_os = "linux") {
        let found = round.second.is_in_memory(server.child.id());
        assert!(found, "the search would find what is there");
    }
    let said = phone.online(&round, &typed).await;
    assert_eq!(said.verdict, Verdict::Ok);
}

async fn sign_in_at_a_workstation(visitor: &Visitor, phone: &Phone, username: &str) {
    let body = json!({ "username": username, "workstation": "desk-7" });
    let begun = visitor.post("workstation/logon/begin", &body).await;
    let (status, begun) = begun.expect("an answer");
    assert_eq!(status, 200, "{begun}");
    let code = phone.answer(begun["phones"][0]["code"].as_str().expect("a text"));
    let body = json!({ "session": begun["session"], "code": code });
    let (status, done) = visitor
        .post("workstation/logon/finish", &body)
        .await
        .expect("an answer");
    assert_eq!(status, 200, "{done}");
}

fn token(data: &Path) -> String {
    let token = fs::read_to_string(data.join("admin-token")).expect("a token");
    token.trim().to_owned()
}

async fn reset(server: &Server, account: &str) {
    let url = format!("{}/api/admin/accounts/{account}/pin/reset", server.origin);
    let request = crate::rp_http::browser(&server.origin)
        .post(url)
        .header("origin", &server.origin)
        .bearer_auth(token(&server.data()));
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let said: Value = answer.json().await.unwrap_or_default();
    assert_eq!(status, 204, "{said}");
}

/// What the system shows of the process to others.
fn shown_by_the_system(process: u32) -> Vec<u8> {
    let ps = Command::new("ps").arg("axeww").output().expect("ps runs");
    let mut shown = ps.stdout;
    assert!(
        search_text(&shown, b"touchstone rp"),
        "ps shows the process"
    );
    for file in ["cmdline", "environ", "comm", "status"] {
        shown.extend(fs::read(format!("/proc/{process}/{file}")).expect("it runs"));
    }
    shown
}

fn search_text(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|part| part == text)
}

async fn leaves_nothing(log: Option<&str>) {
    let mut server = Server::start(log).await;
    let username = "canary-of-the-account";
    let phone = play(&server, username).await;
    let (canaries, shown, heard) = (phone.canaries, phone.shown, phone.heard);
    assert!(canaries.count() >= 40, "only {}", canaries.count());
    assert!(!heard.is_empty());
    let (process, mut found, mut files) = (server.child.id(), Vec::new(), 0);
    found.extend(canaries.found_in(&heard));
    if cfg!(target_os = "linux") {
        server.alone().await;
        let mut control = Canaries::new();
        control.add("the user name", username.as_bytes());
        let seen = control.is_in_memory(process);
        assert!(seen, "the search finds the user name");
        found.extend(canaries.found_in_memory(process));
        found.extend(canaries.found_in(&shown_by_the_system(process)));
    }
    // While it runs, with its journals, and after it has ended; what it printed lies beside the data.
    found.extend(canaries.found_below(server.folder.path(), &mut files));
    server.end();
    found.extend(canaries.found_below(server.folder.path(), &mut files));
    found.extend(shown.found_below(server.folder.path(), &mut files));
    assert!(files >= 15, "only {files} files were searched");
    let printed = |file| fs::read(server.folder.path().join(file)).expect("readable");
    let (printed, logged) = (printed("stdout"), printed("stderr"));
    assert_eq!(search_text(&logged, b"refused: "), log.is_some(), "it logs");
    let mut secret = Canaries::new();
    secret.add("administrator's token", token(&server.data()).as_bytes());
    found.extend(secret.found_in(&[printed, logged].concat()));
    assert!(
        found.is_empty(),
        "{} findings:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pin_hash_or_key_stays_in_files_answers_or_memory() {
    leaves_nothing(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_pin_hash_or_key_stays_anywhere_while_it_logs_all_it_does() {
    leaves_nothing(Some("trace")).await;
}
