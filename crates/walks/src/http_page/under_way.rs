//! What the page has under way, and what that waits for.

use std::sync::Arc;

use super::Inner;

/// What the page has under way.
#[derive(Default)]
pub(super) struct UnderWay {
    /// Things that a person set going.
    pub(super) works: u32,
    /// Calls of `navigator.credentials` among them: these may wait for the person.
    pub(super) calls: u32,
    /// Requests among them.
    pub(super) requests: Vec<String>,
}

/// Something under way, until it is dropped.
pub(super) struct Work(Arc<Inner>);

impl Work {
    pub(super) fn begin(inner: &Arc<Inner>) -> Self {
        inner
            .under_way
            .send_modify(|under_way| under_way.works += 1);
        Self(inner.clone())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0
            .under_way
            .send_modify(|under_way| under_way.works -= 1);
    }
}

/// A call of `navigator.credentials`, until it is dropped.
pub(super) struct CallUnderWay<'a>(&'a Inner);

impl<'a> CallUnderWay<'a> {
    pub(super) fn begin(inner: &'a Inner) -> Self {
        inner
            .under_way
            .send_modify(|under_way| under_way.calls += 1);
        Self(inner)
    }
}

impl Drop for CallUnderWay<'_> {
    fn drop(&mut self) {
        self.0
            .under_way
            .send_modify(|under_way| under_way.calls -= 1);
    }
}

/// A request, until it is dropped.
pub(super) struct Request<'a>(&'a Inner, String);

impl<'a> Request<'a> {
    pub(super) fn begin(inner: &'a Inner, what: String) -> Self {
        inner
            .under_way
            .send_modify(|under_way| under_way.requests.push(what.clone()));
        Self(inner, what)
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|under_way| {
            let requests = &mut under_way.requests;
            let place = requests.iter().position(|request| *request == self.1);
            place.map(|place| requests.remove(place));
        });
    }
}
