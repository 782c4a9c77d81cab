//! Pixels as they come and as the screen has them.
//!
//! The server is told to send red, green, blue and a byte without meaning, which becomes 255. Where an encoding leaves that
//! byte out there are three.

use patchbay_session::desktop::BYTES;

/// A pixel of the screen.
pub(crate) type Pixel = [u8; BYTES];

const OPAQUE: u32 = 0xff00_0000;

/// A pixel of four bytes.
pub(crate) const fn four([red, green, blue, _]: [u8; 4]) -> Pixel {
    [red, green, blue, 255]
}

/// A pixel of three bytes.
pub(crate) const fn three([red, green, blue]: [u8; 3]) -> Pixel {
    [red, green, blue, 255]
}

/// Pixels of four bytes into a row.
pub(crate) fn row_of_four(row: &mut [u8], from: &[u8]) {
    for (to, from) in row.as_chunks_mut::<4>().0.iter_mut().zip(from.as_chunks::<4>().0) {
        *to = (u32::from_le_bytes(*from) | OPAQUE).to_le_bytes();
    }
}

/// Pixels of three bytes into a row. Four at a time are three reads of four bytes.
pub(crate) fn row_of_three(row: &mut [u8], from: &[u8]) {
    let (groups, last) = row.as_chunks_mut::<16>();
    let (triples, last_from) = from.as_chunks::<12>();
    for (to, from) in groups.iter_mut().zip(triples) {
        let word = |at: usize| {
            let bytes = from.get(at..).and_then(|rest| rest.first_chunk::<4>());
            u32::from_le_bytes(bytes.copied().unwrap_or_default())
        };
        let (a, b, c) = (word(0), word(4), word(8));
        let pixels = [
            a | OPAQUE,
            (a >> 24) | (b << 8) | OPAQUE,
            (b >> 16) | (c << 16) | OPAQUE,
            (c >> 8) | OPAQUE,
        ];
        for (to, pixel) in to.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
            *to = pixel.to_le_bytes();
        }
    }
    // Where the row is no multiple of four.
    let done = groups.len().min(triples.len());
    let from = from.get(done * 12..).unwrap_or(last_from);
    for (to, from) in last.as_chunks_mut::<4>().0.iter_mut().zip(from.as_chunks::<3>().0) {
        *to = three(*from);
    }
}

/// Indices of one, two or four bits into a row, the highest bits first. Those beyond the palette show its last colour, as
/// they do elsewhere.
pub(crate) fn row_of_bits(row: &mut [u8], from: &[u8], bits: u32, palette: &[Pixel; 16]) {
    let (per_byte, mask) = (8 / bits.max(1), (1_u8 << bits) - 1);
    let pixels = row.as_chunks_mut::<4>().0;
    for (to, byte) in pixels.chunks_mut(per_byte as usize).zip(from) {
        let mut shift = 8;
        for to in to {
            shift -= bits;
            if let Some(pixel) = palette.get(usize::from(byte >> shift & mask)) {
                *to = *pixel;
            }
        }
    }
}

/// Colours already multiplied by alpha become what they were before.
pub(crate) fn unmultiply(rgba: &mut [u8]) {
    for pixel in rgba.as_chunks_mut::<4>().0 {
        let alpha = u16::from(pixel[3]);
        if alpha != 0 && alpha != 255 {
            for colour in pixel.iter_mut().take(3) {
                let whole = (u16::from(*colour) * 255 + alpha / 2) / alpha;
                *colour = u8::try_from(whole).unwrap_or(u8::MAX);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn rows_of_any_width_are_whole() {
        for width in 0..40_usize {
            let from: Vec<u8> = (0..width * 3).map(|n| u8::try_from(n).unwrap()).collect();
            let mut row = vec![7; width * 4];
            row_of_three(&mut row, &from);
            for (pixel, from) in row.chunks(4).zip(from.chunks(3)) {
                assert_eq!(pixel, [from[0], from[1], from[2], 255]);
            }
        }
    }

    #[test]
    fn bits_are_read_from_the_left() {
        let mut palette = [[0; 4]; 16];
        for (n, pixel) in palette.iter_mut().enumerate() {
            pixel[0] = u8::try_from(n).unwrap();
        }
        let first = |row: &[u8]| row.chunks(4).map(|pixel| pixel[0]).collect::<Vec<_>>();
        let mut row = [9; 9 * 4];
        row_of_bits(&mut row, &[0b1010_0001, 0x80], 1, &palette);
        assert_eq!(first(&row), [1, 0, 1, 0, 0, 0, 0, 1, 1]);
        row_of_bits(&mut row[..12], &[0xab, 0xc0], 4, &palette);
        assert_eq!(first(&row[..12]), [10, 11, 12]);
    }

    #[test]
    fn premultiplied_colours_are_taken_back() {
        let mut pixels = [64, 128, 10, 128, 9, 9, 9, 0];
        unmultiply(&mut pixels);
        assert_eq!(pixels, [128, 255, 20, 128, 9, 9, 9, 0]);
    }
}
