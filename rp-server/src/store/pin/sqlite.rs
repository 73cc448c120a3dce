//! The operations on SQLite.

use timeline::Timestamp;
use webauthn::id::UserHandle;

use super::{
    Acknowledged, Attempt, Checked, Enrolled, Mark, NewEnrolment, NewPin, PinAccount, PinEnrolment,
    PinStore, Raised, attempts, audit, counters, enrolments, queries,
};
use crate::{
    pin::{AuditEntry, Transition},
    store::{Answer, Sqlite, operations, queries as settings, writer::Verdict},
};

const SEAL: &str = "seal";

impl PinStore for Sqlite {
    fn pin_account(&self, account: &UserHandle) -> Answer<'_, Option<PinAccount>> {
        self.read(|db| queries::pin_account(db, account.as_bytes()))
    }

    fn pin_enrolment(&self, id: &str) -> Answer<'_, Option<PinEnrolment>> {
        self.read(|db| queries::enrolment(db, id))
    }

    fn pin_enrolments(&self, account: &UserHandle) -> Answer<'_, Vec<PinEnrolment>> {
        self.read(|db| queries::enrolments(db, account.as_bytes()))
    }

    fn last_passkey_sign_in(&self, account: &UserHandle) -> Answer<'_, Option<Timestamp>> {
        self.read(|db| queries::last_passkey_sign_in(db, account.as_bytes()))
    }

    fn enrol(&self, enrolment: NewEnrolment) -> Answer<'_, Enrolled> {
        let limits = self.limits;
        self.writer
            .run(move |db| enrolments::enrol(db, &limits, &enrolment))
    }

    fn revoke(
        &self,
        account: Option<&UserHandle>,
        id: &str,
        at: Timestamp,
        log: Transition,
    ) -> Answer<'_, Option<PinEnrolment>> {
        let limits = self.limits;
        let (account, id) = (account.cloned(), id.to_owned());
        self.writer.run(move |db| {
            let account = account.as_ref().map(UserHandle::as_bytes);
            enrolments::revoke(db, &limits, account, &id, at, &log)
        })
    }

    fn raise_sync_counter(
        &self,
        id: &str,
        counter: u64,
        mark: Mark,
        at: Timestamp,
    ) -> Answer<'_, Raised> {
        let (limits, id) = (self.limits, id.to_owned());
        self.writer
            .run(move |db| counters::raise(db, &limits, (&id, counter, mark), at))
    }

    fn keep_response_key(&self, id: &str, counter: u64, sealed: Vec<u8>) -> Answer<'_, ()> {
        let (id, counter) = (id.to_owned(), enrolments::signed(counter));
        self.writer
            .run(move |db| enrolments::keep_response_key(db, &id, counter, &sealed))
    }

    fn acknowledge(&self, acknowledged: Acknowledged) -> Answer<'_, bool> {
        let limits = self.limits;
        let counter = enrolments::signed(acknowledged.sync_counter);
        self.writer
            .run(move |db| enrolments::acknowledge(db, &limits, &acknowledged, counter))
    }

    fn spend_attempt(
        &self,
        account: &UserHandle,
        limit: u32,
        at: Timestamp,
    ) -> Answer<'_, Attempt> {
        let (limits, account) = (self.limits, account.clone());
        self.writer
            .run(move |db| attempts::spend_attempt(db, &limits, account.as_bytes(), limit, at))
    }

    fn attempt_was_right(
        &self,
        account: &UserHandle,
        spends_extra_use: bool,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, Checked> {
        let (limits, account) = (self.limits, account.clone());
        self.writer.run(move |db| {
            let account = account.as_bytes();
            attempts::attempt_was_right(db, &limits, account, spends_extra_use, &log, at)
        })
    }

    fn attempt_was_wrong(
        &self,
        account: &UserHandle,
        limit: u32,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, Checked> {
        let (limits, account) = (self.limits, account.clone());
        self.writer.run(move |db| {
            attempts::attempt_was_wrong(db, &limits, account.as_bytes(), limit, &log, at)
        })
    }

    fn set_pin(&self, pin: NewPin) -> Answer<'_, bool> {
        let limits = self.limits;
        self.writer
            .run(move |db| attempts::set_pin(db, &limits, &pin))
    }

    fn clear_pin(&self, pin: NewPin) -> Answer<'_, bool> {
        let limits = self.limits;
        self.writer
            .run(move |db| attempts::clear_pin(db, &limits, &pin))
    }

    fn awaiting_sign_in(&self) -> Answer<'_, Vec<UserHandle>> {
        self.read(queries::awaiting_sign_in)
    }

    fn signed_in_since_reset(
        &self,
        account: &UserHandle,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, bool> {
        let (limits, account) = (self.limits, account.clone());
        self.writer.run(move |db| {
            attempts::signed_in_since_reset(db, &limits, account.as_bytes(), &log, at)
        })
    }

    fn spend_logon_try(
        &self,
        account: &UserHandle,
        limit: u32,
        at: Timestamp,
    ) -> Answer<'_, Option<(i64, u32)>> {
        let account = account.clone();
        self.writer
            .run(move |db| attempts::spend_logon_try(db, account.as_bytes(), limit, at))
    }

    fn logon_try_was_right(
        &self,
        failure: i64,
        spends_extra_use: bool,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, ()> {
        let limits = self.limits;
        self.writer.run(move |db| {
            attempts::logon_try_was_right(db, &limits, failure, spends_extra_use, &log, at)
        })
    }

    fn logon_try_was_wrong(
        &self,
        account: &UserHandle,
        locks: bool,
        log: Transition,
        at: Timestamp,
    ) -> Answer<'_, ()> {
        let (limits, account) = (self.limits, account.clone());
        self.writer.run(move |db| {
            attempts::logon_try_was_wrong(db, &limits, account.as_bytes(), locks, &log, at)
        })
    }

    fn unlock_logon(&self, account: &UserHandle, at: Timestamp) -> Answer<'_, ()> {
        let (limits, account) = (self.limits, account.clone());
        self.writer
            .run(move |db| attempts::unlock_logon(db, &limits, account.as_bytes(), at))
    }

    fn log_or_count(&self, log: Transition, at: Timestamp) -> Answer<'_, ()> {
        let limits = self.limits;
        self.writer
            .run(move |db| audit::log_or_count(db, &limits, &log, at).map(Verdict::Keep))
    }

    fn audit_list(
        &self,
        after: i64,
        account: Option<&UserHandle>,
        most: u32,
    ) -> Answer<'_, Vec<AuditEntry>> {
        self.read(|db| queries::audit_list(db, after, account.map(UserHandle::as_bytes), most))
    }

    fn kept_seal(&self) -> Answer<'_, Option<String>> {
        self.read(|db| settings::setting(db, SEAL))
    }

    fn keep_seal(&self, mark: String) -> Answer<'_, ()> {
        self.writer
            .run(move |db| operations::keep_setting(db, SEAL, &mark))
    }
}
