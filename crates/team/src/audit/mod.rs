//! The audit log: a chain of records, each of which holds the hash of the one before, and signed checkpoints of it.
//!
//! The chain shows that a record was altered, dropped, inserted or moved by somebody who did not write the rest anew.
//! Somebody who did is found by a checkpoint, which only the server's key can sign, and one who also cut the end off by
//! a head that was exported before. What nobody can notice is an end that was cut off behind the last
//! checkpoint and the last exported head: export heads to another place.

mod bytes;
mod verify;

pub use verify::{Broken, How, Verified, Verifier, verify};

use crate::entity::Hash;
use crate::{TeamError, random};
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use patchbay_model::{AccountId, OrganisationId, Secret, Timestamp, TokenId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Who did it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Actor {
    /// A person who has signed in.
    Account {
        /// Who.
        account: AccountId,
    },
    /// A script.
    Token {
        /// With which token.
        token: TokenId,
        /// Whose token it is: what is written stays readable when the token is gone.
        account: AccountId,
    },
    /// The server by itself.
    Server,
    /// Somebody who has not signed in.
    Nobody,
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[repr(u8)]
pub enum Outcome {
    /// It was done.
    Done = 0,
    /// It was not allowed.
    Refused = 1,
    /// It was allowed and did not work.
    Failed = 2,
}

/// Something that was done or tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
    /// What: `entry.edit` and so on.
    pub action: String,
    /// With what, as a kind and an id: `entry:0198…`.
    pub object: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// Why, where that is asked for.
    pub reason: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// What else is worth knowing. Never a secret.
    pub detail: Option<String>,
    /// Which organisation it concerns, if it concerns one: those who administer it may read it.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// As whom the actor, who runs the server, saw it: that person's rights counted. None if the actor was there as themselves.
    #[serde(default, rename = "as")]
    pub acting_as: Option<AccountId>,
}

/// An entry in its place in the chain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Its place: 1 is the first.
    pub seq: i64,
    /// What is recorded.
    pub entry: Entry,
    /// Hash of the record before it; zeros before the first.
    #[serde(with = "hexadecimal")]
    pub previous: Hash,
    /// Of `seq`, `previous` and the entry.
    #[serde(with = "hexadecimal")]
    pub hash: Hash,
}

impl Record {
    /// What the hash has to be.
    #[must_use]
    pub fn computed_hash(&self) -> Hash {
        Sha256::new()
            .chain_update(b"patchbay audit record v1\0")
            .chain_update(self.seq.to_be_bytes())
            .chain_update(self.previous)
            .chain_update(self.entry.to_bytes())
            .finalize()
            .into()
    }

    /// The chain as it is with this record as its last.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash }
    }
}

/// The last record of a chain, to be noted elsewhere. As text: `17 9f86…`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Head {
    /// Its place; 0 if there is no record.
    pub seq: i64,
    /// Its hash; zeros if there is no record.
    #[serde(with = "hexadecimal")]
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.seq, HEXLOWER.encode(&self.hash))
    }
}

impl FromStr for Head {
    type Err = TeamError;

    fn from_str(text: &str) -> Result<Self, TeamError> {
        let unreadable = TeamError::AuditUnreadable("a head is a number and 64 hexadecimal digits");
        let (seq, hash) = text.trim().split_once(' ').ok_or_else(|| unreadable.clone())?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or_else(|| unreadable.clone())?;
        let hash = from_hexadecimal(hash.trim()).ok_or(unreadable)?;
        Ok(Self { seq, hash })
    }
}

/// Where the log is written on.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Chain {
    head: Head,
}

impl Chain {
    /// A chain to be gone on with after its last record; [`Head::default`] begins one.
    #[must_use]
    pub const fn after(head: Head) -> Self {
        Self { head }
    }

    /// Puts an entry behind the last record.
    pub fn next(&mut self, entry: Entry) -> Record {
        let (seq, previous) = (self.head.seq.saturating_add(1), self.head.hash);
        let mut record = Record { seq, entry, previous, hash: [0; 32] };
        record.hash = record.computed_hash();
        self.head = record.head();
        record
    }

    /// The last record.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }
}

/// What signs checkpoints: Ed25519 (RFC 8032).
pub struct CheckpointKey(SigningKey);

impl CheckpointKey {
    /// A new one.
    pub fn generate() -> Result<Self, TeamError> {
        random::array().map(|seed| Self::from_seed(&seed))
    }

    /// The key with this seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// To be sealed and kept.
    #[must_use]
    pub fn seed(&self) -> Secret<[u8; 32]> {
        Secret::new(self.0.to_bytes())
    }

    /// What anyone may have, to check checkpoints with.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckpointKey(…)")
    }
}

/// The server's word that at some time the chain ended with this record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Which record.
    pub seq: i64,
    /// Its hash.
    pub hash: Hash,
    /// When it was signed.
    pub at: Timestamp,
    /// Ed25519, of all the others.
    pub signature: [u8; 64],
}

impl Checkpoint {
    /// Signs a head.
    #[must_use]
    pub fn sign(head: Head, at: Timestamp, key: &CheckpointKey) -> Self {
        let signature = key.0.sign(&Self::message(head, at)).to_bytes();
        Self { seq: head.seq, hash: head.hash, at, signature }
    }

    /// The record it is about.
    #[must_use]
    pub const fn head(&self) -> Head {
        Head { seq: self.seq, hash: self.hash }
    }

    /// Whether this key has signed it.
    #[must_use]
    pub fn is_signed_by(&self, public: &[u8; 32]) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(public) else { return false };
        let signature = Signature::from_bytes(&self.signature);
        key.verify_strict(&Self::message(self.head(), self.at), &signature).is_ok()
    }

    fn message(head: Head, at: Timestamp) -> Vec<u8> {
        [
            b"patchbay audit checkpoint v1\0".as_slice(),
            &head.seq.to_be_bytes(),
            &head.hash,
            &at.0.to_be_bytes(),
        ]
        .concat()
    }
}

fn from_hexadecimal(text: &str) -> Option<Hash> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

mod hexadecimal {
    use crate::entity::Hash;
    use data_encoding::HEXLOWER;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&HEXLOWER.encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
        let text = String::deserialize(from)?;
        super::from_hexadecimal(&text).ok_or_else(|| D::Error::custom("not a SHA-256 hash"))
    }
}

#[cfg(test)]
mod tests;
