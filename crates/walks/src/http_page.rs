//! The relying party's site played over HTTP, without a window: it sends what `ui/rp` sends for
//! every act, in the same order, with a browser's cookies and headers, over TCP.

mod browser;
mod ceremonies;
mod notices;
mod pin;
mod site;
#[cfg(test)]
mod tests;
mod under_way;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bench::Bench;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

pub(crate) use self::browser::{Browser, Trouble};
use self::{
    notices::{Doing as Purpose, explain},
    site::{Attempt, Passkey, Session, Shown, Site},
    under_way::{Request, UnderWay, Work},
};
use crate::{
    engine::{Doing, Failure, Page, PageAct, PageView},
    lock,
};

/// The site, without a window. What it has under way ends when it is dropped.
pub struct HttpPage {
    inner: Arc<Inner>,
    tasks: Mutex<JoinSet<()>>,
}

struct Inner {
    bench: Bench,
    /// A browser for each site, by RP ID, with its cookies.
    browsers: Mutex<HashMap<String, Arc<Browser>>>,
    /// The RP ID of the site that is shown; none for the first relying party's.
    at: Mutex<Option<String>>,
    site: Mutex<Site>,
    under_way: watch::Sender<UnderWay>,
    calls: AtomicU64,
}

impl HttpPage {
    /// The site of the bench's relying party, not opened yet.
    #[must_use]
    pub fn new(bench: &Bench) -> Self {
        Self {
            inner: Arc::new(Inner {
                bench: bench.clone(),
                browsers: Mutex::default(),
                at: Mutex::default(),
                site: Mutex::default(),
                under_way: watch::Sender::default(),
                calls: AtomicU64::new(1),
            }),
            tasks: Mutex::default(),
        }
    }

    fn spawn<F: Future<Output = ()> + Send + 'static>(&self, work: impl FnOnce(Arc<Inner>) -> F) {
        let under_way = Work::begin(&self.inner);
        let work = work(self.inner.clone());
        let mut tasks = lock(&self.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            work.await;
            drop(under_way);
        });
    }

    async fn begin(&self, act: &PageAct) -> Result<(), Failure> {
        match act {
            PageAct::Open { path, rp_id } => {
                if let Some(rp_id) = rp_id {
                    *lock(&self.inner.at) = Some(rp_id.clone());
                }
                self.open(path);
            }
            PageAct::CreateAccount {
                username,
                display_name,
            } => self.create_account(username, display_name)?,
            PageAct::SignIn => self.sign_in()?,
            PageAct::SignOut => self.sign_out()?,
            PageAct::AddPasskey => self.add_passkey()?,
            PageAct::RenamePasskey { index, label } => self.rename_passkey(*index, label)?,
            PageAct::DeletePasskey { index } => self.delete_passkey(*index)?,
            PageAct::Cancel => self.cancel().await?,
            PageAct::SetUpPin => self.set_up_pin()?,
            PageAct::ContinuePin => self.continue_pin()?,
            PageAct::ConfirmPin => self.confirm_pin()?,
            PageAct::ResetPin => self.reset_pin()?,
            PageAct::RemovePhone { index } => self.remove_phone(*index)?,
            PageAct::BeginLogon {
                username,
                workstation,
            } => self.begin_logon(username, workstation)?,
            PageAct::FinishLogon { code } => self.finish_logon(code)?,
        }
        Ok(())
    }

    fn open(&self, path: &str) {
        let visit = lock(&self.inner.site).load(path);
        let path = path.to_owned();
        self.spawn(move |inner| async move { inner.open(visit, &path).await });
    }

    fn create_account(&self, username: &str, display_name: &str) -> Result<(), Failure> {
        let names = json!({ "username": username.trim(), "displayName": display_name.trim() });
        let (visit, stop) = self.attempt(&[Shown::SignIn, Shown::SignUp], |site| {
            site.show(Shown::SignUp);
        })?;
        self.spawn(move |inner| async move { inner.create_account(visit, &stop, &names).await });
        Ok(())
    }

    fn sign_in(&self) -> Result<(), Failure> {
        let (visit, stop) = self.attempt(&[Shown::SignIn, Shown::SignUp], |site| {
            site.show(Shown::SignIn);
        })?;
        self.spawn(move |inner| async move { inner.sign_in(visit, &stop).await });
        Ok(())
    }

    fn add_passkey(&self) -> Result<(), Failure> {
        let (visit, stop) = self.attempt(&[Shown::Account], |_| ())?;
        self.spawn(move |inner| async move { inner.add_passkey(visit, &stop).await });
        Ok(())
    }

    fn sign_out(&self) -> Result<(), Failure> {
        let visit = {
            let mut site = lock(&self.inner.site);
            if site.session.is_none() {
                return Err(refuse(
                    "Nobody is signed in, so the page has no \"Sign out\".",
                ));
            }
            site.errors.leaving = None;
            site.visit
        };
        self.spawn(move |inner| async move { inner.sign_out(visit).await });
        Ok(())
    }

    fn rename_passkey(&self, index: usize, label: &str) -> Result<(), Failure> {
        let label = label.trim().to_owned();
        if label.is_empty() {
            return Err(refuse("The page asks for a name of the passkey. Give one."));
        }
        let (visit, passkey) = self.listed(index)?;
        self.spawn(move |inner| async move { inner.rename_passkey(visit, passkey, &label).await });
        Ok(())
    }

    fn delete_passkey(&self, index: usize) -> Result<(), Failure> {
        let (visit, passkey) = self.listed(index)?;
        self.spawn(move |inner| async move { inner.delete_passkey(visit, passkey).await });
        Ok(())
    }

    async fn cancel(&self) -> Result<(), Failure> {
        let stoppable = |attempt: &Attempt| attempt.stoppable;
        let attempt = lock(&self.inner.site).attempt.clone().filter(stoppable);
        let attempt =
            attempt.ok_or_else(|| refuse("Nothing runs on the page that could be cancelled."))?;
        attempt.stop.cancel();
        // The bench knows before the act has begun, so that nobody takes the prompt for waiting.
        if let Some(call) = attempt.call {
            self.inner.bench.credentials_abort(call).await?;
        }
        Ok(())
    }

    /// A passkey of the account page.
    fn listed(&self, index: usize) -> Result<(u64, Passkey), Failure> {
        let mut site = lock(&self.inner.site);
        let found = site.passkeys.iter().flatten().nth(index).cloned();
        let passkey = found.ok_or_else(|| {
            refuse("The page does not list this passkey. Sign in, and name one of its passkeys.")
        })?;
        site.errors.row = None;
        Ok((site.visit, passkey))
    }

    /// Presses the button of a ceremony, on one of these pages, after `go` went to it.
    fn attempt(
        &self,
        pages: &[Shown],
        go: impl FnOnce(&mut Site),
    ) -> Result<(u64, CancellationToken), Failure> {
        let mut site = lock(&self.inner.site);
        match site.shown {
            None => Err(refuse("The site could not be opened. Open it again first."))?,
            Some(Shown::Missing) => Err(refuse("The page has no such button. Open / first."))?,
            Some(page) if pages.contains(&page) => {}
            Some(Shown::Account) => Err(refuse(
                "Somebody is signed in, so the page has no such button. Sign out first.",
            ))?,
            Some(_) => Err(refuse(
                "Nobody is signed in, so the page has no such button. Sign in first.",
            ))?,
        }
        go(&mut site);
        if site.attempt.is_some() {
            Err(refuse(
                "The page is busy with a ceremony. Let that end first.",
            ))?;
        }
        let stop = CancellationToken::new();
        site.errors.attempt = None;
        site.attempt = Some(Attempt {
            stop: stop.clone(),
            stoppable: true,
            call: None,
        });
        Ok((site.visit, stop))
    }
}

fn refuse(why: &str) -> Failure {
    Failure::Page(why.to_owned())
}

impl Page for HttpPage {
    fn act<'a>(&'a self, act: &'a PageAct) -> Doing<'a> {
        Box::pin(self.begin(act))
    }

    fn busy(&self) -> bool {
        self.inner.under_way.borrow().works > 0
    }

    fn changed(&self) -> Doing<'_> {
        let mut under_way = self.inner.under_way.subscribe();
        under_way.mark_unchanged();
        Box::pin(async move {
            // The page itself holds the sender.
            let _ = under_way.changed().await;
            Ok(())
        })
    }

    fn view(&self) -> Doing<'_, PageView> {
        Box::pin(std::future::ready(Ok(lock(&self.inner.site).view())))
    }

    fn waits_for(&self) -> Option<String> {
        self.inner.under_way.borrow().waits_for()
    }
}

impl Inner {
    /// The browser, at the origin that the relying party has.
    async fn browser(&self) -> Result<Arc<Browser>, Trouble> {
        let at = lock(&self.at).clone();
        let known = |at: &String| lock(&self.browsers).get(at).cloned();
        if let Some(browser) = at.as_ref().and_then(known) {
            return Ok(browser);
        }
        let state = self.bench.bench_state().await;
        let parties = state.map_err(|_| Trouble::Unreachable)?.relying_parties;
        let mut parties = parties.iter();
        let party = parties.find(|party| at.as_ref().is_none_or(|at| party.rp_id == *at));
        let party = party.filter(|party| !party.origin.is_empty());
        let party = party.ok_or(Trouble::Unreachable)?;
        let browser = Browser::at(&party.origin).map_err(|_| Trouble::Unreachable)?;
        *lock(&self.at) = Some(party.rp_id.clone());
        let mut browsers = lock(&self.browsers);
        let kept = browsers.entry(party.rp_id.clone());
        Ok(kept.or_insert_with(|| Arc::new(browser)).clone())
    }

    /// Asks, and says meanwhile what it waits for.
    async fn ask(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let browser = self.browser().await?;
        let _request = Request::begin(self, format!("{method} {path}"));
        browser.call(method, path, body).await
    }

    /// Changes what the window holds, unless it was loaded anew meanwhile.
    fn on<T: Default>(&self, visit: u64, change: impl FnOnce(&mut Site) -> T) -> T {
        let mut site = lock(&self.site);
        if site.visit == visit {
            change(&mut site)
        } else {
            T::default()
        }
    }

    /// The error that the page shows for `trouble`.
    fn explained(&self, trouble: &Trouble, doing: Purpose) -> Option<String> {
        let whose = lock(&self.site).whose.clone();
        let whose = whose
            .as_ref()
            .map(|(id, origin)| (id.as_str(), origin.as_str()));
        explain(trouble, doing, whose)
    }

    /// Loads the document, then asks who the relying party is and whether there is a session.
    async fn open(&self, visit: u64, path: &str) {
        let loaded = async { self.browser().await?.document(path).await }.await;
        if let Err(trouble) = loaded {
            let error = self.explained(&trouble, Purpose::Other);
            return self.on(visit, |site| site.errors.opening = error);
        }
        // The site asks both at once: the second also when the first fails.
        let party = self
            .ask(reqwest::Method::GET, "/api/relying-party", None)
            .await;
        let session = self.session().await;
        let opened = party.and_then(|party| Ok((party, session?)));
        match opened {
            Err(trouble) => {
                let error = self.explained(&trouble, Purpose::Other);
                self.on(visit, |site| site.errors.opening = error);
            }
            Ok((party, session)) => {
                let text = |member: &str| party[member].as_str().unwrap_or_default().to_owned();
                let whose = (text("rpId"), text("origin"));
                let list = self.on(visit, |site| {
                    site.whose = Some(whose);
                    site.session = session;
                    site.show(Shown::at(path))
                });
                if list {
                    self.load_account(visit).await;
                }
            }
        }
    }

    /// The session this browser has; none when it is signed out.
    async fn session(&self) -> Result<Option<Session>, Trouble> {
        match self.ask(reqwest::Method::GET, "/api/session", None).await {
            Ok(answer) => match answer["account"]["username"].as_str() {
                Some(username) => Ok(Some(Session {
                    username: username.to_owned(),
                })),
                None => Err(Trouble::Unreadable(200)),
            },
            Err(trouble) if trouble.is_signed_out() => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    fn call_name(&self) -> String {
        format!("page-{}", self.calls.fetch_add(1, Ordering::Relaxed))
    }
}
