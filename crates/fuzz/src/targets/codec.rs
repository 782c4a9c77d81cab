//! Messages between a session and its viewer (`session::codec`).

use bytes::Bytes;
use patchbay_session::{
    CodecError, FromViewer, ToViewer,
    codec::{MAX_INPUT, MAX_OUTPUT, MAX_TOKEN},
};

/// What is understood means exactly its own bytes, holds no more than its limits, and is of one direction only.
pub(crate) fn run(data: &[u8]) -> bool {
    let message = Bytes::copy_from_slice(data);
    let to = ToViewer::decode(message.clone());
    let from = FromViewer::decode(message.clone());
    if let Ok(to) = &to {
        assert_eq!(to.encode(), message, "{to:?}");
        if let ToViewer::Output { bytes, .. } = to {
            assert!(bytes.len() <= MAX_OUTPUT);
        }
    }
    if let Ok(from) = &from {
        assert_eq!(from.encode(), message, "{from:?}");
        match from {
            FromViewer::Hello { token, .. } => assert!(token.expose_secret().len() <= MAX_TOKEN),
            FromViewer::Input(bytes) => assert!(bytes.len() <= MAX_INPUT),
            FromViewer::Resize(size) => assert!(size.cols > 0 && size.rows > 0),
            FromViewer::Ack(_) | FromViewer::Shown(_) => {}
        }
    }
    for error in [to.as_ref().err(), from.as_ref().err()].into_iter().flatten() {
        let later = matches!(error, CodecError::Unknown(kind) if kind & 0x40 != 0);
        assert_eq!(error.may_skip(), later, "{error:?}");
    }
    assert!(to.is_err() || from.is_err(), "a message of both directions");
    to.is_ok() || from.is_ok()
}
