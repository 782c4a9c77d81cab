//! RFB from the server's description of itself on (RFC 6143 section 7.3.2), without a stream: bytes go in, the screen is
//! drawn, and events and answers come out. Rectangles, and what travels as one, are in `rects.rs`.

mod rects;

use crate::{
    VncError,
    clipboard::{MOST_MESSAGE, Shared, Told},
    decode::{Decoders, encoding},
    input::{Input, Step},
    say,
};
use patchbay_session::desktop::{
    Audio, Clipboard, DesktopEvent, Leds, MOST_CLIPBOARD, Monitor, Rect, Screen, Size,
};
use std::{collections::VecDeque, sync::Arc};

/// No more events are kept than this before somebody takes them.
const MOST_EVENTS: usize = 16;
/// The longest name of a desktop.
const MOST_NAME: u32 = 64 * 1024;
/// The longest piece of sound: five seconds.
const MOST_AUDIO: u32 = 1024 * 1024;
/// How sound is asked for: what every sound card plays.
const AUDIO_CHANNELS: u8 = 2;
const AUDIO_RATE: u32 = 48_000;
/// An update that ends with a rectangle that says so.
const UNCOUNTED: u16 = 0xffff;
/// The flag of a fence that wants an answer, and those that an answer repeats.
const FENCE_REQUEST: u32 = 1 << 31;
const FENCE_KNOWN: u32 = 7;

/// Where in the server's stream it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Before the description of the desktop.
    Opening,
    /// Between messages.
    Idle,
    /// In an update, before the next rectangle.
    Update { left: u16 },
    /// In a rectangle.
    Rect { encoding: i32, rect: Rect, left: u16 },
    /// In what nobody wants.
    Skip { bytes: u64, then: Then },
}

/// What comes after it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Then {
    Message,
    Rect { left: u16 },
}

/// What the server can do beyond the least.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an extension of the protocol")]
pub(crate) struct Abilities {
    /// It changes its size when told to.
    pub(crate) resize: bool,
    /// It answers fences.
    pub(crate) fence: bool,
    /// It sends updates without being asked.
    pub(crate) continuous: bool,
    /// It takes keys by their place.
    pub(crate) places: bool,
    /// It takes more than eight buttons.
    pub(crate) more_buttons: bool,
    /// The lights of its keyboard, if it says.
    pub(crate) leds: Option<Leds>,
}

/// One connection's state. Feed it with [`receive`](Self::receive); then send [`answers`](Self::answers) and hand on
/// [`event`](Self::event)s.
pub struct Client {
    screen: Arc<Screen>,
    phase: Phase,
    decoders: Decoders,
    needs: usize,
    events: VecDeque<DesktopEvent>,
    out: Vec<u8>,
    can: Abilities,
    /// The screen that `SetDesktopSize` names.
    layout: Option<(u32, u32)>,
    clipboard: bool,
    /// Whether lists of abilities follow the description.
    lists: bool,
    shared: Shared,
    /// Encodings of pixels, the best first.
    wanted: Vec<i32>,
    /// 0 to 9.
    quality: u8,
    /// What came back of a fence.
    echo: Option<u64>,
    /// The last encoding that had pixels.
    used: i32,
    /// How many pictures there were when that was last said.
    described: u64,
    tally: Tally,
}

/// What has been drawn so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Updates.
    pub updates: u64,
    /// Rectangles with pixels.
    pub rects: u64,
    /// Their pixels.
    pub pixels: u64,
    /// Those of them that are JPEG pictures.
    pub pictures: u64,
    /// Their encodings: the bit of each number.
    pub encodings: u32,
}

impl Client {
    /// A client that draws here. `clipboard` says whether the clipboards are joined.
    #[must_use]
    pub fn new(screen: Arc<Screen>, clipboard: bool) -> Self {
        Self {
            screen,
            phase: Phase::Opening,
            decoders: Decoders::default(),
            needs: 24,
            events: VecDeque::new(),
            out: Vec::new(),
            can: Abilities::default(),
            layout: None,
            clipboard,
            lists: false,
            shared: Shared::default(),
            wanted: encoding::PIXELS.to_vec(),
            quality: 9,
            echo: None,
            used: encoding::RAW,
            described: 0,
            tally: Tally::default(),
        }
    }

    /// Takes pixels in these encodings alone, by their numbers, the best first; to be called before anything is received.
    pub fn take_only(&mut self, encodings: &[i32]) {
        self.wanted = encodings.to_vec();
    }

    /// The description is followed by lists of abilities (Tight security).
    pub(crate) const fn expect_lists(&mut self) {
        self.lists = true;
    }

    /// Whether the server has described its desktop.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.phase != Phase::Opening
    }

    /// Takes what the server sent, and says how much of it is done with. The rest is to be given again, with at least
    /// [`needs`](Self::needs) bytes altogether, or after some events were taken.
    ///
    /// # Errors
    /// When it breaks the protocol. Nothing can be received afterwards.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<usize, VncError> {
        let mut input = Input::new(bytes);
        self.needs = 0;
        while self.events.len() < MOST_EVENTS {
            if let Step::More(needs) = self.step(&mut input)? {
                self.needs = needs.max(1);
                break;
            }
        }
        Ok(bytes.len() - input.len())
    }

    /// How many bytes have to be there before it can go on.
    #[must_use]
    pub const fn needs(&self) -> usize {
        self.needs
    }

    /// The oldest event that was not taken.
    pub fn event(&mut self) -> Option<DesktopEvent> {
        self.events.pop_front()
    }

    /// What is to be sent.
    pub fn answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// What has been drawn so far.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        Tally { pictures: self.decoders.pictures(), ..self.tally }
    }

    /// How good the picture is to be from now on, from 0 to 9 (lossless).
    pub(crate) fn set_quality(&mut self, quality: u8) {
        let quality = quality.min(9);
        if std::mem::replace(&mut self.quality, quality) != quality && self.is_open() {
            self.ask_encodings();
        }
    }

    /// What decides how the picture looks, in a few words.
    pub(crate) fn describe(&mut self) -> String {
        let name = encoding::name(self.used);
        let before = std::mem::replace(&mut self.described, self.decoders.pictures());
        if before != self.described && self.quality < 9 {
            format!("{name}, JPEG quality {}", self.quality)
        } else {
            format!("{name}, lossless")
        }
    }

    /// Has the server send a number back as soon as what it said before has come.
    pub(crate) fn ping(&mut self, number: u64) {
        say::fence(&mut self.out, FENCE_REQUEST, &number.to_be_bytes());
    }

    /// The number that came back.
    pub(crate) const fn echo(&mut self) -> Option<u64> {
        self.echo.take()
    }

    /// This was copied here.
    pub(crate) fn copied(&mut self, text: String) {
        if self.shared.is_on() {
            self.shared.copied(text, &mut self.out);
        } else {
            say::cut_text(&mut self.out, &text);
        }
    }

    /// Tells an event of its own among those of the server.
    pub(crate) fn tell(&mut self, event: DesktopEvent) {
        self.events.push_back(event);
    }

    /// What the server can do.
    pub(crate) const fn can(&self) -> Abilities {
        self.can
    }

    /// Where [`answers`](Self::answers) are gathered.
    pub(crate) fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// The screen to be resized: its id and flags.
    pub(crate) const fn layout(&self) -> Option<(u32, u32)> {
        self.layout
    }

    fn step(&mut self, input: &mut Input<'_>) -> Result<Step, VncError> {
        match self.phase {
            Phase::Opening => self.open(input),
            Phase::Idle => self.message(input),
            Phase::Update { left: 0 } => {
                self.tally.updates += 1;
                self.phase = Phase::Idle;
                Ok(Step::Done)
            }
            Phase::Update { left } => self.rect(input, left),
            Phase::Rect { encoding, rect, left } => self.draw(input, encoding, rect, left),
            Phase::Skip { bytes: 0, then: Then::Message } => {
                self.phase = Phase::Idle;
                Ok(Step::Done)
            }
            Phase::Skip { bytes: 0, then: Then::Rect { left } } => {
                self.phase = Phase::Update { left };
                Ok(Step::Done)
            }
            Phase::Skip { bytes, then } => {
                let there = input.up_to(usize::try_from(bytes).unwrap_or(usize::MAX)).len();
                self.phase = Phase::Skip { bytes: bytes - there as u64, then };
                Ok(if there == 0 { Step::More(1) } else { Step::Done })
            }
        }
    }

    /// `ServerInit`.
    fn open(&mut self, input: &mut Input<'_>) -> Result<Step, VncError> {
        let mut ahead = *input;
        let (Some(width), Some(height), Some(_format), Some(length)) =
            (ahead.u16(), ahead.u16(), ahead.array::<16>(), ahead.u32())
        else {
            return Ok(Step::More(24));
        };
        let length = bounded(length, MOST_NAME, "name")?;
        let Some(name) = ahead.take(length) else { return Ok(Step::More(24 + length)) };
        if self.lists {
            let (Some(from_it), Some(to_it), Some(encodings), Some(_)) =
                (ahead.u16(), ahead.u16(), ahead.u16(), ahead.u16())
            else {
                return Ok(Step::More(input.len() + 1));
            };
            let entries = usize::from(from_it) + usize::from(to_it) + usize::from(encodings);
            if ahead.take(entries * 16).is_none() {
                return Ok(Step::More(32 + length + entries * 16));
            }
        }
        *input = ahead;
        let size = Size::new(width, height);
        self.screen.resize(size)?;
        self.events.push_back(DesktopEvent::Title(crate::text::name(name)));
        self.monitors(vec![Monitor { id: 0, area: size.rect() }]);
        self.tell_abilities();
        say::pixel_format(&mut self.out);
        self.ask_encodings();
        say::update_request(&mut self.out, false, size.rect());
        self.phase = Phase::Idle;
        Ok(Step::Done)
    }

    fn ask_encodings(&mut self) {
        let mut wanted = self.wanted.clone();
        // Without a quality nothing is lost. Compressing harder is for slow links.
        if self.quality < 9 {
            wanted.push(encoding::QUALITY + i32::from(self.quality));
        }
        wanted.push(encoding::COMPRESSION + if self.quality < 6 { 6 } else { 1 });
        wanted.extend([
            encoding::LAST_RECT,
            encoding::EXTENDED_DESKTOP_SIZE,
            encoding::DESKTOP_SIZE,
            encoding::DESKTOP_NAME,
            encoding::CURSOR_WITH_ALPHA,
            encoding::VMWARE_CURSOR,
            encoding::CURSOR,
            encoding::POINTER,
            encoding::VMWARE_POINTER,
            encoding::FENCE,
            encoding::CONTINUOUS,
            encoding::QEMU_KEYS,
            encoding::QEMU_AUDIO,
            encoding::LEDS,
            encoding::VMWARE_LEDS,
            encoding::MORE_BUTTONS,
        ]);
        if self.clipboard {
            wanted.push(encoding::CLIPBOARD);
        }
        say::encodings(&mut self.out, &wanted);
    }

    fn tell_abilities(&mut self) {
        let told = DesktopEvent::Abilities {
            resize: self.can.resize,
            text: true,
            clipboard: self.clipboard,
            files: false,
        };
        self.events.push_back(told);
    }

    fn monitors(&mut self, monitors: Vec<Monitor>) {
        self.events.push_back(DesktopEvent::Monitors(monitors));
    }

    fn message(&mut self, input: &mut Input<'_>) -> Result<Step, VncError> {
        let mut ahead = *input;
        let Some(kind) = ahead.u8() else { return Ok(Step::More(1)) };
        let needs = match kind {
            0 => self.update(&mut ahead),
            1 => colours(&mut ahead),
            2 => {
                // Many in a row are one: nobody hears them apart.
                if self.events.back() != Some(&DesktopEvent::Bell) {
                    self.events.push_back(DesktopEvent::Bell);
                }
                None
            }
            3 => self.cut_text(&mut ahead)?,
            150 => {
                self.can.continuous = true;
                say::continuous_updates(&mut self.out, self.screen.size().rect());
                None
            }
            248 => self.fence(&mut ahead)?,
            255 => self.qemu(&mut ahead)?,
            other => {
                return Err(VncError::protocol(format!(
                    "it sends a message of unknown kind {other}"
                )));
            }
        };
        if let Some(needs) = needs {
            return Ok(Step::More(needs));
        }
        *input = ahead;
        Ok(Step::Done)
    }

    /// The head of an update. The next is asked for at once, so that the server need not wait.
    fn update(&mut self, input: &mut Input<'_>) -> Option<usize> {
        let Some([_, high, low]) = input.array() else { return Some(4) };
        self.phase = Phase::Update { left: u16::from_be_bytes([high, low]) };
        if !self.can.continuous {
            say::update_request(&mut self.out, true, self.screen.size().rect());
        }
        None
    }

    /// A fence is answered once all before it is done; here everything is done in order.
    fn fence(&mut self, input: &mut Input<'_>) -> Result<Option<usize>, VncError> {
        let (Some(_), Some(flags), Some(length)) = (input.array::<3>(), input.u32(), input.u8())
        else {
            return Ok(Some(9));
        };
        if length > 64 {
            return Err(VncError::protocol("a fence that is too long"));
        }
        let Some(payload) = input.take(length.into()) else {
            return Ok(Some(9 + usize::from(length)));
        };
        self.can.fence = true;
        if flags & FENCE_REQUEST != 0 {
            say::fence(&mut self.out, flags & FENCE_KNOWN, payload);
        } else if let Ok(number) = payload.try_into() {
            self.echo = Some(u64::from_be_bytes(number));
        }
        Ok(None)
    }

    /// Sound.
    fn qemu(&mut self, input: &mut Input<'_>) -> Result<Option<usize>, VncError> {
        let (Some(kind), Some(what)) = (input.u8(), input.u16()) else { return Ok(Some(4)) };
        match (kind, what) {
            (1, 0 | 1) => Ok(None),
            (1, 2) => {
                let Some(length) = input.u32() else { return Ok(Some(8)) };
                let length = bounded(length, MOST_AUDIO, "piece of sound")?;
                let Some(samples) = input.take(length) else { return Ok(Some(8 + length)) };
                let audio = Audio {
                    rate: AUDIO_RATE,
                    channels: AUDIO_CHANNELS,
                    samples: samples.to_vec().into(),
                };
                self.events.push_back(DesktopEvent::Audio(audio));
                Ok(None)
            }
            _ => Err(VncError::protocol("a message of QEMU's that is not known")),
        }
    }

    /// What was copied there. Returns how many bytes are needed, if they are not there.
    fn cut_text(&mut self, input: &mut Input<'_>) -> Result<Option<usize>, VncError> {
        let (Some(_), Some(length)) = (input.array::<3>(), input.i32()) else { return Ok(Some(8)) };
        let extended = length < 0;
        let length = usize::try_from(length.unsigned_abs()).unwrap_or(usize::MAX);
        let most = if extended { MOST_MESSAGE } else { MOST_CLIPBOARD };
        let kept = if extended && length > most { 0 } else { length.min(most) };
        let Some(data) = input.take(kept) else { return Ok(Some(8 + kept)) };
        // What is too long is cut off, and what is packed has no use without its end.
        self.phase = Phase::Skip { bytes: (length - kept) as u64, then: Then::Message };
        if !self.clipboard || (extended && kept < 4) {
            return Ok(None);
        }
        let text = if extended {
            match self.shared.told(data, &mut self.out)? {
                Told::Text(text) => text,
                Told::Nothing => return Ok(None),
            }
        } else {
            crate::text::latin1(data).replace("\r\n", "\n")
        };
        let text = crate::text::cut(text, MOST_CLIPBOARD);
        self.events.push_back(DesktopEvent::Clipboard(Clipboard::Text(text)));
        Ok(None)
    }
}

/// `SetColourMapEntries` means nothing to true colour. Returns how many bytes are needed, if they are not there.
fn colours(input: &mut Input<'_>) -> Option<usize> {
    let (Some(_), Some(_), Some(count)) = (input.u8(), input.u16(), input.u16()) else {
        return Some(6);
    };
    let length = usize::from(count) * 6;
    if input.take(length).is_none() { Some(6 + length) } else { None }
}

fn bounded(length: u32, most: u32, what: &str) -> Result<usize, VncError> {
    if length > most {
        return Err(VncError::protocol(format!("it sends a {what} of {length} bytes")));
    }
    usize::try_from(length)
        .map_err(|_| VncError::protocol(format!("it sends a {what} that is too long")))
}
