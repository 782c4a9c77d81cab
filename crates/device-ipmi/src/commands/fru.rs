//! Inventories: who made the chassis, board and product (chapter 34, and the FRU information storage definition).

use super::fru_text::Encoding;
use crate::{Bmc, IpmiError, Request, protocol::Reader};

const STORAGE: u8 = 0x0a;
const GET_AREA_INFO: u8 = 0x10;
const READ: u8 = 0x11;
/// "No more fields".
const END: u8 = 0xc1;
/// What is read at once: every BMC's answers take that.
const PIECE: u16 = 16;
/// The most that three areas can be: each at most 255 × 8 bytes, from an offset of at most 255 × 8.
const MOST: usize = 2 * 255 * 8;
/// Seconds from 1970 to 1996, when the minutes of boards start.
const EPOCH: u64 = 820_454_400;

/// An inventory.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Fru {
    /// The chassis.
    pub chassis: Option<ChassisInfo>,
    /// The board.
    pub board: Option<Board>,
    /// The product as it was sold.
    pub product: Option<Product>,
    /// Areas whose checksum is wrong or that end too early, and that are not shown therefore.
    pub damaged: Vec<&'static str>,
}

/// A chassis.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ChassisInfo {
    /// Its kind (SMBIOS, table of enclosures).
    pub kind: u8,
    /// Part number.
    pub part: String,
    /// Serial number.
    pub serial: String,
    /// What the maker added.
    pub extra: Vec<String>,
}

/// A board.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Board {
    /// When it was made, in seconds since 1970, if that is told.
    pub made: Option<u64>,
    /// Who made it.
    pub manufacturer: String,
    /// What it is.
    pub name: String,
    /// Serial number.
    pub serial: String,
    /// Part number.
    pub part: String,
    /// Which file the inventory was made from.
    pub file: String,
    /// What the maker added.
    pub extra: Vec<String>,
}

/// A product.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Product {
    /// Who made it.
    pub manufacturer: String,
    /// What it is.
    pub name: String,
    /// Part or model number.
    pub part: String,
    /// Version.
    pub version: String,
    /// Serial number.
    pub serial: String,
    /// What its owner calls it.
    pub asset: String,
    /// Which file the inventory was made from.
    pub file: String,
    /// What the maker added.
    pub extra: Vec<String>,
}

fn sums_to_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) == 0
}

/// Where chassis, board and product start, in bytes; 0 is nowhere.
fn header(data: &[u8]) -> Result<[usize; 3], IpmiError> {
    let bytes: [u8; 8] = Reader::new(data).array()?;
    let [version, _internal, chassis, board, product, ..] = bytes;
    if version & 0xf != 1 || !sums_to_zero(&bytes) {
        return Err(IpmiError::Garbled("the inventory's header is damaged"));
    }
    Ok([chassis, board, product].map(|at| usize::from(at) * 8))
}

/// How many bytes of an inventory are needed, as far as what is there tells.
fn needed(data: &[u8]) -> Result<usize, IpmiError> {
    let ends = header(data)?.map(|at| match at {
        0 => 0,
        at => data.get(at + 1).map_or(at + 2, |length| at + usize::from(*length) * 8),
    });
    Ok(ends.into_iter().max().unwrap_or_default().max(8))
}

/// An area: its bytes after version and length.
fn area(data: &[u8], at: usize) -> Option<&[u8]> {
    let [_version, length] = data.get(at..)?.first_chunk()?;
    let area = data.get(at..at + usize::from(*length) * 8)?;
    sums_to_zero(area).then(|| area.get(2..)).flatten()
}

struct Fields<'a> {
    rest: &'a [u8],
    english: bool,
}

impl Fields<'_> {
    fn next(&mut self) -> Option<String> {
        let (kind, rest) = self.rest.split_first().filter(|(kind, _)| **kind != END)?;
        let (bytes, rest) = rest.split_at_checked(usize::from(kind & 0x3f))?;
        self.rest = rest;
        Some(Encoding::of_fru(*kind, self.english).read(bytes))
    }

    fn text(&mut self) -> String {
        self.next().unwrap_or_default()
    }

    fn rest(mut self) -> Vec<String> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

const fn english(language: u8) -> bool {
    matches!(language, 0 | 25)
}

fn chassis(area: &[u8]) -> Option<ChassisInfo> {
    let (kind, rest) = area.split_first()?;
    let mut fields = Fields { rest, english: true };
    let (part, serial) = (fields.text(), fields.text());
    Some(ChassisInfo { kind: *kind, part, serial, extra: fields.rest() })
}

fn board(area: &[u8]) -> Option<Board> {
    let ([language, a, b, c], rest) = area.split_first_chunk()?;
    let minutes = u64::from(u32::from_le_bytes([*a, *b, *c, 0]));
    let mut fields = Fields { rest, english: english(*language) };
    Some(Board {
        made: (minutes != 0).then_some(EPOCH + minutes * 60),
        manufacturer: fields.text(),
        name: fields.text(),
        serial: fields.text(),
        part: fields.text(),
        file: fields.text(),
        extra: fields.rest(),
    })
}

fn product(area: &[u8]) -> Option<Product> {
    let (language, rest) = area.split_first()?;
    let mut fields = Fields { rest, english: english(*language) };
    Some(Product {
        manufacturer: fields.text(),
        name: fields.text(),
        part: fields.text(),
        version: fields.text(),
        serial: fields.text(),
        asset: fields.text(),
        file: fields.text(),
        extra: fields.rest(),
    })
}

impl Fru {
    /// Reads an inventory.
    ///
    /// # Errors
    /// When its header is damaged. What is damaged of its areas is named in the result.
    pub fn decode(data: &[u8]) -> Result<Self, IpmiError> {
        let [at_chassis, at_board, at_product] = header(data)?;
        let mut fru = Self::default();
        if at_chassis != 0 {
            fru.chassis = area(data, at_chassis).and_then(chassis);
            fru.damaged.extend(fru.chassis.is_none().then_some("chassis"));
        }
        if at_board != 0 {
            fru.board = area(data, at_board).and_then(board);
            fru.damaged.extend(fru.board.is_none().then_some("board"));
        }
        if at_product != 0 {
            fru.product = area(data, at_product).and_then(product);
            fru.damaged.extend(fru.product.is_none().then_some("product"));
        }
        Ok(fru)
    }
}

impl Bmc {
    /// An inventory by its number; 0 is the machine's own.
    ///
    /// # Errors
    /// When there is none, and as for every command.
    pub async fn fru(&self, number: u8) -> Result<Fru, IpmiError> {
        let request = Request::again("get inventory info", STORAGE, GET_AREA_INFO, &[number]);
        let answer = self.send(&request).await?;
        let mut reader = Reader::new(&answer);
        let size = usize::from(reader.u16()?).min(MOST);
        let words = reader.u8()? & 1 != 0;
        let mut data = Vec::new();
        loop {
            let wanted = if data.len() < 8 { 8 } else { needed(&data)? }.min(size);
            if data.len() >= wanted {
                return Fru::decode(&data);
            }
            let piece = (wanted - data.len()).min(usize::from(PIECE));
            let piece = self.fru_piece(number, data.len(), piece, words).await?;
            data.extend_from_slice(&piece);
        }
    }

    async fn fru_piece(
        &self,
        number: u8,
        at: usize,
        count: usize,
        words: bool,
    ) -> Result<Vec<u8>, IpmiError> {
        const LIES: IpmiError = IpmiError::Garbled("a piece of the inventory has a wrong length");
        // Areas start and end at multiples of eight, so that nothing is lost in words.
        let unit = if words { 2 } else { 1 };
        let at = u16::try_from(at / unit).map_err(|_| LIES)?;
        let units = u8::try_from(count.div_ceil(unit)).map_err(|_| LIES)?;
        let [low, high] = at.to_le_bytes();
        let request = Request::again("read inventory", STORAGE, READ, &[number, low, high, units]);
        let answer = self.send(&request).await?;
        let (came, bytes) = answer.split_first().ok_or(LIES)?;
        if *came == 0 || usize::from(*came) * unit != bytes.len() || *came > units {
            return Err(LIES);
        }
        Ok(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::Fru;

    fn checked(mut bytes: Vec<u8>) -> Vec<u8> {
        bytes.resize((bytes.len() + 1).div_ceil(8) * 8 - 1, 0);
        bytes[1] = u8::try_from((bytes.len() + 1) / 8).unwrap();
        bytes.push(bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte)));
        bytes
    }

    fn field(text: &str) -> Vec<u8> {
        [&[0xc0 | u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
    }

    /// An inventory with all three areas.
    fn sample() -> Vec<u8> {
        let chassis = [&[1, 0, 23][..], &field("CP-1"), &field("CS-2"), &[0xc1]].concat();
        let minutes = [0x40, 0x2a, 0xd1];
        let board =
            [&[1, 0, 25], &minutes[..], &field("Acme"), &field("Board"), &[0x83, 0x29, 0xdc, 0xa6]]
                .concat();
        let board =
            [&board[..], &[0x42, 0x12, 0xb4], &field("file"), &field("more"), &[0xc1]].concat();
        let product = [&[1, 0, 0][..], &field("Acme"), &field("Server"), &[0xc1]].concat();
        let (chassis, board, product) = (checked(chassis), checked(board), checked(product));
        let at = |bytes: usize| u8::try_from(bytes / 8).unwrap();
        let (c, b) = (8 + chassis.len(), 8 + chassis.len() + board.len());
        let mut header = vec![1, 0, 1, at(c), at(b), 0, 0];
        header.push(header.iter().fold(0_u8, |sum, byte| sum.wrapping_sub(*byte)));
        [header, chassis, board, product].concat()
    }

    #[test]
    fn all_areas() {
        let fru = Fru::decode(&sample()).unwrap();
        assert_eq!(fru.damaged, [""; 0]);
        let (chassis, board, product) =
            (fru.chassis.unwrap(), fru.board.unwrap(), fru.product.unwrap());
        assert_eq!((&*chassis.part, &*chassis.serial, chassis.kind), ("CP-1", "CS-2", 23));
        assert_eq!((&*board.serial, &*board.part, &*board.extra[0]), ("IPMI", "12-4", "more"));
        assert_eq!(board.made, Some(820_454_400 + 0x00d1_2a40 * 60));
        assert_eq!((&*product.name, &*product.version), ("Server", ""));
    }

    #[test]
    fn a_damaged_area_hides_no_other() {
        let mut data = sample();
        data[12] ^= 1;
        let fru = Fru::decode(&data).unwrap();
        assert_eq!(fru.damaged, ["chassis"]);
        assert!(fru.board.is_some() && fru.product.is_some() && fru.chassis.is_none());
        data[2] ^= 1;
        assert!(Fru::decode(&data).is_err(), "the header is damaged");
    }
}
