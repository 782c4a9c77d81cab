//! What the desktop is told, as RDP says it (MS-RDPBCGR section 2.2.8.1).

use ironrdp_pdu::input::{
    InputEvent, MousePdu, ScanCodePdu, SyncPdu, UnicodePdu,
    fast_path::{FastPathInputEvent as Event, KeyboardFlags, SynchronizeFlags},
    mouse::PointerFlags,
    mouse_x::{MouseXPdu, PointerXFlags},
    scan_code, sync, unicode,
};
use patchbay_session::desktop::{Buttons, Key, Leds, Size, Wheel};
use std::collections::BTreeSet;

/// The most turns of the wheel that are sent for one report, each of at most two steps.
const MOST_TURNS: usize = 16;
/// One turn's most units: the field has nine bits.
const TURN: i16 = 240;
const ENTER: u8 = 0x1c;
const TAB: u8 = 0x0f;

/// What is held down there, and where the pointer is.
#[derive(Debug, Default)]
pub(crate) struct Held {
    size: Size,
    at: Option<(u16, u16)>,
    buttons: Buttons,
    keys: BTreeSet<u16>,
    letters: BTreeSet<u16>,
}

impl Held {
    /// The desktop has this size now.
    pub(crate) fn resized(&mut self, size: Size) {
        self.size = size;
    }

    pub(crate) fn pointer(&mut self, x: u16, y: u16, buttons: Buttons) -> Vec<Event> {
        let (x, y) = self.inside(x, y);
        let was = std::mem::replace(&mut self.buttons, buttons);
        let mut events = Vec::new();
        if self.at.replace((x, y)) != Some((x, y)) {
            events.push(mouse(PointerFlags::MOVE, 0, (x, y)));
        }
        let plain = [
            (was.left, buttons.left, PointerFlags::LEFT_BUTTON),
            (was.middle, buttons.middle, PointerFlags::MIDDLE_BUTTON_OR_WHEEL),
            (was.right, buttons.right, PointerFlags::RIGHT_BUTTON),
        ];
        for (_, now, button) in plain.into_iter().filter(|(was, now, _)| was != now) {
            let flags = if now { button | PointerFlags::DOWN } else { button };
            events.push(mouse(flags, 0, (x, y)));
        }
        let extra = [
            (was.back, buttons.back, PointerXFlags::BUTTON1),
            (was.forward, buttons.forward, PointerXFlags::BUTTON2),
        ];
        for (_, now, button) in extra.into_iter().filter(|(was, now, _)| was != now) {
            let flags = if now { button | PointerXFlags::DOWN } else { button };
            events.push(Event::MouseEventEx(MouseXPdu { flags, x_position: x, y_position: y }));
        }
        events
    }

    pub(crate) fn wheel(&self, x: u16, y: u16, wheel: Wheel) -> Vec<Event> {
        let at = self.inside(x, y);
        // RDP counts upwards and to the right.
        let turns = |units: i16, flag: PointerFlags| {
            let step = TURN * units.signum();
            let whole = usize::from(units.unsigned_abs() / TURN.unsigned_abs());
            let rest = Some(units % TURN).filter(|rest| *rest != 0);
            let all = std::iter::repeat_n(step, whole).chain(rest).take(MOST_TURNS);
            all.map(move |units| mouse(flag, units, at)).collect::<Vec<_>>()
        };
        let mut events = turns(wheel.y.saturating_neg(), PointerFlags::VERTICAL_WHEEL);
        events.extend(turns(wheel.x, PointerFlags::HORIZONTAL_WHEEL));
        events
    }

    pub(crate) fn key(&mut self, key: Key) -> Vec<Event> {
        if key.scancode != 0 {
            if key.down {
                self.keys.insert(key.scancode);
            } else {
                self.keys.remove(&key.scancode);
            }
            return scancode(key.scancode, key.down);
        }
        // A key whose place nobody knows: the character it stands for.
        let mut units = [0; 2];
        let Some(character) = character(key.keysym) else { return Vec::new() };
        let units = character.encode_utf16(&mut units);
        for unit in units.iter() {
            if key.down {
                self.letters.insert(*unit);
            } else {
                self.letters.remove(unit);
            }
        }
        units.iter().map(|unit| letter(*unit, key.down)).collect()
    }

    /// Lets go of everything.
    pub(crate) fn release(&mut self) -> Vec<Event> {
        let keys = std::mem::take(&mut self.keys);
        let letters = std::mem::take(&mut self.letters);
        let mut events: Vec<Event> =
            keys.into_iter().flat_map(|key| scancode(key, false)).collect();
        events.extend(letters.into_iter().map(|unit| letter(unit, false)));
        if let Some((x, y)) = self.at {
            events.extend(self.pointer(x, y, Buttons::default()));
        }
        events
    }

    fn inside(&self, x: u16, y: u16) -> (u16, u16) {
        let edge = |length: u16| length.saturating_sub(1);
        (x.min(edge(self.size.width)), y.min(edge(self.size.height)))
    }
}

/// Characters as they are; line ends and tabs are the keys of that name.
pub(crate) fn typed(text: &str) -> impl Iterator<Item = [Event; 2]> {
    let mut after_return = false;
    text.encode_utf16().filter_map(move |unit| {
        // CR LF is one line end.
        let second_half = std::mem::replace(&mut after_return, unit == 13) && unit == 10;
        match unit {
            _ if second_half => None,
            10 | 13 => Some([true, false].map(|down| pressed(ENTER, KeyboardFlags::empty(), down))),
            9 => Some([true, false].map(|down| pressed(TAB, KeyboardFlags::empty(), down))),
            0..32 => None,
            unit => Some([letter(unit, true), letter(unit, false)]),
        }
    })
}

/// The lights of the keyboard here.
pub(crate) fn leds(leds: Leds) -> Event {
    let mut flags = SynchronizeFlags::empty();
    flags.set(SynchronizeFlags::SCROLL_LOCK, leds.scroll);
    flags.set(SynchronizeFlags::NUM_LOCK, leds.num);
    flags.set(SynchronizeFlags::CAPS_LOCK, leds.caps);
    Event::SyncEvent(flags)
}

/// The same for servers that do not take the fast path.
pub(crate) fn slow(event: Event) -> Option<InputEvent> {
    Some(match event {
        Event::KeyboardEvent(flags, code) => {
            let mut slow = scan_code::KeyboardFlags::empty();
            slow.set(scan_code::KeyboardFlags::RELEASE, flags.contains(KeyboardFlags::RELEASE));
            slow.set(scan_code::KeyboardFlags::EXTENDED, flags.contains(KeyboardFlags::EXTENDED));
            slow.set(
                scan_code::KeyboardFlags::EXTENDED_1,
                flags.contains(KeyboardFlags::EXTENDED1),
            );
            InputEvent::ScanCode(ScanCodePdu { flags: slow, key_code: code.into() })
        }
        Event::UnicodeKeyboardEvent(flags, unicode_code) => {
            let mut slow = unicode::KeyboardFlags::empty();
            slow.set(unicode::KeyboardFlags::RELEASE, flags.contains(KeyboardFlags::RELEASE));
            InputEvent::Unicode(UnicodePdu { flags: slow, unicode_code })
        }
        Event::MouseEvent(mouse) => InputEvent::Mouse(mouse),
        Event::MouseEventEx(mouse) => InputEvent::MouseX(mouse),
        Event::SyncEvent(flags) => {
            let flags = sync::SyncToggleFlags::from_bits_truncate(flags.bits().into());
            InputEvent::Sync(SyncPdu { flags })
        }
        Event::MouseEventRel(_) | Event::QoeEvent(_) => return None,
    })
}

/// The character of an X11 keysym, if it stands for one.
fn character(keysym: u32) -> Option<char> {
    match keysym {
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(keysym),
        0x0100_0100..=0x0110_ffff => char::from_u32(keysym - 0x0100_0000),
        _ => None,
    }
}

fn scancode(code: u16, down: bool) -> Vec<Event> {
    let [prefix, low] = code.to_be_bytes();
    match prefix {
        // Pause: its place is said in two parts.
        0xe1 => vec![
            pressed(0x1d, KeyboardFlags::EXTENDED1, down),
            pressed(0x45, KeyboardFlags::empty(), down),
        ],
        0xe0 => vec![pressed(low, KeyboardFlags::EXTENDED, down)],
        _ => vec![pressed(low, KeyboardFlags::empty(), down)],
    }
}

fn pressed(code: u8, flags: KeyboardFlags, down: bool) -> Event {
    Event::KeyboardEvent(if down { flags } else { flags | KeyboardFlags::RELEASE }, code)
}

fn letter(unit: u16, down: bool) -> Event {
    let flags = if down { KeyboardFlags::empty() } else { KeyboardFlags::RELEASE };
    Event::UnicodeKeyboardEvent(flags, unit)
}

const fn mouse(flags: PointerFlags, units: i16, (x, y): (u16, u16)) -> Event {
    Event::MouseEvent(MousePdu {
        flags,
        number_of_wheel_rotation_units: units,
        x_position: x,
        y_position: y,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    fn held() -> Held {
        Held { size: Size::new(100, 50), ..Held::default() }
    }

    #[test]
    fn the_pointer_stays_inside_and_moves_once() {
        let mut held = held();
        let events = held.pointer(200, 10, Buttons::default());
        assert_eq!(events, [mouse(PointerFlags::MOVE, 0, (99, 10))]);
        let left = Buttons { left: true, ..Buttons::default() };
        let events = held.pointer(99, 10, left);
        assert_eq!(events, [mouse(PointerFlags::LEFT_BUTTON | PointerFlags::DOWN, 0, (99, 10))]);
        let both = Buttons { back: true, ..Buttons::default() };
        let events = held.pointer(0, 0, both);
        assert_eq!(events.len(), 3);
        assert_eq!(events[0], mouse(PointerFlags::MOVE, 0, (0, 0)));
        assert_eq!(events[1], mouse(PointerFlags::LEFT_BUTTON, 0, (0, 0)));
        assert!(matches!(events[2], Event::MouseEventEx(_)));
    }

    #[test]
    fn a_turn_of_the_wheel_is_cut_to_what_fits() {
        let held = held();
        let down = held.wheel(1, 1, Wheel { x: 0, y: 120 });
        assert_eq!(down, [mouse(PointerFlags::VERTICAL_WHEEL, -120, (1, 1))]);
        let far = held.wheel(1, 1, Wheel { x: 500, y: 0 });
        let units = |event: &Event| match event {
            Event::MouseEvent(mouse) => mouse.number_of_wheel_rotation_units,
            _ => 0,
        };
        assert_eq!(far.iter().map(units).collect::<Vec<_>>(), [240, 240, 20]);
        assert_eq!(held.wheel(1, 1, Wheel { x: i16::MIN, y: i16::MAX }).len(), 2 * MOST_TURNS);
    }

    #[test]
    fn keys_are_let_go_when_the_keyboard_leaves() {
        let mut held = held();
        let key = |scancode, keysym, down| Key { keysym, scancode, down };
        assert_eq!(held.key(key(0x1e, 0, true)), [pressed(0x1e, KeyboardFlags::empty(), true)]);
        assert_eq!(held.key(key(0xe01d, 0, true)), [pressed(0x1d, KeyboardFlags::EXTENDED, true)]);
        assert_eq!(held.key(key(0, 0x0100_20ac, true)), [letter(0x20ac, true)]);
        assert_eq!(held.key(key(0, 0xffe1, true)), []);
        held.key(key(0x1e, 0, false));
        let expected = [pressed(0x1d, KeyboardFlags::EXTENDED, false), letter(0x20ac, false)];
        assert_eq!(held.release(), expected);
        assert_eq!(held.release(), []);
    }

    #[test]
    fn text_is_typed_with_its_line_ends() {
        let events: Vec<Event> = typed("a\r\nü\u{7}\n").flatten().collect();
        let enter = |down| pressed(ENTER, KeyboardFlags::empty(), down);
        let expected = [
            letter(0x61, true),
            letter(0x61, false),
            enter(true),
            enter(false),
            letter(0xfc, true),
            letter(0xfc, false),
            enter(true),
            enter(false),
        ];
        assert_eq!(events, expected);
        assert_eq!(typed("😀").count(), 2);
    }
}
