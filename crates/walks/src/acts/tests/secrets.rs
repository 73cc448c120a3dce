//! Secrets are named and never shown: not on the timeline, not in results or reports, not on the disk.

mod sealed;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};
use regex::bytes::Regex;

use super::fixture::{files, read, told};
use crate::{
    engine::{Options, Run, Secrets, Verdict, Walk, run},
    report,
};

/// Where something is written: what it is called, and its bytes.
type Written = Vec<(String, Vec<u8>)>;

/// Every file below the folder.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("readable").flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => kept(&path),
            false => vec![path],
        })
        .collect()
}

/// All that a run leaves: what is said of it, its reports, its timeline, its data.
fn written(walk: &Walk, run: Run, folder: &Path) -> Written {
    let mut all = vec![
        ("the walk".to_owned(), format!("{walk:?}").into_bytes()),
        ("the run".to_owned(), format!("{run:?}").into_bytes()),
    ];
    let results = serde_json::to_string(&run).expect("JSON");
    all.push(("the results".to_owned(), results.into_bytes()));
    let timeline = report::timeline(&run).expect("a timeline");
    all.push(("the timeline".to_owned(), timeline.into_bytes()));
    let runs = [run];
    for (name, report) in [
        ("JSON", report::json(&runs)),
        ("HTML", report::html(&runs)),
        ("JUnit", report::junit(&runs, &[])),
    ] {
        all.push((name.to_owned(), report.expect("a report").into_bytes()));
    }
    for path in kept(folder) {
        let bytes = fs::read(&path).expect("readable");
        all.push((path.display().to_string(), bytes));
    }
    all
}

/// A secret as it is, and as it is written down; in base64 whatever stands before it.
fn ways(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut ways = vec![secret.to_vec(), HEXLOWER.encode(secret).into_bytes()];
    for before in 0..3 {
        ways.push(inside(&BASE64_NOPAD, secret, before));
        ways.push(inside(&BASE64URL_NOPAD, secret, before));
    }
    ways
}

fn inside(base64: &Encoding, secret: &[u8], before: usize) -> Vec<u8> {
    let bytes = [&vec![0; before], secret].concat();
    let digits = base64.encode(&bytes).into_bytes();
    digits[(before * 8).div_ceil(6)..bytes.len() * 8 / 6].to_vec()
}

/// Finds any of them, in any way.
fn finder(secrets: &[(String, Vec<u8>)]) -> Regex {
    let ways = secrets.iter().flat_map(|(_, secret)| ways(secret));
    let escape = |way: Vec<u8>| way.iter().map(|byte| format!(r"\x{byte:02x}")).collect();
    let any = ways.map(escape).collect::<Vec<String>>().join("|");
    Regex::new(&format!("(?-u){any}")).expect("a pattern")
}

/// An answer for a workstation, as a member of JSON, be that in a text itself or not.
fn answer() -> Regex {
    Regex::new(r#""[0-9]{8}\\?""#).expect("a pattern")
}

/// What was found, by name.
fn name<'a>(secrets: &'a [(String, Vec<u8>)], found: &[u8]) -> Option<&'a str> {
    let is_it = |(_, secret): &&(String, Vec<u8>)| ways(secret).iter().any(|way| way == found);
    secrets.iter().find(is_it).map(|(name, _)| name.as_str())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_results_the_timeline_or_the_data_of_a_run() {
    let with_many = ["05-changed", "09-", "15-", "25-"];
    let chosen = files().into_iter().filter(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        with_many.iter().any(|prefix| name.starts_with(prefix))
    });
    let (mut searched, mut sealed) = (0, 0);
    let answer = answer();
    for file in chosen {
        let walk = Arc::new(read(&file));
        let pins = Secrets::made(walk.seed, &walk.secrets);
        let keep = tempfile::tempdir().expect("a folder");
        let options = Options {
            keep: Some(keep.path().to_owned()),
            ..Options::default()
        };
        let run = run(walk.clone(), options).await;
        assert_eq!(run.verdict, Verdict::Passed, "{}", told(&run));
        let mut secrets: Written = vec![("an offer".into(), b"touchstone-enrol:".to_vec())];
        for name in &walk.secrets {
            let digits = pins.digits(name).expect("the walk names it");
            secrets.push((format!("secret:{name}"), digits.as_bytes().to_vec()));
            searched += 1;
        }
        let opened = sealed::secrets_in(keep.path());
        sealed += opened.len();
        secrets.extend(opened);
        let written = written(&walk, run, keep.path());
        let typed = finder(&[("a PIN was typed".into(), b"device.pin.checked".to_vec())]);
        assert!(written.iter().any(|(_, content)| typed.is_match(content)));
        let finder = finder(&secrets);
        for (place, content) in &written {
            // The relying party's own two files of secrets, which nobody else may read.
            if place.ends_with("/seal.key") || place.ends_with("/admin-token") {
                continue;
            }
            let found = finder.find(content).map(|it| name(&secrets, it.as_bytes()));
            assert!(
                found.is_none(),
                "{found:?} of {} is in {place}",
                file.display()
            );
            let code = answer.find(content);
            assert!(code.is_none(), "{code:?} of {} in {place}", file.display());
        }
    }
    assert!(searched >= 12, "{searched}");
    assert!(sealed >= 10, "{sealed}");
}

#[test]
fn the_search_finds_a_secret_however_it_is_written_and_an_answer_in_nested_json() {
    let secrets = vec![("a secret".to_owned(), (0x90..0xb0).collect::<Vec<u8>>())];
    let finder = finder(&secrets);
    for before in 0..3 {
        let bytes = [&vec![b'x'; before], secrets[0].1.as_slice()].concat();
        for text in [
            bytes.clone(),
            HEXLOWER.encode(&bytes).into_bytes(),
            BASE64_NOPAD.encode(&bytes).into_bytes(),
            BASE64URL_NOPAD.encode(&bytes).into_bytes(),
        ] {
            let found = finder.find(&text).expect("it is there");
            assert_eq!(name(&secrets, found.as_bytes()), Some("a secret"));
        }
    }
    assert!(!finder.is_match(&secrets[0].1[1..]));
    for text in [r#"{"code":"76868120"}"#, r#"{"actual":"\"76868120\""}"#] {
        assert!(answer().is_match(text.as_bytes()), "{text}");
    }
    assert!(!answer().is_match(br#"{"at":76868120,"id":"768681201"}"#));
}
