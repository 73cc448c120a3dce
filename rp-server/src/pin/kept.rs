//! A PIN as it is kept: hash, salt and iterations, and those of the PINs before it.

use pin_sync::{
    apart,
    pin::{Iterations, Pin, PinHash, Salt},
};
use webauthn::id::UserHandle;
use zeroize::Zeroizing;

use super::seal::{About, SealKey};
use crate::{Error, Random, store::PinAccount};

const SALT: usize = 16;
const LENGTH: usize = 4 + SALT + PinHash::LENGTH;

/// One PIN, hashed.
#[derive(Debug, Clone)]
pub(super) struct KeptPin {
    pub hash: PinHash,
    pub salt: Salt,
    pub iterations: Iterations,
}

impl KeptPin {
    /// Whether this PIN is that one. Takes as long as its iterations do.
    pub(super) fn matches(&self, pin: &Pin) -> bool {
        apart(|| pin.hash(&self.salt, self.iterations).same_as(&self.hash))
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.iterations.count().to_be_bytes());
        to.extend_from_slice(&self.salt.0);
        to.extend_from_slice(self.hash.as_bytes());
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (iterations, bytes) = bytes.split_first_chunk::<4>()?;
        let (salt, hash) = bytes.split_first_chunk::<SALT>()?;
        Some(Self {
            hash: PinHash::from_slice(hash)?,
            salt: Salt(*salt),
            // What was allowed when it was set is allowed for as long as it stays.
            iterations: Iterations::new(u32::from_be_bytes(*iterations), true).ok()?,
        })
    }
}

/// An account's PIN and those before it, the latest first.
#[derive(Debug, Default)]
pub(super) struct KeptPins {
    pub pin: Option<KeptPin>,
    pub history: Vec<KeptPin>,
}

impl KeptPins {
    /// Opens what the store has.
    pub(super) fn unseal(seal: &SealKey, found: &PinAccount) -> Result<Self, Error> {
        apart(|| Self::unsealed(seal, found))
    }

    fn unsealed(seal: &SealKey, found: &PinAccount) -> Result<Self, Error> {
        let account = &found.account.id;
        let version = found.pin_version;
        let pin = found
            .sealed
            .as_ref()
            .map(|sealed| {
                let plain = seal.unseal(About::Pin(account, version), sealed)?;
                KeptPin::read(&plain).ok_or(Error::Unsealable)
            })
            .transpose()?;
        let history = found
            .history
            .as_ref()
            .map(|sealed| seal.unseal(About::History(account, version), sealed))
            .transpose()?
            .unwrap_or_default();
        let history = history
            .chunks(LENGTH)
            .map(|plain| KeptPin::read(plain).ok_or(Error::Unsealable))
            .collect::<Result<_, _>>()?;
        Ok(Self { pin, history })
    }

    /// What follows: another PIN, or none, with this one at the front of the history, which keeps
    /// `most`.
    pub(super) fn followed_by(self, pin: Option<KeptPin>, most: u32) -> Self {
        let mut history: Vec<_> = self.pin.into_iter().chain(self.history).collect();
        history.truncate(most as usize);
        Self { pin, history }
    }

    /// Seals the PIN and the history, for this version alone.
    pub(super) fn seal(
        &self,
        seal: &SealKey,
        account: &UserHandle,
        version: u64,
        random: &dyn Random,
    ) -> Result<(Option<Vec<u8>>, Vec<u8>), Error> {
        apart(|| self.sealed(seal, account, version, random))
    }

    fn sealed(
        &self,
        seal: &SealKey,
        account: &UserHandle,
        version: u64,
        random: &dyn Random,
    ) -> Result<(Option<Vec<u8>>, Vec<u8>), Error> {
        let sealed = self
            .pin
            .as_ref()
            .map(|pin| {
                let mut plain = Zeroizing::new(Vec::with_capacity(LENGTH));
                pin.write(&mut plain);
                seal.seal(About::Pin(account, version), &plain, random)
            })
            .transpose()?;
        let mut plain = Zeroizing::new(Vec::with_capacity(LENGTH * self.history.len()));
        for pin in &self.history {
            pin.write(&mut plain);
        }
        let history = seal.seal(About::History(account, version), &plain, random)?;
        Ok((sealed, history))
    }
}
