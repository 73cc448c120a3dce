//! The desk without a window: a stand-in for the frame plays the page over HTTP.

mod play;
mod record;
mod you_do_it;

use std::{fs, sync::Arc, time::Duration};

use bench::{
    Bench, Config, HomeChoice, KeysSetting, Setting,
    api::{Prompt, PromptAnswer, Question},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::{Desk, lock};
use crate::{
    api::{DeskState, PageReport, Showing, WalkState},
    engine::{Page, PageAct},
    http_page::HttpPage,
};

/// Longest wait for anything here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who creates an account; a phone that has no PIN yet asks twice.
const CREATES: &str = r#"
title = "An account"
why = "A passkey is all it takes."
[[devices]]
name = "phone"
profile = "phone"
[[accounts]]
name = "alice"
display-name = "Alice Example"
[[steps]]
title = "Alice asks for an account"
note = "On the page."
act = "page.create-account"
account = "alice"
expect = [{ prompt = "touch", field = "purpose", is = "createPasskey" }]
[[steps]]
act = "person.touch"
[[steps]]
act = "person.set-pin"
pin = "secret:alice"
expect = [
  { verification = "7.1", is = "passed" },
  { event = "rp.session.bound", field = "account", is = "alice" },
]
"#;

/// A desk with a frame whose page is played over HTTP, and the folder all that is in.
struct Stand {
    desk: Desk,
    data: TempDir,
    page: Arc<std::sync::Mutex<Option<Arc<HttpPage>>>>,
    framing: JoinHandle<()>,
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.framing.abort();
    }
}

impl Stand {
    fn open() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: data.path().to_owned(),
            home: Some(HomeChoice::Memory),
            port: None,
            web_view: None,
            keys: KeysSetting::default(),
            setting: Setting::default(),
        };
        let desk = Desk::open(config, Duration::ZERO);
        let page = Arc::new(std::sync::Mutex::new(None));
        Self {
            framing: tokio::spawn(frame(desk.clone(), page.clone())),
            desk,
            data,
            page,
        }
    }

    /// Puts a walk into the tester's folder; its path.
    fn walk(&self, file: &str, text: &str) -> String {
        let folder = self.data.path().join("walks");
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(file);
        fs::write(&path, text).expect("it can be written");
        path.display().to_string()
    }

    async fn opened(text: &str) -> Self {
        let stand = Self::open();
        let path = stand.walk("a.toml", text);
        stand.desk.walk_open(path).await.expect("it can be opened");
        stand
    }

    async fn state(&self) -> DeskState {
        self.desk.desk_state().await.expect("the desk answers")
    }

    async fn walk_state(&self) -> WalkState {
        self.state().await.walk.expect("a walk is open")
    }

    /// Waits until the open walk is so.
    async fn until(&self, what: &str, so: impl Fn(&WalkState) -> bool) -> WalkState {
        let mut changes = self.desk.changes();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                let state = self.walk_state().await;
                if so(&state) {
                    return state;
                }
                changes.changed().await.expect("the desk lives");
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(state) => state,
            Err(_) => panic!("waited in vain for {what}: {:#?}", self.walk_state().await),
        }
    }

    /// The framed page, once nothing is under way on it.
    async fn idle_page(&self) -> Arc<HttpPage> {
        let waiting = async {
            loop {
                let page = lock(&self.page).clone();
                match page {
                    Some(page) if !page.busy() => return page,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        let page = tokio::time::timeout(PATIENCE, waiting).await;
        page.expect("the page is there and idle")
    }

    /// What the tester does on the framed page.
    async fn on_page(&self, act: PageAct) {
        let page = self.idle_page().await;
        page.act(&act).await.expect("the page takes it");
    }

    /// Waits until the shown bench asks so.
    async fn prompt(&self, fits: impl Fn(&Question) -> bool) -> Prompt {
        let bench = self.desk.bench();
        let mut changes = bench.changes();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                let state = bench.bench_state().await.expect("the bench answers");
                if let Some(prompt) = state.prompt.filter(|prompt| fits(&prompt.question)) {
                    return prompt;
                }
                changes.changed().await.expect("the bench lives");
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("the device asks")
    }

    async fn answer(&self, prompt: Prompt, answers: &[PromptAnswer]) {
        let id = u32::try_from(prompt.id).expect("a small number");
        for answer in answers {
            let answered = self.desk.bench().prompt_answer(id, answer.clone()).await;
            answered.expect("the prompt is open");
        }
    }

    async fn touch(&self) {
        let asked = self
            .prompt(|question| matches!(question, Question::Touch { .. }))
            .await;
        self.answer(asked, &[PromptAnswer::Touch]).await;
    }

    /// Chooses the PIN, which takes two entries.
    async fn set_pin(&self, pin: &str) {
        for again in [false, true] {
            let entry = |question: &Question| matches!(question, Question::SetPin { confirming, .. } if *confirming == again);
            let asked = self.prompt(entry).await;
            self.answer(asked, &pressed(pin)).await;
        }
    }

    async fn enter_pin(&self, pin: &str) {
        let entry = |question: &Question| matches!(question, Question::EnterPin { entered: 0, .. });
        let asked = self.prompt(entry).await;
        self.answer(asked, &pressed(pin)).await;
    }

    /// The folders of fresh benches that are there.
    fn rooms(&self) -> Vec<String> {
        let entries = fs::read_dir(self.data.path().join("runs"));
        let entries = entries.into_iter().flatten().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    async fn shows_own(&self) {
        assert_eq!(self.state().await.showing, Showing::Own);
        assert_eq!(
            self.rooms(),
            Vec::<String>::new(),
            "nothing of the fresh bench is left"
        );
    }
}

fn pressed(pin: &str) -> Vec<PromptAnswer> {
    let digits = pin.bytes().map(|digit| PromptAnswer::Digit {
        digit: digit - b'0',
    });
    digits.chain([PromptAnswer::Submit]).collect()
}

/// Stands in for the window: opens the front page of every bench that is shown instead of the
/// tester's own, gives it its orders, and tells how it stands.
async fn frame(desk: Desk, shown: Arc<std::sync::Mutex<Option<Arc<HttpPage>>>>) {
    let (mut changes, mut orders) = (desk.changes(), desk.page_orders());
    let mut generation = 1;
    let mut watching: Option<JoinHandle<()>> = None;
    loop {
        let (now, bench) = desk.shown();
        if now != generation {
            generation = now;
            if let Some(watching) = watching.take() {
                watching.abort();
            }
            let own = lock(&desk.0.shown).showing == Showing::Own;
            let page = (!own).then(|| Arc::new(HttpPage::new(&bench)));
            if let Some(page) = &page {
                let front = PageAct::Open {
                    path: "/".to_owned(),
                    rp_id: None,
                };
                page.act(&front).await.expect("a page opens");
                watching = Some(tokio::spawn(watch(desk.clone(), generation, page.clone())));
            }
            *lock(&shown) = page;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            order = orders.recv() => {
                let Ok(order) = order else { continue };
                let page = lock(&shown).clone();
                if let Some(page) = page.filter(|_| order.generation == generation) {
                    let refused = page.act(&order.act).await.err().map(|why| why.to_string());
                    tell(&desk, generation, &page, Some(order.id), refused).await;
                }
            }
        }
    }
}

async fn watch(desk: Desk, generation: u32, page: Arc<HttpPage>) {
    loop {
        let changed = page.changed();
        tell(&desk, generation, &page, None, None).await;
        // A change may fall between two looks, so it looks again in any case.
        let _ = tokio::time::timeout(Duration::from_millis(20), changed).await;
    }
}

async fn tell(
    desk: &Desk,
    generation: u32,
    page: &HttpPage,
    order: Option<u32>,
    refused: Option<String>,
) {
    static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let report = PageReport {
        generation,
        number: NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
        busy: page.busy(),
        view: page.view().await.expect("a page shows something"),
        order,
        refused,
    };
    desk.page_told(report).await.expect("the desk listens");
}

/// Everything that the timeline of a bench says.
fn said(bench: &Bench) -> String {
    let events = bench
        .timeline()
        .range(timeline::Seq(0), usize::MAX)
        .expect("readable");
    let texts = events
        .iter()
        .map(|event| serde_json::to_string(event).expect("JSON"));
    texts.collect::<Vec<_>>().join("\n")
}
