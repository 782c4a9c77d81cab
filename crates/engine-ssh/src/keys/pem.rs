//! Private keys between `-----BEGIN …` and `-----END …`: OpenSSH, PKCS#1, PKCS#8 and SEC 1, plain and encrypted.

use super::{Limits, openssh, unreadable, unsupported};
use crate::SshError;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use data_encoding::{BASE64, BASE64_MIME, HEXLOWER_PERMISSIVE};
use patchbay_model::Secret;
use russh::keys::{PrivateKey, decode_secret_key, ssh_key::Cipher};
use zeroize::Zeroizing;

/// An RSA key of 8192 bits takes 5 KiB. Numbers that fill much more take seconds to be refused.
const LONGEST_DER: usize = 16 * 1024;

/// A block, unwrapped.
struct Block<'a> {
    label: &'a str,
    /// `DEK-Info`: cipher and initial vector, in the old way of encrypting (RFC 1421).
    legacy: Option<(&'a str, &'a str)>,
    der: Zeroizing<Vec<u8>>,
}

pub(super) fn read(
    text: &str,
    passphrase: Option<&Secret<String>>,
    limits: &Limits,
) -> Result<PrivateKey, SshError> {
    let block = find(text)?;
    let passphrase = passphrase.map(|p| p.expose_secret().as_str());
    match block.label {
        "OPENSSH PRIVATE KEY" => openssh::read(&block.der, passphrase, limits),
        "ENCRYPTED PRIVATE KEY" => {
            bearable(&block.der, limits)?;
            let Some(passphrase) = passphrase else { return Err(SshError::KeyPassphraseNeeded) };
            // A wrong passphrase shows as padding or structure that makes no sense; nothing tells it from damage.
            decode(block.label, &block.der, Some(passphrase)).map_err(|error| match error {
                SshError::KeyUnreadable { .. } => SshError::KeyPassphraseWrong,
                other => other,
            })
        }
        "PRIVATE KEY" => decode(block.label, &block.der, None),
        "RSA PRIVATE KEY" | "EC PRIVATE KEY" => match block.legacy {
            None => decode(block.label, &block.der, None),
            Some((cipher, iv)) => {
                let Some(passphrase) = passphrase else {
                    return Err(SshError::KeyPassphraseNeeded);
                };
                let der = decrypt(cipher, iv, passphrase.as_bytes(), &block.der)?;
                decode(block.label, &der, None).map_err(|_| SshError::KeyPassphraseWrong)
            }
        },
        "DSA PRIVATE KEY" => Err(unsupported("DSA is broken, and servers no longer accept it")),
        "SSH2 ENCRYPTED PRIVATE KEY" => Err(unsupported("it is in the format of ssh.com")),
        other if other.contains("PUBLIC KEY") => {
            Err(unreadable("it is a public key, and the private one is needed"))
        }
        other if other.contains("CERTIFICATE") => Err(unreadable("it is a certificate, not a key")),
        other => Err(unsupported(format!("it is a “{}”", crate::text::phrase(other)))),
    }
}

fn find(text: &str) -> Result<Block<'_>, SshError> {
    let mut lines = text.lines().map(str::trim);
    let label = loop {
        let line = lines.next().ok_or_else(|| nothing(text))?;
        let label = line.strip_prefix("-----BEGIN ").and_then(|l| l.strip_suffix("-----"));
        // `openssl ecparam -genkey` puts the curve in a block of its own before the key.
        if let Some(label) = label.filter(|l| *l != "EC PARAMETERS") {
            break label;
        }
    };
    let mut legacy = None;
    let mut base64 = Zeroizing::new(String::new());
    for line in lines {
        if line.starts_with("-----END ") {
            let der = BASE64
                .decode(base64.as_bytes())
                .map_err(|_| unreadable("the base64 is damaged"))?;
            return Ok(Block { label, legacy, der: der.into() });
        }
        match line.split_once(':') {
            Some(("DEK-Info", value)) => legacy = value.trim().split_once(','),
            Some(_) => {}
            None => base64.push_str(line),
        }
    }
    Err(unreadable("its last line is missing"))
}

fn nothing(text: &str) -> SshError {
    let first = text.split_ascii_whitespace().next().unwrap_or_default();
    if text.trim().is_empty() {
        unreadable("it is empty")
    } else if first.starts_with("ssh-") || first.starts_with("ecdsa-") {
        unreadable("it is a public key, and the private one is needed")
    } else {
        unreadable("it has no “BEGIN … PRIVATE KEY” line")
    }
}

/// Hands a block to russh, in the shape it knows.
fn decode(label: &str, der: &[u8], passphrase: Option<&str>) -> Result<PrivateKey, SshError> {
    use russh::keys::Error;
    if der.len() > LONGEST_DER {
        return Err(unreadable("it is far too long"));
    }
    let text = Zeroizing::new(format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        BASE64_MIME.encode(der)
    ));
    decode_secret_key(&text, passphrase).map_err(|error| match error {
        Error::UnknownAlgorithm(oid) => unsupported(format!("its algorithm is {oid}")),
        Error::UnsupportedKeyType { key_type_string, .. } => {
            unsupported(format!("its kind is {key_type_string}"))
        }
        _ => unreadable("it is damaged"),
    })
}

/// The old OpenSSL way: the key is MD5 of passphrase and salt, and the salt is the start of the initial vector.
fn decrypt(
    cipher: &str,
    iv: &str,
    passphrase: &[u8],
    text: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SshError> {
    let iv = HEXLOWER_PERMISSIVE
        .decode(iv.trim().as_bytes())
        .map_err(|_| unreadable("its DEK-Info is damaged"))?;
    let salt = iv.get(..8).ok_or_else(|| unreadable("its DEK-Info is damaged"))?;
    let mut plain = Zeroizing::new(text.to_vec());
    let wrong = |_| unreadable("its length is wrong");
    match cipher.trim() {
        "AES-128-CBC" => {
            Cipher::Aes128Cbc
                .decrypt(&stretch(passphrase, salt, 16), &iv, &mut plain, None)
                .map_err(wrong)?;
        }
        "AES-192-CBC" => {
            Cipher::Aes192Cbc
                .decrypt(&stretch(passphrase, salt, 24), &iv, &mut plain, None)
                .map_err(wrong)?;
        }
        "AES-256-CBC" => {
            Cipher::Aes256Cbc
                .decrypt(&stretch(passphrase, salt, 32), &iv, &mut plain, None)
                .map_err(wrong)?;
        }
        "DES-EDE3-CBC" => {
            let bad = || unreadable("its length is wrong");
            cbc::Decryptor::<des::TdesEde3>::new_from_slices(&stretch(passphrase, salt, 24), &iv)
                .map_err(|_| bad())?
                .decrypt_padded::<NoPadding>(&mut plain)
                .map_err(|_| bad())?;
        }
        other => {
            return Err(unsupported(format!(
                "it is encrypted with {}",
                crate::text::phrase(other)
            )));
        }
    }
    // PKCS#7 padding.
    let padding = usize::from(*plain.last().ok_or_else(|| unreadable("it is empty"))?);
    let kept = plain
        .len()
        .checked_sub(padding)
        .filter(|_| (1..=16).contains(&padding))
        .ok_or(SshError::KeyPassphraseWrong)?;
    plain.truncate(kept);
    Ok(plain)
}

fn stretch(passphrase: &[u8], salt: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::new());
    let mut last: Option<[u8; 16]> = None;
    while key.len() < length {
        let mut md5 = md5::Context::new();
        if let Some(last) = last {
            md5.consume(last);
        }
        md5.consume(passphrase);
        md5.consume(salt);
        let digest = md5.finalize().0;
        key.extend_from_slice(&digest);
        last = Some(digest);
    }
    key.truncate(length);
    key
}

/// Refuses a PKCS#8 file whose key derivation would take for ever or all memory: its cost is the file's own choice.
fn bearable(der: &[u8], limits: &Limits) -> Result<(), SshError> {
    const PBKDF2: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
    const SCRYPT: &[u8] = &[0x06, 0x09, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
    let after = |oid: &[u8]| {
        der.windows(oid.len()).position(|w| w == oid).and_then(|at| der.get(at + oid.len()..))
    };
    // What cannot be read here must not be tried either: its costs are not known.
    let costs =
        |rest| numbers(rest).ok_or_else(|| unsupported("its key derivation is not understood"));
    if let Some(rest) = after(PBKDF2) {
        limits.pbkdf2(costs(rest)?.first().copied().unwrap_or(0))?;
    }
    if let Some(rest) = after(SCRYPT) {
        let memory =
            costs(rest)?.iter().take(3).fold(128u64, |product, n| product.saturating_mul(*n));
        limits.scrypt(memory)?;
    }
    Ok(())
}

/// The integers after the salt in the SEQUENCE that `rest` begins with. DER, short and two long forms of length.
fn numbers(rest: &[u8]) -> Option<Vec<u64>> {
    fn element(rest: &[u8]) -> Option<(u8, &[u8], &[u8])> {
        let (&[tag, length], rest) = rest.split_first_chunk::<2>()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(length), rest),
            0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
            0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk::<2>()?)), rest.get(2..)?),
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        Some((tag, value, rest))
    }
    let (_, sequence, _) = element(rest).filter(|e| e.0 == 0x30)?;
    let (_, _, mut rest) = element(sequence).filter(|e| e.0 == 0x04)?;
    let mut numbers = Vec::new();
    while let Some((0x02, value, more)) = element(rest) {
        numbers.push(
            value.iter().fold(0u64, |n, byte| {
                n.checked_mul(256).map_or(u64::MAX, |n| n | u64::from(*byte))
            }),
        );
        rest = more;
    }
    Some(numbers)
}
