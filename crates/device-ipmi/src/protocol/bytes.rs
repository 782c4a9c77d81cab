//! Reads little-endian fields, and says so when they are not there.

use crate::IpmiError;

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], IpmiError> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or(IpmiError::Garbled("a message is too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], IpmiError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| IpmiError::Garbled("a message is too short"))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, IpmiError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, IpmiError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, IpmiError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) const fn rest(self) -> &'a [u8] {
        self.0
    }
}
