//! An inventory (`device_ipmi::Fru`).

use patchbay_device_ipmi::Fru;

/// Texts are no longer than twice what came, as hexadecimal digits. Understood is an inventory without damage.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(fru) = Fru::decode(data) else { return false };
    let extra = [
        fru.chassis.as_ref().map(|chassis| &chassis.extra),
        fru.board.as_ref().map(|board| &board.extra),
        fru.product.as_ref().map(|product| &product.extra),
    ];
    for texts in extra.into_iter().flatten() {
        let characters: usize = texts.iter().map(|text| text.chars().count()).sum();
        assert!(characters <= data.len() * 2, "more is shown than came");
    }
    fru.damaged.is_empty()
}
