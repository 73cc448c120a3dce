//! Secrets are named and never shown: not on the timeline, not in results, not on the disk.

use std::{fs, path::Path, sync::Arc};

use super::fixture::{files, read, told};
use crate::engine::{Options, Secrets, Verdict, run};

fn holds(folder: &Path, digits: &str) -> bool {
    fs::read_dir(folder)
        .expect("readable")
        .flatten()
        .any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                return holds(&path, digits);
            }
            let bytes = fs::read(&path).expect("readable");
            bytes
                .windows(digits.len())
                .any(|part| part == digits.as_bytes())
        })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_results_the_timeline_or_the_data_of_a_run() {
    let with_many = ["09-", "15-", "25-"];
    let chosen = files().into_iter().filter(|file| {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        with_many.iter().any(|prefix| name.starts_with(prefix))
    });
    let mut searched = 0;
    for file in chosen {
        let walk = Arc::new(read(&file));
        let secrets = Secrets::made(walk.seed, &walk.secrets);
        let keep = tempfile::tempdir().expect("a folder");
        let options = Options {
            keep: Some(keep.path().to_owned()),
            ..Options::default()
        };
        let run = run(walk.clone(), options).await;
        assert_eq!(run.verdict, Verdict::Passed, "{}", told(&run));
        let written = format!(
            "{} {run:?} {walk:?}",
            serde_json::to_string(&run).expect("JSON")
        );
        for name in &walk.secrets {
            let digits = secrets.digits(name).expect("the walk names it");
            assert!(
                !written.contains(digits),
                "secret:{name} of {}",
                file.display()
            );
            assert!(
                !holds(keep.path(), digits),
                "secret:{name} of {}",
                file.display()
            );
            searched += 1;
        }
        assert!(written.contains("device.pin.checked"), "PINs were typed");
    }
    assert!(searched >= 6, "{searched}");
}
