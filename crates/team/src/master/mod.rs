//! The keys that a server's data is sealed with.
//!
//! Random data keys seal everything; each has a number, old ones stay readable and the newest seals. They are themselves
//! wrapped by the master key, which is not in the database: a file, the environment or a passphrase. Another master key wraps the
//! same data keys anew, so that no item has to be written for it.
//!
//! The pieces are those of the vault: its wraps, its sealing (XChaCha20-Poly1305, sizes blurred) and its passphrase cost. Each data
//! key is as a vault of its own, whose id says which server and which number it is. Kind, id, field and version are
//! authenticated by the seal; whose item it is stands inside, and is compared when it is opened.

use crate::TeamError;
use crate::entity::Space;
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use patchbay_model::{Secret, VaultId};
use patchbay_vault::{
    KdfCost, KeyringKey, Sealer, Slot, VaultError, VaultKey, unwrap_by_keyring,
    unwrap_by_passphrase, wrap_by_keyring, wrap_by_passphrase,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// What opens a server's data keys.
#[derive(Clone)]
pub enum MasterKey {
    /// 32 random bytes, of a file or of the environment.
    Key(KeyringKey),
    /// Something a person types when the server starts.
    Passphrase(Secret<String>),
}

impl MasterKey {
    /// A new one, and its text for the file.
    pub fn generate() -> Result<(Self, Secret<String>), TeamError> {
        let key = KeyringKey::generate().map_err(vault_error)?;
        let text = Secret::new(BASE64.encode(key.expose_secret()));
        Ok((Self::Key(key), text))
    }

    /// The key in a file or a variable: 32 bytes in base64 or hexadecimal, with space around it.
    pub fn from_text(text: &Secret<String>) -> Result<Self, TeamError> {
        let text = text.expose_secret().trim().as_bytes();
        let decoded = match text.len() {
            64 => HEXLOWER_PERMISSIVE.decode(text),
            43 => BASE64_NOPAD.decode(text),
            _ => BASE64.decode(text),
        };
        let bytes = Zeroizing::new(decoded.map_err(|_| TeamError::MasterKeyMalformed)?);
        KeyringKey::from_slice(&bytes).map(Self::Key).map_err(|_| TeamError::MasterKeyMalformed)
    }

    /// A passphrase. Whether it is good enough is asked when it is chosen, with [`crate::password::check_strength`].
    #[must_use]
    pub const fn from_passphrase(passphrase: Secret<String>) -> Self {
        Self::Passphrase(passphrase)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Layout of wrapped keys; the second byte says what kind of master key wrapped them.
const FORMAT: u8 = 1;
const BY_KEY: u8 = 0;
const BY_PASSPHRASE: u8 = 1;
/// More data keys than anybody makes; each may cost a derivation to open.
const MOST_KEYS: usize = 64;

/// The open data keys of a server.
pub struct DataKeys {
    server: [u8; 16],
    keys: BTreeMap<u32, Sealer>,
    newest: u32,
}

impl DataKeys {
    /// For a new server: its first data key.
    pub fn generate(server: [u8; 16]) -> Result<Self, TeamError> {
        let mut new = Self { server, keys: BTreeMap::new(), newest: 0 };
        new.add()?;
        Ok(new)
    }

    /// Makes a data key that seals from now on, and gives its number. The keys have to be wrapped and kept before anything is
    /// sealed with it.
    pub fn add(&mut self) -> Result<u32, TeamError> {
        let number = self.newest.saturating_add(1);
        if self.keys.len() >= MOST_KEYS || number == self.newest {
            return Err(TeamError::KeysDamaged);
        }
        let key = VaultKey::generate().map_err(vault_error)?;
        self.keys.insert(number, Sealer::new(self.id(number), key));
        self.newest = number;
        Ok(number)
    }

    /// The number of the key that seals.
    #[must_use]
    pub const fn newest(&self) -> u32 {
        self.newest
    }

    /// All data keys under a master key, to be kept in one piece. With a passphrase this takes a while. Wrapping under another
    /// master key is all that is needed to change it.
    pub fn wrap(&self, master: &MasterKey) -> Result<Vec<u8>, TeamError> {
        let kind = match master {
            MasterKey::Key(_) => BY_KEY,
            MasterKey::Passphrase(_) => BY_PASSPHRASE,
        };
        let mut wrapped = vec![FORMAT, kind];
        for (number, sealer) in &self.keys {
            let id = self.id(*number);
            let wrap = match master {
                MasterKey::Key(key) => wrap_by_keyring(&id, sealer.vault_key(), key),
                MasterKey::Passphrase(passphrase) => {
                    wrap_by_passphrase(&id, sealer.vault_key(), passphrase, KdfCost::FLOOR)
                }
            };
            let wrap = wrap.map_err(vault_error)?;
            wrapped.extend(number.to_be_bytes());
            wrapped.extend((wrap.len() as u32).to_be_bytes());
            wrapped.extend(wrap);
        }
        Ok(wrapped)
    }

    /// Opens the data keys of a server. With a passphrase this takes a while.
    pub fn unwrap(server: [u8; 16], wrapped: &[u8], master: &MasterKey) -> Result<Self, TeamError> {
        let (head, mut rest) = wrapped.split_first_chunk().ok_or(TeamError::KeysDamaged)?;
        let [FORMAT, kind @ (BY_KEY | BY_PASSPHRASE)] = *head else {
            return Err(TeamError::KeysDamaged);
        };
        if (kind == BY_PASSPHRASE) != matches!(master, MasterKey::Passphrase(_)) {
            return Err(TeamError::OtherMasterKey { passphrase: kind == BY_PASSPHRASE });
        }
        let mut new = Self { server, keys: BTreeMap::new(), newest: 0 };
        while !rest.is_empty() {
            let (number, wrap);
            (number, wrap, rest) = next_wrap(rest).ok_or(TeamError::KeysDamaged)?;
            if number <= new.newest || new.keys.len() >= MOST_KEYS {
                return Err(TeamError::KeysDamaged);
            }
            let id = new.id(number);
            let key = match master {
                MasterKey::Key(key) => unwrap_by_keyring(&id, wrap, key),
                MasterKey::Passphrase(passphrase) => unwrap_by_passphrase(&id, wrap, passphrase),
            };
            // Where the first key opens, the master key is right, and what does not open was changed.
            let key = key.map_err(vault_error).map_err(|error| match error {
                TeamError::WrongMasterKey if new.newest > 0 => TeamError::KeysDamaged,
                other => other,
            })?;
            new.keys.insert(number, Sealer::new(id, key));
            new.newest = number;
        }
        if new.newest == 0 { Err(TeamError::KeysDamaged) } else { Ok(new) }
    }

    /// Seals a field of an item with the newest key. It opens in the same place at the same version only.
    pub fn seal(
        &self,
        space: Space,
        kind: u8,
        id: [u8; 16],
        field: u8,
        version: i64,
        bytes: &[u8],
    ) -> Result<Vec<u8>, TeamError> {
        self.close(&owner(space), &slot(kind, id, field, version), bytes)
    }

    /// Opens a field of an item.
    pub fn open(
        &self,
        space: Space,
        kind: u8,
        id: [u8; 16],
        field: u8,
        version: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, TeamError> {
        self.unclose(&owner(space), &slot(kind, id, field, version), sealed)
    }

    /// Seals something of the server's own, under a name: `checkpoint key`, `totp/<account>` and so on.
    pub fn seal_named(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, TeamError> {
        self.close(&named(name), &NAMED, bytes)
    }

    /// Opens what was sealed under this name.
    pub fn open_named(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, TeamError> {
        self.unclose(&named(name), &NAMED, sealed)
    }

    /// The number of the key that something was sealed with; what is not the newest's may be sealed anew.
    #[must_use]
    pub fn key_of(sealed: &[u8]) -> Option<u32> {
        sealed.first_chunk().copied().map(u32::from_be_bytes)
    }

    fn close(&self, owner: &[u8], slot: &Slot, bytes: &[u8]) -> Result<Vec<u8>, TeamError> {
        let sealer = self.keys.get(&self.newest).ok_or(TeamError::UnknownDataKey(self.newest))?;
        let data = Zeroizing::new([owner, bytes].concat());
        let sealed = sealer.seal(slot, &data).map_err(vault_error)?;
        Ok([&self.newest.to_be_bytes()[..], &sealed].concat())
    }

    fn unclose(
        &self,
        owner: &[u8],
        slot: &Slot,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, TeamError> {
        let (number, sealed) = sealed.split_first_chunk().ok_or(TeamError::Unsealable)?;
        let number = u32::from_be_bytes(*number);
        let sealer = self.keys.get(&number).ok_or(TeamError::UnknownDataKey(number))?;
        let data = sealer.unseal(slot, sealed).map_err(vault_error)?;
        let bytes = data.strip_prefix(owner).ok_or(TeamError::Unsealable)?;
        Ok(Zeroizing::new(bytes.to_vec()))
    }

    /// What a data key is bound to: neither of another server nor of another number.
    fn id(&self, number: u32) -> VaultId {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(b"patchbay team data key v1\0")
            .chain_update(self.server)
            .chain_update(number.to_be_bytes())
            .finalize()
            .into();
        VaultId::from_bytes(hash.first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeys(1 to {})", self.newest)
    }
}

/// Of what has a name: no item has it, because its owner is of another kind.
const NAMED: Slot = Slot { kind: 0, id: [0; 16], field: 0, version: 0 };

const fn slot(kind: u8, id: [u8; 16], field: u8, version: i64) -> Slot {
    Slot { kind, id, field, version: version.cast_unsigned() }
}

/// What stands before the data inside the seal. None of these begins another: the first byte says the kind, and each kind
/// has a fixed length or says its own.
fn owner(space: Space) -> Vec<u8> {
    match space {
        Space::Organisation(id) => [&[1], &id.as_bytes()[..]].concat(),
        Space::Personal(id) => [&[2], &id.as_bytes()[..]].concat(),
    }
}

fn named(name: &str) -> Vec<u8> {
    [&[3], &(name.len() as u64).to_be_bytes()[..], name.as_bytes()].concat()
}

/// Number, length and bytes of the first wrap, and what follows it.
fn next_wrap(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (wrap, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((u32::from_be_bytes(*number), wrap, rest))
}

fn vault_error(error: VaultError) -> TeamError {
    match error {
        VaultError::WrongPassphrase | VaultError::WrongKeyringKey => TeamError::WrongMasterKey,
        VaultError::Memory { mib } => TeamError::Hashing(format!("{mib} MiB of memory are needed")),
        VaultError::Random(why) => TeamError::Random(why),
        VaultError::Unsealable => TeamError::Unsealable,
        _ => TeamError::KeysDamaged,
    }
}

#[cfg(test)]
mod tests;
