//! What the tester does at a relying party's administration, over the HTTP it has for that. Where
//! an RP ID may be named, none means the first one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Bench, Error, api::Json, asking::ask};

impl Bench {
    /// The token of a relying party's administration.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] when it does not run.
    pub async fn relying_party_admin(&self, rp_id: Option<String>) -> Result<String, Error> {
        let party = self.running_party(rp_id.as_deref())?;
        Ok(party.admin_token().to_string())
    }

    /// A relying party's policy: `{version, text, policy, problem?}`.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] when it does not run,
    /// [`Error::Away`], [`Error::Refused`].
    pub async fn policy(&self, rp_id: Option<String>) -> Result<Json, Error> {
        let policy = self.administer(rp_id, Method::GET, "policy", None).await;
        policy.map(Json)
    }

    /// Changes members of a relying party's policy, such as `{"pin": {"validity": "0s"}}`; null
    /// gives a member its default. Says which version is in force then.
    ///
    /// # Errors
    /// As [`Bench::policy`]; [`Error::Refused`] when a member is unknown or the
    /// policy would contradict itself.
    pub async fn policy_set(&self, rp_id: Option<String>, changes: Json) -> Result<u32, Error> {
        let body = json!({ "changes": changes.0 });
        let policy = self.administer(rp_id, Method::PUT, "policy", Some(body));
        let version = policy.await?["version"].as_u64();
        Ok(u32::try_from(version.unwrap_or_default()).unwrap_or(u32::MAX))
    }

    /// Takes an account's PIN away as an administrator; the account by its name or its id.
    ///
    /// # Errors
    /// As [`Bench::policy`]; [`Error::Call`] when there is no such account.
    pub async fn pin_admin_reset(
        &self,
        rp_id: Option<String>,
        account: String,
    ) -> Result<(), Error> {
        let overview = self.relying_party_overview(rp_id.clone()).await?;
        let accounts = overview["accounts"].as_array();
        let known = accounts
            .into_iter()
            .flatten()
            .find(|known| known["username"] == account.as_str() || known["id"] == account.as_str());
        let id = known.and_then(|known| known["id"].as_str());
        let id = id.ok_or_else(|| {
            Error::Call(format!("the relying party has no account \"{account}\""))
        })?;
        let path = format!("accounts/{id}/pin/reset");
        let reset = self.administer(rp_id, Method::POST, &path, None).await;
        reset.map(drop)
    }

    /// Takes an enrolment away as an administrator.
    ///
    /// # Errors
    /// As [`Bench::policy`]; [`Error::Call`] when that is no enrolment's id.
    pub async fn enrolment_revoke(
        &self,
        rp_id: Option<String>,
        enrolment: String,
    ) -> Result<(), Error> {
        let is_id = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if enrolment.is_empty() || !enrolment.chars().all(is_id) {
            return Err(Error::Call(format!("\"{enrolment}\" is no enrolment's id")));
        }
        let path = format!("enrolments/{enrolment}");
        let revoked = self.administer(rp_id, Method::DELETE, &path, None).await;
        revoked.map(drop)
    }

    /// What a relying party noted of its accounts' PINs, oldest first: `[{number, at, account?, who,
    /// what, detail}]`.
    ///
    /// # Errors
    /// As [`Bench::policy`].
    pub async fn audit(&self, rp_id: Option<String>) -> Result<Json, Error> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |last: &Value| {
                last["number"].as_i64().unwrap_or(i64::MAX)
            });
            let path = format!("audit?after={after}");
            let page = self.administer(rp_id.clone(), Method::GET, &path, None);
            match page.await?["entries"].as_array() {
                Some(entries) if !entries.is_empty() => all.extend_from_slice(entries),
                _ => return Ok(Json(Value::Array(all))),
            }
        }
    }

    /// One request to the administration.
    async fn administer(
        &self,
        rp_id: Option<String>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, Error> {
        let party = self.running_party(rp_id.as_deref())?;
        let (url, token) = (
            format!("{}/api/admin/{path}", party.origin()),
            party.admin_token(),
        );
        let asked = ask(party.rp_id(), |client| {
            let request = client.request(method, url).bearer_auth(token.as_str());
            match &body {
                Some(body) => request.json(body),
                None => request,
            }
        });
        self.until_closed(asked).await
    }
}
