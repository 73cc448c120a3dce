use ctap::get_info::Info;
use ctap::pin_uv_auth::Protocol;
use ctap::{Command, Status};

use super::world::{Asked, Bench};
use crate::{AAGUID, Profile, Purpose, Refusal, UserVerification};

async fn info(bench: &mut Bench) -> Info {
    let body = bench
        .run(&Command::GetInfo)
        .await
        .expect("getInfo always answers");
    Info::decode(&body).expect("our own response is well-formed")
}

#[tokio::test]
async fn advertises_only_what_is_there() {
    let mut bench = Bench::key();
    let key = info(&mut bench).await;
    assert_eq!(key.versions, ["FIDO_2_0"]);
    assert_eq!(key.aaguid, AAGUID);
    assert_eq!(key.extensions, ["uvm"]);
    assert!(key.pin_uv_auth_protocols.is_empty());
    assert_eq!(key.option("rk"), Some(true));
    assert_eq!(
        (
            key.option("uv"),
            key.option("clientPin"),
            key.option("plat")
        ),
        (None, None, None)
    );
    let options: Vec<_> = key.options.keys().collect();
    assert_eq!(options, ["rk", "up"]);
    assert_eq!(key.min_pin_length, None);
    assert_eq!(key.attestation_formats, ["packed"]);
    assert_eq!(key.transports, ["usb"]);
    assert_eq!(key.max_msg_size, Some(1_200));
    assert_eq!(
        (
            key.max_credential_count_in_list,
            key.max_credential_id_length
        ),
        (Some(8), Some(64))
    );
    assert_eq!(key.remaining_discoverable_credentials, Some(100));
    bench.enrol(["alice", "bob"]).await;
    assert_eq!(
        info(&mut bench).await.remaining_discoverable_credentials,
        Some(98)
    );
}

#[tokio::test]
async fn says_whether_verification_is_set_up() {
    let mut bench = Bench::phone();
    assert_eq!(info(&mut bench).await.option("uv"), Some(true));
    bench.world.user.verification = UserVerification::NotConfigured;
    assert_eq!(info(&mut bench).await.option("uv"), Some(false));
}

#[tokio::test]
async fn a_key_with_a_pin_says_whether_it_is_set() {
    let mut bench = Bench::new(Profile::pin_key());
    for set in [false, true] {
        let key = info(&mut bench).await;
        assert_eq!(key.option("clientPin"), Some(set));
        assert_eq!(key.option("pinUvAuthToken"), Some(true));
        assert_eq!(key.option("uv"), None);
        assert_eq!(key.pin_uv_auth_protocols, [2, 1]);
        assert_eq!(key.min_pin_length, Some(4));
        assert_eq!(key.versions, ["FIDO_2_0"]);
        assert!(key.options.values().all(|on| *on || !set));
        let _ = bench.set_pin(Protocol::Two, "1234").await;
    }
}

#[tokio::test]
async fn a_fingerprint_key_says_that_it_verifies_and_has_no_pin() {
    let key = info(&mut Bench::new(Profile::fingerprint_key())).await;
    assert_eq!(key.option("uv"), Some(true));
    assert_eq!(key.option("pinUvAuthToken"), Some(true));
    assert_eq!(key.option("clientPin"), None);
    assert_eq!(key.pin_uv_auth_protocols, [2, 1]);
    assert_eq!(key.min_pin_length, None);
    assert_eq!(key.transports, ["usb"]);
}

#[tokio::test]
async fn selection_is_a_touch() {
    let mut bench = Bench::key();
    assert_eq!(bench.run(&Command::Selection).await, Ok(vec![]));
    assert_eq!(
        bench.world.user.asked,
        [Asked::Presence(Purpose::Selection, None, None)]
    );
    bench.world.user.refusals.push_back(Refusal::TimedOut);
    assert_eq!(
        bench.run(&Command::Selection).await,
        Err(Status::UserActionTimeout)
    );
}

#[tokio::test]
async fn refuses_commands_that_it_does_not_know() {
    let mut bench = Bench::phone();
    for (command, status) in [
        (vec![], Status::InvalidLength),
        (vec![0x00], Status::InvalidCommand),
        (vec![0x0A, 0xA0], Status::InvalidCommand),
        (vec![0x41], Status::InvalidCommand),
        (vec![0x06, 0xA1, 0x02, 0x01], Status::InvalidCommand),
        (vec![0x06], Status::InvalidCommand),
        (vec![0x06, 0xFF], Status::InvalidCommand),
        (vec![0x01], Status::MissingParameter),
        (vec![0x01, 0xA0], Status::MissingParameter),
        (vec![0x02, 0xFF], Status::InvalidCbor),
    ] {
        assert_eq!(bench.raw(&command).await, [status.code()], "{command:02x?}");
    }
}
