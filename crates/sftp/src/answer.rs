//! What a request waits for, and what it gets.
//!
//! Deliberately absent: answers of another type than was asked for. They end the client, since after one nothing that
//! comes can be told apart any more.

use crate::{Attributes, DirEntry, Reply, SftpError, StatusCode, handle::Handle, link::Link};
use bytes::Bytes;
use std::sync::Arc;

const WRONG: SftpError = SftpError::Broken("an answer of the wrong type");

/// What a request may be answered with, beside a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expect {
    Done,
    Handle,
    /// At most so many bytes.
    Data(u32),
    Names,
    OneName,
    Attributes,
    Extended,
}

/// A good answer.
#[derive(Debug)]
pub(crate) enum Answer {
    Done,
    Handle(Handle),
    Data(Bytes),
    Names(Vec<DirEntry>),
    Attributes(Attributes),
    Extended(Bytes),
}

impl Expect {
    /// The outer error ends the client; the inner one is the server's refusal.
    pub(crate) fn judge(
        self,
        reply: Reply,
        link: &Arc<Link>,
    ) -> Result<Result<Answer, SftpError>, SftpError> {
        Ok(Ok(match (self, reply) {
            (Self::Done, Reply::Status { code: StatusCode::Ok, .. }) => Answer::Done,
            (_, Reply::Status { code: StatusCode::Ok, .. }) => return Err(WRONG),
            (_, Reply::Status { code, message }) => {
                return Ok(Err(SftpError::Status { code, message }));
            }
            // It closes itself should nobody want it any more.
            (Self::Handle, Reply::Handle(raw)) => Answer::Handle(Handle::new(link, raw)),
            (Self::Data(most), Reply::Data(data)) if data.len() <= most as usize => {
                Answer::Data(data)
            }
            (Self::Data(_), Reply::Data(_)) => {
                return Err(SftpError::Broken("more data than was asked for"));
            }
            (Self::OneName, Reply::Names(names)) if names.len() != 1 => {
                return Err(SftpError::Broken("several names for one path"));
            }
            (Self::Names | Self::OneName, Reply::Names(names)) => Answer::Names(names),
            (Self::Attributes, Reply::Attributes(attributes)) => Answer::Attributes(attributes),
            (Self::Extended, Reply::Extended(bytes)) => Answer::Extended(bytes),
            _ => return Err(WRONG),
        }))
    }
}

/// [`Expect::judge`] has settled which of them it is; the errors are never seen.
impl Answer {
    pub(crate) fn done(self) -> Result<(), SftpError> {
        if let Self::Done = self { Ok(()) } else { Err(WRONG) }
    }

    pub(crate) fn handle(self) -> Result<Handle, SftpError> {
        if let Self::Handle(handle) = self { Ok(handle) } else { Err(WRONG) }
    }

    pub(crate) fn data(self) -> Result<Bytes, SftpError> {
        if let Self::Data(data) = self { Ok(data) } else { Err(WRONG) }
    }

    pub(crate) fn names(self) -> Result<Vec<DirEntry>, SftpError> {
        if let Self::Names(names) = self { Ok(names) } else { Err(WRONG) }
    }

    pub(crate) fn one_name(self) -> Result<Vec<u8>, SftpError> {
        self.names()?.pop().map(|entry| entry.name).ok_or(WRONG)
    }

    pub(crate) fn attributes(self) -> Result<Attributes, SftpError> {
        if let Self::Attributes(attributes) = self { Ok(attributes) } else { Err(WRONG) }
    }

    pub(crate) fn extended(self) -> Result<Bytes, SftpError> {
        if let Self::Extended(bytes) = self { Ok(bytes) } else { Err(WRONG) }
    }
}
