//! Sizes and rectangles, in pixels of the remote desktop; the origin is its upper left corner.

/// How large a screen or picture is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Size {
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

impl Size {
    /// So many across, so many down.
    #[must_use]
    pub const fn new(width: u16, height: u16) -> Self {
        Self { width, height }
    }

    /// How many pixels there are.
    #[must_use]
    pub const fn pixels(self) -> usize {
        self.width as usize * self.height as usize
    }

    /// All of it.
    #[must_use]
    pub const fn rect(self) -> Rect {
        Rect { x: 0, y: 0, width: self.width, height: self.height }
    }
}

/// A part of a screen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Rect {
    /// Its left edge.
    pub x: u16,
    /// Its upper edge.
    pub y: u16,
    /// Pixels across.
    pub width: u16,
    /// Pixels down.
    pub height: u16,
}

impl Rect {
    /// A rectangle by its upper left corner and size.
    #[must_use]
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self { x, y, width, height }
    }

    /// How large it is.
    #[must_use]
    pub const fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// How many pixels there are.
    #[must_use]
    pub const fn pixels(self) -> usize {
        self.size().pixels()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// One behind its right edge.
    #[must_use]
    pub const fn right(self) -> u32 {
        self.x as u32 + self.width as u32
    }

    /// One below its lower edge.
    #[must_use]
    pub const fn bottom(self) -> u32 {
        self.y as u32 + self.height as u32
    }

    /// Whether all of `other` lies in it.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.x <= other.x
            && self.y <= other.y
            && self.right() >= other.right()
            && self.bottom() >= other.bottom()
    }

    /// What lies in both; nothing if they do not touch.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let right = self.right().min(other.right());
        let bottom = self.bottom().min(other.bottom());
        let width = right.checked_sub(u32::from(x)).filter(|width| *width > 0)?;
        let height = bottom.checked_sub(u32::from(y)).filter(|height| *height > 0)?;
        Some(Self { x, y, width: u16::try_from(width).ok()?, height: u16::try_from(height).ok()? })
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let side = |end: u32, begin: u16| {
            u16::try_from(end.saturating_sub(u32::from(begin))).unwrap_or(u16::MAX)
        };
        Self {
            x,
            y,
            width: side(self.right().max(other.right()), x),
            height: side(self.bottom().max(other.bottom()), y),
        }
    }
}
