//! Answers of an SFTP server (`sftp::Reply`): the packet after its length.

use super::assert_message;
use bytes::Bytes;
use patchbay_sftp::{Reply, SftpError};

/// No answer is longer than the bytes it came in, names name one thing in a folder, and errors are fit to be shown.
pub(crate) fn run(data: &[u8]) -> bool {
    match Reply::decode(Bytes::copy_from_slice(data)) {
        Ok((_, reply)) => {
            let held = match &reply {
                Reply::Handle(bytes) | Reply::Data(bytes) | Reply::Extended(bytes) => bytes.len(),
                Reply::Names(entries) => entries.iter().map(|entry| entry.name.len()).sum(),
                Reply::Status { code, message } => {
                    let (code, message) = (*code, message.clone());
                    assert_message(&SftpError::Status { code, message }.to_string());
                    0
                }
                Reply::Attributes(_) => 0,
            };
            assert!(held <= data.len(), "{reply:?}");
            true
        }
        Err(error) => {
            assert_message(&error.to_string());
            false
        }
    }
}
