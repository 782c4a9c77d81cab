//! How mRemoteNG encrypts: AES-256-GCM under PBKDF2-HMAC-SHA1 since 1.75, AES-128-CBC under an MD5 before.

use super::{unreadable, xml::Attributes};
use crate::{ExchangeError, File, Found, Options};
use aes::{Aes128, Aes256};
use aes_gcm::{
    AesGcm, KeyInit,
    aead::{Aead, Payload, consts::U16},
};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use data_encoding::BASE64;
use patchbay_model::Secret;
use std::collections::HashMap;
use zeroize::Zeroizing;

/// What files are encrypted with that are not protected.
const DEFAULT: &str = "mR3m";
const MARKS: [&str; 2] = ["ThisIsProtected", "ThisIsNotProtected"];
const SALT: usize = 16;
const NONCE: usize = 16;

enum Scheme {
    Gcm {
        rounds: u32,
    },
    Cbc,
    /// One that is not read; its name.
    Unknown(String),
}

/// Opens what the file encrypts.
pub(super) struct Crypt {
    scheme: Scheme,
    password: Secret<String>,
    given: Option<Secret<String>>,
    rounds_left: u64,
    /// The same text is often there many times.
    opened: HashMap<String, Option<Secret<String>>>,
}

/// Whether a whole file is one encrypted text.
pub(crate) fn is_encrypted_file(text: &str) -> bool {
    let text = text.trim();
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    text.len() >= 64 && text.bytes().all(base64)
}

impl Crypt {
    pub(super) fn old(options: &Options) -> Self {
        Self {
            scheme: Scheme::Cbc,
            password: Secret::new(DEFAULT.to_owned()),
            given: options.password.clone().filter(|given| !given.expose_secret().is_empty()),
            rounds_left: options.most_rounds,
            opened: HashMap::new(),
        }
    }

    /// Opens a file that is one encrypted text, and keeps the password that did.
    pub(super) fn whole_file(&mut self, text: &str) -> Result<Secret<String>, ExchangeError> {
        let text: String = text.split_ascii_whitespace().collect();
        self.try_passwords(&text, |opened| opened.contains("<"))
    }

    /// Takes over what the root says of encryption, and finds the password.
    pub(super) fn configure(
        &mut self,
        root: &Attributes,
        file: &File,
        found: &mut Found,
    ) -> Result<(), ExchangeError> {
        let version: f64 = root.get("ConfVersion").replace(',', ".").parse().unwrap_or(0.0);
        if version >= 2.6 {
            let (engine, mode) = (root.get("EncryptionEngine"), root.get("BlockCipherMode"));
            self.scheme = if engine == "AES" && mode == "GCM" {
                Scheme::Gcm { rounds: root.get("KdfIterations").parse().unwrap_or(1000) }
            } else {
                Scheme::Unknown(format!("{engine} {mode}"))
            };
        }
        self.opened.clear();
        if let Scheme::Unknown(name) = &self.scheme {
            let reason = format!(
                "Passwords encrypted with {} are not read. Choose AES and GCM in mRemoteNG's options and save the file again.",
                name.chars().take(40).collect::<String>()
            );
            if root.is("FullFileEncryption") {
                return Err(unreadable(reason));
            }
            found.skip(&file.name, 0, "Passwords", &reason);
            return Ok(());
        }
        let protected = root.get("Protected");
        if protected.is_empty() {
            return Ok(());
        }
        self.try_passwords(protected, |opened| MARKS.contains(&opened)).map(drop)
    }

    fn try_passwords(
        &mut self,
        text: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Result<Secret<String>, ExchangeError> {
        let candidates = [Some(Secret::new(DEFAULT.to_owned())), self.given.clone()];
        for candidate in candidates.into_iter().flatten() {
            let opened = self.decrypt(text, &candidate)?;
            if let Some(opened) = opened.filter(|opened| fits(opened.expose_secret())) {
                self.password = candidate;
                return Ok(opened);
            }
        }
        Err(match self.given {
            Some(_) => ExchangeError::PasswordWrong,
            None => ExchangeError::PasswordNeeded,
        })
    }

    /// Opens a field; `None` if it cannot be opened. An empty one is empty.
    pub(super) fn open(&mut self, text: &str) -> Result<Option<Secret<String>>, ExchangeError> {
        if text.is_empty() || matches!(self.scheme, Scheme::Unknown(_)) {
            return Ok(Some(Secret::default()));
        }
        if let Some(known) = self.opened.get(text) {
            return Ok(known.clone());
        }
        let password = self.password.clone();
        let opened = self.decrypt(text, &password)?;
        self.opened.insert(text.to_owned(), opened.clone());
        Ok(opened)
    }

    /// Opens what nothing can be read without.
    pub(super) fn open_required(&mut self, text: &str) -> Result<Secret<String>, ExchangeError> {
        let text: String = text.split_ascii_whitespace().collect();
        let password = self.password.clone();
        self.decrypt(&text, &password)?
            .ok_or_else(|| unreadable("its encrypted content is damaged."))
    }

    fn decrypt(
        &mut self,
        text: &str,
        password: &Secret<String>,
    ) -> Result<Option<Secret<String>>, ExchangeError> {
        let Ok(bytes) = BASE64.decode(text.as_bytes()) else { return Ok(None) };
        let opened = match self.scheme {
            Scheme::Gcm { rounds } => {
                let Some(left) = self.rounds_left.checked_sub(u64::from(rounds)) else {
                    return Err(ExchangeError::TooMuch(
                        "the key derivation of its passwords takes too long",
                    ));
                };
                self.rounds_left = left;
                gcm(&bytes, password, rounds)
            }
            Scheme::Cbc => cbc(&bytes, password),
            Scheme::Unknown(_) => None,
        };
        Ok(opened.and_then(|bytes| {
            std::str::from_utf8(&bytes).ok().map(|text| Secret::new(text.to_owned()))
        }))
    }
}

fn gcm(bytes: &[u8], password: &Secret<String>, rounds: u32) -> Option<Zeroizing<Vec<u8>>> {
    let (salt, rest) = bytes.split_first_chunk::<SALT>()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
    let mut key = Zeroizing::new([0_u8; 32]);
    let password = password.expose_secret().as_bytes();
    pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, salt, rounds.max(1), key.as_mut_slice());
    let cipher = AesGcm::<Aes256, U16>::new_from_slice(key.as_slice()).ok()?;
    let payload = Payload { msg: sealed, aad: salt };
    cipher.decrypt(&(*nonce).into(), payload).ok().map(Zeroizing::new)
}

fn cbc(bytes: &[u8], password: &Secret<String>) -> Option<Zeroizing<Vec<u8>>> {
    let (iv, sealed) = bytes.split_first_chunk::<16>()?;
    let key = Zeroizing::new(md5::compute(password.expose_secret().as_bytes()).0);
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(key.as_slice(), iv).ok()?;
    let mut opened = Zeroizing::new(sealed.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(opened.as_mut_slice()).ok()?.len();
    opened.truncate(length);
    Some(opened)
}
