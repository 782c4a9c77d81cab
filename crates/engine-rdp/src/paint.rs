//! What was decoded, on the screen; and pointers as viewers draw them.

use bytes::Bytes;
use ironrdp_graphics::pointer::DecodedPointer;
use ironrdp_pdu::geometry::InclusiveRectangle;
use ironrdp_session::image::DecodedImage;
use patchbay_session::desktop::{BYTES, Cursor, MOST_CURSOR, Rect, Screen, Size};

/// Puts these parts of the picture on the screen.
pub(crate) fn paint(screen: &Screen, image: &DecodedImage, parts: &[InclusiveRectangle]) {
    let whole = Size::new(image.width(), image.height()).rect();
    let stride = image.stride();
    screen.draw(|canvas| {
        for part in parts {
            let inside = rect(part)
                .and_then(|part| part.intersection(whole))
                .and_then(|part| part.intersection(canvas.size().rect()));
            let Some(part) = inside else { continue };
            let (from, width) = (usize::from(part.x) * BYTES, usize::from(part.width) * BYTES);
            let Ok(rows) = canvas.rows(part) else { continue };
            let source = image.data().chunks_exact(stride.max(1)).skip(part.y.into());
            for (row, source) in rows.zip(source) {
                let Some(source) = source.get(from..from + width) else { continue };
                row.copy_from_slice(source);
                // Some decoders leave it as it came.
                let (pixels, _) = row.as_chunks_mut::<BYTES>();
                pixels.iter_mut().for_each(|[_, _, _, alpha]| *alpha = 255);
            }
        }
    });
}

fn rect(part: &InclusiveRectangle) -> Option<Rect> {
    let side =
        |first: u16, last: u16| last.checked_sub(first).map(|length| length.saturating_add(1));
    Some(Rect::new(part.left, part.top, side(part.left, part.right)?, side(part.top, part.bottom)?))
}

/// A pointer's picture; hidden if there is nothing to see, the usual one if it is too large.
pub(crate) fn cursor(pointer: &DecodedPointer) -> Cursor {
    let size = Size::new(pointer.width, pointer.height);
    let right = pointer.bitmap_data.len() == size.pixels() * BYTES;
    if size.rect().is_empty() {
        return Cursor::Hidden;
    }
    if size.width > MOST_CURSOR || size.height > MOST_CURSOR || !right {
        return Cursor::Usual;
    }
    let inside = |at: u16, side: u16| at.min(side.saturating_sub(1));
    let hotspot = (inside(pointer.hotspot_x, size.width), inside(pointer.hotspot_y, size.height));
    Cursor::Picture { size, hotspot, rgba: Bytes::copy_from_slice(&pointer.bitmap_data) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ironrdp_graphics::image_processing::PixelFormat;

    fn inclusive(left: u16, top: u16, right: u16, bottom: u16) -> InclusiveRectangle {
        InclusiveRectangle { left, top, right, bottom }
    }

    #[test]
    fn nothing_is_painted_outside_and_all_is_opaque() {
        let image = DecodedImage::new(PixelFormat::RgbA32, 4, 4);
        let screen = Screen::new();
        screen.resize(Size::new(3, 5)).unwrap();
        let parts =
            [inclusive(0, 0, u16::MAX, u16::MAX), inclusive(3, 3, 1, 1), inclusive(9, 9, 9, 9)];
        paint(&screen, &image, &parts);
        let all = screen.read(screen.size().rect()).unwrap();
        assert!(all.chunks(BYTES).all(|pixel| pixel == [0, 0, 0, 255]));
    }

    #[test]
    fn pointers_are_bounded() {
        let pointer = |width, height, bytes| DecodedPointer {
            width,
            height,
            hotspot_x: 9,
            hotspot_y: 0,
            bitmap_data: vec![7; bytes],
        };
        assert_eq!(cursor(&pointer(0, 0, 0)), Cursor::Hidden);
        assert_eq!(cursor(&pointer(2, 2, 15)), Cursor::Usual);
        assert_eq!(cursor(&pointer(MOST_CURSOR + 1, 1, 2052)), Cursor::Usual);
        let Cursor::Picture { hotspot, .. } = cursor(&pointer(2, 2, 16)) else { unreachable!() };
        assert_eq!(hotspot, (1, 0));
    }
}
