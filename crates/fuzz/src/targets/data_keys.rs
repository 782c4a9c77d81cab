//! The wrapped data keys of a team server (`team::master`).
//!
//! Opening them by a passphrase is left out: it takes long by design, and what it reads is read by `vault_wrap` too.

use super::assert_message;
use patchbay_model::Secret;
use patchbay_team::master::{DataKeys, MasterKey};

const SERVER: [u8; 16] = [1; 16];
/// Opens the seeds.
const MASTER: &str = "27RBeU4IpnugVLxvVMavJ8K7dxrqHChVxmbZG5joK20=";
const ONE: &[u8] = include_bytes!("../../corpus/data_keys/good-one-key");
const TWO: &[u8] = include_bytes!("../../corpus/data_keys/good-two-keys");
/// Before the keys.
const HEAD: usize = 2;

/// Nothing opens but keys that were wrapped, each whole.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(master) = MasterKey::from_text(&Secret::new(MASTER.to_owned())) else { return false };
    match DataKeys::unwrap(SERVER, data, &master) {
        Ok(keys) => {
            let of = |seed: &'static [u8]| seed.get(HEAD..).unwrap_or_default();
            let length = of(ONE).len();
            let mut known = of(ONE).chunks(length).chain(of(TWO).chunks(length));
            let mut read = data.get(HEAD..).unwrap_or_default().chunks(length);
            assert!(read.all(|key| known.any(|one| one == key)), "a key that nobody wrapped");
            assert!((1..=2).contains(&keys.newest()));
            assert!(DataKeys::unwrap([2; 16], data, &master).is_err(), "of another server");
            true
        }
        Err(error) => {
            assert_message(&error.to_string());
            false
        }
    }
}
