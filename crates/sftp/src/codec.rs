//! The fields that packets consist of (section 2 of draft-ietf-secsh-filexfer-02, with the types of RFC 4251).
//!
//! Deliberately absent: what the fields of a packet mean; each request is drawn up where it is made.

use crate::{Attributes, SftpError, kind};
use bytes::{Buf, BufMut, Bytes, BytesMut};

pub(crate) const CUT: SftpError = SftpError::Broken("a packet ends before its last field");
pub(crate) const LONG: SftpError = SftpError::Broken("a packet goes on after its last field");

/// Reads the fields of a received packet; strings share its memory.
#[derive(Debug)]
pub(crate) struct Fields(Bytes);

impl Fields {
    pub(crate) const fn new(packet: Bytes) -> Self {
        Self(packet)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, SftpError> {
        self.0.try_get_u8().map_err(|_| CUT)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, SftpError> {
        self.0.try_get_u32().map_err(|_| CUT)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, SftpError> {
        self.0.try_get_u64().map_err(|_| CUT)
    }

    pub(crate) fn string(&mut self) -> Result<Bytes, SftpError> {
        let length = self.u32()? as usize;
        if length > self.0.len() {
            return Err(CUT);
        }
        Ok(self.0.split_to(length))
    }

    pub(crate) const fn left(&self) -> usize {
        self.0.len()
    }

    /// Everything that is left.
    pub(crate) fn rest(self) -> Bytes {
        self.0
    }

    /// Passes `value` on if nothing is left.
    pub(crate) fn finished<T>(self, value: T) -> Result<T, SftpError> {
        if self.0.is_empty() { Ok(value) } else { Err(LONG) }
    }
}

/// A request that has no number yet.
#[derive(Debug)]
pub(crate) struct Draft {
    kind: u8,
    fields: BytesMut,
    payload: Bytes,
}

impl Draft {
    pub(crate) fn new(kind: u8) -> Self {
        Self { kind, fields: BytesMut::new(), payload: Bytes::new() }
    }

    /// An extended request (section 8).
    pub(crate) fn extended(name: &str) -> Self {
        Self::new(kind::EXTENDED).string(name.as_bytes())
    }

    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.fields.put_u32(value);
        self
    }

    pub(crate) fn u64(mut self, value: u64) -> Self {
        self.fields.put_u64(value);
        self
    }

    pub(crate) fn string(mut self, value: &[u8]) -> Self {
        // One that does not fit is far over every limit, and refused by its size before it is sent.
        self.fields.put_u32(u32::try_from(value.len()).unwrap_or(u32::MAX));
        self.fields.put_slice(value);
        self
    }

    /// OpenSSH ends the whole connection over a path with a NUL byte, so such a one is refused here.
    pub(crate) fn path(self, path: &[u8]) -> Result<Self, SftpError> {
        if path.contains(&0) { Err(SftpError::NulInPath) } else { Ok(self.string(path)) }
    }

    pub(crate) fn attributes(mut self, attributes: &Attributes) -> Self {
        attributes.encode(&mut self.fields);
        self
    }

    /// The last field, a string, which is sent without being copied.
    pub(crate) fn payload(mut self, payload: Bytes) -> Self {
        self.fields.put_u32(u32::try_from(payload.len()).unwrap_or(u32::MAX));
        self.payload = payload;
        self
    }

    /// The length of the packet in bytes, as limits count it: without the length field itself.
    pub(crate) fn size(&self) -> usize {
        5 + self.fields.len() + self.payload.len()
    }

    /// Whether it ends the life of the handle it is about.
    pub(crate) const fn closes(&self) -> bool {
        self.kind == kind::CLOSE
    }

    /// The bytes to send: all up to the payload, and the payload.
    pub(crate) fn numbered(self, id: u32) -> (Bytes, Bytes) {
        let mut head = BytesMut::with_capacity(9 + self.fields.len());
        head.put_u32(u32::try_from(self.size()).unwrap_or(u32::MAX));
        head.put_u8(self.kind);
        head.put_u32(id);
        head.put_slice(&self.fields);
        (head.freeze(), self.payload)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::{collection::vec, prelude::*};

    proptest! {
        #[test]
        fn what_is_drawn_up_is_read(
            id in any::<u32>(), small in any::<u32>(), large in any::<u64>(),
            text in vec(any::<u8>(), 0..300), payload in vec(any::<u8>(), 0..300),
        ) {
            let draft = Draft::new(kind::WRITE).u32(small).string(&text).u64(large);
            let draft = draft.payload(payload.clone().into());
            let size = draft.size();
            let (head, tail) = draft.numbered(id);
            let mut fields = Fields::new([head, tail].concat().into());
            prop_assert_eq!(fields.u32().unwrap() as usize, size);
            prop_assert_eq!(fields.left(), size);
            prop_assert_eq!(fields.u8().unwrap(), kind::WRITE);
            prop_assert_eq!(fields.u32().unwrap(), id);
            prop_assert_eq!(fields.u32().unwrap(), small);
            prop_assert_eq!(&fields.string().unwrap()[..], &text[..]);
            prop_assert_eq!(fields.u64().unwrap(), large);
            prop_assert_eq!(&fields.string().unwrap()[..], &payload[..]);
            prop_assert!(fields.finished(()).is_ok());
        }
    }

    #[test]
    fn a_string_longer_than_its_packet_is_refused() {
        let mut fields = Fields::new(Bytes::from_static(b"\0\0\0\x05abcd"));
        assert_eq!(fields.string(), Err(CUT));
        let mut fields = Fields::new(Bytes::from_static(b"\xff\xff\xff\xffabcd"));
        assert_eq!(fields.string(), Err(CUT));
        assert_eq!(Fields::new(Bytes::from_static(b"x")).finished(()), Err(LONG));
    }

    #[test]
    fn a_path_with_a_nul_is_not_sent() {
        assert_eq!(Draft::new(kind::STAT).path(b"a\0b").unwrap_err(), SftpError::NulInPath);
    }
}
