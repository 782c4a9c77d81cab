//! A recording of a desktop as a picture that moves: an animated PNG, which browsers show and ffmpeg takes.
//!
//! Each frame is what changed, and stays as long as it did; nothing is lost. The picture is as large as the desktop ever
//! was. The pointer is drawn in, unless it is the viewer's own usual one. See the PNG specification, third edition, 11.3.6.

use super::reader::Reader;
use patchbay_session::desktop::{
    BYTES, Cursor, Rect, Size, Update, Watcher,
    recording::{Event, Painter},
};
use png::{BlendOp, ColorType, Compression, Encoder};
use std::io::{self, Write};

/// Writes all that can be read.
pub(in super::super) fn write(reader: &mut Reader, to: impl Write) -> io::Result<()> {
    let (times, size) = plan(reader)?;
    let count = u32::try_from(times.len()).map_err(io::Error::other)?;
    if count == 0 {
        return Err(io::Error::other("nothing was seen in this recording"));
    }
    let mut encoder = Encoder::new(to, size.width.into(), size.height.into());
    encoder.set_color(ColorType::Rgb);
    encoder.set_compression(Compression::Fast);
    encoder.set_animated(count, 1)?;
    encoder.set_blend_op(BlendOp::Source)?;
    let mut writer = encoder.write_header()?;
    let seen = reader.painter().screen().watch();
    let mut pointer = None;
    for (number, at) in times.iter().enumerate() {
        reader.show(*at)?;
        let painter = reader.painter();
        let now = spot(painter);
        let changed = changed(&seen, size);
        let part = if number == 0 {
            size.rect()
        } else {
            let all = [changed, pointer, now].into_iter().flatten();
            let part = all.reduce(Rect::union).and_then(|part| part.intersection(size.rect()));
            // There is no frame without pixels.
            part.unwrap_or(Rect::new(0, 0, 1, 1))
        };
        pointer = now;
        let next = times.get(number + 1).copied().unwrap_or(*at);
        let (numerator, denominator) = delay(next.saturating_sub(*at));
        writer.set_frame_delay(numerator, denominator)?;
        if number > 0 {
            // Never outside, whichever of the two is set first.
            writer.set_frame_position(0, 0)?;
            writer.set_frame_dimension(part.width.into(), part.height.into())?;
            writer.set_frame_position(part.x.into(), part.y.into())?;
        }
        writer.write_image_data(&pixels(painter, part))?;
    }
    writer.finish()?;
    Ok(())
}

/// When something can be seen to happen, and how large it ever gets.
fn plan(reader: &mut Reader) -> io::Result<(Vec<u32>, Size)> {
    let (mut times, mut size) = (Vec::new(), Size::default());
    let first = reader.index().key_from(0);
    for number in first.unwrap_or(usize::MAX)..reader.index().entries().len() {
        let Ok(events) = reader.read(number)? else { continue };
        for event in events {
            let Ok((at, event)) = event else { break };
            if let Event::Size(other) = event {
                size = Size::new(size.width.max(other.width), size.height.max(other.height));
            }
            let at = u32::try_from(at.as_millis()).unwrap_or(u32::MAX);
            if times.last() != Some(&at) {
                times.push(at);
            }
        }
    }
    Ok((times, size))
}

/// What is new on the screen, as one part.
fn changed(seen: &Watcher, size: Size) -> Option<Rect> {
    let mut part: Option<Rect> = None;
    while let Some(update) = seen.try_next() {
        let more = match update {
            // What is beside a smaller desktop is black.
            Update::Resized(_) => Some(size.rect()),
            Update::Damage(region) => region.rects().iter().copied().reduce(Rect::union),
            Update::Over => return part,
        };
        part = part.into_iter().chain(more).reduce(Rect::union);
    }
    part
}

/// Seconds as a fraction of two small numbers.
fn delay(ms: u32) -> (u16, u16) {
    for unit in [1_u16, 10, 100] {
        if let Ok(parts) = u16::try_from(ms / u32::from(unit)) {
            return (parts, 1_000 / unit);
        }
    }
    (u16::try_from(ms / 1_000).unwrap_or(u16::MAX), 1)
}

/// Where a pointer with a picture of its own is.
fn spot(painter: &Painter) -> Option<Rect> {
    let (Cursor::Picture { size, hotspot, .. }, Some((x, y))) = (&painter.cursor, painter.pointer)
    else {
        return None;
    };
    let (left, top) = (x.saturating_sub(hotspot.0), y.saturating_sub(hotspot.1));
    let side = |from: u16, side: u16| side.min(u16::MAX - from);
    let rect = Rect::new(left, top, side(left, size.width), side(top, size.height));
    (!rect.is_empty()).then_some(rect)
}

/// Red, green and blue of a part, with the pointer.
fn pixels(painter: &Painter, part: Rect) -> Vec<u8> {
    let screen = painter.screen();
    let inside = part.intersection(screen.size().rect());
    let read = inside.and_then(|inside| screen.read(inside)).unwrap_or_default();
    let line = inside.map_or(0, |inside| usize::from(inside.width) * BYTES);
    let mut rows = read.chunks_exact(line.max(1));
    let pointer = Pointer::of(painter);
    let mut out = Vec::with_capacity(part.pixels() * 3);
    for y in 0..part.height {
        // Both begin at the same place: the desktop lies in the upper left corner.
        let row = rows.next().unwrap_or_default();
        let (row, _) = row.as_chunks::<BYTES>();
        for x in 0..part.width {
            let [red, green, blue, _] = row.get(usize::from(x)).copied().unwrap_or([0, 0, 0, 255]);
            let under = [red, green, blue];
            let shown = pointer.as_ref().and_then(|pointer| {
                pointer.over(
                    i32::from(part.x) + i32::from(x),
                    i32::from(part.y) + i32::from(y),
                    under,
                )
            });
            out.extend_from_slice(&shown.unwrap_or(under));
        }
    }
    out
}

struct Pointer<'a> {
    left: i32,
    top: i32,
    size: Size,
    rgba: &'a [u8],
}

impl<'a> Pointer<'a> {
    fn of(painter: &'a Painter) -> Option<Self> {
        let (Cursor::Picture { size, hotspot, rgba }, Some((x, y))) =
            (&painter.cursor, painter.pointer)
        else {
            return None;
        };
        let left = i32::from(x) - i32::from(hotspot.0);
        let top = i32::from(y) - i32::from(hotspot.1);
        Some(Self { left, top, size: *size, rgba })
    }

    /// What is seen where the pointer may be.
    fn over(&self, x: i32, y: i32, under: [u8; 3]) -> Option<[u8; 3]> {
        let across = u16::try_from(x - self.left).ok().filter(|at| *at < self.size.width)?;
        let down = u16::try_from(y - self.top).ok().filter(|at| *at < self.size.height)?;
        let at = usize::from(down) * usize::from(self.size.width) + usize::from(across);
        let (all, _) = self.rgba.as_chunks::<BYTES>();
        let [red, green, blue, alpha] = *all.get(at)?;
        let mix = |over: u8, under: u8| {
            let alpha = u32::from(alpha);
            let sum = u32::from(over) * alpha + u32::from(under) * (255 - alpha);
            u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
        };
        Some([mix(red, under[0]), mix(green, under[1]), mix(blue, under[2])])
    }
}
