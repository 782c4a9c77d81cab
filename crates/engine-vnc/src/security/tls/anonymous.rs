//! TLS without a certificate: TLS 1.2 (RFC 5246) with `TLS_DH_anon_WITH_AES_128_GCM_SHA256` (RFC 5288), the one suite of
//! that kind that GnuTLS, which VNC servers use for this, has by itself. It keeps out who only listens; who sits in between
//! is not noticed, whatever implements it. That is why TLS libraries have none of it. Deliberately absent: every other
//! version, suite and extension, resumption and renegotiation.

use super::super::dh;
use crate::{
    VncError,
    input::Input,
    sealed::{Frames, Opened, Sealed, forged},
    wire::Wire,
};
use aes_gcm::{
    Aes128Gcm,
    aead::{AeadInOut, KeyInit},
};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::io;
use zeroize::Zeroizing;

const SUITE: [u8; 2] = [0x00, 0xa6];
const VERSION: [u8; 2] = [3, 3];
/// The most that a record carries (RFC 5246 section 6.2.1).
const MOST_PLAIN: usize = 16 * 1024;
/// The nonce in a record, and its tag.
const NONCE: usize = 8;
const TAG: usize = 16;

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;

/// Encrypts what follows. Gives the version and suite, for people.
pub(in super::super) async fn anonymous(wire: &mut Wire) -> Result<String, VncError> {
    let mut handshake = Handshake::default();
    let mut random = [0; 32];
    dh::random(&mut random)?;
    handshake.say(wire, &client_hello(&random)).await?;
    let server_random = server_hello(&handshake.hear(wire, 2).await?)?;
    let agreed = key_exchange(&handshake.hear(wire, 12).await?)?;
    handshake.hear(wire, 14).await?;
    let mut message = u16::try_from(agreed.public.len()).unwrap_or_default().to_be_bytes().to_vec();
    message.extend(&agreed.public);
    handshake.say(wire, &framed(16, &message)).await?;

    let secrets = [random, server_random];
    // Without the zeros it begins with (RFC 5246 section 8.1.2).
    let zeros = agreed.shared.iter().take_while(|byte| **byte == 0).count();
    let shared = agreed.shared.get(zeros..).unwrap_or_default();
    let master = stretch::<48>(shared, b"master secret", secrets.as_flattened());
    let [ours, theirs] = secrets;
    let keys = stretch::<40>(&*master, b"key expansion", [theirs, ours].as_flattened());
    let mut records = Records::new(&keys).ok_or_else(broken)?;

    wire.write(&[CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1]).await?;
    let finished = stretch::<12>(&*master, b"client finished", &handshake.hash());
    let finished = framed(20, &*finished);
    handshake.said.update(&finished);
    let mut out = Vec::new();
    records.seal_as(HANDSHAKE, &finished, &mut out).map_err(|_| broken())?;
    wire.write(&out).await?;

    // A ticket that nobody asked for may come before.
    while record(wire).await?.0 != CHANGE_CIPHER_SPEC {}
    let (kind, sealed) = record(wire).await?;
    let plain = records.open_as(kind, &sealed).map_err(|_| broken())?;
    let expected = stretch::<12>(&*master, b"server finished", &handshake.hash());
    if kind != HANDSHAKE || plain != framed(20, &*expected) {
        return Err(broken());
    }
    let stream = wire.take();
    wire.put(Sealed::new(stream, records));
    Ok("TLS 1.2 without a certificate".to_owned())
}

fn broken() -> VncError {
    VncError::Tls { reason: "the handshake was damaged or forged on the way".into() }
}

fn odd(what: &str) -> VncError {
    VncError::Tls { reason: format!("its {what} is not as it should be") }
}

/// All that was said so far, and what of it was not yet taken.
#[derive(Default)]
struct Handshake {
    said: Sha256,
    heard: Vec<u8>,
}

impl Handshake {
    async fn say(&mut self, wire: &mut Wire, message: &[u8]) -> Result<(), VncError> {
        self.said.update(message);
        let length = u16::try_from(message.len()).unwrap_or_default().to_be_bytes();
        wire.write(&[&[HANDSHAKE, 3, 3], &length[..], message].concat()).await
    }

    /// The next message, which must be of this kind, without its head.
    async fn hear(&mut self, wire: &mut Wire, kind: u8) -> Result<Vec<u8>, VncError> {
        loop {
            if let [said, a, b, c, rest @ ..] = self.heard.as_slice() {
                let length =
                    usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap_or(usize::MAX);
                if *said != kind || length > MOST_PLAIN {
                    return Err(odd("handshake"));
                }
                if let Some(message) = rest.get(..length) {
                    let message = message.to_vec();
                    let all: Vec<u8> = self.heard.drain(..4 + length).collect();
                    self.said.update(&all);
                    return Ok(message);
                }
            }
            match record(wire).await? {
                (HANDSHAKE, data) => self.heard.extend(data),
                (ALERT, data) => return Err(alert(&data)),
                _ => return Err(odd("handshake")),
            }
        }
    }

    fn hash(&self) -> [u8; 32] {
        self.said.clone().finalize().into()
    }
}

/// A record as it is: its kind and what it carries.
async fn record(wire: &mut Wire) -> Result<(u8, Vec<u8>), VncError> {
    let [kind, _, _, high, low] = wire.bytes().await?;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > MOST_PLAIN + NONCE + TAG {
        return Err(odd("record"));
    }
    Ok((kind, wire.vec(length).await?))
}

fn alert(data: &[u8]) -> VncError {
    let reason = match data {
        [_, 40 | 71, ..] => "it does not do TLS without a certificate as Patchbay does".to_owned(),
        [_, code, ..] => format!("the server ends it with alert {code}"),
        _ => "the server ends it".to_owned(),
    };
    VncError::Tls { reason }
}

fn framed(kind: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or_default().to_be_bytes();
    let mut framed = length.to_vec();
    if let Some(first) = framed.first_mut() {
        *first = kind;
    }
    framed.extend(message);
    framed
}

fn client_hello(random: &[u8; 32]) -> Vec<u8> {
    let mut hello = VERSION.to_vec();
    hello.extend(random);
    // No session; the suite, and that renegotiation would be safe (RFC 5746); no compression.
    hello.extend([0, 0, 4, SUITE[0], SUITE[1], 0, 0xff, 1, 0]);
    // Which groups may be used (RFC 7919): ffdhe2048, ffdhe3072, ffdhe4096.
    let groups = [0, 10, 0, 8, 0, 6, 1, 0, 1, 1, 1, 2];
    hello.extend([0, u8::try_from(groups.len()).unwrap_or_default()]);
    hello.extend(groups);
    framed(1, &hello)
}

fn server_hello(message: &[u8]) -> Result<[u8; 32], VncError> {
    let mut hello = Input::new(message);
    let mut read = || {
        let (version, random) = (hello.array::<2>()?, hello.array::<32>()?);
        let session = hello.u8()?;
        hello.take(session.into())?;
        Some((version, random, hello.array::<2>()?, hello.u8()?))
    };
    match read() {
        Some((VERSION, random, SUITE, 0)) => Ok(random),
        _ => Err(odd("choice of a cipher")),
    }
}

fn key_exchange(message: &[u8]) -> Result<dh::Agreed, VncError> {
    let mut message = Input::new(message);
    let mut next = || {
        let length = message.u16()?;
        message.take(length.into())
    };
    let (Some(modulus), Some(generator), Some(theirs)) = (next(), next(), next()) else {
        return Err(odd("key exchange"));
    };
    // 1024 to 8192 bits.
    if !(128..=1024).contains(&modulus.len()) {
        return Err(odd("key exchange"));
    }
    dh::agree(generator, modulus, theirs)
}

/// The PRF of TLS 1.2 with SHA-256 (RFC 5246 section 5).
fn stretch<const N: usize>(secret: &[u8], label: &[u8], seed: &[u8]) -> Zeroizing<[u8; N]> {
    let hmac = |parts: &[&[u8]]| -> Option<[u8; 32]> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret).ok()?;
        parts.iter().for_each(|part| mac.update(part));
        Some(mac.finalize().into_bytes().into())
    };
    // HMAC takes a key of any length.
    let hmac = |parts: &[&[u8]]| hmac(parts).unwrap_or_default();
    let mut out = Zeroizing::new([0; N]);
    let mut a = hmac(&[label, seed]);
    for piece in out.chunks_mut(32) {
        let block = hmac(&[&a, label, seed]);
        piece.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        a = hmac(&[&a]);
    }
    out
}

/// One direction.
struct Half {
    cipher: Aes128Gcm,
    salt: [u8; 4],
    sequence: u64,
}

impl Half {
    fn nonce(&self, explicit: [u8; 8]) -> [u8; 12] {
        let mut nonce = [0; 12];
        let parts = self.salt.into_iter().chain(explicit);
        nonce.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        nonce
    }

    /// What is vouched for besides the data; counts the record.
    fn about(&mut self, kind: u8, length: usize) -> io::Result<[u8; 13]> {
        let [a, b] = u16::try_from(length).map_err(|_| forged())?.to_be_bytes();
        let mut about = [0; 13];
        let parts = self.sequence.to_be_bytes().into_iter().chain([kind, 3, 3, a, b]);
        about.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        self.sequence = self.sequence.checked_add(1).ok_or_else(forged)?;
        Ok(about)
    }
}

/// Records under the keys of a session (RFC 5288).
struct Records {
    ours: Half,
    theirs: Half,
}

impl Records {
    fn new(keys: &[u8; 40]) -> Option<Self> {
        let mut keys = Input::new(keys);
        let (client, server) = (keys.array::<16>()?, keys.array::<16>()?);
        let half =
            |key: [u8; 16], salt| Half { cipher: Aes128Gcm::new(&key.into()), salt, sequence: 0 };
        Some(Self { ours: half(client, keys.array()?), theirs: half(server, keys.array()?) })
    }

    fn seal_as(&mut self, kind: u8, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let explicit = self.ours.sequence.to_be_bytes();
        let about = self.ours.about(kind, plain.len())?;
        let mut sealed = plain.to_vec();
        let nonce = self.ours.nonce(explicit).into();
        self.ours.cipher.encrypt_in_place(&nonce, &about, &mut sealed).map_err(|_| forged())?;
        let length = u16::try_from(NONCE + sealed.len()).map_err(|_| forged())?;
        out.extend([kind, 3, 3]);
        out.extend(length.to_be_bytes());
        out.extend(explicit);
        out.extend(sealed);
        Ok(())
    }

    fn open_as(&mut self, kind: u8, sealed: &[u8]) -> io::Result<Vec<u8>> {
        let mut sealed = Input::new(sealed);
        let explicit = sealed.array().ok_or_else(forged)?;
        let length = sealed.len().checked_sub(TAG).ok_or_else(forged)?;
        let about = self.theirs.about(kind, length)?;
        let mut plain = sealed.rest().to_vec();
        let nonce = self.theirs.nonce(explicit).into();
        self.theirs.cipher.decrypt_in_place(&nonce, &about, &mut plain).map_err(|_| forged())?;
        Ok(plain)
    }
}

impl Frames for Records {
    const MOST: usize = MOST_PLAIN;

    fn seal(&mut self, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.seal_as(DATA, plain, out)
    }

    fn open(&mut self, sealed: &[u8], out: &mut Vec<u8>) -> io::Result<Opened> {
        let mut input = Input::new(sealed);
        let (Some([kind, _, _]), Some(length)) = (input.array(), input.u16()) else {
            return Ok(Opened::Short);
        };
        let length = usize::from(length);
        if length > MOST_PLAIN + NONCE + TAG {
            return Err(forged());
        }
        let Some(record) = input.take(length) else { return Ok(Opened::Short) };
        let plain = self.open_as(kind, record)?;
        match kind {
            DATA => out.extend(plain),
            // It says goodbye.
            ALERT if plain.get(1) == Some(&0) => return Ok(Opened::End),
            ALERT => return Err(io::Error::new(io::ErrorKind::InvalidData, "the server ends TLS")),
            // Renegotiation, which is not done.
            HANDSHAKE => {}
            _ => return Err(forged()),
        }
        Ok(Opened::Frame(5 + length))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// The vector of the TLS working group for P_SHA256.
    #[test]
    fn the_prf_is_the_one_of_tls_1_2() {
        let secret = [
            0x9b, 0xbe, 0x43, 0x6b, 0xa9, 0x40, 0xf0, 0x17, 0xb1, 0x76, 0x52, 0x84, 0x9a, 0x71,
            0xdb, 0x35,
        ];
        let seed = [
            0xa0, 0xba, 0x9f, 0x93, 0x6c, 0xda, 0x31, 0x18, 0x27, 0xa6, 0xf7, 0x96, 0xff, 0xd5,
            0x19, 0x8c,
        ];
        let out = stretch::<16>(&secret, b"test label", &seed);
        let expected = [
            0xe3, 0xf2, 0x29, 0xba, 0x72, 0x7b, 0xe1, 0x7b, 0x8d, 0x12, 0x26, 0x20, 0x55, 0x7c,
            0xd4, 0x53,
        ];
        assert_eq!(*out, expected);
    }

    #[test]
    fn a_forged_record_is_not_opened() {
        let mut here = Records::new(&[7; 40]).unwrap();
        let mut there = Records::new(&[7; 40]).unwrap();
        let (mut sealed, mut plain) = (Vec::new(), Vec::new());
        here.seal(b"hello", &mut sealed).unwrap();
        assert!(matches!(there.open(&sealed[..9], &mut plain), Ok(Opened::Short)));
        assert!(matches!(there.open(&sealed, &mut plain), Ok(Opened::Frame(34))));
        assert_eq!(plain, b"hello");
        // The same again is not the next.
        assert!(there.open(&sealed, &mut plain).is_err());
    }
}
