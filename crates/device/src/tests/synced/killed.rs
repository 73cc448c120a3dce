//! The power fails at any instant: a process that enters wrong PINs is killed again and again.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use timeline::{ManualClock, Timestamp};
use vault::{KeyHome, Vault};

use super::party::PIN;
use super::phone::{World, check, enrol};
use crate::tests::bench::{Bench, in_folder};
use crate::{Device, DeviceId, Seams, Shelf};

const FOLDER: &str = "SYNCED_KILLED_FOLDER";
const DEVICE: &str = "SYNCED_KILLED_DEVICE";
const MARK: &str = "@ ";
const KILLS: u32 = 100;

/// The phone in `folder`, away from every network.
fn phone(folder: &Path, id: &DeviceId) -> (Shelf, Device) {
    let bench = Bench::new();
    let clock = Arc::new(ManualClock::new(Timestamp(1_800_000_000_000)));
    let seams = Seams::new(clock, Arc::new(bench.notes));
    let shelf = Shelf::new(in_folder(folder), seams.network(Arc::new(Nowhere)));
    let phone = shelf.open(id).expect("the phone is there");
    (shelf, phone)
}

struct Nowhere;

impl crate::Network for Nowhere {
    fn sends<'a>(&'a self, _: crate::Passage<'a>) -> crate::Crossing<'a> {
        let why = "there is no network".to_owned();
        Box::pin(std::future::ready(crate::Fate::Lose { why }))
    }

    fn receives<'a>(&'a self, passage: crate::Passage<'a>) -> crate::Crossing<'a> {
        self.sends(passage)
    }

    fn online(&self, _: &DeviceId) -> tokio::sync::watch::Receiver<bool> {
        tokio::sync::watch::Sender::new(false).subscribe()
    }
}

/// The process that is killed; nothing in an ordinary run.
#[tokio::test]
async fn enters_wrong_pins_when_told() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let id = std::env::var(DEVICE).expect("the device's id");
    let (_shelf, phone) = phone(&folder, &DeviceId::parse(&id).expect("an id"));
    loop {
        let matched = check(&phone, "000001").await.expect("it is counted");
        assert_eq!(matched, []);
        println!("{MARK}{}", failures(&phone));
    }
}

fn failures(phone: &Device) -> u32 {
    phone.enrolments().expect("readable")[0].failures
}

fn start(folder: &Path, id: &DeviceId) -> Child {
    Command::new(std::env::current_exe().expect("own path"))
        .args([
            "tests::synced::killed::enters_wrong_pins_when_told",
            "--exact",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .env(DEVICE, id.as_str())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the test program starts again")
}

/// Lets it run for a random while after its first entry, kills it, and gives the last count that it
/// said.
fn kill(mut child: Child, most: Duration) -> Option<u32> {
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let number = |line: String| Some(line.split_once(MARK)?.1.parse::<u32>().expect("a number"));
    let mut random = [0; 1];
    getrandom::fill(&mut random).expect("random bytes");
    // Every other one is killed before it has said anything: at its start, within its first entry.
    let mut last = None;
    if random[0] % 2 == 0 {
        last = lines.by_ref().map_while(Result::ok).find_map(number);
    }
    std::thread::sleep(most * u32::from(random[0]) / 255);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    lines
        .map_while(Result::ok)
        .filter_map(number)
        .last()
        .or(last)
}

#[tokio::test]
async fn a_hundred_kills_at_random_instants_never_lower_the_count() {
    let root = tempfile::tempdir().unwrap();
    let world = World::over(in_folder(root.path())).await;
    world.party.rules().attempts = 1_000_000;
    enrol(&world.phone, &world.party).await;
    world.quiet().await;
    let id = world.phone.id().clone();
    drop(world);
    let mut highest = 0;
    for round in 0..KILLS {
        let child = start(root.path(), &id);
        let said = kill(child, Duration::from_millis(60)).unwrap_or(highest);
        assert!(said >= highest, "{said} after {highest}, round {round}");
        let (_shelf, phone) = phone(root.path(), &id);
        let stored = failures(&phone);
        assert!(
            stored >= said,
            "{stored} are stored, {said} were said, round {round}"
        );
        highest = stored;
    }
    assert!(
        highest > KILLS / 4,
        "the processes got somewhere: {highest}"
    );
    let (_shelf, phone) = phone(root.path(), &id);
    assert_eq!(check(&phone, PIN).await.unwrap().len(), 1);
    assert_eq!(failures(&phone), 0);
}

#[tokio::test]
async fn a_second_process_cannot_enter_beside_the_first() {
    let root = tempfile::tempdir().unwrap();
    let world = World::over(in_folder(root.path())).await;
    world.party.rules().attempts = 1_000_000;
    enrol(&world.phone, &world.party).await;
    world.quiet().await;
    let id = world.phone.id().clone();
    drop(world);
    let mut child = start(root.path(), &id);
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let said = lines.find_map(|line| line.expect("text").split_once(MARK).map(|_| ()));
    assert!(said.is_some(), "it entered a PIN");
    let home = KeyHome::File(root.path().join("vault.key"));
    let refused = Vault::open(root.path(), home).unwrap_err();
    assert_eq!(refused.code(), "inUse");
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}
