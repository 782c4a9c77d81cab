//! Sealed items and the sealed tally (`vault::seal`).

use super::vault_wrap;
use patchbay_vault::{Sealer, Slot, TAG_LENGTH};
use std::sync::LazyLock;

const SLOT: Slot = Slot { kind: 1, id: [3; 16], field: 2, version: 4 };
const ITEM: &[u8] = include_bytes!("../../corpus/sealed/good-item");
const TALLY: &[u8] = include_bytes!("../../corpus/sealed/good-tally");
const NONCE: usize = 24;

static SEALER: LazyLock<Option<Sealer>> =
    LazyLock::new(|| Some(Sealer::new(vault_wrap::VAULT, vault_wrap::seed_key()?)));

/// Nothing opens but what was sealed, in its own place, and whatever is sealed comes back and hides its length.
pub(crate) fn run(data: &[u8]) -> bool {
    let Some(sealer) = SEALER.as_ref() else { return false };
    let opened = sealer.unseal(&SLOT, data);
    assert_eq!(opened.is_ok(), data == ITEM, "an item");
    let tally = sealer.unseal_tally(data);
    assert_eq!(tally.is_ok(), data == TALLY, "the tally");

    let Ok(mut sealed) = sealer.seal(&SLOT, data) else { return false };
    assert!(sealer.unseal(&SLOT, &sealed).is_ok_and(|again| again.as_slice() == data));
    let padding = sealed.len() - NONCE - TAG_LENGTH - data.len();
    assert!((1..=64 + data.len() / 8 + 1).contains(&padding), "{padding} for {}", data.len());
    assert!(sealer.unseal(&Slot { version: 5, ..SLOT }, &sealed).is_err(), "in another place");
    let at = data.len() % sealed.len();
    if let Some(byte) = sealed.get_mut(at) {
        *byte ^= 1;
    }
    assert!(sealer.unseal(&SLOT, &sealed).is_err(), "with a bit flipped at {at}");
    opened.is_ok() || tally.is_ok()
}
