//! What the site says when something did not work: the sentences of `ui/rp/src/notices.ts`, which
//! a test compares.

use super::browser::Trouble;

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    SignIn,
    SignUp,
    AddPasskey,
    SetUpPin,
    ResetPin,
    Other,
}

/// The error that the page shows; none where the person chose it and nothing went wrong.
pub(crate) fn explain(
    trouble: &Trouble,
    doing: Doing,
    whose: Option<(&str, &str)>,
) -> Option<String> {
    match trouble {
        Trouble::Refused { message, .. } => Some(message.clone()),
        Trouble::Unreachable => Some(UNREACHABLE.to_owned()),
        Trouble::Unreadable(status) => Some(format!(
            "The server answered with something this page cannot read (status {status}). Reload the page, then try again."
        )),
        Trouble::Exception { name, .. } if name == "AbortError" => None,
        Trouble::Exception { name, message } => {
            Some(of_browser(name, doing, whose).unwrap_or_else(|| {
                format!("This page met something it did not expect ({message}). Reload it, then try again.")
            }))
        }
    }
}

const UNREACHABLE: &str = "The server of this site does not answer. Check that it is running and that you are connected, then try again.";
const NOT_CREATED: &str = "No passkey was created: it was cancelled or timed out. Try again.";
const NOT_USED: &str = "The passkey was not used: it was cancelled or timed out. Try again.";
const HAS_ONE: &str =
    "This device already has a passkey for this account. Sign in with it, or use another device.";
const NOT_NOW: &str = "The device could not use its passkey now. Try again.";
const NO_SUCH_KIND: &str = "No device here can make the kind of passkey this site asks for. Use another device or a security key.";
const CANNOT_CHECK: &str = "This device cannot check that it is you. Set up a PIN or screen lock on it, or use another device.";
const NOT_IN_TIME: &str = "The passkey was not used in time. Try again.";
const NOWHERE: &str =
    "This address may not use passkeys for this site. Open the site at its own address.";

/// The exceptions that WebAuthn Level 3 §5.1.3 and §5.1.4 name; `whose` is RP ID and origin.
fn of_browser(name: &str, doing: Doing, whose: Option<(&str, &str)>) -> Option<String> {
    let creating = matches!(doing, Doing::SignUp | Doing::AddPasskey);
    let sentence = match (name, creating) {
        ("NotAllowedError", true) => NOT_CREATED,
        ("NotAllowedError", false) => NOT_USED,
        ("InvalidStateError", true) => HAS_ONE,
        ("InvalidStateError", false) => NOT_NOW,
        ("NotSupportedError", _) => NO_SUCH_KIND,
        ("ConstraintError", _) => CANNOT_CHECK,
        ("TimeoutError", _) => NOT_IN_TIME,
        ("SecurityError", _) => match whose {
            Some((rp_id, origin)) => {
                return Some(format!(
                    "This address may not use passkeys for {rp_id}. Open the site at {origin}."
                ));
            }
            None => NOWHERE,
        },
        ("NotReadableError" | "UnknownError" | "OperationError", _) => {
            return Some(format!(
                "The device or browser reported a failure ({name}). Try again, or use another device."
            ));
        }
        _ => return None,
    };
    Some(sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The site's own file, so that the two cannot drift apart.
    const SITE: &str = include_str!("../../../../ui/rp/src/notices.ts");

    fn exception(name: &str) -> Trouble {
        Trouble::Exception {
            name: name.to_owned(),
            message: "BECAUSE".to_owned(),
        }
    }

    #[test]
    fn every_sentence_is_the_sites_own() {
        let whose = Some(("RPID", "ORIGIN"));
        let names = [
            "NotAllowedError",
            "InvalidStateError",
            "SecurityError",
            "NotSupportedError",
            "ConstraintError",
            "TimeoutError",
            "UnknownError",
            "SomethingElse",
        ];
        let mut said = vec![
            explain(&Trouble::Unreachable, Doing::SignIn, whose),
            explain(&Trouble::Unreadable(502), Doing::SignIn, whose),
            explain(&exception("SecurityError"), Doing::SignIn, None),
        ];
        for name in names {
            for doing in [Doing::SignIn, Doing::SignUp] {
                said.push(explain(&exception(name), doing, whose));
            }
        }
        for sentence in said {
            let mut sentence = sentence.expect("an error is shown");
            for (value, spelled) in [
                ("BECAUSE", "${detail}"),
                ("502", "${error.status}"),
                ("RPID", "${relyingParty.rpId}"),
                ("ORIGIN", "${relyingParty.origin}"),
                ("(UnknownError)", "(${name})"),
            ] {
                sentence = sentence.replace(value, spelled);
            }
            assert!(
                SITE.contains(&sentence),
                "the site does not say: {sentence}"
            );
        }
    }

    #[test]
    fn a_refusal_is_told_in_the_relying_partys_words_and_a_cancel_is_no_error() {
        let refused = Trouble::Refused {
            status: 409,
            message: "Taken.".to_owned(),
        };
        assert_eq!(
            explain(&refused, Doing::SignUp, None).as_deref(),
            Some("Taken.")
        );
        assert_eq!(explain(&exception("AbortError"), Doing::SignIn, None), None);
    }
}
