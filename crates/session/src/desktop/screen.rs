//! The pixels of a desktop, and what of them each viewer has yet to see.
//!
//! Pixels are red, green, blue and 255, one byte each: what a canvas of the webview takes as it is. Deliberately absent:
//! the pointer, which viewers draw themselves.

use super::{Rect, Region, Size};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Bytes of a pixel.
pub const BYTES: usize = 4;
/// The most pixels of a desktop: two screens of 8K beside each other. They take 256 MiB.
pub const MOST_PIXELS: usize = 64 * 1024 * 1024;

/// The far end wants more than [`MOST_PIXELS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a desktop of {}×{} pixels is larger than any that is shown", .0.width, .0.height)]
pub struct TooLarge(pub Size);

/// Something was to be drawn beside the screen, or with too few pixels.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("something was drawn outside of the screen")]
pub struct Outside;

/// What a desktop shows. Engines draw on it; viewers [watch](Self::watch) it.
pub struct Screen {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    size: Size,
    pixels: Vec<u8>,
    /// How often the size changed.
    resizes: u32,
    seats: BTreeMap<u64, Seat>,
    next_seat: u64,
    closed: bool,
}

/// What a viewer has not seen.
struct Seat {
    damage: Region,
    resizes: u32,
}

impl Screen {
    /// A screen without pixels.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let state = State {
            size: Size::default(),
            pixels: Vec::new(),
            resizes: 0,
            seats: BTreeMap::new(),
            next_seat: 0,
            closed: false,
        };
        Arc::new(Self { state: Mutex::new(state), changed: Notify::new() })
    }

    /// How large it is.
    pub fn size(&self) -> Size {
        self.lock().size
    }

    /// Gives it another size. What is there stays where it was, the rest is black, and everybody sees all of it anew.
    ///
    /// # Errors
    /// If that would be too large; the screen stays as it was.
    pub fn resize(&self, size: Size) -> Result<(), TooLarge> {
        if size.pixels() > MOST_PIXELS {
            return Err(TooLarge(size));
        }
        let mut state = self.lock();
        if state.size == size {
            return Ok(());
        }
        let mut pixels = [0, 0, 0, 255].repeat(size.pixels());
        let (old, new) = (stride(state.size), stride(size));
        if old > 0 && new > 0 {
            let both = old.min(new);
            for (to, from) in pixels.chunks_exact_mut(new).zip(state.pixels.chunks_exact(old)) {
                if let (Some(to), Some(from)) = (to.get_mut(..both), from.get(..both)) {
                    to.copy_from_slice(from);
                }
            }
        }
        state.pixels = pixels;
        state.size = size;
        state.resizes = state.resizes.wrapping_add(1);
        for seat in state.seats.values_mut() {
            seat.damage.clear();
            seat.damage.add(size.rect());
        }
        drop(state);
        self.changed.notify_waiters();
        Ok(())
    }

    /// Draws. Nobody else sees or draws meanwhile, so it should be short: decode first where that takes long. What was drawn
    /// is told to viewers afterwards.
    pub fn draw<R>(&self, draw: impl FnOnce(&mut Canvas<'_>) -> R) -> R {
        let mut state = self.lock();
        let State { size, pixels, .. } = &mut *state;
        let mut canvas = Canvas { size: *size, pixels, damage: Region::default() };
        let result = draw(&mut canvas);
        let damage = canvas.damage;
        if damage.is_empty() {
            return result;
        }
        state.seats.values_mut().for_each(|seat| seat.damage.extend(&damage));
        drop(state);
        self.changed.notify_waiters();
        result
    }

    /// Reads pixels of a part, row after row without gaps; nothing if it is not wholly inside.
    pub fn read(&self, rect: Rect) -> Option<Vec<u8>> {
        let state = self.lock();
        state.size.rect().contains(rect).then_some(())?;
        let mut out = Vec::with_capacity(rect.pixels() * BYTES);
        rows(&state.pixels, state.size, rect).for_each(|row| out.extend_from_slice(row));
        Some(out)
    }

    /// A viewer, who has seen nothing yet.
    pub fn watch(self: &Arc<Self>) -> Watcher {
        let mut state = self.lock();
        let id = state.next_seat;
        state.next_seat += 1;
        let mut damage = Region::default();
        damage.add(state.size.rect());
        let resizes = state.resizes.wrapping_sub(1);
        state.seats.insert(id, Seat { damage, resizes });
        Watcher { screen: Arc::clone(self), id }
    }

    /// No more is drawn; viewers see what is left and then the end.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").field("size", &self.size()).finish_non_exhaustive()
    }
}

/// The screen while it is drawn on. Everything is checked: the far end says where, and may lie.
pub struct Canvas<'a> {
    size: Size,
    pixels: &'a mut [u8],
    damage: Region,
}

impl Canvas<'_> {
    /// How large the screen is.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Fills a part with one colour.
    ///
    /// # Errors
    /// If it is not wholly inside.
    pub fn fill(&mut self, rect: Rect, [red, green, blue]: [u8; 3]) -> Result<(), Outside> {
        for row in self.rows(rect)? {
            let (pixels, _) = row.as_chunks_mut::<BYTES>();
            pixels.fill([red, green, blue, 255]);
        }
        Ok(())
    }

    /// Puts pixels (red, green, blue, 255) there, row after row without gaps.
    ///
    /// # Errors
    /// If it is not wholly inside, or there are too few pixels.
    pub fn put(&mut self, rect: Rect, rgba: &[u8]) -> Result<(), Outside> {
        if rgba.len() < rect.pixels() * BYTES {
            return Err(Outside);
        }
        let width = usize::from(rect.width) * BYTES;
        if width == 0 {
            return Ok(());
        }
        for (row, from) in self.rows(rect)?.zip(rgba.chunks_exact(width)) {
            row.copy_from_slice(from);
        }
        Ok(())
    }

    /// Copies a part to where `to` begins. The two may overlap.
    ///
    /// # Errors
    /// If one of them is not wholly inside.
    pub fn copy(&mut self, from: Rect, (x, y): (u16, u16)) -> Result<(), Outside> {
        let to = Rect { x, y, ..from };
        if !self.size.rect().contains(from) || !self.size.rect().contains(to) {
            return Err(Outside);
        }
        let (line, width) = (stride(self.size), usize::from(from.width) * BYTES);
        let at = |x: u16, y: usize| y * line + usize::from(x) * BYTES;
        let copied = |n: usize| {
            let source = at(from.x, usize::from(from.y) + n);
            (source..source + width, at(x, usize::from(y) + n))
        };
        let height = usize::from(from.height);
        // Downwards from the last row, or a row would be overwritten before it is read.
        for n in 0..height {
            let n = if y > from.y { height - 1 - n } else { n };
            let (source, target) = copied(n);
            self.pixels.copy_within(source, target);
        }
        self.damage.add(to);
        Ok(())
    }

    /// The rows of a part, to be written as red, green, blue and 255 for each pixel.
    ///
    /// # Errors
    /// If it is not wholly inside.
    pub fn rows(&mut self, rect: Rect) -> Result<impl Iterator<Item = &mut [u8]>, Outside> {
        if !self.size.rect().contains(rect) {
            return Err(Outside);
        }
        self.damage.add(rect);
        let (from, width) = (usize::from(rect.x) * BYTES, usize::from(rect.width) * BYTES);
        Ok(self
            .pixels
            .chunks_exact_mut(stride(self.size).max(1))
            .skip(usize::from(rect.y))
            .take(usize::from(rect.height))
            .filter_map(move |row| row.get_mut(from..from + width)))
    }
}

/// One viewer of a screen.
#[derive(Debug)]
pub struct Watcher {
    screen: Arc<Screen>,
    id: u64,
}

/// What a viewer has to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Update {
    /// The screen has this size now; all of it follows.
    Resized(Size),
    /// These parts changed. They are read with [`Watcher::pixels`], in the same or a later state.
    Damage(Region),
    /// Nothing more will change.
    Over,
}

impl Watcher {
    /// Waits until there is something new. What changes while a viewer does not ask is joined.
    pub async fn next(&self) -> Update {
        loop {
            let changed = self.screen.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From here on nothing is missed.
            changed.as_mut().enable();
            if let Some(update) = self.try_next() {
                return update;
            }
            changed.await;
        }
    }

    /// What is new now, without waiting.
    pub fn try_next(&self) -> Option<Update> {
        let mut state = self.screen.lock();
        let (size, resizes, closed) = (state.size, state.resizes, state.closed);
        let Some(seat) = state.seats.get_mut(&self.id) else { return Some(Update::Over) };
        if seat.resizes != resizes {
            seat.resizes = resizes;
            return Some(Update::Resized(size));
        }
        if !seat.damage.is_empty() {
            return Some(Update::Damage(std::mem::take(&mut seat.damage)));
        }
        closed.then_some(Update::Over)
    }

    /// Hands each row of a part to `row`; what lies outside of the screen by now is left out. Says what was read; nothing if
    /// all lies outside.
    pub fn pixels(&self, rect: Rect, row: impl FnMut(&[u8])) -> Option<Rect> {
        let state = self.screen.lock();
        let rect = rect.intersection(state.size.rect())?;
        rows(&state.pixels, state.size, rect).for_each(row);
        Some(rect)
    }

    /// Hands all pixels to `look`, row by row without gaps. Nobody draws meanwhile, so it must be short.
    pub(super) fn look<R>(&self, look: impl FnOnce(Size, &[u8]) -> R) -> R {
        let state = self.screen.lock();
        look(state.size, &state.pixels)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.screen.lock().seats.remove(&self.id);
    }
}

const fn stride(size: Size) -> usize {
    size.width as usize * BYTES
}

/// The rows of a part that is inside.
fn rows(pixels: &[u8], size: Size, rect: Rect) -> impl Iterator<Item = &[u8]> {
    let (from, width) = (usize::from(rect.x) * BYTES, usize::from(rect.width) * BYTES);
    pixels
        .chunks_exact(stride(size).max(1))
        .skip(usize::from(rect.y))
        .take(usize::from(rect.height))
        .filter_map(move |row| row.get(from..from + width))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn screen(width: u16, height: u16) -> Arc<Screen> {
        let screen = Screen::new();
        screen.resize(Size::new(width, height)).unwrap();
        screen
    }

    fn first_bytes(screen: &Screen) -> Vec<u8> {
        let all = screen.read(screen.size().rect()).unwrap();
        all.chunks(BYTES).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn nothing_is_drawn_outside() {
        let screen = screen(4, 4);
        screen.draw(|canvas| {
            assert_eq!(canvas.fill(Rect::new(2, 2, 3, 1), [9; 3]), Err(Outside));
            assert_eq!(canvas.fill(Rect::new(u16::MAX, 0, u16::MAX, 1), [9; 3]), Err(Outside));
            assert_eq!(canvas.put(Rect::new(0, 0, 4, 4), &[9; 63]), Err(Outside));
            assert_eq!(canvas.copy(Rect::new(0, 0, 4, 4), (1, 0)), Err(Outside));
        });
        assert_eq!(first_bytes(&screen), [0; 16]);
        assert_eq!(screen.read(Rect::new(0, 0, 5, 1)), None);
        let huge = Size::new(u16::MAX, u16::MAX);
        assert_eq!(screen.resize(huge), Err(TooLarge(huge)));
        assert_eq!(screen.size(), Size::new(4, 4));
    }

    #[test]
    fn overlapping_copies_keep_what_they_copy() {
        for (to, expected) in [((0, 1), [1, 1, 2, 3]), ((0, 0), [2, 3, 4, 4])] {
            let screen = screen(1, 4);
            screen.draw(|canvas| {
                for n in 0..4_u8 {
                    canvas.fill(Rect::new(0, n.into(), 1, 1), [n + 1; 3]).unwrap();
                }
                let from = if to == (0, 1) { 0 } else { 1 };
                canvas.copy(Rect::new(0, from, 1, 3), to).unwrap();
            });
            assert_eq!(first_bytes(&screen), expected);
        }
    }

    #[test]
    fn another_size_keeps_what_fits() {
        let screen = screen(2, 2);
        screen.draw(|canvas| canvas.fill(Rect::new(0, 0, 2, 2), [7; 3]).unwrap());
        screen.resize(Size::new(3, 1)).unwrap();
        assert_eq!(first_bytes(&screen), [7, 7, 0]);
    }

    #[tokio::test]
    async fn a_slow_viewer_sees_what_is_newest_once() {
        let screen = screen(100, 100);
        let watcher = screen.watch();
        assert_eq!(watcher.next().await, Update::Resized(Size::new(100, 100)));
        let Update::Damage(all) = watcher.next().await else { panic!("all of it is new") };
        assert_eq!(all.pixels(), 10_000);
        for n in 0..50 {
            screen.draw(|canvas| canvas.fill(Rect::new(10, 10, 5, 5), [n; 3]).unwrap());
        }
        let Update::Damage(damage) = watcher.next().await else { panic!("it was drawn on") };
        assert_eq!(damage.rects(), [Rect::new(10, 10, 5, 5)]);
        let mut seen = Vec::new();
        watcher.pixels(Rect::new(10, 10, 5, 5), |row| seen.extend_from_slice(row)).unwrap();
        assert_eq!(&seen[..4], [49, 49, 49, 255]);
        screen.close();
        assert_eq!(watcher.next().await, Update::Over);
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let screen = screen(10, 10);
        let watcher = screen.watch();
        let (_, _) = (watcher.next().await, watcher.next().await);
        let waiting = tokio::spawn(async move { watcher.next().await });
        tokio::task::yield_now().await;
        screen.draw(|canvas| canvas.fill(Rect::new(1, 1, 1, 1), [1; 3]).unwrap());
        assert!(matches!(waiting.await.unwrap(), Update::Damage(_)));
    }
}
