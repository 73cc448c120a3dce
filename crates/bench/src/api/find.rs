//! The shapes of looking for events.

use serde::{Deserialize, Serialize};
use timeline::{Event, Party};
use ts_rs::TS;

/// Which events are wanted. Every condition must hold; an empty one always does.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct TimelineQuery {
    /// A message that crosses between two parties concerns both.
    pub parties: Vec<Party>,
    /// Any of these groups.
    pub groups: Vec<KindGroup>,
    /// Only what did not work: refusals, error statuses, failed verifications, wrong PINs and fingers,
    /// declined prompts, relying parties that were not reached.
    pub failed: bool,
    /// Only what the tester broke on purpose.
    pub deliberate: bool,
    /// Only what this device told, by its id.
    pub device: Option<String>,
    /// Text in an event's kind or in its body's values, or a whole member's name, in any case. Hexadecimal is looked for as base64url as well, and
    /// an account's name stands for its passkeys and enrolments too. At most 200 characters.
    pub text: String,
    /// What the window's own words for the text stand for; any of them counts like the text itself.
    pub words: Vec<WordsFor>,
}

/// Events that the window calls by certain words.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WordsFor {
    /// Of this kind,
    pub kind: String,
    /// and with such a member in the body, named by a JSON pointer, where that matters.
    pub at: Option<String>,
    /// What the member must be.
    #[ts(type = "any")]
    pub value: serde_json::Value,
}

/// Kinds of event that are looked at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KindGroup {
    /// What crosses between parties: calls, commands, requests and their answers.
    Messages,
    /// The CTAPHID reports of which messages to and from keys are made.
    Frames,
    /// What a person was asked and did.
    Prompts,
    /// Ladders of relying parties.
    Verification,
    /// What a party keeps: passkeys, accounts, sessions, enrolments, PINs, policies.
    Records,
    /// What the tester did to the bench: devices, clocks, network, faults, walks.
    Bench,
}

/// What was found in one stretch of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineMatches {
    /// Numbers of the events that fit, rising.
    #[ts(type = "Array<number>")]
    pub seqs: Vec<u64>,
    /// The last event that was looked at; ask on after it.
    #[ts(type = "number")]
    pub last: u64,
    /// True when there are events after `last`.
    pub more: bool,
}

/// An event with its nearest relatives.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineRelated {
    /// The event itself; none when it is no longer kept.
    pub event: Option<Event>,
    /// What led to it, the nearest first.
    pub causes: Vec<Event>,
    /// What it led to, oldest first; at most 50, and no CTAPHID reports.
    pub effects: Vec<Event>,
    /// What else its cause led to, oldest first; at most 50, and no CTAPHID reports.
    pub siblings: Vec<Event>,
    /// The CTAPHID reports of the command that it is or belongs to, oldest first; at most 300.
    pub frames: Vec<Event>,
}
