//! Which page the visitor is on, who is signed in, and what the page shows.

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::engine::PageView;

/// A page of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    SignIn,
    SignUp,
    Account,
    Missing,
}

impl Shown {
    /// The page at a path; a slash at its end does not matter.
    pub(crate) fn at(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::SignIn,
            "/sign-up" => Self::SignUp,
            "/account" => Self::Account,
            _ => Self::Missing,
        }
    }

    fn path(self) -> Option<&'static str> {
        match self {
            Self::SignIn => Some("/"),
            Self::SignUp => Some("/sign-up"),
            Self::Account => Some("/account"),
            Self::Missing => None,
        }
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) username: String,
}

/// A passkey as the account page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passkey {
    pub(crate) id: String,
    pub(crate) label: String,
}

impl Passkey {
    pub(crate) fn read(json: &Value) -> Option<Self> {
        Some(Self {
            id: json.get("id")?.as_str()?.to_owned(),
            label: json.get("label")?.as_str()?.to_owned(),
        })
    }
}

/// A ceremony under way.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// Stops it, until its answer is on its way.
    pub(crate) stop: CancellationToken,
    /// True until then.
    pub(crate) stoppable: bool,
    /// Its call of `navigator.credentials`, once that is made.
    pub(crate) call: Option<String>,
}

/// The errors that the page shows, by where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors {
    /// In the header: signing out did not work.
    pub(crate) leaving: Option<String>,
    /// Instead of a page: the site could not be opened.
    pub(crate) opening: Option<String>,
    /// Above the list of passkeys.
    pub(crate) list: Option<String>,
    /// In a row of the list, or over it.
    pub(crate) row: Option<String>,
    /// Below the button that began a ceremony.
    pub(crate) attempt: Option<String>,
}

/// What the browser's window holds of the site.
#[derive(Debug, Default)]
pub(crate) struct Site {
    /// Rises with every load: what an older one asked for concerns nobody any more.
    pub(crate) visit: u64,
    pub(crate) path: String,
    /// None until the site could be opened.
    pub(crate) shown: Option<Shown>,
    pub(crate) session: Option<Session>,
    /// RP ID and origin, as the relying party told them.
    pub(crate) whose: Option<(String, String)>,
    pub(crate) passkeys: Option<Vec<Passkey>>,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) errors: Errors,
}

impl Site {
    /// A fresh document at `path`.
    pub(crate) fn load(&mut self, path: &str) -> u64 {
        self.leave();
        *self = Self {
            visit: self.visit + 1,
            path: path.to_owned(),
            ..Self::default()
        };
        self.visit
    }

    /// Shows a page, or the one that a visitor with or without a session gets instead. True when
    /// the account page is new and loads its list.
    pub(crate) fn show(&mut self, wanted: Shown) -> bool {
        let page = match (wanted, &self.session) {
            (Shown::Missing, _) => Shown::Missing,
            (_, Some(_)) => Shown::Account,
            (Shown::Account, None) => Shown::SignIn,
            (door, None) => door,
        };
        if let Some(path) = page.path() {
            self.path = path.to_owned();
        }
        if self.shown == Some(page) {
            return false;
        }
        self.leave();
        self.shown = Some(page);
        page == Shown::Account
    }

    /// The page goes away, with what was under way on it.
    fn leave(&mut self) {
        if let Some(attempt) = self.attempt.take().filter(|attempt| attempt.stoppable) {
            attempt.stop.cancel();
        }
        self.passkeys = None;
        self.errors = Errors {
            leaving: self.errors.leaving.take(),
            ..Errors::default()
        };
    }

    pub(crate) fn view(&self) -> PageView {
        let Errors {
            leaving,
            opening,
            list,
            row,
            attempt,
        } = &self.errors;
        let on_account = self.shown == Some(Shown::Account);
        PageView {
            path: self.path.clone(),
            signed_in_as: (self.session.as_ref())
                .filter(|_| on_account)
                .map(|session| session.username.clone()),
            error: [leaving, opening, list, row, attempt]
                .into_iter()
                .find_map(Clone::clone),
            passkeys: (self.passkeys.iter().flatten())
                .map(|passkey| passkey.label.clone())
                .collect(),
        }
    }
}
