//! Causes between a device and a relying party that speak about an enrolment, each of which knows
//! only its own side of the connection; and the news that are on their way to devices.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Mutex,
};

use serde_json::Value;
use timeline::{Draft, Seq};

use crate::bench::lock;

/// How many enrolments are remembered, and requests whose answer is still to come.
const REMEMBERED: usize = 64;

const PUSHED: &str = rp_server::kinds::PIN_PUSHED;
const STREAMS: &str = rp_server::kinds::PIN_STREAMS;

/// What devices tell before they send a request about it.
const LEAD_TO_REQUESTS: [&str; 3] = [
    device::kinds::ENROLMENT_CLAIMED,
    device::kinds::PIN_EXCHANGE,
    device::kinds::PIN_SYNCED,
];

/// What devices tell after an answer came.
const FOLLOW_ANSWERS: [&str; 6] = [
    device::kinds::ENROLMENT_CLAIMED,
    device::kinds::ENROLMENT_MADE,
    device::kinds::PIN_SYNCED,
    device::kinds::PIN_ACKNOWLEDGED,
    device::kinds::PIN_ANSWERED,
    device::kinds::PIN_REFUSED,
];

/// What happened last about an enrolment.
#[derive(Debug, Default, Clone)]
struct Latest {
    enrolment: String,
    /// At the device, that leads to a request.
    told: Option<Seq>,
    /// The relying party's answer to a request.
    answer: Option<Seq>,
    /// The relying party's news for its devices.
    pushed: Option<Seq>,
}

/// What happened last about each enrolment.
#[derive(Debug, Default)]
pub(super) struct Enrolments(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    latest: VecDeque<Latest>,
    /// Requests of devices, with the enrolment they name.
    asked: VecDeque<(Seq, Option<String>)>,
    /// Enrolments whose device has an open stream and did not take the last news yet.
    awaited: BTreeMap<String, News>,
}

/// News that are on their way.
#[derive(Debug)]
struct News {
    /// The versions of PIN and policy that they bring.
    versions: Versions,
    /// Whether the relying party ended the stream after it had sent them: they arrive, if its device
    /// still listens.
    are_last: bool,
}

impl Enrolments {
    /// What the device told last that leads to a request about this enrolment.
    pub(super) fn told(&self, enrolment: &str) -> Option<Seq> {
        lock(&self.0).find(enrolment)?.told
    }

    /// The cause of an event that is about to be told, if it is about an enrolment; of a request
    /// that named the enrolment `asked` when it was sent.
    pub(super) fn cause_of(&self, draft: &Draft, asked: Option<&str>) -> Option<Seq> {
        let known = lock(&self.0);
        if draft.kind == rp_server::kinds::REQUEST {
            return known.find(asked?)?.told;
        }
        let latest = known.find(enrolment(&draft.body)?)?;
        if draft.kind == device::kinds::PIN_PUSH && draft.body["kind"] == "push" {
            return latest.pushed;
        }
        // The answer came after what the device itself knows to have led to this.
        let follows = FOLLOW_ANSWERS.contains(&draft.kind);
        latest
            .answer
            .filter(|answer| follows && Some(*answer) > draft.cause)
    }

    /// Notes an event that was told.
    pub(super) fn note(&self, noted: &Noted, seq: Seq) {
        let mut known = lock(&self.0);
        match noted {
            Noted::Told(enrolment) => known.latest(enrolment).told = Some(seq),
            Noted::Asked(enrolment) => {
                known.asked.push_back((seq, enrolment.clone()));
                if known.asked.len() > REMEMBERED {
                    known.asked.pop_front();
                }
            }
            Noted::Answered { request, names } => {
                let place = known.asked.iter().position(|(asked, _)| asked == request);
                let asked = place.and_then(|place| known.asked.remove(place));
                let Some((_, enrolment)) = asked else { return };
                if let Some(enrolment) = enrolment.as_ref().or(names.as_ref()) {
                    known.latest(enrolment).answer = Some(seq);
                }
            }
            Noted::Pushed(enrolments, versions) => {
                for enrolment in enrolments {
                    known.latest(enrolment).pushed = Some(seq);
                    let news = News {
                        versions: *versions,
                        are_last: false,
                    };
                    known.awaited.insert(enrolment.clone(), news);
                }
            }
            Noted::Arrived(enrolment, versions) => {
                let awaited = known.awaited.get(enrolment);
                // Two pushes may come as one, with the later versions.
                let is_it = |it: &News| {
                    let awaited = it.versions;
                    awaited.0 <= versions.0 && awaited.1 <= versions.1
                };
                if awaited.is_some_and(is_it) {
                    known.awaited.remove(enrolment);
                }
            }
            Noted::Ended(enrolment) => {
                known.awaited.remove(enrolment);
            }
            Noted::Closed(enrolment) => {
                if let Some(news) = known.awaited.get_mut(enrolment) {
                    news.are_last = true;
                }
            }
            Noted::Opened(enrolment) => {
                // The stream on which they were sent is gone.
                if known.awaited.get(enrolment).is_some_and(|it| it.are_last) {
                    known.awaited.remove(enrolment);
                }
            }
        }
    }

    /// Whether news are on their way to a device, of which `listens` says whether it has a stream.
    pub(super) fn are_awaited(&self, listens: impl Fn(&str) -> bool) -> bool {
        let known = lock(&self.0);
        let mut awaited = known.awaited.iter();
        awaited.any(|(enrolment, news)| !news.are_last || listens(enrolment))
    }
}

impl Known {
    fn find(&self, enrolment: &str) -> Option<&Latest> {
        self.latest.iter().find(|it| it.enrolment == enrolment)
    }

    fn latest(&mut self, enrolment: &str) -> &mut Latest {
        let place = self.latest.iter().position(|it| it.enrolment == enrolment);
        let found = place.and_then(|place| self.latest.remove(place));
        if self.latest.len() >= REMEMBERED {
            self.latest.pop_front();
        }
        self.latest.push_back(found.unwrap_or_else(|| Latest {
            enrolment: enrolment.to_owned(),
            ..Latest::default()
        }));
        let last = self.latest.len() - 1;
        &mut self.latest[last]
    }
}

/// What an event says about enrolments.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Noted {
    /// A device told what leads to a request.
    Told(String),
    /// A device's request arrived; it may name an enrolment.
    Asked(Option<String>),
    /// A request was answered; the answer may name an enrolment.
    Answered { request: Seq, names: Option<String> },
    /// A relying party sent news to these.
    Pushed(Vec<String>, Versions),
    /// News arrived.
    Arrived(String, Versions),
    /// Nobody is left to whom they could come.
    Ended(String),
    /// The relying party ended its stream.
    Closed(String),
    /// A device has a new stream.
    Opened(String),
}

/// Of a PIN and of a policy.
type Versions = (u64, u64);

impl Noted {
    /// Reads a draft; a request named the enrolment `asked` when it was sent.
    pub(super) fn of(draft: &Draft, asked: Option<&str>) -> Option<Self> {
        let own = || enrolment(&draft.body).map(ToOwned::to_owned);
        let state = draft.body["state"].as_str();
        match draft.kind {
            rp_server::kinds::REQUEST => {
                from_device(draft).then(|| Self::Asked(asked.map(ToOwned::to_owned)))
            }
            rp_server::kinds::RESPONSE => Some(Self::Answered {
                request: draft.cause?,
                names: enrolment(&draft.body["body"]).map(ToOwned::to_owned),
            }),
            PUSHED => {
                let ids = draft.body["enrolmentIds"].as_array()?;
                let ids = ids.iter().filter_map(Value::as_str);
                let ids = ids.map(ToOwned::to_owned).collect();
                Some(Self::Pushed(ids, versions(&draft.body)))
            }
            device::kinds::PIN_PUSH if draft.body["kind"] == "push" => {
                Some(Self::Arrived(own()?, versions(&draft.body)))
            }
            device::kinds::PIN_STREAM if state == Some("opened") => own().map(Self::Opened),
            device::kinds::PIN_STREAM => own().map(Self::Ended),
            STREAMS if state == Some("closed") => own().map(Self::Closed),
            device::kinds::ENROLMENT_FORGOTTEN => own().map(Self::Ended),
            kind if LEAD_TO_REQUESTS.contains(&kind) => own().map(Self::Told),
            _ => None,
        }
    }
}

fn versions(body: &Value) -> Versions {
    let version = |member: &str| body[member].as_u64().unwrap_or_default();
    (version("pinVersion"), version("policyVersion"))
}

fn enrolment(body: &Value) -> Option<&str> {
    body.get("enrolmentId")?.as_str()
}

/// The enrolment that a device's request names.
pub(super) fn requested(draft: &Draft) -> Option<&str> {
    let named = from_device(draft).then(|| enrolment(&draft.body["body"]));
    named.flatten()
}

/// Whether it is a request that something told of an enrolment led to. A stream is opened by itself,
/// and a reset begins with the person.
fn from_device(draft: &Draft) -> bool {
    let path = draft.body["path"].as_str().unwrap_or_default();
    draft.kind == rp_server::kinds::REQUEST
        && path.starts_with("/pin/")
        && !["/pin/stream", "/pin/reset"]
            .iter()
            .any(|other| path.starts_with(other))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use timeline::Party;

    use super::*;

    /// Tells events one after the other, and gives the cause that each was found.
    fn causes(events: &[(&'static str, Value)]) -> Vec<Option<u64>> {
        let enrolments = Enrolments::default();
        let mut asked = None;
        let mut seq = 0;
        let told = events.iter().map(|(kind, body)| {
            seq += 1;
            let mut draft = Draft::new(Party::Device, kind).body(body.clone());
            if *kind == rp_server::kinds::RESPONSE {
                draft.cause = asked;
            }
            let cause = enrolments.cause_of(&draft, requested(&draft));
            if let Some(noted) = Noted::of(&draft, requested(&draft)) {
                enrolments.note(&noted, Seq(seq));
            }
            if *kind == rp_server::kinds::REQUEST {
                asked = Some(Seq(seq));
            }
            cause.map(|cause| cause.0)
        });
        told.collect()
    }

    fn request(path: &str, body: Value) -> (&'static str, Value) {
        (
            rp_server::kinds::REQUEST,
            json!({ "method": "POST", "path": path, "body": body }),
        )
    }

    #[test]
    fn an_exchange_leads_to_its_request_and_the_answer_to_what_is_stored_and_acknowledged() {
        let of = |id: &str| json!({ "enrolmentId": id });
        let answer = (
            rp_server::kinds::RESPONSE,
            json!({ "status": 200, "body": {} }),
        );
        let found = causes(&[
            (device::kinds::PIN_EXCHANGE, of("a")),
            (device::kinds::PIN_EXCHANGE, of("b")),
            request("/pin/exchange", of("a")),
            answer.clone(),
            (device::kinds::PIN_SYNCED, of("a")),
            request("/pin/sync/ack", of("a")),
            answer.clone(),
            (device::kinds::PIN_ACKNOWLEDGED, of("a")),
            request("/pin/stream", of("a")),
            request("/pin/exchange", of("unknown")),
            request("/api/session", of("a")),
        ]);
        let none = None;
        assert_eq!(
            found,
            [
                none,
                none,
                Some(1),
                none,
                Some(4),
                Some(5),
                none,
                Some(7),
                none,
                none,
                none
            ]
        );
    }

    #[test]
    fn a_claim_is_named_by_its_answer_and_a_late_event_keeps_the_later_cause() {
        let claimed = json!({ "enrolmentId": "a" });
        let found = causes(&[
            request("/pin/enrol/claim", json!({ "code": "x" })),
            (
                rp_server::kinds::RESPONSE,
                json!({ "status": 200, "body": { "enrolmentId": "a" } }),
            ),
            (device::kinds::ENROLMENT_CLAIMED, claimed.clone()),
            request("/pin/enrol/finish", claimed),
        ]);
        assert_eq!(found, [None, None, Some(2), Some(3)]);
        let enrolments = Enrolments::default();
        enrolments.note(&Noted::Asked(Some("a".into())), Seq(1));
        let answered = Noted::Answered {
            request: Seq(1),
            names: None,
        };
        enrolments.note(&answered, Seq(2));
        let refused = Draft::new(Party::Device, device::kinds::PIN_REFUSED)
            .body(json!({ "enrolmentId": "a" }));
        assert_eq!(
            enrolments.cause_of(&refused.cause(Seq(1)), None),
            Some(Seq(2))
        );
        let next = Draft::new(Party::Device, device::kinds::PIN_REFUSED)
            .body(json!({ "enrolmentId": "a" }));
        assert_eq!(
            enrolments.cause_of(&next.cause(Seq(9)), None),
            None,
            "the answer to an earlier exchange led to nothing now"
        );
    }

    #[test]
    fn news_are_awaited_until_they_arrive_or_their_stream_ends() {
        let enrolments = Enrolments::default();
        let tell = |kind, body: Value| {
            let draft = Draft::new(Party::RelyingParty, kind).body(body);
            let cause = enrolments.cause_of(&draft, None);
            if let Some(noted) = Noted::of(&draft, None) {
                enrolments.note(&noted, Seq(7));
            }
            cause
        };
        tell(
            PUSHED,
            json!({ "enrolmentIds": ["a", "b", "c"], "pinVersion": 2, "policyVersion": 5 }),
        );
        assert!(enrolments.are_awaited(|_| false));
        let beat = json!({ "enrolmentId": "a", "kind": "beat" });
        assert_eq!(tell(device::kinds::PIN_PUSH, beat), None);
        let push = |pin: u64| {
            json!({
                "enrolmentId": "a", "kind": "push", "pinVersion": pin, "policyVersion": 5,
            })
        };
        assert_eq!(tell(device::kinds::PIN_PUSH, push(1)), Some(Seq(7)));
        let awaited = || {
            lock(&enrolments.0)
                .awaited
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(awaited(), ["a", "b", "c"], "that was an earlier push");
        tell(device::kinds::PIN_PUSH, push(3));
        assert_eq!(awaited(), ["b", "c"], "two pushes may come as one");
        let opened = json!({ "enrolmentId": "b", "state": "opened" });
        tell(device::kinds::PIN_STREAM, opened);
        assert!(enrolments.are_awaited(|_| false), "a beat is no push");
        let closed = |id: &str| json!({ "enrolmentId": id, "state": "closed" });
        tell(device::kinds::PIN_STREAM, closed("b"));
        tell(STREAMS, closed("c"));
        assert!(enrolments.are_awaited(|it| it == "c"), "it still listens");
        assert!(!enrolments.are_awaited(|_| false));
        let opened = json!({ "enrolmentId": "c", "state": "opened" });
        tell(device::kinds::PIN_STREAM, opened);
        assert!(!enrolments.are_awaited(|_| true));
    }

    #[test]
    fn strangers_do_not_fill_the_memory() {
        let enrolments = Enrolments::default();
        for number in 0..10 * REMEMBERED as u64 {
            let id = format!("enrolment {number}");
            enrolments.note(&Noted::Told(id), Seq(number));
            enrolments.note(&Noted::Asked(None), Seq(number));
        }
        let known = lock(&enrolments.0);
        assert_eq!(
            (known.latest.len(), known.asked.len()),
            (REMEMBERED, REMEMBERED)
        );
    }
}
