//! The packets a server answers with (section 7 of the draft).
//!
//! Deliberately absent: whether it is the answer that was waited for, which [`crate::link`] knows.

use crate::{
    Attributes, SftpError, StatusCode,
    codec::{CUT, Fields},
    kind, text,
};
use bytes::Bytes;

/// The longest handle (section 6.3).
const MAX_HANDLE: usize = 256;
/// The most names in one packet; OpenSSH sends 100, and others as many as fit into 32 KiB.
const MAX_NAMES: u32 = 10_000;
/// What a name takes at least: its own length, that of its long form, and the flags of its attributes.
const LEAST_NAME: usize = 12;

/// One name of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DirEntry {
    /// The bytes of the name, in whatever encoding the server has.
    pub name: Vec<u8>,
    /// What the server says of it; of a link, not of where it points to.
    pub attributes: Attributes,
}

/// A packet from the server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// How it went.
    Status {
        /// In short.
        code: StatusCode,
        /// In words fit to be shown, of at most 200 characters.
        message: String,
    },
    /// What stands for an open file or folder, of 1 to 256 bytes.
    Handle(Bytes),
    /// Bytes of a file; they share the memory of the packet.
    Data(Bytes),
    /// Names, at most 10,000.
    Names(Vec<DirEntry>),
    /// What is known of a file.
    Attributes(Attributes),
    /// The answer to an extension, not yet looked at.
    Extended(Bytes),
}

impl Reply {
    /// Reads a packet without its length field, and the number of the request it answers.
    ///
    /// # Errors
    /// [`SftpError::Broken`] if it is no answer, or not a whole one.
    pub fn decode(packet: Bytes) -> Result<(u32, Self), SftpError> {
        let mut fields = Fields::new(packet);
        let kind = fields.u8()?;
        let id = fields.u32()?;
        let reply = match kind {
            kind::STATUS => status(fields)?,
            kind::HANDLE => {
                // A copy, because a slice would keep the whole packet in memory while the file is open.
                let handle = Bytes::copy_from_slice(&fields.string()?);
                if handle.is_empty() || handle.len() > MAX_HANDLE {
                    return Err(SftpError::Broken("a handle of an impossible length"));
                }
                fields.finished(Self::Handle(handle))?
            }
            kind::DATA => {
                let data = fields.string()?;
                fields.finished(Self::Data(data))?
            }
            kind::NAME => names(fields)?,
            kind::ATTRS => {
                let attributes = Attributes::decode(&mut fields)?;
                fields.finished(Self::Attributes(attributes))?
            }
            kind::EXTENDED_REPLY => Self::Extended(fields.rest()),
            _ => return Err(SftpError::Broken("a packet of an unknown type")),
        };
        Ok((id, reply))
    }
}

/// Old servers leave out the words, and others add to them.
fn status(mut fields: Fields) -> Result<Reply, SftpError> {
    let code = StatusCode::from_wire(fields.u32()?);
    let words = if fields.left() == 0 { Bytes::new() } else { fields.string()? };
    Ok(Reply::Status { code, message: text::message(&words) })
}

fn names(mut fields: Fields) -> Result<Reply, SftpError> {
    let count = fields.u32()?;
    if count == 0 {
        // It says neither something nor that this was all, and could be repeated for ever.
        return Err(SftpError::Broken("a list of no names"));
    }
    if count > MAX_NAMES {
        return Err(SftpError::Broken("too many names in one packet"));
    }
    if fields.left() / LEAST_NAME < count as usize {
        return Err(CUT);
    }
    let mut names = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let name = fields.string()?.to_vec();
        // The long form is a line of `ls -l`, whose layout nothing fixes.
        fields.string()?;
        names.push(DirEntry { name, attributes: Attributes::decode(&mut fields)? });
    }
    fields.finished(Reply::Names(names))
}

#[cfg(test)]
mod tests;
