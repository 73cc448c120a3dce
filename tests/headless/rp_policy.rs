//! `touchstone rp`: the policy's file and the administrator's token, from outside the process.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::relying_party::{RelyingParty, command, refusal};

/// Looks at a policy before a test says that it never changed: half a minute, if need be.
const LOOKS: u32 = 300;

fn arguments<'a>(data: &'a Path, policy: &'a Path) -> [&'a str; 4] {
    let text = |path: &'a Path| path.to_str().expect("UTF-8");
    ["--data", text(data), "--policy", text(policy)]
}

async fn policy(party: &RelyingParty, token: &str) -> Value {
    let url = format!("{}/api/admin/policy", party.origin);
    let request = reqwest::Client::new().get(url).bearer_auth(token);
    let answer = request.send().await.expect("it answers");
    assert_eq!(answer.status().as_u16(), 200);
    answer.json().await.expect("JSON")
}

async fn until(party: &RelyingParty, token: &str, done: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..LOOKS {
        let shown = policy(party, token).await;
        if done(&shown) {
            return shown;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the policy never became so");
}

#[tokio::test]
async fn says_where_policy_and_token_are_and_follows_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("ours.toml"));
    fs::write(&file, "[pin]\nhistory = 1\n").expect("written");
    let party = RelyingParty::start(&arguments(&data, &file));
    let token_file = data.join("admin-token");
    assert_eq!(
        party.said,
        [
            format!("policy in {}", file.display()),
            format!("administrator's token in {}", token_file.display())
        ]
    );
    let token = fs::read_to_string(&token_file).expect("the token");
    let token = token.trim();
    let shown = policy(&party, token).await;
    assert_eq!(
        (&shown["version"], &shown["policy"]["pin"]["history"]),
        (&1.into(), &1.into())
    );

    fs::write(&file, "[pin]\nhistory = 2\n").expect("written");
    let shown = until(&party, token, |shown| shown["version"] == 2).await;
    assert_eq!(shown["policy"]["pin"]["history"], 2);
    fs::write(&file, "[pin]\nhistory = 2\nhistry = 3\n").expect("written");
    let shown = until(&party, token, |shown| !shown["problem"].is_null()).await;
    assert_eq!(shown["version"], 2, "the last good one stays");
    assert_eq!(shown["problem"]["file"], "ours.toml");
    assert_eq!(shown["problem"]["line"], 3);

    party.kill();
    let party = RelyingParty::start(&arguments(&data, &file));
    let shown = policy(&party, token).await;
    assert_eq!(shown["version"], 2);
    assert_eq!(shown["policy"]["pin"]["history"], 2);
    assert!(!shown["problem"].is_null());
}

#[tokio::test]
async fn without_a_folder_the_token_is_said_and_the_policy_is_in_memory() {
    let party = RelyingParty::start(&["--port", "0"]);
    assert!(
        party.said[0].starts_with("policy in memory"),
        "{:?}",
        party.said
    );
    let token = party.said[1].strip_prefix("administrator's token ");
    let shown = policy(&party, token.expect("a token")).await;
    assert_eq!(shown["version"], 1);
}

#[test]
fn does_not_start_on_a_policy_that_is_missing_or_cannot_be_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, file) = (folder.path().join("data"), folder.path().join("ours.toml"));
    let said = refusal(command(&arguments(&data, &file)));
    assert!(
        said.contains("There is no policy at") && said.contains("ours.toml"),
        "{said}"
    );
    fs::write(&file, "[pin]\nofline = true\n").expect("written");
    let said = refusal(command(&arguments(&data, &file)));
    assert_eq!(
        said.trim_end(),
        "touchstone: ours.toml:2:1: \"ofline\" is no member of [pin]. Did you mean \"offline\"? Correct it and start again."
    );
}
