//! Secrets, and a search for them in bytes: as they are, and as programs write them down.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// What is searched for at once: a part of a secret, so that one found in halves is found as well.
const PIECE: usize = 16;
/// The bytes by which a needle is recognised.
const HEAD: usize = 3;
/// What is read of a process at once.
const CHUNK: usize = 1 << 20;
static ZEROS: [u8; CHUNK] = [0; CHUNK];

/// Secrets to be found nowhere; each has a name, by which a finding is told.
pub struct Canaries {
    needles: Vec<Needle>,
    by_head: BTreeMap<[u8; HEAD], Vec<usize>>,
    is_head: Vec<bool>,
    known: BTreeSet<Vec<u8>>,
}

struct Needle {
    what: String,
    bytes: Vec<u8>,
}

impl Canaries {
    pub fn new() -> Self {
        Self {
            needles: Vec::new(),
            by_head: BTreeMap::new(),
            is_head: vec![false; 1 << (8 * HEAD)],
            known: BTreeSet::new(),
        }
    }

    /// Adds a secret of 16 bytes at least.
    pub fn add(&mut self, name: &str, secret: &[u8]) {
        assert!(secret.len() >= PIECE, "{name} could occur by chance");
        if !self.known.insert(secret.to_vec()) {
            return;
        }
        for (at, piece) in secret.chunks_exact(PIECE).enumerate() {
            for (form, bytes) in forms(piece) {
                self.needle(format!("{name}, part {at}, {form}"), bytes);
            }
        }
    }

    fn needle(&mut self, what: String, bytes: Vec<u8>) {
        let head = *bytes.first_chunk().expect("longer than a head");
        self.is_head[place(head)] = true;
        self.by_head
            .entry(head)
            .or_default()
            .push(self.needles.len());
        self.needles.push(Needle { what, bytes });
    }

    /// How many secrets it looks for.
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// What of them is in `bytes`, by name and form.
    pub fn found_in(&self, bytes: &[u8]) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for at in 0..bytes.len().saturating_sub(HEAD - 1) {
            let head = [bytes[at], bytes[at + 1], bytes[at + 2]];
            if !self.is_head[place(head)] {
                continue;
            }
            for needle in &self.by_head[&head] {
                let needle = &self.needles[*needle];
                if bytes[at..].starts_with(&needle.bytes) {
                    found.insert(needle.what.clone());
                }
            }
        }
        found
    }

    /// What of them is in any file below `folder`.
    pub fn found_below(&self, folder: &Path, files: &mut usize) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                found.extend(self.found_below(&path, files));
            } else {
                *files += 1;
                let bytes = fs::read(&path).expect("readable");
                let here = self.found_in(&bytes).into_iter();
                found.extend(here.map(|what| format!("{}: {what}", path.display())));
            }
        }
        found
    }

    /// What of them is in any readable page of a process, which must let this one read it.
    pub fn found_in_memory(&self, process: u32) -> Vec<String> {
        self.found_in_maps(process, false)
    }

    /// Whether any of them is.
    pub fn is_in_memory(&self, process: u32) -> bool {
        !self.found_in_maps(process, true).is_empty()
    }

    fn found_in_maps(&self, process: u32, one_will_do: bool) -> Vec<String> {
        let mut found = Vec::new();
        let memory = File::open(format!("/proc/{process}/mem"))
            .unwrap_or_else(|error| panic!("the memory of process {process} is closed: {error}"));
        let longest = self.needles.iter().map(|it| it.bytes.len()).max();
        let overlap = longest.unwrap_or(0);
        let (mut buffer, mut read) = (vec![0; CHUNK], 0);
        // The program's own text comes first, and what it works with later.
        for map in maps(process).into_iter().rev() {
            let mut at = map.from;
            while at < map.to {
                let length = CHUNK.min(usize::try_from(map.to - at).unwrap_or(CHUNK));
                let chunk = &mut buffer[..length];
                let got = memory.read_at(chunk, at).unwrap_or(0);
                if got == 0 {
                    // A page of a file that has become shorter.
                    at += length as u64;
                    continue;
                }
                read += got;
                if chunk[..got] != ZEROS[..got] {
                    let here = self.found_in(&chunk[..got]).into_iter();
                    found.extend(here.map(|what| format!("{}: {what}", map.name)));
                }
                if one_will_do && !found.is_empty() {
                    return found;
                }
                let next = at + got as u64;
                at = match got > overlap && next < map.to {
                    true => next - overlap as u64,
                    false => next,
                };
            }
        }
        assert!(read > 4 * CHUNK, "only {read} bytes could be read");
        found
    }
}

struct Map {
    from: u64,
    to: u64,
    name: String,
}

/// What a process may read of its own memory.
fn maps(process: u32) -> Vec<Map> {
    let file = File::open(format!("/proc/{process}/maps")).expect("it runs");
    let mut maps = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.expect("text");
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else {
            panic!("not a map: {line}");
        };
        // The kernel's own pages, which hold the time and nothing of ours.
        if !rights.starts_with('r') || line.ends_with("[vvar]") || line.ends_with("[vvar_vclock]") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("a range");
        let number = |text| u64::from_str_radix(text, 16).expect("hexadecimal");
        maps.push(Map {
            from: number(from),
            to: number(to),
            name: format!("{range} {}", words.next_back().unwrap_or("")),
        });
    }
    maps
}

fn place(head: [u8; HEAD]) -> usize {
    head.iter()
        .fold(0, |place, byte| place << 8 | usize::from(*byte))
}

/// A piece as it is, as arithmetic holds it, and as text.
fn forms(piece: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let words = piece.chunks(4).flat_map(|word| word.iter().rev().copied());
    let letters = piece.iter().flat_map(|byte| [*byte, 0, 0, 0]);
    let mut forms = vec![
        ("as it is", piece.to_vec()),
        ("backwards", piece.iter().rev().copied().collect()),
        ("as words of a hash", words.collect()),
        ("as characters", letters.collect()),
        ("in hexadecimal", HEXLOWER.encode(piece).into_bytes()),
        ("in HEXADECIMAL", HEXUPPER.encode(piece).into_bytes()),
    ];
    for before in 0..3 {
        forms.push(("in base64", inside(&BASE64_NOPAD, piece, before)));
        forms.push(("in base64url", inside(&BASE64URL_NOPAD, piece, before)));
    }
    forms
}

/// The digits that tell of the piece alone, with so many bytes before it.
fn inside(base64: &Encoding, piece: &[u8], before: usize) -> Vec<u8> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(piece);
    let digits = base64.encode(&bytes).into_bytes();
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    digits[first..last].to_vec()
}

#[test]
fn a_secret_is_found_in_every_form_and_in_halves() {
    let secret: Vec<u8> = (0..32).map(|byte| 0x9f_u8.wrapping_mul(byte + 1)).collect();
    let mut canaries = Canaries::new();
    canaries.add("secret", &secret);
    assert_eq!(canaries.count(), 1);
    assert!(canaries.found_in(&[0x9f; 4096]).is_empty());
    for before in 0..3 {
        let mut bytes = vec![7; before];
        bytes.extend_from_slice(&secret);
        for text in [
            bytes.clone(),
            HEXLOWER.encode(&bytes).into_bytes(),
            HEXUPPER.encode(&bytes).into_bytes(),
            BASE64_NOPAD.encode(&bytes).into_bytes(),
            BASE64URL_NOPAD.encode(&bytes).into_bytes(),
            bytes.iter().rev().copied().collect(),
            bytes.iter().flat_map(|byte| [*byte, 0, 0, 0]).collect(),
        ] {
            let found = canaries.found_in(&text);
            for part in ["part 0", "part 1"] {
                assert!(found.iter().any(|it| it.contains(part)), "{found:?}");
            }
        }
    }
    let half = canaries.found_in(&secret[16..]);
    assert_eq!(half.len(), 1, "{half:?}");
    assert!(canaries.found_in(&secret[17..]).is_empty());
}
