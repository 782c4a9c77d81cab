//! PuTTY private keys, versions 2 and 3 (PuTTY manual, appendix C).
//!
//! Own code although `ssh-key` reads them too: that one takes an Ed25519 seed for a big-endian number, so it fails on
//! about one key in a hundred, and it lets a file ask for any amount of memory.

use super::{Limits, unreadable, unsupported, wire};
use crate::SshError;
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use patchbay_model::Secret;
use russh::keys::{PrivateKey, ssh_key::Cipher};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use std::collections::BTreeMap;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The parts of a file.
struct File<'a> {
    version: u8,
    algorithm: &'a str,
    values: BTreeMap<&'a str, &'a str>,
    public: Vec<u8>,
    private: Zeroizing<Vec<u8>>,
}

/// What a passphrase yields.
struct Keys {
    cipher: Zeroizing<Vec<u8>>,
    iv: Vec<u8>,
    mac: Zeroizing<Vec<u8>>,
}

pub(super) fn read(
    text: &str,
    passphrase: Option<&Secret<String>>,
    limits: &Limits,
) -> Result<PrivateKey, SshError> {
    let mut file = File::parse(text)?;
    let encrypted = match file.value("Encryption")? {
        "none" => false,
        "aes256-cbc" => true,
        other => {
            return Err(unsupported(format!(
                "it is encrypted with {}",
                crate::text::phrase(other)
            )));
        }
    };
    let keys = match (encrypted, passphrase) {
        (false, _) => file.plain_keys(),
        (true, None) => return Err(SshError::KeyPassphraseNeeded),
        (true, Some(passphrase)) => {
            let keys = file.keys(passphrase.expose_secret().as_bytes(), limits)?;
            Cipher::Aes256Cbc
                .decrypt(&keys.cipher, &keys.iv, &mut file.private, None)
                .map_err(|_| unreadable("its length is wrong"))?;
            keys
        }
    };
    if !file.mac_is_right(&keys)? {
        return Err(if encrypted {
            SshError::KeyPassphraseWrong
        } else {
            unreadable("it was changed (its MAC is wrong)")
        });
    }
    file.key()
}

impl<'a> File<'a> {
    fn parse(text: &'a str) -> Result<Self, SshError> {
        let mut lines = text.lines().map(str::trim_end);
        let header = lines.next().and_then(|l| l.strip_prefix("PuTTY-User-Key-File-"));
        let (version, algorithm) = header
            .and_then(|h| h.split_once(": "))
            .ok_or_else(|| unreadable("its first line is wrong"))?;
        let version = match version {
            "2" => 2,
            "3" => 3,
            other => {
                return Err(unsupported(format!(
                    "it is a PuTTY key of version {}",
                    crate::text::phrase(other)
                )));
            }
        };
        let mut file = Self {
            version,
            algorithm,
            values: BTreeMap::new(),
            public: Vec::new(),
            private: Zeroizing::default(),
        };
        while let Some(line) = lines.next() {
            if line.is_empty() {
                continue;
            }
            let (name, value) = line
                .split_once(": ")
                .or_else(|| line.strip_suffix(':').map(|n| (n, "")))
                .ok_or_else(|| unreadable("a line has no name"))?;
            match name {
                "Public-Lines" => file.public = base64(&mut lines, value)?.to_vec(),
                "Private-Lines" => file.private = base64(&mut lines, value)?,
                _ => {
                    file.values.insert(name, value);
                }
            }
        }
        if file.public.is_empty() || file.private.is_empty() {
            return Err(unreadable("it is cut short"));
        }
        Ok(file)
    }

    fn value(&self, name: &str) -> Result<&'a str, SshError> {
        self.values.get(name).copied().ok_or_else(|| unreadable(format!("its {name} is missing")))
    }

    fn number(&self, name: &str) -> Result<u32, SshError> {
        self.value(name)?.parse().map_err(|_| unreadable(format!("its {name} is no number")))
    }

    fn plain_keys(&self) -> Keys {
        let mac = if self.version == 2 { Sha1::digest(MAC_PREFIX).to_vec() } else { Vec::new() };
        Keys { cipher: Zeroizing::default(), iv: Vec::new(), mac: mac.into() }
    }

    fn keys(&self, passphrase: &[u8], limits: &Limits) -> Result<Keys, SshError> {
        if self.version == 2 {
            let part =
                |n: u8| Sha1::new().chain_update([0, 0, 0, n]).chain_update(passphrase).finalize();
            let mut cipher = Zeroizing::new(part(0).to_vec());
            cipher.extend_from_slice(&part(1));
            cipher.truncate(32);
            let mac =
                Sha1::new().chain_update(MAC_PREFIX).chain_update(passphrase).finalize().to_vec();
            return Ok(Keys { cipher, iv: vec![0; 16], mac: mac.into() });
        }
        let flavour = match self.value("Key-Derivation")? {
            "Argon2id" => Algorithm::Argon2id,
            "Argon2i" => Algorithm::Argon2i,
            "Argon2d" => Algorithm::Argon2d,
            other => {
                return Err(unsupported(format!(
                    "its key derivation is {}",
                    crate::text::phrase(other)
                )));
            }
        };
        let (memory, passes) = (self.number("Argon2-Memory")?, self.number("Argon2-Passes")?);
        limits.argon2(memory, passes)?;
        let params = Params::new(memory, passes, self.number("Argon2-Parallelism")?, None)
            .map_err(|e| unreadable(format!("its key derivation is impossible: {e}")))?;
        let salt = hex(self.value("Argon2-Salt")?)?;
        let mut derived = Zeroizing::new(vec![0u8; 80]);
        Argon2::new(flavour, Version::V0x13, params)
            .hash_password_into(passphrase, &salt, &mut derived)
            .map_err(|e| unreadable(format!("its key derivation is impossible: {e}")))?;
        let (cipher, rest) = derived.split_at(32);
        let (iv, mac) = rest.split_at(16);
        Ok(Keys { cipher: cipher.to_vec().into(), iv: iv.to_vec(), mac: mac.to_vec().into() })
    }

    fn mac_is_right(&self, keys: &Keys) -> Result<bool, SshError> {
        let comment = self.values.get("Comment").copied().unwrap_or_default();
        let mut signed = Zeroizing::new(Vec::new());
        for part in [
            self.algorithm.as_bytes(),
            self.value("Encryption")?.as_bytes(),
            comment.as_bytes(),
            &self.public,
            &self.private,
        ] {
            let length = u32::try_from(part.len()).map_err(|_| unreadable("it is far too long"))?;
            signed.extend_from_slice(&length.to_be_bytes());
            signed.extend_from_slice(part);
        }
        let expected = hex(self.value("Private-MAC")?)?;
        let actual = if self.version == 2 {
            mac::<Hmac<Sha1>>(&keys.mac, &signed)?
        } else {
            mac::<Hmac<Sha256>>(&keys.mac, &signed)?
        };
        Ok(actual.ct_eq(&expected).into())
    }

    fn key(&self) -> Result<PrivateKey, SshError> {
        let mut public =
            russh::keys::key::parse_public_key(&self.public).map_err(|_| match self.algorithm {
                "ssh-ed448" => unsupported("its algorithm is Ed448"),
                _ => unreadable("its public half is damaged"),
            })?;
        public.set_comment(self.values.get("Comment").copied().unwrap_or_default());
        let mut private = wire::Fields(&self.private);
        match self.algorithm {
            "ssh-rsa" => {
                let (d, p) = (private.integer()?, private.integer()?);
                let (q, iqmp) = (private.integer()?, private.integer()?);
                wire::rsa(public, d, p, q, iqmp)
            }
            // Not a number, whatever the manual says: the seed, without the zeros at its end.
            "ssh-ed25519" => wire::ed25519(public, private.string()?),
            name if name.starts_with("ecdsa-sha2-") => wire::ecdsa(public, private.integer()?),
            "ssh-dss" => Err(unsupported("DSA is broken, and servers no longer accept it")),
            other => Err(unsupported(format!("its algorithm is {}", crate::text::phrase(other)))),
        }
    }
}

const MAC_PREFIX: &[u8] = b"putty-private-key-file-mac-key";

fn mac<M: Mac + KeyInit>(key: &[u8], text: &[u8]) -> Result<Vec<u8>, SshError> {
    let mut mac =
        <M as KeyInit>::new_from_slice(key).map_err(|_| unreadable("its MAC key is impossible"))?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn base64<'a>(
    lines: &mut impl Iterator<Item = &'a str>,
    count: &str,
) -> Result<Zeroizing<Vec<u8>>, SshError> {
    let count: usize = count.parse().map_err(|_| unreadable("a number of lines is no number"))?;
    let mut joined = Zeroizing::new(String::new());
    for line in lines.take(count) {
        joined.push_str(line);
    }
    BASE64
        .decode(joined.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| unreadable("the base64 is damaged"))
}

fn hex(text: &str) -> Result<Vec<u8>, SshError> {
    HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .map_err(|_| unreadable("its hexadecimal is damaged"))
}
