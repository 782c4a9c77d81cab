//! Hardware addresses (`core::wake`).

use super::text;
use patchbay_core::wake::parse_mac;

/// An address that is understood is understood alike however it is written.
pub(crate) fn run(data: &[u8]) -> bool {
    let text = text(data);
    let Some(mac) = parse_mac(&text) else { return false };
    assert_eq!(text.chars().filter(char::is_ascii_hexdigit).count(), 12, "{text:?}");
    let pairs: Vec<String> = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    for written in [pairs.join(":"), pairs.join("-"), pairs.concat().to_uppercase()] {
        assert_eq!(parse_mac(&written), Some(mac), "{written}");
    }
    true
}
