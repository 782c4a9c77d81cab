//! The other side of the agent protocol (draft-ietf-sshm-ssh-agent): what programs ask of Patchbay's own agent, and what
//! they are told.
//!
//! Only looking at keys and signing exist; everything that would change an agent is refused, as is every extension
//! (section 3.8: an agent that does not know one says failure). Deliberately absent: sockets, and who may sign with what
//! (`patchbay-core`).

use crate::{SshError, hostkey::Blob, keys, text::phrase};
use patchbay_model::Secret;
use russh::keys::{
    HashAlg, PrivateKey,
    signature::Signer,
    ssh_encoding::Encode,
    ssh_key::{Signature, private::KeypairData},
};

/// The longest message that is read, in bytes, as OpenSSH's agent has it.
pub const LONGEST_MESSAGE: usize = 256 * 1024;

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;
/// `SSH_AGENT_RSA_SHA2_256` and `_512`.
const RSA_SHA2_256: u32 = 2;
const RSA_SHA2_512: u32 = 4;

/// What a program asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Which keys there are.
    Identities,
    /// A signature.
    Sign {
        /// The key or certificate to sign with, in the form it travels in.
        key: Vec<u8>,
        /// What to sign.
        data: Vec<u8>,
        /// Which hash an RSA key takes.
        flags: u32,
    },
    /// Anything else: adding and removing keys, locking, extensions. Refused.
    Other {
        /// The number of the message.
        message: u8,
    },
}

impl Request {
    /// Reads a message without its length; `None` if it is malformed.
    #[must_use]
    pub fn parse(message: &[u8]) -> Option<Self> {
        let (number, rest) = message.split_first()?;
        match *number {
            REQUEST_IDENTITIES if rest.is_empty() => Some(Self::Identities),
            REQUEST_IDENTITIES => None,
            SIGN_REQUEST => {
                let (key, rest) = string(rest)?;
                let (data, rest) = string(rest)?;
                let (flags, rest) = rest.split_first_chunk::<4>()?;
                rest.is_empty().then(|| Self::Sign {
                    key: key.to_vec(),
                    data: data.to_vec(),
                    flags: u32::from_be_bytes(*flags),
                })
            }
            message => Some(Self::Other { message }),
        }
    }
}

fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// "No", for whatever was asked.
#[must_use]
pub fn failure() -> Vec<u8> {
    framed(&[FAILURE])
}

/// The keys there are, each with its comment.
#[must_use]
pub fn identities<'a>(list: impl IntoIterator<Item = (&'a [u8], &'a str)>) -> Vec<u8> {
    let mut count: u32 = 0;
    let mut body = Vec::new();
    for (key, comment) in list {
        put(&mut body, key);
        put(&mut body, comment.as_bytes());
        count = count.saturating_add(1);
    }
    let mut message = vec![IDENTITIES_ANSWER];
    message.extend(count.to_be_bytes());
    message.extend(body);
    framed(&message)
}

/// A signature.
#[must_use]
pub fn signed(signature: &[u8]) -> Vec<u8> {
    let mut message = vec![SIGN_RESPONSE];
    put(&mut message, signature);
    framed(&message)
}

fn put(message: &mut Vec<u8>, bytes: &[u8]) {
    message.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    message.extend(bytes);
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(message.len() + 4);
    put(&mut framed, message);
    framed
}

/// A key or certificate in one line (`algorithm base64 …`) in the form it travels in.
///
/// # Errors
/// When the line is not a key.
pub fn blob(openssh: &str) -> Result<Vec<u8>, SshError> {
    Ok(Blob::parse(openssh)?.bytes)
}

/// What data to be signed is for, as the end of "it wants to …": signing in (RFC 4252 section 7), or a signature of
/// OpenSSH's own (PROTOCOL.sshsig). A program may have anything signed, so this is what the data says of itself.
#[must_use]
pub fn purpose(data: &[u8]) -> String {
    sign_in(data)
        .map(|user| format!("sign in as “{user}”"))
        .or_else(|| {
            let (namespace, _) = string(data.strip_prefix(b"SSHSIG")?)?;
            Some(format!("sign something for “{}”", phrase(&String::from_utf8_lossy(namespace))))
        })
        .unwrap_or_else(|| "sign something it does not name".to_owned())
}

fn sign_in(data: &[u8]) -> Option<String> {
    const USERAUTH_REQUEST: u8 = 50;
    let (_session, rest) = string(data)?;
    let (user, rest) = string(rest.strip_prefix(&[USERAUTH_REQUEST])?)?;
    let (service, rest) = string(rest)?;
    let (method, _) = string(rest)?;
    (service == b"ssh-connection" && method.starts_with(b"publickey"))
        .then(|| phrase(&String::from_utf8_lossy(user)))
}

/// Signs for a program. Slow if the key is encrypted: not for async tasks. Without a flag an RSA key signs with SHA-1
/// (section 3.6.1).
///
/// # Errors
/// Why the key cannot be opened, or does not sign.
pub fn sign(
    text: &Secret<String>,
    passphrase: Option<&Secret<String>>,
    data: &[u8],
    flags: u32,
) -> Result<Vec<u8>, SshError> {
    let key = keys::read(text, passphrase)?;
    let hash = match flags {
        _ if !key.algorithm().is_rsa() => None,
        flags if flags & RSA_SHA2_512 != 0 => Some(HashAlg::Sha512),
        flags if flags & RSA_SHA2_256 != 0 => Some(HashAlg::Sha256),
        // SHA-1: which of the two to ask for is up to the program, as with every agent.
        _ => None,
    };
    signature(&key, hash, data)
}

/// A signature in the form it travels in.
pub(crate) fn signature(
    key: &PrivateKey,
    hash: Option<HashAlg>,
    data: &[u8],
) -> Result<Vec<u8>, SshError> {
    let failed = || SshError::KeyUnreadable { reason: "it does not sign".into() };
    let signature: Signature = match key.key_data() {
        KeypairData::Rsa(pair) => Signer::try_sign(&(pair, hash), data),
        pair => Signer::try_sign(pair, data),
    }
    .map_err(|_| failed())?;
    let mut encoded = Vec::new();
    signature.encode(&mut encoded).map_err(|_| failed())?;
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_whole_or_not_at_all() {
        assert_eq!(Request::parse(&[11]), Some(Request::Identities));
        assert_eq!(Request::parse(&[11, 0]), None);
        assert_eq!(Request::parse(&[]), None);
        assert_eq!(Request::parse(&[17, 1, 2]), Some(Request::Other { message: 17 }));
        let sign = [&[13][..], &[0, 0, 0, 1, 7], &[0, 0, 0, 2, 8, 9], &[0, 0, 0, 4]].concat();
        let expected = Request::Sign { key: vec![7], data: vec![8, 9], flags: 4 };
        assert_eq!(Request::parse(&sign), Some(expected));
        for cut in 1..sign.len() {
            assert_eq!(Request::parse(sign.get(..cut).unwrap_or_default()), None, "{cut}");
        }
        assert_eq!(Request::parse(&[&sign[..], &[0]].concat()), None);
        assert_eq!(Request::parse(&[13, 0xff, 0xff, 0xff, 0xff, 1]), None);
    }

    #[test]
    fn answers_carry_their_length() {
        assert_eq!(failure(), [0, 0, 0, 1, 5]);
        let list = identities([(&[1u8, 2][..], "a")]);
        assert_eq!(list, [0, 0, 0, 16, 12, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, b'a']);
        assert_eq!(signed(&[3]), [0, 0, 0, 6, 14, 0, 0, 0, 1, 3]);
    }
}
