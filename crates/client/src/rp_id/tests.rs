use proptest::prelude::*;

use super::*;

fn resolve(origin: &str, requested: Option<&str>) -> Result<String, ClientError> {
    let origin = Origin::parse(origin).expect("an origin");
    resolve_rp_id(&origin, requested).map(|rp_id| rp_id.to_string())
}

#[test]
fn allows_the_own_domain_and_registrable_parents() {
    for (origin, requested, expected, reason) in [
        (
            "https://example.com",
            None,
            "example.com",
            "the default is the effective domain",
        ),
        (
            "https://login.example.com:8443",
            None,
            "login.example.com",
            "the port plays no role",
        ),
        (
            "https://example.com",
            Some("example.com"),
            "example.com",
            "equal",
        ),
        (
            "https://login.example.com",
            Some("example.com"),
            "example.com",
            "the registrable parent",
        ),
        (
            "https://a.b.example.com",
            Some("b.example.com"),
            "b.example.com",
            "between the two",
        ),
        (
            "https://login.example.co.uk",
            Some("example.co.uk"),
            "example.co.uk",
            "under a suffix of two labels",
        ),
        (
            "https://a.alice.github.io",
            Some("alice.github.io"),
            "alice.github.io",
            "below a private suffix",
        ),
        (
            "https://alice.github.io",
            None,
            "alice.github.io",
            "a site on a private suffix",
        ),
        (
            "https://github.io",
            Some("github.io"),
            "github.io",
            "a suffix's own host, by equality",
        ),
        ("https://com", None, "com", "equality comes before the list"),
        (
            "http://localhost:8080",
            None,
            "localhost",
            "localhost needs no https",
        ),
        (
            "http://localhost:8080",
            Some("localhost"),
            "localhost",
            "localhost is its own RP ID",
        ),
        (
            "https://localhost",
            Some("localhost"),
            "localhost",
            "with https too",
        ),
        (
            "http://acme.localhost:8080",
            None,
            "acme.localhost",
            "each *.localhost is an RP ID",
        ),
        (
            "http://acme.localhost:8080",
            Some("acme.localhost"),
            "acme.localhost",
            "equal",
        ),
        (
            "http://a.acme.localhost",
            Some("acme.localhost"),
            "acme.localhost",
            "a parent that is a site",
        ),
        (
            "https://xn--bcher-kva.example",
            Some("xn--bcher-kva.example"),
            "xn--bcher-kva.example",
            "IDN in ASCII",
        ),
        (
            "https://intranet",
            None,
            "intranet",
            "a single label is a domain",
        ),
        (
            "https://a.city.kawasaki.jp",
            Some("city.kawasaki.jp"),
            "city.kawasaki.jp",
            "an exception rule of the list",
        ),
    ] {
        assert_eq!(
            resolve(origin, requested).expect(reason),
            expected,
            "{origin} with {requested:?}: {reason}"
        );
    }
}

#[test]
fn refuses_every_other_rp_id_with_a_security_error() {
    for (origin, requested, reason) in [
        ("https://example.com", "", "empty"),
        ("https://example.com", "example.org", "another domain"),
        ("https://example.com", "login.example.com", "a child"),
        (
            "https://badexample.com",
            "example.com",
            "only the letters match, not a label",
        ),
        ("https://example.com", "com", "a public suffix"),
        (
            "https://example.co.uk",
            "co.uk",
            "a public suffix of two labels",
        ),
        ("https://example.co.uk", "uk", "above a public suffix"),
        (
            "https://alice.github.io",
            "github.io",
            "a private public suffix",
        ),
        ("https://alice.github.io", "io", "above a private suffix"),
        (
            "https://a.alice.github.io",
            "github.io",
            "a private suffix, further away",
        ),
        (
            "https://bucket.s3.amazonaws.com",
            "amazonaws.com",
            "the page's own suffix lies below it",
        ),
        (
            "http://acme.localhost:8080",
            "localhost",
            "localhost is not acme.localhost's",
        ),
        ("http://acme.localhost", "other.localhost", "a sibling"),
        (
            "https://foo.intranet",
            "intranet",
            "an unknown top-level domain is a suffix by the default rule",
        ),
        ("https://example.com", "Example.com", "upper case"),
        ("https://example.com", "example.com.", "a final dot"),
        ("https://example.com", ".example.com", "an empty label"),
        ("https://example.com", "https://example.com", "a URL"),
        ("https://example.com", "example.com:443", "a port"),
        ("https://bücher.example", "bücher.example", "not ASCII"),
        ("https://sub.example.com", "127.0.0.1", "an address"),
    ] {
        let origin = if origin.is_ascii() {
            origin
        } else {
            "https://xn--bcher-kva.example"
        };
        let error = resolve(origin, Some(requested)).expect_err(reason);
        assert_eq!(
            error.name(),
            "SecurityError",
            "{origin} with {requested:?}: {reason}"
        );
        assert_eq!(error.code(), "rpIdNotAllowed", "{reason}");
    }
}

#[test]
fn refuses_origins_that_cannot_use_passkeys() {
    for (origin, reason) in [
        ("http://example.com", "no https"),
        ("http://localhost.example.com", "only looks like localhost"),
        ("http://notlocalhost", "only ends like localhost"),
        ("http://127.0.0.1:8080", "an IPv4 address"),
        ("https://127.0.0.1", "an IPv4 address over https"),
        ("https://[::1]", "an IPv6 address"),
        ("https://example.com.", "a final dot"),
        ("http://localhost.:8080", "localhost with a final dot"),
        (
            "http://acme.localhost.",
            "a site of localhost with a final dot",
        ),
        ("ftp://example.com", "not a web origin"),
        (
            "android:apk-key-hash:pNiP5iKyQ8JwgGOaKA1zGPUPJIS-0H1xKCQcfIoGLck",
            "an app",
        ),
    ] {
        for requested in [None, Some("example.com"), Some("localhost")] {
            let error = resolve(origin, requested).expect_err(reason);
            assert_eq!(
                (error.name(), error.code()),
                ("SecurityError", "originNotAllowed"),
                "{origin}: {reason}"
            );
        }
    }
}

proptest! {
    #[test]
    fn an_accepted_rp_id_is_the_domain_or_a_registrable_parent(
        labels in proptest::collection::vec("[a-z]{1,3}|com|uk|co|github|io|localhost|kawasaki|jp", 1..5),
        drop in 0usize..5, noise in proptest::option::of("[a-zA-Z0-9.:/-]{0,8}"),
    ) {
        let domain = labels.join(".");
        let Ok(origin) = Origin::parse(&format!("https://{domain}")) else { return Ok(()) };
        let requested = noise.unwrap_or_else(|| labels[drop.min(labels.len() - 1)..].join("."));
        if let Ok(rp_id) = resolve_rp_id(&origin, Some(&requested)) {
            let rp_id = rp_id.as_str();
            let below = domain.ends_with(&[".", rp_id].concat());
            prop_assert!(rp_id == domain || below, "{} is no parent of {}", rp_id, domain);
            prop_assert!(rp_id == domain || psl::domain_str(rp_id).is_some(), "{} is registrable", rp_id);
        }
    }
}
