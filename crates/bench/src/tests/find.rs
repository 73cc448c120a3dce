use super::person::*;
use crate::{
    Bench,
    api::{TimelineMatches, TimelineQuery},
};

async fn find(bench: &Bench, query: TimelineQuery) -> TimelineMatches {
    bench
        .timeline_find(query, 0)
        .await
        .expect("a good query on a readable timeline")
}

fn text(text: &str) -> TimelineQuery {
    TimelineQuery {
        text: text.into(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_found_by_its_name_where_only_its_passkey_is_named_and_no_secret_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = open(folder.path()).await;
    let page = Page::of(&bench).await;
    page.register(&bench, "alice").await;
    page.sign_out().await;
    page.sign_in(&bench, touch_and_verify(&bench)).await;

    let found = find(&bench, text("alice")).await;
    assert!(!found.more);
    let events = bench
        .timeline_range(0, 5_000)
        .await
        .expect("readable")
        .events;
    let used = events
        .iter()
        .find(|event| event.kind == "device.passkey.used")
        .expect("signed");
    assert!(!used.body.to_string().contains("alice"), "{}", used.body);
    assert!(
        found.seqs.contains(&used.seq.0),
        "the passkey of alice was used: {found:?}"
    );
    let credential = used.body["credentialId"].as_str().expect("an id");
    let carries = find(&bench, text(credential)).await;
    for event in events
        .iter()
        .filter(|event| event.body.to_string().contains(credential))
    {
        assert!(carries.seqs.contains(&event.seq.0), "{event:?}");
    }

    assert!(find(&bench, text(PIN)).await.seqs.is_empty());
    let refused = bench.timeline_find(text(&"x".repeat(201)), 0).await;
    assert_eq!(
        refused.err().map(|error| error.code()),
        Some("queryRefused")
    );

    let related = bench
        .timeline_related(u32::try_from(used.seq.0).expect("few events"))
        .await
        .expect("readable");
    assert_eq!(related.event.map(|event| event.seq), Some(used.seq));
    let none = bench.timeline_related(u32::MAX).await.expect("readable");
    assert!(none.event.is_none() && none.causes.is_empty());
}
