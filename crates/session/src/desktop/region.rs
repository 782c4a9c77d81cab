//! Which parts of a screen changed, as few rectangles.
//!
//! Deliberately absent: exactness. A region holds at least what was added to it; sending a little more costs less than
//! keeping account of every pixel.

use super::Rect;

/// More rectangles than this are merged: each costs the viewer a call.
const MOST: usize = 24;

/// A bounded set of rectangles.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Region {
    rects: Vec<Rect>,
}

impl Region {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// Its rectangles. They may overlap.
    #[must_use]
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// How many pixels its rectangles have together.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.rects.iter().map(|rect| rect.pixels()).sum()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.rects.clear();
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: &Self) {
        other.rects.iter().for_each(|rect| self.add(*rect));
    }

    /// Adds a rectangle; an empty one is nothing.
    pub fn add(&mut self, rect: Rect) {
        if rect.is_empty() || self.rects.iter().any(|held| held.contains(rect)) {
            return;
        }
        let mut rect = rect;
        // What it can be joined with at little cost may in turn reach others.
        while let Some(at) = self.rects.iter().position(|held| is_cheap(*held, rect)) {
            rect = self.rects.swap_remove(at).union(rect);
        }
        self.rects.push(rect);
        if self.rects.len() > MOST {
            self.join_cheapest();
        }
    }

    fn join_cheapest(&mut self) {
        let mut best: Option<(usize, usize, usize)> = None;
        for (at, first) in self.rects.iter().enumerate() {
            for (other, second) in self.rects.iter().enumerate().skip(at + 1) {
                let cost = waste(*first, *second);
                if best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, at, other));
                }
            }
        }
        if let Some((_, at, other)) = best {
            // The later one first, so that the earlier keeps its place.
            let second = self.rects.swap_remove(other);
            let first = self.rects.swap_remove(at);
            self.add(first.union(second));
        }
    }
}

/// Pixels of the union that neither has.
fn waste(first: Rect, second: Rect) -> usize {
    let both = first.intersection(second).map_or(0, Rect::pixels);
    (first.union(second).pixels() + both).saturating_sub(first.pixels() + second.pixels())
}

/// Whether one rectangle in place of the two adds little.
fn is_cheap(first: Rect, second: Rect) -> bool {
    waste(first, second) <= (first.pixels() + second.pixels()) / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn neighbours_become_one() {
        let mut region = Region::default();
        region.add(Rect::new(0, 0, 64, 64));
        region.add(Rect::new(64, 0, 64, 64));
        region.add(Rect::new(0, 64, 128, 64));
        assert_eq!(region.rects(), [Rect::new(0, 0, 128, 128)]);
    }

    #[test]
    fn what_lies_far_apart_stays_apart() {
        let mut region = Region::default();
        region.add(Rect::new(0, 0, 10, 10));
        region.add(Rect::new(1000, 1000, 10, 10));
        region.add(Rect::new(2, 2, 3, 3));
        assert_eq!(region.rects().len(), 2);
        assert_eq!(region.pixels(), 200);
    }

    proptest! {
        #[test]
        fn it_holds_what_was_added_and_stays_small(
            parts in prop::collection::vec((0_u16..500, 0_u16..500, 0_u16..60, 0_u16..60), 0..200)
        ) {
            let mut region = Region::default();
            let parts: Vec<Rect> =
                parts.into_iter().map(|(x, y, w, h)| Rect::new(x, y, w, h)).collect();
            parts.iter().for_each(|rect| region.add(*rect));
            prop_assert!(region.rects().len() <= MOST);
            for part in parts.iter().filter(|part| !part.is_empty()) {
                for (x, y) in [(part.x, part.y), (part.x + part.width - 1, part.y + part.height - 1)] {
                    let pixel = Rect::new(x, y, 1, 1);
                    prop_assert!(region.rects().iter().any(|rect| rect.contains(pixel)));
                }
            }
        }
    }
}
