//! The policies that lie beside the documents, with what their comments promise.

use std::{fs, path::Path};

use super::super::{Lock, Policy, read};

fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/policies");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| {
            let path = entry.expect("it can be read").path();
            let name = path.file_stem().expect("a name").to_string_lossy();
            (name.into_owned(), fs::read_to_string(&path).expect("text"))
        })
        .collect();
    found.sort();
    found
}

fn fixture(name: &str) -> Policy {
    let all = fixtures();
    let (_, text) = all.iter().find(|(found, _)| found == name).expect(name);
    read(text).expect("sound")
}

#[test]
fn each_is_sound_or_refused_as_it_says() {
    let mut refused = Vec::new();
    for (name, text) in fixtures() {
        let expected = text.lines().find_map(|line| line.strip_prefix("# expect "));
        match (read(&text), expected) {
            (Ok(_), None) => {}
            (Err(problem), Some(expected)) => {
                let found = format!("{}:{}: {}", problem.line, problem.column, problem.message);
                assert_eq!(found, expected, "{name}");
                refused.push(name);
            }
            (Ok(_), Some(expected)) => panic!("{name} was taken, not refused with {expected}"),
            (Err(problem), None) => panic!("{name} was refused: {problem}"),
        }
    }
    assert_eq!(
        refused,
        [
            "contradiction",
            "contradiction-iterations",
            "contradiction-lengths"
        ]
    );
}

#[test]
fn each_means_what_its_comment_says() {
    assert_eq!(fixture("default"), Policy::default());
    assert!(fixture("offline").allows_offline_pin());
    assert!(!fixture("offline-off").allows_offline_pin());
    let strict = fixture("strict");
    assert!(strict.allows_offline_pin() && !strict.passkeys.biometrics);
    assert_eq!(
        (strict.pin.lock, strict.pin.offline_attempts),
        (Lock::WipeAndResync, 3)
    );
    let ageing = fixture("ageing").pin;
    assert_eq!(
        (ageing.age_days, ageing.expiring_days, ageing.extra_sign_ins),
        (90, 14, 2)
    );
    let campaign = fixture("campaign").pin.campaign.expect("one");
    assert_eq!(campaign.grace, 14);
}
