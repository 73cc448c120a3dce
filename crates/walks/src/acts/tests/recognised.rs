//! What a run did can be read off its timeline again: "you do it" and the recorder live on it.

use timeline::Event;

use super::fixture::runs;
use crate::{
    acts::registry,
    engine::{Cast, Player, Role, Run, Walk},
};

/// Steps that leave nothing on the timeline: act, and why.
const UNSEEN: [(&str, &str); 1] = [(
    "Alice tries to add a passkey",
    "the server is down, and nobody but the page knows that it was asked",
)];

/// The cast as it was in that run.
fn cast(walk: &Walk, run: &Run) -> Cast {
    let id = |name: &str| {
        let added = run.events.iter().find(|event| {
            event.kind == "bench.device.added" && event.body["name"].as_str() == Some(name)
        });
        added
            .and_then(|event| event.body["device"].as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let devices = walk.cast.devices.iter().map(|player| Player {
        id: id(&player.name),
        ..player.clone()
    });
    Cast {
        devices: devices.collect(),
        ..walk.cast.clone()
    }
}

#[test]
fn every_act_is_shown_by_an_event_that_it_caused() {
    let mut unseen = Vec::new();
    for (walk, run) in runs() {
        let cast = cast(walk, run);
        for (step, done) in walk.steps.iter().zip(&run.steps) {
            let (since, last) = done.events.expect("done");
            let mut caused = run
                .events
                .iter()
                .filter(|event| event.seq > since && event.seq <= last);
            let shown = caused.any(|event| step.act.shown_by(event, &cast));
            if !shown && !UNSEEN.iter().any(|(title, _)| *title == step.title) {
                unseen.push(format!("{}: {}", run.file, step.title));
            }
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

/// What a recorder would write down, act by act.
fn recorded(run: &Run, cast: &Cast) -> Vec<String> {
    let registry = registry();
    let first = run
        .steps
        .first()
        .and_then(|step| step.events)
        .expect("done")
        .0;
    let of = |event: &Event, before: &[Event]| {
        let kinds = registry.acts.iter();
        let mut found =
            kinds.filter_map(|kind| Some((kind, (kind.recorded)(event, before, cast)?)));
        let (kind, members) = found.next()?;
        // A walk calls its secrets as it likes, and leaves out what goes without saying.
        let members: Vec<String> = (members.into_iter())
            .filter(|(name, _)| !matches!(name.as_str(), "pin" | "device" | "path" | "parties"))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (kind.read)(serde_json::Value::Object((kind.recorded)(
            event, before, cast,
        )?))
        .unwrap_or_else(|error| panic!("{} does not read what it recorded: {error:?}", kind.name));
        Some(format!("{} {}", kind.name, members.join(" ")))
    };
    // What follows the walk's end is the bench that closes.
    let played = |event: &&Event| event.kind != crate::kinds::WALK_ENDED;
    let events = run.events.iter().take_while(played).enumerate();
    let events = events.filter(|(_, event)| event.seq > first);
    events
        .filter_map(|(at, event)| of(event, &run.events[..at]))
        .collect()
}

/// Steps of which a recorder writes down nothing, or something else that does the same.
fn not_recorded(step: &crate::engine::Step) -> bool {
    let unnamed = step.act_name == "person.choose-account"
        && format!("{:?}", step.act).contains("place: Some");
    unnamed || UNSEEN.iter().any(|(title, _)| *title == step.title)
        // A request that never arrived does not tell for whom it was.
        || step.title == "She tries to add a passkey, in vain"
}

#[test]
fn a_recorder_finds_the_acts_of_every_walk_in_their_order() {
    for (walk, run) in runs() {
        let found = recorded(run, &cast(walk, run));
        let names: Vec<&str> = found
            .iter()
            .filter_map(|found| found.split(' ').next())
            .collect();
        let played: Vec<&str> = (walk.steps.iter())
            .filter(|step| !not_recorded(step))
            .map(|step| match step.act_name {
                "client.abort" => "page.cancel",
                name => name,
            })
            .collect();
        assert_eq!(names, played, "{}\n{}", run.file, found.join("\n"));
        let accounts = (walk.steps.iter())
            .filter(|step| !not_recorded(step))
            .flat_map(|step| step.act.refers())
            .filter(|name| name.role == Role::Account)
            .map(|name| format!("account=\"{}\"", name.name));
        let told: Vec<&str> = (found.iter().flat_map(|found| found.split(' ')))
            .filter(|word| word.starts_with("account="))
            .collect();
        assert_eq!(told, accounts.collect::<Vec<_>>(), "{}", run.file);
    }
}
