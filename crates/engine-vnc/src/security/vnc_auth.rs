//! VNC Authentication (RFC 6143 section 7.2.2): a challenge of 16 bytes, encrypted with DES under the password.

use crate::{VncError, ask::Person, wire::Wire};
use des::{
    Des,
    cipher::{Block, BlockCipherEncrypt, KeyInit},
};
use zeroize::Zeroizing;

pub(super) async fn sign_in(wire: &mut Wire, person: &Person) -> Result<(), VncError> {
    let challenge = wire.bytes::<16>().await?;
    let password = person.password().await?;
    wire.write(&answer(challenge, password.expose_secret())).await
}

/// Only the first eight bytes (of UTF-8, as the tools that set passwords do it) count, and the bits of each are the wrong
/// way round: so the first VNC did it.
fn answer(challenge: [u8; 16], password: &str) -> [u8; 16] {
    let mut key = Zeroizing::new([0; 8]);
    key.iter_mut().zip(password.bytes()).for_each(|(to, from)| *to = from);
    let des = cipher(&key);
    let mut answer = challenge;
    let (blocks, _) = answer.as_chunks_mut::<8>();
    for block in blocks {
        let mut encrypted: Block<Des> = (*block).into();
        des.encrypt_block(&mut encrypted);
        *block = encrypted.into();
    }
    answer
}

/// DES as VNC has it.
pub(super) fn cipher(key: &[u8; 8]) -> Des {
    let key = Zeroizing::new(key.map(u8::reverse_bits));
    Des::new((&*key).into())
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn eight_bytes_count() {
        let one = answer([7; 16], "password");
        assert_eq!(one, answer([7; 16], "password2"));
        assert_ne!(one, answer([7; 16], "passwort"));
        assert_eq!(one[..8], one[8..]);
    }
}
