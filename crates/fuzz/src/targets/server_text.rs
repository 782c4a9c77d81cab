//! Text from servers (`engine_ssh::text`): banners, prompts, reasons.

use super::{acts, text};
use patchbay_engine_ssh::text::{phrase, plain};

/// Nothing is left that acts on a screen, lengths are bounded, and what is harmless stays as it is.
pub(crate) fn run(data: &[u8]) -> bool {
    let said = text(data);
    let shown = plain(&said);
    assert!(!shown.contains(|c| acts(c) && !matches!(c, '\n' | '\t')), "{shown:?}");
    assert!(shown.chars().count() <= 8 * 1024);
    assert_eq!(plain(&shown), shown);

    let inside = phrase(&said);
    assert!(!inside.contains(acts), "{inside:?}");
    assert!(inside.chars().count() <= 201);
    assert_eq!(inside.trim(), inside);
    assert_eq!(phrase(&inside), inside);

    if said.is_ascii() && !said.contains(|c: char| c.is_ascii_control()) && said.len() <= 200 {
        assert_eq!(shown, said, "harmless text was changed");
    }
    !shown.is_empty()
}
