//! Hextile (RFC 6143 section 7.7.4): tiles of 16 by 16 pixels.

use super::tiles::Tiles;
use crate::{
    VncError,
    input::{Input, Step},
    pixels::{self, Pixel},
};
use patchbay_session::desktop::{Canvas, Rect, Screen};

const TILE: u16 = 16;
/// The largest tile: 255 rectangles of a colour each.
const MOST: usize = 1 + 4 + 4 + 1 + 255 * 6;

const RAW: u8 = 1;
const BACKGROUND: u8 = 2;
const FOREGROUND: u8 = 4;
const PARTS: u8 = 8;
const COLOURED: u8 = 16;

/// Where in a rectangle it is, and the colours that go from tile to tile.
#[derive(Default)]
pub(crate) struct Hextile {
    tiles: Tiles<TILE>,
    background: Pixel,
    foreground: Pixel,
}

impl Hextile {
    pub(crate) fn decode(
        &mut self,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        screen.draw(|canvas| -> Result<(), VncError> {
            while let Some(area) = self.tiles.area(rect) {
                let mut ahead = *input;
                if self.tile(&mut ahead, area, canvas)?.is_none() {
                    break;
                }
                *input = ahead;
                self.tiles.advance(rect);
            }
            Ok(())
        })?;
        if self.tiles.area(rect).is_some() {
            return Ok(Step::More((input.len() + 1).min(MOST)));
        }
        *self = Self::default();
        Ok(Step::Done)
    }

    /// Draws one tile; nothing if it is not all there.
    fn tile(
        &mut self,
        input: &mut Input<'_>,
        area: Rect,
        canvas: &mut Canvas<'_>,
    ) -> Result<Option<()>, VncError> {
        let Some(kind) = input.u8() else { return Ok(None) };
        let width = usize::from(area.width);
        if kind & RAW != 0 {
            let Some(data) = input.take(area.pixels() * 4) else { return Ok(None) };
            let rows = data.chunks_exact((width * 4).max(1));
            canvas.rows(area)?.zip(rows).for_each(|(to, from)| pixels::row_of_four(to, from));
            return Ok(Some(()));
        }
        let (mut background, mut foreground) = (self.background, self.foreground);
        if kind & BACKGROUND != 0 {
            let Some(colour) = input.array() else { return Ok(None) };
            background = pixels::four(colour);
        }
        if kind & FOREGROUND != 0 {
            let Some(colour) = input.array() else { return Ok(None) };
            foreground = pixels::four(colour);
        }
        if kind & PARTS == 0 {
            let [red, green, blue, _] = background;
            canvas.fill(area, [red, green, blue])?;
        } else {
            let mut tile = [background; TILE as usize * TILE as usize];
            let Some(count) = input.u8() else { return Ok(None) };
            for _ in 0..count {
                let mut colour = foreground;
                if kind & COLOURED != 0 {
                    let Some(own) = input.array() else { return Ok(None) };
                    colour = pixels::four(own);
                }
                let Some([place, size]) = input.array() else { return Ok(None) };
                fill(&mut tile, area, place, size, colour)?;
            }
            let Some(drawn) = tile.get(..area.pixels()) else { return Ok(None) };
            canvas.put(area, drawn.as_flattened())?;
        }
        (self.background, self.foreground) = (background, foreground);
        Ok(Some(()))
    }
}

/// Fills a part of a tile. Column and row, and width and height less one, are half a byte each.
fn fill(
    tile: &mut [Pixel],
    area: Rect,
    place: u8,
    size: u8,
    colour: Pixel,
) -> Result<(), VncError> {
    let (x, y) = (usize::from(place >> 4), usize::from(place & 15));
    let (width, height) = (usize::from(size >> 4) + 1, usize::from(size & 15) + 1);
    let (across, down) = (usize::from(area.width), usize::from(area.height));
    if x + width > across || y + height > down {
        return Err(VncError::protocol("a Hextile rectangle lies outside of its tile"));
    }
    for row in tile.chunks_exact_mut(across).skip(y).take(height) {
        if let Some(part) = row.get_mut(x..x + width) {
            part.fill(colour);
        }
    }
    Ok(())
}
