//! What the page has under way, and what that waits for.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::Inner;

/// What the page has under way.
#[derive(Default)]
pub(super) struct UnderWay {
    /// Things that a person set going.
    pub(super) works: usize,
    /// Calls of `navigator.credentials` among them, by name, and what stops each.
    calls: Vec<(String, CancellationToken)>,
    /// Requests among them.
    pub(super) requests: Vec<String>,
}

impl UnderWay {
    /// What comes without the person, in a few words; none when all that goes on waits for them.
    pub(super) fn waits_for(&self) -> Option<String> {
        if let Some(request) = self.requests.first() {
            return Some(format!("the answer to {request}"));
        }
        // A call that was stopped ends by itself.
        let with_person = self.calls.iter().filter(|(_, stop)| !stop.is_cancelled());
        (self.works > with_person.count()).then(|| "the page".to_owned())
    }
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
pub(super) struct CallUnderWay<'a>(&'a Inner, String);

impl<'a> CallUnderWay<'a> {
    pub(super) fn begin(inner: &'a Inner, name: String, stop: &CancellationToken) -> Self {
        let call = (name.clone(), stop.clone());
        inner
            .under_way
            .send_modify(|under_way| under_way.calls.push(call));
        Self(inner, name)
    }
}

impl Drop for CallUnderWay<'_> {
    fn drop(&mut self) {
        self.0
            .under_way
            .send_modify(|under_way| under_way.calls.retain(|(name, _)| *name != self.1));
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
