//! Policies as text: what they mean, where they are wrong, and how they change.

mod files;
mod on_disk;

use serde_json::{Value as Json, json};

use super::{
    Campaign, Charset, EnrolmentBy, Lock, Policy, Problem, TEMPLATE, Validity,
    changes::changes,
    editing::{whole, with_changes},
    read,
};

fn problem(text: &str) -> Problem {
    match read(text) {
        Ok(policy) => panic!("it was taken: {policy:?}"),
        Err(problem) => problem,
    }
}

fn object(json: Json) -> serde_json::Map<String, Json> {
    match json {
        Json::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

#[test]
fn an_empty_file_and_the_template_mean_the_default() {
    assert_eq!(read(""), Ok(Policy::default()));
    assert_eq!(read(TEMPLATE), Ok(Policy::default()));
    assert!(!Policy::default().allows_offline_pin(), "opt-in");
}

#[test]
fn the_template_names_every_member_there_is() {
    for member in &super::members::MEMBERS {
        let stands = TEMPLATE.lines().any(|line| {
            line.trim_start_matches("# ")
                .starts_with(&format!("{} = ", member.name))
        });
        assert!(stands, "{}.{}", member.section, member.name);
    }
}

#[test]
fn every_member_can_be_written_and_is_read_back() {
    let text = r#"
        [passkeys]
        required = false
        biometrics = false
        [pin]
        enabled = false
        offline = true
        validity = "1h 30m"
        online-attempts = 1
        offline-attempts = 100
        lock = "wipe-and-resync"
        min-length = 4
        max-length = 63
        charset = "any"
        blocklist = ["1234", "pässword"]
        refuse = []
        history = 24
        age-days = -1
        expiring-days = 0
        extra-sign-ins = 0
        iterations = 1000
        test-iterations = true
        enrolment = "digits"
        [pin.campaign]
        start = 2026-12-01T09:00:00+01:00
        grace = 2
    "#;
    let policy = read(text).expect("sound");
    assert_eq!(policy.pin.validity, Validity::from_seconds(5_400));
    assert_eq!(policy.pin.lock, Lock::WipeAndResync);
    assert_eq!(policy.pin.charset, Charset::Any);
    assert_eq!(policy.pin.enrolment, EnrolmentBy::Digits);
    assert_eq!(policy.pin.age_days, -1);
    assert_eq!(policy.pin.blocklist, ["1234", "pässword"]);
    let campaign = policy.pin.campaign.expect("one");
    assert_eq!(campaign.starts_at().0, 1_796_112_000_000);
    assert_eq!(
        campaign.ends_at().since(campaign.starts_at()).as_secs(),
        172_800
    );
    let json = object(serde_json::to_value(&policy).expect("JSON"));
    let written = with_changes("", &Policy::default(), &json).expect("sound");
    assert_eq!(read(&written), Ok(policy), "{written}");
}

#[test]
fn a_moment_may_be_written_in_quotes_and_a_validity_as_seconds() {
    let policy =
        read("[pin]\nvalidity = 90\n[pin.campaign]\nstart = \"2026-12-01T08:00:00Z\"").expect("ok");
    assert_eq!(policy.pin.validity.seconds(), 90);
    assert_eq!(
        policy.pin.campaign.map(|campaign| campaign.grace),
        Some(Campaign::usual_grace())
    );
}

#[test]
fn says_where_and_how_a_text_is_wrong() {
    let long_list = format!("[pin]\nblocklist = [{}]", "\"12345\",".repeat(1_001));
    let table: &[(&str, u32, u32, Option<&str>, &str)] = &[
        (
            "[pin]\nofline = true",
            2,
            1,
            None,
            "\"ofline\" is no member of [pin]. Did you mean \"offline\"?",
        ),
        (
            "[pin]\n  min_length = 4",
            2,
            3,
            None,
            "Did you mean \"min-length\"?",
        ),
        (
            "[pins]\nenabled = true",
            1,
            2,
            None,
            "\"pins\" is no section of a policy. Did you mean \"pin\"?",
        ),
        (
            "offline = true",
            1,
            1,
            None,
            "\"offline\" stands in the wrong place: it belongs in [pin].",
        ),
        (
            "[pin]\nbiometrics = true",
            2,
            1,
            None,
            "it belongs in [passkeys].",
        ),
        (
            "[pin]\nxyzzy = 1",
            2,
            1,
            None,
            "\"xyzzy\" is no member of [pin], which may have \"enabled\",",
        ),
        (
            "pin = 3",
            1,
            1,
            None,
            "[pin] is a section and holds members.",
        ),
        (
            "[[pin]]\noffline = true",
            1,
            3,
            None,
            "[pin] is a section and holds members.",
        ),
        (
            "[pin.offline]\nx = 1",
            1,
            6,
            Some("pin.offline"),
            "\"offline\" holds a value and is no section.",
        ),
        (
            "[pin]\noffline = \"yes\"",
            2,
            11,
            Some("pin.offline"),
            "\"offline\" is true or false; here stands \"yes\".",
        ),
        (
            "[pin]\nonline-attempts = 0",
            2,
            19,
            Some("pin.online-attempts"),
            "is a whole number from 1 to 100; here stands 0.",
        ),
        (
            "[pin]\nhistory = 2.5",
            2,
            11,
            Some("pin.history"),
            "is a whole number from 0 to 24; here stands 2.5.",
        ),
        (
            "[pin]\nmin-length = 3",
            2,
            14,
            Some("pin.min-length"),
            "from 4 to 63; here stands 3.",
        ),
        (
            "[pin]\nlock = \"wipe\"",
            2,
            8,
            Some("pin.lock"),
            "\"lock\" is \"indefinite\" or \"wipe-and-resync\"; here stands \"wipe\".",
        ),
        (
            "[pin]\ncharset = \"digit\"",
            2,
            11,
            Some("pin.charset"),
            "here stands \"digit\". Did you mean \"digits\"?",
        ),
        (
            "[pin]\nrefuse = [\"mirored\"]",
            2,
            10,
            Some("pin.refuse"),
            "Did you mean \"mirrored\"?",
        ),
        (
            "[pin]\nrefuse = [\"mirrored\", \"mirrored\"]",
            2,
            10,
            Some("pin.refuse"),
            "twice",
        ),
        (
            "[pin]\nrefuse = \"mirrored\"",
            2,
            10,
            Some("pin.refuse"),
            "is a list of any of",
        ),
        (
            "[pin]\nvalidity = \"soon\"",
            2,
            12,
            Some("pin.validity"),
            "is a length of time such as \"8h\"",
        ),
        (
            "[pin]\nvalidity = -1",
            2,
            12,
            Some("pin.validity"),
            "here stands -1.",
        ),
        (
            "[pin]\nvalidity = \"0.5s\"",
            2,
            12,
            Some("pin.validity"),
            "is a length of time",
        ),
        (
            "[pin]\nvalidity = \"367days\"",
            2,
            12,
            Some("pin.validity"),
            "is 366 days at most.",
        ),
        (
            "[pin]\nblocklist = [1234]",
            2,
            13,
            Some("pin.blocklist"),
            "an entry that is no PIN",
        ),
        (
            "[pin]\nblocklist = [\"\"]",
            2,
            13,
            Some("pin.blocklist"),
            "an entry that is no PIN",
        ),
        (
            &long_list,
            2,
            13,
            Some("pin.blocklist"),
            "has 1000 PINs at most.",
        ),
        (
            "[pin.campaign]\ngrace = 3",
            2,
            1,
            None,
            "A campaign needs \"start\"",
        ),
        (
            "[pin.campaign]\nstart = 2026-12-01",
            2,
            9,
            Some("pin.campaign.start"),
            "is a moment with its offset",
        ),
        (
            "[pin]\nmin-length = 9\nmax-length = 8",
            2,
            1,
            Some("pin.min-length"),
            "at least 9 characters but could have 8 at most.",
        ),
        (
            "[pin]\nmax-length = 5",
            1,
            2,
            Some("pin.min-length"),
            "at least 6 characters but could have 5",
        ),
        (
            "[pin]\niterations = 599999",
            2,
            1,
            Some("pin.iterations"),
            "test-iterations = true",
        ),
        (
            "[pin]\ntest-iterations = true\niterations = 999",
            3,
            14,
            Some("pin.iterations"),
            "is a whole number from 1000 to 10000000",
        ),
        (
            "[passkeys]\nbiometrics = false",
            1,
            2,
            Some("passkeys.required"),
            "Allow biometrics, or let PINs be used offline",
        ),
        ("[pin]\nx = = 2", 2, 5, None, "This is not TOML:"),
        (
            "[pin]\noffline = true\noffline = false",
            3,
            1,
            None,
            "This is not TOML: duplicate key",
        ),
        (
            "\"ünï\" = 1\n[pin]\n",
            1,
            1,
            None,
            "is no section of a policy, which may have \"passkeys\" or \"pin\".",
        ),
    ];
    for (text, line, column, member, says) in table {
        let found = problem(text);
        assert!(found.message.contains(says), "{text}\n{}", found.message);
        assert_eq!(
            (found.line, found.column, found.member.as_deref()),
            (*line, *column, *member),
            "{text}\n{found}"
        );
        assert!(found.message.ends_with(['.', '?']), "{}", found.message);
        assert_eq!(found.file, "policy.toml");
    }
}

#[test]
fn columns_are_counted_in_characters() {
    let found = problem("[pin]\nblocklist = [\"äöü\"]; x");
    assert_eq!((found.line, found.column), (2, 20), "{found}");
}

#[test]
fn allows_either_way_to_verify_people_where_passkeys_are_required() {
    let base = "[passkeys]\nbiometrics = false\n[pin]\n";
    assert!(read(&format!("{base}offline = true")).is_ok());
    for without in [
        "offline = false",
        "offline = true\nvalidity = 0",
        "offline = true\nenabled = false",
    ] {
        assert!(read(&format!("{base}{without}")).is_err(), "{without}");
        let not_required = base.replace("[passkeys]", "[passkeys]\nrequired = false");
        assert!(read(&format!("{not_required}{without}")).is_ok());
    }
}

#[test]
fn no_text_makes_it_panic() {
    let texts = [
        "\u{0}",
        "[",
        "[[[[",
        "pin.pin.pin = 1",
        "pin = {offline = {}}",
        "[pin]\nvalidity = []",
        "[pin]\nvalidity = {}",
        "[pin]\nvalidity = 1979-05-27",
        "[pin]\nvalidity = inf",
        "[pin]\nvalidity = \"99999999999999999999 years\"",
        "[pin]\nhistory = 0x7fffffffffffffff",
        "\"\" = 1",
        "[\"\"]",
        "[pin]\n\"\" = 1",
        "[pin.campaign]",
        "[pin]\ncampaign = 1",
    ];
    for text in texts {
        let _ = read(text);
    }
    let deep = format!("pin = {}{}", "[".repeat(50_000), "]".repeat(10_000));
    assert!(read(&deep).is_err());
    assert!(
        problem(&" ".repeat(64 * 1024 + 1))
            .message
            .contains("64 KiB")
    );
}

proptest::proptest! {
    #[test]
    fn mutilated_templates_are_taken_or_refused(cut in 0_usize..3_000, insert in "\\PC{0,4}") {
        let at = TEMPLATE.floor_char_boundary(cut);
        let text = format!("{}{insert}{}", &TEMPLATE[..at], &TEMPLATE[at..]);
        if let Err(problem) = read(&text) {
            let lines = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
            proptest::prop_assert!(problem.line >= 1 && problem.line <= lines.max(1) + 1);
        }
    }
}

#[test]
fn changes_leave_comments_and_order_as_they_are() {
    let text = "# ours\n[pin] # all of it\noffline = false # for now\nvalidity = \"168h\"\n";
    let before = read(text).expect("sound");
    let new = object(
        json!({ "pin": { "offline": true, "validity": "7days", "history": 5, "lock": null } }),
    );
    let text = with_changes(text, &before, &new).expect("sound");
    assert_eq!(
        text,
        "# ours\n[pin] # all of it\noffline = true # for now\nvalidity = \"168h\"\nhistory = 5\n",
        "what is said already stays as it is written"
    );
}

#[test]
fn null_gives_a_member_or_a_section_its_default() {
    let text = "[pin]\nhistory = 9\n[pin.campaign]\nstart = 2026-12-01T08:00:00Z\n";
    let before = read(text).expect("sound");
    let after = |new: Json| {
        read(&with_changes(text, &before, &object(new)).expect("sound")).expect("sound")
    };
    let policy = after(json!({ "pin": { "history": null } }));
    assert_eq!(
        (policy.pin.history, policy.pin.campaign.is_some()),
        (3, true)
    );
    let policy = after(json!({ "pin": { "campaign": null } }));
    assert_eq!(
        (policy.pin.history, policy.pin.campaign.is_some()),
        (9, false)
    );
    assert_eq!(after(json!({ "pin": null })), Policy::default());
}

#[test]
fn a_whole_policy_resets_what_it_leaves_out() {
    let text = "[passkeys]\nrequired = false\n[pin]\nhistory = 9\n[pin.campaign]\nstart = 2026-12-01T08:00:00Z\n";
    let before = read(text).expect("sound");
    for (policy, history) in [(json!({}), 3), (json!({ "pin": { "history": 7 } }), 7)] {
        let new = whole(object(policy));
        let policy = read(&with_changes(text, &before, &new).expect("sound")).expect("sound");
        assert_eq!(policy.pin.history, history);
        assert!(policy.passkeys.required && policy.pin.campaign.is_none());
    }
    let same = whole(object(serde_json::to_value(&before).expect("JSON")));
    let policy = read(&with_changes(text, &before, &same).expect("sound"));
    assert_eq!(policy, Ok(before), "its own JSON form changes nothing");
}

#[test]
fn changes_that_have_no_form_in_a_file_are_refused() {
    let before = Policy::default();
    for new in [
        json!({ "pin": { "offline": {} } }),
        json!({ "pin": { "refuse": [{}] } }),
        json!({ "passkeys": { "required": [null] } }),
    ] {
        assert!(
            with_changes("", &before, &object(new.clone())).is_err(),
            "{new}"
        );
    }
    for new in [
        json!({ "pin": 1 }),
        json!({ "pins": { "x": 1 } }),
        json!({ "pin": { "ofline": true } }),
    ] {
        let text = with_changes("", &before, &object(new.clone()));
        assert!(
            text.is_err() || text.is_ok_and(|text| read(&text).is_err()),
            "{new}"
        );
    }
}

#[test]
fn names_each_member_that_differs() {
    let from = read("[pin]\noffline = true").expect("sound");
    let to = read("[passkeys]\nrequired = false\n[pin]\noffline = true\nvalidity = 0\n[pin.campaign]\nstart = 2026-12-01T08:00:00Z\ngrace = 1").expect("sound");
    let found = serde_json::to_value(changes(&from, &to)).expect("JSON");
    assert_eq!(
        found,
        json!([
            { "member": "passkeys.required", "from": true, "to": false },
            { "member": "pin.campaign.grace", "from": null, "to": 1 },
            { "member": "pin.campaign.start", "from": null, "to": "2026-12-01T08:00:00Z" },
            { "member": "pin.validity", "from": "7days", "to": "0" }
        ])
    );
    assert!(changes(&from, &from.clone()).is_empty());
}
