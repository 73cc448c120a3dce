use super::*;
use crate::policy::read;

const PHONE: Aaguid = Aaguid([1; 16]);
const KEY: Aaguid = Aaguid([2; 16]);

fn by(method: u32) -> Entry {
    Entry {
        method,
        key_protection: 1,
        matcher_protection: 1,
    }
}

fn said(methods: &[u32]) -> Methods {
    Ok(Some(methods.iter().copied().map(by).collect()))
}

fn code(judged: &Judged) -> &'static str {
    match judged {
        Judged::Passed(_) => "passed",
        Judged::NotApplicable(_) => "notApplicable",
        Judged::Failed(code, _) => code,
    }
}

const FINGER: u32 = Entry::FINGERPRINT_INTERNAL;
const OWN_PIN: u32 = Entry::PASSCODE_INTERNAL;
const SYNCED_PIN: u32 = Entry::PASSCODE_EXTERNAL;

#[test]
fn a_pin_is_reset_by_another_factor_only() {
    let same = [Some(PHONE)];
    let unknown = [None];
    let mixed = [Some(KEY), None];
    let table: [(Methods, Aaguid, &[Option<Aaguid>], &str); 16] = [
        (said(&[FINGER]), PHONE, &same, "passed"),
        (said(&[FINGER]), PHONE, &unknown, "passed"),
        (said(&[SYNCED_PIN]), PHONE, &same, "verifiedByThisPin"),
        (said(&[SYNCED_PIN]), KEY, &same, "verifiedByThisPin"),
        (said(&[SYNCED_PIN]), KEY, &[], "verifiedByThisPin"),
        (
            said(&[FINGER, SYNCED_PIN]),
            PHONE,
            &same,
            "verifiedByThisPin",
        ),
        (said(&[OWN_PIN]), PHONE, &same, "notAnotherFactor"),
        (said(&[OWN_PIN]), KEY, &same, "passed"),
        (said(&[OWN_PIN]), KEY, &unknown, "notAnotherFactor"),
        (said(&[OWN_PIN]), PHONE, &[], "passed"),
        (said(&[OWN_PIN]), PHONE, &mixed, "notAnotherFactor"),
        (Ok(None), PHONE, &same, "notAnotherFactor"),
        (Ok(None), KEY, &same, "passed"),
        (Ok(None), KEY, &unknown, "notAnotherFactor"),
        (said(&[0x400]), PHONE, &same, "notAnotherFactor"),
        (
            Err(webauthn::Error::AuthenticatorData("it is shorter")),
            KEY,
            &same,
            "methodsUnreadable",
        ),
    ];
    for (methods, model, phones, expected) in table {
        let judged = another_than_pin(&methods, model, phones);
        assert_eq!(code(&judged), expected, "{methods:?} {model:?} {phones:?}");
    }
    let Judged::Failed(_, message) = another_than_pin(&said(&[SYNCED_PIN]), PHONE, &same) else {
        panic!("it was let through");
    };
    assert_eq!(
        message,
        "This passkey was unlocked with the PIN that is to be reset. Use a fingerprint or another authenticator."
    );
}

#[test]
fn biometrics_are_refused_where_the_policy_says_so_and_never_passed_over() {
    let allowed = Policy::default();
    let forbidden = read("[passkeys]\nbiometrics = false\n[pin]\noffline = true").expect("sound");
    let broken = Err(webauthn::Error::AuthenticatorData("it is shorter"));
    let table: [(&Policy, Methods, &str); 7] = [
        (&allowed, said(&[FINGER]), "notApplicable"),
        (&forbidden, said(&[FINGER]), "biometricsNotAllowed"),
        (
            &forbidden,
            said(&[SYNCED_PIN, 0x10]),
            "biometricsNotAllowed",
        ),
        (&forbidden, said(&[SYNCED_PIN]), "passed"),
        (&forbidden, said(&[OWN_PIN]), "passed"),
        (&forbidden, Ok(None), "notApplicable"),
        (&forbidden, broken, "methodsUnreadable"),
    ];
    for (policy, methods, expected) in table {
        assert_eq!(code(&biometrics(policy, &methods)), expected, "{methods:?}");
    }
}
