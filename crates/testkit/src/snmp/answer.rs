//! Answers of an agent of version 2c that only reads: `GetRequest`, `GetNextRequest` and `GetBulkRequest` (RFC 3416 §4.2), in
//! the encoding of RFC 3417 §8.

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NAME: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const COUNTER32: u8 = 0x41;
const GAUGE: u8 = 0x42;
const TICKS: u8 = 0x43;
const COUNTER64: u8 = 0x46;
const NO_SUCH_INSTANCE: u8 = 0x81;
const END_OF_VIEW: u8 = 0x82;
const GET: u8 = 0xa0;
const NEXT: u8 = 0xa1;
const RESPONSE: u8 = 0xa2;
const BULK: u8 = 0xa5;
/// What fits a datagram.
const MOST: usize = 60_000;

/// An object.
#[derive(Debug)]
pub(super) struct Cell<K> {
    /// Its name as it is sent, which sorts as names do while no number in it is above 127.
    pub(super) name: Vec<u8>,
    pub(super) kind: K,
}

/// What an object says.
pub(super) enum Value {
    Integer(u8),
    Gauge(u32),
    Ticks(u32),
    Counter32(u32),
    Counter64(u64),
    Text(String),
}

/// The answer to a request; none to what is no request, or has another community.
pub(super) fn answer<K>(
    request: &[u8],
    community: &str,
    cells: &[Cell<K>],
    value: impl Fn(&K) -> Value,
) -> Option<Vec<u8>> {
    let mut message = Reader(Reader(request).of(SEQUENCE)?);
    let version = message.of(INTEGER)?;
    let who = message.of(OCTETS)?;
    let (kind, pdu) = message.next()?;
    let mut pdu = Reader(pdu);
    let id = pdu.of(INTEGER)?;
    let (first, second) = (number(pdu.of(INTEGER)?)?, number(pdu.of(INTEGER)?)?);
    if version != [1] || who != community.as_bytes() {
        return None;
    }
    let mut names = Vec::new();
    let mut list = Reader(pdu.of(SEQUENCE)?);
    while let Some((SEQUENCE, variable)) = list.next() {
        names.push(Reader(variable).of(NAME)?);
    }
    let mut said = Vec::with_capacity(MOST / 8);
    match kind {
        GET => {
            for name in names {
                let at = cells.binary_search_by(|cell| cell.name.as_slice().cmp(name)).ok();
                let found = at.and_then(|at| cells.get(at)).map(|cell| value(&cell.kind));
                variable(&mut said, name, found.ok_or(NO_SUCH_INSTANCE));
            }
        }
        NEXT => rows(&mut said, &names, 1, cells, &value),
        BULK => {
            let (single, repeated) = names.split_at(first.min(names.len()));
            rows(&mut said, single, 1, cells, &value);
            rows(&mut said, repeated, second, cells, &value);
        }
        _ => return None,
    }
    let mut out = Vec::with_capacity(said.len() + 64);
    put(&mut out, INTEGER, id);
    put(&mut out, INTEGER, &[0]);
    put(&mut out, INTEGER, &[0]);
    put(&mut out, SEQUENCE, &said);
    let mut message = Vec::with_capacity(out.len() + 64);
    put(&mut message, INTEGER, version);
    put(&mut message, OCTETS, who);
    put(&mut message, RESPONSE, &out);
    out.clear();
    put(&mut out, SEQUENCE, &message);
    Some(out)
}

/// So many rows of what follows these names.
fn rows<K>(
    said: &mut Vec<u8>,
    names: &[&[u8]],
    count: usize,
    cells: &[Cell<K>],
    value: &impl Fn(&K) -> Value,
) {
    let after = |name: &&[u8]| cells.partition_point(|cell| cell.name.as_slice() <= *name);
    let starts: Vec<usize> = names.iter().map(after).collect();
    for row in 0..count {
        for (start, asked) in starts.iter().zip(names) {
            if said.len() > MOST {
                return;
            }
            match cells.get(start + row) {
                Some(cell) => variable(said, &cell.name, Ok(value(&cell.kind))),
                None => {
                    let last = cells.last().map_or(*asked, |cell| cell.name.as_slice());
                    variable(said, last.max(asked), Err(END_OF_VIEW));
                }
            }
        }
    }
}

/// A name and what it says, or the tag that says why it says nothing.
fn variable(said: &mut Vec<u8>, name: &[u8], value: Result<Value, u8>) {
    let mut pair = Vec::with_capacity(48);
    put(&mut pair, NAME, name);
    match value {
        Ok(Value::Integer(value)) => put(&mut pair, INTEGER, &bytes(value.into())),
        Ok(Value::Gauge(value)) => put(&mut pair, GAUGE, &bytes(value.into())),
        Ok(Value::Ticks(value)) => put(&mut pair, TICKS, &bytes(value.into())),
        Ok(Value::Counter32(value)) => put(&mut pair, COUNTER32, &bytes(value.into())),
        Ok(Value::Counter64(value)) => put(&mut pair, COUNTER64, &bytes(value)),
        Ok(Value::Text(text)) => put(&mut pair, OCTETS, text.as_bytes()),
        Err(tag) => put(&mut pair, tag, &[]),
    }
    put(said, SEQUENCE, &pair);
}

/// A number in as few bytes as there can be, the first bit a sign.
fn bytes(value: u64) -> Vec<u8> {
    let whole = value.to_be_bytes();
    let from = whole.iter().position(|byte| *byte != 0).unwrap_or(whole.len() - 1);
    let rest = whole.get(from..).unwrap_or_default();
    if rest.first().is_some_and(|byte| byte & 0x80 != 0) {
        [&[0], rest].concat()
    } else {
        rest.to_vec()
    }
}

/// A number that is not negative.
fn number(bytes: &[u8]) -> Option<usize> {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    (!negative && bytes.len() <= 4).then(|| unsigned(bytes))
}

fn unsigned(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// Tag, length and content.
fn put(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let [.., high, low] = content.len().to_be_bytes();
    match (high, low) {
        (0, ..0x80) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(content);
}

/// What is encoded, piece by piece.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next piece's tag and content.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match length {
            ..=0x7f => (usize::from(*length), rest),
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
                (unsigned(length), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    /// The content of the next piece, if it has this tag.
    fn of(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }
}
