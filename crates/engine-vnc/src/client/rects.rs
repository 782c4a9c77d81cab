//! The rectangles of an update (RFC 6143 section 7.6.1): pixels, and what extensions say in place of pixels.

use super::{AUDIO_CHANNELS, AUDIO_RATE, Client, MOST_NAME, Phase, Then, UNCOUNTED, bounded};
use crate::{
    VncError,
    decode::{cursor, encoding},
    input::{Input, Step},
    say,
};
use patchbay_session::desktop::{Cursor, DesktopEvent, Leds, Monitor, Rect, Size};

impl Client {
    /// The head of a rectangle.
    pub(super) fn rect(&mut self, input: &mut Input<'_>, left: u16) -> Result<Step, VncError> {
        let mut ahead = *input;
        let mut next = || ahead.u16();
        let (Some(x), Some(y), Some(width), Some(height)) = (next(), next(), next(), next()) else {
            return Ok(Step::More(12));
        };
        let Some(encoding) = ahead.i32() else { return Ok(Step::More(12)) };
        *input = ahead;
        let rect = Rect::new(x, y, width, height);
        if (0..0x100).contains(&encoding) {
            if !self.screen.size().rect().contains(rect) {
                return Err(VncError::protocol("it draws outside of the screen"));
            }
            self.used = encoding;
            self.tally.encodings |= 1_u32.checked_shl(encoding.cast_unsigned()).unwrap_or_default();
            self.tally.rects += 1;
            self.tally.pixels += rect.pixels() as u64;
        }
        let left = if left == UNCOUNTED { left } else { left - 1 };
        self.phase = Phase::Rect { encoding, rect, left };
        Ok(Step::Done)
    }

    /// What a rectangle holds, if all of it is there; pixels are drawn as they come.
    pub(super) fn draw(
        &mut self,
        input: &mut Input<'_>,
        encoding: i32,
        rect: Rect,
        left: u16,
    ) -> Result<Step, VncError> {
        let step = match encoding {
            encoding::LAST_RECT => {
                self.phase = Phase::Update { left: 0 };
                return Ok(Step::Done);
            }
            encoding::CURSOR | encoding::CURSOR_WITH_ALPHA | encoding::VMWARE_CURSOR => {
                match cursor::decode(encoding, input, rect)? {
                    cursor::Decoded::Cursor(cursor) => self.cursor(cursor),
                    cursor::Decoded::More(needs) => Step::More(needs),
                    cursor::Decoded::TooLarge(bytes) => {
                        self.events.push_back(DesktopEvent::Cursor(Cursor::Usual));
                        self.phase = Phase::Skip { bytes, then: Then::Rect { left } };
                        return Ok(Step::Done);
                    }
                }
            }
            encoding::DESKTOP_SIZE => {
                let size = rect.size();
                self.resize(size, vec![Monitor { id: 0, area: size.rect() }])?;
                Step::Done
            }
            encoding::EXTENDED_DESKTOP_SIZE => self.extended_size(input, rect)?,
            encoding::POINTER | encoding::VMWARE_POINTER => {
                let (x, y) = (rect.x, rect.y);
                self.events.push_back(DesktopEvent::PointerMoved { x, y });
                Step::Done
            }
            encoding::DESKTOP_NAME => self.name(input)?,
            encoding::LEDS => match input.u8() {
                Some(bits) => self.leds(bits.into()),
                None => Step::More(1),
            },
            encoding::VMWARE_LEDS => match input.u32() {
                Some(bits) => self.leds(bits),
                None => Step::More(4),
            },
            encoding::QEMU_KEYS => {
                self.can.places = true;
                Step::Done
            }
            encoding::QEMU_AUDIO => {
                say::qemu_audio(&mut self.out, AUDIO_CHANNELS, AUDIO_RATE);
                Step::Done
            }
            encoding::MORE_BUTTONS => {
                self.can.more_buttons = true;
                Step::Done
            }
            encoding => self.decoders.decode(encoding, input, rect, &self.screen)?,
        };
        if step == Step::Done {
            self.phase = Phase::Update { left };
        }
        Ok(step)
    }

    fn cursor(&mut self, cursor: Cursor) -> Step {
        self.events.push_back(DesktopEvent::Cursor(cursor));
        Step::Done
    }

    fn name(&mut self, input: &mut Input<'_>) -> Result<Step, VncError> {
        let mut ahead = *input;
        let Some(length) = ahead.u32() else { return Ok(Step::More(4)) };
        let length = bounded(length, MOST_NAME, "name")?;
        let Some(name) = ahead.take(length) else { return Ok(Step::More(4 + length)) };
        *input = ahead;
        self.events.push_back(DesktopEvent::Title(crate::text::name(name)));
        Ok(Step::Done)
    }

    fn leds(&mut self, bits: u32) -> Step {
        let leds = Leds { scroll: bits & 1 != 0, num: bits & 2 != 0, caps: bits & 4 != 0 };
        self.can.leds = Some(leds);
        self.events.push_back(DesktopEvent::Leds(leds));
        Step::Done
    }

    /// `ExtendedDesktopSize`: x says who wanted it, y whether it was done.
    fn extended_size(&mut self, input: &mut Input<'_>, rect: Rect) -> Result<Step, VncError> {
        let mut ahead = *input;
        let Some([count, ..]) = ahead.array::<4>() else { return Ok(Step::More(4)) };
        let length = usize::from(count) * 16;
        let Some(data) = ahead.take(length) else { return Ok(Step::More(4 + length)) };
        *input = ahead;
        if !self.can.resize {
            self.can.resize = true;
            self.tell_abilities();
        }
        if rect.x == 1 && rect.y != 0 {
            tracing::debug!(code = rect.y, "the server did not change its size");
            return Ok(Step::Done);
        }
        let mut data = Input::new(data);
        let mut monitors = Vec::new();
        self.layout = None;
        while let (Some(id), Some(x), Some(y), Some(width), Some(height), Some(flags)) =
            (data.u32(), data.u16(), data.u16(), data.u16(), data.u16(), data.u32())
        {
            self.layout.get_or_insert((id, flags));
            monitors.push(Monitor { id, area: Rect::new(x, y, width, height) });
        }
        self.resize(rect.size(), monitors)?;
        Ok(Step::Done)
    }

    fn resize(&mut self, size: Size, mut monitors: Vec<Monitor>) -> Result<(), VncError> {
        let changed = self.screen.size() != size;
        self.screen.resize(size)?;
        monitors.retain(|monitor| size.rect().contains(monitor.area));
        if monitors.is_empty() {
            monitors.push(Monitor { id: 0, area: size.rect() });
        }
        self.monitors(monitors);
        if changed {
            if self.can.continuous {
                say::continuous_updates(&mut self.out, size.rect());
            }
            say::update_request(&mut self.out, false, size.rect());
        }
        Ok(())
    }
}
