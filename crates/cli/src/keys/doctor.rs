//! `touchstone keys doctor`.

use std::net::SocketAddr;
use std::process::ExitCode;

use client::{KeyChannel, Tap};
use diagnostics::{Finding, State};

use super::page::entry;
use super::{Asked, nothing_at, tell, tell_json};

pub async fn run(asked: &Asked) -> ExitCode {
    let mut findings = diagnostics::doctor();
    for address in &asked.udp {
        findings.push(over_udp(*address).await);
    }
    let told = if asked.json {
        tell_json(&findings)
    } else {
        tell(page(&findings));
        ExitCode::SUCCESS
    };
    let problem = |finding: &Finding| finding.state == State::Problem;
    if findings.iter().any(problem) {
        ExitCode::FAILURE
    } else {
        told
    }
}

/// Whether a key answers there.
async fn over_udp(address: SocketAddr) -> Finding {
    let finding = |state, sentence: String, command| Finding {
        what: "udp".to_owned(),
        title: format!("Key at udp {address}"),
        state,
        sentence,
        command,
    };
    match KeyChannel::over_udp(address, Tap::silent()).await {
        Ok(_) => finding(State::Ok, "A key answers.".to_owned(), None),
        Err(client::ChannelError::Gone(_) | client::ChannelError::Silent(_)) => {
            let command = format!("touchstone device --udp {address}");
            finding(State::Problem, nothing_at(address), Some(command))
        }
        Err(error) => finding(State::Problem, error.to_string(), None),
    }
}

fn page(findings: &[Finding]) -> String {
    const SENTENCES: usize = 10;
    let blocks = findings.iter().map(|finding| {
        let state = match finding.state {
            State::Ok => "ok",
            State::Problem => "problem",
            State::Optional => "optional",
            State::Unknown => "unknown",
        };
        let mut block = entry(state, SENTENCES, &finding.title);
        block.push('\n');
        block.push_str(&entry("", SENTENCES, &finding.sentence));
        if let Some(command) = &finding.command {
            // On one line, however long, so that it can be copied.
            block.push_str(&format!("\n{}$ {command}", " ".repeat(SENTENCES)));
        }
        block
    });
    blocks.collect::<Vec<_>>().join("\n")
}
