//! Standard input without the buffer of the standard library, which would swallow what another reader is to get.

use std::io::{self, Read};

/// Reads as much as is asked for and no more.
pub(crate) struct Unbuffered;

#[cfg(unix)]
impl Read for Unbuffered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::os::fd::AsFd;
        let descriptor = io::stdin().as_fd().try_clone_to_owned()?;
        std::fs::File::from(descriptor).read(buffer)
    }
}

#[cfg(not(unix))]
impl Read for Unbuffered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::stdin().read(buffer)
    }
}
