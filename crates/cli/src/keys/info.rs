//! `touchstone keys info`.

use std::process::ExitCode;

use bench::clock::SystemClock;
use client::{FoundKey, KeyId, Tap};
use diagnostics::{Fact, Part, Report, Standing, plain};
use tokio_util::sync::CancellationToken;

use super::page::entry;
use super::{Asked, complain, nothing_at, tell, tell_json};

/// What `touchstone keys info` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    asked: Asked,
    /// Which key, as `keys list` names it; not needed when only one is plugged in
    #[arg(long, value_name = "ID")]
    key: Option<KeyId>,
    /// Print a sentence and its clause for every member, also for what the key does not tell
    #[arg(long, conflicts_with = "json")]
    explain: bool,
}

pub async fn run(mut arguments: Arguments) -> ExitCode {
    let named = arguments.key.as_ref().and_then(KeyId::address);
    // A key that is named by its address is looked for there.
    if let Some(address) = named.filter(|address| !arguments.asked.udp.contains(address)) {
        arguments.asked.udp.push(address);
    }
    match report(&arguments).await {
        Ok(report) if arguments.asked.json => tell_json(&report),
        Ok(report) if arguments.explain => {
            tell(explained(&report));
            ExitCode::SUCCESS
        }
        Ok(report) => {
            tell(short(&report));
            ExitCode::SUCCESS
        }
        Err((code, sentence)) => {
            complain(sentence);
            code
        }
    }
}

async fn report(arguments: &Arguments) -> Result<Report, (ExitCode, String)> {
    let failed = |sentence: String| (ExitCode::FAILURE, sentence);
    let keys = arguments.asked.keys();
    let found = keys.look().await;
    let key = pick(&found, arguments)?;
    let mut channel = keys
        .open(&key.id, Tap::silent())
        .await
        .map_err(|error| failed(error.to_string()))?;
    let init = *channel.init_response();
    let clock = SystemClock::new();
    let never = CancellationToken::new();
    diagnostics::report(key, Some(&init), &mut channel, &clock, &never)
        .await
        .map_err(|error| failed(error.to_string()))
}

/// The key that is meant.
fn pick(found: &[FoundKey], arguments: &Arguments) -> Result<FoundKey, (ExitCode, String)> {
    let failed = |sentence: String| Err((ExitCode::FAILURE, sentence));
    if let Some(id) = &arguments.key {
        return match (found.iter().find(|key| key.id == *id), id.address()) {
            (Some(key), _) => Ok(key.clone()),
            (None, Some(address)) => failed(nothing_at(address)),
            (None, None) => failed(format!(
                "No key {} is plugged in. Run: touchstone keys list",
                plain(id.as_str())
            )),
        };
    }
    match (found, arguments.asked.udp.as_slice()) {
        ([key], _) => Ok(key.clone()),
        ([], [address]) => failed(nothing_at(*address)),
        ([], _) => failed(
            "No key is plugged in. Plug one in and ask again; if it does not show up, run: touchstone keys doctor"
                .to_owned(),
        ),
        (several, _) => {
            let ids: Vec<String> = several.iter().map(|key| plain(key.id.as_str())).collect();
            Err((
                ExitCode::from(2),
                format!(
                    "Several keys are plugged in ({}). Say which one with --key.",
                    ids.join(", ")
                ),
            ))
        }
    }
}

/// Where values begin.
const VALUES: usize = 36;

/// What the key tells, on one screen.
fn short(report: &Report) -> String {
    let mut lines = head(report);
    lines.push(String::new());
    for fact in &report.facts {
        if fact.standing == Standing::Absent {
            continue;
        }
        // Options have a line each; elsewhere the names say enough.
        let told = fact
            .parts
            .iter()
            .filter(|part| part.standing != Standing::Absent);
        if fact.name == "options" && fact.standing == Standing::Told {
            lines.push("  options".to_owned());
            lines.extend(told.map(option));
        } else {
            lines.push(entry(
                &format!("  {}{}", fact.name, mark(fact.standing)),
                VALUES,
                &fact.shown,
            ));
        }
    }
    let absent = report
        .facts
        .iter()
        .filter(|fact| fact.standing == Standing::Absent)
        .count();
    if absent > 0 {
        let named = report.facts.iter().filter(|fact| fact.number.is_some());
        let rest = format!(
            "{absent} of {} members; --explain says what follows",
            named.count()
        );
        lines.push(entry("  not told", VALUES, &rest));
    }
    lines.extend(foot(report));
    lines.push("With --explain, every line has its sentence and its clause.".to_owned());
    lines.join("\n")
}

fn option(part: &Part) -> String {
    let said = format!("{:<4} {}", part.shown, part.sentence);
    entry(
        &format!("    {}{}", part.name, mark(part.standing)),
        VALUES,
        &said,
    )
}

/// Every member with its sentence and clause.
fn explained(report: &Report) -> String {
    const SENTENCES: usize = 6;
    const PARTS: usize = 10;
    let mut lines = head(report);
    if let Some(init) = &report.init {
        for part in &init.explained {
            let label = format!("  {} {}", part.name, part.shown);
            lines.push(entry(
                &label,
                VALUES,
                &sentence(&part.sentence, &part.clause),
            ));
        }
    }
    for fact in &report.facts {
        lines.push(String::new());
        lines.push(entry(&title(fact), VALUES, &fact.shown));
        lines.push(entry(
            "",
            SENTENCES,
            &sentence(&fact.sentence, &fact.clause),
        ));
        for part in &fact.parts {
            let label = format!("      {} {}{}", part.name, part.shown, mark(part.standing));
            lines.push(label.trim_end().to_owned());
            lines.push(entry("", PARTS, &sentence(&part.sentence, &part.clause)));
        }
    }
    lines.extend(foot(report));
    lines.join("\n")
}

fn title(fact: &Fact) -> String {
    let number = fact
        .number
        .map_or_else(|| "    ".to_owned(), |number| format!("0x{number:02X}"));
    format!("{number}  {}{}", fact.name, mark(fact.standing))
}

fn sentence(sentence: &str, clause: &str) -> String {
    if clause.is_empty() {
        sentence.to_owned()
    } else {
        // A clause and its number stay together.
        format!("{sentence} [{}]", clause.replace(" §", "\u{a0}§"))
    }
}

/// What stands behind a name that is not as it should be.
fn mark(standing: Standing) -> &'static str {
    match standing {
        Standing::Told | Standing::Absent => "",
        Standing::Unknown => " (unknown)",
        Standing::Malformed => " (wrong)",
    }
}

fn head(report: &Report) -> Vec<String> {
    let key = &report.key;
    let mut lines = vec![format!("{} ({})", plain(&key.name), plain(key.id.as_str()))];
    if let Some(init) = &report.init {
        let able: Vec<String> = init
            .explained
            .iter()
            .map(|part| format!("{} {}", part.name, part.shown))
            .collect();
        lines.push(format!(
            "  CTAPHID {}, device version {}: {}.",
            init.protocol_version,
            init.device_version,
            able.join(", ")
        ));
    }
    lines.push(entry("", 2, &report.pin.sentence));
    lines.extend(
        report
            .remarks
            .iter()
            .map(|remark| entry("  Odd:", 7, remark)),
    );
    lines
}

fn foot(report: &Report) -> Vec<String> {
    let took: Vec<String> = report
        .took
        .iter()
        .map(|took| {
            let (whole, tenths) = (took.micros / 1_000, took.micros % 1_000 / 100);
            format!("{} {whole}.{tenths} ms", took.command)
        })
        .collect();
    if took.is_empty() {
        return Vec::new();
    }
    vec![String::new(), format!("Took: {}.", took.join(", "))]
}
