//! Opening a stream, and why that fails.

use std::sync::Arc;

use pin_sync::beat::{self, Beats};
use pin_sync::enrolment::Binding;
use pin_sync::wire::{Body as _, ChallengeAnswer, ChallengeRequest};

use crate::Error;
use crate::synced::agent::Agent;
use crate::synced::exchange::Party;
use crate::synced::link::{Call, Origin, Reply};
use crate::synced::news::News;

/// An open stream.
pub(super) struct Open {
    pub(super) news: News,
    pub(super) beats: Beats,
    pub(super) binding: Binding,
    pub(super) party: Party,
}

/// Why a stream could not be opened.
pub(super) struct Unopened {
    /// With whom, where it is known.
    pub(super) party: Option<Party>,
    pub(super) why: String,
    /// Whether the relying party does not take this phone at all.
    pub(super) is_turned_away: bool,
}

/// What a relying party answers that does not take this phone (any more).
const FORBIDDEN: u16 = 403;

/// Opens a stream.
pub(super) async fn open(agent: &Arc<Agent>, id: &str) -> Result<Open, Unopened> {
    let wanted = id.to_owned();
    let read = agent.blocking(move |agent| {
        let stored = agent.enrolments.one(&wanted)?;
        let origin = &stored.about.origin;
        let party = Party {
            rp_id: stored.names().rp_id().to_owned(),
            rp_name: stored.about.rp_name.clone(),
            origin: Origin::parse(origin).ok_or_else(|| Error::Elsewhere(origin.clone()))?,
            id: wanted,
        };
        Ok((stored.holding.record, party))
    });
    let (record, party) = read.await.map_err(|error| Unopened {
        party: None,
        why: error.to_string(),
        is_turned_away: false,
    })?;
    let failed = |why: String| Unopened {
        party: Some(party.clone()),
        why,
        is_turned_away: false,
    };
    let refused = |what: &str, reply: &Reply| Unopened {
        is_turned_away: reply.status == FORBIDDEN,
        ..failed(format!("it {what} (status {})", reply.status))
    };
    let call = |path| Call {
        origin: &party.origin,
        path,
        cause: None,
    };
    let ask = ChallengeRequest {
        enrolment_id: party.id.clone(),
    };
    let reply = agent
        .link
        .post(call("/pin/stream/challenge"), ask.to_json());
    let reply = reply.await.map_err(|away| failed(away.0))?;
    if !reply.is_success() {
        return Err(refused("gave no challenge", &reply));
    }
    let challenge = ChallengeAnswer::read(&reply.body).map_err(|it| failed(it.to_string()))?;
    let request = beat::open(&record.binding, &record.kd, challenge.challenge.0);
    let opened = agent.link.open(call("/pin/stream"), request.to_json());
    match opened.await.map_err(|away| failed(away.0))? {
        Ok(news) => Ok(Open {
            news,
            beats: Beats::default(),
            binding: record.binding,
            party,
        }),
        Err(reply) => Err(refused("opened no stream", &reply)),
    }
}
