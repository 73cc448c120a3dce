//! How it ends: exit codes, what is said, which walks are played.

use std::{fs, io::Read as _, path::Path, process::Stdio, thread::sleep, time::Duration};

use super::{Folder, GREEN, HANGING, RED, Said, command, walk};

#[test]
fn a_failing_walk_says_which_step_what_differs_where_and_how_to_see_it_again() {
    let folder = Folder::with(&[("green.toml", GREEN), ("red.toml", RED)]);
    let said = walk(folder.0.path(), &["green.toml", "red.toml", "--seed", "5"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    for part in [
        "ok      The page opens  (1 step)",
        "failed  The wrong name is expected",
        "step 2 of 3: She says no",
        "red.toml:24: ",
        "AbortError",
        "NotAllowedError",
        "again: touchstone walk red.toml --seed 5",
    ] {
        assert!(said.err.contains(part), "{part} in {}", said.err);
    }
    assert!(said.out.starts_with("1 of 2 walks passed."), "{}", said.out);
}

#[test]
fn nothing_is_played_when_one_file_cannot_be_used_and_each_of_those_is_named() {
    let typo = GREEN.replace("page.open", "page.opne");
    let broken = "title = \"Never closed\n";
    let walks = [("a.toml", GREEN), ("b.toml", &typo), ("c.toml", broken)];
    let folder = Folder::with(&walks);
    let said = walk(folder.0.path(), &[".", "--report", "json=report.json"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("b.toml:11:7: "), "{}", said.err);
    assert!(said.err.contains("page.open"), "the nearest: {}", said.err);
    assert!(said.err.contains("c.toml:1:"), "{}", said.err);
    assert!(!said.err.contains("ok "), "{}", said.err);
    assert_eq!(said.out, "");
    assert!(!folder.path("report.json").exists());
}

#[test]
fn a_folders_walk_that_needs_a_usb_key_is_left_out_where_none_can_be_made() {
    let plugged = GREEN.replace("profile = \"phone\"", "profile = \"key\"\nway = \"hid\"");
    let folder = Folder::with(&[("green.toml", GREEN), ("plugged.toml", &plugged)]);
    let possible = bench::can_plug(bench::api::PlugWay::Hid).is_ok();
    let said = walk(folder.0.path(), &["."]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(said.err.contains("left out The page opens: "), !possible);
    let played = if possible {
        "All 2 walks passed"
    } else {
        "The walk passed"
    };
    assert!(said.out.starts_with(played), "{}", said.out);
    let named = walk(folder.0.path(), &["plugged.toml"]);
    assert_eq!(named.code, Some(i32::from(!possible)), "{}", named.err);
}

#[test]
fn a_folder_of_which_nothing_can_be_played_here_is_no_success() {
    if bench::can_plug(bench::api::PlugWay::Hid).is_ok() {
        return;
    }
    let plugged = GREEN.replace("profile = \"phone\"", "profile = \"key\"\nway = \"hid\"");
    let folder = Folder::with(&[("plugged.toml", &plugged)]);
    let said = walk(folder.0.path(), &[".", "--report", "junit=a.xml"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err
            .contains("Nothing was played: \"The page opens\" left out, "),
        "{}",
        said.err
    );
    assert_eq!(said.out, "");
    assert!(!folder.path("a.xml").exists());

    std::fs::write(folder.path("green.toml"), GREEN).expect("it can be written");
    let said = walk(folder.0.path(), &[".", "--report", "junit=a.xml"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.ends_with(" 1 walk left out.\n"), "{}", said.out);
    let report = fs::read_to_string(folder.path("a.xml")).expect("it was written");
    assert!(report.contains("<skipped message="), "{report}");
}

#[test]
fn a_seed_that_no_walk_could_have_is_refused() {
    let folder = Folder::with(&[("green.toml", GREEN)]);
    let said = walk(folder.0.path(), &[".", "--seed", "9007199254740992"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err.contains("at most 9007199254740991"),
        "{}",
        said.err
    );
    let said = walk(folder.0.path(), &[".", "--seed", "9007199254740991"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn what_is_not_there_and_a_folder_without_walks_are_unusable() {
    let folder = Folder::with(&[("notes.txt", "no walk"), (".hidden.toml", GREEN)]);
    let said = walk(folder.0.path(), &["gone.toml", "."]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("gone.toml cannot be read: "),
        "{}",
        said.err
    );
    assert!(said.err.contains(". holds no walk."), "{}", said.err);
    for arguments in [
        &[][..],
        &[".", "--report", "pdf=a.pdf"],
        &[".", "--report", "html="],
        &[".", "--jobs", "0"],
    ] {
        assert_eq!(
            walk(folder.0.path(), arguments).code,
            Some(2),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_folder_stands_for_all_walks_within_and_what_is_named_twice_is_played_once() {
    let folder = Folder::with(&[("green.toml", GREEN)]);
    fs::create_dir(folder.path("more")).expect("a folder");
    let other = GREEN.replace("The page opens", "The page opens, too");
    fs::write(folder.path("more/other.toml"), other).expect("it can be written");
    let arguments = ["green.toml", ".", "more/../green.toml", "more"];
    let said = walk(folder.0.path(), &arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.starts_with("All 2 walks passed."), "{}", said.out);
}

#[test]
fn a_filter_looks_into_titles_and_file_names_and_says_what_there_is_when_nothing_fits() {
    let folder = Folder::with(&[("red.toml", RED)]);
    fs::create_dir(folder.path("opening")).expect("a folder");
    fs::write(folder.path("opening/green.toml"), GREEN).expect("it can be written");
    let whole = folder.0.path().to_str().expect("text").to_owned();
    for (given, text) in [
        (".", "PAGE opens"),
        (".", "green"),
        ("opening", "gree"),
        (".", "Opening"),
        (&*whole, "opening/green"),
    ] {
        let said = walk(folder.0.path(), &[given, "--filter", text]);
        assert_eq!(said.code, Some(0), "{text}: {}", said.err);
        assert!(said.out.starts_with("The walk passed."), "{}", said.out);
    }
    let above = folder.0.path().file_name().and_then(|name| name.to_str());
    let said = walk(folder.0.path(), &[&whole, "--filter", above.expect("text")]);
    assert_eq!(said.code, Some(2), "what lies above is nobody's name");
    let said = walk(folder.0.path(), &[".", "--filter", "blue"]);
    assert_eq!(said.code, Some(2));
    for part in [
        "\"blue\"",
        "\"The page opens\"",
        "\"The wrong name is expected\"",
    ] {
        assert!(said.err.contains(part), "{part} in {}", said.err);
    }
}

#[test]
fn a_filter_that_nothing_fits_names_some_titles_and_counts_the_others() {
    let walks: Vec<(String, String)> = (0..20)
        .map(|number| {
            let title = format!("Opening number {number}");
            (
                format!("{number}.toml"),
                GREEN.replace("The page opens", &title),
            )
        })
        .collect();
    let walks: Vec<(&str, &str)> = (walks.iter())
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let said = walk(Folder::with(&walks).0.path(), &[".", "--filter", "blue"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.trim_end().ends_with(" and 12 more."),
        "{}",
        said.err
    );
}

#[test]
fn a_walk_that_hangs_ends_at_its_deadline_and_says_what_it_waited_for() {
    let folder = Folder::with(&[("hanging.toml", HANGING), ("green.toml", GREEN)]);
    let said = walk(folder.0.path(), &["."]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("ok      The page opens"), "{}", said.err);
    assert!(
        said.err.contains("step 2 of 2: Alice asks for an account"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("The walk was waiting for "),
        "{}",
        said.err
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_and_leaves_no_folder_behind() {
    let folder = Folder::with(&[("hanging.toml", &HANGING.replace("2s", "5m"))]);
    let scratch = tempfile::tempdir().expect("a folder");
    let mut child = command(folder.0.path(), &["hanging.toml"])
        .env("TMPDIR", scratch.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    while is_empty(scratch.path()) {
        sleep(Duration::from_millis(20));
        assert!(matches!(child.try_wait(), Ok(None)), "it ended by itself");
    }
    // The bench of the walk is being set up or stands.
    sleep(Duration::from_millis(300));
    let told = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(told.success(), "it was running");
    let status = child.wait().expect("it ends");
    let mut err = String::new();
    let mut pipe = child.stderr.take().expect("it is piped");
    pipe.read_to_string(&mut err).expect("UTF-8");
    let said = Said {
        code: status.code(),
        out: String::new(),
        err,
    };
    assert_eq!(said.code, Some(130), "{}", said.err);
    assert!(said.err.contains("Stopped; 0 of 1 walks"), "{}", said.err);
    assert!(is_empty(scratch.path()), "the bench's folder is gone");
}

#[cfg(unix)]
fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("it is there").next().is_none()
}
