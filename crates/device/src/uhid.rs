//! The way in as a USB key, on Linux: the kernel's module uhid makes a HID device of this program,
//! and every FIDO client finds it at a hidraw node.
//!
//! The kernel drops the node when the program ends, however it ends.

#[cfg(any(target_os = "linux", test))]
mod event;
#[cfg_attr(not(target_os = "linux"), path = "uhid/elsewhere.rs")]
mod kernel;
mod missing;
mod node;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ctap::hid::Report;
use rand_core::TryRng as _;
use tokio::time::Instant;

use crate::hid_server::{self, Incoming, Plug, Transport};
use crate::{Device, Error};
use kernel::Kernel;
pub use missing::Missing;

/// How long a kernel may take to make the node.
const NODE_TIME: Duration = Duration::from_secs(10);
/// How often it is looked for.
const NODE_POLL: Duration = Duration::from_millis(10);
/// How far apart reports are in the long run, as on a bus that asks a key every so often. A hidraw node
/// keeps 63 of them for its reader, and drops the rest without a word.
const REPORT_INTERVAL: Duration = Duration::from_millis(4);
/// How many may go at once.
const BURST: u32 = 16;

/// Whether this computer can make a USB key out of a device.
///
/// # Errors
/// What is missing, and the command that helps.
pub fn check() -> Result<(), Missing> {
    missing::check()
}

/// A device that is plugged in. It answers while [`serve`] runs, and is unplugged when this is
/// dropped.
#[derive(Debug)]
pub struct Plugged {
    // Dropped first: the node is gone when the timeline hears of it.
    kernel: Kernel,
    plug: Plug,
    path: PathBuf,
    name: String,
    /// When the next report may go, had none before it been late.
    due: Instant,
}

impl Plugged {
    /// Its node: `/dev/hidraw3`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The product name that clients see.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Plugs the device in under its own name, which starts with a power cycle: cancel what it works on
/// first. Returns when the kernel has made the node. Must be called within a tokio runtime.
///
/// # Errors
/// [`Error::Uhid`], [`Error::UhidFailed`], [`Error::NoSuchDevice`], [`Error::Vault`],
/// [`Error::Randomness`].
pub async fn plug(device: Device) -> Result<Plugged, Error> {
    check()?;
    let name = product_name(&device.info()?.name);
    let port = port(&device)?;
    device.power_cycle().await;
    let kernel = Kernel::open(&name, &port, device.id().as_str())?;
    let path = node_of(&port).await?;
    let plug = Plug::new(device, "hid", &path.to_string_lossy());
    Ok(Plugged {
        kernel,
        plug,
        path,
        name,
        due: Instant::now(),
    })
}

/// Answers CTAPHID until the kernel breaks off. Dropping the future unplugs the device at once and
/// cancels the command under way.
///
/// # Errors
/// [`Error::UhidFailed`], [`Error::Randomness`].
pub async fn serve(plugged: Plugged) -> Result<(), Error> {
    hid_server::serve(plugged.plug.device().clone(), plugged).await
}

impl Transport for Plugged {
    /// Whoever has the node open; the kernel does not say who.
    type Peer = ();

    async fn receive(&mut self) -> Result<Incoming<()>, Error> {
        self.kernel.receive().await
    }

    async fn send(&mut self, reports: &[Report], (): ()) -> Result<(), Error> {
        for report in reports {
            let now = Instant::now();
            let burst = now.checked_sub(REPORT_INTERVAL * BURST).unwrap_or(now);
            self.due = self.due.max(burst) + REPORT_INTERVAL;
            tokio::time::sleep_until(self.due).await;
            self.kernel.send(report)?;
        }
        Ok(())
    }
}

/// What the kernel calls the place where the key is plugged in: a name nobody else has, by which its
/// node is found.
fn port(device: &Device) -> Result<String, Error> {
    let mut bytes = [0; 8];
    (device.0.seams.rng)(Some(device.id()))
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Error::Randomness(error.to_string()))?;
    Ok(format!("touchstone/{:016x}", u64::from_be_bytes(bytes)))
}

/// A name as HID knows it: one line of at most 127 bytes.
fn product_name(name: &str) -> String {
    let line = name.replace(|it: char| it.is_control(), " ");
    up_to(&line, 127).to_owned()
}

/// As much of the text as whole characters fill at most `limit` bytes.
fn up_to(text: &str, limit: usize) -> &str {
    let ends = text.char_indices().map(|(at, it)| at + it.len_utf8());
    &text[..ends.take_while(|end| *end <= limit).last().unwrap_or(0)]
}

async fn node_of(port: &str) -> Result<PathBuf, Error> {
    let deadline = Instant::now() + NODE_TIME;
    let name = loop {
        if let Some(name) = node::find(Path::new("/sys"), port) {
            break name;
        }
        if Instant::now() > deadline {
            return Err(Missing::NoDriver.into());
        }
        tokio::time::sleep(NODE_POLL).await;
    };
    let path = Path::new("/dev").join(name);
    // The class knows it a moment before the file is there. In a container it may never be.
    let deadline = Instant::now() + NODE_POLL * 50;
    while !path.exists() && Instant::now() < deadline {
        tokio::time::sleep(NODE_POLL).await;
    }
    Ok(path)
}
