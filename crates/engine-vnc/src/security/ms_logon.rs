//! MS-Logon II (type 113 of the registry), `UltraVNC`'s way to sign in with a Windows account: a key of 64 bits is agreed
//! on, and user name and password are encrypted with DES under it. That stops a glance, not an attack.

use super::{dh, vnc_auth};
use crate::{VncError, ask::Person, wire::Wire};
use des::{
    Des,
    cipher::{Block, BlockCipherEncrypt},
};
use zeroize::Zeroizing;

const USER: usize = 256;
const PASSWORD: usize = 64;

pub(super) async fn sign_in(wire: &mut Wire, person: &Person) -> Result<(), VncError> {
    let generator = wire.bytes::<8>().await?;
    let modulus = wire.bytes::<8>().await?;
    let theirs = wire.bytes::<8>().await?;
    let agreed = dh::agree(&generator, &modulus, &theirs)?;
    let mut key = Zeroizing::new([0; 8]);
    key.iter_mut().zip(agreed.shared.iter()).for_each(|(to, from)| *to = *from);
    let (user, password) = person.user_and_password().await?;
    let mut answer = agreed.public.clone();
    answer.extend(seal::<USER>(&key, &user)?);
    answer.extend(seal::<PASSWORD>(&key, password.expose_secret())?);
    wire.write(&answer).await
}

/// Text and a zero, encrypted in a chain that begins with the key itself.
fn seal<const N: usize>(key: &[u8; 8], text: &str) -> Result<[u8; N], VncError> {
    let mut sealed = [0; N];
    dh::random(&mut sealed)?;
    let text = text.bytes().take(N - 1).chain([0]);
    sealed.iter_mut().zip(text).for_each(|(to, from)| *to = from);
    let des = vnc_auth::cipher(key);
    let mut before = *key;
    for block in sealed.as_chunks_mut::<8>().0 {
        block.iter_mut().zip(before).for_each(|(to, from)| *to ^= from);
        let mut encrypted: Block<Des> = (*block).into();
        des.encrypt_block(&mut encrypted);
        *block = encrypted.into();
        before = *block;
    }
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use des::cipher::BlockCipherDecrypt;

    #[test]
    fn who_has_the_key_reads_it() {
        let key = [9, 8, 7, 6, 5, 4, 3, 2];
        let sealed = seal::<64>(&key, "pass word").unwrap();
        let des = vnc_auth::cipher(&key);
        let (mut before, mut plain) = (key, Vec::new());
        for block in sealed.as_chunks::<8>().0 {
            let mut open: Block<Des> = (*block).into();
            des.decrypt_block(&mut open);
            plain.extend(open.iter().zip(before).map(|(a, b)| a ^ b));
            before = *block;
        }
        assert!(plain.starts_with(b"pass word\0"));
    }
}
