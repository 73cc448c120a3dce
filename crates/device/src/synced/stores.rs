//! Where enrolments rest: the record in the vault's table `enrolment`, what its owner reads of it in
//! `enrolment about`, and the cache in an item of its own beside the vault.

use pin_sync::cache::Cache;
use pin_sync::enrolment::Names;
use pin_sync::holding::Holding;
use pin_sync::record::Record;
use serde::{Deserialize, Serialize};
use timeline::Timestamp;
use vault::{Items, Transaction, Vault};
use zeroize::Zeroizing;

use crate::{DeviceId, Error};

const RECORD: &str = "enrolment";
const ABOUT: &str = "enrolment about";

/// What is kept of an enrolment beside its keys and counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct About {
    pub origin: String,
    pub rp_name: String,
    pub username: String,
    pub made: Timestamp,
    /// When the relying party last took an acknowledgement.
    pub acknowledged: Option<Timestamp>,
    /// Its place in the order of making.
    pub place: u64,
}

/// One enrolment, with all that is kept of it.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub holding: Holding,
    pub about: About,
    /// Why the home of its cache could not say whether there is one.
    pub unknown: Option<vault::Error>,
}

impl Stored {
    pub(super) fn id(&self) -> &str {
        self.names().enrolment_id()
    }

    pub(super) fn names(&self) -> &Names {
        self.holding.record.binding.names()
    }
}

/// An enrolment's two rows in the vault.
struct Row {
    id: String,
    record: Zeroizing<Vec<u8>>,
    about: About,
}

/// The enrolments of one device. Every call blocks.
#[derive(Debug, Clone)]
pub(super) struct Enrolments {
    vault: Vault,
    items: Items,
    device: DeviceId,
}

impl Enrolments {
    pub(super) fn new(vault: Vault, device: DeviceId) -> Self {
        Self {
            items: vault.items(),
            vault,
            device,
        }
    }

    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(super) fn items(&self) -> &Items {
        &self.items
    }

    /// Whether there is any; asks the vault alone.
    pub(super) fn any(&self) -> Result<bool, Error> {
        Ok(!self.rows()?.is_empty())
    }

    /// All of them, in the order they were made.
    pub(super) fn all(&self) -> Result<Vec<Stored>, Error> {
        let mut all = Vec::new();
        for Row { id, record, about } in self.rows()? {
            all.push(self.stored(&id, &record, about)?);
        }
        all.sort_by(|a, b| (a.about.place, a.id()).cmp(&(b.about.place, b.id())));
        Ok(all)
    }

    /// One of them.
    pub(super) fn one(&self, id: &str) -> Result<Stored, Error> {
        let row = self.row(id);
        let (bytes, about) = self.vault.transaction(|t| {
            let about = t.get(ABOUT, &row)?;
            Ok((t.get(RECORD, &row)?, about))
        })?;
        let bytes = bytes.ok_or_else(|| Error::NoSuchEnrolment(shortened(id)))?;
        let about = about.and_then(|about| serde_json::from_slice(&about).ok());
        self.stored(&row, &bytes, about.ok_or_else(|| damaged(&row))?)
    }

    /// Stores what changed of several enrolments: all records in one step, then each cache.
    pub(super) fn put<'a>(
        &self,
        holdings: impl IntoIterator<Item = &'a Holding> + Clone,
    ) -> Result<(), Error> {
        self.put_records(holdings.clone().into_iter().map(|it| &it.record))?;
        for holding in holdings {
            if let Some(cache) = &holding.cache {
                self.put_cache(holding.record.binding.names().enrolment_id(), cache)?;
            }
        }
        Ok(())
    }

    /// Stores records, in one step; of enrolments that are (still) here.
    pub(super) fn put_records<'a>(
        &self,
        records: impl IntoIterator<Item = &'a Record>,
    ) -> Result<(), Error> {
        let missing = self.vault.transaction(|t| {
            for record in records {
                let id = record.binding.names().enrolment_id();
                let row = self.row(id);
                if t.get(RECORD, &row)?.is_none() {
                    return Ok(Some(id.to_owned()));
                }
                t.put(RECORD, &row, &record.encode())?;
            }
            Ok(None)
        })?;
        match missing {
            None => Ok(()),
            Some(id) => Err(Error::NoSuchEnrolment(shortened(&id))),
        }
    }

    /// Stores a cache.
    fn put_cache(&self, id: &str, cache: &Cache) -> Result<(), Error> {
        Ok(self.items.put(&self.item(id), &cache.encode())?)
    }

    /// Notes that the relying party took an acknowledgement.
    pub(super) fn acknowledged(&self, id: &str, at: Timestamp) -> Result<(), Error> {
        let row = self.row(id);
        self.vault.transaction(|t| {
            let about = t.get(ABOUT, &row)?;
            let about = about.and_then(|about| serde_json::from_slice::<About>(&about).ok());
            if let Some(mut about) = about {
                about.acknowledged = Some(at);
                t.put(ABOUT, &row, &json(&about))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Adds an enrolment: first the item, so that a record without one is always a loss. The place
    /// in `about` is filled in.
    ///
    /// # Errors
    /// [`Error::NoSuchDevice`] when the device was removed meanwhile, [`Error::EnrolmentTaken`] when
    /// there is one of this name, which stays as it is.
    pub(super) fn add(&self, holding: &Holding, mut about: About) -> Result<(), Error> {
        let record = &holding.record;
        let id = record.binding.names().enrolment_id();
        self.is_free(id, &about.rp_name)?;
        if let Some(cache) = &holding.cache {
            self.put_cache(id, cache)?;
        }
        let row = self.row(id);
        let is_here = self.vault.transaction(|t| {
            if !crate::storage::exists(t, &self.device)? {
                return Ok(false);
            }
            let places = self
                .about_rows(t)?
                .into_iter()
                .map(|(_, about)| about.place);
            about.place = places.max().map_or(0, |last| last.saturating_add(1));
            t.put(RECORD, &row, &record.encode())?;
            t.put(ABOUT, &row, &json(&about))?;
            Ok(true)
        })?;
        if is_here {
            return Ok(());
        }
        self.items.delete(&self.item(id))?;
        Err(Error::NoSuchDevice(self.device.to_string()))
    }

    /// Whether an enrolment may be called so.
    ///
    /// # Errors
    /// [`Error::EnrolmentTaken`].
    pub(super) fn is_free(&self, id: &str, rp_name: &str) -> Result<(), Error> {
        let row = self.row(id);
        match self.vault.transaction(|t| t.get(RECORD, &row))? {
            None => Ok(()),
            Some(_) => Err(Error::EnrolmentTaken(shortened(rp_name))),
        }
    }

    /// Deletes an enrolment: first the item, so that no item is left without a record.
    pub(super) fn delete(&self, id: &str) -> Result<(), Error> {
        self.items.delete(&self.item(id))?;
        let row = self.row(id);
        self.vault.transaction(|t| {
            t.delete(RECORD, &row)?;
            t.delete(ABOUT, &row)
        })?;
        Ok(())
    }

    /// The bytes of both stores, as somebody copies them who reads the disk.
    pub(super) fn copy(&self) -> Result<Copy, Error> {
        let records = self.vault.transaction(|t| rows(t, RECORD, &self.device))?;
        let mut copy = Copy::default();
        for (row, bytes) in records {
            let id = self.id(&row);
            let about = self.vault.transaction(|t| t.get(ABOUT, &row))?;
            let item = self.items.get(&self.item(&id))?;
            copy.0.push(Copied {
                id,
                record: bytes,
                about: about.unwrap_or_default(),
                item,
            });
        }
        Ok(copy)
    }

    /// Puts back what [`Enrolments::copy`] read, as it was.
    pub(super) fn paste(&self, copy: &Copy, records: bool, items: bool) -> Result<(), Error> {
        if records {
            self.vault.transaction(|t| {
                for copied in &copy.0 {
                    let row = self.row(&copied.id);
                    t.put(RECORD, &row, &copied.record)?;
                    t.put(ABOUT, &row, &copied.about)?;
                }
                Ok(())
            })?;
        }
        for copied in copy.0.iter().filter(|_| items) {
            let name = self.item(&copied.id);
            match &copied.item {
                Some(item) => self.items.put(&name, item)?,
                None => self.items.delete(&name)?,
            }
        }
        Ok(())
    }

    fn stored(&self, row: &str, record: &[u8], about: About) -> Result<Stored, Error> {
        let record = Record::decode(record).map_err(|_| damaged(row))?;
        let item = self.items.get(&self.item(&self.id(row)));
        let (cache, unknown) = match item {
            // One that cannot be read is as good as lost.
            Ok(item) => (item.and_then(|bytes| Cache::decode(&bytes).ok()), None),
            Err(vault::Error::ItemDamaged { .. }) => (None, None),
            Err(error) => (None, Some(error)),
        };
        Ok(Stored {
            holding: Holding::stored(record, cache),
            about,
            unknown,
        })
    }

    fn rows(&self) -> Result<Vec<Row>, Error> {
        let (records, mut abouts) = self
            .vault
            .transaction(|t| Ok((rows(t, RECORD, &self.device)?, self.about_rows(t)?)))?;
        records
            .into_iter()
            .map(|(id, record)| {
                let about = abouts.iter().position(|(about, _)| *about == id);
                let about = abouts.swap_remove(about.ok_or_else(|| damaged(&id))?).1;
                Ok(Row { id, record, about })
            })
            .collect()
    }

    fn about_rows(&self, t: &Transaction<'_>) -> Result<Vec<(String, About)>, vault::Error> {
        let rows = rows(t, ABOUT, &self.device)?.into_iter();
        Ok(rows
            .filter_map(|(row, bytes)| Some((row, serde_json::from_slice(&bytes).ok()?)))
            .collect())
    }

    fn row(&self, id: &str) -> String {
        format!("{}/{id}", self.device)
    }

    fn id(&self, row: &str) -> String {
        row.split_once('/').map_or(row, |(_, id)| id).to_owned()
    }

    fn item(&self, id: &str) -> String {
        item(&self.device, id)
    }
}

/// What both stores of a device's enrolments held at one moment.
#[derive(Default)]
pub(super) struct Copy(Vec<Copied>);

struct Copied {
    id: String,
    record: Zeroizing<Vec<u8>>,
    about: Zeroizing<Vec<u8>>,
    item: Option<Zeroizing<Vec<u8>>>,
}

impl Copy {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl std::fmt::Debug for Copy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Copy({})", self.len())
    }
}

/// Deletes the items of a device's enrolments, before their records go.
pub(crate) fn delete_items(vault: &Vault, device: &DeviceId) -> Result<(), vault::Error> {
    let records = vault.transaction(|t| rows(t, RECORD, device))?;
    for (row, _) in records {
        let id = row.split_once('/').map_or(row.as_str(), |(_, id)| id);
        vault.items().delete(&item(device, id))?;
    }
    Ok(())
}

/// Deletes the records of a device's enrolments.
pub(crate) fn delete_records(t: &Transaction<'_>, device: &DeviceId) -> Result<(), vault::Error> {
    for table in [RECORD, ABOUT] {
        for (row, _) in rows(t, table, device)? {
            t.delete(table, &row)?;
        }
    }
    Ok(())
}

fn rows(t: &Transaction<'_>, table: &str, device: &DeviceId) -> Result<vault::Rows, vault::Error> {
    let mut rows = t.list(table)?;
    rows.retain(|(row, _)| {
        row.split_once('/')
            .is_some_and(|(of, _)| of == device.as_str())
    });
    Ok(rows)
}

/// The item's name. A relying party chose the enrolment's id, so its hash stands there: any keyring
/// and any folder can keep it.
fn item(device: &DeviceId, id: &str) -> String {
    let hash = webauthn::sha256(id.as_bytes());
    let digits: String = hash[..16].iter().map(|it| format!("{it:02x}")).collect();
    format!("pin.{device}.{digits}")
}

fn json(about: &About) -> Vec<u8> {
    // A struct of text and numbers always has a JSON form.
    serde_json::to_vec(about).unwrap_or_default()
}

fn damaged(row: &str) -> Error {
    Error::Damaged {
        what: "enrolment",
        id: shortened(row),
    }
}

/// Somebody else's text, short enough for a sentence.
pub(super) fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
