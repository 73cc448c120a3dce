//! A walk without a window: what steps and expectations cost beside the work that they ask for.

use std::{path::Path, sync::Arc, time::Duration};

use bench::{Bench, Config, HomeChoice, KeysSetting, PartySetting, Setting, api::PromptAnswer};
use cpu_time::ProcessTime;
use timeline::Timestamp;
use tokio::runtime::Runtime;
use walks::{
    acts,
    engine::{self, Options, Page, PageAct, Verdict, Walk},
    http_page::HttpPage,
};

use crate::{Error, contest::Times, figure::Figure};

const ROUNDS: usize = 31;
/// How often somebody asks for an account and says no; two steps each. Nobody types a PIN, whose
/// 600,000 rounds of PBKDF2 would hide everything else.
const VISITS: u32 = 20;
const STEPS: u32 = 2 * VISITS;

const BEGINNING: &str = r#"
title = "Somebody changes her mind"
[[devices]]
name = "phone"
profile = "phone"
[[accounts]]
name = "alice"
display-name = "Alice Example"
"#;
const VISIT: &str = r#"
[[steps]]
act = "page.create-account"
account = "alice"
expect = [
  { prompt = "touch", field = "purpose", is = "createPasskey" },
  { event = "client.command.sent", where = { command = "authenticatorMakeCredential" }, field = "request.options.rk", is = true },
]
[[steps]]
act = "person.decline"
expect = [
  { event = "client.failed", field = "name", is = "NotAllowedError" },
  { event = "rp.session.bound", absent = true },
]
"#;

/// All figures of this file. Bench and relying party share the process, whose CPU time counts whole.
pub fn figures() -> Result<Vec<Figure>, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let text = BEGINNING.to_owned() + &VISIT.repeat(VISITS as usize);
    let walk = Arc::new(Walk::parse(&text, "measure.toml", &acts::registry())?);
    let times = |name| Times {
        name,
        rounds: Vec::new(),
    };
    let (mut ours, mut theirs) = (times("a walk"), times("the same by hand"));
    for round in 0..=ROUNDS {
        let times = [walked(&runtime, &walk)?, by_hand(&runtime)?];
        // The first one warms up.
        if round > 0 {
            ours.rounds.push(times[0] / STEPS);
            theirs.rounds.push(times[1] / STEPS);
        }
    }
    let against = "the same clicks and answers on the same bench without steps or expectations, \
                   as CPU time of a step";
    Ok(vec![Figure::new("walk_step", 1.6, &ours, &theirs, against)])
}

fn walked(runtime: &Runtime, walk: &Arc<Walk>) -> Result<Duration, Error> {
    let begin = ProcessTime::now();
    let run = runtime.block_on(engine::run(walk.clone(), Options::default()));
    let took = begin.elapsed();
    match run.verdict {
        Verdict::Passed => Ok(took),
        _ => Err(Error::Refused("the walk")),
    }
}

fn by_hand(runtime: &Runtime) -> Result<Duration, Error> {
    let begin = ProcessTime::now();
    let folder = tempfile::tempdir()?;
    runtime.block_on(clicked(folder.path()))?;
    folder.close()?;
    Ok(begin.elapsed())
}

async fn clicked(data: &Path) -> Result<(), Error> {
    let bench = Bench::open(Config {
        data: data.to_owned(),
        home: Some(HomeChoice::Memory),
        port: None,
        web_view: None,
        keys: KeysSetting::default(),
        setting: Setting {
            relying_party: PartySetting {
                rp_id: "acme.localhost".to_owned(),
                ..PartySetting::default()
            },
            seed: Some(1),
            start: Some(Timestamp(1_772_442_000_000)),
            empty: true,
            ..Setting::default()
        },
    });
    bench
        .opened()
        .await
        .map_err(|_| Error::Refused("the bench"))?;
    bench
        .device_add("phone".to_owned(), "phone".to_owned())
        .await?;
    let page = HttpPage::new(&bench);
    let open = PageAct::Open {
        rp_id: None,
        path: "/".to_owned(),
    };
    page.act(&open).await?;
    until_idle(&page).await?;
    let account = PageAct::CreateAccount {
        username: "alice".to_owned(),
        display_name: "Alice Example".to_owned(),
    };
    for _ in 0..VISITS {
        page.act(&account).await?;
        let prompt = asked(&bench).await?;
        bench.prompt_answer(prompt, PromptAnswer::Decline).await?;
        until_idle(&page).await?;
    }
    drop(page);
    bench.close().await;
    Ok(())
}

async fn until_idle(page: &HttpPage) -> Result<(), Error> {
    loop {
        let changed = page.changed();
        if !page.busy() {
            return Ok(());
        }
        changed.await?;
    }
}

/// The prompt that is shown next.
async fn asked(bench: &Bench) -> Result<u32, Error> {
    let mut changes = bench.changes();
    loop {
        changes.borrow_and_update();
        if let Some(prompt) = bench.prompt() {
            return u32::try_from(prompt.id).map_err(|_| Error::Refused("the prompt"));
        }
        changes
            .changed()
            .await
            .map_err(|_| Error::Refused("the bench"))?;
    }
}
