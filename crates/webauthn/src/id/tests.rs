use super::*;

#[test]
fn takes_domain_names_as_rp_ids_and_nothing_else() {
    for good in [
        "example.org",
        "localhost",
        "acme.localhost",
        "xn--bcher-kva.example",
        "a-b.c1",
    ] {
        assert_eq!(RpId::parse(good).expect(good).as_str(), good);
    }
    let long_label = "a".repeat(64);
    let long_name = vec!["abcdefg"; 32].join(".");
    for bad in [
        "",
        ".",
        "example.org.",
        ".example.org",
        "Example.org",
        "example.org:80",
        "https://example.org",
        "127.0.0.1",
        "[::1]",
        "a b",
        "bücher.example",
        "-a.org",
        "a-.org",
        &long_label,
        &long_name,
    ] {
        assert!(RpId::parse(bad).is_err(), "{bad:?} is no RP ID");
    }
}

#[test]
fn hashes_the_rp_id_as_authenticator_data_carries_it() {
    let hash = RpId::parse("example.org").expect("a domain").hash();
    assert_eq!(
        data_encoding::HEXLOWER.encode(&hash[..8]),
        "bfabc37432958b06"
    );
}

#[test]
fn takes_origins_as_browsers_write_them() {
    for good in [
        "https://example.org",
        "http://localhost:8080",
        "http://[::1]:80000",
    ] {
        assert_eq!(
            Origin::parse(good).is_ok(),
            !good.contains("80000"),
            "{good}"
        );
    }
    for bad in [
        "",
        "example.org",
        "https://example.org/",
        "https://example.org:443",
        "HTTPS://example.org",
        "https://Example.org",
        "https://user@example.org",
        "https://example.org/path",
        "null",
    ] {
        assert!(Origin::parse(bad).is_err(), "{bad:?} is no origin");
    }
    let origin = Origin::parse("http://acme.localhost:8080").expect("an origin");
    assert_eq!((origin.scheme(), origin.port()), ("http", Some(8080)));
    assert_eq!(origin.host().as_deref(), Some("acme.localhost"));
    assert_eq!(
        Origin::parse("https://example.org")
            .expect("an origin")
            .port(),
        Some(443)
    );
    let app = Origin::parse("android:apk-key-hash:2jmj7l5rSw0yVb_vlWAYkK_YBwk").expect("an app");
    assert_eq!((app.scheme(), app.host()), ("android", None));
}

#[test]
fn reads_and_writes_base64url_without_padding_only() {
    let id: CredentialId = serde_json::from_str("\"-_8\"").expect("base64url");
    assert_eq!(id.as_bytes(), [0xfb, 0xff]);
    assert_eq!(serde_json::to_string(&id).expect("text"), "\"-_8\"");
    for bad in ["\"-_8=\"", "\"+/8\"", "\"-_9\"", "\"a\"", "7", "null"] {
        assert!(serde_json::from_str::<CredentialId>(bad).is_err(), "{bad}");
    }
}

#[test]
fn writes_an_aaguid_as_a_uuid() {
    let text = "00010203-0405-0607-0809-0a0b0c0d0e0f";
    let aaguid = Aaguid::parse(text).expect("a UUID");
    assert_eq!(aaguid.to_string(), text);
    assert_eq!(serde_json::to_value(aaguid).expect("text"), text);
    for bad in [
        "",
        "000102030405060708090a0b0c0d0e0f",
        "0001020-30405-0607-0809-0a0b0c0d0e0f",
        "g0010203-0405-0607-0809-0a0b0c0d0e0f",
    ] {
        assert!(Aaguid::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn limits_user_handles_to_64_bytes() {
    assert!(UserHandle::new([1; 64]).is_within_limits());
    assert!(!UserHandle::new([1; 65]).is_within_limits());
    assert!(!UserHandle::new([]).is_within_limits());
}
