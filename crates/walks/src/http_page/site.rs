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
    Workstation,
    Admin,
    Missing,
}

impl Shown {
    /// The page at a path; a slash at its end does not matter.
    pub(crate) fn at(path: &str) -> Self {
        match path.trim_end_matches('/') {
            "" => Self::SignIn,
            "/sign-up" => Self::SignUp,
            "/account" => Self::Account,
            "/workstation" => Self::Workstation,
            "/admin" => Self::Admin,
            _ => Self::Missing,
        }
    }

    fn path(self) -> Option<&'static str> {
        match self {
            Self::SignIn => Some("/"),
            Self::SignUp => Some("/sign-up"),
            Self::Account => Some("/account"),
            Self::Workstation => Some("/workstation"),
            Self::Admin => Some("/admin"),
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

/// The account's PIN, as the account page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) status: String,
    pub(crate) phones: Vec<Phone>,
    /// Whether a passkey confirms a phone, or its digits alone.
    pub(crate) by_passkey: bool,
}

/// A phone with the PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phone {
    pub(crate) enrolment: String,
    pub(crate) name: String,
}

impl Pin {
    pub(crate) fn read(json: &Value) -> Option<Self> {
        let phone = |json: &Value| {
            Some(Phone {
                enrolment: json.get("enrolmentId")?.as_str()?.to_owned(),
                name: json.get("deviceName")?.as_str()?.to_owned(),
            })
        };
        let phones = json.get("phones")?.as_array()?;
        Some(Self {
            status: json.get("status")?.as_str()?.to_owned(),
            phones: phones.iter().filter_map(phone).collect(),
            by_passkey: json["policy"]["enrolment"] != "digits",
        })
    }
}

/// A code that a phone scans to be enrolled, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SetUp {
    pub(crate) offer: String,
    pub(crate) code: String,
    /// To be compared, once a phone has scanned the code.
    pub(crate) digits: Option<String>,
    pub(crate) confirmed: bool,
}

/// A workstation's screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Logon {
    /// It shows the challenge of the first phone.
    Begun {
        session: String,
        enrolment: String,
        code: String,
    },
    /// Whose desktop it is now.
    SignedIn(String),
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
    /// Instead of the PIN's state.
    pub(crate) pin: Option<String>,
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
    pub(crate) pin: Option<Pin>,
    /// A phone that is being set up for the PIN.
    pub(crate) set_up: Option<SetUp>,
    pub(crate) logon: Option<Logon>,
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
            (free @ (Shown::Workstation | Shown::Admin | Shown::Missing), _) => free,
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
        self.pin = None;
        self.set_up = None;
        self.logon = None;
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
            pin,
            attempt,
        } = &self.errors;
        let on_account = self.shown == Some(Shown::Account);
        PageView {
            path: self.path.clone(),
            signed_in_as: match &self.logon {
                Some(Logon::SignedIn(username)) => Some(username.clone()),
                _ => (self.session.as_ref())
                    .filter(|_| on_account)
                    .map(|session| session.username.clone()),
            },
            error: [leaving, opening, list, row, pin, attempt]
                .into_iter()
                .find_map(Clone::clone),
            passkeys: (self.passkeys.iter().flatten())
                .map(|passkey| passkey.label.clone())
                .collect(),
            scan_codes: match (&self.set_up, &self.logon) {
                (
                    Some(SetUp {
                        code,
                        digits: None,
                        confirmed: false,
                        ..
                    }),
                    _,
                ) => vec![code.clone()],
                (_, Some(Logon::Begun { code, .. })) => vec![code.clone()],
                _ => Vec::new(),
            },
            digits: (self.set_up.as_ref())
                .filter(|set_up| !set_up.confirmed)
                .and_then(|set_up| set_up.digits.clone()),
            pin: self.pin.as_ref().map(|pin| pin.status.clone()),
            phones: (self.pin.iter().flat_map(|pin| &pin.phones))
                .map(|phone| phone.name.clone())
                .collect(),
        }
    }
}
