//! Pictures as clipboards of Windows hold them (device-independent bitmaps, `CF_DIB` and `CF_DIBV5`), from and to PNG.
//!
//! Deliberately absent: palettes of 1 and 4 bits, run lengths, and embedded JPEG: nobody puts them on a clipboard.

use std::io::Cursor;

/// The most pixels of a picture.
const MOST_PIXELS: usize = 32 * 1024 * 1024;
const RGB: u32 = 0;
const BITFIELDS: u32 = 3;

/// A picture: red, green, blue and alpha of each pixel, row by row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: Vec<u8>,
}

impl Picture {
    /// Reads a device-independent bitmap without a file header; nothing if it is none, or too large, or of a kind that is
    /// not read.
    #[must_use]
    pub fn from_dib(bytes: &[u8]) -> Option<Self> {
        let header = Header::read(bytes)?;
        let pixels = bytes.get(header.pixels..)?;
        let (width, height) = (header.width as usize, header.height as usize);
        // Rows end at whole words.
        let stride = (width * usize::from(header.bits)).div_ceil(32) * 4;
        let mut rgba = Vec::with_capacity(width * height * 4);
        let mut seen_alpha = false;
        for n in 0..height {
            let n = if header.from_below { height - 1 - n } else { n };
            let row = pixels.get(n * stride..)?.get(..stride)?;
            let step = usize::from(header.bits / 8);
            for pixel in row.chunks_exact(step).take(width) {
                let [red, green, blue, alpha] = header.colour(pixel)?;
                seen_alpha |= alpha != 0;
                rgba.extend([red, green, blue, alpha]);
            }
        }
        // Many programs leave alpha at 0 everywhere and mean that nothing shines through.
        if !seen_alpha {
            rgba.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
        }
        Some(Self { width: header.width, height: header.height, rgba })
    }

    /// As a device-independent bitmap of 32 bits a pixel (`CF_DIB`), the lowest row first.
    #[must_use]
    pub fn to_dib(&self) -> Vec<u8> {
        let mut dib = Vec::with_capacity(40 + self.rgba.len());
        for number in [40, self.width, self.height, 1 | 32 << 16, RGB, 0, 0, 0, 0, 0] {
            dib.extend(number.to_le_bytes());
        }
        let stride = self.width as usize * 4;
        for row in self.rgba.chunks_exact(stride.max(4)).rev() {
            for pixel in row.as_chunks::<4>().0 {
                let [red, green, blue, alpha] = *pixel;
                dib.extend([blue, green, red, alpha]);
            }
        }
        dib
    }

    /// Reads a PNG; nothing if it is none or too large.
    #[must_use]
    pub fn from_png(bytes: &[u8]) -> Option<Self> {
        let limits = png::Limits { bytes: MOST_PIXELS * 4 };
        let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().ok()?;
        let (width, height) = reader.info().size();
        within(width, height)?;
        let mut raw = vec![0; reader.output_buffer_size()?];
        let info = reader.next_frame(&mut raw).ok()?;
        raw.truncate(info.buffer_size());
        let rgba = match info.color_type {
            png::ColorType::Rgba => raw,
            png::ColorType::Rgb => {
                raw.as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect()
            }
            png::ColorType::GrayscaleAlpha => {
                raw.as_chunks::<2>().0.iter().flat_map(|[g, a]| [*g, *g, *g, *a]).collect()
            }
            png::ColorType::Grayscale => raw.iter().flat_map(|g| [*g, *g, *g, 255]).collect(),
            png::ColorType::Indexed => return None,
        };
        (rgba.len() == width as usize * height as usize * 4).then_some(Self { width, height, rgba })
    }

    /// As a PNG; nothing if that fails.
    #[must_use]
    pub fn to_png(&self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.write_header().ok()?.write_image_data(&self.rgba).ok()?;
        Some(out)
    }
}

fn within(width: u32, height: u32) -> Option<()> {
    let pixels = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
    (pixels > 0 && pixels <= MOST_PIXELS).then_some(())
}

/// What of `BITMAPINFOHEADER`, `BITMAPV4HEADER` and `BITMAPV5HEADER` says how the pixels lie.
struct Header {
    width: u32,
    height: u32,
    from_below: bool,
    bits: u16,
    masks: Option<[u32; 4]>,
    palette: Vec<[u8; 3]>,
    /// Where the pixels begin.
    pixels: usize,
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let number =
            |at: usize| bytes.get(at..)?.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes));
        let size = number(0)? as usize;
        if !matches!(size, 40 | 52 | 56 | 108 | 124) {
            return None;
        }
        let (width, rows) = (number(4)?, number(8)?.cast_signed());
        let height = rows.unsigned_abs();
        within(width, height)?;
        let bits = u16::try_from(number(12)? >> 16).ok()?;
        let compression = number(16)?;
        let used = number(32)? as usize;
        let (masks, mut pixels) = match (compression, bits) {
            (RGB, 8 | 16 | 24 | 32) => (None, size),
            // With the oldest header they follow it; later ones hold them.
            (BITFIELDS, 16 | 32) => {
                let alpha = if size >= 56 { number(52)? } else { 0 };
                let masks = [number(40)?, number(44)?, number(48)?, alpha];
                (Some(masks), size.max(52))
            }
            _ => return None,
        };
        let mut palette = Vec::new();
        if bits == 8 {
            let count = if used == 0 { 256 } else { used.min(256) };
            let colours = bytes.get(pixels..)?.get(..count * 4)?;
            palette.extend(colours.as_chunks::<4>().0.iter().map(|[b, g, r, _]| [*r, *g, *b]));
            pixels += count * 4;
        }
        Some(Self { width, height, from_below: rows > 0, bits, masks, palette, pixels })
    }

    fn colour(&self, pixel: &[u8]) -> Option<[u8; 4]> {
        if let ([index], false) = (pixel, self.palette.is_empty()) {
            let [red, green, blue] = *self.palette.get(usize::from(*index))?;
            return Some([red, green, blue, 255]);
        }
        if let (Some([red, green, blue, alpha]), true) = (self.masks, pixel.len() >= 2) {
            let value = pixel.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
            let alpha = if alpha == 0 { 255 } else { part(value, alpha) };
            return Some([part(value, red), part(value, green), part(value, blue), alpha]);
        }
        match *pixel {
            [blue, green, red, alpha] => Some([red, green, blue, alpha]),
            [blue, green, red] => Some([red, green, blue, 255]),
            [low, high] => {
                let value = u32::from(u16::from_le_bytes([low, high]));
                Some([part(value, 0x7c00), part(value, 0x03e0), part(value, 0x001f), 255])
            }
            _ => None,
        }
    }
}

/// The bits of a mask as a byte.
fn part(value: u32, mask: u32) -> u8 {
    let (most, bits) = (mask.checked_shr(mask.trailing_zeros()).unwrap_or(0), value & mask);
    let bits = bits.checked_shr(mask.trailing_zeros()).unwrap_or(0);
    let scaled = (u64::from(bits) * 255).checked_div(u64::from(most)).unwrap_or(0);
    u8::try_from(scaled).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn picture() -> Picture {
        let rgba = (0..3 * 2 * 4).map(|n| n * 9 + 1).collect();
        Picture { width: 3, height: 2, rgba }
    }

    #[test]
    fn there_and_back() {
        let picture = picture();
        assert_eq!(Picture::from_dib(&picture.to_dib()), Some(picture.clone()));
        assert_eq!(Picture::from_png(&picture.to_png().unwrap()), Some(picture));
    }

    #[test]
    fn rows_of_24_bits_end_at_whole_words() {
        let header = [40, 2, 2, 1 | 24 << 16, 0, 0, 0, 0, 0, 0_u32];
        let mut dib: Vec<u8> = header.iter().flat_map(|number| number.to_le_bytes()).collect();
        dib.extend([3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0]);
        let read = Picture::from_dib(&dib).unwrap();
        assert_eq!(read.rgba, [7, 8, 9, 255, 10, 11, 12, 255, 1, 2, 3, 255, 4, 5, 6, 255]);
    }

    #[test]
    fn what_claims_too_much_is_refused() {
        let claim = |width: u32, height: u32, bits: u32| {
            let header = [40, width, height, 1 | bits << 16, 0, 0, 0, 0, 0, 0_u32];
            Picture::from_dib(
                &header.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>(),
            )
        };
        for (width, height) in [(u32::MAX, u32::MAX), (0, 1), (65_536, 65_536), (2, 2)] {
            for bits in [0, 1, 8, 24, 32] {
                assert_eq!(claim(width, height, bits), None);
            }
        }
        assert_eq!(Picture::from_png(b"\x89PNG"), None);
    }
}
