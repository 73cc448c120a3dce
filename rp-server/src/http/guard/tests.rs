use axum::body::Body;

use super::*;
use crate::Config;

fn identity() -> Identity {
    let config = Config {
        name: "Acme".into(),
        rp_id: "example.org".into(),
        origins: vec![
            "https://login.example.org".into(),
            "https://example.org:8443".into(),
        ],
        port: 8080,
        policy_file: None,
    };
    Identity::check(config).expect("it is sound")
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

#[test]
fn answers_to_its_own_names_and_to_no_other() {
    for host in [
        "localhost:8080",
        "LOCALHOST:8080",
        "acme.localhost:8080",
        "a.b.localhost:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
        "login.example.org",
        "example.org:8443",
    ] {
        assert!(
            admit(
                &identity(),
                &request("GET", "/api/session", &[("host", host)])
            )
            .is_ok(),
            "{host}"
        );
    }
    for host in [
        "",
        "localhost",
        "localhost:8081",
        "localhost:80800",
        "localhost:8080.evil.example",
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example:8080",
        "evillocalhost:8080",
        ".localhost:8080",
        "a..localhost:8080",
        "localhost.:8080",
        "127.0.0.1",
        "127.0.0.2:8080",
        "0.0.0.0:8080",
        "[::1]",
        "[::1]:8081",
        "[::ffff:127.0.0.1]:8080",
        "[::1]evil:8080",
        "example.org",
        "login.example.org:8080",
        "xlogin.example.org",
        "user@localhost:8080",
        "localhost:8080@evil.example",
        "localhost:8080:8080",
        "[",
        "[]:8080",
        "2130706433:8080",
    ] {
        let refusal = admit(&identity(), &request("GET", "/", &[("host", host)])).expect_err(host);
        assert_eq!(refusal.code(), "hostNotAllowed", "{host}");
    }
}

#[test]
fn refuses_a_request_with_two_hosts() {
    let twice = request(
        "GET",
        "/",
        &[("host", "localhost:8080"), ("host", "evil.example")],
    );
    assert_eq!(
        admit(&identity(), &twice).expect_err("two hosts").code(),
        "hostNotAllowed"
    );
}

#[test]
fn changes_are_taken_from_its_own_pages_and_from_programs() {
    let host = ("host", "acme.localhost:8080");
    for headers in [
        vec![host],
        vec![host, ("origin", "http://acme.localhost:8080")],
        vec![host, ("origin", "https://login.example.org")],
        vec![host, ("sec-fetch-site", "same-origin")],
    ] {
        for method in ["POST", "PATCH", "DELETE", "PUT"] {
            assert!(
                admit(&identity(), &request(method, "/api/session", &headers)).is_ok(),
                "{method} {headers:?}"
            );
        }
    }
}

#[test]
fn changes_are_refused_from_other_pages() {
    let host = ("host", "acme.localhost:8080");
    for headers in [
        vec![host, ("origin", "null")],
        vec![host, ("origin", "")],
        vec![host, ("origin", "https://evil.example")],
        vec![host, ("origin", "http://localhost:8080")],
        vec![host, ("origin", "https://acme.localhost:8080")],
        vec![host, ("origin", "http://acme.localhost:8081")],
        vec![host, ("origin", "http://acme.localhost:8080.evil.example")],
        vec![
            host,
            ("origin", "http://acme.localhost:8080"),
            ("origin", "https://evil.example"),
        ],
        vec![host, ("sec-fetch-site", "cross-site")],
        vec![host, ("sec-fetch-site", "same-site")],
    ] {
        let refusal = admit(
            &identity(),
            &request("POST", "/api/authentication/begin", &headers),
        )
        .expect_err("foreign");
        assert_eq!(refusal.code(), "originNotAllowed", "{headers:?}");
        assert!(
            admit(&identity(), &request("GET", "/api/session", &headers)).is_ok(),
            "reading changes nothing"
        );
    }
}

#[test]
fn sends_pages_asked_for_by_address_to_the_name() {
    let by_address = request("GET", "/sign-up?x=1", &[("host", "127.0.0.1:8080")]);
    assert_eq!(
        admit(&identity(), &by_address).expect("ours"),
        Admitted::Redirect(HeaderValue::from_static(
            "https://login.example.org/sign-up?x=1"
        ))
    );
    let api = request("GET", "/api/session", &[("host", "127.0.0.1:8080")]);
    assert_eq!(
        admit(&identity(), &api).expect("ours"),
        Admitted::Pass,
        "programs may use the address"
    );
}
