//! AES in EAX mode (Bellare, Rogaway and Wagner, 2004), as RA2 frames it.

use crate::sealed::{Frames, Opened, forged};
use aes::{
    Aes128, Aes256,
    cipher::{Block, BlockCipherEncrypt, KeyInit},
};
use std::io;
use subtle::ConstantTimeEq;

const BLOCK: usize = 16;
/// What others take in one frame.
const MOST: usize = 8 * 1024;

type Bytes = [u8; BLOCK];

enum Aes {
    Small(Box<Aes128>),
    Large(Box<Aes256>),
}

impl Aes {
    fn block(&self, block: Bytes) -> Bytes {
        let mut block = Block::<Aes128>::from(block);
        match self {
            Self::Small(aes) => aes.encrypt_block(&mut block),
            Self::Large(aes) => aes.encrypt_block(&mut block),
        }
        block.into()
    }

    /// Several that do not depend on each other.
    fn blocks(&self, blocks: &mut [Block<Aes128>]) {
        match self {
            Self::Small(aes) => aes.encrypt_blocks(blocks),
            Self::Large(aes) => aes.encrypt_blocks(blocks),
        }
    }
}

/// One direction: the key, and the number of the next frame.
pub(super) struct Eax {
    aes: Aes,
    /// Added to the last block of what is authenticated: if it is whole, and if it had to be filled up.
    whole: Bytes,
    filled: Bytes,
    number: u128,
}

impl Eax {
    /// With a key of 16 or 32 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        let aes = match key.len() {
            16 => Aes::Small(Box::new(Aes128::new_from_slice(key).ok()?)),
            _ => Aes::Large(Box::new(Aes256::new_from_slice(key).ok()?)),
        };
        let whole = double(aes.block([0; BLOCK]));
        Some(Self { aes, whole, filled: double(whole), number: 0 })
    }

    /// CMAC (RFC 4493) of a number and data.
    fn mac(&self, number: u8, data: &[u8]) -> Bytes {
        let mut first = [0; BLOCK];
        first[BLOCK - 1] = number;
        if data.is_empty() {
            return self.aes.block(xor(first, self.whole));
        }
        let mut state = self.aes.block(first);
        let mut pieces = data.chunks(BLOCK).peekable();
        while let Some(piece) = pieces.next() {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(piece).for_each(|(to, from)| *to = *from);
            if pieces.peek().is_none() {
                let last = if piece.len() == BLOCK { self.whole } else { self.filled };
                if let Some(end) = block.get_mut(piece.len()) {
                    *end = 0x80;
                }
                block = xor(block, last);
            }
            state = self.aes.block(xor(state, block));
        }
        state
    }

    /// Encrypts or decrypts.
    fn stream(&self, start: Bytes, data: &mut [u8]) {
        let mut counter = u128::from_be_bytes(start);
        for piece in data.chunks_mut(BLOCK * 8) {
            let mut blocks = [Block::<Aes128>::default(); 8];
            for block in &mut blocks {
                *block = counter.to_be_bytes().into();
                counter = counter.wrapping_add(1);
            }
            self.aes.blocks(&mut blocks);
            let stream = blocks.iter().flatten();
            piece.iter_mut().zip(stream).for_each(|(to, from)| *to ^= from);
        }
    }

    fn tag(&self, nonce: Bytes, about: &[u8], sealed: &[u8]) -> Bytes {
        xor(xor(nonce, self.mac(1, about)), self.mac(2, sealed))
    }

    /// The next number, as it is authenticated.
    fn next(&mut self) -> Bytes {
        let nonce = self.mac(0, &self.number.to_le_bytes());
        self.number = self.number.wrapping_add(1);
        nonce
    }

    /// Adds a frame: length, data, tag.
    pub(super) fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let about = u16::try_from(plain.len()).map_err(|_| forged())?.to_be_bytes();
        let nonce = self.next();
        out.extend(about);
        let start = out.len();
        out.extend(plain);
        let data = out.get_mut(start..).unwrap_or_default();
        self.stream(nonce, data);
        let tag = self.tag(nonce, &about, data);
        out.extend(tag);
        Ok(())
    }

    /// Opens what followed a length, and adds it.
    pub(super) fn open(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let (data, tag) = sealed.split_last_chunk::<BLOCK>().ok_or_else(forged)?;
        let about = u16::try_from(data.len()).map_err(|_| forged())?.to_be_bytes();
        let nonce = self.next();
        if !bool::from(self.tag(nonce, &about, data).ct_eq(tag)) {
            return Err(forged());
        }
        let start = out.len();
        out.extend(data);
        self.stream(nonce, out.get_mut(start..).unwrap_or_default());
        Ok(())
    }
}

/// Both directions.
pub(super) struct Pair {
    pub(super) ours: Eax,
    pub(super) theirs: Eax,
}

impl Frames for Pair {
    const MOST: usize = MOST;

    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.ours.seal(plain, out)
    }

    fn open(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> io::Result<Opened> {
        let Some((length, rest)) = sealed.split_first_chunk::<2>() else {
            return Ok(Opened::Short);
        };
        let length = usize::from(u16::from_be_bytes(*length)) + BLOCK;
        let Some(frame) = rest.get(..length) else { return Ok(Opened::Short) };
        self.theirs.open(frame, out)?;
        Ok(Opened::Frame(2 + length))
    }
}

fn xor(a: Bytes, b: Bytes) -> Bytes {
    (u128::from_ne_bytes(a) ^ u128::from_ne_bytes(b)).to_ne_bytes()
}

/// Times x, in the field of CMAC.
fn double(block: Bytes) -> Bytes {
    let number = u128::from_be_bytes(block);
    ((number << 1) ^ ((number >> 127) * 0x87)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// The authors' own vectors.
    #[test]
    fn known_answers() {
        let hex = |text: &str| data_encoding::HEXUPPER.decode(text.as_bytes()).unwrap();
        for [key, nonce, about, plain, sealed] in [
            [
                "233952DEE4D5ED5F9B9C6D6FF80FF478",
                "62EC67F9C3A4A407FCB2A8C49031A8B3",
                "6BFB914FD07EAE6B",
                "",
                "E037830E8389F27B025A2D6527E79D01",
            ],
            [
                "91945D3F4DCBEE0BF45EF52255F095A4",
                "BECAF043B0A23D843194BA972C66DEBD",
                "FA3BFD4806EB53FA",
                "F7FB",
                "19DD5C4C9331049D0BDAB0277408F67967E5",
            ],
        ] {
            let eax = Eax::new(&hex(key)).unwrap();
            let nonce = eax.mac(0, &hex(nonce));
            let mut data = hex(plain);
            eax.stream(nonce, &mut data);
            let tag = eax.tag(nonce, &hex(about), &data);
            data.extend(tag);
            assert_eq!(data, hex(sealed));
        }
    }

    #[test]
    fn frames_are_opened_once_and_in_order() {
        for key in [&[5; 16][..], &[6; 32]] {
            let (mut here, mut there) = (Eax::new(key).unwrap(), Eax::new(key).unwrap());
            let long: Vec<u8> = (0..5000_u32).map(|n| n.to_le_bytes()[0]).collect();
            let (mut first, mut second, mut out) = (Vec::new(), Vec::new(), Vec::new());
            here.seal(&long, &mut first).unwrap();
            here.seal(b"next", &mut second).unwrap();
            assert!(Eax::new(key).unwrap().open(&second[2..], &mut Vec::new()).is_err());
            there.open(&first[2..], &mut out).unwrap();
            there.open(&second[2..], &mut out).unwrap();
            assert!(out.starts_with(&long) && out.ends_with(b"next"));
        }
    }
}
