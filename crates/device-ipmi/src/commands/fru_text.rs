//! Text in inventories and sensor records (FRU information storage definition, section 13; IPMI section 43.15).

/// How bytes are text: the two upper bits of a type/length byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// Bytes without a meaning; shown as hexadecimal digits.
    Binary,
    /// Two of `0123456789 -.` in a byte.
    BcdPlus,
    /// Four characters in three bytes.
    SixBit,
    /// ASCII and Latin 1.
    Latin1,
    /// UTF-16, low byte first.
    Utf16,
}

impl Encoding {
    /// In an inventory; `english` is what the area says of its language.
    pub(crate) const fn of_fru(byte: u8, english: bool) -> Self {
        match byte >> 6 {
            0 => Self::Binary,
            1 => Self::BcdPlus,
            2 => Self::SixBit,
            _ if english => Self::Latin1,
            _ => Self::Utf16,
        }
    }

    /// In a sensor record.
    pub(crate) const fn of_sdr(byte: u8) -> Self {
        match byte >> 6 {
            0 => Self::Utf16,
            1 => Self::BcdPlus,
            2 => Self::SixBit,
            _ => Self::Latin1,
        }
    }

    /// The text, without what would act on a screen.
    pub(crate) fn read(self, bytes: &[u8]) -> String {
        let text: String = match self {
            Self::Binary => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            Self::BcdPlus => {
                bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(digit).collect()
            }
            Self::SixBit => bytes.chunks(3).flat_map(four).collect(),
            Self::Latin1 => {
                bytes.iter().take_while(|byte| **byte != 0).copied().map(char::from).collect()
            }
            Self::Utf16 => {
                let units = bytes.as_chunks().0.iter().map(|pair| u16::from_le_bytes(*pair));
                char::decode_utf16(units)
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect()
            }
        };
        let shown: String = patchbay_session::text::on_one_line(&text).collect();
        shown.trim_end().to_owned()
    }
}

const fn digit(number: u8) -> char {
    match number {
        0..=9 => (b'0' + number) as char,
        10 => ' ',
        11 => '-',
        12 => '.',
        _ => '?',
    }
}

/// The characters of up to three bytes, lowest bits first.
fn four(bytes: &[u8]) -> Vec<char> {
    let bits = bytes.iter().rev().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    let count = bytes.len() * 8 / 6;
    (0..count).filter_map(|at| char::from_u32((bits >> (6 * at) & 0x3f) + 0x20)).collect()
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn every_encoding() {
        // The example of the specification: "IPMI" packed.
        assert_eq!(Encoding::SixBit.read(&[0x29, 0xdc, 0xa6]), "IPMI");
        assert_eq!(Encoding::SixBit.read(&[0x29, 0xdc]), "IP");
        assert_eq!(Encoding::BcdPlus.read(&[0x12, 0xb4, 0xc5]), "12-4.5");
        assert_eq!(Encoding::Binary.read(&[0, 0xff]), "00ff");
        assert_eq!(Encoding::Latin1.read(b"Gr\xfc\xdfe\x1b[2J  "), "Grüße[2J");
        assert_eq!(Encoding::Utf16.read(&[0x75, 0x93, 0x41, 0]), "鍵A");
    }
}
