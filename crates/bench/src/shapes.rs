//! From the rooms' own types to the shapes that cross to the window.

mod pins;

use device::{Device, Info};

pub(crate) use self::pins::{settings, stores};

use crate::{
    Error,
    api::{
        AccountChoice, Asker, DeviceSummary, NetworkState, PasskeySummary, PinState, Plugged,
        Prompt, PromptAnswer, Question,
    },
};

/// Reads a device's records; blocks on the disk.
pub(crate) fn device_summary(
    device: &Device,
    info: &Info,
    network: NetworkState,
    plugged: Option<Plugged>,
) -> Result<DeviceSummary, Error> {
    let pin = device.pin()?;
    Ok(DeviceSummary {
        id: info.id.to_string(),
        name: info.name.clone(),
        profile: info.model.name().to_owned(),
        aaguid: info.model.profile().aaguid.to_string(),
        created: info.created,
        pin: PinState {
            set: pin.set,
            tries_left: pin.tries_left,
            blocked: pin.blocked,
        },
        passkeys: device
            .passkeys()?
            .into_iter()
            .map(passkey_summary)
            .collect(),
        settings: pins::device_settings(device.settings()?),
        enrolments: device
            .enrolments()?
            .into_iter()
            .map(pins::enrolment)
            .collect(),
        pairing: device.pairing().map(pins::pairing),
        shown_code: device.logon_answer().map(pins::shown_code),
        app_locked: device.app_locked()?,
        fingerprint_locked: device.fingerprint_locked()?,
        network,
        plugged,
    })
}

fn passkey_summary(passkey: device::Passkey) -> PasskeySummary {
    PasskeySummary {
        credential_id: passkey.credential_id.to_string(),
        rp_id: passkey.rp_id,
        rp_name: passkey.rp_name,
        user_name: passkey.user_name,
        user_display_name: passkey.user_display_name,
        user_handle: passkey.user_handle.to_string(),
        label: passkey.label,
        created: passkey.created,
        last_used: passkey.last_used,
        sign_count: passkey.sign_count,
        algorithm: passkey.algorithm.to_owned(),
        discoverable: passkey.discoverable,
    }
}

pub(crate) fn prompt(prompt: device::Prompt) -> Prompt {
    Prompt {
        id: prompt.id,
        asker: Asker::Device,
        device: Some(prompt.device.to_string()),
        key: None,
        rp_id: prompt.rp_id,
        deadline: prompt.deadline,
        question: question(prompt.question),
    }
}

fn question(question: device::Question) -> Question {
    match question {
        device::Question::Touch {
            purpose, user_name, ..
        } => Question::Touch {
            purpose: purpose.to_owned(),
            user_name,
        },
        device::Question::SetPin {
            purpose,
            pin_of,
            entered,
            confirming,
            min_length,
            max_length,
            problem,
        } => Question::SetPin {
            purpose: purpose.to_owned(),
            pin_of,
            entered,
            confirming,
            min_length,
            max_length,
            problem,
        },
        device::Question::EnterPin {
            purpose,
            pin_of,
            entered,
            tries_left,
            min_length,
            max_length,
            problem,
        } => Question::EnterPin {
            purpose: purpose.to_owned(),
            pin_of,
            entered,
            tries_left,
            min_length,
            max_length,
            problem,
        },
        device::Question::ChooseAccount { accounts } => Question::ChooseAccount {
            accounts: accounts.into_iter().map(account_choice).collect(),
        },
        device::Question::Blocked => Question::Blocked,
        device::Question::Fingerprint {
            problem,
            tries_left,
        } => Question::Fingerprint {
            tries_left,
            problem,
        },
        device::Question::Unverifiable { message } => Question::Unverifiable { message },
    }
}

fn account_choice(account: device::AccountChoice) -> AccountChoice {
    AccountChoice {
        name: account.name,
        display_name: account.display_name,
    }
}

/// The answer as the device takes it; none for one that only the client's own prompts take.
pub(crate) fn answer(answer: PromptAnswer) -> Option<device::Answer> {
    Some(match answer {
        PromptAnswer::Touch => device::Answer::Touch,
        PromptAnswer::Digit { digit } => device::Answer::Digit { digit },
        PromptAnswer::Backspace => device::Answer::Backspace,
        PromptAnswer::Submit => device::Answer::Submit,
        PromptAnswer::Choose { index } => device::Answer::Choose { index },
        PromptAnswer::Wipe => device::Answer::Wipe,
        PromptAnswer::Finger { matches } => device::Answer::Finger { matches },
        PromptAnswer::UsePin => device::Answer::UsePin,
        PromptAnswer::Decline => device::Answer::Decline,
        PromptAnswer::KeyPin { .. } => return None,
    })
}
