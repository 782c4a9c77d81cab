//! Tight (encoding 7 of the registry): one colour, a JPEG picture, or pixels that were filtered and compressed with one of
//! four zlib streams. Deliberately absent: PNG pictures, which a server sends only to those who ask.

use super::{inflate::Inflate, jpeg, rows::Rows};
use crate::{
    VncError,
    input::{Input, Step},
    pixels::{self, Pixel},
};
use patchbay_session::desktop::{Rect, Screen};

/// Less than this is not compressed.
const LEAST: usize = 12;

/// What was done to the pixels before they were compressed.
enum Filter {
    Copy,
    /// Indices into two colours: a bit each.
    Two([Pixel; 16]),
    /// Indices into colours: a byte each.
    Palette(Box<[Pixel; 256]>),
    /// Differences from what the pixels to the left and above suggest. Holds the row above.
    Gradient(Vec<u8>),
}

/// A rectangle under way.
struct Part {
    stream: usize,
    filter: Filter,
}

/// The streams, and where in a rectangle it is.
#[derive(Default)]
pub(crate) struct Tight {
    streams: [Option<Inflate>; 4],
    rows: Rows,
    part: Option<Part>,
    picture: Vec<u8>,
    /// How many rectangles were JPEG pictures.
    pictures: u64,
}

impl Tight {
    pub(super) const fn pictures(&self) -> u64 {
        self.pictures
    }

    pub(crate) fn decode(
        &mut self,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Step, VncError> {
        if self.part.is_none() {
            let mut ahead = *input;
            match self.head(&mut ahead, rect, screen)? {
                Head::Short(needs) => return Ok(Step::More(needs.max(input.len() + 1))),
                Head::Drawn => {
                    *input = ahead;
                    return Ok(Step::Done);
                }
                Head::Follows(part) => {
                    *input = ahead;
                    self.part = Some(part);
                }
            }
        }
        let Some(part) = &mut self.part else { return Ok(Step::Done) };
        let Some(slot) = self.streams.get_mut(part.stream) else { return Ok(Step::Done) };
        let stream = slot.get_or_insert_with(Inflate::new);
        let filter = &mut part.filter;
        let step =
            self.rows.decode(stream, input, rect, screen, |to, from| filter.row(to, from))?;
        if step == Step::Done {
            self.part = None;
        }
        Ok(step)
    }

    /// What comes before compressed data, and all of those that have none. Changes nothing before all of it is there.
    fn head(
        &mut self,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Head, VncError> {
        let Some(control) = input.u8() else { return Ok(Head::Short(1)) };
        let head = match control >> 4 {
            0..=7 => self.basic(control, input, rect, screen)?,
            8 => match input.array() {
                Some(colour) => {
                    screen.draw(|canvas| canvas.fill(rect, colour))?;
                    Head::Drawn
                }
                None => Head::Short(4),
            },
            9 => {
                let Some(length) = length(input) else { return Ok(Head::Short(2)) };
                let Some(data) = input.take(length) else { return Ok(Head::Short(4 + length)) };
                jpeg::draw(data, rect, &mut self.picture, screen)?;
                self.pictures += 1;
                Head::Drawn
            }
            other => {
                return Err(VncError::protocol(format!(
                    "a Tight rectangle of unknown kind {other}"
                )));
            }
        };
        if !matches!(head, Head::Short(_)) {
            for (at, stream) in self.streams.iter_mut().enumerate() {
                if control >> at & 1 != 0
                    && let Some(stream) = stream
                {
                    stream.reset();
                }
            }
        }
        Ok(head)
    }

    fn basic(
        &mut self,
        control: u8,
        input: &mut Input<'_>,
        rect: Rect,
        screen: &Screen,
    ) -> Result<Head, VncError> {
        let kind = if control & 0x40 == 0 { Some(0) } else { input.u8() };
        let Some(kind) = kind else { return Ok(Head::Short(2)) };
        let width = usize::from(rect.width);
        let (mut filter, row) = match kind {
            0 => (Filter::Copy, width * 3),
            1 => {
                let Some(palette) = palette(input) else { return Ok(Head::Short(3)) };
                match palette {
                    (2, colours) => {
                        let mut two = [[0, 0, 0, 255]; 16];
                        two.iter_mut().zip(colours.iter()).for_each(|(to, from)| *to = *from);
                        (Filter::Two(two), width.div_ceil(8))
                    }
                    (_, colours) => (Filter::Palette(colours), width),
                }
            }
            2 => (Filter::Gradient(vec![0; width * 3]), width * 3),
            other => return Err(VncError::protocol(format!("an unknown Tight filter {other}"))),
        };
        let whole = row * usize::from(rect.height);
        if whole < LEAST {
            let Some(data) = input.take(whole) else { return Ok(Head::Short(LEAST)) };
            screen.draw(|canvas| -> Result<(), VncError> {
                let from = data.chunks_exact(row.max(1));
                canvas.rows(rect)?.zip(from).for_each(|(to, from)| filter.row(to, from));
                Ok(())
            })?;
            return Ok(Head::Drawn);
        }
        let Some(length) = length(input) else { return Ok(Head::Short(2)) };
        self.rows.begin(length, row);
        Ok(Head::Follows(Part { stream: usize::from(control >> 4 & 3), filter }))
    }
}

enum Head {
    /// At least so many bytes are needed.
    Short(usize),
    /// That was all.
    Drawn,
    /// Compressed data follows.
    Follows(Part),
}

impl Filter {
    fn row(&mut self, to: &mut [u8], from: &[u8]) {
        match self {
            Self::Copy => pixels::row_of_three(to, from),
            Self::Two(palette) => pixels::row_of_bits(to, from, 1, palette),
            Self::Palette(palette) => {
                for (to, index) in to.as_chunks_mut::<4>().0.iter_mut().zip(from) {
                    if let Some(pixel) = palette.get(usize::from(*index)) {
                        *to = *pixel;
                    }
                }
            }
            Self::Gradient(above) => gradient(to, from, above),
        }
    }
}

/// Each colour is a difference from left + above - above left, kept between 0 and 255.
fn gradient(to: &mut [u8], from: &[u8], above: &mut [u8]) {
    let (mut left, mut corner) = ([0_u8; 3], [0_u8; 3]);
    let triples = from.as_chunks::<3>().0.iter().zip(above.as_chunks_mut::<3>().0);
    for (to, (from, above)) in to.as_chunks_mut::<4>().0.iter_mut().zip(triples) {
        let mut pixel = [0; 3];
        for (at, colour) in pixel.iter_mut().enumerate() {
            let part = |of: &[u8; 3]| i16::from(of.get(at).copied().unwrap_or_default());
            let guess = (part(&left) + part(above) - part(&corner)).clamp(0, 255);
            let guess = u8::try_from(guess).unwrap_or_default();
            *colour = guess.wrapping_add(from.get(at).copied().unwrap_or_default());
        }
        corner = *above;
        *above = pixel;
        left = pixel;
        *to = pixels::three(pixel);
    }
}

/// How many colours there are, and which; those beyond are black.
fn palette(input: &mut Input<'_>) -> Option<(usize, Box<[Pixel; 256]>)> {
    let count = usize::from(input.u8()?) + 1;
    let data = input.take(count * 3)?;
    let mut palette = Box::new([[0, 0, 0, 255]; 256]);
    for (to, from) in palette.iter_mut().zip(data.as_chunks::<3>().0) {
        *to = pixels::three(*from);
    }
    Some((count, palette))
}

/// One to three bytes, seven bits each, the lowest first; the third has eight.
fn length(input: &mut Input<'_>) -> Option<usize> {
    let first = input.u8()?;
    let mut length = usize::from(first & 0x7f);
    if first & 0x80 != 0 {
        let second = input.u8()?;
        length |= usize::from(second & 0x7f) << 7;
        if second & 0x80 != 0 {
            length |= usize::from(input.u8()?) << 14;
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_one_to_three_bytes() {
        for (bytes, expected) in [
            (&[0x7f][..], Some(127)),
            (&[0x90, 0x4e], Some(10_000)),
            (&[0xff, 0xff, 0xff], Some(4_194_303)),
            (&[0x90], None),
        ] {
            assert_eq!(length(&mut Input::new(bytes)), expected);
        }
    }

    #[test]
    fn gradients_follow_their_neighbours() {
        let mut above = vec![10, 20, 30, 40, 50, 60];
        let mut row = [0; 8];
        gradient(&mut row, &[1, 1, 1, 255, 0, 2], &mut above);
        assert_eq!(row, [11, 21, 31, 255, 40, 51, 63, 255]);
        assert_eq!(above, [11, 21, 31, 40, 51, 63]);
    }
}
