//! Rights, and what comes of changes.
