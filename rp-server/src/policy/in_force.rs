//! The policy in force: where it comes from, how it changes, and what stays when the file is bad.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use serde_json::{Map, Value as Json, json};
use timeline::{Seq, Timestamp};

use super::{
    Policy, Problem, TEMPLATE,
    changes::{Change, changes},
    editing::{whole, with_changes},
    file::{Look, PolicyFile},
    reading::read,
};
use crate::{Error, Refusal, RelyingParty, kinds, pin::Transition, store::Store};

const VERSION: &str = "policy.version";
const TEXT: &str = "policy.text";
/// What the text meant when it was kept: a later Touchstone may have other defaults.
const MEANT: &str = "policy.meant";
/// How often the file is looked at. A change counts once two looks agree on it, so that no file is
/// taken that somebody is still writing.
const EVERY: Duration = Duration::from_millis(400);

/// The policy in force, and the file it is kept in.
pub(crate) struct PolicyInForce {
    state: RwLock<State>,
    /// Held while the policy changes.
    changing: tokio::sync::Mutex<()>,
    file: Option<PolicyFile>,
}

struct State {
    policy: Arc<Policy>,
    text: Arc<str>,
    problem: Option<Problem>,
    /// What the file was when it was last acted upon.
    seen: Option<Look>,
}

/// The policy as the administrator sees it.
pub(crate) struct Shown {
    pub policy: Arc<Policy>,
    pub text: Arc<str>,
    /// What is wrong with the file on disk, whose last good text is in force.
    pub problem: Option<Problem>,
}

/// What the administrator wants the policy to be.
pub(crate) enum Wanted {
    /// This text.
    Text(String),
    /// This policy, in the JSON form of the file.
    Whole(Map<String, Json>),
    /// These members changed; null for a member's default.
    Changes(Map<String, Json>),
}

/// An effective change that nobody was told of yet.
pub(crate) struct News {
    version: u64,
    changes: Vec<Change>,
}

/// What the database knows of the policy.
struct Kept {
    version: u64,
    text: String,
    meant: Option<Policy>,
}

impl PolicyInForce {
    /// Reads the policy: the file named, or `policy.toml` in the data folder, which is made when it
    /// is missing. A file that cannot be used leaves the last good policy in force.
    ///
    /// # Errors
    /// When the file named is missing, when the policy cannot be used and there was none before,
    /// when it cannot be written or kept.
    pub(crate) async fn open(
        named: Option<PathBuf>,
        folder: Option<PathBuf>,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<(Self, Option<News>), Error> {
        let kept = kept(store).await?;
        let is_named = named.is_some();
        let file = named
            .or_else(|| folder.map(|folder| folder.join(super::FILE_NAME)))
            .map(PolicyFile::new);
        let last_good = kept.as_ref().map_or(TEMPLATE, |kept| kept.text.as_str());
        let mut seen = file.as_ref().map(PolicyFile::look);
        if let (Some(file), Some(Look::Missing)) = (&file, &seen) {
            if is_named {
                let path = file.path().to_owned();
                return Err(Error::PolicyMissing { path });
            }
            file.write(last_good)?;
            seen = Some(Look::Text(last_good.to_owned()));
        }
        let name = file.as_ref().map(PolicyFile::name);
        let candidate = match (&seen, &name) {
            (Some(look), Some(name)) => judge(look, name),
            _ => read(last_good).map(|policy| (policy, last_good.to_owned())),
        };
        let (mut policy, text, problem) = match (candidate, &kept) {
            (Ok((policy, text)), _) => (policy, text, None),
            (Err(problem), Some(kept)) => match read(&kept.text) {
                Ok(policy) => (policy, kept.text.clone(), Some(problem)),
                Err(_) => return Err(Error::PolicyUnusable(problem)),
            },
            (Err(problem), None) => return Err(Error::PolicyUnusable(problem)),
        };
        let news = version_of(&mut policy, kept.as_ref());
        if news.is_some() || kept.is_none_or(|kept| kept.text != text) {
            let log = news.as_ref().map(|news| (news.log("file"), now));
            keep(store, &policy, &text, log).await?;
        }
        let state = State {
            policy: Arc::new(policy),
            text: text.into(),
            problem,
            seen,
        };
        let in_force = Self {
            state: RwLock::new(state),
            changing: tokio::sync::Mutex::default(),
            file,
        };
        Ok((in_force, news))
    }

    fn policy(&self) -> Arc<Policy> {
        self.reading(|state| state.policy.clone())
    }

    fn shown(&self) -> Shown {
        self.reading(|state| Shown {
            policy: state.policy.clone(),
            text: state.text.clone(),
            problem: state.problem.clone(),
        })
    }

    fn path(&self) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.path().to_owned())
    }

    fn reading<T>(&self, see: impl FnOnce(&State) -> T) -> T {
        see(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn writing<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The policy that a file holds, with its text.
fn judge(look: &Look, name: &str) -> Result<(Policy, String), Problem> {
    let text = look.text(name)?;
    match read(text) {
        Ok(policy) => Ok((policy, text.to_owned())),
        Err(problem) => Err(problem.in_file(name.to_owned())),
    }
}

/// Gives a policy its version: that of the one before unless it means something else.
fn version_of(policy: &mut Policy, before: Option<&Kept>) -> Option<News> {
    let before = before?;
    policy.policy_version = before.version;
    let changes = changes(before.meant.as_ref()?, policy);
    if changes.is_empty() {
        return None;
    }
    policy.policy_version = before.version.saturating_add(1);
    Some(News {
        version: policy.policy_version,
        changes,
    })
}

async fn kept(store: &dyn Store) -> Result<Option<Kept>, Error> {
    let version = store.setting(VERSION).await?;
    let text = store.setting(TEXT).await?;
    let meant = store.setting(MEANT).await?;
    let Some((version, text)) = version.and_then(|version| version.parse().ok()).zip(text) else {
        return Ok(None);
    };
    Ok(Some(Kept {
        version,
        text,
        meant: meant.and_then(|meant| serde_json::from_str(&meant).ok()),
    }))
}

async fn keep(
    store: &dyn Store,
    policy: &Policy,
    text: &str,
    log: Option<(Transition, Timestamp)>,
) -> Result<(), Error> {
    let meant = serde_json::to_string(policy).unwrap_or_default();
    let settings = vec![
        (VERSION, policy.policy_version.to_string()),
        (TEXT, text.to_owned()),
        (MEANT, meant),
    ];
    store.keep_settings(settings, log).await
}

impl News {
    fn log(&self, by: &'static str) -> Transition {
        let Self { version, changes } = self;
        Transition {
            account: None,
            who: "administrator",
            what: "policyChanged",
            detail: json!({ "version": version, "by": by, "changes": changes }),
        }
    }
}

impl RelyingParty {
    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.policy()
    }

    /// The policy's file; none where it is kept in memory.
    #[must_use]
    pub fn policy_file(&self) -> Option<PathBuf> {
        self.policy.path()
    }

    /// What is wrong with the file, while the last good policy stays in force.
    #[must_use]
    pub fn policy_problem(&self) -> Option<Problem> {
        self.policy.shown().problem
    }

    /// The policy as the administrator sees it.
    pub(crate) fn policy_shown(&self) -> Shown {
        self.policy.shown()
    }

    /// Puts another policy in force: checked, written to the file, kept, told and pushed. `of` is the
    /// version it was made from, if that matters.
    pub(crate) async fn change_policy(
        &self,
        wanted: Wanted,
        of: Option<u64>,
        cause: Option<Seq>,
    ) -> Result<Shown, Refusal> {
        let _changing = self.policy.changing.lock().await;
        let Shown {
            policy: before,
            text,
            ..
        } = self.policy.shown();
        if of.is_some_and(|of| of != before.policy_version) || self.file_has_moved() {
            return Err(Refusal::PolicyMoved);
        }
        let text = match wanted {
            Wanted::Text(text) => Ok(text),
            Wanted::Whole(policy) => with_changes(&text, &before, &whole(policy)),
            Wanted::Changes(changes) => with_changes(&text, &before, &changes),
        };
        let unusable = |problem| Refusal::PolicyUnusable(Box::new(problem));
        let text = text.map_err(unusable)?;
        let policy = read(&text).map_err(unusable)?;
        if let Some(file) = &self.policy.file {
            file.write(&text)?;
        }
        self.put_in_force(policy, text, "administrator", cause)
            .await?;
        Ok(self.policy.shown())
    }

    /// Logs a policy that cannot be used.
    pub(crate) async fn note_refused(&self, problem: &Problem, by: &str) -> Result<(), Refusal> {
        let detail = json!({ "by": by, "line": problem.line });
        self.note(None, ("administrator", "policyRefused"), detail)
            .await
    }

    /// Whether the file is another than the one last acted upon.
    fn file_has_moved(&self) -> bool {
        let Some(file) = &self.policy.file else {
            return false;
        };
        let look = file.look();
        self.policy
            .reading(|state| state.seen.as_ref().is_some_and(|seen| *seen != look))
    }

    /// Acts upon what the file holds now, if that is new.
    async fn take_policy(&self, look: Look) -> Result<(), Refusal> {
        let _changing = self.policy.changing.lock().await;
        let Some(file) = &self.policy.file else {
            return Ok(());
        };
        let known = self
            .policy
            .reading(|state| state.seen.as_ref() == Some(&look));
        // Between the look and now the administrator may have saved another.
        if known || file.look() != look {
            return Ok(());
        }
        match judge(&look, &file.name()) {
            Ok((policy, text)) => self.put_in_force(policy, text, "file", None).await,
            Err(problem) => {
                tracing::warn!("the policy in force stays as it was: {problem}");
                let message = problem.to_string();
                self.note_refused(&problem, "file").await?;
                self.policy.writing(|state| {
                    state.problem = Some(problem);
                    state.seen = Some(look);
                });
                self.tell(
                    kinds::POLICY_REFUSED,
                    None,
                    || json!({ "message": message }),
                );
                Ok(())
            }
        }
    }

    async fn put_in_force(
        &self,
        mut policy: Policy,
        text: String,
        by: &'static str,
        cause: Option<Seq>,
    ) -> Result<(), Refusal> {
        let before = self.policy.policy();
        let before = Kept {
            version: before.policy_version,
            text: String::new(),
            meant: Some((*before).clone()),
        };
        let news = version_of(&mut policy, Some(&before));
        let log = news.as_ref().map(|news| (news.log(by), self.now()));
        keep(&*self.store, &policy, &text, log).await?;
        self.policy.writing(|state| {
            state.policy = Arc::new(policy);
            state.seen = state.seen.as_ref().map(|_| Look::Text(text.clone()));
            state.text = text.into();
            state.problem = None;
        });
        if let Some(news) = news {
            self.announce_policy(news, cause);
        }
        Ok(())
    }

    /// Tells a change, and hints every phone.
    pub(crate) fn announce_policy(&self, News { version, changes }: News, cause: Option<Seq>) {
        self.tell(
            kinds::POLICY_CHANGED,
            cause,
            || json!({ "version": version, "changes": changes }),
        );
        self.push(None, cause);
    }

    /// Watches the file for as long as it is polled.
    pub(crate) async fn watch_policy(&self) {
        let Some(file) = self.policy.file.clone() else {
            return std::future::pending().await;
        };
        let mut before = None;
        loop {
            tokio::time::sleep(EVERY).await;
            let looking = file.clone();
            // A file system may be slow; visitors do not wait for it.
            let Ok(look) = tokio::task::spawn_blocking(move || looking.look()).await else {
                continue;
            };
            if before.as_ref() == Some(&look)
                && let Err(refusal) = self.take_policy(look.clone()).await
            {
                tracing::warn!("the policy's file was not taken: {refusal}");
            }
            before = Some(look);
        }
    }
}
