//! ZRLE (RFC 6143 section 7.7.6): tiles of 64 by 64 pixels, compressed with zlib.

use super::{inflate::Inflate, tiles::Tiles};
use crate::{
    VncError,
    input::{Input, Step},
    pixels::{self, Pixel},
};
use patchbay_session::desktop::{Canvas, Rect, Screen};

const TILE: u16 = 64;
const TILE_PIXELS: usize = TILE as usize * TILE as usize;
/// What is decompressed at a time: many tiles, of which one takes at most 17 KiB.
const PLAIN: usize = 128 * 1024;

/// The stream, and where in a rectangle it is.
pub(crate) struct Zrle {
    stream: Inflate,
    /// Compressed bytes to come; none before the length was read.
    left: Option<usize>,
    plain: Vec<u8>,
    /// What of `plain` is yet to be drawn.
    unread: std::ops::Range<usize>,
    tiles: Tiles<TILE>,
    tile: Vec<Pixel>,
}

impl Zrle {
    pub(crate) fn new() -> Self {
        Self {
            stream: Inflate::new(),
            left: None,
            plain: vec![0; PLAIN],
            unread: 0..0,
            tiles: Tiles::default(),
            tile: vec![[0; 4]; TILE_PIXELS],
        }
    }

    pub(crate) fn decode(
        &mut self,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        let mut left = match self.left {
            Some(left) => left,
            None => {
                let Some(length) = input.u32() else { return Ok(Step::More(4)) };
                self.unread = 0..0;
                self.tiles = Tiles::default();
                usize::try_from(length).unwrap_or(usize::MAX)
            }
        };
        loop {
            let inflated = self.fill(input, &mut left)?;
            let drawn = screen.draw(|canvas| self.draw(canvas, rect))?;
            if self.tiles.area(rect).is_none() {
                // What may follow is thrown away, but has to go through the stream.
                self.unread = 0..0;
            }
            if inflated == 0 && drawn == 0 {
                break;
            }
        }
        self.left = Some(left);
        if left > 0 {
            return Ok(Step::More(1));
        }
        if self.tiles.area(rect).is_some() {
            return Err(VncError::protocol("a ZRLE rectangle is too short"));
        }
        self.left = None;
        Ok(Step::Done)
    }

    /// Decompresses as much as there is room for.
    fn fill(&mut self, input: &mut Input<'_>, left: &mut usize) -> Result<usize, VncError> {
        self.plain.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        let room = self.plain.get_mut(self.unread.end..).unwrap_or_default();
        let count = self.stream.read(input, left, room)?;
        self.unread.end += count;
        Ok(count)
    }

    /// Draws the tiles that are there. Says how many those were.
    fn draw(&mut self, canvas: &mut Canvas<'_>, rect: Rect) -> Result<usize, VncError> {
        let mut count = 0;
        while let Some(area) = self.tiles.area(rect) {
            let mut plain = Input::new(self.plain.get(self.unread.clone()).unwrap_or_default());
            let before = plain.len();
            if !tile(&mut plain, area, canvas, &mut self.tile)? {
                break;
            }
            self.unread.start += before - plain.len();
            self.tiles.advance(rect);
            count += 1;
        }
        Ok(count)
    }
}

/// Draws one tile; says no if it is not all there.
fn tile(
    input: &mut Input<'_>,
    area: Rect,
    canvas: &mut Canvas<'_>,
    pixels: &mut [Pixel],
) -> Result<bool, VncError> {
    let Some(kind) = input.u8() else { return Ok(false) };
    match kind {
        0 => raw(input, area, canvas),
        1 => {
            let Some(colour) = input.array::<3>() else { return Ok(false) };
            canvas.fill(area, colour)?;
            Ok(true)
        }
        2..=16 => packed(kind.into(), input, area, canvas),
        128 => {
            let Some(pixels) = pixels.get_mut(..area.pixels()) else { return Ok(false) };
            let there = runs(input, pixels, |input| Some((pixels::three(input.array()?), true)))?;
            if there {
                canvas.put(area, pixels.as_flattened())?;
            }
            Ok(there)
        }
        130..=255 => {
            let Some(palette) = palette::<128>(usize::from(kind - 128), input) else {
                return Ok(false);
            };
            let Some(pixels) = pixels.get_mut(..area.pixels()) else { return Ok(false) };
            let there = runs(input, pixels, |input| {
                let index = input.u8()?;
                let pixel = palette.get(usize::from(index & 127)).copied().unwrap_or_default();
                Some((pixel, index & 128 != 0))
            })?;
            if there {
                canvas.put(area, pixels.as_flattened())?;
            }
            Ok(there)
        }
        _ => Err(VncError::protocol(format!("a ZRLE tile of unknown kind {kind}"))),
    }
}

fn raw(input: &mut Input<'_>, area: Rect, canvas: &mut Canvas<'_>) -> Result<bool, VncError> {
    let Some(data) = input.take(area.pixels() * 3) else { return Ok(false) };
    let rows = data.chunks_exact(usize::from(area.width) * 3);
    canvas.rows(area)?.zip(rows).for_each(|(to, from)| pixels::row_of_three(to, from));
    Ok(true)
}

fn packed(
    colours: usize,
    input: &mut Input<'_>,
    area: Rect,
    canvas: &mut Canvas<'_>,
) -> Result<bool, VncError> {
    let bits = match colours {
        2 => 1,
        3..=4 => 2,
        _ => 4,
    };
    let Some(palette) = palette::<16>(colours, input) else { return Ok(false) };
    let row = (usize::from(area.width) * bits).div_ceil(8);
    let Some(data) = input.take(row * usize::from(area.height)) else { return Ok(false) };
    let bits = u32::try_from(bits).unwrap_or(1);
    canvas
        .rows(area)?
        .zip(data.chunks_exact(row.max(1)))
        .for_each(|(to, from)| pixels::row_of_bits(to, from, bits, &palette));
    Ok(true)
}

/// The colours that indices mean; those beyond are black.
fn palette<const N: usize>(colours: usize, input: &mut Input<'_>) -> Option<[Pixel; N]> {
    let mut palette = [[0, 0, 0, 255]; N];
    let data = input.take(colours * 3)?;
    for (to, from) in palette.iter_mut().zip(data.as_chunks::<3>().0) {
        *to = pixels::three(*from);
    }
    Some(palette)
}

/// Runs of one pixel each until the tile is full; `next` says a run's pixel and whether a length follows.
fn runs(
    input: &mut Input<'_>,
    pixels: &mut [Pixel],
    mut next: impl FnMut(&mut Input<'_>) -> Option<(Pixel, bool)>,
) -> Result<bool, VncError> {
    let mut at = 0;
    while at < pixels.len() {
        let Some((pixel, is_run)) = next(input) else { return Ok(false) };
        let mut length = 1;
        let mut more = if is_run { 255 } else { 0 };
        while more == 255 {
            let Some(byte) = input.u8() else { return Ok(false) };
            length += usize::from(byte);
            more = byte;
            if length > pixels.len() {
                return Err(VncError::protocol("a run of pixels is longer than its tile"));
            }
        }
        let Some(run) = pixels.get_mut(at..at + length) else {
            return Err(VncError::protocol("a run of pixels is longer than its tile"));
        };
        run.fill(pixel);
        at += length;
    }
    Ok(true)
}
