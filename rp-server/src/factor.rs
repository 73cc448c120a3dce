//! By which factor somebody was verified, and whether that factor does here.
//!
//! What counts is what the authenticator signed with the extension `uvm`; what the client says of it
//! is not looked at. Judged after the ladder: its signature is what makes the extension's output the
//! authenticator's.

use serde_json::json;
use timeline::Seq;
use webauthn::{
    attestation::AttestationObject,
    authenticator_data::AuthenticatorData,
    id::Aaguid,
    json::{AuthenticationResponseJSON, Extensions, RegistrationResponseJSON},
    uvm::{self, Entry},
};

use crate::{RelyingParty, kinds, policy::Policy, store::Account};

/// What somebody was verified for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Registration,
    SignIn,
    Enrolment,
    Reset,
}

/// The methods the authenticator signed: none said, or something that is no list of methods.
pub(crate) type Methods = Result<Option<Vec<Entry>>, webauthn::Error>;

/// What a rule made of the methods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Judged {
    Passed(&'static str),
    /// The rule does not bear on this, and why.
    NotApplicable(&'static str),
    /// The refusal's code and sentences.
    Failed(&'static str, String),
}

/// The extension's input where it is asked for.
pub(crate) fn wanted() -> Extensions {
    [(uvm::UVM.to_owned(), true.into())].into_iter().collect()
}

/// What the authenticator says of the methods.
pub(crate) fn methods(response: &AuthenticationResponseJSON) -> Methods {
    signed(response.response.authenticator_data.as_bytes())
}

/// What a new passkey's authenticator says of them.
pub(crate) fn methods_at_registration(response: &RegistrationResponseJSON) -> Methods {
    let object = AttestationObject::parse(response.response.attestation_object.as_bytes())?;
    signed(object.auth_data)
}

fn signed(authenticator_data: &[u8]) -> Methods {
    let data = AuthenticatorData::parse(authenticator_data)?;
    data.extensions
        .as_ref()
        .and_then(|outputs| outputs.get_text(uvm::UVM))
        .map(Entry::parse_all)
        .transpose()
}

/// The policy's rule on biometrics.
pub(crate) fn biometrics(policy: &Policy, methods: &Methods) -> Judged {
    if policy.passkeys.biometrics {
        return Judged::NotApplicable("the policy allows biometrics");
    }
    let methods = match methods {
        Ok(Some(methods)) => methods,
        Ok(None) => {
            return Judged::NotApplicable(
                "the authenticator does not say how it verified the user",
            );
        }
        Err(_) => return unreadable(),
    };
    match methods.iter().find(|method| method.is_biometric()) {
        Some(method) => Judged::Failed(
            "biometricsNotAllowed",
            format!(
                "The passkey was unlocked by {}, which the policy does not allow. Start again and use a PIN.",
                method.name()
            ),
        ),
        None => Judged::Passed("no biometrics were used"),
    }
}

/// Whether the user was verified by another factor than the PIN that is to be reset. `model` is that
/// of the passkey's authenticator, `phones` those on which the PIN is enrolled.
pub(crate) fn another_than_pin(
    methods: &Methods,
    model: Aaguid,
    phones: &[Option<Aaguid>],
) -> Judged {
    let methods = match methods {
        Ok(methods) => methods.as_deref().unwrap_or_default(),
        Err(_) => return unreadable(),
    };
    let used = |method: u32| methods.iter().any(|entry| entry.method & method != 0);
    if used(Entry::PASSCODE_EXTERNAL) {
        return Judged::Failed(
            "verifiedByThisPin",
            "This passkey was unlocked with the PIN that is to be reset. Use a fingerprint or another authenticator.".to_owned(),
        );
    }
    if methods.iter().any(Entry::is_biometric) {
        return Judged::Passed("verified by biometrics");
    }
    if !may_be_a_phone(model, phones) {
        return Judged::Passed("another authenticator than the phones with this PIN");
    }
    let how = if used(Entry::PASSCODE_INTERNAL) {
        "was unlocked with a PIN on a device like the phones that have the PIN to be reset"
    } else {
        "does not say how it was unlocked, and its device is like the phones that have the PIN to be reset"
    };
    Judged::Failed(
        "notAnotherFactor",
        format!(
            "This passkey {how}. Use a fingerprint or another authenticator, or ask an administrator."
        ),
    )
}

/// Whether a PIN that phones of these models keep may have verified the user.
pub(crate) fn may_be_synced_pin(
    methods: &Methods,
    model: Aaguid,
    phones: &[Option<Aaguid>],
) -> bool {
    let Ok(methods) = methods else {
        return true;
    };
    let methods = methods.as_deref().unwrap_or_default();
    let used = |method: u32| methods.iter().any(|entry| entry.method & method != 0);
    if used(Entry::PASSCODE_EXTERNAL) {
        return true;
    }
    let known = used(Entry::PASSCODE_INTERNAL) || methods.iter().any(Entry::is_biometric);
    !known && may_be_a_phone(model, phones)
}

fn may_be_a_phone(model: Aaguid, phones: &[Option<Aaguid>]) -> bool {
    phones
        .iter()
        .any(|phone| phone.is_none_or(|phone| phone == model))
}

fn unreadable() -> Judged {
    Judged::Failed(
        "methodsUnreadable",
        "What the authenticator says of how it verified the user cannot be read. Use another authenticator.".to_owned(),
    )
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "signIn",
            Self::Enrolment => "enrolment",
            Self::Reset => "reset",
        }
    }
}

impl RelyingParty {
    /// Holds the methods against every rule that bears on this purpose; the first that fails is the
    /// refusal, as code and sentences. Each judgement is told, save where biometrics are allowed
    /// and no reset is asked for.
    pub(crate) async fn judge_factor(
        &self,
        purpose: Purpose,
        methods: Methods,
        (account, model): (&Account, Aaguid),
        cause: Option<Seq>,
    ) -> Result<Option<(&'static str, String)>, crate::Error> {
        let policy = self.policy();
        let mut rules = Vec::new();
        if !policy.passkeys.biometrics {
            rules.push(("biometrics", biometrics(&policy, &methods)));
        }
        if purpose == Purpose::Reset {
            let phones = self.store.models_with_pin(&account.id).await?;
            let judged = another_than_pin(&methods, model, &phones);
            rules.push(("anotherFactor", judged));
        }
        let mut refused = None;
        for (rule, judged) in rules {
            self.tell_factor(purpose, account, rule, &judged, &methods, cause);
            if let (Judged::Failed(code, message), None) = (judged, &refused) {
                refused = Some((code, message));
            }
        }
        Ok(refused)
    }

    fn tell_factor(
        &self,
        purpose: Purpose,
        account: &Account,
        rule: &'static str,
        judged: &Judged,
        methods: &Methods,
        cause: Option<Seq>,
    ) {
        let (outcome, message) = match judged {
            Judged::Passed(why) => ("passed", *why),
            Judged::NotApplicable(why) => ("notApplicable", *why),
            Judged::Failed(_, message) => ("failed", message.as_str()),
        };
        self.tell(kinds::FACTOR_JUDGED, cause, || {
            let names = methods
                .as_ref()
                .ok()
                .and_then(Option::as_ref)
                .map(|methods| methods.iter().map(Entry::name).collect::<Vec<_>>());
            json!({
                "account": account.username,
                "purpose": purpose.name(),
                "rule": rule,
                "outcome": outcome,
                "methods": names,
                "message": message,
            })
        });
    }
}

#[cfg(test)]
mod tests;
