//! The administrator: one token, made at the first start, and the sessions it opens.
//!
//! The database knows the token's hash. The token itself lies in `admin-token` in the data folder,
//! which only its owner can read; who deletes that file gets another token at the next start.

use std::{
    collections::VecDeque,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use subtle::ConstantTimeEq as _;
use timeline::Timestamp;
use zeroize::Zeroizing;

use crate::{
    Error, Refusal, RelyingParty, SystemRandom,
    sessions::{Cookie, Token, TokenHash},
    store::Store,
};

const FILE_NAME: &str = "admin-token";
const HASH: &str = "admin.token-hash";
/// The session's cookie: sent along by this site's own pages alone, and to the administration only.
const COOKIE: Cookie = Cookie {
    name: "touchstone_admin",
    scope: "Path=/api/admin; HttpOnly; SameSite=Strict",
};
const SESSION_LIFETIME: Duration = Duration::from_secs(8 * 60 * 60);
/// Sessions at once; the oldest gives way.
const MOST_SESSIONS: usize = 16;
/// Wrong tokens of one address within [`WINDOW`] until it is told to wait.
const MOST_WRONG: usize = 10;
/// Wrong tokens that are remembered, of all addresses.
const MOST_REMEMBERED: usize = 1_000;
const WINDOW: Duration = Duration::from_secs(60);

/// The administrator's token, sessions and failures.
pub(crate) struct Administration {
    token: Token,
    hash: TokenHash,
    doors: Mutex<Doors>,
}

#[derive(Default)]
struct Doors {
    /// Token hashes and when they end, oldest first.
    sessions: VecDeque<(TokenHash, Timestamp)>,
    /// From where and when wrong tokens came, by the monotonic clock, oldest first.
    wrong: VecDeque<(Option<IpAddr>, Duration)>,
}

impl Administration {
    /// Takes the token from its file, or makes one.
    pub(crate) async fn open(folder: Option<&Path>, store: &dyn Store) -> Result<Self, Error> {
        let file = folder.map(|folder| folder.join(FILE_NAME));
        let kept = store.setting(HASH).await?;
        let known = match &file {
            Some(file) => from_file(file)?.filter(|token| {
                kept.as_deref() == Some(BASE64URL_NOPAD.encode(&token.hash()).as_str())
            }),
            None => None,
        };
        let token = match known {
            Some(token) => token,
            None => {
                // The bench's own randomness may be foreseen; whoever administers must not be.
                let token = Token::draw(&SystemRandom)?;
                if let Some(file) = &file {
                    to_file(file, &token).map_err(|error| unusable(file, &error))?;
                }
                let hash = BASE64URL_NOPAD.encode(&token.hash());
                store.keep_settings(vec![(HASH, hash)], None).await?;
                token
            }
        };
        Ok(Self {
            hash: token.hash(),
            token,
            doors: Mutex::default(),
        })
    }

    fn doors(&self) -> MutexGuard<'_, Doors> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the token, which is never refused; a wrong one is counted for its address.
    fn check(
        &self,
        presented: Option<&Token>,
        address: Option<IpAddr>,
        monotonic: Duration,
    ) -> Result<(), Refusal> {
        let right =
            presented.is_some_and(|presented| bool::from(presented.hash().ct_eq(&self.hash)));
        if right {
            return Ok(());
        }
        let mut doors = self.doors();
        while doors
            .wrong
            .front()
            .is_some_and(|(_, at)| monotonic.saturating_sub(*at) >= WINDOW)
        {
            doors.wrong.pop_front();
        }
        let theirs = doors.wrong.iter().filter(|(from, _)| *from == address);
        let (count, oldest) = (theirs.clone().count(), theirs.map(|(_, at)| *at).next());
        if let (true, Some(oldest)) = (count >= MOST_WRONG, oldest) {
            let wait = (oldest + WINDOW).saturating_sub(monotonic);
            return Err(Refusal::TooManyWrongTokens {
                seconds: wait.as_secs().max(1),
            });
        }
        while doors.wrong.len() >= MOST_REMEMBERED {
            doors.wrong.pop_front();
        }
        doors.wrong.push_back((address, monotonic));
        Err(Refusal::NotAdministrator)
    }

    /// Ends a session; false when there is none.
    fn forget(&self, session: &TokenHash) -> bool {
        let mut doors = self.doors();
        let before = doors.sessions.len();
        doors
            .sessions
            .retain(|(known, _)| !bool::from(known.ct_eq(session)));
        doors.sessions.len() < before
    }

    fn knows(&self, session: &TokenHash, now: Timestamp) -> bool {
        self.doors()
            .sessions
            .iter()
            .any(|(hash, ends)| bool::from(hash.ct_eq(session)) && *ends > now)
    }
}

impl RelyingParty {
    /// The administrator's token, for whoever runs the relying party; base64url.
    #[must_use]
    pub fn admin_token(&self) -> Zeroizing<String> {
        self.administration.token.text()
    }

    /// Where the administrator finds the token; none when all is in memory.
    #[must_use]
    pub fn admin_token_file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(FILE_NAME))
    }

    /// Lets the administrator in: by the cookie of a session, or by the token.
    pub(crate) async fn administrator(
        &self,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let session = Token::from_cookies(headers, COOKIE.name);
        if session.is_some_and(|session| self.administration.knows(&session.hash(), self.now())) {
            return Ok(());
        }
        if !headers.contains_key(header::AUTHORIZATION) {
            return Err(Refusal::NotAdministrator);
        }
        self.check_token(headers, address).await
    }

    async fn check_token(
        &self,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<(), Refusal> {
        let presented = bearer(headers);
        let monotonic = self.seams.clock.monotonic();
        let checked = self
            .administration
            .check(presented.as_ref(), address, monotonic);
        if checked.is_err() {
            self.note(None, ("person", "tokenRefused"), json!({}))
                .await?;
        }
        checked
    }

    /// Opens a session for whoever has the token: `Set-Cookie`, and when it ends.
    pub(crate) async fn begin_administration(
        &self,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<(HeaderValue, Timestamp), Refusal> {
        self.check_token(headers, address).await?;
        let session = Token::draw(&SystemRandom)?;
        self.note(None, ("administrator", "administrationBegun"), json!({}))
            .await?;
        let now = self.now();
        let ends = now.plus(SESSION_LIFETIME);
        let mut doors = self.administration.doors();
        doors.sessions.retain(|(_, ends)| *ends > now);
        while doors.sessions.len() >= MOST_SESSIONS {
            doors.sessions.pop_front();
        }
        doors.sessions.push_back((session.hash(), ends));
        drop(doors);
        let seconds = SESSION_LIFETIME.as_secs();
        Ok((session.cookie(&COOKIE, seconds, self.is_secure())?, ends))
    }

    /// Ends the administrator's session, if there is one: `Set-Cookie` that takes it away.
    pub(crate) async fn end_administration(
        &self,
        headers: &HeaderMap,
    ) -> Result<HeaderValue, Refusal> {
        if let Some(session) = Token::from_cookies(headers, COOKIE.name)
            && self.administration.forget(&session.hash())
        {
            self.note(None, ("administrator", "administrationEnded"), json!({}))
                .await?;
        }
        Ok(COOKIE.none(self.is_secure())?)
    }
}

/// The token in `Authorization: Bearer …`, given once and in its form.
fn bearer(headers: &HeaderMap) -> Option<Token> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return None;
    };
    let (scheme, text) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return None;
    }
    Token::from_text(text.trim())
}

/// The token in the file, if there is one in its form; the file is its owner's alone from then on.
fn from_file(file: &Path) -> Result<Option<Token>, Error> {
    let text = match fs::read_to_string(file) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(None),
        Err(error) => return Err(unusable(file, &error)),
    };
    keep_private(file).map_err(|error| unusable(file, &error))?;
    Ok(Token::from_text(text.trim()))
}

fn to_file(file: &Path, token: &Token) -> io::Result<()> {
    use io::Write as _;
    let beside = file.with_extension("new");
    // One that a crash left behind may have another owner's rights.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut new = options.open(&beside)?;
    let line = Zeroizing::new(format!("{}\n", *token.text()));
    new.write_all(line.as_bytes())?;
    new.sync_all()?;
    fs::rename(&beside, file)?;
    crate::durable::sync_folder_of(file)
}

#[cfg(unix)]
fn keep_private(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    if fs::metadata(file)?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(file, fs::Permissions::from_mode(0o600))
}

/// Elsewhere the folder's own rights protect it.
#[cfg(not(unix))]
fn keep_private(_: &Path) -> io::Result<()> {
    Ok(())
}

fn unusable(file: &Path, error: &io::Error) -> Error {
    Error::AdminToken {
        path: file.to_owned(),
        why: error.to_string(),
    }
}
