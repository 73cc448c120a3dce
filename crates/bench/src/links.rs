//! Finds the cause of an event where two parties meet only through a page:
//! the relying party answers with a challenge, the page hands it to the
//! client; the client returns a credential, the page posts it.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use timeline::{Draft, Emit, Recorder, Seq};

/// How many open hand-overs are remembered.
const REMEMBERED: usize = 64;

/// Where the token that names a hand-over stands in an event's body.
struct HandOver {
    from: &'static [&'static str],
    given_at: &'static str,
    to: &'static [&'static str],
    taken_at: &'static str,
}

const HAND_OVERS: [HandOver; 2] = [
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
];

/// An [`Emit`] that adds such causes.
pub(crate) struct Linked {
    recorder: Arc<Recorder>,
    given: Mutex<VecDeque<(String, Seq)>>,
}

impl Linked {
    pub(crate) fn new(recorder: Arc<Recorder>) -> Self {
        Self {
            recorder,
            given: Mutex::default(),
        }
    }

    fn cause_of(&self, draft: &Draft) -> Option<Seq> {
        let taken = token(draft, |hand_over| (hand_over.to, hand_over.taken_at))?;
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given
            .iter()
            .rev()
            .find(|(token, _)| *token == taken)
            .map(|(_, seq)| *seq)
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
        if draft.cause.is_none() {
            draft.cause = self.cause_of(&draft);
        }
        let given = token(&draft, |hand_over| (hand_over.from, hand_over.given_at));
        let seq = self.recorder.emit(draft);
        if let Some(given) = given {
            let mut remembered = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.push_back((given, seq));
            if remembered.len() > REMEMBERED {
                remembered.pop_front();
            }
        }
        seq
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
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
