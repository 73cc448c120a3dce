//! A key outside the program: a software one that the test serves over UDP, so that it can be
//! plugged in and pulled out while the window watches.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use bench::clock::SystemClock;
use device::{Answer, Device, Model, Seams, Shelf, udp};
use timeline::{Clock as _, ManualClock, Silent};
use tokio::task::JoinHandle;
use vault::{KeyHome, Vault};

use crate::desk::PATIENCE;

/// A key that keeps its passkeys while it is unplugged.
pub struct OutsideKey {
    device: Device,
    pub address: SocketAddr,
    serving: Option<JoinHandle<()>>,
}

impl OutsideKey {
    /// A fresh key at an address of its own, not plugged in yet.
    pub fn new(model: Model) -> Self {
        let vault = Vault::open(&PathBuf::new(), KeyHome::Memory).expect("a vault in memory");
        // It waits for a touch for as long as a test looks at its light.
        let clock = ManualClock::new(SystemClock::new().now());
        let seams = Seams::new(Arc::new(clock), Arc::new(Silent));
        let device = Shelf::new(vault, seams).add("Drawer", model);
        let address = SocketAddr::from(([127, 0, 0, 1], crate::desk::free_port()));
        Self {
            device: device.expect("a key"),
            address,
            serving: None,
        }
    }

    /// The name under which the bench knows it.
    pub fn id(&self) -> String {
        format!("udp:{}", self.address)
    }

    /// Puts it in.
    pub async fn plug(&mut self) {
        let socket = udp::bind(self.address).await.expect("the address is free");
        let serving = udp::serve(self.device.clone(), socket, udp::Options::default());
        self.serving = Some(tokio::spawn(async move {
            let _ = serving.await;
        }));
    }

    /// Pulls it out, whatever it is doing.
    pub async fn unplug(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }

    /// Waits until it asks for a touch.
    pub async fn asks(&self) -> u64 {
        let wait = async {
            loop {
                if let Some(prompt) = self.device.prompts().current() {
                    return prompt.id;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("the key asks for a touch in time")
    }

    /// Waits until it asks for a touch, and touches it.
    pub async fn touch(&self) {
        let prompt = self.asks().await;
        let touched = self.device.prompts().answer(prompt, Answer::Touch);
        touched.expect("it waits for a touch");
    }
}

impl Drop for OutsideKey {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}
