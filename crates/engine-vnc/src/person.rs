//! What the person does, as RFB says it.

use crate::{client::Client, say};
use patchbay_session::desktop::{Buttons, Clipboard, DesktopInput, Key, Leds, Size, Wheel};

/// More keys than this are not held at once.
const MOST_HELD: usize = 32;
/// One step of a wheel.
const STEP: i32 = 120;
/// A turn makes at most so many steps.
const MOST_STEPS: i32 = 50;

const RETURN: u32 = 0xff0d;
const TAB: u32 = 0xff09;
const SCROLL_LOCK: u32 = 0xff14;
const NUM_LOCK: u32 = 0xff7f;
const CAPS_LOCK: u32 = 0xffe5;

/// Keys and buttons that are held, and what of the wheel has yet to be said.
pub(crate) struct Hands {
    view_only: bool,
    clipboard: bool,
    held: Vec<Key>,
    buttons: u16,
    at: (u16, u16),
    wheel: (i32, i32),
}

impl Hands {
    pub(crate) const fn new(view_only: bool, clipboard: bool) -> Self {
        Self { view_only, clipboard, held: Vec::new(), buttons: 0, at: (0, 0), wheel: (0, 0) }
    }

    /// Puts into the client's answers what this means.
    pub(crate) fn told(&mut self, told: DesktopInput, client: &mut Client, size: Size) {
        match told {
            DesktopInput::Refresh(rect) => {
                if let Some(rect) = rect.intersection(size.rect()) {
                    say::update_request(client.out(), false, rect);
                }
            }
            // The pump decides.
            DesktopInput::Quality(_) => {}
            _ if self.view_only => {}
            DesktopInput::Leds(leds) => light(leds, client),
            DesktopInput::Pointer { x, y, buttons } => {
                self.buttons = mask(buttons);
                self.point((x, y), size, client);
            }
            DesktopInput::Wheel { x, y, wheel } => self.turn((x, y), wheel, size, client),
            DesktopInput::Key(key) => self.key(key, client),
            DesktopInput::Text(text) => text.chars().for_each(|c| type_character(c, client)),
            DesktopInput::Clipboard(Clipboard::Text(text)) if self.clipboard => {
                client.copied(text);
            }
            // Its clipboard is text.
            DesktopInput::Clipboard(_)
            | DesktopInput::LendFiles(_)
            | DesktopInput::ReadPiece(_) => {}
            DesktopInput::Resize { size, .. } => resize(size, client),
            DesktopInput::Focus(true) => {}
            DesktopInput::Focus(false) => self.let_go(client),
        }
    }

    fn point(&mut self, (x, y): (u16, u16), size: Size, client: &mut Client) {
        let inside = |at: u16, end: u16| at.min(end.saturating_sub(1));
        self.at = (inside(x, size.width), inside(y, size.height));
        let more = client.can().more_buttons;
        say::pointer(client.out(), self.at, self.buttons, more);
    }

    /// A wheel is four buttons that are pressed and let go once a step.
    fn turn(&mut self, at: (u16, u16), wheel: Wheel, size: Size, client: &mut Client) {
        self.wheel.0 += i32::from(wheel.x);
        self.wheel.1 += i32::from(wheel.y);
        let (x, y) = (self.wheel.0 / STEP, self.wheel.1 / STEP);
        self.wheel = (self.wheel.0 % STEP, self.wheel.1 % STEP);
        let held = self.buttons;
        for (steps, back, forth) in [(y, 8, 16), (x, 32, 64)] {
            let button = if steps < 0 { back } else { forth };
            for _ in 0..steps.abs().min(MOST_STEPS) {
                self.buttons = held | button;
                self.point(at, size, client);
                self.buttons = held;
                self.point(at, size, client);
            }
        }
    }

    fn key(&mut self, key: Key, client: &mut Client) {
        let known = self.held.iter().position(|held| is_same(*held, key));
        if key.down {
            if known.is_none() && self.held.len() < MOST_HELD {
                self.held.push(key);
            }
            press(key, true, client);
            return;
        }
        // What goes up is what went down, even if it would mean something else by now.
        let held = known.map_or(key, |at| self.held.swap_remove(at));
        press(held, false, client);
    }

    fn let_go(&mut self, client: &mut Client) {
        for key in std::mem::take(&mut self.held) {
            press(key, false, client);
        }
        if self.buttons != 0 {
            self.buttons = 0;
            say::pointer(client.out(), self.at, 0, false);
        }
    }
}

/// Whether both are the same key: by its place where that is known.
const fn is_same(one: Key, other: Key) -> bool {
    if one.scancode != 0 || other.scancode != 0 {
        one.scancode == other.scancode
    } else {
        one.keysym == other.keysym
    }
}

fn press(key: Key, down: bool, client: &mut Client) {
    if client.can().places && key.scancode != 0 {
        say::qemu_key(client.out(), down, key.keysym, key.scancode);
    } else if key.keysym != 0 {
        say::key(client.out(), down, key.keysym);
    }
}

/// Makes the lights there the same as here, where it is known how they are.
fn light(here: Leds, client: &mut Client) {
    let Some(there) = client.can().leds else { return };
    for (differs, keysym, scancode) in [
        (here.scroll != there.scroll, SCROLL_LOCK, 0x46),
        (here.num != there.num, NUM_LOCK, 0x45),
        (here.caps != there.caps, CAPS_LOCK, 0x3a),
    ] {
        if differs {
            press(Key { keysym, scancode, down: true }, true, client);
            press(Key { keysym, scancode, down: false }, false, client);
        }
    }
}

fn type_character(c: char, client: &mut Client) {
    let keysym = match u32::from(c) {
        0x0a | 0x0d => RETURN,
        0x09 => TAB,
        code @ (0x20..=0x7e | 0xa0..=0xff) => code,
        code @ 0x100.. => 0x0100_0000 + code,
        _ => return,
    };
    say::key(client.out(), true, keysym);
    say::key(client.out(), false, keysym);
}

fn resize(size: Size, client: &mut Client) {
    if client.can().resize && size.width > 0 && size.height > 0 {
        let (id, flags) = client.layout().unwrap_or_default();
        say::desktop_size(client.out(), size, id, flags);
    }
}

fn mask(buttons: Buttons) -> u16 {
    let Buttons { left, middle, right, back, forward } = buttons;
    [(left, 1), (middle, 2), (right, 4), (back, 0x80), (forward, 0x100)]
        .into_iter()
        .filter(|(held, _)| *held)
        .map(|(_, bit)| bit)
        .sum()
}
