//! How fast the project is, as ratios to other people's parts measured in the same run.
//!
//! What this room is for: one line a figure, for a person or (`--json`) for a program. Ratios of
//! CPU time stay what they are on a slow or busy machine; microseconds do not, and stand beside
//! them only for orientation.
//!
//! Terms:
//! - **contender**: something that does the work once, given a turn's number;
//! - **round**: every contender once, a few hundred turns each, one after another, so that what
//!   disturbs the machine disturbs all alike;
//! - **floor**: the least that the work can cost, made of parts that nobody can leave out.

mod ceremony;
mod contest;
mod figure;
mod http;
mod pin_sync;
mod verification;
mod walk;

use std::process::ExitCode;

/// What can go wrong: a contender refused what it should accept.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("no randomness from the system: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the key could not be made: {0}")]
    Key(#[from] p256::ecdsa::Error),
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("webauthn-rs refused: {0:?}")]
    WebauthnRs(webauthn_rs::prelude::WebauthnError),
    #[error("PIN synchronization: {0}")]
    PinSync(#[from] ::pin_sync::Error),
    #[error("our own wire types refused: {0}")]
    Wire(#[from] webauthn::Error),
    #[error("our relying party: {0}")]
    RelyingParty(#[from] rp_server::Error),
    #[error("our bench: {0}")]
    Bench(#[from] bench::Error),
    #[error("the walk: {0}")]
    Unusable(#[from] walks::engine::Unusable),
    #[error("the walk's page: {0}")]
    Page(#[from] walks::engine::Failure),
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a file or a connection: {0}")]
    Io(#[from] std::io::Error),
    #[error("{request} was answered with: {answer}")]
    Http { request: String, answer: String },
    #[error("{0} did not do its work; a figure for it would mean nothing")]
    Refused(&'static str),
}

fn main() -> ExitCode {
    let as_json = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--json") => true,
        Some(_) => {
            eprintln!("usage: measure [--json]");
            return ExitCode::from(2);
        }
    };
    match measure(as_json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(as_json: bool) -> Result<(), Error> {
    let groups = [
        verification::figures as fn() -> Result<Vec<figure::Figure>, Error>,
        http::figures,
        pin_sync::figures,
        walk::figures,
    ];
    for figures in groups {
        for figure in figures()? {
            match as_json {
                true => println!("{}", figure.to_json()),
                false => println!("{figure}"),
            }
        }
    }
    Ok(())
}
