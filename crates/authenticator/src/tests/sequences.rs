//! Whatever is sent, in whatever order.

use std::collections::HashMap;
use std::time::Duration;

use ctap::{Command, Status, get_assertion};
use proptest::prelude::*;

use super::world::{Bench, data, descriptor, passkey, sign_in};
use crate::Refusal;

#[derive(Debug, Clone)]
enum Step {
    Make {
        name: u8,
        discoverable: bool,
        exclude: bool,
    },
    Get {
        up: bool,
        allow: Option<u8>,
    },
    Next,
    Info,
    Selection,
    Reset,
    Garbage(Vec<u8>),
    Mangled {
        at: u16,
        bit: u8,
    },
    Wait(u16),
    Refuse(bool),
    PowerCycle,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4u8, any::<bool>(), any::<bool>())
            .prop_map(|(name, discoverable, exclude)| Step::Make { name, discoverable, exclude }),
        4 => (any::<bool>(), proptest::option::of(0..6u8)).prop_map(|(up, allow)| Step::Get { up, allow }),
        4 => Just(Step::Next),
        1 => Just(Step::Info),
        1 => Just(Step::Selection),
        1 => Just(Step::Reset),
        1 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Step::Garbage),
        2 => (any::<u16>(), 0..8u8).prop_map(|(at, bit)| Step::Mangled { at, bit }),
        2 => (0..40_000u16).prop_map(Step::Wait),
        1 => any::<bool>().prop_map(Step::Refuse),
        1 => Just(Step::PowerCycle),
    ]
}

/// What must hold: counters rise, and a next assertion follows only an assertion.
#[derive(Default)]
struct Watch {
    counters: HashMap<Vec<u8>, u32>,
    left: u64,
}

impl Watch {
    fn signed(&mut self, response: &get_assertion::Response) {
        let id = response
            .credential
            .as_ref()
            .expect("always told")
            .id
            .clone();
        let count = data(response).sign_count;
        let before = self.counters.insert(id, count).unwrap_or(0);
        assert!(count > before, "the counter went from {before} to {count}");
    }
}

async fn play(bench: &mut Bench, steps: &[Step]) {
    let mut watch = Watch::default();
    for step in steps {
        let left = std::mem::take(&mut watch.left);
        match step {
            Step::Make {
                name,
                discoverable,
                exclude,
            } => {
                let mut request = passkey(&format!("user{name}"));
                request.options.rk = Some(*discoverable);
                if *exclude {
                    let known = bench.world.store.credentials.first();
                    request
                        .exclude_list
                        .extend(known.map(|it| descriptor(it.id.as_bytes())));
                }
                if let Ok(made) = bench.make(request).await {
                    assert!(
                        watch.counters.insert(made.id, 0).is_none(),
                        "ids are never drawn twice"
                    );
                }
            }
            Step::Get { up, allow } => {
                let mut request = sign_in();
                request.options.up = Some(*up);
                let known = allow.and_then(|at| bench.world.store.credentials.get(usize::from(at)));
                request
                    .allow_list
                    .extend(known.map(|it| descriptor(it.id.as_bytes())));
                if let Ok(response) = bench.get(request).await {
                    watch.signed(&response);
                    watch.left = response.number_of_credentials.map_or(0, |all| all - 1);
                }
            }
            Step::Next => match bench.next().await {
                Ok(response) => {
                    assert!(left > 0, "a next assertion without a first");
                    watch.signed(&response);
                    watch.left = left - 1;
                }
                Err(status) => assert!(
                    matches!(status, Status::NotAllowed | Status::NoCredentials),
                    "{status}"
                ),
            },
            Step::Info => {
                _ = bench
                    .run(&Command::GetInfo)
                    .await
                    .expect("getInfo always answers")
            }
            Step::Selection => _ = bench.run(&Command::Selection).await,
            Step::Reset => _ = bench.run(&Command::Reset).await,
            Step::Garbage(bytes) => _ = bench.raw(bytes).await,
            Step::Mangled { at, bit } => {
                let mut bytes = Command::MakeCredential(Box::new(passkey("mallory"))).encode();
                let at = usize::from(*at) % bytes.len();
                bytes[at] ^= 1 << bit;
                bench.raw(&bytes).await;
            }
            Step::Wait(millis) => {
                bench
                    .world
                    .clock
                    .advance(Duration::from_millis((*millis).into()));
                watch.left = left;
            }
            Step::Refuse(decline) => {
                let refusal = if *decline {
                    Refusal::Declined
                } else {
                    Refusal::Cancelled
                };
                bench.world.user.refusals.push_back(refusal);
                watch.left = left;
            }
            Step::PowerCycle => bench.authenticator.power_cycle(Duration::ZERO),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_sequence_of_commands_breaks_the_rules(
        phone in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let mut bench = if phone { Bench::phone() } else { Bench::key() };
        runtime.block_on(play(&mut bench, &steps));
    }
}
