//! As much of CBOR (RFC 8949) as authenticators send (CTAP2 canonical form: lengths are known beforehand).
//!
//! Deliberately absent: indefinite lengths, tags, and numbers with fractions, which that form does not have where we look.

/// The deepest nesting that is skipped.
const DEEPEST: u32 = 8;

/// Reads from the front of some bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

/// The beginning of a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Head {
    Unsigned(u64),
    /// -1 - n.
    Negative(u64),
    Bytes(u64),
    Text(u64),
    Array(u64),
    Map(u64),
    Simple,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(length).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn head(&mut self) -> Option<Head> {
        let first = *self.take(1)?.first()?;
        let argument = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            size @ 24..=27 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
            _ => return None,
        };
        Some(match first >> 5 {
            0 => Head::Unsigned(argument),
            1 => Head::Negative(argument),
            2 => Head::Bytes(argument),
            3 => Head::Text(argument),
            4 => Head::Array(argument),
            5 => Head::Map(argument),
            7 => Head::Simple,
            _ => return None,
        })
    }

    /// How many pairs a map has.
    pub(super) fn map(&mut self) -> Option<u64> {
        match self.head()? {
            Head::Map(pairs) => Some(pairs),
            _ => None,
        }
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        match self.head()? {
            Head::Bytes(length) => self.take(length),
            _ => None,
        }
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        match self.head()? {
            Head::Text(length) => std::str::from_utf8(self.take(length)?).ok(),
            _ => None,
        }
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        match self.head()? {
            Head::Unsigned(number) => i64::try_from(number).ok(),
            Head::Negative(number) => i64::try_from(number).ok().map(|number| -1 - number),
            _ => None,
        }
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self) -> Option<()> {
        self.skip_within(DEEPEST)
    }

    fn skip_within(&mut self, depth: u32) -> Option<()> {
        let inside = match self.head()? {
            Head::Unsigned(_) | Head::Negative(_) | Head::Simple => return Some(()),
            Head::Bytes(length) | Head::Text(length) => return self.take(length).map(drop),
            Head::Array(length) => length,
            Head::Map(pairs) => pairs.checked_mul(2)?,
        };
        let depth = depth.checked_sub(1)?;
        // Each takes a byte at least: as many as there are bytes left is the end of it.
        (0..inside).try_for_each(|_| self.skip_within(depth))
    }
}
