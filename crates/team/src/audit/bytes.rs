//! The bytes of an entry: what is hashed, and what may be stored.
//!
//! Every text stands behind its length, so that no two entries have the same bytes. The first version of them knew of no organisation,
//! the second of nobody who acts as somebody else; an entry without these has the same bytes to this day, so that old logs stay what
//! was hashed.

use super::{Actor, Entry, Outcome};
use crate::TeamError;
use patchbay_model::{AccountId, OrganisationId, Timestamp, TokenId};

/// Set in the number of the actor's kind by the second version: an organisation stands behind the actor.
const SECOND: u8 = 0x80;
/// The same by the third: as whom the actor acted stands behind that.
const THIRD: u8 = 0x40;

impl Entry {
    /// Its bytes; the same for ever.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = self.at.0.to_be_bytes().to_vec();
        let second = if self.organisation.is_some() { SECOND } else { 0 };
        let third = if self.acting_as.is_some() { THIRD } else { 0 };
        let version = second | third;
        match self.actor {
            Actor::Account { account } => {
                to.push(version);
                to.extend(account.as_bytes());
            }
            Actor::Token { token, account } => {
                to.push(version | 1);
                to.extend(token.as_bytes());
                to.extend(account.as_bytes());
            }
            Actor::Server => to.push(version | 2),
            Actor::Nobody => to.push(version | 3),
        }
        if let Some(organisation) = self.organisation {
            to.extend(organisation.as_bytes());
        }
        if let Some(subject) = self.acting_as {
            to.extend(subject.as_bytes());
        }
        to.push(self.outcome as u8);
        put_text(&mut to, &self.action);
        for text in [&self.object, &self.address, &self.reason, &self.detail] {
            match text {
                None => to.push(0),
                Some(text) => {
                    to.push(1);
                    put_text(&mut to, text);
                }
            }
        }
        to
    }

    /// The entry with these bytes, and no others.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TeamError> {
        let mut from = Reader(bytes);
        let at = Timestamp(i64::from_be_bytes(from.array()?));
        let kind = from.byte()?;
        let actor = match kind & !(SECOND | THIRD) {
            0 => Actor::Account { account: AccountId::from_bytes(from.array()?) },
            1 => Actor::Token {
                token: TokenId::from_bytes(from.array()?),
                account: AccountId::from_bytes(from.array()?),
            },
            2 => Actor::Server,
            3 => Actor::Nobody,
            _ => return Err(TeamError::AuditUnreadable("its actor is of an unknown kind")),
        };
        let organisation = match kind & SECOND {
            0 => None,
            _ => Some(OrganisationId::from_bytes(from.array()?)),
        };
        let acting_as = match kind & THIRD {
            0 => None,
            _ => Some(AccountId::from_bytes(from.array()?)),
        };
        let outcome = match from.byte()? {
            0 => Outcome::Done,
            1 => Outcome::Refused,
            2 => Outcome::Failed,
            _ => return Err(TeamError::AuditUnreadable("its outcome is of an unknown kind")),
        };
        let action = from.text()?;
        let (object, address) = (from.option()?, from.option()?);
        let (reason, detail) = (from.option()?, from.option()?);
        if !from.0.is_empty() {
            return Err(TeamError::AuditUnreadable("it is too long"));
        }
        Ok(Self {
            at,
            actor,
            action,
            object,
            address,
            reason,
            outcome,
            detail,
            organisation,
            acting_as,
        })
    }
}

fn put_text(to: &mut Vec<u8>, text: &str) {
    to.extend((text.len() as u64).to_be_bytes());
    to.extend(text.as_bytes());
}

const CUT: TeamError = TeamError::AuditUnreadable("it is cut off");

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], TeamError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(CUT)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, TeamError> {
        self.array().map(|[byte]| byte)
    }

    fn text(&mut self) -> Result<String, TeamError> {
        let length = usize::try_from(u64::from_be_bytes(self.array()?)).map_err(|_| CUT)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(CUT)?;
        self.0 = rest;
        let text = str::from_utf8(text);
        text.map(str::to_owned).map_err(|_| TeamError::AuditUnreadable("its text is no UTF-8"))
    }

    fn option(&mut self) -> Result<Option<String>, TeamError> {
        match self.byte()? {
            0 => Ok(None),
            1 => self.text().map(Some),
            _ => Err(TeamError::AuditUnreadable("a mark in it is unknown")),
        }
    }
}
