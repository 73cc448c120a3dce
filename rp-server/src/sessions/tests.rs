use super::*;
use crate::SystemRandom;

fn headers(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::COOKIE,
        HeaderValue::from_str(cookie).expect("a header"),
    );
    headers
}

fn value_of(set_cookie: &HeaderValue) -> String {
    let text = set_cookie.to_str().expect("ASCII");
    text.split(';').next().expect("a pair").to_owned()
}

#[test]
fn a_token_comes_back_from_its_cookie() {
    let token = Token::draw(&SystemRandom).expect("random bytes");
    let cookie = token.cookie(&COOKIE, 60, false).expect("a header");
    let pair = value_of(&cookie);
    for header in [
        pair.clone(),
        format!("other=1; {pair}"),
        format!("{pair}; z=2"),
    ] {
        let back = Token::from_headers(&headers(&header)).expect(&header);
        assert_eq!(back.hash(), token.hash());
    }
}

#[test]
fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let cookie = Token::draw(&SystemRandom)
        .and_then(|token| token.cookie(&COOKIE, 60, false))
        .expect("a header");
    let text = cookie.to_str().expect("ASCII");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=60"] {
        assert!(text.contains(part), "{part}");
    }
    assert!(
        !text.contains("Secure"),
        "browsers drop Secure cookies over http"
    );
    assert!(
        Token::draw(&SystemRandom)
            .and_then(|token| token.cookie(&COOKIE, 60, true))
            .expect("a header")
            .to_str()
            .expect("ASCII")
            .contains("; Secure")
    );
}

#[test]
fn ignores_cookies_that_are_not_tokens() {
    for cookie in [
        "",
        "touchstone_session=",
        "touchstone_session=abc",
        "touchstone_session=!!!!",
        "touchstone_sessionx=AAAA",
        "touchstone_session",
        &format!("touchstone_session={}", "A".repeat(44)),
        &format!("touchstone_session={}", "A".repeat(100_000)),
    ] {
        assert!(
            Token::from_headers(&headers(cookie)).is_none(),
            "{cookie:.40}"
        );
    }
}

#[test]
fn no_form_of_a_token_prints_it() {
    let token = Token::draw(&SystemRandom).expect("random bytes");
    let cookie = token.cookie(&COOKIE, 60, false).expect("a header");
    let secret = value_of(&cookie)
        .split_once('=')
        .expect("a pair")
        .1
        .to_owned();
    for text in [
        format!("{token:?}"),
        format!("{cookie:?}"),
        short_name(&token.hash()),
    ] {
        assert!(!text.contains(&secret[..8]), "{text}");
    }
}
