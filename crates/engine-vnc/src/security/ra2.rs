//! RA2 and its kin (types 5, 6, 129 and 130 of the registry): both sides show an RSA key and send each other random bytes
//! under it, of which keys for AES are made. "ne" encrypts the sign-in alone.

use super::{
    dh,
    eax::{Eax, Pair},
};
use crate::{VncError, ask::Person, input::Input, sealed::Sealed, wire::Wire};
use rsa::{
    BoxedUint, Pkcs1v15Encrypt, RsaPrivateKey, RsaPublicKey, pkcs8::EncodePublicKey,
    rand_core::UnwrapErr, traits::PublicKeyParts,
};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The lengths that a server's key may have, in bits.
const LENGTHS: std::ops::RangeInclusive<u32> = 1024..=8192;
/// The length of ours.
const OURS: u32 = 2048;

/// Which of the four it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    /// AES with 256 bits and SHA-256, in place of 128 bits and SHA-1.
    pub(super) large: bool,
    /// What follows is encrypted as well.
    pub(super) all: bool,
}

pub(super) async fn sign_in(
    kind: Kind,
    wire: &mut Wire,
    person: &Person,
) -> Result<super::Login, VncError> {
    let (their_key, theirs) = server_key(wire).await?;
    let der = theirs.to_public_key_der().map_err(|_| unusable())?;
    let (address, port) = (&person.options.address, person.options.port);
    person.judge(vec![der.as_bytes().to_vec()], address, port).await?;

    let ours = tokio::task::spawn_blocking(|| {
        RsaPrivateKey::new(&mut UnwrapErr(getrandom::SysRng), usize::try_from(OURS).unwrap_or(2048))
    });
    let ours = ours.await.ok().and_then(Result::ok);
    let ours = ours.ok_or_else(|| VncError::Internal("no RSA key could be made".into()))?;
    let our_key = written(ours.as_ref(), OURS);
    wire.write(&our_key).await?;

    let length = if kind.large { 32 } else { 16 };
    let mut random = Zeroizing::new(vec![0; length]);
    dh::random(&mut random)?;
    let sealed = theirs.encrypt(&mut UnwrapErr(getrandom::SysRng), Pkcs1v15Encrypt, &random);
    let sealed = sealed.map_err(|_| unusable())?;
    let size = u16::try_from(sealed.len()).map_err(|_| unusable())?;
    wire.write(&[&size.to_be_bytes()[..], &sealed].concat()).await?;

    let size = wire.u16().await?;
    if u32::from(size) * 8 != OURS {
        return Err(VncError::protocol("its random bytes have an odd length"));
    }
    let sealed = wire.vec(size.into()).await?;
    let their_random = ours.decrypt(Pkcs1v15Encrypt, &sealed).map(Zeroizing::new);
    let their_random =
        their_random.ok().filter(|bytes| bytes.len() == length).ok_or_else(forged)?;

    let hash = |parts: [&[u8]; 2]| digest(kind.large, parts);
    let key = |parts| Zeroizing::new(hash(parts).into_iter().take(length).collect::<Vec<_>>());
    let (to_them, to_us) = (key([&their_random, &random]), key([&random, &their_random]));
    let pair = Eax::new(&to_them).zip(Eax::new(&to_us));
    let (ours, theirs) = pair.ok_or_else(forged)?;
    let mut pair = Pair { ours, theirs };

    say(wire, &mut pair, &hash([&our_key, &their_key])).await?;
    if hear(wire, &mut pair).await? != hash([&their_key, &our_key]) {
        return Err(forged());
    }
    let with_user = match hear(wire, &mut pair).await?.as_slice() {
        [1] => true,
        [2] => false,
        _ => return Err(VncError::protocol("it wants to be signed in to in an unknown way")),
    };
    let bits = if kind.large { "AES-256" } else { "AES-128" };
    let what = if kind.all { "" } else { ", the desktop is not encrypted" };
    super::signing_in(person, &format!("RA2, {bits}{what}"));
    let (user, password) = if with_user {
        person.user_and_password().await?
    } else {
        (String::new(), person.password().await?)
    };
    let mut message = Zeroizing::new(Vec::with_capacity(512));
    for part in [user.as_str(), password.expose_secret()] {
        let part = part.as_bytes().get(..part.len().min(255)).unwrap_or_default();
        message.push(u8::try_from(part.len()).unwrap_or_default());
        message.extend(part);
    }
    say(wire, &mut pair, &message).await?;
    if kind.all {
        let stream = wire.take();
        wire.put(Sealed::new(stream, pair));
    }
    Ok(if with_user { super::Login::Plain } else { super::Login::Vnc })
}

/// The server's key, as it was written and as a key.
async fn server_key(wire: &mut Wire) -> Result<(Vec<u8>, RsaPublicKey), VncError> {
    let bits = wire.u32().await?;
    if !LENGTHS.contains(&bits) {
        return Err(unusable());
    }
    let length = usize::try_from(bits.div_ceil(8)).map_err(|_| unusable())?;
    let numbers = wire.vec(2 * length).await?;
    let (modulus, exponent) = numbers.split_at(length);
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    let exponent = BoxedUint::from_be_slice_vartime(exponent);
    let most = usize::try_from(*LENGTHS.end()).map_err(|_| unusable())?;
    let key = RsaPublicKey::new_with_max_size(modulus, exponent, most).map_err(|_| unusable())?;
    Ok(([&bits.to_be_bytes()[..], &numbers].concat(), key))
}

/// A key: its length in bits, and modulus and exponent, each of that length.
fn written(key: &RsaPublicKey, bits: u32) -> Vec<u8> {
    let length = usize::try_from(bits.div_ceil(8)).unwrap_or_default();
    let mut written = bits.to_be_bytes().to_vec();
    for number in [key.n_bytes(), key.e_bytes()] {
        written.resize(written.len() + length.saturating_sub(number.len()), 0);
        written.extend(&number);
    }
    written
}

fn digest(large: bool, parts: [&[u8]; 2]) -> Vec<u8> {
    let all = Zeroizing::new(parts.concat());
    if large { Sha256::digest(&*all).to_vec() } else { Sha1::digest(&*all).to_vec() }
}

async fn say(wire: &mut Wire, pair: &mut Pair, plain: &[u8]) -> Result<(), VncError> {
    let mut frame = Vec::new();
    pair.ours.seal(plain, &mut frame).map_err(|_| forged())?;
    wire.write(&frame).await
}

async fn hear(wire: &mut Wire, pair: &mut Pair) -> Result<Vec<u8>, VncError> {
    let length = usize::from(wire.u16().await?);
    if length > 64 {
        return Err(forged());
    }
    let sealed = wire.vec(length + 16).await?;
    let mut plain = Vec::new();
    pair.theirs.open(Input::new(&sealed).rest(), &mut plain).map_err(|_| forged())?;
    Ok(plain)
}

fn unusable() -> VncError {
    VncError::protocol("its RSA key cannot be used")
}

fn forged() -> VncError {
    VncError::Tls { reason: "the key exchange was damaged or forged on the way".into() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::{VncOptions, ask::Person, error::Waiting};
    use futures_util::future::BoxFuture;
    use patchbay_model::Secret;
    use patchbay_session::{
        Ask, CertificateCheck, HostKeyCheck, HostKeyVerdict, Interaction, Progress,
    };
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    #[derive(Default)]
    struct Judge(Mutex<Vec<CertificateCheck>>);

    impl Interaction for Judge {
        fn progress(&self, _: Progress) {}

        fn ask(&self, _: Ask) -> BoxFuture<'_, Option<Vec<Secret<String>>>> {
            Box::pin(std::future::ready(None))
        }

        fn check_host_key(&self, check: HostKeyCheck) -> BoxFuture<'_, HostKeyVerdict> {
            Box::pin(std::future::ready(HostKeyVerdict::Refused { reason: check.machine }))
        }

        fn check_certificate(&self, check: CertificateCheck) -> BoxFuture<'_, HostKeyVerdict> {
            self.0.lock().unwrap().push(check);
            Box::pin(std::future::ready(HostKeyVerdict::Trusted))
        }
    }

    async fn take(stream: &mut DuplexStream, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    /// A double: no server with RA2 is packaged. It follows the registry and gives the credentials it was sent.
    async fn double(
        mut stream: DuplexStream,
        large: bool,
        key: RsaPrivateKey,
    ) -> (Vec<u8>, Pair, DuplexStream) {
        let ours = written(key.as_ref(), 1024);
        stream.write_all(&ours).await.unwrap();
        let theirs = take(&mut stream, 4 + 512).await;
        let number = |part: &[u8]| BoxedUint::from_be_slice_vartime(part);
        let client = RsaPublicKey::new(number(&theirs[4..260]), number(&theirs[260..])).unwrap();
        let sealed = take(&mut stream, 2 + 128).await;
        let their_random = key.decrypt(Pkcs1v15Encrypt, &sealed[2..]).unwrap();
        let random = vec![9; if large { 32 } else { 16 }];
        let sealed =
            client.encrypt(&mut UnwrapErr(getrandom::SysRng), Pkcs1v15Encrypt, &random).unwrap();
        stream.write_all(&256_u16.to_be_bytes()).await.unwrap();
        stream.write_all(&sealed).await.unwrap();
        let key = |a: &[u8], b: &[u8]| digest(large, [a, b])[..random.len()].to_vec();
        let mut pair = Pair {
            ours: Eax::new(&key(&their_random, &random)).unwrap(),
            theirs: Eax::new(&key(&random, &their_random)).unwrap(),
        };
        let mut out = Vec::new();
        pair.ours.seal(&digest(large, [&ours, &theirs]), &mut out).unwrap();
        pair.ours.seal(&[1], &mut out).unwrap();
        stream.write_all(&out).await.unwrap();
        let mut frames = Vec::new();
        for _ in 0..2 {
            let length = usize::from(stream.read_u16().await.unwrap());
            let sealed = take(&mut stream, length + 16).await;
            let mut plain = Vec::new();
            pair.theirs.open(&sealed, &mut plain).unwrap();
            frames.push(plain);
        }
        assert_eq!(frames[0], digest(large, [&theirs, &ours]));
        (frames.remove(1), pair, stream)
    }

    #[tokio::test]
    async fn a_double_is_signed_in_to() {
        for (large, all) in [(false, true), (true, false), (true, true)] {
            let judge = Arc::new(Judge::default());
            let options = VncOptions {
                machine: "lab-01".into(),
                address: "127.0.0.1".into(),
                port: 5900,
                place: patchbay_model::VncPlace::Tcp,
                user: Some("ada".into()),
                password: Some(Secret::new("pass word".into())),
                refused: false,
                shared: true,
                view_only: false,
                allow_anonymous_plain: false,
                clipboard: false,
                quality: None,
            };
            let person = Person { options, interaction: Arc::clone(&judge) as _ };
            let (near, far) = duplex(64 * 1024);
            let mut wire = Wire::new(near);
            wire.wait_for(Waiting::Handshake, 60);
            let key = RsaPrivateKey::new(&mut UnwrapErr(getrandom::SysRng), 1024).unwrap();
            let der = key.as_ref().to_public_key_der().unwrap().as_bytes().to_vec();
            let far = tokio::spawn(double(far, large, key));
            sign_in(Kind { large, all }, &mut wire, &person).await.unwrap();
            let (credentials, mut pair, mut far) = far.await.unwrap();
            assert_eq!(credentials, b"\x03ada\x09pass word");
            assert_eq!(judge.0.lock().unwrap()[0].chain, [der]);
            let mut out = Vec::new();
            if all {
                pair.ours.seal(b"hello", &mut out).unwrap();
            } else {
                out.extend(b"hello");
            }
            far.write_all(&out).await.unwrap();
            assert_eq!(&wire.bytes::<5>().await.unwrap(), b"hello");
        }
    }
}
