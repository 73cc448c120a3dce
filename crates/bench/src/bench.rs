//! The bench itself: what it holds, how it opens, and what it tells the window.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use client::Client;
use device::Seams;
use serde_json::json;
use time::{OffsetDateTime, macros::format_description};
use timeline::{Clock, Draft, Emit, Export, Party, Recorder, Seq};
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::{
    Config, Error, HomeChoice,
    api::{About, BenchState, Problem, SavedFile, TimelinePage, WayOut},
    calls::RunningCall,
    chooser::Chooser,
    clock::SystemClock,
    config::Settings,
    faults::Faults,
    kinds,
    links::Linked,
    network::Network,
    party::{self, PartySlot, Running},
    seams::Clocks,
    vault_slot::{self, Obstacle, VaultSlot},
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
    pub(crate) faults: Arc<Faults>,
    recorder: Arc<Recorder>,
    pub(crate) emit: Arc<dyn Emit>,
    pub(crate) client: Client,
    pub(crate) chooser: Arc<Chooser>,
    pub(crate) settings: Mutex<Settings>,
    pub(crate) vault: Mutex<VaultSlot>,
    party: Mutex<PartySlot>,
    /// Held by whoever starts or stops the relying party.
    party_turn: tokio::sync::Mutex<()>,
    pub(crate) calls: Mutex<HashMap<String, RunningCall>>,
    pub(crate) changes: watch::Sender<u64>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bench {
    /// A bench that is opening its vault and starting its relying party. What
    /// stands in their way is part of [`Bench::bench_state`], never an error
    /// here. Must be called within a tokio runtime.
    #[must_use]
    pub fn open(config: Config) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let recorder = Arc::new(Recorder::new(clock.clone(), EVENTS_IN_MEMORY));
        let emit: Arc<dyn Emit> = Arc::new(Linked::new(recorder.clone()));
        let changes = watch::Sender::new(0);
        let clocks = Clocks::new(&clock, config.setting.start);
        let chooser = Arc::new(Chooser::new(changes.clone()));
        let faults = Arc::new(Faults::new(emit.clone(), changes.clone()));
        let network = Arc::new(Network::default());
        let settings = Settings::load(&config.data);
        let home = config.home.unwrap_or(settings.vault_home);
        let bench = Self(Arc::new(Inner {
            client: Client::new(emit.clone(), clocks.client.clone(), chooser.clone()),
            config,
            clock,
            clocks,
            network,
            faults,
            recorder,
            emit,
            chooser,
            settings: Mutex::new(settings),
            vault: Mutex::new(VaultSlot::Opening(home)),
            party: Mutex::new(PartySlot::Starting),
            party_turn: tokio::sync::Mutex::default(),
            calls: Mutex::default(),
            changes,
        }));
        bench.tell(
            kinds::STARTED,
            json!({ "version": env!("CARGO_PKG_VERSION") }),
        );
        let opening = bench.clone();
        tokio::spawn(async move { opening.open_vault(home, None).await });
        let starting = bench.clone();
        tokio::spawn(async move {
            let port = starting.0.config.port;
            starting.start_party(port).await;
        });
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
        let relying_parties = vec![lock(&self.0.party).summary()];
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
        let active_device = self.active_among(&devices);
        BenchState {
            vault,
            devices,
            active_device,
            relying_parties,
            prompt: self.prompt(),
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

    /// Does what the tester chose when the vault is shut, and returns when that is done or has failed.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when the vault is not shut, [`Error::PassphraseMissing`], and what
    /// setting the old vault aside met.
    pub async fn vault_way_out(
        &self,
        way: WayOut,
        passphrase: Option<String>,
    ) -> Result<(), Error> {
        let passphrase = passphrase.map(Zeroizing::new);
        if way == WayOut::UsePassphrase && passphrase.is_none() {
            return Err(Error::PassphraseMissing);
        }
        let (home, obstacle) = lock(&self.0.vault).begin_opening()?;
        self.note_change();
        let (home, passphrase) = match way {
            WayOut::Retry => (home, None),
            WayOut::UseFile => (HomeChoice::File, None),
            WayOut::UseMemory => (HomeChoice::Memory, None),
            WayOut::UsePassphrase => (HomeChoice::Passphrase, passphrase),
            WayOut::StartOver => {
                if let Err(error) = self.set_vault_aside().await {
                    *lock(&self.0.vault) = VaultSlot::Shut(home, obstacle);
                    self.note_change();
                    return Err(error);
                }
                (home, None)
            }
        };
        self.open_vault(home, passphrase).await;
        Ok(())
    }

    async fn set_vault_aside(&self) -> Result<(), Error> {
        let (folder, now) = (self.vault_folder(), self.0.clock.now().0);
        blocking(move || {
            vault::Vault::set_aside(&folder, now).map_err(device::Error::from)?;
            Ok(())
        })
        .await
    }

    async fn open_vault(&self, home: HomeChoice, passphrase: Option<Zeroizing<String>>) {
        *lock(&self.0.vault) = VaultSlot::Opening(home);
        self.note_change();
        let bench = self.clone();
        let opened = blocking(move || {
            let opened = vault_slot::open(&bench.vault_folder(), home, passphrase);
            Ok(opened.and_then(|vault| Ok((vault.clone(), bench.shelf_of(vault)?))))
        })
        .await;
        let slot = match opened {
            Ok(Ok((vault, shelf))) => {
                self.remember_home(home);
                VaultSlot::Open(home, vault, shelf)
            }
            Ok(Err(obstacle)) => VaultSlot::Shut(home, obstacle),
            Err(error) => VaultSlot::Shut(home, Obstacle::interrupted(&error)),
        };
        *lock(&self.0.vault) = slot;
        self.note_change();
    }

    fn remember_home(&self, home: HomeChoice) {
        // Memory is for now; the next start asks again.
        if home != HomeChoice::Memory && self.0.config.home.is_none() {
            lock(&self.0.settings).vault_home = home;
            self.save_settings();
        }
    }

    pub(crate) fn save_settings(&self) {
        let settings = lock(&self.0.settings).clone();
        // The choice holds for this start even when it cannot be kept; the folder's own trouble is shown elsewhere.
        let _ = settings.save(&self.0.config.data);
    }

    pub(crate) fn seams(&self) -> Seams {
        Seams::new(self.0.clocks.device.clone(), self.0.emit.clone())
            .prompt_time(self.0.config.setting.prompt_time)
    }

    /// Starts the relying party again, on request at another port.
    ///
    /// # Errors
    /// None: what stands in the way is part of [`Bench::bench_state`].
    pub async fn relying_party_retry(&self, another_port: bool) -> Result<(), Error> {
        let port = if another_port {
            party::free_port().ok()
        } else {
            self.0.config.port
        };
        self.start_party(port).await;
        Ok(())
    }

    /// Sets the relying party's data aside (renamed, not deleted) and starts it with none.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] while it runs, [`Error::Write`] when its folder cannot be renamed.
    pub async fn relying_party_start_over(&self) -> Result<(), Error> {
        let _turn = self.0.party_turn.lock().await;
        if !matches!(*lock(&self.0.party), PartySlot::Failed(_)) {
            return Err(Error::NoWayOut("the relying party runs."));
        }
        let (folder, now) = (self.party_folder(), self.0.clock.now().0);
        blocking(move || {
            party::set_aside(&folder, now).map_err(|source| Error::Write {
                path: folder,
                source,
            })
        })
        .await?;
        self.start_party_in_turn(self.0.config.port).await;
        Ok(())
    }

    async fn start_party(&self, port: Option<u16>) {
        let _turn = self.0.party_turn.lock().await;
        self.start_party_in_turn(port).await;
    }

    async fn start_party_in_turn(&self, port: Option<u16>) {
        self.stop_party_in_turn().await;
        let folder = self.party_folder();
        let clock = self.0.clocks.relying_party.clone();
        let started = Running::start(folder, port, self.0.emit.clone(), clock).await;
        *lock(&self.0.party) = match started {
            Ok(running) => PartySlot::Running(running),
            Err(error) => PartySlot::Failed(Problem::from(Error::from(error))),
        };
        self.note_change();
    }

    async fn stop_party_in_turn(&self) {
        let stopped = std::mem::replace(&mut *lock(&self.0.party), PartySlot::Starting);
        self.note_change();
        if let PartySlot::Running(running) = stopped {
            running.stop().await;
        }
    }

    /// Lets requests under way finish and closes the port. The vault closes with the last handle.
    pub async fn close(&self) {
        let _turn = self.0.party_turn.lock().await;
        self.stop_party_in_turn().await;
        let mut vault = lock(&self.0.vault);
        *vault = VaultSlot::Opening(vault.home());
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

    fn party_folder(&self) -> PathBuf {
        self.0.config.data.join("rp").join("localhost")
    }

    fn vault_folder(&self) -> PathBuf {
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
        self.0.emit.emit(Draft::new(Party::Bench, kind).body(body));
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
