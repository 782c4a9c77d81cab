//! Marking what is found in lines that somebody sees.
//!
//! Front ends ask about the lines they show, and are told places: the same patterns by the same rules, and in time that is
//! linear in the line, which no regular expression in a web page is. Deliberately absent: drawing, and remembering lines.

use super::{Compiled, Triggers, watch::in_scope};
use crate::{Authorized, CoreError, WholeVault, sync};
use patchbay_model::{SessionId, TriggerAction, TriggerMark};
use std::sync::Arc;

/// Lines that are looked at in one go.
const MOST_LINES: usize = 500;
/// Bytes that are looked at in one go, and of one line.
const MOST_BYTES: usize = 256 * 1024;
const LONGEST_LINE: usize = 8 * 1024;
/// Places that are told of in one line: more would be a carpet.
const MOST_IN_LINE: usize = 16;

impl Triggers<'_> {
    /// What is to be marked in lines that a session shows. Whatever is beyond the bounds is left unmarked.
    pub fn marks(
        &self,
        _vault: &Authorized<WholeVault>,
        session: SessionId,
        lines: &[String],
    ) -> Result<Vec<TriggerMark>, CoreError> {
        self.0.vault().unlocked()?;
        let marking = Arc::clone(&sync::read(&self.0.triggers.shared.marking));
        let meant: Vec<&Compiled> =
            marking.iter().filter(|trigger| in_scope(self.0, session, trigger)).collect();
        let (mut marks, mut left) = (Vec::new(), MOST_BYTES);
        for (number, line) in (0_u32..).zip(lines.iter().take(MOST_LINES)) {
            if meant.is_empty() || line.len() > left {
                break;
            }
            left -= line.len();
            let line = line.get(..line.floor_char_boundary(LONGEST_LINE)).unwrap_or(line);
            marks.extend(in_line(&meant, number, line));
        }
        Ok(marks)
    }
}

/// The places in one line, from its beginning on.
fn in_line(meant: &[&Compiled], number: u32, line: &str) -> Vec<TriggerMark> {
    let mut marks = Vec::new();
    for trigger in meant {
        let TriggerAction::Highlight { color } = trigger.draft.action else { continue };
        // Places without width can be found, as those of ^|x: there is nothing to mark.
        let found = trigger.regex.find_iter(line).filter(|found| !found.is_empty());
        marks.extend(found.take(MOST_IN_LINE).map(|found| TriggerMark {
            line: number,
            start: units(line.get(..found.start())),
            end: units(line.get(..found.end())),
            color,
        }));
    }
    marks.sort_by_key(|mark| (mark.start, mark.end));
    marks.truncate(MOST_IN_LINE);
    marks
}

/// As the strings of a web page are counted.
fn units(text: Option<&str>) -> u32 {
    let units = text.map_or(0, |text| text.encode_utf16().count());
    u32::try_from(units).unwrap_or(u32::MAX)
}
