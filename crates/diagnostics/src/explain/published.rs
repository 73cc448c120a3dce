//! The table of explanations as a page of the documentation, which is also its snapshot.

use std::fmt::Write as _;
use std::{env, fs};

use webauthn::cose::Algorithm;

use super::extensions::EXTENSIONS;
use super::members::{MEMBERS, REQUIRED};
use super::numbers::{
    CERTIFICATES, Number, OTHER_ALGORITHMS, PROTOCOLS, SETTINGS, known_algorithm,
};
use super::options::OPTIONS;
use super::words::{FORMATS, TRANSPORTS, VERSIONS, Word};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/getinfo.md");

#[test]
fn the_published_page_has_every_explanation() {
    let page = page();
    if env::var_os("TOUCHSTONE_WRITE_BINDINGS").is_some() {
        fs::write(PAGE, &page).expect("the page can be written");
    }
    let published = fs::read_to_string(PAGE).expect("docs/getinfo.md is there");
    assert_eq!(
        published, page,
        "docs/getinfo.md is out of date: run `cargo xtask bindings`"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Each member of getInfo\n\n\
         Generated from the Rust sources by `cargo xtask bindings`. Do not edit. \
         [Keys](keys.md) says how to ask a key.\n\n\
         | number | member | when it is told | when it is not | clause |\n|---|---|---|---|---|\n",
    );
    for member in MEMBERS {
        let required = if REQUIRED.contains(&member.number) {
            " (required)"
        } else {
            ""
        };
        row(
            &mut page,
            &[
                &format!("0x{:02X}", member.number),
                &format!("`{}`{required}", member.name),
                member.told,
                member.absent,
                member.clause,
            ],
        );
    }
    page.push_str("\n## Options (0x04)\n\n| option | true | false | absent | clause |\n|---|---|---|---|---|\n");
    for option in OPTIONS {
        let id = format!("`{}`", option.id);
        row(
            &mut page,
            &[&id, option.on, option.off, option.absent, option.clause],
        );
    }
    words(&mut page, "Versions (0x01)", VERSIONS);
    words(&mut page, "Extensions (0x02)", EXTENSIONS);
    words(&mut page, "Transports (0x09, 0x1A)", TRANSPORTS);
    words(&mut page, "Attestation statement formats (0x16)", FORMATS);
    numbers(&mut page, "PIN/UV auth protocols (0x06)", PROTOCOLS);
    numbers(&mut page, "Settings (0x1F)", SETTINGS);
    heading(&mut page, "Algorithms (0x0A)");
    for algorithm in Algorithm::ALL {
        let clause = OTHER_ALGORITHMS[0].clause;
        row(
            &mut page,
            &[&algorithm.to_string(), known_algorithm(*algorithm), clause],
        );
    }
    for other in OTHER_ALGORITHMS {
        let name = format!("{} ({})", other.name, other.number);
        row(&mut page, &[&name, other.sentence, other.clause]);
    }
    heading(&mut page, "Certificates (0x13)");
    for certificate in CERTIFICATES {
        let sentence = format!(
            "{} Levels 1 to {}.",
            certificate.sentence, certificate.highest
        );
        row(&mut page, &[certificate.id, &sentence, "CTAP 2.3 §7.3"]);
    }
    page
}

fn words(page: &mut String, title: &str, words: &[Word]) {
    heading(page, title);
    for word in words {
        let not_listed = if word.listed { "" } else { " (not listed)" };
        let name = format!("`{}`{not_listed}", word.name);
        row(page, &[&name, word.sentence, word.clause]);
    }
}

fn numbers(page: &mut String, title: &str, numbers: &[Number]) {
    heading(page, title);
    for number in numbers {
        let name = format!("{} ({})", number.name, number.number);
        row(page, &[&name, number.sentence, number.clause]);
    }
}

fn heading(page: &mut String, title: &str) {
    let _ = write!(
        page,
        "\n## {title}\n\n| name | meaning | clause |\n|---|---|---|\n"
    );
}

fn row(page: &mut String, cells: &[&str]) {
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}
