//! A screen made small, for lists of desktops.
//!
//! What it costs hangs on the thumbnail's size and not on the screen's, since the screen is held meanwhile: of each cell at
//! most [`SAMPLES`] × [`SAMPLES`] pixels are looked at. Deliberately absent: a better filter; at this size text cannot be read anyway.

use super::{BYTES, Size, Watcher};
use bytes::Bytes;

/// Pixels of a row, and rows, that are averaged to one pixel.
const SAMPLES: usize = 4;

impl Watcher {
    /// All of the screen as a picture that fits into `within`, in its own proportions, and never larger than the screen:
    /// red, green, blue and 255 of each pixel. Nothing if the screen has no pixels.
    pub fn thumbnail(&self, within: Size) -> Option<(Size, Bytes)> {
        self.look(|screen, pixels| {
            let size = fitting(screen, within)?;
            Some((size, shrink(screen, pixels, size).into()))
        })
    }
}

/// The largest size of these proportions within another.
fn fitting(screen: Size, within: Size) -> Option<Size> {
    let (width, height) = (u64::from(screen.width), u64::from(screen.height));
    let (most_width, most_height) = (u64::from(within.width), u64::from(within.height));
    if width * height * most_width * most_height == 0 {
        return None;
    }
    let side = |length: u64| u16::try_from(length.max(1)).ok();
    if width <= most_width && height <= most_height {
        return Some(screen);
    }
    if width * most_height >= height * most_width {
        Some(Size::new(within.width, side(height * most_width / width)?))
    } else {
        Some(Size::new(side(width * most_height / height)?, within.height))
    }
}

fn shrink(screen: Size, pixels: &[u8], size: Size) -> Vec<u8> {
    let columns = samples(screen.width, size.width);
    let stride = usize::from(screen.width) * BYTES;
    let mut small = Vec::with_capacity(size.pixels() * BYTES);
    for rows in samples(screen.height, size.height) {
        for across in &columns {
            let mut sum = [0_u32; 3];
            let mut count = 0;
            for y in rows.clone() {
                for x in across.clone() {
                    let at = y * stride + x * BYTES;
                    let Some([red, green, blue, _]) = pixels.get(at..at + BYTES) else { continue };
                    for (sum, part) in sum.iter_mut().zip([red, green, blue]) {
                        *sum += u32::from(*part);
                    }
                    count += 1;
                }
            }
            let mean = |sum: u32| u8::try_from(sum / u32::max(count, 1)).unwrap_or(u8::MAX);
            let [red, green, blue] = sum.map(mean);
            small.extend([red, green, blue, 255]);
        }
    }
    small
}

/// For each pixel of a side, those of the screen's side that stand for it.
fn samples(screen: u16, small: u16) -> Vec<impl Iterator<Item = usize> + Clone> {
    let (screen, small) = (usize::from(screen), usize::from(small));
    let edge = move |at: usize| at * screen / small.max(1);
    (0..small)
        .map(|at| {
            let (from, to) = (edge(at), edge(at + 1));
            (from..to).step_by((to - from).div_ceil(SAMPLES).max(1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::desktop::{Rect, Screen};

    #[test]
    fn it_fits_and_keeps_its_proportions() {
        let within = Size::new(320, 200);
        assert_eq!(fitting(Size::new(1920, 1080), within), Some(Size::new(320, 180)));
        assert_eq!(fitting(Size::new(1080, 1920), within), Some(Size::new(112, 200)));
        assert_eq!(fitting(Size::new(100, 50), within), Some(Size::new(100, 50)));
        assert_eq!(fitting(Size::new(u16::MAX, 1), within), Some(Size::new(320, 1)));
        assert_eq!(fitting(Size::new(0, 10), within), None);
    }

    #[test]
    fn each_pixel_is_the_mean_of_its_cell() {
        let screen = Screen::new();
        screen.resize(Size::new(4, 2)).unwrap();
        screen.draw(|canvas| {
            canvas.fill(Rect::new(0, 0, 2, 2), [200, 0, 10]).unwrap();
            canvas.fill(Rect::new(0, 0, 1, 2), [100, 0, 30]).unwrap();
            canvas.fill(Rect::new(2, 0, 2, 2), [1, 2, 3]).unwrap();
        });
        let (size, rgba) = screen.watch().thumbnail(Size::new(2, 1)).unwrap();
        assert_eq!(size, Size::new(2, 1));
        assert_eq!(&rgba[..], [150, 0, 20, 255, 1, 2, 3, 255]);
    }
}
