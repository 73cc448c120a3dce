use super::*;

fn config(rp_id: &str, origin: &str) -> Config {
    Config {
        name: "Acme".into(),
        rp_id: rp_id.into(),
        origins: vec![origin.into()],
        port: 8080,
        policy_file: None,
    }
}

#[test]
fn takes_origins_that_lie_within_the_rp_id() {
    for (rp_id, origin) in [
        ("localhost", "http://localhost:8080"),
        ("localhost", "http://acme.localhost:8080"),
        ("acme.localhost", "http://acme.localhost:8080"),
        ("example.org", "https://login.example.org"),
        ("example.org", "https://example.org:8443"),
    ] {
        assert!(
            Identity::check(config(rp_id, origin)).is_ok(),
            "{rp_id} with {origin}"
        );
    }
}

#[test]
fn refuses_settings_that_no_browser_would_take() {
    for (rp_id, origin) in [
        ("example.org", "https://evil-example.org"),
        ("example.org", "http://example.org"),
        ("example.org", "https://example.org/"),
        ("example.org", "example.org"),
        ("localhost", "http://127.0.0.1:8080"),
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("acme.localhost", "http://localhost:8080"),
        ("Example.org", "https://example.org"),
        ("example.org", "ftp://example.org"),
        ("", "http://localhost:8080"),
    ] {
        let error = Identity::check(config(rp_id, origin)).expect_err(origin);
        assert_eq!(error.code(), "settings", "{rp_id} with {origin}: {error}");
    }
    assert!(
        Identity::check(Config {
            origins: Vec::new(),
            ..config("localhost", "")
        })
        .is_err()
    );
    assert!(
        Identity::check(Config {
            name: " ".into(),
            ..config("localhost", "http://localhost:8080")
        })
        .is_err()
    );
}

#[test]
fn a_local_party_lives_at_its_own_name() {
    let identity =
        Identity::check(Config::local("Acme", "acme.localhost", 8080)).expect("it is sound");
    assert_eq!(identity.home().as_str(), "http://acme.localhost:8080");
    assert_eq!(identity.authorities, ["acme.localhost:8080"]);
    let identity = Identity::check(Config::local("Acme", "localhost", 80)).expect("it is sound");
    assert_eq!(
        identity.home().as_str(),
        "http://localhost",
        "browsers leave the default port out"
    );
}
