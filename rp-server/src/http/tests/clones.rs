//! A cloned key betrays itself by its counter.

use super::fixture::Bench;

#[tokio::test]
async fn a_cloned_key_that_has_fallen_behind_signs_nobody_in() {
    let bench = Bench::new().await;
    let mut alice = bench.visitor();
    let mut key = alice.sign_up("alice", 1).await;
    assert_eq!(alice.sign_in(&mut key).await.status, 200);
    let mut clone = key.clone();
    for _ in 0..2 {
        assert_eq!(alice.sign_in(&mut key).await.status, 200);
    }
    let mut thief = bench.visitor();
    // The clone counts 2, then 3: below the last counter, then level with it.
    for _ in 0..2 {
        let answer = thief.sign_in(&mut clone).await;
        answer.refused_at("7.2", 22, "counter");
        assert_eq!(answer.code(), "signCountNotIncreased");
        assert_eq!(
            answer.message(),
            "The relying party refused the sign-in: the signature counter did not go up; \
             the authenticator may be cloned (step 22). Sign in with another passkey and delete this one."
        );
        assert_eq!(thief.get("/api/session").await.status, 401);
    }
    let overview = bench.party.overview().await.expect("an overview");
    assert_eq!(
        overview.accounts[0].passkeys[0].sign_count, 3,
        "a refused counter is not stored"
    );
    assert_eq!(
        alice.get("/api/session").await.status,
        200,
        "the session that was there stays"
    );
    assert_eq!(alice.sign_in(&mut key).await.status, 200);
}
