//! Bytes as text: UTF-8, UTF-16 with its mark, and Windows' Western code page for what is neither.

use crate::{ExchangeError, File};
use std::borrow::Cow;

const LARGEST_FILE: usize = 32 << 20;
const LARGEST_ALL: usize = 64 << 20;
const MOST_FILES: usize = 20_000;

pub(crate) fn within_limits(files: &[File]) -> Result<(), ExchangeError> {
    if files.len() > MOST_FILES {
        return Err(ExchangeError::TooMuch("more than 20,000 files"));
    }
    if files.iter().any(|file| file.bytes.len() > LARGEST_FILE) {
        return Err(ExchangeError::TooMuch("a file of more than 32 MiB"));
    }
    if files.iter().map(|file| file.bytes.len()).sum::<usize>() > LARGEST_ALL {
        return Err(ExchangeError::TooMuch("more than 64 MiB"));
    }
    Ok(())
}

/// What 0x80 to 0x9f stand for in Windows-1252; the rest is Latin-1.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The text, whatever its encoding.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return Cow::Owned(utf16(rest, u16::from_le_bytes));
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return Cow::Owned(utf16(rest, u16::from_be_bytes));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows(*byte)).collect()),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (units, _) = bytes.as_chunks::<2>();
    char::decode_utf16(units.iter().map(|two| unit(*two)))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn windows(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS.chars().nth(usize::from(byte - 0x80)).unwrap_or(char::from(byte)),
        _ => char::from(byte),
    }
}

/// Lines with their numbers, from 1.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1_u32..).zip(text.lines())
}

/// `%XX` undone, bytes taken as UTF-8 or else as Windows' code page.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let hex = more.split_first_chunk::<2>().filter(|_| *first == b'%');
        let value =
            hex.and_then(|(hex, _)| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (value, hex) {
            (Some(value), Some((_, after))) => {
                bytes.push(value);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    decode(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(decode("Größe".as_bytes()), "Größe");
        assert_eq!(decode(b"\xef\xbb\xbfa"), "a");
        assert_eq!(decode(b"Gr\xf6\xdfe \x80"), "Größe €");
        assert_eq!(decode(b"\xff\xfea\0\xd6\0"), "aÖ");
        assert_eq!(decode(b"\xfe\xff\0a"), "a");
        assert_eq!(WINDOWS.chars().count(), 32);
    }

    #[test]
    fn percent() {
        assert_eq!(percent_decoded("web%2001%"), "web 01%");
        assert_eq!(percent_decoded("%zz%C3%B6"), "%zzö");
        assert_eq!(percent_decoded("%F6"), "ö");
    }
}
