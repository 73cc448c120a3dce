//! Keys over UDP as they come and go. Nodes are tested where there are some: in a virtual machine.

use std::{net::SocketAddr, time::Duration};

use tokio::net::UdpSocket;

use super::{Bus, FoundKey, KeyId, Keys, KeysSetting};
use crate::{
    Tap,
    hid::tests::sockets::{Behaviour, plug_in},
};

fn watch(udp: &[SocketAddr]) -> Keys {
    Keys::watch(KeysSetting {
        hid: false,
        udp: udp.to_vec(),
    })
}

async fn key() -> (SocketAddr, tokio::task::JoinHandle<()>) {
    let (address, _, task) = plug_in("127.0.0.1:0", Behaviour::Echo(0)).await;
    (address, task)
}

/// Waits until the list names these.
async fn until(keys: &Keys, wanted: &[SocketAddr]) {
    let mut changes = keys.changes();
    let wanted: Vec<KeyId> = wanted.iter().map(|address| KeyId::udp(*address)).collect();
    let seen = async {
        loop {
            let ids: Vec<KeyId> = keys.list().into_iter().map(|key| key.id).collect();
            if ids == wanted {
                return;
            }
            changes.changed().await.expect("the watch lives on");
        }
    };
    tokio::time::timeout(Duration::from_secs(20), seen)
        .await
        .expect("in time");
}

#[tokio::test]
async fn keys_come_and_go_by_themselves() {
    let ((one, unplug_one), (two, _task)) = (key().await, key().await);
    let keys = watch(&[one, two]);
    until(&keys, &[one, two]).await;
    unplug_one.abort();
    until(&keys, &[two]).await;
    let (again, ..) = plug_in(&one.to_string(), Behaviour::Echo(0)).await;
    assert_eq!(again, one);
    until(&keys, &[one, two]).await;
}

#[tokio::test]
async fn addresses_are_added_and_removed_and_only_a_change_is_told() {
    let (address, _task) = key().await;
    let keys = watch(&[]);
    assert_eq!(keys.look().await, []);
    let before = *keys.changes().borrow();
    keys.add_udp(address);
    keys.add_udp(address);
    let found = keys.look().await;
    assert_eq!(found, [FoundKey::over_udp(address)]);
    assert_eq!(
        (found[0].bus, found[0].name.as_str()),
        (Bus::Udp, "Security key")
    );
    for _ in 0..3 {
        keys.look().await;
    }
    assert_eq!(*keys.changes().borrow(), before + 1, "nothing else changed");
    keys.remove_udp(address);
    assert_eq!(keys.look().await, []);
    assert_eq!(*keys.changes().borrow(), before + 2);
}

#[tokio::test]
async fn looking_again_and_again_takes_no_channel_away() {
    let (address, _task) = key().await;
    let keys = watch(&[address]);
    let mut channel = keys
        .open(&KeyId::udp(address), Tap::silent())
        .await
        .expect("a channel");
    let opened = channel.init_response().channel;
    // More looks than a key remembers channels.
    for _ in 0..300 {
        keys.look().await;
    }
    channel.ping(b"mine").await.expect("still there");
    assert_eq!(channel.init_response().channel, opened);
}

#[tokio::test]
async fn a_place_where_nobody_speaks_ctaphid_is_no_key() {
    let mute = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let nobody = {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        socket.local_addr().expect("bound")
    };
    let keys = watch(&[mute.local_addr().expect("bound"), nobody]);
    for _ in 0..3 {
        assert_eq!(keys.look().await, []);
    }
}

#[tokio::test]
async fn only_what_is_plugged_in_or_looked_at_can_be_opened() {
    let (address, _task) = key().await;
    let keys = watch(&[]);
    for id in [
        KeyId::udp(address),
        KeyId::hid("/dev/null"),
        KeyId::hid("/etc/passwd"),
    ] {
        let refused = keys.open(&id, Tap::silent()).await;
        let error = refused.map(|_| ()).expect_err("it is not plugged in");
        assert_eq!(error.code(), "deviceGone");
        assert!(error.to_string().contains(id.as_str()), "{error}");
    }
    keys.add_udp(address);
    let opened = keys.open(&KeyId::udp(address), Tap::silent()).await;
    opened.expect("now it is looked at");
}
