//! What a machine of a run puts out (`core::runs`).

use super::acts;
use patchbay_core::runs::plain_lines;

/// Nothing is left that acts on a screen, lines are bounded, and what is shown once stays as it is.
pub(crate) fn run(data: &[u8]) -> bool {
    let lines = plain_lines(data);
    assert!(lines.len() <= data.iter().filter(|byte| **byte == b'\n').count() + 1);
    for line in &lines {
        assert!(!line.contains(|c| acts(c) && c != '\t'), "{line:?}");
        assert!(line.chars().count() <= 4_001);
    }
    // A line that was cut ends in a character that was not there.
    if lines.iter().all(|line| line.chars().count() <= 4_000) && !lines.is_empty() {
        let again: String = lines.iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(plain_lines(again.as_bytes()), lines);
    }
    lines.iter().any(|line| !line.is_empty())
}
