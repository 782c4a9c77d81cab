//! How two outputs differ, line by line.

use patchbay_model::{DiffLine, RunDiff};
use similar::{ChangeTag, InlineChange, TextDiff};
use std::time::{Duration, Instant};

/// Lines of each side that are compared.
const MOST_LINES: usize = 20_000;
/// Lines that are shown.
const MOST_SHOWN: usize = 5_000;
/// Lines around a difference.
const CONTEXT: usize = 3;
/// After this long what is left is taken to differ: two long outputs with nothing in common are no use to look at.
const PATIENCE: Duration = Duration::from_millis(800);

/// Compares.
pub(super) fn diff(left: &[String], right: &[String]) -> RunDiff {
    let deadline = Instant::now() + PATIENCE;
    let mut cut = left.len() > MOST_LINES || right.len() > MOST_LINES;
    let joined = |lines: &[String]| {
        lines.iter().take(MOST_LINES).flat_map(|line| [line.as_str(), "\n"]).collect::<String>()
    };
    let (old, new) = (joined(left), joined(right));
    let compared = TextDiff::configure().deadline(deadline).diff_lines(old.as_str(), new.as_str());
    let (mut left_only, mut right_only) = (0_u32, 0_u32);
    for change in compared.iter_all_changes() {
        match change.tag() {
            ChangeTag::Delete => left_only += 1,
            ChangeTag::Insert => right_only += 1,
            ChangeTag::Equal => {}
        }
    }
    let mut lines = Vec::new();
    let mut at = 0;
    for group in compared.grouped_ops(CONTEXT) {
        let start = group.first().map_or(at, |op| op.old_range().start);
        gap(&mut lines, start.saturating_sub(at));
        for op in group {
            at = op.old_range().end;
            for change in compared.iter_inline_changes_deadline(&op, Some(deadline)) {
                if lines.len() >= MOST_SHOWN {
                    cut = true;
                    break;
                }
                lines.extend(line(&change));
            }
        }
    }
    if left_only + right_only > 0 && !cut {
        gap(&mut lines, compared.old_len().saturating_sub(at));
    }
    RunDiff { lines, left_only, right_only, cut }
}

fn gap(lines: &mut Vec<DiffLine>, count: usize) {
    if count > 0 {
        lines.push(DiffLine::Gap { lines: number(count) });
    }
}

fn line(change: &InlineChange<'_, str>) -> Option<DiffLine> {
    let left = change.old_index().map(|at| number(at + 1));
    let right = change.new_index().map(|at| number(at + 1));
    let mut text = String::new();
    let mut marks = Vec::new();
    let mut end = 0_u32;
    for (differs, piece) in change.iter_strings_lossy() {
        let piece = piece.trim_end_matches('\n');
        let begin = end;
        end = end.saturating_add(number(piece.encode_utf16().count()));
        if differs && end > begin {
            marks.push((begin, end));
        }
        text.push_str(piece);
    }
    Some(match change.tag() {
        ChangeTag::Equal => DiffLine::Same { left: left?, right: right?, text },
        ChangeTag::Delete => DiffLine::Left { left: left?, text, marks },
        ChangeTag::Insert => DiffLine::Right { right: right?, text, marks },
    })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn what_differs_is_marked_and_what_is_far_from_it_left_out() {
        let same: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let old = lines(&format!("{same}maxauthtries 3\nend\n"));
        let new = lines(&format!("{same}maxauthtries 6\nend\n"));
        let diff = diff(&old, &new);
        assert_eq!((diff.left_only, diff.right_only, diff.cut), (1, 1, false));
        assert_eq!(diff.lines[0], DiffLine::Gap { lines: 17 });
        let same = DiffLine::Same { left: 18, right: 18, text: "line 18".into() };
        assert_eq!(diff.lines[1], same);
        let left =
            DiffLine::Left { left: 21, text: "maxauthtries 3".into(), marks: vec![(13, 14)] };
        assert_eq!(diff.lines[4], left);
        let right =
            DiffLine::Right { right: 21, text: "maxauthtries 6".into(), marks: vec![(13, 14)] };
        assert_eq!(diff.lines[5], right);
        assert_eq!(diff.lines.len(), 7);
    }

    #[test]
    fn equal_and_empty() {
        assert_eq!(diff(&lines("a\nb"), &lines("a\nb")).lines, []);
        let added = diff(&[], &lines("a"));
        assert_eq!((added.left_only, added.right_only, added.lines.len()), (0, 1, 1));
    }

    #[test]
    fn long_outputs_with_nothing_in_common_end_in_time() {
        let old: Vec<String> =
            (0..30_000_u64).map(|n| format!("a {n} {}", n * 7919 % 1000)).collect();
        let new: Vec<String> =
            (0..30_000_u64).map(|n| format!("b {n} {}", n * 104_729 % 1000)).collect();
        let diff = diff(&old, &new);
        assert!(diff.cut && diff.lines.len() <= MOST_SHOWN + 1, "{}", diff.lines.len());
    }
}
