//! Order keys of siblings: numbers with gaps, so that a move writes the moved nodes and as a rule nothing else.

/// Distance between the keys of nodes added one after the other.
const GAP: u64 = 1 << 32;
/// The first key of a folder: room on both sides.
const MIDDLE: u64 = 1 << 63;
/// Keys are spread again over a stretch in which they are at least this far apart, so that it is not full at once.
const ROOMY: u64 = 1 << 16;

/// Keys for nodes to be put in, and for siblings that had to give way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Placement {
    /// One key for each new node, ascending.
    pub(crate) new: Vec<u64>,
    /// New keys of siblings, by their present index.
    pub(crate) respaced: Vec<(usize, u64)>,
}

/// Finds keys for `count` nodes before the sibling at `index` (`len` is the end).
pub(crate) fn place(
    len: usize,
    key: impl Fn(usize) -> u64,
    index: usize,
    count: usize,
) -> Placement {
    let index = index.min(len);
    let before = index.checked_sub(1).map(&key);
    let after = (index < len).then(|| key(index));
    fit(before, after, as_u64(count)).map_or_else(
        || respace(len, &key, index, count),
        |new| Placement { new, respaced: Vec::new() },
    )
}

fn fit(before: Option<u64>, after: Option<u64>, count: u64) -> Option<Vec<u64>> {
    match (before, after) {
        (None, None) => steps(MIDDLE.checked_sub(GAP)?, GAP, count),
        (Some(before), None) => steps(before, GAP, count),
        (None, Some(after)) => {
            let start = after.checked_sub(GAP.checked_mul(count.checked_add(1)?)?)?;
            steps(start, GAP, count)
        }
        (Some(before), Some(after)) => {
            let step = after.checked_sub(before)? / count.checked_add(1)?;
            if step == 0 { None } else { steps(before, step, count) }
        }
    }
}

fn steps(start: u64, step: u64, count: u64) -> Option<Vec<u64>> {
    (1..=count).map(|nth| start.checked_add(step.checked_mul(nth)?)).collect()
}

/// Spreads the new nodes and the nearest siblings over the smallest stretch around them that has room.
fn respace(len: usize, key: &impl Fn(usize) -> u64, index: usize, count: usize) -> Placement {
    let mut reach = 1;
    loop {
        let from = index.saturating_sub(reach);
        let to = index.saturating_add(reach).min(len);
        let low = from.checked_sub(1).map_or(0, key);
        let high = if to < len { key(to) } else { u64::MAX };
        let total = as_u64(to - from + count);
        let step = high.saturating_sub(low) / (total + 1);
        let whole = from == 0 && to == len;
        if step >= ROOMY || whole {
            return spread(from, index, to, count, low, step.max(1));
        }
        reach *= 2;
    }
}

fn spread(from: usize, index: usize, to: usize, count: usize, low: u64, step: u64) -> Placement {
    let mut placement = Placement::default();
    let mut next = low;
    let mut take = || {
        next = next.saturating_add(step);
        next
    };
    placement.respaced.extend((from..index).map(|sibling| (sibling, take())));
    placement.new.extend((0..count).map(|_| take()));
    placement.respaced.extend((index..to).map(|sibling| (sibling, take())));
    placement
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    /// Inserts and returns how many old keys were written.
    fn insert(keys: &mut Vec<u64>, index: usize, count: usize) -> usize {
        let placement = place(keys.len(), |at| keys[at], index, count);
        for (sibling, key) in &placement.respaced {
            keys[*sibling] = *key;
        }
        keys.splice(index..index, placement.new);
        placement.respaced.len()
    }

    fn ascending(keys: &[u64]) -> bool {
        keys.windows(2).all(|pair| pair[0] < pair[1])
    }

    #[test]
    fn appending_writes_nothing_else() {
        let mut keys = Vec::new();
        for _ in 0..10_000 {
            let end = keys.len();
            assert_eq!(insert(&mut keys, end, 1), 0);
        }
        assert!(ascending(&keys));
    }

    #[test]
    fn inserting_at_one_place_for_ever_writes_few() {
        let mut keys: Vec<u64> = (1..=1000).map(|nth| MIDDLE + nth * GAP).collect();
        let written: usize = (0..2000).map(|_| insert(&mut keys, 500, 1)).sum();
        assert!(ascending(&keys));
        assert!(written < 2000 * 4, "{written} keys were written");
    }

    #[test]
    fn keys_at_the_ends_of_the_range_give_way() {
        let mut keys = vec![0, 1, u64::MAX - 1, u64::MAX];
        insert(&mut keys, 0, 2);
        let end = keys.len();
        insert(&mut keys, end, 2);
        insert(&mut keys, 3, 5);
        assert!(ascending(&keys), "{keys:?}");
    }

    proptest! {
        #[test]
        fn any_insertions_keep_the_order(places in prop::collection::vec((0.0..=1.0f64, 1usize..5), 1..200)) {
            let mut keys = vec![7, 8, 9];
            for (place, count) in places {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
                let index = (place * keys.len() as f64) as usize;
                insert(&mut keys, index, count);
                prop_assert!(ascending(&keys));
            }
        }
    }
}
