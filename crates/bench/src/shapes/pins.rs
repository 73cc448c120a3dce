//! Enrolments and what a device's owner chose, as the window sees them.

use device::CacheState;

use crate::api::{
    DeviceSettings, EnrolmentSummary, KeptStores, NewsStream, PairingSummary, PinCacheState,
    ShownCode, VerificationMethod,
};

pub(super) fn enrolment(info: device::EnrolmentInfo) -> EnrolmentSummary {
    EnrolmentSummary {
        enrolment_id: info.enrolment_id,
        rp_id: info.rp_id,
        rp_name: info.rp_name,
        origin: info.origin,
        account_id: info.account_id,
        username: info.username,
        state: state(info.state),
        reason: info.reason,
        reason_code: info.reason_code.to_owned(),
        synced_at: info.synced_at,
        acknowledged_at: info.acknowledged_at,
        valid_until: info.valid_until,
        validity_seconds: info.validity_seconds,
        failures: info.failures,
        max_offline_attempts: info.max_offline_attempts,
        tries_left: info.tries_left,
        pin_version: info.pin_version,
        iterations: info.iterations,
        policy_version: info.policy_version,
        pin_expires_at: info.pin_expires_at,
        extra_uses_left: info.extra_uses_left,
        min_length: info.min_length,
        max_length: info.max_length,
        sync_counter: info.sync_counter,
        kept_in: info.kept_in,
        stream: match info.stream {
            device::StreamState::Off => NewsStream::Off,
            device::StreamState::Connecting => NewsStream::Connecting,
            device::StreamState::Open => NewsStream::Open,
        },
        busy: info.busy.map(|purpose| purpose.as_str().to_owned()),
        problem: info.problem,
    }
}

fn state(state: CacheState) -> PinCacheState {
    match state {
        CacheState::Disabled => PinCacheState::Disabled,
        CacheState::Locked => PinCacheState::Locked,
        CacheState::Empty => PinCacheState::Empty,
        CacheState::Stale => PinCacheState::Stale,
        CacheState::Expired => PinCacheState::Expired,
        CacheState::Expiring => PinCacheState::Expiring,
        CacheState::Valid => PinCacheState::Valid,
    }
}

pub(super) fn pairing(info: device::PairingInfo) -> PairingSummary {
    PairingSummary {
        enrolment_id: info.enrolment_id,
        rp_name: info.rp_name,
        username: info.username,
        digits: info.digits,
        expires: info.expires,
    }
}

pub(super) fn shown_code(shown: device::ShownCode) -> ShownCode {
    ShownCode {
        code: shown.code,
        workstation: shown.workstation,
        account: shown.account,
        until: shown.until,
    }
}

pub(crate) fn stores(which: KeptStores) -> device::Stores {
    match which {
        KeptStores::Vault => device::Stores::Vault,
        KeptStores::Keyring => device::Stores::Keyring,
        KeptStores::Both => device::Stores::Both,
    }
}

pub(super) fn device_settings(settings: device::Settings) -> DeviceSettings {
    DeviceSettings {
        verification: match settings.verification {
            device::Verification::DevicePin => VerificationMethod::DevicePin,
            device::Verification::SyncedPin => VerificationMethod::SyncedPin,
        },
        fingerprint: settings.fingerprint,
        any_enrolment: settings.any_enrolment,
        app_lock: settings.app_lock,
    }
}

pub(crate) fn settings(settings: DeviceSettings) -> device::Settings {
    device::Settings {
        verification: match settings.verification {
            VerificationMethod::DevicePin => device::Verification::DevicePin,
            VerificationMethod::SyncedPin => device::Verification::SyncedPin,
        },
        fingerprint: settings.fingerprint,
        any_enrolment: settings.any_enrolment,
        app_lock: settings.app_lock,
    }
}
