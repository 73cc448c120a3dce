//! Finds the cause of an event where two parties meet only through a page:
//! the relying party answers with a challenge, the page hands it to the
//! client; the client returns a credential, the page posts it. Or only over a connection: what a
//! device tells of an enrolment, and what the relying party does.

mod enrolments;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde_json::Value;
use timeline::{Draft, Emit, Recorder, Seq};

use self::enrolments::{Enrolments, Noted};
use crate::bench::lock;

/// How many open hand-overs are remembered.
const REMEMBERED: usize = 64;

/// Where the token that names a hand-over stands in an event's body.
struct HandOver {
    from: &'static [&'static str],
    given_at: &'static str,
    to: &'static [&'static str],
    taken_at: &'static str,
}

/// Where they stand in HTTP bodies.
const HTTP_TOKENS: [&str; 4] = [
    "/publicKey/challenge",
    "/credential/response/clientDataJSON",
    "/session",
    ENROLMENT,
];

const ENROLMENT: &str = "/enrolmentId";

const HAND_OVERS: [HandOver; 4] = [
    HandOver {
        from: &["rp.response"],
        given_at: "/body/publicKey/challenge",
        to: &[
            "client.create.called",
            "client.get.called",
            "bench.call.refused",
        ],
        taken_at: "/options/challenge",
    },
    HandOver {
        from: &["client.create.returned", "client.get.returned"],
        given_at: "/credential/response/clientDataJSON",
        to: &["rp.request"],
        taken_at: "/body/credential/response/clientDataJSON",
    },
    // A workstation's question, and the code that answers it.
    HandOver {
        from: &["rp.response"],
        given_at: "/body/session",
        to: &["device.logon.answered", "device.logon.refused"],
        taken_at: "/session",
    },
    HandOver {
        from: &["device.logon.answered"],
        given_at: "/session",
        to: &["rp.request"],
        taken_at: "/body/session",
    },
];

const COMMAND: &str = client::kinds::COMMAND_SENT;
const ANSWER: &str = client::kinds::COMMAND_ANSWERED;

/// An [`Emit`] that adds such causes, and marks answers that faults changed on their way.
pub(crate) struct Linked {
    recorder: Arc<Recorder>,
    given: Mutex<VecDeque<(String, Seq)>>,
    /// Tokens that a fault replaced, by what replaced them.
    replaced: Mutex<VecDeque<(String, String)>>,
    /// The newest commands that left, as bytes.
    sent: Mutex<VecDeque<(Vec<u8>, Seq)>>,
    /// Changed answers whose event is still to come, with the event of their command.
    marked: Mutex<VecDeque<(Seq, Vec<u8>)>>,
    enrolments: Enrolments,
}

impl Linked {
    pub(crate) fn new(recorder: Arc<Recorder>) -> Self {
        Self {
            recorder,
            given: Mutex::default(),
            replaced: Mutex::default(),
            sent: Mutex::default(),
            marked: Mutex::default(),
            enrolments: Enrolments::default(),
        }
    }

    /// The event of the newest command with these bytes.
    pub(crate) fn sent(&self, request: &[u8]) -> Option<Seq> {
        let sent = lock(&self.sent);
        sent.iter()
            .rev()
            .find(|(bytes, _)| bytes == request)
            .map(|(_, seq)| *seq)
    }

    /// The event that handed this body's token over, for a message that has none of its own yet.
    pub(crate) fn giver(&self, body: &[u8]) -> Option<Seq> {
        let (pointer, token) = tokens(body).into_iter().next()?;
        match pointer {
            ENROLMENT => self.enrolments.told(&self.original(&token)),
            _ => self.find(&token),
        }
    }

    /// Whether news of a relying party are on their way to a device.
    pub(crate) fn awaits_news(&self, listens: impl Fn(&str) -> bool) -> bool {
        self.enrolments.are_awaited(listens)
    }

    /// Marks the answer to the command of event `command` as one that was asked to go wrong.
    pub(crate) fn mark_answer(&self, command: Option<Seq>, answer: &[u8]) {
        if let Some(command) = command {
            remember(&self.marked, (command, answer.to_vec()));
        }
    }

    /// A fault changed a body: what is handed over by it is found all the same.
    pub(crate) fn changed(&self, before: &[u8], after: &[u8]) {
        let after = tokens(after);
        for (pointer, old) in tokens(before) {
            let new = after.iter().find(|(known, _)| *known == pointer);
            if let Some((_, new)) = new.filter(|(_, new)| *new != old) {
                remember(&self.replaced, (new.clone(), old));
            }
        }
    }

    fn find(&self, token: &str) -> Option<Seq> {
        let token = self.original(token);
        let given = lock(&self.given);
        let given = given.iter().rev().find(|(known, _)| *known == token);
        given.map(|(_, seq)| *seq)
    }

    /// The token as it was before a fault replaced it.
    fn original(&self, token: &str) -> String {
        let replaced = lock(&self.replaced);
        let replacing = replaced.iter().rev().find(|(new, _)| new == token);
        replacing.map_or(token.to_owned(), |(_, old)| old.clone())
    }

    fn is_marked(&self, draft: &Draft) -> bool {
        let (ANSWER, Some(command), Some(raw)) = (draft.kind, draft.cause, &draft.raw) else {
            return false;
        };
        let mut marked = lock(&self.marked);
        let place = marked
            .iter()
            .position(|(seq, bytes)| *seq == command && bytes == raw);
        place.and_then(|place| marked.remove(place)).is_some()
    }

    fn cause_of(&self, draft: &Draft) -> Option<Seq> {
        let taken = token(draft, |hand_over| (hand_over.to, hand_over.taken_at))?;
        self.find(&taken)
    }
}

fn token(
    draft: &Draft,
    side: impl Fn(&HandOver) -> (&'static [&'static str], &'static str),
) -> Option<String> {
    HAND_OVERS.iter().find_map(|hand_over| {
        let (kinds, pointer) = side(hand_over);
        let token = kinds
            .contains(&draft.kind)
            .then(|| draft.body.pointer(pointer))
            .flatten()?;
        token.as_str().map(ToOwned::to_owned)
    })
}

impl Emit for Linked {
    fn emit(&self, mut draft: Draft) -> Seq {
        let asked = enrolments::requested(&draft).map(|named| self.original(named));
        let cause = self.enrolments.cause_of(&draft, asked.as_deref());
        draft.cause = cause.or(draft.cause).or_else(|| self.cause_of(&draft));
        let noted = Noted::of(&draft, asked.as_deref());
        draft.deliberate |= self.is_marked(&draft);
        let command = draft.raw.clone().filter(|_| draft.kind == COMMAND);
        let given = token(&draft, |hand_over| (hand_over.from, hand_over.given_at));
        let seq = self.recorder.emit(draft);
        if let Some(given) = given {
            remember(&self.given, (given, seq));
        }
        if let Some(command) = command {
            remember(&self.sent, (command, seq));
        }
        if let Some(noted) = noted {
            self.enrolments.note(&noted, seq);
        }
        seq
    }
}

fn remember<T>(remembered: &Mutex<VecDeque<T>>, new: T) {
    let mut remembered = lock(remembered);
    remembered.push_back(new);
    if remembered.len() > REMEMBERED {
        remembered.pop_front();
    }
}

/// The tokens of hand-overs in an HTTP body, with where they stand.
fn tokens(body: &[u8]) -> Vec<(&'static str, String)> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    HTTP_TOKENS
        .into_iter()
        .filter_map(|pointer| Some((pointer, body.pointer(pointer)?.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use timeline::{ManualClock, Party, Timestamp};

    use super::*;

    #[test]
    fn a_call_is_caused_by_the_answer_that_brought_its_challenge_and_the_post_by_the_call() {
        let recorder = Arc::new(Recorder::new(Arc::new(ManualClock::new(Timestamp(0))), 100));
        let linked = Linked::new(recorder.clone());
        let emit = |party, kind, body: Value| linked.emit(Draft::new(party, kind).body(body));
        let answer = emit(
            Party::RelyingParty,
            "rp.response",
            json!({ "body": { "publicKey": { "challenge": "abc" } } }),
        );
        emit(
            Party::RelyingParty,
            "rp.response",
            json!({ "body": { "publicKey": { "challenge": "other" } } }),
        );
        let call = emit(
            Party::Client,
            "client.get.called",
            json!({ "options": { "challenge": "abc" } }),
        );
        let credential = json!({ "response": { "clientDataJSON": "xyz" } });
        let returned = emit(
            Party::Client,
            "client.get.returned",
            json!({ "credential": credential }),
        );
        let post = emit(
            Party::RelyingParty,
            "rp.request",
            json!({ "body": { "credential": credential } }),
        );
        let stranger = emit(
            Party::Client,
            "client.get.called",
            json!({ "options": { "challenge": "unknown" } }),
        );
        let cause = |seq| recorder.get(seq).expect("readable").expect("kept").cause;
        assert_eq!(cause(call), Some(answer));
        assert_eq!(cause(post), Some(returned));
        assert_eq!(cause(stranger), None);
    }
}
