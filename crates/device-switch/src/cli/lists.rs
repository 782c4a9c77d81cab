//! Lists of VLANs as switches write them: `1,10-20,4094`.

use std::collections::BTreeSet;

const VLANS: std::ops::RangeInclusive<u16> = 1..=4094;

/// Reads one; `all`, `none` and `except` mean what they say. None if it is no list.
pub(super) fn parse(text: &str) -> Option<BTreeSet<u16>> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("except") {
        let without = parse(rest)?;
        return Some(VLANS.filter(|vlan| !without.contains(vlan)).collect());
    }
    match text {
        "all" => return Some(VLANS.collect()),
        "none" | "" => return Some(BTreeSet::new()),
        _ => {}
    }
    let mut list = BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.trim().split_once('-').unwrap_or((part.trim(), part.trim()));
        let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if !(VLANS.contains(&first) && VLANS.contains(&last) && first <= last) {
            return None;
        }
        list.extend(first..=last);
    }
    Some(list)
}

/// Ranges of a list: `10-20` and single numbers.
pub(super) fn ranges(list: &BTreeSet<u16>) -> Vec<String> {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for vlan in list {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *vlan => *last = *vlan,
            _ => ranges.push((*vlan, *vlan)),
        }
    }
    let text = |(first, last): (u16, u16)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    };
    ranges.into_iter().map(text).collect()
}

/// Whether it is all there are.
pub(super) fn is_all(list: &BTreeSet<u16>) -> bool {
    list.len() == VLANS.count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_written() {
        let read = |text: &str| parse(text).map(|list| ranges(&list).join(","));
        for same in ["1", "1,5", "1,10-20,4094", "1-4094"] {
            assert_eq!(read(same).unwrap(), same);
        }
        assert_eq!(read("none").unwrap(), "");
        assert_eq!(read("except 1-4000").unwrap(), "4001-4094");
        assert_eq!(read("7,5 , 6").unwrap(), "5-7");
        assert!(is_all(&parse("all").unwrap()) && !is_all(&parse("2-4094").unwrap()));
        for wrong in ["0", "4095", "5-3", "x", "1,,2", "1-", "add 5", "99999"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
