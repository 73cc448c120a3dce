use std::collections::HashSet;

use super::fixture::{files, read, runs, told};
use crate::{acts::registry, engine::Verdict};

#[test]
fn every_walk_of_the_house_passes() {
    assert!(runs().len() >= 14, "{}", runs().len());
    let red: Vec<String> = (runs().iter())
        .filter(|(_, run)| run.verdict != Verdict::Passed)
        .map(|(_, run)| told(run))
        .collect();
    assert!(red.is_empty(), "\n{}", red.join("\n"));
}

#[test]
fn every_walk_ends_with_the_device_and_the_relying_party_and_not_with_one_side_alone() {
    for (walk, run) in runs() {
        let said: Vec<String> = (walk.steps.iter().flat_map(|step| &step.expect))
            .map(|expectation| expectation.subject.name())
            .collect();
        for side in ["device ", "account ", "page "] {
            assert!(
                said.iter().any(|said| said.starts_with(side)),
                "{}: no {side}",
                run.file
            );
        }
        assert!(
            !walk.why.is_empty() && walk.steps.iter().all(|step| !step.expect.is_empty()),
            "{}",
            run.file
        );
    }
}

#[test]
fn every_act_is_part_of_a_walk() {
    let walks: Vec<_> = files().iter().map(|file| read(file)).collect();
    let used: HashSet<&str> = (walks.iter())
        .flat_map(|walk| walk.steps.iter().map(|step| step.act_name))
        .collect();
    let unused: Vec<&str> = registry()
        .acts
        .iter()
        .map(|kind| kind.name)
        .filter(|name| !used.contains(name))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
