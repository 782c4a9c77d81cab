//! Where a team server is, as people type it or as a link says it.

use super::{acts, text};
use patchbay_team_client::{Address, Place};

/// What is read is an address that is written in one way, and read again as the same.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(Place { address, token }) = Place::read(&text(data)) else { return false };
    let written = address.to_string();
    assert!(!written.contains(acts) && written.is_ascii() && address.port() != 0, "{written:?}");
    let again = Place::read(&written).map(|place| place.address);
    assert_eq!(again, Ok(address.clone()), "{written:?}");
    assert_eq!(address.authority().parse::<Address>(), Ok(address), "{written:?}");
    token.is_none_or(|token| !token.expose_secret().is_empty())
}
