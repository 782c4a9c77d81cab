//! How the pointer looks.

use super::encoding;
use crate::{VncError, input::Input, pixels};
use patchbay_session::desktop::{Cursor, MOST_CURSOR, Rect, Size};

/// What came of a pointer's picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// This.
    Cursor(Cursor),
    /// So many bytes have to be there first.
    More(usize),
    /// It is not shown, and this is to be skipped.
    TooLarge(u64),
}

/// A pointer's picture in one of the three pseudo-encodings that have one.
pub(crate) fn decode(
    encoding: i32,
    input: &mut Input<'_>,
    rect: Rect,
) -> Result<Decoded, VncError> {
    let mut ahead = *input;
    let pixels = rect.pixels() * 4;
    let mask = usize::from(rect.width).div_ceil(8) * usize::from(rect.height);
    // What comes before the pixels says how many there are.
    let (head, needed) = match encoding {
        encoding::CURSOR => (0, pixels + mask),
        encoding::CURSOR_WITH_ALPHA => {
            let Some(inner) = ahead.i32() else { return Ok(Decoded::More(4)) };
            if inner != encoding::RAW {
                return Err(VncError::protocol("a pointer in an encoding that was not asked for"));
            }
            (4, pixels)
        }
        _ => match ahead.array() {
            Some([0, _]) => (2, pixels * 2),
            Some([1, _]) => (2, pixels),
            Some([kind, _]) => {
                return Err(VncError::protocol(format!("a pointer of unknown kind {kind}")));
            }
            None => return Ok(Decoded::More(2)),
        },
    };
    if rect.width > MOST_CURSOR || rect.height > MOST_CURSOR {
        *input = ahead;
        return Ok(Decoded::TooLarge(needed as u64));
    }
    let Some(data) = ahead.take(needed) else { return Ok(Decoded::More(head + needed)) };
    *input = ahead;
    let (first, second) = data.split_at(pixels.min(data.len()));
    let rgba = match encoding {
        encoding::CURSOR => masked(first, second, rect),
        encoding::CURSOR_WITH_ALPHA => {
            let mut rgba = first.to_vec();
            pixels::unmultiply(&mut rgba);
            rgba
        }
        _ if second.is_empty() => first.to_vec(),
        _ => first.as_chunks().0.iter().zip(second.as_chunks().0).flat_map(classic).collect(),
    };
    Ok(Decoded::Cursor(picture(rect, rgba)))
}

/// Cursor (RFC 6143 section 7.8.1): pixels and a mask of one bit each.
fn masked(pixels: &[u8], mask: &[u8], rect: Rect) -> Vec<u8> {
    let mut rgba = pixels.to_vec();
    let width = usize::from(rect.width);
    let rows = rgba.chunks_exact_mut((width * 4).max(1));
    for (row, mask) in rows.zip(mask.chunks_exact(width.div_ceil(8).max(1))) {
        for (at, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let shown = mask.get(at / 8).is_some_and(|byte| byte << (at % 8) & 128 != 0);
            pixel[3] = if shown { 255 } else { 0 };
        }
    }
    rgba
}

/// What shows through, what is drawn, and what inverts what lies below, which no canvas can: black then.
fn classic((and, xor): (&[u8; 4], &[u8; 4])) -> [u8; 4] {
    let ([and, _, _, _], [red, green, blue, _]) = (and, xor);
    match (*and, *red | *green | *blue) {
        (0, _) => [*red, *green, *blue, 255],
        (_, 0) => [0; 4],
        _ => [0, 0, 0, 255],
    }
}

fn picture(rect: Rect, rgba: Vec<u8>) -> Cursor {
    let seen = rgba.as_chunks::<4>().0.iter().any(|[_, _, _, alpha]| *alpha != 0);
    if !seen {
        return Cursor::Hidden;
    }
    let inside = |at: u16, end: u16| at.min(end.saturating_sub(1));
    let hotspot = (inside(rect.x, rect.width), inside(rect.y, rect.height));
    Cursor::Picture { size: Size::new(rect.width, rect.height), hotspot, rgba: rgba.into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn the_mask_says_what_is_seen() {
        let mut data = vec![10; 9 * 4];
        data.extend([0b1000_0000, 0b1000_0000]);
        let decode = |data: &[u8], rect| decode(encoding::CURSOR, &mut Input::new(data), rect);
        let cursor = decode(&data, Rect::new(20, 0, 9, 1));
        let Ok(Decoded::Cursor(Cursor::Picture { size, hotspot, rgba })) = cursor else {
            unreachable!()
        };
        assert_eq!((size, hotspot), (Size::new(9, 1), (8, 0)));
        let alpha: Vec<u8> = rgba.chunks(4).map(|pixel| pixel[3]).collect();
        assert_eq!(alpha, [255, 0, 0, 0, 0, 0, 0, 0, 255]);
        assert_eq!(decode(&data[1..], Rect::new(0, 0, 9, 1)), Ok(Decoded::More(38)));
        assert_eq!(decode(&[], Rect::new(0, 0, 0, 0)), Ok(Decoded::Cursor(Cursor::Hidden)));
        let huge = Decoded::TooLarge(600 * 4 + 75);
        assert_eq!(decode(&[], Rect::new(0, 0, 600, 1)), Ok(huge));
    }

    #[test]
    fn vmware_has_two_kinds() {
        let decode = |data: &[u8]| {
            let rect = Rect::new(0, 0, 1, 1);
            decode(encoding::VMWARE_CURSOR, &mut Input::new(data), rect)
        };
        let pixel = |data: &[u8]| match decode(data) {
            Ok(Decoded::Cursor(Cursor::Picture { rgba, .. })) => rgba.to_vec(),
            other => unreachable!("{other:?}"),
        };
        assert_eq!(pixel(&[1, 0, 1, 2, 3, 4]), [1, 2, 3, 4]);
        assert_eq!(pixel(&[0, 0, 0, 0, 0, 0, 7, 8, 9, 0]), [7, 8, 9, 255]);
        assert_eq!(pixel(&[0, 0, 255, 255, 255, 0, 255, 255, 255, 0]), [0, 0, 0, 255]);
        assert!(decode(&[2, 0]).is_err());
    }
}
