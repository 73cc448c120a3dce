//! Where secrets rest: one key in the OS keyring (or another chosen home), records in SQLite sealed
//! under it.
//!
//! This room knows bytes, tables and row ids, and nothing of FIDO. It uses no other room.
//!
//! - **vault**: the file `vault.db` in a data folder. Every record in it is sealed.
//! - **vault key**: 32 random bytes (or made from a passphrase) from which each table's key comes.
//! - **key home**: where the vault key is kept, chosen by the caller and never guessed: [`KeyHome`].
//! - **item**: a secret of its own beside the database, in the keyring where the key is there, else
//!   in a sealed file: [`Items`]. A copy of one store is not a copy of the other.
//! - **state**: what stands between the caller and the records: [`VaultState`], with its ways out.
//!
//! # Blocking
//! Every call blocks on the disk, and opening may wait for the keyring as long as its deadline.
//! Asynchronous callers use `spawn_blocking`.
//!
//! # What a crash leaves
//! A transaction that returned `Ok` is on disk (`synchronous=FULL`). A vault is made in the order
//! marker, key, database, each on disk before the next; a half-made one holds no record, and the
//! next [`Vault::open`] takes up the same installation id and finishes it.
//!
//! # Sealing
//! AES-256-GCM with a random 96-bit nonce, under HKDF-SHA256(vault key, salt = installation id, info
//! = table). Table, row id and row version are the associated data, so a record moved to another
//! place, or paired with another version, does not open.

mod database;
mod error;
mod folder;
mod home;
mod items;
mod key_file;
mod keyring;
mod seal;
mod state;
mod vault;

pub use error::Error;
pub use home::{KEYRING_DEADLINE, KeyHome};
pub use items::Items;
pub use state::{VaultState, WayOut};
pub use vault::{Alone, Rows, Transaction, Vault};
