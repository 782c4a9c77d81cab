//! Everything that is only there while the vault is unlocked.

/// Keys and caches of an unlocked vault; dropped as a whole when it locks.
#[derive(Debug)]
pub struct Unlocked {}
