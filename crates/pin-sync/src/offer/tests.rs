use proptest::prelude::*;

use super::*;

fn offer() -> Offer {
    Offer {
        origin: "http://acme.localhost:8080".to_owned(),
        code: Code::from_slice(&[7; 16]).expect("16 bytes"),
        rp_name: "Acme".to_owned(),
        account_name: "alice".to_owned(),
    }
}

#[test]
fn an_offer_comes_back_as_it_was_shown() {
    let back = Offer::from_text(&format!("  {}\n", offer().to_text())).expect("an offer");
    assert_eq!(back.origin, "http://acme.localhost:8080");
    assert!(back.code.same_as(&offer().code));
    assert_eq!(
        (back.rp_name.as_str(), back.account_name.as_str()),
        ("Acme", "alice")
    );
}

#[test]
fn the_network_sees_a_fingerprint_and_not_the_code() {
    let fingerprint = offer().code.fingerprint();
    assert!(!fingerprint.windows(4).any(|window| window == [7; 4]));
    assert_ne!(fingerprint, webauthn::sha256(&[7; 16]), "it has a label");
}

#[test]
fn debug_shows_no_code() {
    let shown = format!("{:?}", offer());
    assert!(
        !shown.contains("7, 7") && !shown.contains("0707"),
        "{shown}"
    );
}

proptest! {
    #[test]
    fn no_text_is_a_panic_and_no_cut_one_an_offer(
        text in "\\PC{0,60}", cut in any::<prop::sample::Index>()
    ) {
        prop_assert!(Offer::from_text(&text).is_err());
        let prefixed = [PREFIX, &text].concat();
        prop_assert!(Offer::from_text(&prefixed).is_err());
        let whole = offer().to_text();
        let cut = cut.index(whole.len());
        prop_assert_eq!(Offer::from_text(&whole[..cut]).err(), Some(Error::OfferMalformed));
    }
}
