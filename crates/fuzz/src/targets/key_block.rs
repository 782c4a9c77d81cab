//! Private keys as bytes between `BEGIN` and `END`: what is behind the base64 of [`key_text`](super::key_text).

use super::key_text;
use data_encoding::BASE64;

const LABELS: [&str; 8] = [
    "OPENSSH PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "DSA PRIVATE KEY",
    "SSH2 ENCRYPTED PRIVATE KEY",
    "PUBLIC KEY",
];

const HEADERS: [&str; 4] = [
    "",
    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n",
    "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n",
    "Proc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0011223344556677\n\n",
];

/// The first byte picks a label and headers; the rest is the block.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some((pick, block)) = data.split_first() else { return false };
    let pick = usize::from(*pick);
    let label = LABELS.get(pick % LABELS.len()).copied().unwrap_or_default();
    let headers = HEADERS.get(pick / LABELS.len() % HEADERS.len()).copied().unwrap_or_default();
    let body = BASE64.encode(block);
    key_text::check(&format!("-----BEGIN {label}-----\n{headers}{body}\n-----END {label}-----\n"))
}
