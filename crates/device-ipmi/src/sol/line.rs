//! The payload without I/O: numbers, acknowledgements, what is repeated and what is left over (section 15.9 to 15.11).

use crate::{IpmiError, protocol::Reader};
use bytes::{Buf, BytesMut};

/// Operations of the console: take nothing of this packet, make a break.
const NACK: u8 = 0x40;
const BREAK: u8 = 0x10;
/// What the BMC says: it takes no characters now, it has ended the payload.
const UNAVAILABLE: u8 = 0x20;
const DEACTIVATED: u8 = 0x10;
/// So that the byte that counts them is enough.
const MOST_CHARACTERS: usize = 255;

/// What a packet of the BMC meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Heard {
    /// Go on.
    Nothing,
    /// It has acknowledged the packet that was on its way; the next may follow at once.
    Taken,
    /// It has taken nothing or not all of it, and wants to be left alone a while.
    Later,
    /// It has ended the payload.
    Deactivated,
}

/// One side of a serial console.
#[derive(Debug)]
pub struct SolLine {
    /// The most characters in a packet.
    most: usize,
    /// Number of the packet sent last, 1 to 15.
    number: u8,
    /// The packet that was not acknowledged yet: its characters and operation.
    under_way: Option<(BytesMut, u8)>,
    /// What was typed and is not under way yet.
    typed: BytesMut,
    breaks: bool,
    /// An empty packet goes first: some BMCs take the number 1 for the one they saw last in the console before this, and drop
    /// what is in it.
    opened: bool,
    /// The BMC acknowledges empty packets, as it should.
    answers_empty: bool,
    /// Number of the packet that came last, and how much of it was taken.
    came: (u8, usize),
    /// What is to be acknowledged.
    owed: Option<(u8, u8)>,
}

impl SolLine {
    /// `most` is how long a payload to the BMC may be, with its four bytes of header.
    #[must_use]
    pub fn new(most: u16) -> Self {
        let most = usize::from(most).saturating_sub(4).clamp(1, MOST_CHARACTERS);
        Self {
            most,
            number: 0,
            under_way: None,
            typed: BytesMut::new(),
            breaks: false,
            opened: false,
            answers_empty: false,
            came: (0, 0),
            owed: None,
        }
    }

    /// Takes what was typed.
    pub fn typed(&mut self, bytes: &[u8]) {
        self.typed.extend_from_slice(bytes);
    }

    /// Asks for a break, after what is under way.
    pub const fn send_break(&mut self) {
        self.breaks = true;
    }

    /// How many typed bytes were not taken by the BMC yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.typed.len() + self.under_way.as_ref().map_or(0, |(bytes, _)| bytes.len())
    }

    /// Whether a packet was sent and not acknowledged.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Asks whether the console is still ours, by an empty packet: a BMC that gave it to somebody else answers commands, and
    /// acknowledges nothing. False if something is under way, or this BMC was not seen to acknowledge such packets.
    pub const fn ask(&mut self) -> bool {
        let may = self.answers_empty && self.under_way.is_none();
        self.opened &= !may;
        may
    }

    /// Does without the empty packet under way, with a BMC that acknowledges none. False if there is no such packet.
    pub fn skip(&mut self) -> bool {
        let empty = |(bytes, operation): &mut (BytesMut, u8)| bytes.is_empty() && *operation == 0;
        !self.answers_empty && self.under_way.take_if(empty).is_some()
    }

    /// The next payload, if there is something to send: characters, a break, or an acknowledgement.
    pub fn outgoing(&mut self) -> Option<Vec<u8>> {
        if !self.opened && self.under_way.is_none() {
            self.opened = true;
            self.number = self.number % 15 + 1;
            self.under_way = Some((BytesMut::new(), 0));
            return self.again();
        }
        if self.under_way.is_none() && (self.breaks || !self.typed.is_empty()) {
            let bytes = self.typed.split_to(self.typed.len().min(self.most));
            let operation = if std::mem::take(&mut self.breaks) { BREAK } else { 0 };
            self.number = self.number % 15 + 1;
            self.under_way = Some((bytes, operation));
            return self.again();
        }
        let (number, count) = self.owed.take()?;
        Some(vec![0, number, count, 0])
    }

    /// The packet under way once more, with its number.
    pub fn again(&mut self) -> Option<Vec<u8>> {
        let (bytes, operation) = self.under_way.as_ref()?;
        let (number, count) = self.owed.take().unwrap_or_default();
        let mut payload = vec![self.number, number, count, *operation];
        payload.extend_from_slice(bytes);
        Some(payload)
    }

    /// Takes a payload of the BMC. What is new of its characters goes to `shown`, and all of them are acknowledged.
    ///
    /// # Errors
    /// When it is too short.
    pub fn receive(&mut self, payload: &[u8], shown: &mut BytesMut) -> Result<Heard, IpmiError> {
        let mut reader = Reader::new(payload);
        let [number, acknowledged, count, status] = reader.array()?;
        let (number, acknowledged) = (number & 0xf, acknowledged & 0xf);
        let characters = reader.rest().get(..MOST_CHARACTERS).unwrap_or(reader.rest());
        if number != 0 {
            // A packet that comes again may have more behind what was taken (section 15.11).
            let known = if number == self.came.0 { self.came.1 } else { 0 };
            shown.extend_from_slice(characters.get(known..).unwrap_or_default());
            let taken = characters.len().max(known);
            self.came = (number, taken);
            self.owed = Some((number, u8::try_from(taken).unwrap_or(u8::MAX)));
        }
        if status & DEACTIVATED != 0 {
            return Ok(Heard::Deactivated);
        }
        if acknowledged == 0 || acknowledged != self.number {
            return Ok(Heard::Nothing);
        }
        let Some((mut bytes, operation)) = self.under_way.take() else { return Ok(Heard::Nothing) };
        self.answers_empty |= bytes.is_empty() && operation == 0;
        let refused = status & (NACK | UNAVAILABLE) != 0;
        bytes.advance(usize::from(count).min(bytes.len()));
        if refused && operation & BREAK != 0 && count == 0 {
            self.breaks = true;
        }
        if bytes.is_empty() && !refused {
            return Ok(Heard::Taken);
        }
        // What is left goes in a packet with a new number.
        let rest = std::mem::take(&mut self.typed);
        self.typed = bytes;
        self.typed.extend_from_slice(&rest);
        Ok(Heard::Later)
    }
}

#[cfg(test)]
mod tests {
    use super::{Heard, SolLine};
    use bytes::BytesMut;

    fn hear(line: &mut SolLine, payload: &[u8]) -> (Heard, Vec<u8>) {
        let mut shown = BytesMut::new();
        let heard = line.receive(payload, &mut shown).unwrap();
        (heard, shown.to_vec())
    }

    /// One that is open.
    fn open(most: u16) -> SolLine {
        let mut line = SolLine::new(most);
        assert_eq!(line.outgoing().unwrap(), [1, 0, 0, 0], "empty");
        assert_eq!(hear(&mut line, &[0, 1, 9, 0]).0, Heard::Taken);
        line
    }

    #[test]
    fn what_is_typed_waits_for_what_is_under_way() {
        let mut line = open(8);
        line.typed(b"reboot\n");
        assert_eq!(line.outgoing().unwrap(), b"\x02\0\0\0rebo");
        assert_eq!(line.outgoing(), None, "one at a time");
        assert_eq!(line.again().unwrap(), b"\x02\0\0\0rebo", "with its number");
        assert_eq!(hear(&mut line, &[0, 2, 4, 0]).0, Heard::Taken);
        assert_eq!(line.outgoing().unwrap(), b"\x03\0\0\0ot\n");
        assert_eq!(hear(&mut line, &[0, 2, 4, 0]).0, Heard::Nothing, "an old acknowledgement");
        assert_eq!(hear(&mut line, &[0, 3, 1, 0]).0, Heard::Later, "a part of it");
        assert_eq!(line.outgoing().unwrap(), b"\x04\0\0\0t\n", "the rest, with a new number");
        assert_eq!(hear(&mut line, &[0, 4, 0, 0x60]).0, Heard::Later, "not now");
        line.typed(b"x");
        assert_eq!(line.outgoing().unwrap(), b"\x05\0\0\0t\nx");
        assert_eq!(hear(&mut line, &[0, 5, 200, 0]).0, Heard::Taken, "a count that lies");
        assert_eq!((line.waiting(), line.outgoing()), (0, None));
    }

    #[test]
    fn what_comes_is_shown_once_and_acknowledged_each_time() {
        let mut line = open(200);
        assert_eq!(hear(&mut line, b"\x01\0\0\0login").1, b"login");
        assert_eq!(line.outgoing().unwrap(), [0, 1, 5, 0]);
        assert_eq!(hear(&mut line, b"\x01\0\0\0login: ").1, b": ", "again, with more");
        assert_eq!(line.outgoing().unwrap(), [0, 1, 7, 0]);
        assert_eq!(hear(&mut line, b"\x01\0\0\0login: ").1, b"");
        line.typed(b"a");
        assert_eq!(line.outgoing().unwrap(), [2, 1, 7, 0, b'a'], "both at once");
        assert_eq!(hear(&mut line, b"\x02\x02\x01\0a"), (Heard::Taken, b"a".to_vec()));
        assert_eq!(hear(&mut line, &[0, 0, 0, 0x10]).0, Heard::Deactivated);
        assert!(line.receive(&[1, 2, 3], &mut BytesMut::new()).is_err());
    }

    #[test]
    fn empty_packets_ask_whether_it_is_still_ours() {
        let mut line = open(8);
        assert!(line.ask());
        assert_eq!(line.outgoing().unwrap(), [2, 0, 0, 0]);
        assert!(!line.ask() && !line.skip(), "it is under way");
        assert_eq!(hear(&mut line, &[0, 2, 0, 0]).0, Heard::Taken);
        let mut deaf = SolLine::new(8);
        assert_eq!(deaf.outgoing().unwrap(), [1, 0, 0, 0]);
        assert!(deaf.skip() && !deaf.ask(), "it acknowledges none");
        deaf.typed(b"x");
        assert_eq!(deaf.outgoing().unwrap(), [2, 0, 0, 0, b'x']);
        assert!(!deaf.skip());
    }

    #[test]
    fn breaks_and_numbers_that_go_round() {
        let mut line = open(200);
        line.send_break();
        assert_eq!(line.outgoing().unwrap(), [2, 0, 0, 0x10]);
        assert_eq!(hear(&mut line, &[0, 2, 0, 0]).0, Heard::Taken);
        for number in (3..=15).chain([1]) {
            line.typed(b"x");
            assert_eq!(line.outgoing().unwrap()[0], number);
            assert_eq!(hear(&mut line, &[0, number, 1, 0]).0, Heard::Taken);
        }
    }
}
