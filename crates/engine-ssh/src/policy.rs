//! Which algorithms are offered: the one list there is, and what the switch for legacy devices adds.
//!
//! Legacy algorithms come after all others, so that a server that knows better takes better. Deliberately absent even
//! there: DSA keys, RC4, Blowfish, CAST, MD5 and truncated MACs, and `none`.

use patchbay_model::{AlgorithmGroup, AlgorithmPolicy};
use russh::{
    cipher, kex,
    keys::{Algorithm, EcdsaCurve, HashAlg},
    mac,
};

pub(crate) const KEX: &[kex::Name] = &[
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::ECDH_SHA2_NISTP256,
    kex::ECDH_SHA2_NISTP384,
    kex::ECDH_SHA2_NISTP521,
    kex::DH_GEX_SHA256,
    kex::DH_G16_SHA512,
    kex::DH_G18_SHA512,
    kex::DH_G14_SHA256,
];
const LEGACY_KEX: &[kex::Name] = &[kex::DH_GEX_SHA1, kex::DH_G14_SHA1, kex::DH_G1_SHA1];
/// Not algorithms, but said in the same list.
const MARKERS: &[kex::Name] =
    &[kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

/// Host keys. RSA only with SHA-2: a signature with SHA-1 (`ssh-rsa`) can be forged.
pub(crate) const HOST_KEYS: &[Algorithm] = &[
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
    Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
    Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
];
const LEGACY_HOST_KEYS: &[Algorithm] = &[Algorithm::Rsa { hash: None }];

pub(crate) const CIPHERS: &[cipher::Name] = &[
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];
/// The same in the order that is quickest where the processor knows AES, as nearly all that move much do.
pub(crate) const BULK_CIPHERS: &[cipher::Name] = &[
    cipher::AES_256_GCM,
    cipher::AES_128_GCM,
    cipher::CHACHA20_POLY1305,
    cipher::AES_256_CTR,
    cipher::AES_192_CTR,
    cipher::AES_128_CTR,
];
const LEGACY_CIPHERS: &[cipher::Name] =
    &[cipher::AES_256_CBC, cipher::AES_192_CBC, cipher::AES_128_CBC, cipher::TRIPLE_DES_CBC];

pub(crate) const MACS: &[mac::Name] =
    &[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM, mac::HMAC_SHA512, mac::HMAC_SHA256];
const LEGACY_MACS: &[mac::Name] = &[mac::HMAC_SHA1_ETM, mac::HMAC_SHA1];

/// The first list, and behind it the second if legacy algorithms are allowed.
fn with<T: Clone>(safe: &[T], legacy: &[T], allowed: bool) -> Vec<T> {
    let legacy = if allowed { legacy } else { &[] };
    safe.iter().chain(legacy).cloned().collect()
}

pub(crate) fn kex(legacy: bool) -> Vec<kex::Name> {
    let mut names = with(KEX, LEGACY_KEX, legacy);
    names.extend(MARKERS);
    names
}

pub(crate) fn host_keys(legacy: bool) -> Vec<Algorithm> {
    with(HOST_KEYS, LEGACY_HOST_KEYS, legacy)
}

pub(crate) fn ciphers(safe: &[cipher::Name], legacy: bool) -> Vec<cipher::Name> {
    with(safe, LEGACY_CIPHERS, legacy)
}

pub(crate) fn macs(legacy: bool) -> Vec<mac::Name> {
    with(MACS, LEGACY_MACS, legacy)
}

/// What is offered, for people to read.
#[must_use]
pub fn algorithm_policy() -> AlgorithmPolicy {
    let group = |kind: &str, names: Vec<String>, risk: &str| AlgorithmGroup {
        kind: kind.to_owned(),
        names,
        risk: risk.to_owned(),
    };
    AlgorithmPolicy {
        safe: vec![
            group("Key exchange", names(KEX), ""),
            group("Host keys", HOST_KEYS.iter().map(ToString::to_string).collect(), ""),
            group("Ciphers", names(CIPHERS), ""),
            group("MACs", names(MACS), ""),
        ],
        legacy: vec![
            group(
                "Key exchange",
                names(LEGACY_KEX),
                "SHA-1, and groups of 1024 bits that a well-funded attacker can break.",
            ),
            group(
                "Host keys and your RSA keys",
                LEGACY_HOST_KEYS.iter().map(ToString::to_string).collect(),
                "Signatures with SHA-1 can be forged, so the machine is proved to you less well.",
            ),
            group(
                "Ciphers",
                names(LEGACY_CIPHERS),
                "CBC lets somebody in between guess a little of what is sent; 3DES wears out after some gigabytes.",
            ),
            group(
                "MACs",
                names(LEGACY_MACS),
                "SHA-1; no practical attack is known on it in a MAC.",
            ),
        ],
    }
}

fn names<T: AsRef<str>>(list: &[T]) -> Vec<String> {
    list.iter().map(|name| name.as_ref().to_owned()).collect()
}

/// Whether a server that offers these, none of which we do, offers one that the switch for legacy devices adds.
pub(crate) fn legacy_would_help(ours: &[String], theirs: &[String]) -> bool {
    algorithm_policy()
        .legacy
        .iter()
        .flat_map(|group| &group.names)
        .any(|name| theirs.contains(name) && !ours.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lowered_without_the_switch_and_only_what_is_named_with_it() {
        let policy = algorithm_policy();
        let said: Vec<&String> = policy.legacy.iter().flat_map(|group| &group.names).collect();
        let added = |safe: Vec<String>, legacy: Vec<String>| {
            assert_eq!(legacy.get(..safe.len()), Some(safe.as_slice()), "safe ones come first");
            for name in legacy.iter().skip(safe.len()) {
                assert!(said.contains(&name), "{name} is offered and not named");
            }
            assert!(!safe.iter().any(|name| said.contains(&name)));
        };
        let text = |list: Vec<Algorithm>| list.iter().map(ToString::to_string).collect();
        added(text(host_keys(false)), text(host_keys(true)));
        added(names(&ciphers(CIPHERS, false)), names(&ciphers(CIPHERS, true)));
        added(names(&macs(false)), names(&macs(true)));
        let kex = |legacy| {
            let mut list = names(&kex(legacy));
            list.truncate(list.len() - MARKERS.len());
            list
        };
        added(kex(false), kex(true));
        for group in policy.safe {
            for name in group.names {
                assert!(!name.contains("sha1") && !name.contains("cbc") && name != "ssh-rsa");
            }
        }
    }

    #[test]
    fn the_switch_is_offered_where_it_helps() {
        let text = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(legacy_would_help(&text(&["aes256-ctr"]), &text(&["arcfour", "aes128-cbc"])));
        assert!(!legacy_would_help(&text(&["aes256-ctr"]), &text(&["blowfish-cbc", "arcfour"])));
        assert!(!legacy_would_help(&text(&["aes128-cbc"]), &text(&["aes128-cbc"])));
    }
}
