//! A sign-in over HTTP: begin and finish on a connection that stays open, kept in SQLite.

mod connection;
mod floor;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cpu_time::ProcessTime;
use rp_server::{Config, Data, Limits, Listeners, RelyingParty, Seams, Storage};
use serde::Deserialize;
use serde_json::value::RawValue;
use timeline::{ManualClock, Silent, Timestamp};
use tokio::runtime::Runtime;
use webauthn::id::Challenge;
use webauthn::json::{
    PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON,
};

use crate::Error;
use crate::ceremony::{Passkey, RP_ID, SignIn};
use crate::contest::Times;
use crate::figure::Figure;
use connection::{Connection, request};
use floor::{Floor, Sample};

const ROUNDS: usize = 61;
const TURNS: u32 = 50;

/// All figures of this file. Client and server share the process, whose CPU time counts whole.
pub fn figures() -> Result<Vec<Figure>, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let folder = tempfile::tempdir_in(beside_this_program()?)?;
    let mut visitor = Visitor::register(&runtime, folder.path().join("rp"))?;
    let sample = visitor.sign_in_once()?;
    let mut floor = Floor::new(&runtime, folder.path(), &visitor.passkey, sample)?;
    let mut ours = Times {
        name: "touchstone",
        rounds: Vec::new(),
    };
    let mut theirs = Times {
        name: "floor",
        rounds: Vec::new(),
    };
    for round in 0..=ROUNDS {
        let times = [visitor.round()? / TURNS, floor.round(TURNS)? / TURNS];
        // The first one warms up.
        if round > 0 {
            ours.rounds.push(times[0]);
            theirs.rounds.push(times[1]);
        }
    }
    let against = "two hello-world requests (axum), rp_login_verify's own check from JSON and one \
                   SQLite transaction with the same rows";
    Ok(vec![Figure::new(
        "http_login",
        1.3,
        &ours,
        &theirs,
        against,
    )])
}

/// A folder on the disk that builds go to; the system's temporary one may be memory.
fn beside_this_program() -> Result<PathBuf, Error> {
    let program = std::env::current_exe()?;
    program
        .parent()
        .map(PathBuf::from)
        .ok_or(Error::Refused("the folder of this program"))
}

/// A person with a passkey at our relying party, whose browser keeps one connection open.
struct Visitor {
    connection: Connection,
    authority: String,
    passkey: Passkey,
    sign_count: u32,
}

/// The relying party's answer to a `begin`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun<Options> {
    ceremony: String,
    public_key: Options,
}

/// The relying party's answer to a `finish`, as far as it is looked at.
#[derive(Deserialize)]
struct Finished {
    verification: Box<RawValue>,
}

impl Visitor {
    /// Starts a relying party with its data in `folder` and makes an account there.
    fn register(runtime: &Runtime, folder: PathBuf) -> Result<Self, Error> {
        let port = runtime.block_on(async {
            let storage = Storage::open(&Data::Folder(folder), Limits::default())?;
            let listeners = Listeners::bind(Some(0), &storage).await?;
            let port = listeners.port();
            let config = Config::local("Measure", RP_ID, port);
            let clock = Arc::new(ManualClock::new(Timestamp(0)));
            let seams = Seams::new(Arc::new(Silent), clock);
            let party = RelyingParty::open(config, storage, seams).await?;
            tokio::spawn(party.serve(listeners, std::future::pending()));
            Ok::<u16, Error>(port)
        })?;
        let authority = format!("{RP_ID}:{port}");
        let mut connection = Connection::open((Ipv4Addr::LOCALHOST, port).into())?;
        let begin = r#"{"username":"alice","displayName":"Alice"}"#;
        let begin = request(&authority, "/api/registration/begin", begin);
        let begun: Begun<PublicKeyCredentialCreationOptionsJSON> =
            serde_json::from_slice(connection.exchange(&begin)?)?;
        let origin = format!("http://{authority}");
        let passkey = Passkey::new(begun.public_key.user.id.as_bytes(), &origin)?;
        let credential = passkey.register(begun.public_key.challenge.as_bytes())?;
        let finish = finish(
            "/api/registration/finish",
            &authority,
            &begun.ceremony,
            &credential,
        );
        connection.exchange(&finish)?;
        Ok(Self {
            connection,
            authority,
            passkey,
            sign_count: 0,
        })
    }

    fn begin(&self) -> Vec<u8> {
        request(&self.authority, "/api/authentication/begin", "{}")
    }

    /// The request that answers what a `begin` was answered with.
    fn finish(&mut self, begun: &[u8]) -> Result<(Vec<u8>, SignIn, Challenge), Error> {
        let begun: Begun<PublicKeyCredentialRequestOptionsJSON> = serde_json::from_slice(begun)?;
        self.sign_count += 1;
        let challenge = begun.public_key.challenge;
        let sign_in = self
            .passkey
            .sign_in(challenge.as_bytes(), self.sign_count)?;
        let path = "/api/authentication/finish";
        Ok((
            finish(path, &self.authority, &begun.ceremony, &sign_in.json),
            sign_in,
            challenge,
        ))
    }

    /// One sign-in, and the ladder that judged it, as it was stored.
    fn sign_in_once(&mut self) -> Result<Sample, Error> {
        let begun = self.connection.exchange(&self.begin())?.to_vec();
        let (finish, sign_in, challenge) = self.finish(&begun)?;
        let finished: Finished = serde_json::from_slice(self.connection.exchange(&finish)?)?;
        Ok(Sample {
            json: sign_in.json,
            challenge: challenge.as_bytes().to_vec(),
            report: finished.verification.get().to_owned(),
        })
    }

    /// Begins and finishes as many sign-ins as a round has turns. What the device does between is
    /// not counted.
    fn round(&mut self) -> Result<Duration, Error> {
        let begin = self.begin();
        let mut begun = Vec::new();
        let start = ProcessTime::now();
        for _ in 0..TURNS {
            begun.push(self.connection.exchange(&begin)?.to_vec());
        }
        let beginning = start.elapsed();
        let mut finishes = Vec::new();
        for begun in begun {
            finishes.push(self.finish(&begun)?.0);
        }
        let start = ProcessTime::now();
        for finish in &finishes {
            self.connection.exchange(finish)?;
        }
        Ok(beginning + start.elapsed())
    }
}

fn finish(path: &str, authority: &str, ceremony: &str, credential: &str) -> Vec<u8> {
    let body = format!(r#"{{"ceremony":"{ceremony}","credential":{credential}}}"#);
    request(authority, path, &body)
}
