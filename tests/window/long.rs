//! A long timeline in the real window.
//!
//! `cargo xtask measure` names how many events; without that it is a test with fewer.

use std::time::Duration;

use serde_json::Value;

use crate::desk::{Desk, Keyring, Window, free_port};

/// Runs in the page: waits, frame by frame, for the row of an event; gives the time since the page began to load.
const UNTIL_ROW: &str = r"
    const [seq, done] = arguments;
    const look = () => document.querySelector(`[data-role='wire-event'][data-seq='${seq}']`)
        ? done(performance.now())
        : requestAnimationFrame(look);
    look();
";

/// Runs in the page: scrolls by two thirds of a page each frame; gives each frame's time and how
/// many rows in sight had not been read yet.
const SCROLL: &str = r"
    const [frames, down, done] = arguments;
    const list = document.getElementById('wire');
    const times = [];
    let unread = 0;
    let before = performance.now();
    const frame = () => {
        const now = performance.now();
        times.push(now - before);
        before = now;
        const box = list.getBoundingClientRect();
        for (const row of list.querySelectorAll('.unread')) {
            const { top, bottom } = row.getBoundingClientRect();
            if (bottom > box.top && top < box.bottom) unread += 1;
        }
        if (times.length > frames) return done({ times: times.slice(1), unread, rows: list.querySelectorAll('[role=option]').length });
        list.scrollTop += (down ? 1 : -1) * list.clientHeight * 0.66;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
";

/// Runs in the page: the same scrolling over plain lines of text, which is what the web view itself costs.
const SCROLL_PLAIN: &str = r"
    const [frames, done] = arguments;
    const { left, top, width, height } = document.getElementById('wire').getBoundingClientRect();
    const list = document.createElement('div');
    list.style.cssText = `position: fixed; overflow: auto; background: var(--stone-1); left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`;
    for (let line = 0; line < 5000; line += 1) list.append(Object.assign(document.createElement('p'), { textContent: `line ${line}` }));
    document.body.append(list);
    const times = [];
    let before = performance.now();
    const frame = () => {
        const now = performance.now();
        times.push(now - before);
        before = now;
        if (times.length > frames) {
            list.remove();
            return done({ times: times.slice(1) });
        }
        list.scrollTop += list.clientHeight * 0.66;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
";

impl Window {
    async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.driver.execute_async(script, arguments).await;
        answer.expect("the script ends").json().clone()
    }

    /// Waits for the row of an event; milliseconds since the page began to load.
    async fn row_of(&self, seq: u64) -> f64 {
        let time = self.run(UNTIL_ROW, vec![seq.into()]).await;
        time.as_f64().expect("a number")
    }

    async fn scroll(&self, frames: u32, down: bool) -> Value {
        self.run(SCROLL, vec![frames.into(), down.into()]).await
    }

    async fn press_in_wire(&self, key: &str) {
        let script = "const [key, done] = arguments; const list = document.getElementById('wire'); list.focus();
            list.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); done(null)";
        self.run(script, vec![key.into()]).await;
    }
}

/// Has the relying party asked until the timeline is this long; two events a question.
async fn fill(origin: &str, events: u64) {
    let http = reqwest::Client::new();
    let asked = (0..8).map(|_| {
        let (http, url) = (http.clone(), format!("{origin}/api/session"));
        tokio::spawn(async move {
            for _ in 0..events / 16 {
                let answer = http.get(&url).send().await.expect("an answer");
                assert_eq!(answer.status(), 401, "nobody is signed in");
            }
        })
    });
    for task in asked.collect::<Vec<_>>() {
        task.await.expect("the visitor goes on to the end");
    }
}

/// Every frame's time in some runs.
fn times(runs: &[&Value]) -> Vec<f64> {
    let times = runs.iter().filter_map(|run| run["times"].as_array());
    times.flatten().filter_map(Value::as_f64).collect()
}

/// The time below which this part of all frames stays.
fn share(times: &mut [f64], part: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let last = times.len() - 1;
    times[(last as f64 * part).round() as usize]
}

#[tokio::test(flavor = "multi_thread")]
async fn long_timeline_opens_at_its_end_and_is_read_from_end_to_end() {
    let wanted = std::env::var("TOUCHSTONE_LONG_TIMELINE").ok();
    let events: u64 = wanted.as_deref().map_or(12_000, |number| {
        number
            .parse()
            .expect("TOUCHSTONE_LONG_TIMELINE is a number")
    });
    let desk = Desk::new(Keyring::Absent);
    let port = free_port().to_string();
    let window = desk.open(&["--port", &port, "--vault", "memory"]).await;
    // A frame takes as long as the machine is busy.
    let patience = window
        .driver
        .set_script_timeout(Duration::from_secs(300))
        .await;
    patience.expect("a time limit");
    window.see("[data-role='idle']").await;
    fill(&format!("http://localhost:{port}"), events).await;

    // The clock starts with the page, so what counts is the time from an empty window.
    let newest = window
        .until("the whole timeline", || async {
            let script = "return Number(document.getElementById('wire')?.dataset.last)";
            let last = window.driver.execute(script, Vec::new()).await.ok()?;
            last.json().as_u64().filter(|last| *last >= events)
        })
        .await;
    window
        .driver
        .refresh()
        .await
        .expect("the window loads anew");
    let opened = window.row_of(newest).await;

    let up = window.scroll(240, false).await;
    let down = window.scroll(120, true).await;
    for run in [&up, &down] {
        let rows = run["rows"].as_u64().expect("a number");
        assert!(
            rows > 0 && rows < 200,
            "only what is near is drawn: {rows} rows"
        );
    }

    window.press_in_wire("Home").await;
    window.row_of(1).await;
    window.press_in_wire("End").await;
    window.row_of(newest).await;

    if wanted.is_some() {
        let plain = window.run(SCROLL_PLAIN, vec![120.into()]).await;
        let (mut ours, mut floor) = (times(&[&up, &down]), times(&[&plain]));
        let (median, plain) = (share(&mut ours, 0.5), share(&mut floor, 0.5));
        println!(
            "long_timeline_scroll       {:7.3}  a frame, against plain lines of text in the same web view \
             (median {median:.1} ms over {plain:.1} ms; ours 95 % within {:.1} ms)",
            median / plain,
            share(&mut ours, 0.95),
        );
        let late = up["unread"].as_u64().unwrap_or(0) + down["unread"].as_u64().unwrap_or(0);
        println!(
            "long_timeline_open         {newest} events: the newest is shown {opened:.0} ms after the window begins to load; \
             {late} rows came late in {} frames",
            ours.len(),
        );
    }
}
