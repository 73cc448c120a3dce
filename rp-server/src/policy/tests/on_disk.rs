//! The policy's file: made, read again, kept out when it is bad.

use std::{fs, path::Path, sync::Arc, time::Duration};

use serde_json::json;
use tempfile::TempDir;
use timeline::{Draft, Emit, ManualClock, Seq, Timestamp};

use crate::{
    Config, Data, Error, Limits, RelyingParty, Seams, Storage, kinds,
    policy::{TEMPLATE, Wanted},
};

/// How long a test waits for the file to be looked at before it says that it never was.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Listener(std::sync::Mutex<Vec<Draft>>);

impl Emit for Listener {
    fn emit(&self, draft: Draft) -> Seq {
        let mut drafts = self.0.lock().expect("whole");
        drafts.push(draft);
        Seq(drafts.len() as u64)
    }
}

impl Listener {
    fn told(&self, kind: &str) -> Vec<serde_json::Value> {
        let drafts = self.0.lock().expect("whole");
        let of_kind = drafts.iter().filter(|draft| draft.kind == kind);
        of_kind.map(|draft| draft.body.clone()).collect()
    }
}

async fn open_with(
    folder: &Path,
    policy_file: Option<&Path>,
) -> Result<(Arc<RelyingParty>, Arc<Listener>), Error> {
    let storage = Storage::open(&Data::Folder(folder.to_owned()), Limits::default())?;
    let config = Config {
        policy_file: policy_file.map(Path::to_owned),
        ..Config::local("Acme", "acme.localhost", 8080)
    };
    let heard = Arc::new(Listener::default());
    let clock = Arc::new(ManualClock::new(Timestamp(1_700_000_000_000)));
    let party = RelyingParty::open(config, storage, Seams::new(heard.clone(), clock)).await?;
    Ok((party, heard))
}

async fn open(folder: &Path) -> (Arc<RelyingParty>, Arc<Listener>) {
    open_with(folder, None).await.expect("a sound policy")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Polls the watcher until `done`.
async fn until(party: &RelyingParty, done: impl Fn() -> bool) {
    let watched = async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = party.watch_policy() => panic!("it stopped watching"),
        watched = tokio::time::timeout(PATIENCE, watched) => watched.expect("it never happened"),
    }
}

#[tokio::test]
async fn the_first_start_writes_a_file_that_explains_itself() {
    let folder = folder();
    let (party, heard) = open(folder.path()).await;
    let file = folder.path().join("policy.toml");
    assert_eq!(party.policy_file().as_deref(), Some(&*file));
    assert_eq!(fs::read_to_string(&file).expect("written"), TEMPLATE);
    assert_eq!(party.policy().policy_version, 1);
    assert!(heard.told(kinds::POLICY_CHANGED).is_empty());
}

#[tokio::test]
async fn an_edit_is_in_force_told_logged_and_outlives_a_restart() {
    let folder = folder();
    let file = folder.path().join("policy.toml");
    let (party, heard) = open(folder.path()).await;
    fs::write(&file, "[pin]\noffline = true\n").expect("written");
    until(&party, || !heard.told(kinds::POLICY_CHANGED).is_empty()).await;
    assert_eq!(party.policy().policy_version, 2);
    assert!(party.policy().allows_offline_pin());
    assert_eq!(
        heard.told(kinds::POLICY_CHANGED),
        [
            json!({ "version": 2, "changes": [{ "member": "pin.offline", "from": false, "to": true }] })
        ]
    );
    let log = party.audit_list(0, None).await.expect("a log");
    let last = log.last().expect("a line");
    assert_eq!(
        (last.what.as_str(), &last.detail["by"]),
        ("policyChanged", &json!("file"))
    );
    drop(party);
    let (party, heard) = open(folder.path()).await;
    assert_eq!(party.policy().policy_version, 2);
    assert!(party.policy().allows_offline_pin());
    assert!(
        heard.told(kinds::POLICY_CHANGED).is_empty(),
        "nothing is new"
    );
}

#[tokio::test]
async fn an_edit_while_it_is_not_running_counts_as_a_change() {
    let folder = folder();
    drop(open(folder.path()).await);
    fs::write(folder.path().join("policy.toml"), "[pin]\nhistory = 0\n").expect("written");
    let (party, heard) = open(folder.path()).await;
    assert_eq!(party.policy().policy_version, 2);
    assert_eq!(heard.told(kinds::POLICY_CHANGED).len(), 1);
}

#[tokio::test]
async fn a_new_comment_is_no_change() {
    let folder = folder();
    let file = folder.path().join("policy.toml");
    let (party, heard) = open(folder.path()).await;
    fs::write(&file, "# nothing else\n").expect("written");
    until(&party, || &*party.policy_shown().text == "# nothing else\n").await;
    assert_eq!(party.policy().policy_version, 1);
    assert!(heard.told(kinds::POLICY_CHANGED).is_empty());
}

#[tokio::test]
async fn a_bad_file_a_missing_one_and_one_that_is_no_text_change_nothing_and_are_shown() {
    let folder = folder();
    let file = folder.path().join("policy.toml");
    let (party, heard) = open(folder.path()).await;
    let before = party.policy();
    let bad: [(&dyn Fn(), &str); 3] = [
        (
            &|| fs::write(&file, "[pin]\nofline = true\n").expect("written"),
            "policy.toml:2:1: \"ofline\" is no member of [pin]. Did you mean \"offline\"?",
        ),
        (
            &|| fs::remove_file(&file).expect("gone"),
            "policy.toml:1:1: The policy's file is gone.",
        ),
        (
            &|| fs::write(&file, b"\xff\xfe").expect("written"),
            "policy.toml:1:1: The policy's file cannot be read: it is not text in UTF-8.",
        ),
    ];
    for (index, (spoil, says)) in bad.iter().enumerate() {
        spoil();
        let shown = || party.policy_problem().map(|problem| problem.to_string());
        until(&party, || {
            shown().is_some_and(|shown| shown.starts_with(says))
        })
        .await;
        assert_eq!(party.policy(), before);
        let told = heard.told(kinds::POLICY_REFUSED);
        assert_eq!(told.len(), index + 1, "told once");
        assert_eq!(told[index]["message"], shown().expect("one"));
    }
    assert!(
        !heard.told(kinds::POLICY_REFUSED)[0]["message"]
            .to_string()
            .contains(&*folder.path().to_string_lossy())
    );
    fs::write(&file, "[pin]\noffline = true\n").expect("written");
    until(&party, || party.policy().pin.offline).await;
    assert_eq!(party.policy_problem(), None);
}

#[tokio::test]
async fn a_file_replaced_by_renaming_another_one_is_taken() {
    let folder = folder();
    let (party, _) = open(folder.path()).await;
    let beside = folder.path().join("draft");
    fs::write(&beside, "[pin]\nhistory = 9\n").expect("written");
    fs::rename(&beside, folder.path().join("policy.toml")).expect("renamed");
    until(&party, || party.policy().pin.history == 9).await;
}

#[tokio::test]
async fn a_bad_file_at_the_start_leaves_the_last_good_policy_in_force() {
    let folder = folder();
    let file = folder.path().join("policy.toml");
    fs::write(&file, "[pin]\noffline = 1\n").expect("written");
    let error = open_with(folder.path(), None)
        .await
        .err()
        .expect("no policy");
    assert_eq!(error.code(), "policyUnusable", "there is no last good one");
    assert!(
        error.to_string().starts_with("policy.toml:2:11: "),
        "{error}"
    );
    fs::write(&file, "[pin]\noffline = true\n").expect("written");
    drop(open(folder.path()).await);
    fs::write(&file, "[pin]\noffline = 1\n").expect("written");
    let (party, _) = open(folder.path()).await;
    assert!(party.policy().pin.offline);
    assert!(party.policy_problem().is_some());
    assert_eq!(
        fs::read_to_string(&file).expect("still there"),
        "[pin]\noffline = 1\n",
        "what somebody wrote is not overwritten"
    );
}

#[tokio::test]
async fn a_file_that_is_named_must_exist() {
    let folder = folder();
    let named = folder.path().join("ours.toml");
    let data = folder.path().join("data");
    let error = open_with(&data, Some(&named)).await.err().expect("missing");
    assert_eq!(error.code(), "policyMissing");
    fs::write(&named, "[pin]\nx = 1\n").expect("written");
    let error = open_with(&data, Some(&named)).await.err().expect("bad");
    assert!(error.to_string().starts_with("ours.toml:2:1: "), "{error}");
    fs::write(&named, "[pin]\nhistory = 1\n").expect("written");
    let (party, _) = open_with(&data, Some(&named)).await.expect("sound");
    assert_eq!(party.policy().pin.history, 1);
    assert!(!data.join("policy.toml").exists());
}

#[tokio::test]
async fn saving_writes_the_file_in_one_step_and_keeps_links_and_rights() {
    let folder = folder();
    let target = folder.path().join("real.toml");
    let link = folder.path().join("link.toml");
    fs::write(&target, "# mine\n[pin]\nhistory = 1\n").expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("set");
        std::os::unix::fs::symlink(&target, &link).expect("linked");
    }
    #[cfg(not(unix))]
    fs::copy(&target, &link).expect("copied");
    let (party, _) = open_with(&folder.path().join("data"), Some(&link))
        .await
        .expect("sound");
    let change = json!({ "pin": { "history": 2 } });
    let change = Wanted::Changes(change.as_object().expect("one").clone());
    party
        .change_policy(change, Some(1), None)
        .await
        .map(drop)
        .expect("saved");
    assert_eq!(
        fs::read_to_string(&link).expect("there"),
        "# mine\n[pin]\nhistory = 2\n"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        let rights = fs::metadata(&target).expect("there").permissions().mode();
        assert_eq!(rights & 0o777, 0o640);
    }
    let names: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("one").file_name())
        .collect();
    assert_eq!(names.len(), 3, "nothing is left over: {names:?}");
}

#[tokio::test]
async fn saving_over_an_edit_that_was_not_seen_yet_is_refused() {
    let folder = folder();
    let file = folder.path().join("policy.toml");
    let (party, _) = open(folder.path()).await;
    fs::write(&file, "[pin]\nhistory = 9\n").expect("written");
    let refused = party
        .change_policy(Wanted::Text(String::new()), None, None)
        .await;
    assert_eq!(
        refused.err().map(|refusal| refusal.code()),
        Some("policyMoved")
    );
    until(&party, || party.policy().pin.history == 9).await;
    let saved = party
        .change_policy(Wanted::Text(String::new()), Some(2), None)
        .await;
    assert_eq!(
        saved
            .map(|shown| shown.policy.policy_version)
            .expect("saved"),
        3
    );
    assert_eq!(fs::read_to_string(&file).expect("there"), "");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cannot_be_written_leaves_the_policy_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let (party, heard) = open(folder.path()).await;
    // Also for whoever may write everywhere: a folder stands where the new file would be made.
    fs::create_dir(folder.path().join("policy.toml.new")).expect("made");
    fs::set_permissions(
        folder.path().join("policy.toml"),
        fs::Permissions::from_mode(0o400),
    )
    .expect("set");
    let refused = party
        .change_policy(Wanted::Text("[pin]\nhistory = 1\n".into()), None, None)
        .await;
    assert_eq!(
        refused.err().map(|refusal| refusal.code()),
        Some("policyNotWritten")
    );
    assert_eq!(party.policy().policy_version, 1);
    assert!(heard.told(kinds::POLICY_CHANGED).is_empty());
}
