//! What a PIN is good for, by its age, a campaign, its lock and the policy. Pure.

use std::time::Duration;

use timeline::Timestamp;

use super::{CampaignOverview, PinState};
use crate::{policy::Policy, store::PinAccount};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A PIN at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub state: PinState,
    /// When it ends; none: never, or no PIN is set.
    pub expires_at: Option<Timestamp>,
    /// How often it may be used after its end.
    pub extra_uses_left: u32,
    pub campaign: Option<CampaignOverview>,
}

impl Standing {
    pub(crate) fn of(policy: &Policy, found: &PinAccount, now: Timestamp) -> Self {
        let rules = &policy.pin;
        let set_at = found.set_at.filter(|_| found.sealed.is_some());
        let campaign = set_at.and_then(|set_at| {
            let campaign = rules.campaign.as_ref()?;
            let starts_at = campaign.starts_at();
            (set_at < starts_at && starts_at <= now).then(|| CampaignOverview {
                ends_at: campaign.ends_at(),
                must_change: campaign.ends_at() <= now,
            })
        });
        let by_age = set_at
            .filter(|_| rules.age_days != 0)
            .map(|set_at| Timestamp(set_at.0.saturating_add(i64::from(rules.age_days) * DAY)));
        let by_campaign = campaign.map(|campaign| campaign.ends_at);
        let expires_at = match (by_age, by_campaign) {
            (Some(age), Some(campaign)) => Some(age.min(campaign)),
            (one, other) => one.or(other),
        };
        let must_change = campaign.is_some_and(|campaign| campaign.must_change);
        let extra_uses_left = match (set_at, must_change) {
            (Some(_), false) => rules.extra_sign_ins.saturating_sub(found.extra_uses),
            _ => 0,
        };
        let warning = Duration::from_secs(u64::from(rules.expiring_days) * 24 * 60 * 60);
        let state = if !rules.enabled {
            PinState::Off
        } else if set_at.is_none() {
            PinState::None
        } else if found.locked_at.is_some() {
            PinState::Locked
        } else if expires_at.is_some_and(|end| end <= now) {
            PinState::Expired
        } else if campaign.is_some() || expires_at.is_some_and(|end| end <= now.plus(warning)) {
            PinState::Expiring
        } else {
            PinState::Active
        };
        Self {
            state,
            expires_at,
            extra_uses_left,
            campaign,
        }
    }

    /// What a correct PIN is answered with besides: none when there is nothing to do.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        let asked = self.campaign.is_some();
        match self.state {
            PinState::Expired if self.extra_uses_left == 0 => Some("mustChange"),
            PinState::Expired => Some("expired"),
            PinState::Expiring if asked => Some("changeRequested"),
            PinState::Expiring => Some("expiring"),
            _ => None,
        }
    }

    /// How often a phone may take it after its end, without asking: never where a campaign ends it.
    pub(crate) fn extra_uses_offline(&self) -> u32 {
        match self.campaign {
            Some(campaign) if self.expires_at == Some(campaign.ends_at) => 0,
            _ => self.extra_uses_left,
        }
    }

    /// Whether it signs anybody in: it is set, not locked, and not beyond its end and the uses after it.
    pub(crate) fn signs_in(&self) -> bool {
        match self.state {
            PinState::Active | PinState::Expiring => true,
            PinState::Expired => self.extra_uses_left > 0,
            PinState::Off | PinState::None | PinState::Locked => false,
        }
    }

    /// Whether a correct PIN counts as one of the uses after its end.
    pub(crate) fn spends_extra_use(&self) -> bool {
        self.state == PinState::Expired && self.extra_uses_left > 0
    }
}

#[cfg(test)]
mod tests;
