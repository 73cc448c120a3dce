//! The bench itself: what it holds, how it opens, and what it tells the window.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use client::{Client, Keys};
use device::Seams;
use serde_json::json;
use time::{OffsetDateTime, macros::format_description};
use timeline::{Clock, Draft, Emit, Export, Party, Recorder, Seq};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    Config, Error,
    api::{About, BenchState, Problem, SavedFile, TimelinePage},
    calls::RunningCall,
    clock::SystemClock,
    config::Settings,
    device_network::DeviceNetwork,
    dialogs::{About as Asked, ClientPrompts, Dialogs},
    faults::Faults,
    keys::each_once,
    kinds,
    links::Linked,
    lots::Lots,
    network::Network,
    parties::Parties,
    plugs::Plugs,
    seams::Clocks,
    vault_slot::{Obstacle, VaultSlot},
};

/// Events kept in memory; older ones are on disk.
const EVENTS_IN_MEMORY: usize = 10_000;

/// Most events that one [`Bench::timeline_range`] returns.
const MOST_EVENTS: u32 = 5_000;

/// A bench. Clones are the same bench.
#[derive(Clone)]
pub struct Bench(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) config: Config,
    /// The machine's.
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) clocks: Clocks,
    pub(crate) network: Arc<Network>,
    pub(crate) device_network: Arc<DeviceNetwork>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) lots: Arc<Lots>,
    recorder: Arc<Recorder>,
    pub(crate) emit: Arc<dyn Emit>,
    pub(crate) keys: Keys,
    pub(crate) plugs: Plugs,
    pub(crate) prompts: Arc<ClientPrompts>,
    pub(crate) settings: Mutex<Settings>,
    pub(crate) vault: Mutex<VaultSlot>,
    pub(crate) parties: Mutex<Parties>,
    /// Held by whoever starts or stops a relying party.
    pub(crate) party_turn: tokio::sync::Mutex<()>,
    pub(crate) calls: Mutex<HashMap<String, RunningCall>>,
    /// Cancelled by [`Bench::close`]: nothing is opened or begun any more.
    pub(crate) closed: CancellationToken,
    pub(crate) changes: watch::Sender<u64>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bench {
    /// A bench that is opening its vault and starting its relying parties. What
    /// stands in their way is part of [`Bench::bench_state`], never an error
    /// here. Must be called within a tokio runtime.
    #[must_use]
    pub fn open(config: Config) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let recorder = Arc::new(Recorder::new(clock.clone(), EVENTS_IN_MEMORY));
        let linked = Arc::new(Linked::new(recorder.clone()));
        let emit: Arc<dyn Emit> = linked.clone();
        let changes = watch::Sender::new(0);
        let clocks = Clocks::new(&clock, config.setting.start);
        let prompts = Arc::new(ClientPrompts::new(changes.clone()));
        let lots = Lots::new(config.setting.seed);
        let device_network = DeviceNetwork::new(&lots, linked.clone(), changes.clone());
        let faults = Arc::new(Faults::new(recorder.clone(), linked, changes.clone()));
        let network = Arc::new(Network::new(&lots, faults.clone(), changes.clone()));
        let settings = Settings::load(&config.data);
        let home = config.home.unwrap_or(settings.vault_home);
        let parties = Parties::new(&config.setting, &settings, &lots);
        let bench = Self(Arc::new(Inner {
            keys: Keys::watch(each_once(config.keys.clone())),
            plugs: Plugs::default(),
            prompts,
            config,
            clock,
            clocks,
            network,
            device_network: Arc::new(device_network),
            faults,
            lots: Arc::new(lots),
            recorder,
            emit,
            settings: Mutex::new(settings),
            vault: Mutex::new(VaultSlot::Opening(home)),
            parties: Mutex::new(parties),
            party_turn: tokio::sync::Mutex::default(),
            calls: Mutex::default(),
            closed: CancellationToken::new(),
            changes,
        }));
        bench.tell(
            kinds::STARTED,
            json!({ "version": env!("CARGO_PKG_VERSION") }),
        );
        bench.watch_keys();
        let opening = bench.clone();
        tokio::spawn(async move { opening.open_vault(home, None).await });
        let starting = bench.clone();
        tokio::spawn(async move { starting.start_parties().await });
        bench
    }

    /// Rises whenever [`Bench::bench_state`] may have changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    /// The timeline.
    #[must_use]
    pub fn timeline(&self) -> &Arc<Recorder> {
        &self.0.recorder
    }

    /// Everything the window shows that is not the timeline.
    ///
    /// # Errors
    /// [`Error::Closing`] when the bench is closing.
    pub async fn bench_state(&self) -> Result<BenchState, Error> {
        let relying_parties = self.relying_parties();
        let bench = self.clone();
        blocking(move || Ok(bench.state_with(relying_parties))).await
    }

    fn state_with(&self, relying_parties: Vec<crate::api::RelyingPartySummary>) -> BenchState {
        let devices = self.devices().unwrap_or_else(|error| {
            if let Error::Device(error) = error {
                self.shut_unreadable(&error);
            }
            Vec::new()
        });
        let vault = lock(&self.0.vault).summary();
        let (active_device, unplugged) = self.active_among(&devices);
        let (unplugged_key, unplugged_device) = unplugged.unzip();
        BenchState {
            vault,
            devices,
            keys: self.key_summaries(),
            active_device,
            unplugged_key,
            unplugged_device: unplugged_device.flatten(),
            relying_parties,
            prompt: self.prompt(),
            key_touch: self.0.prompts.touch(),
            seams: self.seams_state(),
        }
    }

    /// An open vault whose records cannot be read is no use open.
    fn shut_unreadable(&self, error: &device::Error) {
        let mut vault = lock(&self.0.vault);
        if matches!(*vault, VaultSlot::Open(..)) {
            *vault = VaultSlot::Shut(vault.home(), Obstacle::unreadable(error));
        }
    }

    /// At most `limit` events (and never more than 5,000) numbered above `after`.
    ///
    /// # Errors
    /// [`Error::Timeline`] when the older part cannot be read.
    pub async fn timeline_range(&self, after: u32, limit: u32) -> Result<TimelinePage, Error> {
        let recorder = self.0.recorder.clone();
        blocking(move || {
            let limit = usize::try_from(limit.min(MOST_EVENTS)).unwrap_or(usize::MAX);
            let events = recorder.range(Seq(after.into()), limit)?;
            Ok(TimelinePage {
                events: events.into_iter().map(Arc::unwrap_or_clone).collect(),
                first: recorder.first().0,
                last: recorder.last().0,
                lost: recorder.lost(),
            })
        })
        .await
    }

    /// Forgets the timeline.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn timeline_clear(&self) -> Result<(), Error> {
        self.0.recorder.clear();
        Ok(())
    }

    /// Writes the timeline, redacted, to the export folder.
    ///
    /// # Errors
    /// [`Error::Write`] when the file cannot be written, [`Error::Timeline`].
    pub async fn timeline_save(&self) -> Result<SavedFile, Error> {
        let bench = self.clone();
        blocking(move || bench.save()).await
    }

    fn save(&self) -> Result<SavedFile, Error> {
        let folder = self.export_folder();
        let failed = |path: &PathBuf| {
            let path = path.clone();
            move |source| Error::Write { path, source }
        };
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let path = folder.join(format!("timeline-{}.json", self.time_for_a_name()));
        // Written beside its place and then moved there: a full disk leaves no half file.
        let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(failed(&folder))?;
        let recorder = &self.0.recorder;
        let head = Export {
            touchstone: env!("CARGO_PKG_VERSION"),
            saved_at: self.0.clock.now(),
            lost: recorder.lost(),
        };
        let events = head.write(recorder, std::io::BufWriter::new(&mut file))?;
        file.as_file().sync_all().map_err(failed(&path))?;
        file.persist(&path).map_err(|error| Error::Write {
            path: path.clone(),
            source: error.error,
        })?;
        Ok(SavedFile {
            path: path.display().to_string(),
            events,
        })
    }

    fn time_for_a_name(&self) -> String {
        let millis = self.0.clock.now().0;
        let format =
            format_description!("[year][month][day]-[hour][minute][second]-[subsecond digits:3]");
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
            .ok()
            .and_then(|time| time.format(&format).ok())
            .unwrap_or_else(|| millis.to_string())
    }

    pub(crate) fn save_settings(&self) {
        let settings = lock(&self.0.settings).clone();
        // The choice holds for this start even when it cannot be kept; the folder's own trouble is shown elsewhere.
        let _ = settings.save(&self.0.config.data);
    }

    /// The client for one call, which is about what `asked` says.
    pub(crate) fn client(&self, asked: Asked) -> Client {
        let dialogs = Dialogs::new(self.0.prompts.clone(), asked);
        let clock = self.0.clocks.client.clone();
        Client::new(self.0.emit.clone(), clock, Arc::new(dialogs))
    }

    /// What the devices need from the world.
    pub(crate) fn device_seams(&self) -> Seams {
        let lots = self.0.lots.clone();
        Seams::new(self.0.clocks.device.clone(), self.0.emit.clone())
            .rng(move |device| lots.device(device))
            .network(self.0.device_network.clone())
            .prompt_time(self.0.config.setting.prompt_time)
    }

    /// Ends every call, lets requests under way finish and closes the port, for good: what is still
    /// being opened is not opened any more. The vault closes with the last handle.
    pub async fn close(&self) {
        self.0.closed.cancel();
        self.credentials_abort_all();
        self.0.plugs.clear();
        let _turn = self.0.party_turn.lock().await;
        self.stop_parties_in_turn().await;
        let mut vault = lock(&self.0.vault);
        *vault = VaultSlot::Opening(vault.home());
        drop(vault);
        self.note_change();
    }

    /// Versions and folders, to paste into a bug report.
    ///
    /// # Errors
    /// None today; the window's commands all may fail.
    pub async fn about(&self) -> Result<About, Error> {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let web_view = self.0.config.web_view.clone();
        let data_folder = self.0.config.data.display().to_string();
        let export_folder = self.export_folder().display().to_string();
        let vault_home = lock(&self.0.vault).home().name().to_owned();
        let text = format!(
            "Touchstone {version}\nSystem: {system}\nWeb view: {}\nData folder: {data_folder}\nExport folder: \
             {export_folder}\nVault key: {vault_home}\n",
            web_view.as_deref().unwrap_or("unknown"),
        );
        Ok(About {
            version,
            system,
            web_view,
            data_folder,
            export_folder,
            vault_home,
            text,
        })
    }

    pub(crate) fn vault_folder(&self) -> PathBuf {
        self.0.config.data.join("vault")
    }

    fn export_folder(&self) -> PathBuf {
        self.0.config.data.join("exports")
    }

    pub(crate) fn note_change(&self) {
        self.0
            .changes
            .send_modify(|version| *version = version.wrapping_add(1));
    }

    pub(crate) fn tell(&self, kind: &'static str, body: serde_json::Value) {
        self.emit(Draft::new(Party::Bench, kind).body(body));
    }

    /// Says on the timeline what whoever uses this bench did to it, such as a walk.
    pub fn emit(&self, draft: Draft) -> Seq {
        self.0.emit.emit(draft)
    }

    /// Waits until the vault and the relying parties are open, or have failed to open.
    ///
    /// # Errors
    /// What stands in the way of the first of them that failed; [`Error::Closing`].
    pub async fn opened(&self) -> Result<(), Problem> {
        let mut changes = self.changes();
        loop {
            changes.borrow_and_update();
            if self.0.closed.is_cancelled() {
                return Err(Error::Closing.into());
            }
            let vault = lock(&self.0.vault).standing();
            let parties: Option<Vec<_>> = lock(&self.0.parties)
                .iter()
                .map(|party| party.slot.standing())
                .collect();
            if let (Some(vault), Some(parties)) = (vault, parties) {
                return parties.into_iter().fold(vault, Result::and);
            }
            if changes.changed().await.is_err() {
                return Err(Error::Closing.into());
            }
        }
    }
}

/// Runs what waits for the disk or the keyring off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Closing)?
}
