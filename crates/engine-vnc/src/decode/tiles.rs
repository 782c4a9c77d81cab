//! The tiles of a rectangle, row by row, for encodings that draw one after the other.

use patchbay_session::desktop::Rect;

/// Where in a rectangle a decoder is. A tile is `SIDE` pixels wide and high; what is left at the edges is smaller.
#[derive(Debug, Default)]
pub(super) struct Tiles<const SIDE: u16> {
    /// The next tile's corner within the rectangle.
    next: (u16, u16),
}

impl<const SIDE: u16> Tiles<SIDE> {
    /// The tile of the rectangle that is to be drawn; none after the last.
    pub(super) fn area(&self, rect: Rect) -> Option<Rect> {
        let (x, y) = self.next;
        if x >= rect.width || y >= rect.height {
            return None;
        }
        Some(Rect {
            x: rect.x.saturating_add(x),
            y: rect.y.saturating_add(y),
            width: (rect.width - x).min(SIDE),
            height: (rect.height - y).min(SIDE),
        })
    }

    /// It is drawn.
    pub(super) const fn advance(&mut self, rect: Rect) {
        let (x, y) = self.next;
        let right = x.saturating_add(SIDE);
        self.next = if right >= rect.width { (0, y.saturating_add(SIDE)) } else { (right, y) };
    }
}

#[cfg(test)]
mod tests {
    use super::Tiles;
    use patchbay_session::desktop::Rect;

    fn all<const SIDE: u16>(rect: Rect) -> Vec<Rect> {
        let mut tiles = Tiles::<SIDE>::default();
        let mut found = Vec::new();
        while let Some(area) = tiles.area(rect) {
            found.push(area);
            tiles.advance(rect);
        }
        found
    }

    #[test]
    fn they_cover_a_rectangle_once_row_by_row() {
        let expected = [
            Rect::new(5, 6, 16, 16),
            Rect::new(21, 6, 4, 16),
            Rect::new(5, 22, 16, 1),
            Rect::new(21, 22, 4, 1),
        ];
        assert_eq!(all::<16>(Rect::new(5, 6, 20, 17)), expected);
        assert_eq!(all::<64>(Rect::new(0, 0, 64, 64)), [Rect::new(0, 0, 64, 64)]);
    }

    #[test]
    fn an_empty_rectangle_has_none_and_the_largest_ends() {
        assert!(all::<16>(Rect::new(1, 1, 0, 9)).is_empty());
        assert!(all::<16>(Rect::new(1, 1, 9, 0)).is_empty());
        assert_eq!(all::<64>(Rect::new(0, 0, u16::MAX, 1)).len(), 1024);
        assert_eq!(all::<64>(Rect::new(0, 0, 1, u16::MAX)).len(), 1024);
    }
}
