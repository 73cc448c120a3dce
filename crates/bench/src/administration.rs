//! What the tester does at a relying party's administration, over the HTTP it has for that. Where
//! an RP ID may be named, none means the first one.

use serde_json::{Map, Value};

use crate::{Bench, Error, api::Json};

impl Bench {
    /// The token of a relying party's administration.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`] when it does not run.
    pub async fn relying_party_admin(&self, rp_id: Option<String>) -> Result<String, Error> {
        let _ = rp_id;
        Err(Error::NoWayOut("not yet."))
    }

    /// A relying party's policy: `{version, text, policy, problem?}`.
    ///
    /// # Errors
    /// [`Error::NoSuchRelyingParty`], [`Error::NoWayOut`], [`Error::Administration`],
    /// [`Error::AdministrationRefused`].
    pub async fn policy(&self, rp_id: Option<String>) -> Result<Json, Error> {
        let _ = rp_id;
        Err(Error::NoWayOut("not yet."))
    }

    /// Changes members of a relying party's policy, such as `{"pin": {"validity": "0s"}}`; says
    /// which version is in force then.
    ///
    /// # Errors
    /// As [`Bench::policy`]; [`Error::AdministrationRefused`] when the policy would contradict
    /// itself.
    pub async fn policy_set(&self, rp_id: Option<String>, changes: Json) -> Result<u32, Error> {
        let _ = (rp_id, changes, Map::<String, Value>::new());
        Err(Error::NoWayOut("not yet."))
    }

    /// Takes an account's PIN away as an administrator.
    ///
    /// # Errors
    /// As [`Bench::policy`].
    pub async fn pin_admin_reset(
        &self,
        rp_id: Option<String>,
        account: String,
    ) -> Result<(), Error> {
        let _ = (rp_id, account);
        Err(Error::NoWayOut("not yet."))
    }

    /// Takes an enrolment away as an administrator.
    ///
    /// # Errors
    /// As [`Bench::policy`].
    pub async fn enrolment_revoke(
        &self,
        rp_id: Option<String>,
        enrolment: String,
    ) -> Result<(), Error> {
        let _ = (rp_id, enrolment);
        Err(Error::NoWayOut("not yet."))
    }

    /// What a relying party noted of its accounts' PINs, oldest first.
    ///
    /// # Errors
    /// As [`Bench::policy`].
    pub async fn audit(&self, rp_id: Option<String>) -> Result<Json, Error> {
        let _ = rp_id;
        Err(Error::NoWayOut("not yet."))
    }
}
