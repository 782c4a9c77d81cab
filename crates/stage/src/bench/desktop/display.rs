//! A display looked at from outside: keys go in by XTEST, pixels come out by `GetImage`. And a program for the far end, a
//! lamp that changes its colour with every key.

use crate::Error;
use std::{
    thread,
    time::{Duration, Instant},
};
use x11rb::{
    COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME,
    connection::Connection as _,
    protocol::{
        Event,
        xproto::{
            ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask, ImageFormat,
            InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MapState, Window, WindowClass,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

/// The two colours of the lamp: no other picture has them.
const COLOURS: [u32; 2] = [0x0012_EF56, 0x00EF_1256];
/// Where the lamp is on its desktop, and how large.
const LAMP: (i16, i16, u16) = (96, 96, 64);
/// The letter a on every keyboard of an X server without a screen.
const KEY: u8 = 38;
/// Between two looks at the pixel.
const LOOK_AGAIN: Duration = Duration::from_micros(500);
/// How long a pixel may take to change.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a quick typist takes from key to key. What comes on top differs, so that no key falls in step with a clock.
const REST: Duration = Duration::from_millis(60);

/// A connection to an X server.
pub(super) struct Display {
    connection: RustConnection,
    root: Window,
    width: u16,
    height: u16,
}

impl Display {
    /// Of the server that `DISPLAY` would name so.
    pub(super) fn open(name: &str) -> Result<Self, Error> {
        let (connection, screen) = x11rb::connect(Some(name))?;
        let screen = connection.setup().roots.get(screen).ok_or("a display without a screen")?;
        let (root, width, height) = (screen.root, screen.width_in_pixels, screen.height_in_pixels);
        Ok(Self { connection, root, width, height })
    }

    /// Gives the keyboard to the largest window: nobody else does on a display without a window manager.
    pub(super) fn focus(&self) -> Result<(), Error> {
        let mut largest = (0, self.root);
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            let shown = self.connection.get_window_attributes(window)?.reply()?.map_state;
            let size = self.connection.get_geometry(window)?.reply()?;
            let pixels = u32::from(size.width) * u32::from(size.height);
            if shown == MapState::VIEWABLE && pixels > largest.0 {
                largest = (pixels, window);
            }
        }
        let to = InputFocus::POINTER_ROOT;
        Ok(self.connection.set_input_focus(to, largest.1, CURRENT_TIME)?.check()?)
    }

    /// Somewhere well inside of the lamp, if it is to be seen.
    pub(super) fn lamp(&self) -> Result<Option<(i16, i16)>, Error> {
        let picture = self.picture((0, 0), self.width, self.height)?;
        let lit = |at: usize| picture.get(at).is_some_and(|pixel| colour(*pixel).is_some());
        let width = usize::from(self.width);
        let Some(first) = (0..picture.len()).find(|at| lit(*at)) else { return Ok(None) };
        let across = (first..).take_while(|at| lit(*at)).count();
        let down = (0..).take_while(|row| lit(first + row * width)).count();
        let (x, y) = (first % width + across / 2, first / width + down / 2);
        Ok(Some((i16::try_from(x)?, i16::try_from(y)?)))
    }

    /// Milliseconds from each of so many keys to the lamp's other colour.
    pub(super) fn keys(&self, lamp: (i16, i16), count: usize) -> Result<Vec<f64>, Error> {
        let mut taken = Vec::with_capacity(count);
        for n in 0..count {
            thread::sleep(REST + Duration::from_millis(u64::try_from(n * 7 % 17)?));
            let before = self.colour(lamp)?;
            let begin = Instant::now();
            self.key(KEY_PRESS_EVENT)?;
            while self.colour(lamp)? == before {
                if begin.elapsed() > PATIENCE {
                    return Err("a key changed nothing on the far desktop".into());
                }
                thread::sleep(LOOK_AGAIN);
            }
            taken.push(begin.elapsed().as_secs_f64() * 1000.0);
            self.key(KEY_RELEASE_EVENT)?;
        }
        Ok(taken)
    }

    fn key(&self, event: u8) -> Result<(), Error> {
        self.connection.xtest_fake_input(event, KEY, CURRENT_TIME, self.root, 0, 0, 0)?;
        Ok(self.connection.flush()?)
    }

    fn colour(&self, at: (i16, i16)) -> Result<Option<usize>, Error> {
        Ok(self.picture(at, 1, 1)?.first().and_then(|pixel| colour(*pixel)))
    }

    fn picture(&self, (x, y): (i16, i16), width: u16, height: u16) -> Result<Vec<u32>, Error> {
        let (form, root) = (ImageFormat::Z_PIXMAP, self.root);
        let image = self.connection.get_image(form, root, x, y, width, height, u32::MAX)?;
        let bytes = image.reply()?.data;
        Ok(bytes.as_chunks().0.iter().map(|pixel| u32::from_le_bytes(*pixel)).collect())
    }
}

/// Which of the lamp's colours it is, or nearly: pictures on their way may lose a little.
fn colour(pixel: u32) -> Option<usize> {
    let near = |one: u8, other: u8| one.abs_diff(other) < 24;
    COLOURS.iter().position(|lamp| {
        let both = pixel.to_le_bytes().into_iter().zip(lamp.to_le_bytes());
        both.take(3).all(|(one, other)| near(one, other))
    })
}

/// Lights the lamp on a far desktop, which has the keyboard there. It burns until its server ends.
pub(super) fn light(display: &str) -> Result<(), Error> {
    let Display { connection, root, .. } = Display::open(display)?;
    let lamp = connection.generate_id()?;
    let (x, y, side) = LAMP;
    let mut lit = 0;
    let looks = CreateWindowAux::new()
        .override_redirect(1)
        .background_pixel(COLOURS[0])
        .event_mask(EventMask::KEY_PRESS);
    let class = WindowClass::INPUT_OUTPUT;
    let (depth, visual) = (COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT);
    connection.create_window(depth, lamp, root, x, y, side, side, 0, class, visual, &looks)?;
    connection.map_window(lamp)?;
    connection.set_input_focus(InputFocus::POINTER_ROOT, lamp, CURRENT_TIME)?.check()?;
    thread::spawn(move || -> Result<(), Error> {
        loop {
            if !matches!(connection.wait_for_event()?, Event::KeyPress(_)) {
                continue;
            }
            lit = 1 - lit;
            let colour = COLOURS.get(lit).copied();
            let other = ChangeWindowAttributesAux::new().background_pixel(colour);
            connection.change_window_attributes(lamp, &other)?;
            connection.clear_area(false, lamp, 0, 0, 0, 0)?;
            connection.flush()?;
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::colour;

    #[test]
    fn a_colour_that_lost_a_little_is_known() {
        assert_eq!(colour(0xFF12_EF56), Some(0));
        assert_eq!(colour(0x00E0_2050), Some(1));
        assert_eq!(colour(0x0000_0000), None);
    }
}
