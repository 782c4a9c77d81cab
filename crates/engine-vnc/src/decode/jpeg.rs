//! JPEG (ITU-T T.81) inside of other encodings.

use crate::VncError;
use patchbay_session::desktop::{BYTES, Rect, Screen};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

/// The most pixels of a picture; servers cut rectangles long before. They take 16 MiB while they are decoded.
const MOST_PIXELS: usize = 4 * 1024 * 1024;

/// Decodes and draws a picture that must be as large as the rectangle.
pub(crate) fn draw(
    data: &[u8],
    rect: Rect,
    rgba: &mut Vec<u8>,
    screen: &Screen,
) -> Result<(), VncError> {
    let (width, height) = (usize::from(rect.width), usize::from(rect.height));
    if rect.pixels() > MOST_PIXELS {
        return Err(VncError::protocol("a JPEG picture is too large"));
    }
    let options = DecoderOptions::default()
        .set_max_width(width)
        .set_max_height(height)
        .set_strict_mode(false)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(data), options);
    let damaged = |_| VncError::protocol("a JPEG picture is damaged");
    decoder.decode_headers().map_err(damaged)?;
    if decoder.dimensions() != Some((width, height)) {
        return Err(VncError::protocol("a JPEG picture has another size than its rectangle"));
    }
    let needed = rect.pixels() * BYTES;
    if rgba.len() < needed {
        rgba.resize(needed, 0);
    }
    let pixels = rgba.get_mut(..needed).unwrap_or_default();
    decoder.decode_into(pixels).map_err(damaged)?;
    screen.draw(|canvas| canvas.put(rect, pixels))?;
    Ok(())
}
