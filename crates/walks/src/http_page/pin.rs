//! What the pages do with PINs: setting a phone up, resetting, signing in at a workstation.

use bench::api::CredentialsMethod;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    HttpPage, Inner, Purpose, Shown, Trouble, refuse,
    site::{Logon, Pin, SetUp},
};
use crate::{engine::Failure, lock};

const PIN: &str = "/api/pin";
const OFFERS: &str = "/api/pin/offers";
const LOGON: &str = "/api/workstation/logon";

impl HttpPage {
    pub(super) fn set_up_pin(&self) -> Result<(), Failure> {
        // The page looks the phones up anew when it leaves a set-up that was done.
        let mut looks = false;
        let visit = self.attempt_without_stop(Shown::Account, |site| {
            looks = site.set_up.take().is_some_and(|before| before.confirmed);
            match &site.pin {
                Some(pin) if pin.status != "off" => Ok(()),
                _ => Err(refuse("The page offers no PIN now.")),
            }
        })?;
        self.spawn(move |inner| async move {
            if looks {
                inner.load_pin(visit).await;
            }
            inner.make_offer(visit).await;
        });
        Ok(())
    }

    pub(super) fn continue_pin(&self) -> Result<(), Failure> {
        let mut offer = String::new();
        let visit = self.attempt_without_stop(Shown::Account, |site| {
            let open = (site.set_up.as_ref())
                .filter(|set_up| set_up.digits.is_none() && !set_up.confirmed)
                .ok_or_else(|| refuse("The page shows no code to scan. Set a phone up first."))?;
            offer.clone_from(&open.offer);
            Ok(())
        })?;
        self.spawn(move |inner| async move { inner.look(visit, &offer).await });
        Ok(())
    }

    pub(super) fn confirm_pin(&self) -> Result<(), Failure> {
        let (offer, by_passkey) = {
            let site = lock(&self.inner.site);
            let claimed = (site.set_up.as_ref())
                .filter(|set_up| set_up.digits.is_some() && !set_up.confirmed)
                .ok_or_else(|| refuse("The page shows no digits to compare. Continue first."))?;
            let by_passkey = site.pin.as_ref().is_none_or(|pin| pin.by_passkey);
            (claimed.offer.clone(), by_passkey)
        };
        let (visit, stop) = self.attempt(&[Shown::Account], |_| ())?;
        self.spawn(
            move |inner| async move { inner.confirm(visit, &stop, &offer, by_passkey).await },
        );
        Ok(())
    }

    pub(super) fn reset_pin(&self) -> Result<(), Failure> {
        // The page learns of a new PIN when it leaves a set-up that was done.
        let looks = {
            let mut site = lock(&self.inner.site);
            let looks = (site.set_up).take_if(|set_up| set_up.confirmed).is_some();
            let known = (site.pin.as_ref()).is_some_and(|pin| pin.status != "none");
            if !looks && !known {
                return Err(refuse("The page offers no PIN to reset now."));
            }
            looks
        };
        let (visit, stop) = self.attempt(&[Shown::Account], |_| ())?;
        self.spawn(move |inner| async move {
            if looks {
                inner.load_pin(visit).await;
            }
            inner.reset(visit, &stop).await;
        });
        Ok(())
    }

    pub(super) fn remove_phone(&self, index: usize) -> Result<(), Failure> {
        let (visit, enrolment) = {
            let mut site = lock(&self.inner.site);
            let phone = (site.pin.iter().flat_map(|pin| &pin.phones))
                .nth(index)
                .ok_or_else(|| refuse("The page does not list this phone."))?;
            let enrolment = phone.enrolment.clone();
            site.errors.row = None;
            (site.visit, enrolment)
        };
        self.spawn(move |inner| async move { inner.remove_phone(visit, &enrolment).await });
        Ok(())
    }

    pub(super) fn begin_logon(&self, username: &str, workstation: &str) -> Result<(), Failure> {
        let visit = self.attempt_without_stop(Shown::Workstation, |site| match site.logon {
            None => Ok(()),
            Some(_) => Err(refuse(
                "The workstation asks for no user name now. Open it again.",
            )),
        })?;
        let body = json!({ "username": username.trim(), "workstation": workstation.trim() });
        self.spawn(move |inner| async move { inner.begin_logon(visit, &body).await });
        Ok(())
    }

    pub(super) fn finish_logon(&self, code: &str) -> Result<(), Failure> {
        let mut body = Value::Null;
        let visit = self.attempt_without_stop(Shown::Workstation, |site| match &site.logon {
            Some(Logon::Begun {
                session, enrolment, ..
            }) => {
                body = json!({ "session": session, "code": code, "enrolmentId": enrolment });
                Ok(())
            }
            _ => Err(refuse("The workstation shows no challenge now.")),
        })?;
        self.spawn(move |inner| async move { inner.finish_logon(visit, &body).await });
        Ok(())
    }

    /// Presses a button of this page that begins no ceremony.
    fn attempt_without_stop(
        &self,
        page: Shown,
        go: impl FnOnce(&mut super::Site) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut site = lock(&self.inner.site);
        if site.shown != Some(page) {
            return Err(refuse("The page has no such button. Open another one."));
        }
        if site.attempt.is_some() {
            return Err(refuse(
                "The page is busy with a ceremony. Let that end first.",
            ));
        }
        go(&mut site)?;
        site.errors.attempt = None;
        Ok(site.visit)
    }
}

impl Inner {
    pub(super) async fn load_pin(&self, visit: u64) {
        self.on(visit, |site| site.errors.pin = None);
        let asked = match self.ask(Method::GET, PIN, None).await {
            Ok(answer) => Pin::read(&answer).ok_or(Trouble::Unreadable(200)),
            Err(trouble) => Err(trouble),
        };
        match asked {
            Ok(pin) => self.on(visit, |site| {
                if site.shown == Some(Shown::Account) {
                    site.pin = Some(pin);
                }
            }),
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                let error = self.explained(&trouble, Purpose::Other);
                self.on(visit, |site| {
                    if site.shown == Some(Shown::Account) {
                        site.errors.pin = error;
                    }
                });
            }
        }
    }

    async fn make_offer(&self, visit: u64) {
        let made = self.ask(Method::POST, OFFERS, Some(&json!({}))).await;
        self.take(visit, Purpose::SetUpPin, made, |site, made| {
            site.set_up = Some(SetUp {
                offer: text(made, "offer"),
                code: text(made, "code"),
                digits: None,
                confirmed: false,
            });
        });
    }

    async fn look(&self, visit: u64, offer: &str) {
        let standing = self
            .ask(Method::GET, &format!("{OFFERS}/{offer}"), None)
            .await;
        self.take(visit, Purpose::SetUpPin, standing, |site, standing| {
            if let (Some(set_up), Some(digits)) = (&mut site.set_up, standing["digits"].as_str()) {
                set_up.digits = Some(digits.to_owned());
            }
        });
    }

    async fn confirm(&self, visit: u64, stop: &CancellationToken, offer: &str, by_passkey: bool) {
        let path = format!("{OFFERS}/{offer}");
        let done = if by_passkey {
            self.ceremony(visit, stop, CredentialsMethod::Get, (&path, json!({})))
                .await
        } else {
            let path = format!("{path}/confirm");
            self.ask(Method::POST, &path, Some(&json!({}))).await
        };
        match done {
            Ok(_) => {
                self.on(visit, |site| {
                    if let Some(set_up) = &mut site.set_up {
                        set_up.confirmed = true;
                    }
                });
                self.load_pin(visit).await;
                self.on(visit, |site| site.attempt = None);
            }
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                self.attempt_failed(visit, Purpose::SetUpPin, &trouble);
            }
        }
    }

    async fn reset(&self, visit: u64, stop: &CancellationToken) {
        let begin = ("/api/pin/reset", json!({}));
        let done = self
            .ceremony(visit, stop, CredentialsMethod::Get, begin)
            .await;
        match done {
            Ok(_) => {
                self.load_pin(visit).await;
                self.on(visit, |site| site.attempt = None);
            }
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                self.attempt_failed(visit, Purpose::ResetPin, &trouble);
            }
        }
    }

    async fn remove_phone(&self, visit: u64, enrolment: &str) {
        let path = format!("{PIN}/phones/{enrolment}");
        match self.ask(Method::DELETE, &path, None).await {
            Ok(_) => self.load_pin(visit).await,
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                let error = self.explained(&trouble, Purpose::Other);
                self.on(visit, |site| site.errors.row = error);
            }
        }
    }

    async fn begin_logon(&self, visit: u64, body: &Value) {
        let path = format!("{LOGON}/begin");
        let begun = self.ask(Method::POST, &path, Some(body)).await;
        self.take(visit, Purpose::Other, begun, |site, begun| {
            let phone = begun["phones"].as_array().and_then(|phones| phones.first());
            site.logon = phone.map(|phone| Logon::Begun {
                session: text(begun, "session"),
                enrolment: text(phone, "enrolmentId"),
                code: text(phone, "code"),
            });
        });
    }

    async fn finish_logon(&self, visit: u64, body: &Value) {
        let path = format!("{LOGON}/finish");
        let done = self.ask(Method::POST, &path, Some(body)).await;
        let done = match done {
            Ok(done) => self.session().await.map(|session| (done, session)),
            Err(trouble) => Err(trouble),
        };
        self.take(visit, Purpose::Other, done, |site, (done, session)| {
            site.session = session.clone();
            site.logon = Some(Logon::SignedIn(text(&done["account"], "username")));
        });
    }

    /// Shows what was answered, or why nothing was.
    fn take<T>(
        &self,
        visit: u64,
        doing: Purpose,
        answered: Result<T, Trouble>,
        show: impl FnOnce(&mut super::Site, &T),
    ) {
        match answered {
            Ok(answer) => self.on(visit, |site| show(site, &answer)),
            Err(trouble) => {
                self.session_ended(visit, &trouble);
                let error = self.explained(&trouble, doing);
                self.on(visit, |site| site.errors.attempt = error);
            }
        }
    }
}

fn text(json: &Value, member: &str) -> String {
    json[member].as_str().unwrap_or_default().to_owned()
}
