//! From the rooms' own types to the shapes that cross to the window.

use device::{Device, Info, MAX_PIN_LENGTH, MIN_PIN_LENGTH};

use crate::{
    Error,
    api::{
        AccountChoice, Asker, DeviceSettings, DeviceSummary, NetworkState, PasskeySummary,
        PinState, Prompt, PromptAnswer, Question, VerificationMethod,
    },
};

/// Reads a device's records; blocks on the disk.
pub(crate) fn device_summary(
    device: &Device,
    info: &Info,
    network: NetworkState,
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
        settings: DeviceSettings {
            verification: VerificationMethod::DevicePin,
            fingerprint: false,
            any_enrolment: false,
            app_lock: false,
        },
        enrolments: Vec::new(),
        pairing: None,
        shown_code: None,
        app_locked: false,
        fingerprint_locked: false,
        network,
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
        rp_id: prompt.rp_id,
        deadline: prompt.deadline,
        question: question(prompt.question),
    }
}

fn question(question: device::Question) -> Question {
    let (min_length, max_length) = (length(MIN_PIN_LENGTH), length(MAX_PIN_LENGTH));
    match question {
        device::Question::Touch {
            purpose, user_name, ..
        } => Question::Touch {
            purpose: purpose.to_owned(),
            user_name,
        },
        device::Question::SetPin {
            entered,
            confirming,
            problem,
        } => Question::SetPin {
            purpose: "device".to_owned(),
            entered,
            confirming,
            min_length,
            max_length,
            problem,
        },
        device::Question::EnterPin {
            entered,
            tries_left,
            problem,
        } => Question::EnterPin {
            purpose: "device".to_owned(),
            entered,
            tries_left: Some(tries_left),
            min_length,
            max_length,
            problem,
        },
        device::Question::ChooseAccount { accounts } => Question::ChooseAccount {
            accounts: accounts
                .into_iter()
                .map(|account| AccountChoice {
                    name: account.name,
                    display_name: account.display_name,
                })
                .collect(),
        },
        device::Question::Blocked => Question::Blocked,
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

pub(crate) fn answer(answer: PromptAnswer) -> device::Answer {
    match answer {
        PromptAnswer::Touch => device::Answer::Touch,
        PromptAnswer::Digit { digit } => device::Answer::Digit { digit },
        PromptAnswer::Backspace => device::Answer::Backspace,
        PromptAnswer::Submit => device::Answer::Submit,
        PromptAnswer::Choose { index } => device::Answer::Choose { index },
        PromptAnswer::Wipe => device::Answer::Wipe,
        PromptAnswer::Finger { .. } | PromptAnswer::UsePin => device::Answer::Backspace,
        PromptAnswer::Decline => device::Answer::Decline,
    }
}
