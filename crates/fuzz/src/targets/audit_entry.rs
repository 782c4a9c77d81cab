//! The bytes of an entry of a team server's audit log (`team::audit`).

use super::assert_message;
use patchbay_team::audit::{Chain, Entry};

/// Each entry has one form, and no two have the same.
pub(crate) fn run(data: &[u8]) -> bool {
    match Entry::from_bytes(data) {
        Ok(entry) => {
            assert_eq!(entry.to_bytes(), data);
            let mut other = entry.clone();
            other.action.push('x');
            assert_ne!(other.to_bytes(), data);
            let record = Chain::default().next(entry);
            assert_eq!(record.hash, record.computed_hash());
            true
        }
        Err(error) => {
            assert_message(&error.to_string());
            false
        }
    }
}
