//! What the program is started with.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use bench::{Config, HomeChoice, KeysSetting, Setting};
use clap::Parser;
use tauri::{AppHandle, Manager};

/// Touchstone, the passkey test bench.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Options {
    /// Folder for devices, relying parties and exports [default: the user's data folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the vault's key rests
    #[arg(long, value_name = "HOME", value_enum)]
    vault: Option<HomeChoice>,
    /// Port of the relying party [default: the one it had, or a free one]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Also look for a key that speaks CTAPHID over UDP here, such as 127.0.0.1:8111; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    key_udp: Vec<SocketAddr>,
    /// Rest between two steps of a walk that plays, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 700)]
    pace: u64,
}

impl Options {
    /// The rest between two steps of a walk that plays.
    pub(crate) fn pace(&self) -> Duration {
        Duration::from_millis(self.pace)
    }

    /// The bench these options ask for.
    pub(crate) fn config(&self, app: &AppHandle) -> tauri::Result<Config> {
        let data = match &self.data {
            Some(folder) => folder.clone(),
            None => app.path().app_data_dir()?,
        };
        Ok(Config {
            data,
            home: self.vault,
            port: self.port,
            web_view: tauri::webview_version().ok(),
            keys: KeysSetting {
                hid: true,
                udp: self.key_udp.clone(),
            },
            setting: Setting::default(),
        })
    }
}
