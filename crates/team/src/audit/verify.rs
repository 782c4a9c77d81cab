//! Whether a log is what was written, and where it is not.

use super::{Checkpoint, Head, Record};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq;

/// A log that is as it was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Its last record.
    pub head: Head,
    /// How many checkpoints hold for it.
    pub checkpoints: usize,
    /// The last record that a checkpoint vouches for; 0 if none does. What comes after it could have been written anew
    /// by somebody who may write to the database.
    pub vouched: i64,
}

/// The first sign that a log is not what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("The audit log was changed at record {seq}: {how}.")]
pub struct Broken {
    /// The place of the record.
    pub seq: i64,
    /// What is wrong there.
    pub how: How,
}

/// What is wrong with a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum How {
    /// The record does not have the hash that it says.
    #[error("what it says was altered")]
    Altered,
    /// A later record stands where this one should.
    #[error("it is missing, record {found} stands in its place")]
    Missing {
        /// What stands there.
        found: i64,
    },
    /// A record that was there before, or has no place in any log, stands where this one should.
    #[error("record {found} stands in its place, which was inserted or moved")]
    Misplaced {
        /// What stands there.
        found: i64,
    },
    /// It is whole, but names another record as the one before it.
    #[error("it does not follow from the record before it, one of the two was replaced")]
    Unlinked,
    /// The log is whole and is not the one that was vouched for.
    #[error("it is not the record that was vouched for, records after {after} were written anew")]
    Rewritten {
        /// The last record that is known to be good.
        after: i64,
    },
    /// The log ends before it, and it is known to have been there.
    #[error("it was cut off with all that followed, up to record {known} or later")]
    Cut {
        /// The last record that is known to have been there.
        known: i64,
    },
    /// A checkpoint at this record is not signed by the server.
    #[error("the checkpoint there is not signed by this server")]
    Unsigned,
}

/// Checks a log record by record, so that a long one need not be held at once.
#[derive(Clone, Debug)]
pub struct Verifier {
    /// By place, each with the heads that are vouched for; two that differ cannot both hold.
    vouched: BTreeMap<i64, Vec<Head>>,
    last: Head,
    good: i64,
    checkpoints: usize,
    signed: i64,
    /// The places of checkpoints.
    signs: BTreeMap<i64, usize>,
}

impl Verifier {
    /// Begins; refuses checkpoints that the server has not signed. `exported` is a head noted outside of the database.
    pub fn new(
        checkpoints: &[Checkpoint],
        public: &[u8; 32],
        exported: Option<Head>,
    ) -> Result<Self, Broken> {
        let mut new = Self {
            vouched: BTreeMap::new(),
            last: Head::default(),
            good: 0,
            checkpoints: 0,
            signed: 0,
            signs: BTreeMap::new(),
        };
        for checkpoint in checkpoints {
            if !checkpoint.is_signed_by(public) {
                return Err(Broken { seq: checkpoint.seq, how: How::Unsigned });
            }
            new.vouched.entry(checkpoint.seq).or_default().push(checkpoint.head());
            *new.signs.entry(checkpoint.seq).or_default() += 1;
        }
        if let Some(head) = exported {
            new.vouched.entry(head.seq).or_default().push(head);
        }
        new.settle(Head::default())?;
        Ok(new)
    }

    /// The next record, in the order of the log.
    pub fn take(&mut self, record: &Record) -> Result<(), Broken> {
        let seq = self.last.seq.saturating_add(1);
        let broken = |how| Err(Broken { seq, how });
        if record.seq != seq {
            let found = record.seq;
            return broken(if found > seq {
                How::Missing { found }
            } else {
                How::Misplaced { found }
            });
        }
        if !same(&record.hash, &record.computed_hash()) {
            return broken(How::Altered);
        }
        if !same(&record.previous, &self.last.hash) {
            return broken(How::Unlinked);
        }
        self.settle(record.head())
    }

    /// There are no more records.
    pub fn finish(self) -> Result<Verified, Broken> {
        match self.vouched.last_key_value() {
            Some((&known, _)) if known > self.last.seq => {
                Err(Broken { seq: self.last.seq.saturating_add(1), how: How::Cut { known } })
            }
            _ => Ok(Verified {
                head: self.last,
                checkpoints: self.checkpoints,
                vouched: self.signed,
            }),
        }
    }

    /// Goes on to a record, if nothing that is vouched for speaks against it.
    fn settle(&mut self, head: Head) -> Result<(), Broken> {
        if let Some(vouched) = self.vouched.get(&head.seq) {
            if !vouched.iter().all(|known| same(&known.hash, &head.hash)) {
                let how = How::Rewritten { after: self.good };
                return Err(Broken { seq: head.seq, how });
            }
            self.good = head.seq;
        }
        if let Some(count) = self.signs.get(&head.seq) {
            self.checkpoints += count;
            self.signed = head.seq;
        }
        self.last = head;
        Ok(())
    }
}

/// Checks a whole log.
pub fn verify<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    checkpoints: &[Checkpoint],
    public: &[u8; 32],
    exported: Option<Head>,
) -> Result<Verified, Broken> {
    let mut verifier = Verifier::new(checkpoints, public, exported)?;
    for record in records {
        verifier.take(record)?;
    }
    verifier.finish()
}

fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    bool::from(a.ct_eq(b))
}
