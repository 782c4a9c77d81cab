//! How the pointer looks.

use crate::{
    VncError,
    input::{Input, Step},
    pixels,
};
use patchbay_session::desktop::{Cursor, MOST_CURSOR, Rect, Size};

/// Cursor (RFC 6143 section 7.8.1): pixels and a mask of one bit each. `None` means that more has to come.
pub(crate) fn masked(input: &mut Input<'_>, rect: Rect) -> Result<Cursor, Step> {
    let (pixels, mask) = (rect.pixels() * 4, usize::from(rect.width).div_ceil(8));
    let needed = pixels + mask * usize::from(rect.height);
    let mut data = Input::new(input.take(needed).ok_or(Step::More(needed))?);
    let mut rgba = data.up_to(pixels).to_vec();
    let rows = rgba.chunks_exact_mut((usize::from(rect.width) * 4).max(1));
    for (row, mask) in rows.zip(data.rest().chunks_exact(mask.max(1))) {
        for (at, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let shown = mask.get(at / 8).is_some_and(|byte| byte << (at % 8) & 128 != 0);
            pixel[3] = if shown { 255 } else { 0 };
        }
    }
    Ok(picture(rect, rgba))
}

/// Cursor With Alpha: pixels that are multiplied by their alpha already.
pub(crate) fn with_alpha(
    input: &mut Input<'_>,
    rect: Rect,
) -> Result<Result<Cursor, Step>, VncError> {
    let needed = 4 + rect.pixels() * 4;
    let Some(data) = input.take(needed) else { return Ok(Err(Step::More(needed))) };
    let mut data = Input::new(data);
    if data.i32() != Some(super::encoding::RAW) {
        return Err(VncError::protocol("a pointer in an encoding that was not asked for"));
    }
    let mut rgba = data.rest().to_vec();
    pixels::unmultiply(&mut rgba);
    Ok(Ok(picture(rect, rgba)))
}

/// VMware's cursor: with alpha, or with masks as Windows has them.
pub(crate) fn vmware(input: &mut Input<'_>, rect: Rect) -> Result<Result<Cursor, Step>, VncError> {
    let mut ahead = *input;
    let Some([kind, _]) = ahead.array::<2>() else { return Ok(Err(Step::More(2))) };
    let length = rect.pixels() * 4;
    let rgba = match kind {
        0 => {
            let (Some(and), Some(xor)) = (ahead.take(length), ahead.take(length)) else {
                return Ok(Err(Step::More(2 + 2 * length)));
            };
            and.as_chunks::<4>().0.iter().zip(xor.as_chunks::<4>().0).flat_map(classic).collect()
        }
        1 => {
            let Some(rgba) = ahead.take(length) else { return Ok(Err(Step::More(2 + length))) };
            rgba.to_vec()
        }
        other => return Err(VncError::protocol(format!("a pointer of unknown kind {other}"))),
    };
    *input = ahead;
    Ok(Ok(picture(rect, rgba)))
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

/// Whether it is small enough to be shown.
pub(crate) const fn is_shown(rect: Rect) -> bool {
    rect.width <= MOST_CURSOR && rect.height <= MOST_CURSOR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_says_what_is_seen() {
        let mut data = vec![10; 9 * 4];
        data.extend([0b1000_0000, 0b1000_0000]);
        let cursor = masked(&mut Input::new(&data), Rect::new(20, 0, 9, 1));
        let Ok(Cursor::Picture { size, hotspot, rgba }) = cursor else { unreachable!() };
        assert_eq!((size, hotspot), (Size::new(9, 1), (8, 0)));
        let alpha: Vec<u8> = rgba.chunks(4).map(|pixel| pixel[3]).collect();
        assert_eq!(alpha, [255, 0, 0, 0, 0, 0, 0, 0, 255]);
        let short = masked(&mut Input::new(&data[1..]), Rect::new(0, 0, 9, 1));
        assert_eq!(short, Err(Step::More(38)));
    }

    #[test]
    fn nothing_is_hidden() {
        assert_eq!(masked(&mut Input::new(&[]), Rect::new(0, 0, 0, 0)), Ok(Cursor::Hidden));
    }
}
