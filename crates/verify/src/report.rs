//! What a judgement hands back.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use webauthn::cose::Algorithm;
use webauthn::id::{Aaguid, CredentialId};

use crate::attestation::AttestationType;
use crate::fact::Fact;
use crate::ladder::{Ladder, Outcome, Step};
use crate::steps::Section;

/// The judgement of one ceremony. JSON: `{"verified", "steps": […], "attestation"?, "credential"?}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Report<'a> {
    verified: bool,
    steps: Vec<Step<'a>>,
    /// What the attestation is, once its statement was found correct.
    pub attestation: Option<Attestation<'a>>,
    /// What to store; only in a report that verified.
    pub credential: Option<CredentialRecord<'a>>,
}

/// The attestation of a new credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attestation<'a> {
    /// The attestation statement format.
    pub format: Cow<'a, str>,
    /// What it is worth.
    #[serde(rename = "type")]
    pub kind: AttestationType,
}

/// A new credential, or the new state of a known one (L3 §4 "credential record").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRecord<'a> {
    /// The credential ID.
    pub id: &'a [u8],
    /// The public key as COSE_Key.
    pub public_key: &'a [u8],
    /// The key's algorithm.
    pub algorithm: Algorithm,
    /// The signature counter to keep.
    pub sign_count: u32,
    /// Whether the credential may be backed up.
    pub backup_eligible: bool,
    /// Whether it is backed up now.
    pub backed_up: bool,
    /// Whether the user was verified in this ceremony; a record's `uvInitialized` once set stays.
    pub user_verified: bool,
    /// The authenticator's model; at registration only.
    pub aaguid: Option<Aaguid>,
    /// How the authenticator can be reached; at registration only.
    pub transports: &'a [String],
}

impl CredentialRecord<'_> {
    /// The credential ID as a type of its own.
    pub fn credential_id(&self) -> CredentialId {
        CredentialId::new(self.id)
    }
}

impl Serialize for CredentialRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let registration = self.aaguid.is_some();
        let mut record =
            serializer.serialize_struct("CredentialRecord", if registration { 9 } else { 7 })?;
        record.serialize_field("id", &Fact::Base64(self.id))?;
        record.serialize_field("publicKey", &Fact::Base64(self.public_key))?;
        record.serialize_field("algorithm", self.algorithm.name())?;
        record.serialize_field("signCount", &self.sign_count)?;
        record.serialize_field("backupEligible", &self.backup_eligible)?;
        record.serialize_field("backedUp", &self.backed_up)?;
        record.serialize_field("uvInitialized", &self.user_verified)?;
        if let Some(aaguid) = &self.aaguid {
            record.serialize_field("aaguid", aaguid)?;
            record.serialize_field("transports", self.transports)?;
        }
        record.end()
    }
}

/// The first failed step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The list of steps.
    pub section: Section,
    /// The step's number.
    pub step: u8,
    /// A stable name for programs.
    pub code: &'static str,
    /// Part of a sentence: "the challenge was already used (step 11)".
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<'a> Report<'a> {
    pub(crate) fn new(
        ladder: Ladder<'a>,
        attestation: Option<Attestation<'a>>,
        credential: Option<CredentialRecord<'a>>,
    ) -> Self {
        let steps = ladder.into_steps();
        let verified = steps
            .iter()
            .all(|step| step.outcome != Outcome::Failed && step.actual != Fact::NotReached);
        Self {
            verified,
            credential: credential.filter(|_| verified),
            steps,
            attestation,
        }
    }

    /// A refusal at step 3: what came is no response of the form the section judges.
    pub fn unreadable(section: Section, why: &str) -> Self {
        let mut ladder = Ladder::new(section);
        ladder.skip_all(1..=2, crate::registration::BEFORE);
        let form = match section {
            Section::Registration => "RegistrationResponseJSON",
            Section::Authentication => "AuthenticationResponseJSON",
        };
        let fault = (
            "responseMalformed",
            "the response does not have the form it should have",
        );
        ladder.fail(
            3,
            fault,
            Fact::Said(form),
            Fact::Text(Cow::Owned(why.to_owned())),
        );
        Self::new(ladder, None, None)
    }

    /// Whether no step failed and every step was reached.
    pub fn verified(&self) -> bool {
        self.verified
    }

    /// All steps of the section, in order.
    pub fn steps(&self) -> &[Step<'a>] {
        &self.steps
    }

    /// The first failed step, if any.
    pub fn refusal(&self) -> Option<Refusal> {
        self.steps.iter().find_map(|step| {
            let fault = step.fault.as_ref()?;
            Some(Refusal {
                section: step.section,
                step: step.number,
                code: fault.code,
                message: format!("{} (step {})", fault.sentence, step.number),
            })
        })
    }

    /// The report as JSON that borrows nothing, to store or send.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members =
            2 + usize::from(self.attestation.is_some()) + usize::from(self.credential.is_some());
        let mut report = serializer.serialize_struct("Report", members)?;
        report.serialize_field("verified", &self.verified)?;
        report.serialize_field("steps", &self.steps)?;
        if let Some(attestation) = &self.attestation {
            report.serialize_field("attestation", attestation)?;
        }
        if let Some(credential) = &self.credential {
            report.serialize_field("credential", credential)?;
        }
        report.end()
    }
}
