//! Apple Remote Desktop (type 30 of the registry): a key is agreed on as Diffie and Hellman do it, and user name and
//! password are encrypted with AES under its MD5. Nothing proves who the server is, and nothing else is encrypted.

use super::dh;
use crate::{VncError, ask::Person, wire::Wire};
use aes::{
    Aes128,
    cipher::{Block, BlockCipherEncrypt, KeyInit},
};
use zeroize::Zeroizing;

/// The longest modulus, in bytes.
const MOST: u16 = 1024;
/// What user name and password take each.
const HALF: usize = 64;

pub(super) async fn sign_in(wire: &mut Wire, person: &Person) -> Result<(), VncError> {
    let generator = wire.u16().await?;
    let length = wire.u16().await?;
    if !(16..=MOST).contains(&length) {
        return Err(VncError::protocol("its numbers for the key exchange have an odd length"));
    }
    let modulus = wire.vec(length.into()).await?;
    let theirs = wire.vec(length.into()).await?;
    let agreed = dh::agree(&generator.to_be_bytes(), &modulus, &theirs)?;
    let (user, password) = person.user_and_password().await?;
    let sealed = seal(&agreed.shared, &user, password.expose_secret())?;
    wire.write(&[&sealed[..], &agreed.public].concat()).await
}

fn seal(shared: &[u8], user: &str, password: &str) -> Result<[u8; 2 * HALF], VncError> {
    let mut plain = Zeroizing::new([0; 2 * HALF]);
    dh::random(&mut *plain)?;
    for (half, text) in plain.chunks_exact_mut(HALF).zip([user, password]) {
        // What follows the zero is random.
        let text = text.bytes().take(HALF - 1).chain([0]);
        half.iter_mut().zip(text).for_each(|(to, from)| *to = from);
    }
    let cipher = Aes128::new(&md5::compute(shared).0.into());
    let mut sealed = *plain;
    let (blocks, _) = sealed.as_chunks_mut::<16>();
    for block in blocks {
        let mut encrypted: Block<Aes128> = (*block).into();
        cipher.encrypt_block(&mut encrypted);
        *block = encrypted.into();
    }
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use aes::cipher::BlockCipherDecrypt;

    #[test]
    fn who_has_the_key_reads_both() {
        let sealed = seal(b"shared", "ada", "pass word").unwrap();
        let cipher = Aes128::new(&md5::compute(b"shared").0.into());
        let mut plain = Vec::new();
        for block in sealed.as_chunks::<16>().0 {
            let mut block: Block<Aes128> = (*block).into();
            cipher.decrypt_block(&mut block);
            plain.extend_from_slice(&block);
        }
        assert!(plain.starts_with(b"ada\0") && plain[HALF..].starts_with(b"pass word\0"));
    }
}
