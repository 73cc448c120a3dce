//! The key that is not in the database: `seal.key` in the data folder, under which rest PIN hashes,
//! their history, and the keys of enrolments.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce, aead::AeadInOut as _};
use data_encoding::BASE64URL_NOPAD;
use pin_sync::apart;
use webauthn::id::UserHandle;
use zeroize::Zeroizing;

use crate::{Error, Random, SystemRandom, durable, random};

/// Its name in the data folder.
const FILE: &str = "seal.key";
const NONCE_LENGTH: usize = 12;

/// What a sealed value is, and whose: it opens as nothing else and for nobody else.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// A PIN's hash, salt and iterations.
    Pin(&'a UserHandle, u64),
    /// The PINs before it.
    History(&'a UserHandle, u64),
    /// `Ks`.
    ServerKey(&'a UserHandle, &'a str),
    /// `Kr`.
    ResponseKey(&'a UserHandle, &'a str),
}

impl About<'_> {
    /// Lengths before texts, so that no two have the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let (what, account) = match self {
            Self::Pin(account, _) => ("pin", account),
            Self::History(account, _) => ("history", account),
            Self::ServerKey(account, _) => ("serverKey", account),
            Self::ResponseKey(account, _) => ("responseKey", account),
        };
        let version;
        let which: &[u8] = match self {
            Self::Pin(_, number) | Self::History(_, number) => {
                version = number.to_be_bytes();
                &version
            }
            Self::ServerKey(_, enrolment) | Self::ResponseKey(_, enrolment) => enrolment.as_bytes(),
        };
        let mut data = Vec::new();
        for part in [
            b"touchstone-rp-seal-v1",
            what.as_bytes(),
            account.as_bytes(),
            which,
        ] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part);
        }
        data
    }
}

/// The key.
pub(crate) struct SealKey {
    cipher: Box<Aes256Gcm>,
    mark: String,
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey")
    }
}

impl SealKey {
    /// Reads the key in the data folder, or makes it when there is none and nothing was sealed yet;
    /// without a folder it is in memory. `kept` is the mark of the key with which the database was
    /// sealed.
    ///
    /// # Errors
    /// [`Error::SealKey`] when the key is missing, damaged or another one.
    pub(crate) fn open(folder: Option<&Path>, kept: Option<&str>) -> Result<Self, Error> {
        let Some(folder) = folder else {
            return Ok(Self::of(&Zeroizing::new(random::draw(&SystemRandom)?)));
        };
        let path = folder.join(FILE);
        let refused = |why: &str| Error::SealKey {
            path: path.clone(),
            why: why.to_owned(),
        };
        let key = match read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(refused("it is damaged")),
            Err(error) if error.kind() == io::ErrorKind::NotFound && kept.is_none() => {
                let key = Zeroizing::new(random::draw(&SystemRandom)?);
                write(&path, &key).map_err(|error| refused(&error.to_string()))?;
                key
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(refused("it is missing"));
            }
            Err(error) => return Err(refused(&error.to_string())),
        };
        let key = Self::of(&key);
        match kept {
            Some(kept) if kept != key.mark => Err(refused("it is another installation's")),
            _ => Ok(key),
        }
    }

    fn of(key: &Zeroizing<[u8; 32]>) -> Self {
        let mut marked = Zeroizing::new(Vec::with_capacity(64));
        marked.extend_from_slice(b"touchstone-rp-seal-v1/mark");
        marked.extend_from_slice(&**key);
        Self {
            cipher: Box::new(Aes256Gcm::new((&**key).into())),
            mark: BASE64URL_NOPAD.encode(&webauthn::sha256(&marked)),
        }
    }

    /// What the database keeps to know the key again; it tells nothing of it.
    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// nonce ‖ ciphertext ‖ tag.
    ///
    /// # Errors
    /// [`Error::NoRandomness`].
    pub(crate) fn seal(
        &self,
        about: About<'_>,
        plain: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_LENGTH] = random::draw(random)?;
        let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len() + 16));
        buffer.extend_from_slice(plain);
        let (nonced, data) = (Nonce::from(nonce), about.associated_data());
        apart(|| self.cipher.encrypt_in_place(&nonced, &data, &mut *buffer))
            .map_err(|_| Error::Unsealable)?;
        Ok([nonce.as_slice(), &buffer].concat())
    }

    /// What was sealed.
    ///
    /// # Errors
    /// [`Error::Unsealable`] when it was sealed as something else, for somebody else, or not here.
    pub(crate) fn unseal(
        &self,
        about: About<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(Error::Unsealable)?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let (nonce, data) = (Nonce::from(*nonce), about.associated_data());
        apart(|| self.cipher.decrypt_in_place(&nonce, &data, &mut *buffer))
            .map_err(|_| Error::Unsealable)?;
        Ok(buffer)
    }
}

/// The file's 32 bytes; none when it has another length.
fn read(path: &Path) -> io::Result<Option<Zeroizing<[u8; 32]>>> {
    let bytes = Zeroizing::new(fs::read(path)?);
    Ok(<[u8; 32]>::try_from(bytes.as_slice())
        .ok()
        .map(Zeroizing::new))
}

/// Durable before anything is sealed with it; readable by its owner alone.
fn write(path: &Path, key: &Zeroizing<[u8; 32]>) -> io::Result<()> {
    let temporary = path.with_extension("key.new");
    let mut options = File::options();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(&**key)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    durable::sync_folder_of(path)
}

#[cfg(test)]
mod tests;
