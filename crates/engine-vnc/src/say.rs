//! What the client says (RFC 6143 section 7.5), as bytes.

use patchbay_session::desktop::{Rect, Size};

/// Pixels as the screen has them, in little endian: red, green, blue and a byte without meaning.
pub(crate) fn pixel_format(out: &mut Vec<u8>) {
    out.extend([0, 0, 0, 0]);
    // Bits of a pixel, those that mean something, little endian, true colour; then the highest value of each colour.
    out.extend([32, 24, 0, 1, 0, 255, 0, 255, 0, 255]);
    // How far each is shifted.
    out.extend([0, 8, 16]);
    out.extend([0; 3]);
}

pub(crate) fn encodings(out: &mut Vec<u8>, encodings: &[i32]) {
    let count = u16::try_from(encodings.len()).unwrap_or(u16::MAX);
    out.extend([2, 0]);
    out.extend(count.to_be_bytes());
    for encoding in encodings.iter().take(count.into()) {
        out.extend(encoding.to_be_bytes());
    }
}

pub(crate) fn update_request(out: &mut Vec<u8>, incremental: bool, area: Rect) {
    out.extend([3, u8::from(incremental)]);
    rect(out, area);
}

pub(crate) fn key(out: &mut Vec<u8>, down: bool, keysym: u32) {
    out.extend([4, u8::from(down), 0, 0]);
    out.extend(keysym.to_be_bytes());
}

/// The mask has nine buttons; those above the eighth need a server that takes them.
pub(crate) fn pointer(out: &mut Vec<u8>, (x, y): (u16, u16), mask: u16, more_buttons: bool) {
    let [high, low] = if more_buttons && mask > 0x7f {
        [mask >> 7, mask & 0x7f | 0x80]
    } else {
        [0, mask & 0xff]
    }
    .map(|half| u8::try_from(half).unwrap_or_default());
    out.extend([5, low]);
    out.extend(x.to_be_bytes());
    out.extend(y.to_be_bytes());
    if more_buttons && mask > 0x7f {
        out.push(high);
    }
}

/// The clipboard in Latin-1, lines ended by LF.
pub(crate) fn cut_text(out: &mut Vec<u8>, text: &str) {
    let text = crate::text::to_latin1(text);
    out.extend([6, 0, 0, 0]);
    out.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
    out.extend(text);
}

/// `SetDesktopSize` of one screen.
pub(crate) fn desktop_size(out: &mut Vec<u8>, size: Size, id: u32, flags: u32) {
    out.extend([251, 0]);
    out.extend(size.width.to_be_bytes());
    out.extend(size.height.to_be_bytes());
    out.extend([1, 0]);
    out.extend(id.to_be_bytes());
    rect(out, size.rect());
    out.extend(flags.to_be_bytes());
}

/// `EnableContinuousUpdates`.
pub(crate) fn continuous_updates(out: &mut Vec<u8>, area: Rect) {
    out.extend([150, 1]);
    rect(out, area);
}

/// A fence: with the highest flag a question, without it an answer.
pub(crate) fn fence(out: &mut Vec<u8>, flags: u32, payload: &[u8]) {
    out.extend([248, 0, 0, 0]);
    out.extend(flags.to_be_bytes());
    out.push(u8::try_from(payload.len()).unwrap_or_default());
    out.extend(payload);
}

/// A key by its place as well (QEMU). Extended keys have the highest bit of a byte.
pub(crate) fn qemu_key(out: &mut Vec<u8>, down: bool, keysym: u32, scancode: u16) {
    let place = scancode & 0x7f | if scancode & 0xff00 == 0xe000 { 0x80 } else { 0 };
    out.extend([255, 0, 0, u8::from(down)]);
    out.extend(keysym.to_be_bytes());
    out.extend(u32::from(place).to_be_bytes());
}

/// Sound in signed 16-bit samples (QEMU), from now on.
pub(crate) fn qemu_audio(out: &mut Vec<u8>, channels: u8, rate: u32) {
    out.extend([255, 1, 0, 2, 3, channels]);
    out.extend(rate.to_be_bytes());
    out.extend([255, 1, 0, 0]);
}

fn rect(out: &mut Vec<u8>, rect: Rect) {
    for number in [rect.x, rect.y, rect.width, rect.height] {
        out.extend(number.to_be_bytes());
    }
}
