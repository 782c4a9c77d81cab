//! Passkeys: what a device says and signs, checked as WebAuthn (Level 2, sections 7.1 and 7.2) has it.
//!
//! The person must have shown the device that it is them (user verification): a passkey stands for two factors. Deliberately
//! absent: attestation (which make a device is of decides nothing here), extensions, and keys other than ES256, EdDSA and RS256.

mod cbor;
mod key;

#[cfg(test)]
mod tests;

use cbor::Reader;
use key::PublicKey;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The longest of the things that a device sends, in bytes.
const LONGEST: usize = 64 * 1024;
/// The longest name of a credential (section 4), in bytes.
const LONGEST_CREDENTIAL: usize = 1023;
/// What authenticator data begins with: the hash of the server's name, flags, the counter.
const BEFORE_CREDENTIAL: usize = 37;

/// Flags of authenticator data (section 6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// The algorithms that are understood, the best first (IANA COSE numbers).
pub const ALGORITHMS: [i64; 3] = [key::EDDSA, key::ES256, key::RS256];

/// What was asked of a device.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What it signs.
    pub challenge: &'a [u8],
    /// Of the page that asks: `https://patchbay.example.org:7443`.
    pub origin: &'a str,
    /// The name that the passkey is for: the page's host.
    pub server: &'a str,
}

/// A passkey that a device has made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// What the device calls it.
    pub credential: Vec<u8>,
    /// Its public key (COSE).
    pub key: Vec<u8>,
    /// How often it has signed; 0 if it does not count.
    pub counter: u32,
}

/// Why what a device says does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasskeyError {
    /// It cannot be read.
    #[error("what the device says cannot be read")]
    Malformed,
    /// It answers something else.
    #[error("the device answers something else than what was asked")]
    Other,
    /// It was asked by another page.
    #[error("another site asked the device")]
    Origin,
    /// Nobody touched the device, or it did not look who it was.
    #[error("the device did not check who uses it")]
    Unverified,
    /// Of a kind that is not understood.
    #[error("the device makes keys of a kind that cannot be checked here")]
    Unsupported,
    /// The signature is not the key's.
    #[error("the signature is not that of the passkey")]
    Signature,
    /// The device has signed more often already: there may be two.
    #[error("the device counts backwards: there may be a copy of the passkey")]
    Copied,
}

use PasskeyError as E;

/// What the browser says of a request (section 5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// What a device says of itself (section 6.1).
struct Authenticator<'a> {
    flags: u8,
    counter: u32,
    /// Behind the counter.
    rest: &'a [u8],
}

impl Asked<'_> {
    /// The passkey that a device has made, if it made it for this.
    pub fn made(&self, client: &[u8], attestation: &[u8]) -> Result<Made, PasskeyError> {
        self.client(client, "webauthn.create")?;
        if attestation.len() > LONGEST {
            return Err(E::Malformed);
        }
        let data = authenticator_data(attestation).ok_or(E::Malformed)?;
        let said = self.authenticator(data)?;
        if said.flags & HAS_CREDENTIAL == 0 {
            return Err(E::Malformed);
        }
        let (credential, key) = credential(said.rest, said.flags).ok_or(E::Malformed)?;
        PublicKey::read(key)?;
        Ok(Made { credential: credential.to_vec(), key: key.to_vec(), counter: said.counter })
    }

    /// How often a device has signed now, if it has signed this with a key.
    pub fn signed(
        &self,
        key: &[u8],
        counter: u32,
        (client, data, signature): (&[u8], &[u8], &[u8]),
    ) -> Result<u32, PasskeyError> {
        self.client(client, "webauthn.get")?;
        if data.len() > LONGEST {
            return Err(E::Malformed);
        }
        let said = self.authenticator(data)?;
        let text = [data, Sha256::digest(client).as_slice()].concat();
        PublicKey::read(key)?.verify(&text, signature)?;
        if (said.counter != 0 || counter != 0) && said.counter <= counter {
            return Err(E::Copied);
        }
        Ok(said.counter)
    }

    fn client(&self, bytes: &[u8], what: &str) -> Result<(), PasskeyError> {
        if bytes.len() > LONGEST {
            return Err(E::Malformed);
        }
        let said: ClientData = serde_json::from_slice(bytes).map_err(|_| E::Malformed)?;
        let challenge = data_encoding::BASE64URL_NOPAD.decode(said.challenge.as_bytes());
        let challenge = challenge.map_err(|_| E::Malformed)?;
        let same = bool::from(subtle::ConstantTimeEq::ct_eq(&*challenge, self.challenge));
        if said.r#type != what || !same {
            return Err(E::Other);
        }
        if said.origin != self.origin || said.cross_origin {
            return Err(E::Origin);
        }
        Ok(())
    }

    fn authenticator<'a>(&self, data: &'a [u8]) -> Result<Authenticator<'a>, PasskeyError> {
        let (head, rest) = data.split_at_checked(BEFORE_CREDENTIAL).ok_or(E::Malformed)?;
        let (server, head) = head.split_at_checked(32).ok_or(E::Malformed)?;
        let (flags, counter) = head.split_first().ok_or(E::Malformed)?;
        if server != Sha256::digest(self.server.as_bytes()).as_slice() {
            return Err(E::Origin);
        }
        if flags & (PRESENT | VERIFIED) != PRESENT | VERIFIED {
            return Err(E::Unverified);
        }
        let counter = u32::from_be_bytes(counter.try_into().map_err(|_| E::Malformed)?);
        Ok(Authenticator { flags: *flags, counter, rest })
    }
}

/// Of an attestation object (section 6.5.4): what vouches for the device is passed over.
fn authenticator_data(attestation: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(attestation);
    let mut found = None;
    for _ in 0..reader.map()? {
        match reader.text()? {
            "authData" => found = Some(reader.bytes()?),
            _ => reader.skip()?,
        }
    }
    found.filter(|_| reader.rest().is_empty())
}

/// The name and the key of a credential (section 6.5.1).
fn credential(rest: &[u8], flags: u8) -> Option<(&[u8], &[u8])> {
    let (_model, rest) = rest.split_at_checked(16)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (name, rest) = rest.split_at_checked(length)?;
    let mut reader = Reader::new(rest);
    reader.skip()?;
    let (key, after) = rest.split_at_checked(rest.len() - reader.rest().len())?;
    let is_whole = after.is_empty() || flags & HAS_EXTENSIONS != 0;
    (is_whole && (1..=LONGEST_CREDENTIAL).contains(&length)).then_some((name, key))
}

/// Whether an attestation for the server `a` can be read, for whoever throws garbage at it.
#[must_use]
pub fn reads(bytes: &[u8]) -> bool {
    let asked = Asked { challenge: b"c", origin: "https://a", server: "a" };
    // Neither of these is reached through an attestation alone.
    let _ = (PublicKey::read(bytes).is_ok(), asked.client(bytes, "webauthn.get").is_ok());
    let said = authenticator_data(bytes).and_then(|data| asked.authenticator(data).ok());
    let made = said.as_ref().and_then(|said| credential(said.rest, said.flags));
    made.is_some_and(|(_, key)| PublicKey::read(key).is_ok())
}
