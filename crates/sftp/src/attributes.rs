//! What is known of a file beside its name (section 5 of the draft).
//!
//! Deliberately absent: extended attributes, which are read over; no server in use sends any.

use crate::{SftpError, codec::Fields};
use bytes::{BufMut, BytesMut};

const SIZE: u32 = 0x1;
const OWNER: u32 = 0x2;
const PERMISSIONS: u32 = 0x4;
const TIMES: u32 = 0x8;
const EXTENDED: u32 = 0x8000_0000;

/// What a file is, by the type bits of its permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FileKind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a socket or a pipe: the bits of `S_IFMT`. 0 if the server does not say.
    Other(u32),
}

/// What is known of a file, or is to be changed about it; what is `None` is unknown, or stays.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Attributes {
    /// Bytes.
    pub size: Option<u64>,
    /// The numbers of the owning user and group.
    pub owner: Option<(u32, u32)>,
    /// As POSIX has them in `st_mode`, with the type bits.
    pub permissions: Option<u32>,
    /// The last access and the last change of the content, each in seconds since 1970 in UTC.
    pub times: Option<(u32, u32)>,
}

impl Attributes {
    /// Nothing but these permissions, for a file that is to be made.
    pub(crate) fn mode(mode: Option<u32>) -> Self {
        Self { permissions: mode, ..Self::default() }
    }

    /// What it is. A server that sends no permissions leaves it open: [`FileKind::Other`] of 0.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        match self.permissions.unwrap_or_default() & 0o170_000 {
            0o100_000 => FileKind::File,
            0o040_000 => FileKind::Folder,
            0o120_000 => FileKind::Link,
            other => FileKind::Other(other),
        }
    }

    pub(crate) fn encode(&self, out: &mut BytesMut) {
        let flag = |set: bool, flag| if set { flag } else { 0 };
        out.put_u32(
            flag(self.size.is_some(), SIZE)
                | flag(self.owner.is_some(), OWNER)
                | flag(self.permissions.is_some(), PERMISSIONS)
                | flag(self.times.is_some(), TIMES),
        );
        if let Some(size) = self.size {
            out.put_u64(size);
        }
        if let Some((user, group)) = self.owner {
            out.put_u32(user);
            out.put_u32(group);
        }
        if let Some(permissions) = self.permissions {
            out.put_u32(permissions);
        }
        if let Some((accessed, changed)) = self.times {
            out.put_u32(accessed);
            out.put_u32(changed);
        }
    }

    pub(crate) fn decode(fields: &mut Fields) -> Result<Self, SftpError> {
        let flags = fields.u32()?;
        let mut found = Self::default();
        if flags & SIZE != 0 {
            found.size = Some(fields.u64()?);
        }
        if flags & OWNER != 0 {
            found.owner = Some((fields.u32()?, fields.u32()?));
        }
        if flags & PERMISSIONS != 0 {
            found.permissions = Some(fields.u32()?);
        }
        if flags & TIMES != 0 {
            found.times = Some((fields.u32()?, fields.u32()?));
        }
        if flags & EXTENDED != 0 {
            // Each pair takes at least eight bytes, so the packet's end bounds the loop.
            for _ in 0..fields.u32()? {
                fields.string()?;
                fields.string()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use bytes::Bytes;
    use proptest::{option, prelude::*};

    proptest! {
        #[test]
        fn what_is_written_is_read(
            size in option::of(any::<u64>()), owner in option::of(any::<(u32, u32)>()),
            permissions in option::of(any::<u32>()), times in option::of(any::<(u32, u32)>()),
        ) {
            let attributes = Attributes { size, owner, permissions, times };
            let mut out = BytesMut::new();
            attributes.encode(&mut out);
            let mut fields = Fields::new(out.freeze());
            prop_assert_eq!(Attributes::decode(&mut fields).unwrap(), attributes);
            prop_assert!(fields.finished(()).is_ok());
        }
    }

    #[test]
    fn extended_attributes_are_read_over() {
        let bytes = b"\x80\0\0\x04\0\0\x81\xa4\0\0\0\x01\0\0\0\x01a\0\0\0\x02bc";
        let mut fields = Fields::new(Bytes::from_static(bytes));
        let found = Attributes::decode(&mut fields).unwrap();
        assert_eq!((found.permissions, found.kind()), (Some(0o100_644), FileKind::File));
        assert!(fields.finished(()).is_ok());
        let endless = Fields::new(Bytes::from_static(b"\x80\0\0\0\xff\xff\xff\xff")).rest();
        assert!(Attributes::decode(&mut Fields::new(endless)).is_err());
    }

    #[test]
    fn kinds_come_from_the_type_bits() {
        let kind = |mode| Attributes::mode(mode).kind();
        assert_eq!(kind(Some(0o040_755)), FileKind::Folder);
        assert_eq!(kind(Some(0o120_777)), FileKind::Link);
        assert_eq!(kind(Some(0o020_620)), FileKind::Other(0o020_000));
        assert_eq!(kind(None), FileKind::Other(0));
    }
}
