//! What a relying party is told when it opens.

use std::{path::PathBuf, time::Duration};

use webauthn::id::{Origin, RpId};

use crate::Error;

/// Where accounts, passkeys and sessions rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In this folder, made when missing, held against a second process.
    Folder(PathBuf),
    /// In this process's memory; gone when it ends.
    Memory,
}

/// How much a stranger can make the relying party remember, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Ceremonies begun and not yet finished.
    pub open_ceremonies: usize,
    /// The same, for one signed-in account; its oldest gives way.
    pub open_ceremonies_per_account: usize,
    /// Ceremonies whose ladder is kept; the oldest gives way.
    pub finished_ceremonies: i64,
    /// Accounts.
    pub accounts: i64,
    /// Passkeys of one account.
    pub passkeys_per_account: i64,
    /// Sessions of one account; the oldest gives way.
    pub sessions_per_account: i64,
    /// Phones of one account on which its PIN is enrolled.
    pub phones_per_account: usize,
    /// Invitations to enrol a phone, as many of them as exchanges that await their second part.
    pub open_offers: usize,
    /// Phones that are told of news as it comes.
    pub pin_streams: usize,
    /// Requests of phones from one address, in a minute of the relying party's clock.
    pub pin_requests_per_minute: u32,
    /// Exchanges of one phone's enrolment, in a minute.
    pub pin_exchanges_per_minute: u32,
    /// Questions of workstations at one address for one account, in a minute.
    pub logon_questions_per_minute: u32,
    /// Lines of the log of transitions; the oldest give way.
    pub audit_lines: i64,
    /// How long a challenge is good (L3 §13.4.3).
    pub ceremony_lifetime: Duration,
    /// How long a session lasts.
    pub session_lifetime: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            open_ceremonies: 10_000,
            open_ceremonies_per_account: 8,
            finished_ceremonies: 5_000,
            accounts: 100_000,
            passkeys_per_account: 32,
            sessions_per_account: 16,
            phones_per_account: 16,
            open_offers: 1_000,
            pin_streams: 256,
            pin_requests_per_minute: 600,
            pin_exchanges_per_minute: 60,
            logon_questions_per_minute: 60,
            audit_lines: 10_000,
            ceremony_lifetime: Duration::from_secs(5 * 60),
            session_lifetime: Duration::from_secs(12 * 60 * 60),
        }
    }
}

/// Who a relying party is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The name people see.
    pub name: String,
    /// The RP ID (L3 §4).
    pub rp_id: String,
    /// The origins its pages may have, the first being the one visitors are sent to.
    pub origins: Vec<String>,
    /// The port it listens on; loopback names are admitted with this port only.
    pub port: u16,
    /// The policy's file; without one it is `policy.toml` in the data folder.
    pub policy_file: Option<PathBuf>,
}

impl Config {
    /// A relying party at `http://RP_ID:PORT`, where `rp_id` is `localhost` or `NAME.localhost`.
    #[must_use]
    pub fn local(name: impl Into<String>, rp_id: impl Into<String>, port: u16) -> Self {
        let rp_id = rp_id.into();
        let origin = if port == 80 {
            format!("http://{rp_id}")
        } else {
            format!("http://{rp_id}:{port}")
        };
        Self {
            name: name.into(),
            origins: vec![origin],
            rp_id,
            port,
            policy_file: None,
        }
    }
}

/// A configuration whose parts were parsed and fit together.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub name: String,
    pub rp_id: RpId,
    pub origins: Vec<Origin>,
    /// `host` or `host:port` of each origin, as a browser's `Host` header has it.
    pub authorities: Vec<String>,
    pub port: u16,
}

impl Identity {
    pub(crate) fn check(config: Config) -> Result<Self, Error> {
        let settings = |why: String| Error::Settings { why };
        let rp_id = RpId::parse(&config.rp_id).map_err(|error| settings(trimmed(&error)))?;
        if config.name.trim().is_empty() {
            return Err(settings(
                "the name is empty; give it one that people recognise".into(),
            ));
        }
        let mut origins = Vec::new();
        let mut authorities = Vec::new();
        for text in &config.origins {
            let origin = Origin::parse(text).map_err(|error| settings(trimmed(&error)))?;
            let Some((scheme, authority)) = text
                .split_once("://")
                .filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
            else {
                return Err(settings(format!(
                    "the origin {text} must begin with https:// or http://"
                )));
            };
            let host = origin.host().unwrap_or_default().into_owned();
            if host != rp_id.as_str() && !host.ends_with(&format!(".{rp_id}")) {
                return Err(settings(format!(
                    "the origin {text} does not lie within the RP ID {rp_id}; browsers would refuse it"
                )));
            }
            if scheme == "http" && host != "localhost" && !host.ends_with(".localhost") {
                return Err(settings(format!(
                    "the origin {text} must use https; http works for localhost only"
                )));
            }
            authorities.push(authority.to_ascii_lowercase());
            origins.push(origin);
        }
        if origins.is_empty() {
            return Err(settings(
                "there is no origin; give at least one such as http://localhost:8080".into(),
            ));
        }
        Ok(Self {
            name: config.name,
            rp_id,
            origins,
            authorities,
            port: config.port,
        })
    }

    /// The origin visitors are sent to.
    pub(crate) fn home(&self) -> &Origin {
        &self.origins[0]
    }
}

fn trimmed(error: &webauthn::Error) -> String {
    let text = error.to_string();
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
